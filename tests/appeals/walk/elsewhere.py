"""Services that are about no appeal: what they work on, how they are called, and which state refuses them."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from appeals import export
from appeals.imports import services as imports
from appeals.imports.mapping import ColumnMapping
from appeals.models import Category, ExportRequest, ImportFile, ImportTemplate, PolicyRule, RepeatMark
from appeals.services import categories, policy_rules, register, repeats
from appeals.services.policy_rules import Conditions
from governance.deadlines.models import Policy
from governance.jobs.models import Job
from governance.scope import Actor
from tests.appeals.conftest import new_appeal
from tests.appeals.walk.scenes import MADE, WALKED, World

CENTRE, ASKER = "DC@district", "SS@street_1"
TABLE = "工单编号,诉求标题,诉求内容,受理时间\nA1,路灯不亮,小区北门路灯一周不亮。,2026-11-20 09:00\n"
Make = Callable[[World], Any]
Call = Callable[[World, Any, Actor], Any]


@dataclass(frozen=True)
class Elsewhere:
    """One service. `who` narrows its roles to single people; `spoil` brings its thing to a state that refuses it."""

    action: str
    make: Make
    call: Call
    who: tuple[str, ...] = ()
    spoil: Callable[[Any], None] | None = None


def _category(world: World) -> Category:
    return Category.objects.filter(level=1).order_by("pk").first()


def _child(world: World) -> Category:
    return Category.objects.filter(level=2).order_by("pk").first()


def _switch_off_above(child: Category) -> None:
    Category.objects.filter(pk=child.parent_id).update(is_active=False)


def _large_export(world: World) -> ExportRequest:
    by = world.actor(ASKER)
    return export.ask(purpose="年度台账核对", query="", count=export.FREE + 1, by=by, now=MADE)


def _agreed_export(world: World) -> ExportRequest:
    asked = _large_export(world)
    return export.decide(request_id=asked.pk, approve=True, words="同意", by=world.actor("SL@street_1"), now=MADE)


def _decided(asked: ExportRequest) -> None:
    ExportRequest.objects.filter(pk=asked.pk).update(approved=True)


def _not_agreed(asked: ExportRequest) -> None:
    ExportRequest.objects.filter(pk=asked.pk).update(approved=None)


def _received(world: World) -> ImportFile:
    return imports.receive(upload=io.BytesIO(TABLE.encode()), name="工单.csv", by=world.actor(CENTRE), now=MADE)


def _checked(world: World) -> ImportFile:
    file = _received(world)
    mapping = ColumnMapping.from_json(file.mapping)
    file = imports.match_columns(file_id=file.pk, mapping=mapping, by=world.actor(CENTRE), now=MADE)
    Job.objects.filter(pk=file.check_job_id).update(state=Job.DONE)
    return file


def _begun(file: ImportFile) -> None:
    job = Job.objects.create(kind="appeals.import", title="导入", params={}, user_id=1, posting_id=1, created_at=MADE,
                             nudged_at=MADE)  # fmt: skip
    ImportFile.objects.filter(pk=file.pk).update(import_job=job)


def _template(world: World) -> ImportTemplate:
    file = _received(world)
    mapping = ColumnMapping.from_json(file.mapping)
    imports.match_columns(file_id=file.pk, mapping=mapping, remember_as="热线", by=world.actor(CENTRE), now=MADE)
    return ImportTemplate.objects.get(name="热线")


def _policy() -> int:
    return Policy.objects.get(code="complex").pk


def _rule(world: World) -> PolicyRule:
    by = world.actor(CENTRE)
    return policy_rules.add_rule(
        conditions=Conditions(urgency=1, channel="phone"), policy_id=_policy(), by=by, now=MADE
    )


def _open_to_all(rule: PolicyRule) -> None:
    PolicyRule.objects.filter(category=None, urgency=None, channel="", handling_kind="").delete()
    PolicyRule.objects.filter(pk=rule.pk).update(category=None, urgency=None, channel="", handling_kind="")


def _nothing(world: World) -> None:
    return None


_SETTINGS = categories.Settings()
NEAR = (CENTRE, "SL@street_1", ASKER, "CS@community_1", "CW@community_1")


def _two(world: World) -> tuple[int, int]:
    """Two appeals of the first grid: the later one, and the earlier."""
    new = new_appeal(unit_id=world.id_of("grid_1"))
    earlier, later = (register(new=new, by=world.actor(CENTRE), now=at).pk for at in (MADE, WALKED))
    return later, earlier


def _marked(world: World) -> tuple[int, int]:
    pair = _two(world)
    repeats.mark_repeat(appeal_id=pair[0], earlier_id=pair[1], by=world.actor(CENTRE), now=WALKED)
    return pair


def _mark(pair: tuple[int, int]) -> None:
    RepeatMark.objects.create(
        appeal_id=pair[0], earlier_id=pair[1], is_repeat=True, how="by_hand", by_user=1, by_name="甲", by_unit_id=1,
        at=WALKED,
    )  # fmt: skip


def _take_back(pair: tuple[int, int]) -> None:
    RepeatMark.objects.filter(appeal_id=pair[0]).update(undone_at=WALKED)


SAMPLES: dict[str, Elsewhere] = {
    "appeals.services.repeats.mark_repeat": Elsewhere(
        "appeal.mark_repeat", _two,
        lambda world, pair, by: repeats.mark_repeat(appeal_id=pair[0], earlier_id=pair[1], by=by, now=WALKED),
        who=NEAR, spoil=_mark,
    ),
    "appeals.services.repeats.unmark_repeat": Elsewhere(
        "appeal.unmark_repeat", _marked,
        lambda world, pair, by: repeats.unmark_repeat(appeal_id=pair[0], words="不是一件事", by=by, now=WALKED),
        who=NEAR, spoil=_take_back,
    ),
    "appeals.services.repeats.refuse_repeat": Elsewhere(
        "appeal.refuse_repeat", _two,
        lambda world, pair, by: repeats.refuse_repeat(appeal_id=pair[0], earlier_id=pair[1], by=by, now=WALKED),
        who=NEAR,
    ),
    "appeals.services.categories.add_category": Elsewhere(
        "category.add", _category,
        lambda world, thing, by: categories.add_category(
            name="冰雪清理", parent_id=thing.pk, settings=_SETTINGS, by=by, now=WALKED
        ),
    ),
    "appeals.services.categories.change_category": Elsewhere(
        "category.change", _category,
        lambda world, thing, by: categories.change_category(
            category_id=thing.pk, name="改过的名称", parent_id=None, settings=_SETTINGS, by=by, now=WALKED
        ),
    ),
    "appeals.services.categories.set_category_active": Elsewhere(
        "category.enable", _child,
        lambda world, thing, by: categories.set_category_active(category_id=thing.pk, active=True, by=by, now=WALKED),
        spoil=_switch_off_above,
    ),
    "appeals.services.policy_rules.add_rule": Elsewhere(
        "policy_rule.add", _nothing,
        lambda world, thing, by: policy_rules.add_rule(
            conditions=Conditions(urgency=1, channel="phone"), policy_id=_policy(), by=by, now=WALKED
        ),
    ),
    "appeals.services.policy_rules.change_rule": Elsewhere(
        "policy_rule.change", _rule,
        lambda world, thing, by: policy_rules.change_rule(
            rule_id=thing.pk, conditions=Conditions(urgency=2, channel="phone"), policy_id=_policy(), by=by, now=WALKED
        ),
    ),
    "appeals.services.policy_rules.remove_rule": Elsewhere(
        "policy_rule.remove", _rule,
        lambda world, thing, by: policy_rules.remove_rule(rule_id=thing.pk, by=by, now=WALKED), spoil=_open_to_all,
    ),
    "appeals.export.ask": Elsewhere(
        "appeal.export_ask", _nothing,
        lambda world, thing, by: export.ask(purpose="年度台账核对", query="", count=5, by=by, now=WALKED),
    ),
    "appeals.export.decide": Elsewhere(
        "appeal.export_decide", _large_export,
        lambda world, thing, by: export.decide(request_id=thing.pk, approve=True, words="同意", by=by, now=WALKED),
        who=("SL@street_1", CENTRE), spoil=_decided,
    ),
    "appeals.export.begin": Elsewhere(
        "appeal.export_begin",
        _agreed_export, lambda world, thing, by: export.begin(request_id=thing.pk, by=by, now=WALKED),
        who=(ASKER,), spoil=_not_agreed,
    ),
    "appeals.imports.services.receive": Elsewhere(
        "appeal.import_upload", _nothing,
        lambda world, thing, by: imports.receive(upload=io.BytesIO(TABLE.encode()), name="工单.csv", by=by, now=WALKED),
    ),
    "appeals.imports.services.match_columns": Elsewhere(
        "appeal.import_columns",
        _received,
        lambda world, thing, by: imports.match_columns(
            file_id=thing.pk, mapping=ColumnMapping.from_json(thing.mapping), by=by, now=WALKED
        ),
        spoil=_begun,
    ),
    "appeals.imports.services.start_import": Elsewhere(
        "appeal.import_start",
        _checked, lambda world, thing, by: imports.start_import(file_id=thing.pk, by=by, now=WALKED), spoil=_begun,
    ),
    "appeals.imports.services.discard": Elsewhere(
        "appeal.import_discard", _received,
        lambda world, thing, by: imports.discard(file_id=thing.pk, by=by, now=WALKED),
        spoil=_begun,
    ),
    "appeals.imports.services.delete_template": Elsewhere(
        "appeal.import_template_delete", _template,
        lambda world, thing, by: imports.delete_template(template_id=thing.pk, by=by, now=WALKED),
    ),
}  # fmt: skip
