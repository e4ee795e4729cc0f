"""The territory: units opened, renamed, moved, merged, closed and described; divisions and boundaries from files."""

from __future__ import annotations

import io
import json
from typing import Any

from shapely.geometry import box, mapping

from appeals import services as appeals
from appeals.models import Appeal
from governance.errors import InvalidInput, NotAllowed, NotFound
from governance.scope import Actor, UnitKind
from grids import revision, services
from grids.coordinates import System
from grids.models import Boundary, ImportDraft, Unit, UnitChange
from grids.services import boundaries, divisions
from tests.appeals.conftest import new_appeal
from tests.walk.sampling import CENTRE, LATER, MADE, TODAY, WALKED, Make, Refused, Row, Sample, World, nothing

_CHANGED = "grids_territoryrevision grids_unitchange"
_WAITING = "grids_unitchange"
NEW = "第九网格"


def _unit(name: str) -> Make:
    return lambda world, by: world.unit(name)


def _close(*names: str) -> Any:
    def close(world: World, thing: Any) -> None:
        Unit.objects.filter(pk__in=[world.id_of(name) for name in names]).update(closed_on=TODAY)

    return close


def _row(action: str) -> Any:
    return lambda world, thing, result: [(action, "unit", thing.pk)]


def _closings_at(world: World, *units: str) -> list[Row]:
    return [("posting.end", "user", actor.user_id) for unit in units for actor in world.people_at(unit)]


# Opening ------------------------------------------------------------------------------------------------------------


def _opening(world: World, by: Actor, **changes: Any) -> UnitChange:
    parent = world.unit("community_1")
    values = {
        "kind": UnitKind.GRID, "code": f"{parent.code}009", "name": NEW, "parent_id": parent.pk, "effective_on": TODAY,
    }  # fmt: skip
    return services.open_unit(**(values | changes), by=by, now=WALKED)


def _opened_later(world: World, thing: Any) -> None:
    _opening(world, world.actor(CENTRE), effective_on=LATER)


_OPEN = [
    Sample(
        services.open_unit,
        lambda world, thing, by: _opening(world, by),
        changes=f"grids_unit {_CHANGED}",
        then=lambda world, thing, change: Unit.objects.get(name=NEW).community_id == world.id_of("community_1"),
        rows=lambda world, thing, change: [("unit.open", "unit", change.unit_id)],
        refused=(
            Refused("closed parent", "已于.*撤销", spoil=_close("community_1")),
            Refused("the same waits already", "已有一项待生效的设立", spoil=_opened_later),
            Refused(
                "code that a closed unit keeps", "已被使用", InvalidInput, spoil=_close("grid_1"),
                call=lambda world, thing, by: _opening(world, by, code=world.unit("grid_1").code),
            ),
            Refused(
                "a day that has passed", "不能早于今天", InvalidInput,
                call=lambda world, thing, by: _opening(world, by, effective_on=TODAY.replace(day=22)),
            ),
            Refused(
                "a district, beside one's own", "区.*初始化", NotAllowed,
                call=lambda world, thing, by: _opening(
                    world, by, kind=UnitKind.DISTRICT, code="990009", parent_id=None
                ),
            ),
        ),
    ),
    Sample(
        services.open_unit,
        lambda world, thing, by: _opening(world, by, effective_on=LATER),
        changes=_WAITING,
        then=lambda world, thing, change: change.unit is None and not Unit.objects.filter(name=NEW).exists(),
        rows=lambda world, thing, change: [("unit.open", "unit_change", change.pk)],
        variant="later",
        harmless="refused as one of today is",
    ),
]  # fmt: skip


# Renaming, moving, merging, closing ---------------------------------------------------------------------------------


def _rename(world: World, unit: Unit, by: Actor, name: str = "改过的网格") -> UnitChange:
    return services.rename_unit(unit_id=unit.pk, name=name, effective_on=TODAY, by=by, now=WALKED)


def _closed_later(world: World, unit: Unit) -> None:
    services.close_unit(unit_id=unit.pk, effective_on=LATER, by=world.actor(CENTRE), now=MADE)


def _move(world: World, unit: Unit, by: Actor, to: str = "community_2") -> UnitChange:
    return services.move_unit(unit_id=unit.pk, parent_id=world.id_of(to), effective_on=TODAY, by=by, now=WALKED)


def _merge(world: World, unit: Unit, by: Actor, into: str = "grid_2") -> list[UnitChange]:
    return services.merge_units(
        unit_ids=[unit.pk], into_id=world.id_of(into), effective_on=TODAY, by=by, now=WALKED
    )  # fmt: skip


def _close_unit(world: World, unit: Unit, by: Actor, successor: str = "") -> UnitChange:
    return services.close_unit(
        unit_id=unit.pk, effective_on=TODAY, by=by, now=WALKED,
        successor_id=world.id_of(successor) if successor else None,
    )  # fmt: skip


def _department_with_work(world: World, by: Actor) -> Unit:
    appeal = appeals.register(new=new_appeal(unit_id=world.id_of("grid_1")), by=world.actor(CENTRE), now=MADE)
    appeals.dispatch(appeal_id=appeal.pk, to_unit_id=world.id_of("department_1"), by=world.actor(CENTRE), now=MADE)
    return world.unit("department_1")


def _handed_over(world: World, unit: Unit, change: UnitChange) -> bool:
    appeal = Appeal.objects.get()
    left = world.posting("DS@department_1").ends_on
    return (
        not world.unit("department_1").is_open and appeal.lead_unit_id == world.id_of("department_2") and left < TODAY
    )


_CHANGE = [
    Sample(
        services.rename_unit, _rename,
        changes=f"grids_unit {_CHANGED}",
        then=lambda world, unit, change: world.unit("grid_1").name == "改过的网格",
        rows=_row("unit.rename"),
        make=_unit("grid_1"),
        refused=(
            Refused("closed unit", "已于.*撤销", spoil=_close("grid_1")),
            Refused("its end is decided", "已有一项.*撤销，请先撤回", spoil=_closed_later),
            Refused(
                "the name that it has", "无需更名", InvalidInput,
                call=lambda world, unit, by: _rename(world, unit, by, unit.name),
                spoil=lambda world, unit: Unit.objects.filter(pk=unit.pk).update(short_name=unit.name),
            ),
        ),
    ),
    Sample(
        services.move_unit, _move,
        changes=f"grids_unit {_CHANGED}",
        then=lambda world, unit, change: world.unit("grid_1").community_id == world.id_of("community_2"),
        rows=_row("unit.move"),
        make=_unit("grid_1"),
        refused=(
            Refused("closed unit", "已于.*撤销", spoil=_close("grid_1")),
            Refused("closed parent", "已于.*撤销", spoil=_close("community_2")),
            Refused(
                "where it is already", "无需调整", InvalidInput,
                call=lambda world, unit, by: _move(world, unit, by, "community_1"),
            ),
            Refused(
                "a street, which stays", "不能调整隶属", InvalidInput,
                call=lambda world, unit, by: _move(world, world.unit("street_1"), by, "district"),
            ),
            Refused(
                "another district's parent", "没有这个", NotFound,
                call=lambda world, unit, by: _move(world, world.unit("squad_1"), by, "street_3"),
            ),
            Refused(
                "another district's closed parent", "没有这个", NotFound, spoil=_close("street_3"),
                call=lambda world, unit, by: _move(world, world.unit("squad_1"), by, "street_3"),
            ),
        ),
    ),
    Sample(
        services.merge_units, _merge,
        changes=f"grids_unit accounts_posting {_CHANGED}",
        then=lambda world, unit, changes: world.unit("grid_1").merged_into_id == world.id_of("grid_2"),
        rows=lambda world, unit, changes: [*_closings_at(world, "grid_1"), ("unit.merge", "unit", unit.pk)],
        make=_unit("grid_1"),
        refused=(
            Refused("closed unit", "已于.*撤销", spoil=_close("grid_1")),
            Refused("closed successor", "已于.*撤销", spoil=_close("grid_2")),
            Refused(
                "into itself", "不能并入自身", InvalidInput,
                call=lambda world, unit, by: _merge(world, unit, by, "grid_1"),
            ),
            Refused(
                "another kind", "同类单位", InvalidInput,
                call=lambda world, unit, by: _merge(world, unit, by, "community_1"),
            ),
            Refused(
                "another district's unit", "没有这个", NotFound,
                call=lambda world, unit, by: _merge(world, world.unit("street_1"), by, "street_3"),
            ),
            Refused(
                "nothing chosen", "请选择", InvalidInput,
                call=lambda world, unit, by: services.merge_units(
                    unit_ids=[], into_id=unit.pk, effective_on=TODAY, by=by, now=WALKED
                ),
            ),
        ),
    ),
    Sample(
        services.close_unit, _close_unit,
        changes=f"grids_unit accounts_posting {_CHANGED}",
        then=lambda world, unit, change: world.unit("grid_4").closed_on == TODAY,
        rows=lambda world, unit, change: [*_closings_at(world, "grid_4"), ("unit.close", "unit", unit.pk)],
        make=_unit("grid_4"),
        refused=(
            Refused("closed already", "已于.*撤销", spoil=_close("grid_4")),
            Refused(
                "units below it", "下还有 1 个未撤销的下级单位",
                call=lambda world, unit, by: _close_unit(world, world.unit("community_2"), by),
            ),
            Refused(
                "its own successor", "自身", InvalidInput,
                call=lambda world, unit, by: _close_unit(world, unit, by, "grid_4"),
            ),
            Refused(
                "another district's successor", "没有这个单位", NotFound,
                call=lambda world, unit, by: _close_unit(world, unit, by, "street_3"),
            ),
        ),
    ),
    # What follows in the other rooms: accounts' `unit_closed` ends the postings, appeals' `hand_over` the work.
    Sample(
        services.close_unit,
        lambda world, unit, by: _close_unit(world, unit, by, "department_2"),
        changes=f"grids_unit accounts_posting {_CHANGED} "
        "appeals_appeal appeals_assignment appeals_appealentry deadlines_clock",
        then=_handed_over,
        rows=lambda world, unit, change: [
            *_closings_at(world, "department_1"),
            ("appeal.unit_closed", "appeals.appeal", Appeal.objects.get().pk),
            ("unit.close", "unit", unit.pk),
        ],
        make=_department_with_work,
        refused=(
            Refused("no successor named", "请指定承接单位", call=_close_unit),
            Refused("closed successor", "已于.*撤销", spoil=_close("department_2")),
        ),
        variant="with_work",
    ),
]  # fmt: skip


def _renamed_later(world: World, by: Actor) -> UnitChange:
    return services.rename_unit(
        unit_id=world.id_of("grid_1"), name="改过的网格", effective_on=LATER, by=world.actor(CENTRE), now=MADE
    )


def _describe(world: World, unit: Unit, by: Actor) -> Unit:
    return services.describe_unit(
        unit_id=unit.pk, address="幸福路 1 号", phone="0459-1234567", order=3, by=by, now=WALKED
    )


_MORE = [
    Sample(
        services.cancel_change,
        lambda world, change, by: services.cancel_change(change_id=change.pk, by=by, now=WALKED),
        changes=_WAITING,
        then=lambda world, change, result: UnitChange.objects.get(pk=change.pk).cancelled_at == WALKED,
        rows=lambda world, change, result: [("unit.rename_withdraw", "unit", change.unit_id)],
        make=_renamed_later,
        refused=(
            Refused(
                "in force", "已经生效或已撤回",
                spoil=lambda world, change: UnitChange.objects.filter(pk=change.pk).update(applied_at=WALKED),
            ),
            Refused(
                "withdrawn", "已经生效或已撤回",
                spoil=lambda world, change: UnitChange.objects.filter(pk=change.pk).update(cancelled_at=MADE),
            ),
            Refused(
                "no such change", "没有这项调整", NotFound,
                call=lambda world, change, by: services.cancel_change(change_id=0, by=by, now=WALKED),
            ),
        ),
    ),
    Sample(
        services.describe_unit, _describe,
        changes="grids_unit grids_territoryrevision",
        then=lambda world, unit, result: Unit.objects.get(address="幸福路 1 号", order=3) == unit,
        rows=_row("unit.describe"),
        make=_unit("grid_1"),
        refused=(Refused("closed unit", "已于.*撤销", spoil=_close("grid_1")),),
    ),
]  # fmt: skip


# Files --------------------------------------------------------------------------------------------------------------


def _divisions(world: World, by: Actor) -> ImportDraft:
    top, street = world.unit("district"), world.unit("street_1")
    rows = f"编码,名称,级别,上级编码\n{top.code},district,区,\n{street.code},改名街道,街道,{top.code}\n"
    if by.district_id != top.pk:
        rows = "编码,名称,级别,上级编码\n990002,改名区,区,\n"
    return divisions.check_divisions(file=io.BytesIO(rows.encode()), file_name="区划.csv", by=by, now=MADE)


def _apply_divisions(world: World, draft: ImportDraft, by: Actor) -> ImportDraft:
    chosen = [f"renamed:{world.unit('street_1').code}"]
    return divisions.apply_draft(draft_id=draft.pk, chosen=chosen, effective_on=TODAY, by=by, now=WALKED)


def _geojson(code: str) -> io.BytesIO:
    feature = {"type": "Feature", "properties": {"code": code}, "geometry": mapping(box(124.9, 46.5, 124.95, 46.6))}
    return io.BytesIO(json.dumps({"type": "FeatureCollection", "features": [feature]}).encode())


def _boundaries(world: World, by: Actor, code: str = "", tolerance_m2: float = 100.0) -> ImportDraft:
    return boundaries.check_boundaries(
        file=_geojson(code or world.unit("grid_1").code), file_name="边界.geojson", system=System.WGS84,
        tolerance_m2=tolerance_m2, by=by, now=MADE,
    )  # fmt: skip


def _apply_boundaries(world: World, draft: ImportDraft, by: Actor) -> ImportDraft:
    return boundaries.apply_boundaries(draft_id=draft.pk, by=by, now=WALKED)


def _applied(world: World, draft: ImportDraft) -> None:
    ImportDraft.objects.filter(pk=draft.pk).update(applied_at=MADE)


def _unsound(world: World, draft: ImportDraft) -> None:
    draft.content["features"][0]["problems"] = ["没有闭合"]
    draft.save(update_fields=["content"])


def _by_centre(make: Make) -> Make:
    return lambda world, by: make(world, world.actor(CENTRE))


_FILES = [
    Sample(
        divisions.check_divisions,
        lambda world, thing, by: _divisions(world, by),
        changes="grids_importdraft",
        then=lambda world, thing, draft: draft.user_id and len(draft.content["rows"]) > 0,
        rows=lambda world, thing, draft: [("unit.check_divisions", "unit", draft.district_id)],
        make=nothing,
        refused=(
            Refused(
                "a file of nothing", "文件是空的", InvalidInput,
                call=lambda world, thing, by: divisions.check_divisions(
                    file=io.BytesIO(b""), file_name="区划.csv", by=by, now=WALKED
                ),
            ),
        ),
    ),
    Sample(
        divisions.apply_draft, _apply_divisions,
        changes=f"grids_importdraft grids_unit {_CHANGED}",
        then=lambda world, draft, result: world.unit("street_1").name == "改名街道" and result.outcome["renamed"] == 1,
        rows=lambda world, draft, result: [
            ("unit.rename", "unit", world.id_of("street_1")), ("unit.import_divisions", "unit", draft.district_id)
        ],
        make=_by_centre(_divisions),
        refused=(
            Refused("applied already", "已经导入过", spoil=_applied),
            Refused(
                "nothing chosen", "请至少勾选", InvalidInput,
                call=lambda world, draft, by: divisions.apply_draft(
                    draft_id=draft.pk, chosen=[], effective_on=TODAY, by=by, now=WALKED
                ),
            ),
        ),
    ),
    Sample(
        boundaries.check_boundaries,
        lambda world, thing, by: _boundaries(world, by),
        changes="grids_importdraft",
        then=lambda world, thing, draft: len(draft.content["features"]) == 1,
        rows=lambda world, thing, draft: [("unit.check_boundaries", "unit", draft.district_id)],
        refused=(
            Refused(
                "a tolerance beyond all measure", "容差", InvalidInput,
                call=lambda world, thing, by: _boundaries(world, by, tolerance_m2=1e9),
            ),
        ),
    ),
    Sample(
        boundaries.apply_boundaries, _apply_boundaries,
        changes="grids_importdraft grids_boundary grids_territoryrevision",
        then=lambda world, draft, result: Boundary.objects.current().filter(unit_id=world.id_of("grid_1")).count() == 1,
        rows=lambda world, draft, result: [("unit.boundary", "unit", world.id_of("grid_1"))],
        make=_by_centre(_boundaries),
        refused=(
            Refused("applied already", "已经导入过", spoil=_applied),
            Refused("the territory has changed", "有了变动", spoil=lambda world, draft: revision.bump()),
            Refused("nothing sound in it", "没有可以导入的边界", spoil=_unsound),
        ),
    ),
]  # fmt: skip

SAMPLES = [*_OPEN, *_CHANGE, *_MORE, *_FILES]
