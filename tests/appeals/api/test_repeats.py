"""The API for repeats: candidates with reasons, marks, refusals, many merged at once."""

from __future__ import annotations

import pytest

from appeals.models import RepeatMark

URL = "/api/v1/appeals/"


def test_found_marked_and_taken_back(api, registered, cast) -> None:
    first, second = registered(), registered()
    client = api(cast.dc)
    (found,) = client.get(f"{URL}{second.pk}/repeats/").json()
    assert (found["appeal"]["number"], found["score"]) == (first.number, 100)
    assert "同一电话" in found["reasons"]
    marked = client.post(f"{URL}{second.pk}/mark-repeat/", {"earlier": first.pk}).json()
    assert (marked["company"]["size"], marked["company"]["people"], marked["company"]["is_mass"]) == (2, 1, False)
    rows = client.get(f"{URL}?repeat=joined").json()["results"]
    assert {row["id"] for row in rows} == {first.pk, second.pk}
    assert client.post(f"{URL}{second.pk}/unmark-repeat/", {"words": "两件不同的事"}).json()["company"] is None
    assert client.post(f"{URL}{second.pk}/refuse-repeat/", {"earlier": first.pk}).status_code == 204
    assert client.get(f"{URL}{second.pk}/repeats/").json() == []


def test_many_into_one(api, registered, cast) -> None:
    first, second, third = registered(), registered(), registered()
    client = api(cast.dc)
    results = client.post(f"{URL}bulk-merge/", {"appeal_ids": [third.pk, second.pk, first.pk]}, format="json").json()
    assert [row["problem"] for row in results] == ["", ""]
    (row,) = [row for row in client.get(URL).json()["results"] if row["id"] == third.pk]
    assert row["parent"] == {"id": first.pk, "number": first.number, "state": "registered"}


@pytest.mark.parametrize("call", ["mark-repeat", "refuse-repeat"])
@pytest.mark.parametrize("body", [{}, {"earlier": "甲"}, {"earlier": 0}, {"earlier": 2**70}, {"earlier": 999999}])
def test_whatever_is_sent_is_refused_in_words(api, registered, cast, call, body) -> None:
    answer = api(cast.dc).post(f"{URL}{registered().pk}/{call}/", body, format="json")
    assert answer.status_code == 400
    assert answer.json()
    assert not RepeatMark.objects.exists()


def test_outside_the_scope_404_without_the_right_403(api, registered, cast, district) -> None:
    appeal, other = (registered(unit_id=district.community_1.pk) for _ in range(2))
    url, body = f"{URL}{appeal.pk}/", {"earlier": other.pk}
    for who, status in ((cast.ss_2, 404), (cast.ds, 403)):
        assert api(who).get(f"{url}repeats/").status_code == status
        assert api(who).post(f"{url}mark-repeat/", body).status_code == status
        assert api(who).post(f"{url}refuse-repeat/", body).status_code == status
    assert not RepeatMark.objects.exists()
