"""Sites: what is open and near, what lacks by the standard, what follows a unit, the demonstration's own."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.audit.models import Entry
from governance.calendars.defaults import ensure_default_calendar
from governance.calendars.models import Calendar, SpecialDay
from governance.errors import IllegalState, InvalidInput
from governance.scope import PLATFORM, UnitKind
from grids import registry, services
from grids.models import Site, SiteKind, SiteProposal, Unit
from grids.services import site_moves, site_proposals, sites
from grids.sites import facts, selectors
from grids.sites.demo import CLUSTERS, LEVELS, TRANSFERRED, build_sites
from grids.sites.facts import SiteFacts
from grids.sites.times import times_of

ALWAYS = (((0, 1440),),) * 7


class TestNear:
    def _near(self, cast, now, **changes):
        return [one.site.name for one in selectors.near(cast.dc, 124.90, 46.60, now, **changes)]

    def test_open_ones_come_nearest_first_and_shut_ones_on_demand(self, make_site, cast, now):
        make_site("远", lon=124.93, lat=46.60)
        make_site("近", lon=124.905, lat=46.60)
        make_site("关着", lon=124.901, lat=46.60, week=())
        make_site("不知在哪")
        make_site("停用", lon=124.90, lat=46.60, closed_on=date(2026, 1, 1))
        assert self._near(cast, now) == ["近", "远"]
        assert self._near(cast, now, open_only=False) == ["关着", "近", "远"]

    def test_one_kind_alone(self, make_site, cast, now):
        make_site("中心", lon=124.905, lat=46.60)
        make_site("驿站", kind="rest", lon=124.91, lat=46.60)
        kind = SiteKind.objects.get(code="rest")
        assert self._near(cast, now, kind_code=kind.code) == ["驿站"]

    def test_beyond_forty_kilometres_nothing_is_near(self, make_site, cast, now):
        make_site("邻市", lon=125.60, lat=46.60)
        assert self._near(cast, now) == []

    def test_distance_is_that_of_the_sphere(self):
        assert selectors.metres_between(124.9, 46.6, 124.9, 46.6) == 0
        # A minute of latitude is a nautical mile.
        assert selectors.metres_between(124.9, 46.6, 124.9, 46.6 + 1 / 60) == pytest.approx(1853, abs=1)
        assert selectors.metres_between(124.9, 46.6, 124.91, 46.6) == pytest.approx(764, abs=1)

    def test_it_takes_few_queries_however_many_there_are(self, make_site, cast, now, django_assert_max_num_queries):
        for number in range(30):
            make_site(f"{number} 号", lon=124.90 + number / 10_000, lat=46.60)
        with django_assert_max_num_queries(4):
            assert len(self._near(cast, now)) == selectors.NEAREST


class TestDoor:
    def test_words_for_a_visitor(self, make_site, now):
        site = make_site()
        times = times_of([site], now)[site.pk]

        def told(hours: float) -> str:
            return selectors.door_of(times, now + timedelta(hours=hours)).words

        assert told(0) == "开放中，至 11:30"
        assert told(2) == "未开放，13:30 开放"
        assert told(8) == "未开放，明天 08:30 开放"
        assert told(24 * 4 + 8) == "未开放，周一 08:30 开放"

    def test_holidays_of_the_calendar_count(self, make_site, now):
        ensure_default_calendar()
        SpecialDay.objects.create(
            calendar=Calendar.objects.get(code="district"), date=date(2026, 11, 24), kind="holiday", name="试验节"
        )
        site = make_site(on_holidays="closed")
        days = selectors.days_ahead(times_of([site], now)[site.pk], now)
        assert [(day.is_open, day.note) for day in days[:3]] == [(True, ""), (False, "试验节"), (True, "")]


class TestGaps:
    def test_missing_small_and_unknown_are_counted_where_they_are(self, make_site, district, cast):
        make_site("够大", area_m2=500)
        make_site("太小", unit=district.community_2, area_m2=499)
        make_site("街道的", unit=district.street_1, area_m2=900)
        make_site("没量过", unit=district.grid_3, kind="rest", area_m2=None)
        rows = {row.street: {gap.kind.code: gap for gap in row.gaps} for row in selectors.gaps(cast.dc)}
        first, second = rows[district.street_1], rows[district.street_2]
        assert (first["centre"].missing, first["centre"].small) == (0, 2)
        assert (second["centre"].missing, second["centre"].small) == (2, 0)
        assert (first["rest"].missing, first["rest"].unknown) == (None, 1)

    def test_a_closed_centre_is_missing_again(self, make_site, district, cast):
        make_site(closed_on=date(2026, 1, 1))
        lacking = selectors.lacking(cast.dc, SiteKind.objects.get(code="centre"))
        assert district.community_1 in lacking

    def test_lists_behind_numbers_hold_as_many(self, make_site, district, cast):
        make_site("太小", area_m2=10)
        make_site("没量过", unit=district.community_2, area_m2=None)
        own = Site.objects.visible_to(cast.dc)
        assert [s.name for s in own.too_small()] == ["太小"]
        assert [s.name for s in own.unmeasured()] == ["没量过"]
        assert list(own.large_enough()) == []


class TestUnitsChange:
    @pytest.fixture(autouse=True)
    def _hooks(self, _own_registry):
        registry.register_open_work(site_moves.open_sites)
        registry.register_on_unit_closed(site_moves.hand_over_sites)
        registry.register_on_unit_moved(site_moves.follow_unit)

    def test_a_site_goes_with_its_community_to_another_street(self, make_site, district, cast, now):
        site, at_grid = make_site(), make_site("网格驿站", kind="rest", unit=district.grid_1)
        services.move_unit(
            unit_id=district.community_1.pk, parent_id=district.street_2.pk, effective_on=timezone.localdate(now),
            by=cast.dc, now=now,
        )  # fmt: skip
        for one in (site, at_grid):
            one.refresh_from_db()
            assert (one.street_id, one.community_id) == (district.street_2.pk, district.community_1.pk)

    def test_a_unit_is_not_closed_over_a_site_without_a_successor(self, make_site, district, cast, now):
        make_site(unit=district.grid_1)
        closing = {"unit_id": district.grid_1.pk, "effective_on": timezone.localdate(now), "by": cast.dc, "now": now}
        with pytest.raises(IllegalState, match="在用阵地"):
            services.close_unit(**closing)
        services.close_unit(**closing, successor_id=district.grid_2.pk)
        assert Site.objects.get().unit_id == district.grid_2.pk

    def test_merging_hands_sites_over_under_a_name_of_their_own(self, make_site, district, cast, now):
        make_site("红色驿站", unit=district.grid_1)
        make_site("红色驿站", unit=district.grid_2)
        services.merge_units(
            unit_ids=[district.grid_1.pk], into_id=district.grid_2.pk, effective_on=timezone.localdate(now),
            by=cast.dc, now=now,
        )  # fmt: skip
        names = set(Site.objects.filter(unit=district.grid_2).values_list("name", flat=True))
        assert names == {"红色驿站", "第1网格红色驿站"}
        assert Entry.objects.filter(action="site.unit_closed").count() == 1


class TestWriting:
    def _facts(self, district, **changes) -> SiteFacts:
        values = {
            "kind_id": SiteKind.objects.get(code="centre").pk, "name": "二社区党群服务中心",
            "unit_id": district.community_2.pk, "address": "幸福路 2 号", "opened_on": date(2024, 5, 1),
        }  # fmt: skip
        return SiteFacts(**(values | changes))

    def test_the_grid_is_the_one_that_the_point_lies_in(self, make_site, district, squares, cast, now):
        site = sites.add_site(facts=self._facts(district, lon=124.85, lat=46.55), by=cast.dc, now=now)
        assert (site.grid_id, site.community_id) == (district.grid_1.pk, district.community_2.pk)
        with pytest.raises(InvalidInput, match="不在本区范围内"):
            sites.add_site(facts=self._facts(district, name="外区", lon=126.0, lat=46.55), by=cast.dc, now=now)

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"lon": float("nan"), "lat": 46.5}, "lon"), ({"area_m2": 0}, "area_m2"), ({"name": "长" * 65}, "name"),
            ({"transferred": True}, "former_owner"), ({"former_owner": "采油厂"}, "transferred"),
            ({"opened_on": date(1900, 1, 1)}, "opened_on"), ({"phone": "电话"}, "phone"), ({"kind_id": 0}, "kind"),
            ({"cluster_id": 10**6}, "cluster"),
        ],
    )  # fmt: skip
    def test_each_fault_names_its_field(self, make_site, district, cast, now, changes, field):
        with pytest.raises(InvalidInput) as told:
            sites.add_site(facts=self._facts(district, **changes), by=cast.dc, now=now)
        assert told.value.field == field

    def test_saving_what_is_so_already_is_no_change(self, make_site, cast, now):
        site = make_site()
        sites.change_site(site_id=site.pk, facts=SiteFacts.of(site), by=cast.dc, now=now)
        assert not Entry.objects.filter(action="site.change").exists()

    def test_two_at_once_of_one_name_are_told_apart_by_the_database(self, make_site, district, cast, now, monkeypatch):
        make_site("二社区党群服务中心", unit=district.community_2)
        # The other's was not there yet when this one was checked.
        monkeypatch.setattr(facts, "_alone", lambda site: None)
        with pytest.raises(InvalidInput, match="已有在用的"):
            sites.add_site(facts=self._facts(district), by=cast.dc, now=now)
        assert Site.objects.count() == 1

    def test_the_database_keeps_the_rules_as_well(self, make_site):
        make_site()
        for changes in ({"lon": 1.0}, {"closed_on": date(2000, 1, 1)}, {"former_owner": "采油厂"}, {}):
            name = "一社区党群服务中心" if not changes else "另一个"
            with pytest.raises(IntegrityError), transaction.atomic():
                make_site(name, **changes)

    def test_what_was_right_when_proposed_may_be_so_no_longer(self, make_site, district, cast, now):
        proposal = site_proposals.propose_site(facts=self._facts(district), words="已建成", by=cast.ss, now=now)
        make_site("二社区党群服务中心", unit=district.community_2)
        with pytest.raises(InvalidInput, match="已有在用的"):
            site_proposals.decide_proposal(proposal_id=proposal.pk, accept=True, answer="", by=cast.dc, now=now)
        assert SiteProposal.objects.get().accepted is None


def test_the_demonstration_has_the_districts_numbers(territory, now):
    assert build_sites(now, PLATFORM) == build_sites(now, PLATFORM)
    found = Site.objects.filter(district=territory)
    assert found.filter(kind__code="centre").count() == Unit.objects.filter(kind=UnitKind.COMMUNITY).count() == 102
    assert {level: found.filter(level=level).count() for level, _ in LEVELS} == dict(LEVELS)
    assert found.filter(transferred=True).count() == TRANSFERRED
    assert {site.cluster.name for site in found.exclude(cluster=None)} == {name for name, _ in CLUSTERS}
    assert found.too_small().exists()
    assert {one.grid.community_id == one.community_id for one in found.select_related("grid")} == {True}
