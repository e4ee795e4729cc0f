"""Kinds of site with their standards, clusters, and the floor area that households ask for."""

from __future__ import annotations

import html
import importlib

import pytest
from django.apps import apps
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from grids.models import Cluster, Site, SiteKind
from grids.sites import selectors
from grids.sites.kinds import ensure_default_kinds
from grids.sites.standards import least_m2
from members.models import Household
from tests.signing import client_of


def _text(response) -> str:
    return html.unescape(response.content.decode())


def _url(name: str, *args) -> str:
    return reverse(f"grids:{name}", args=args)


def _households(unit, count, now, **changes) -> None:
    Household.objects.bulk_create(
        Household(
            address=f"幸福里{n}号", district_id=unit.district_id, street_id=unit.street_id,
            community_id=unit.community_id, made_at=now, **changes,
        )
        for n in range(count)
    )  # fmt: skip


class TestStandard:
    @given(st.integers(1, 5000), st.integers(1, 500), st.integers(0, 20_000))
    def test_the_larger_of_the_two_rounded_up(self, fixed, per_100, households):
        found = least_m2(fixed, per_100, households)
        assert found >= fixed
        assert found * 100 >= per_100 * households
        assert found == fixed or (found - 1) * 100 < per_100 * households

    def test_none_where_nothing_is_asked(self):
        assert least_m2(None, None, 900) is None
        assert least_m2(None, 30, 0) is None
        assert least_m2(None, 30, 1) == 1

    @pytest.mark.parametrize(("fixed", "per_100"), [(600, 30), (600, None), (None, 30), (None, None), (None, 7)])
    @pytest.mark.parametrize("households", [0, 1, 33])
    def test_the_database_says_the_same(self, make_site, district, now, fixed, per_100, households):
        make_site(unit=district.grid_1)
        SiteKind.objects.update(community_m2=fixed, per_100_households_m2=per_100)
        _households(district.community_1, households, now)
        _households(district.community_2, 50, now)
        site = Site.objects.select_related("kind", "unit").with_standard().get()
        assert site.standard == least_m2(fixed, per_100, households) == site.standard_m2

    def test_a_large_community_needs_a_larger_centre(self, make_site, district, cast, now):
        make_site("大社区", unit=district.community_1, area_m2=620)
        make_site("小社区", unit=district.community_2, area_m2=620)
        make_site("街道", unit=district.street_1, area_m2=1600)
        SiteKind.objects.filter(code="centre").update(per_100_households_m2=1000)
        _households(district.community_1, 80, now)
        _households(district.community_2, 80, now, dissolved_on=now.date())
        assert [site.name for site in Site.objects.too_small()] == ["大社区"]
        assert "差 180 ㎡" in _text(client_of(cast.dc).get(_url("sites")))
        rows = selectors.gaps(cast.dl)
        assert [gap.small for gap in rows[0].gaps if gap.kind.code == "centre"] == [1]

    def test_the_leader_opens_the_rows_behind_a_number(self, make_site, district, cast):
        make_site("太小", area_m2=100)
        leader = client_of(cast.dl)
        kind = SiteKind.objects.get(code="centre")
        address = f"{_url('sites')}?kind={kind.pk}&unit={district.street_1.pk}&standard=small"
        assert address in _text(leader.get(_url("site_gaps")))
        assert ">太小</a>" in _text(leader.get(address))


def test_the_placeholders_give_way_and_what_people_changed_stays(db):
    ensure_default_kinds()
    SiteKind.objects.filter(code="centre").update(
        district_m2=3000, street_m2=1500, community_m2=500, per_100_households_m2=None, source=""
    )
    SiteKind.objects.filter(code="rest").update(district_m2=20, street_m2=20, community_m2=25)
    SiteKind.objects.filter(code="shop").update(district_m2=20, street_m2=20, community_m2=20)
    importlib.import_module("grids.migrations.0004_site_photos").give_published_standards(apps, None)
    centre, rest, shop = (SiteKind.objects.get(code=code) for code in ("centre", "rest", "shop"))
    assert (centre.district_m2, centre.community_m2, centre.per_100_households_m2) == (None, 600, 30)
    assert "每百户居民不低于30平方米" in centre.source
    assert rest.community_m2 == 25
    assert not shop.has_standard


class TestKinds:
    FORM = {
        "name": "邻里食堂",
        "community_m2": "120",
        "per_100_households_m2": "10",
        "each_community": "on",
        "source": "区发〔2026〕1号",
    }

    def test_added_changed_removed(self, make_site, cast):
        client = client_of(cast.dc)
        assert client.post(_url("site_kind_add"), self.FORM).status_code == 302
        kind = SiteKind.objects.get(name="邻里食堂")
        assert (kind.community_m2, kind.each_community) == (120, True)
        assert "区发〔2026〕1号" in _text(client_of(cast.dl).get(_url("site_kinds")))
        assert client.post(_url("site_kind_edit", kind.pk), self.FORM | {"community_m2": ""}).status_code == 302
        kind.refresh_from_db()
        assert kind.community_m2 is None
        site = make_site()
        Site.objects.filter(pk=site.pk).update(kind=kind)
        assert "还有 1 个阵地" in _text(client.post(_url("site_kind_remove", kind.pk), follow=True))
        Site.objects.all().delete()
        client.post(_url("site_kind_remove", kind.pk))
        assert not SiteKind.objects.filter(pk=kind.pk).exists()

    @pytest.mark.parametrize(
        ("changes", "words"),
        [({"name": ""}, "请填写"), ({"name": "庆小驿"}, "已有“庆小驿”"), ({"community_m2": "-3"}, "大于"),
         ({"street_m2": "很大"}, "数")],
    )  # fmt: skip
    def test_what_is_wrong_is_told_and_kept(self, make_site, cast, changes, words):
        ensure_default_kinds()
        answer = client_of(cast.dc).post(_url("site_kind_add"), self.FORM | changes)
        assert answer.status_code == 400
        assert words in _text(answer)
        assert "区发〔2026〕1号" in _text(answer)

    def test_others_read_and_do_not_write(self, make_site, cast):
        kind = make_site().kind
        page = _text(client_of(cast.ss).get(_url("site_kinds")))
        names = ["党群服务中心", "庆小驿", "积分超市", "网格党校", "其他阵地"]
        assert sorted(names, key=lambda name: page.index(f'p-title">{name}')) == names
        assert _url("site_kind_edit", kind.pk) not in page
        assert client_of(cast.ss).post(_url("site_kind_add"), self.FORM).status_code == 403


class TestClusters:
    def test_added_filled_and_kept_while_in_use(self, make_site, district, cast):
        client = client_of(cast.dc)
        client.post(_url("site_cluster_add"), {"name": "北部矩阵", "form": "matrix"})
        cluster = Cluster.objects.get()
        make_site("一中心", cluster=cluster)
        page = _text(client_of(cast.gw).get(_url("site_clusters")))
        assert "北部矩阵" in page
        assert ">一中心</a>" in page
        assert f"{_url('sites')}?cluster={cluster.pk}" in page
        assert "还有 1 个阵地" in _text(client.post(_url("site_cluster_remove", cluster.pk), follow=True))
        client.post(_url("site_cluster_edit", cluster.pk), {"name": "北部示范带", "form": "belt"})
        cluster.refresh_from_db()
        assert (cluster.name, cluster.form) == ("北部示范带", "belt")
        assert client.post(_url("site_cluster_add"), {"name": "北部示范带", "form": "belt"}).status_code == 400
        Site.objects.update(cluster=None)
        client.post(_url("site_cluster_remove", cluster.pk))
        assert not Cluster.objects.exists()

    def test_it_takes_few_queries_however_many(self, make_site, district, cast, django_assert_max_num_queries):
        for n in range(8):
            cluster = Cluster.objects.create(district=district.district, name=f"矩阵{n}", form="matrix")
            make_site(f"{n} 号", cluster=cluster)
        client = client_of(cast.dl)
        client.get(_url("site_clusters"))
        with django_assert_max_num_queries(10):
            client.get(_url("site_clusters"))
