"""Sites for other systems."""

from __future__ import annotations

from datetime import date

import pytest

from grids.models import Cluster, SiteException
from tests.files.crafted import picture, upload
from tests.signing import client_of

ALWAYS = (((0, 1440),),) * 7


def _names(client, **given) -> list[str]:
    answer = client.get("/api/v1/sites/", given)
    assert answer.status_code == 200, answer.content
    return [site["name"] for site in answer.json()["results"]]


def test_they_are_narrowed(make_site, district, cast):
    cluster = Cluster.objects.create(district=district.district, name="北部矩阵", form="matrix")
    make_site("常开", week=ALWAYS, level="city", cluster=cluster, lon=124.9, lat=46.6)
    make_site("白天", unit=district.community_3, area_m2=100, kind="rest", lon=125.0, lat=46.6)
    make_site("停用", closed_on=date(2026, 1, 1))
    client = client_of(cast.dc)
    monday, night = "2026-11-23T10:00:00+08:00", "2026-11-23T22:00:00+08:00"
    for given, expected in (
        ({}, ["停用", "常开", "白天"]),
        ({"closed": "false"}, ["常开", "白天"]),
        ({"open_at": monday}, ["常开", "白天"]),
        ({"open_at": night}, ["常开"]),
        ({"kind": "rest"}, ["白天"]),
        ({"within": district.street_2.pk}, ["白天"]),
        ({"level": "any"}, ["常开"]),
        ({"cluster": cluster.pk}, ["常开"]),
        ({"transferred": "true"}, []),
        ({"q": "常"}, ["常开"]),
        ({"standard": "met", "closed": "false"}, ["常开", "白天"]),
        ({"lon": 124.9001, "lat": 46.6, "within_m": 500}, ["常开"]),
        ({"lon": 124.9001, "lat": 46.6, "within_m": 20000, "open_at": night}, ["常开"]),
    ):
        assert sorted(_names(client, **given)) == sorted(expected), given


def test_pages_follow_one_another_in_few_queries(make_site, cast, django_assert_max_num_queries):
    for n in range(9):
        make_site(f"{n} 号")
    client = client_of(cast.gw)
    client.get("/api/v1/sites/")
    with django_assert_max_num_queries(10):
        first = client.get("/api/v1/sites/", {"page_size": 5}).json()
    second = client.get(first["next"]).json()
    assert [site["name"] for site in first["results"] + second["results"]] == [f"{n} 号" for n in range(9)]


def test_the_nearest_at_a_moment(make_site, cast):
    make_site("远", week=ALWAYS, lon=124.95, lat=46.6)
    make_site("近", lon=124.9, lat=46.6)
    point = {"lon": 124.901, "lat": 46.6}
    client = client_of(cast.gw)
    night = client.get("/api/v1/sites/near/", point | {"at": "2026-11-23T22:00:00+08:00"}).json()
    assert [(one["name"], one["is_open"]) for one in night] == [("远", True)]
    both = client.get("/api/v1/sites/near/", point | {"at": "2026-11-23T22:00:00+08:00", "all": "true"}).json()
    assert [one["name"] for one in both] == ["近", "远"]
    assert 70 < both[0]["metres"] < 85


def test_the_hours_of_any_days(make_site, cast):
    site = make_site()
    SiteException.objects.create(
        site=site, from_date=date(2025, 3, 4), to_date=date(2025, 3, 4), windows=[[540, 600]], reason="检修"
    )
    client = client_of(cast.gw)
    found = client.get(f"/api/v1/sites/{site.pk}/", {"from": "2025-03-03", "to": "2025-03-08"}).json()
    windows = {day["date"]: day["windows"] for day in found["days"]}
    assert windows["2025-03-03"] == [["08:30", "11:30"], ["13:30", "17:00"]]
    assert windows["2025-03-04"] == [["09:00", "10:00"]]
    assert windows["2025-03-08"] == []
    assert found["days"][1]["note"] == "检修"
    assert (found["standard_m2"], found["short_of_m2"]) == (500, 0)
    assert found["week"][0] == {"day": "周一", "windows": [["08:30", "11:30"], ["13:30", "17:00"]]}
    assert len(client.get(f"/api/v1/sites/{site.pk}/").json()["days"]) == 7


def test_photos_are_named_and_fetched(make_site, cast, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    site = make_site()
    client_of(cast.dc).post(
        f"/territory/sites/{site.pk}/photos/", {"photos": [upload("a.jpg", picture())], "caption": "大厅"}
    )
    client = client_of(cast.gw)
    photo = client.get(f"/api/v1/sites/{site.pk}/").json()["photos"][0]
    assert photo["caption"] == "大厅"
    content = b"".join(client.get(f"/api/v1/attachments/{photo['id']}/").streaming_content)
    assert content.startswith(b"\xff\xd8")


@pytest.mark.parametrize(
    "address",
    [
        "?open_at=soon", "?lon=x&lat=1", "?lon=124.9&lat=46.6&within_m=0", "?lon=124.9", "?level=moon", "?within=x",
        "near/?lon=124.9", "near/?lon=124.9&lat=46.6&at=soon", "near/?lon=124.9&lat=46.6&at=0001-01-01",
    ],
)  # fmt: skip
def test_nonsense_is_answered_400(make_site, cast, address):
    assert client_of(cast.dc).get(f"/api/v1/sites/{address}").status_code == 400


@pytest.mark.parametrize(
    "query", ["from=x", "from=2026-02-30", "to=0001-01-01", "from=2026-01-02&to=2026-01-01", "to=2099-01-01"]
)
def test_days_that_are_none_are_answered_400(make_site, cast, query):
    assert client_of(cast.dc).get(f"/api/v1/sites/{make_site().pk}/?{query}").status_code == 400


def test_nobody_reads_without_signing_in(db, client):
    assert client.get("/api/v1/sites/").status_code == 401
