"""The API for appeals: the same scope and rules as the pages, with paging, budgets and idempotency."""

from __future__ import annotations

import uuid

import pytest
from rest_framework.test import APIClient

from appeals.models import Appeal
from governance.audit.models import Entry
from tests.appeals.conftest import REPLY, RESULT

NEW = {"title": "楼道灯不亮", "content": "二单元三楼的灯坏了一周。", "channel": "phone", "phone": "13812344080"}
URL = "/api/v1/appeals/"


def test_nobody_without_a_token(db) -> None:
    answer = APIClient().get(URL)
    assert answer.status_code == 401
    assert answer.json()["code"]


def test_register_and_read(api, rules, cast) -> None:
    client = api(cast.dc)
    made = client.post(URL, NEW)
    assert made.status_code == 201, made.json()
    body = made.json()
    assert (body["state"], body["phone_masked"]) == ("registered", "138****4080")
    assert "13812344080" not in made.content.decode()
    assert "dispatch" in body["steps"]
    assert client.get(f"{URL}{body['id']}/").json() == body
    assert [row["id"] for row in client.get(URL).json()["results"]] == [body["id"]]
    assert client.get(f"{URL}{body['id']}/history/").json()["results"][0]["kind"] == "register"


def test_the_whole_way(api, rules, cast, district) -> None:
    centre, department, street = api(cast.dc), api(cast.ds), api(cast.ss)
    pk = centre.post(URL, NEW | {"unit_id": district.community_1.pk}).json()["id"]
    calls = [
        (centre, "dispatch", {"to_unit_id": district.department_1.pk, "words": "请办理。"}, "dispatched"),
        (department, "accept", {}, "in_progress"),
        (department, "contact", {"words": "已联系诉求人。"}, "in_progress"),
        (department, "resolve", {"result": RESULT, "public_reply": REPLY}, "resolved"),
        (street, "visit", {"method": "phone", "reached": True, "solved": True, "satisfaction": "satisfied"}, "closed"),
    ]
    for client, step, body, state in calls:
        answer = client.post(f"{URL}{pk}/{step}/", body)
        assert answer.status_code == 200, (step, answer.json())
        assert answer.json()["state"] == state


def test_outside_the_scope_404_inside_without_the_right_403(api, dispatched, cast) -> None:
    url = f"{URL}{dispatched.pk}/"
    for outsider in (cast.ds_2, cast.cw_3, cast.ss_2):
        assert api(outsider).get(url).status_code == 404
        assert api(outsider).post(f"{url}accept/").status_code == 404
    # The community sees what happened in it, but the order lies with the department.
    assert api(cast.cw).get(url).status_code == 200
    assert api(cast.cw).post(f"{url}accept/").status_code == 403
    # A role that never may is refused without a look at the object.
    assert api(cast.au).get(url).status_code == 403
    assert api(cast.dl).post(f"{URL}999999/accept/").status_code == 403


def test_refusals_are_chinese_and_name_the_field(api, rules, cast) -> None:
    answer = api(cast.dc).post(URL, NEW | {"phone": "123"})
    assert (answer.status_code, answer.json()["field"]) == (400, "phone")
    assert "号" in answer.json()["message"]


def test_a_step_from_the_wrong_state_is_a_conflict(api, dispatched, cast, district) -> None:
    answer = api(cast.dc).post(f"{URL}{dispatched.pk}/dispatch/", {"to_unit_id": district.street_1.pk})
    assert answer.status_code == 409


def test_one_key_one_appeal(api, rules, cast) -> None:
    client, key = api(cast.dc), str(uuid.uuid4())
    answers = [client.post(URL, NEW, headers={"Idempotency-Key": key}) for _ in range(3)]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Appeal.objects.count() == 1
    other = client.post(URL, NEW | {"title": "另一件事"}, headers={"Idempotency-Key": key})
    assert other.status_code == 409


def test_a_source_number_is_registered_once(api, rules, cast) -> None:
    client = api(cast.dc)
    new = NEW | {"channel": "hotline", "source_number": "DQ-1"}
    assert client.post(URL, new).status_code == 201
    again = client.post(URL, new)
    assert (again.status_code, again.json()["field"]) == (409, "source_number")


def test_pages_together_are_the_whole_list(api, registered, cast) -> None:
    made = {registered().pk for _ in range(7)}
    client, seen, url = api(cast.dc), [], f"{URL}?page_size=3"
    while url:
        page = client.get(url).json()
        seen += [row["id"] for row in page["results"]]
        url = page["next"]
    assert sorted(seen) == sorted(made)


def test_filters(api, registered, cast, district) -> None:
    here = registered(unit_id=district.community_1.pk, title="水管爆裂", content="厨房水管爆裂漏水严重。")
    registered(unit_id=district.community_3.pk)
    client = api(cast.dc)
    for query in (
        "q=水管",
        f"place={district.street_1.pk}",
        f"q={here.number}",
        "state=registered&q=爆裂",
    ):
        assert [row["id"] for row in client.get(f"{URL}?{query}").json()["results"]] == [here.pk], query


def test_the_list_costs_the_same_for_one_and_for_many(api, registered, cast, django_assert_max_num_queries) -> None:
    client = api(cast.dc)
    for _ in range(12):
        registered()
    client.get(URL)
    # Token, its last use, the rows.
    with django_assert_max_num_queries(5):
        assert len(client.get(URL).json()["results"]) == 12


def test_a_look_at_a_number_is_recorded(api, in_progress, cast) -> None:
    url = f"{URL}{in_progress.pk}/reveal/"
    answer = api(cast.ds).post(url, {"field": "phone", "reason": "核实情况"})
    assert answer.json() == {"value": "13812344080"}
    assert Entry.objects.filter(action="privacy.read", subject_id=in_progress.pk).count() == 1
    assert api(cast.dl).post(url, {"field": "phone", "reason": "看看"}).status_code == 403


@pytest.mark.parametrize(
    "bad", ["cursor=x", "page_size=abc", "category=abc", "place=99999999999999999999", "state=%00"]
)
def test_odd_questions_are_never_an_error_of_ours(api, registered, cast, bad: str) -> None:
    registered()
    assert api(cast.dc).get(f"{URL}?{bad}").status_code in {200, 400, 404}


def test_bulk_dispatch_answers_for_each(api, registered, dispatched, cast, district) -> None:
    fresh = registered()
    body = {"appeal_ids": [fresh.pk, dispatched.pk, 10**9], "to_unit_id": district.street_1.pk}
    results = api(cast.dc).post(f"{URL}bulk-dispatch/", body).json()
    assert {row["appeal_id"]: bool(row["problem"]) for row in results} == {fresh.pk: False, dispatched.pk: True}
