"""Supervision orders, stages and explained visits by calls: scope, shapes, budgets."""

from __future__ import annotations

import pytest

from appeals import services
from appeals.models import Appeal, Category, SupervisionOrder

APPEALS, ORDERS = "/api/v1/appeals/", "/api/v1/supervision-orders/"
WORDS = "查明电梯反复停运的原因，三日内书面回复。"
ANSWER = "已约谈维保单位，周五前更换主板并每日巡检。"


def test_from_the_order_to_its_closing(api, in_progress, cast) -> None:
    url = f"{APPEALS}{in_progress.pk}"
    made = api(cast.dl).post(f"{url}/supervise/", {"words": WORDS})
    assert (made.status_code, made.json()["is_supervised"]) == (200, True)
    row = api(cast.ds).get(ORDERS, {"state": "open"}).json()["results"][0]
    assert (row["words"], row["appeal_number"], row["origin"]) == (WORDS, in_progress.number, "leader")
    answer = {"answer": ANSWER, "order_id": row["id"]}
    assert api(cast.ds).post(f"{url}/answer-supervision/", answer).status_code == 200
    refused = api(cast.dc).post(f"{url}/review-supervision/", {"accept": False})
    assert (refused.status_code, refused.json()["field"]) == (400, "words")
    closed = api(cast.dc).post(f"{url}/review-supervision/", {"accept": True})
    assert closed.json()["is_supervised"] is False
    assert api(cast.dc).get(ORDERS).json()["results"][0]["closed_how"] == "accepted"


def test_each_sees_what_is_theirs(api, in_progress, cast, now) -> None:
    services.supervise(appeal_id=in_progress.pk, words=WORDS, by=cast.dc, now=now)
    for actor, number in ((cast.dc, 1), (cast.ss, 1), (cast.ds, 1), (cast.ds_2, 0), (cast.ss_2, 0), (cast.cw, 0)):
        assert len(api(actor).get(ORDERS).json()["results"]) == number, actor.role
    assert api(cast.au).get(ORDERS).status_code == 403


@pytest.mark.parametrize("query", [{"unit": "x"}, {"state": "nix"}, {"appeal": "9" * 40}, {"number": "a\x00"}])
def test_what_makes_no_sense_is_refused(api, in_progress, cast, query: dict) -> None:
    assert api(cast.dc).get(ORDERS, query).status_code == 400


def test_the_budget_does_not_grow_with_the_rows(
    api, registered, cast, district, now, django_assert_max_num_queries
) -> None:
    for unit in (district.community_1, district.community_2, district.community_3) * 3:
        appeal = registered(unit_id=unit.pk)
        Appeal.objects.filter(pk=appeal.pk).update(desk_unit=unit)
        services.supervise(appeal_id=appeal.pk, words=WORDS, by=cast.dl, now=now)
    client = api(cast.dc)
    client.get(ORDERS)
    with django_assert_max_num_queries(8):
        assert len(client.get(ORDERS).json()["results"]) == SupervisionOrder.objects.count() == 9


def test_a_stage(api, registered, cast, district, now) -> None:
    category = Category.objects.get(path="城乡建设/城乡规划/违章建筑")
    appeal = registered(category_id=category.pk, unit_id=district.community_1.pk)
    services.dispatch(appeal_id=appeal.pk, to_unit_id=district.department_1.pk, by=cast.dc, now=now)
    client, url = api(cast.ds), f"{APPEALS}{appeal.pk}"
    assert client.post(f"{url}/accept/").status_code == 200
    body = {"stage": "stage_stop", "words": "现场已拆除，不再需要停工。"}
    without = client.post(f"{url}/finish-stage/", body)
    assert (without.status_code, without.json()["field"]) == (400, "attachments")
    assert client.post(f"{url}/finish-stage/", body | {"is_needed": False}).status_code == 200


def test_a_visit_that_explained(api, resolved, cast) -> None:
    body = {"method": "phone", "reached": True, "solved": False, "satisfaction": "basically", "explained": True}
    body["words"] = "超出保修范围，已解释。"
    answer = api(cast.ss).post(f"{APPEALS}{resolved.pk}/visit/", body)
    assert (answer.json()["state"], answer.json()["close_kind"]) == ("closed", "explained")


def test_nobody_may_speak_for_the_complainant(api, resolved, cast) -> None:
    assert api(cast.dc).post(f"{APPEALS}{resolved.pk}/not-solved/", {"words": "没有解决。"}).status_code == 404
