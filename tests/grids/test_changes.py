"""Opening, renaming, moving, merging and closing units, today."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.rights import RIGHTS
from governance.audit.models import Entry
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.scope import PLATFORM, UnitKind
from grids import registry, services
from grids.geometry import from_wkb
from grids.models import Boundary, TerritoryRevision, Unit, UnitChange
from grids.registry import OpenWork
from grids.services import drafting, rules


@pytest.fixture
def today(now):
    return timezone.localdate(now)


def _revision():
    return TerritoryRevision.objects.values_list("number", "token").first()


def _open_grid(district, cast, now, today, **changes):
    asked = {
        "kind": UnitKind.GRID,
        "code": f"{district.community_1.code}003",
        "name": "第三网格",
        "parent_id": district.community_1.pk,
        "effective_on": today,
        "by": cast.dc,
        "now": now,
    }
    return services.open_unit(**(asked | changes))


class TestOpening:
    def test_the_new_unit_has_its_place_on_the_line(self, district, cast, now, today):
        unit = _open_grid(district, cast, now, today).unit
        assert (unit.street, unit.community, unit.district) == (
            district.street_1, district.community_1, district.district,
        )  # fmt: skip
        assert (unit.initials, unit.opened_on, unit.is_open) == ("DSWG", today, True)

    def test_a_community_names_itself_at_its_own_level(self, district, cast, now, today):
        code = f"{district.street_1.code}009"
        change = _open_grid(
            district,
            cast,
            now,
            today,
            kind=UnitKind.COMMUNITY,
            code=code,
            name="新社区",
            parent_id=district.street_1.pk,
        )
        assert change.unit.community_id == change.unit_id

    def test_it_is_in_the_record_and_counts_a_revision(self, district, cast, now, today):
        before = _revision()
        change = _open_grid(district, cast, now, today, reason="区政发〔2026〕8 号")
        entry = Entry.objects.get(action="unit.open")
        assert (entry.subject_id, entry.user_id, entry.reason) == (change.unit_id, cast.dc.user_id, change.reason)
        assert _revision() != before

    @pytest.mark.parametrize(
        ("changes", "field", "words"),
        [
            ({"code": "1"}, "code", "15 位数字"),
            ({"code": "990001001002009"}, "code", "开头"),
            ({"code": "990001001001001"}, "code", "已被使用"),
            ({"name": " "}, "name", "请填写"),
            ({"name": "长" * 65}, "name", "不超过 64"),
            ({"name": "第1网格"}, "name", "同一上级下已有"),
        ],
    )
    def test_what_is_wrong_is_said_beside_its_field(self, district, cast, now, today, changes, field, words):
        with pytest.raises(InvalidInput, match=words) as refusal:
            _open_grid(district, cast, now, today, **changes)
        assert refusal.value.field == field
        assert not UnitChange.objects.exists()

    def test_a_grid_lies_under_a_community_alone(self, district, cast, now, today):
        with pytest.raises(InvalidInput, match="应隶属于社区") as refusal:
            _open_grid(district, cast, now, today, parent_id=district.street_1.pk)
        assert refusal.value.field == "parent"

    def test_a_day_that_has_passed_is_refused(self, district, cast, now, today):
        with pytest.raises(InvalidInput, match="不能早于今天") as refusal:
            _open_grid(district, cast, now, today, effective_on=today - timedelta(days=1))
        assert refusal.value.field == "effective_on"


class TestRights:
    @pytest.mark.parametrize("name", ["dl", "sl", "ss", "cs", "gw", "ds", "au", "se", "sy"])
    def test_nobody_but_the_district_centre_changes_units(self, district, cast, now, today, name):
        with pytest.raises(NotAllowed, match="区网格中心"):
            _open_grid(district, cast, now, today, by=getattr(cast, name))

    def test_the_services_rule_and_the_table_of_rights_say_the_same(self, district, cast):
        for actor in cast.actors.values():
            if actor.role in RIGHTS["unit.edit"]:
                rules.require_editor(actor, district.district.pk)
            else:
                with pytest.raises(NotAllowed):
                    rules.require_editor(actor, district.district.pk)

    def test_another_districts_unit_is_not_there(self, district, cast, now, today):
        other = services.open_unit(
            kind=UnitKind.DISTRICT, code="990002", name="外区", parent_id=None, effective_on=today, by=PLATFORM, now=now
        ).unit
        with pytest.raises(NotFound):
            services.rename_unit(unit_id=other.pk, name="新名", effective_on=today, by=cast.dc, now=now)


class TestRenaming:
    def test_name_short_name_and_initials_follow(self, district, cast, now, today):
        services.rename_unit(
            unit_id=district.community_1.pk, name="景园社区居委会", effective_on=today, by=cast.dc, now=now
        )
        district.community_1.refresh_from_db()
        assert (district.community_1.short_name, district.community_1.initials) == ("景园社区", "JYSQ")
        change = UnitChange.objects.get()
        assert (change.before["name"], change.applied_at) == ("第一街道1社区", now)

    def test_the_same_name_is_no_change(self, district, cast, now, today):
        services.rename_unit(unit_id=district.grid_1.pk, name="甲网格", effective_on=today, by=cast.dc, now=now)
        with pytest.raises(InvalidInput, match="无需更名"):
            services.rename_unit(unit_id=district.grid_1.pk, name="甲网格", effective_on=today, by=cast.dc, now=now)


class TestMoving:
    def test_all_below_follow_to_the_new_street(self, district, cast, now, today):
        services.move_unit(
            unit_id=district.community_1.pk, parent_id=district.street_2.pk, effective_on=today, by=cast.dc, now=now
        )
        for unit in (district.community_1, district.grid_1, district.grid_2):
            unit.refresh_from_db()
            assert unit.street == district.street_2
        district.grid_3.refresh_from_db()
        assert district.grid_3.street == district.street_1

    def test_a_grid_takes_its_new_communitys_place(self, district, cast, now, today):
        services.move_unit(
            unit_id=district.grid_1.pk, parent_id=district.community_3.pk, effective_on=today, by=cast.dc, now=now
        )
        district.grid_1.refresh_from_db()
        assert (district.grid_1.community, district.grid_1.street) == (district.community_3, district.street_2)

    def test_the_boundaries_above_are_drawn_anew_and_the_old_ones_stay(self, district, cast, squares, now, today):
        services.move_unit(
            unit_id=district.grid_2.pk, parent_id=district.community_2.pk, effective_on=today, by=cast.dc, now=now
        )
        old, new = Boundary.objects.filter(unit=district.community_2).order_by("pk")
        assert (old.valid_to, new.valid_to) == (now, None)
        assert from_wkb(new.geometry).equals(squares["grid_3"].union(squares["grid_2"]))
        left = Boundary.objects.current().get(unit=district.community_1)
        assert from_wkb(left.geometry).equals(squares["grid_1"])

    @pytest.mark.parametrize(
        ("unit", "parent", "words"),
        [
            ("grid_1", "community_1", "无需调整"),
            ("grid_1", "street_1", "应隶属于社区"),
            ("street_1", "district", "不能调整隶属"),
            ("grid_1", "community_2", "请先将其中一个更名"),
        ],
    )
    def test_what_cannot_be_is_refused(self, district, cast, now, today, unit, parent, words):
        with pytest.raises(InvalidInput, match=words):
            services.move_unit(
                unit_id=getattr(district, unit).pk, parent_id=getattr(district, parent).pk,
                effective_on=today, by=cast.dc, now=now,
            )  # fmt: skip


class TestMerging:
    def test_children_area_and_work_go_to_the_one_that_is_kept(self, district, cast, squares, now, today):
        told = []
        registry.register_on_unit_closed(lambda **what: told.append(what))
        services.merge_units(
            unit_ids=[district.community_1.pk], into_id=district.community_2.pk, effective_on=today, by=cast.dc, now=now
        )
        district.community_1.refresh_from_db()
        assert (district.community_1.closed_on, district.community_1.merged_into) == (today, district.community_2)
        names = set(Unit.objects.filter(parent=district.community_2).values_list("name", flat=True))
        assert {"第1网格", "第2网格"} < names
        assert len(names) == 3
        figure = from_wkb(Boundary.objects.current().get(unit=district.community_2).geometry)
        assert figure.equals(squares["community_1"].union(squares["community_2"]))
        assert not Boundary.objects.current().filter(unit=district.community_1).exists()
        assert (told[0]["unit_id"], told[0]["successor_id"]) == (district.community_1.pk, district.community_2.pk)

    def test_history_keeps_the_unit_that_it_happened_in(self, district, cast, now, today):
        services.merge_units(
            unit_ids=[district.grid_1.pk], into_id=district.grid_2.pk, effective_on=today, by=cast.dc, now=now
        )
        kept = Unit.objects.get(pk=district.grid_1.pk)
        assert (kept.name, kept.community, kept.street) == ("第1网格", district.community_1, district.street_1)

    def test_only_units_of_one_kind_are_merged(self, district, cast, now, today):
        with pytest.raises(InvalidInput, match="类别不同"):
            services.merge_units(
                unit_ids=[district.grid_1.pk], into_id=district.community_2.pk, effective_on=today, by=cast.dc, now=now
            )

    def test_one_of_several_that_cannot_be_merged_stops_them_all(self, district, cast, now, today):
        with pytest.raises(InvalidInput, match="并入自身"):
            services.merge_units(
                unit_ids=[district.grid_1.pk, district.grid_2.pk], into_id=district.grid_2.pk,
                effective_on=today, by=cast.dc, now=now,
            )  # fmt: skip
        district.grid_1.refresh_from_db()
        assert district.grid_1.is_open


class TestClosing:
    def _close(self, district, cast, now, today, **more):
        return services.close_unit(unit_id=district.grid_1.pk, effective_on=today, by=cast.dc, now=now, **more)

    def test_a_unit_without_work_closes_and_leaves_the_map(self, district, cast, squares, now, today):
        self._close(district, cast, now, today)
        district.grid_1.refresh_from_db()
        assert district.grid_1.closed_on == today
        assert not Boundary.objects.current().filter(unit=district.grid_1).exists()

    def test_open_work_without_a_successor_stops_it_with_the_count(self, district, cast, now, today):
        registry.register_open_work(lambda ids: [OpenWork("待办诉求", 7), OpenWork("在任岗位", 2, blocks=False)])
        with pytest.raises(IllegalState, match="待办诉求 7 件，请指定承接单位") as refusal:
            self._close(district, cast, now, today)
        assert refusal.value.field == "successor"
        district.grid_1.refresh_from_db()
        assert district.grid_1.is_open

    def test_with_a_successor_the_work_is_handed_over_in_the_same_transaction(self, district, cast, now, today):
        told = []
        registry.register_open_work(lambda ids: [OpenWork("待办诉求", 7)])
        registry.register_on_unit_closed(lambda **what: told.append(what))
        self._close(district, cast, now, today, successor_id=district.grid_2.pk)
        assert told == [{"unit_id": district.grid_1.pk, "successor_id": district.grid_2.pk, "by": cast.dc, "now": now}]

    def test_a_failing_hand_over_leaves_the_unit_open(self, district, cast, now, today):
        def refuse(**what):
            raise IllegalState("不能转办")

        registry.register_on_unit_closed(refuse)
        with pytest.raises(IllegalState, match="不能转办"):
            self._close(district, cast, now, today)
        district.grid_1.refresh_from_db()
        assert district.grid_1.is_open
        assert not Entry.objects.filter(action="unit.close").exists()

    def test_what_still_has_units_below_stays(self, district, cast, now, today):
        with pytest.raises(IllegalState, match="还有 2 个未撤销的下级单位"):
            services.close_unit(unit_id=district.community_1.pk, effective_on=today, by=cast.dc, now=now)

    def test_nothing_happens_to_a_closed_unit_any_more(self, district, cast, now, today):
        self._close(district, cast, now, today)
        with pytest.raises(IllegalState, match="已于2026年11月23日撤销"):
            services.rename_unit(unit_id=district.grid_1.pk, name="新名", effective_on=today, by=cast.dc, now=now)


class TestPreview:
    def test_it_tells_what_would_happen_and_keeps_nothing(self, district, cast, squares, now, today):
        registry.register_open_work(lambda ids: [OpenWork("待办诉求", len(ids), "/appeals/")])
        preview = services.preview_change(
            kind="move", unit_ids=[district.community_1.pk], after={"parent_id": district.street_2.pk},
            effective_on=today, by=cast.dc, now=now,
        )  # fmt: skip
        assert preview.is_possible
        assert "连同其下 2 个网格" in preview.effects[0]
        assert preview.effects[-1] == "确认后立即生效。"
        assert [(work.label, work.count) for work in preview.open_work] == [("待办诉求", 3)]
        assert not UnitChange.objects.exists()

    def test_it_says_why_not(self, district, cast, now, today):
        preview = services.preview_change(
            kind="close", unit_ids=[district.community_1.pk], after={"successor_id": None},
            effective_on=today + timedelta(days=30), by=cast.dc, now=now,
        )  # fmt: skip
        assert "2 个未撤销的下级单位" in preview.refusals[0].message
        assert "2026年12月23日零时后自动生效" in preview.effects[-1]

    def test_of_an_opening_it_shows_code_and_parent(self, district, cast, now, today):
        after = drafting.opening(
            kind=UnitKind.GRID, code=f"{district.community_1.code}003", name="丙网格", parent_id=district.community_1.pk
        )
        preview = services.preview_change(
            kind="open", unit_ids=[], after=after, effective_on=today, by=cast.dc, now=now
        )
        assert "990001001001003，隶属第一街道1社区" in preview.effects[0]
