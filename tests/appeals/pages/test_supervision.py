"""督办 as people see it: the list, the sheet, the steps' forms, the worklist, the leaders' list, the returns."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from appeals import desk, services
from appeals.models import Appeal, SendBack, SupervisionOrder
from tests.appeals.pages.conftest import XSS

LIST = "/appeals/supervision/"
WORDS = "查明电梯反复停运的原因，三日内书面回复。"
ANSWER = "已约谈维保单位，周五前更换主板并每日巡检。"


def orders_in(response) -> set[str]:
    return set(re.findall(r"DB\d{8}-\d{3}", response.content.decode()))


@pytest.fixture
def order(in_progress, cast, now) -> SupervisionOrder:
    services.supervise(appeal_id=in_progress.pk, words=WORDS, by=cast.dc, now=now)
    return SupervisionOrder.objects.get()


class TestList:
    def test_each_sees_what_is_theirs(self, order, browse, cast) -> None:
        for actor in (cast.dl, cast.dc, cast.sl, cast.ss, cast.ds):
            assert orders_in(browse(actor).get(LIST)) == {order.number}, actor.role
        for actor in (cast.ss_2, cast.cs, cast.cw, cast.gw, cast.ds_2):
            assert orders_in(browse(actor).get(LIST)) == set(), actor.role
        assert browse(cast.au).get(LIST).status_code == 403

    def test_tabs(self, order, browse, cast, now) -> None:
        client = browse(cast.dc)
        assert orders_in(client.get(LIST, {"tab": "open"})) == {order.number}
        assert orders_in(client.get(LIST, {"tab": "late"})) == set()
        SupervisionOrder.objects.update(is_late=True)
        assert orders_in(client.get(LIST, {"tab": "late"})) == {order.number}
        services.answer_supervision(appeal_id=order.appeal_id, answer=ANSWER, by=cast.ds, now=now)
        assert orders_in(client.get(LIST, {"tab": "answered"})) == {order.number}
        assert "逾期回复" in client.get(LIST).content.decode()

    def test_filters(self, order, browse, cast, district) -> None:
        client = browse(cast.dc)
        hits = [{"q": order.number.lower()}, {"q": order.appeal.number}, {"unit": order.unit_id}, {"origin": "leader"},
                {"issued_after": timezone.localdate().isoformat()}]  # fmt: skip
        for query in hits:
            assert orders_in(client.get(LIST, query)) == {order.number}, query
        misses = [{"q": "DB20000101-001"}, {"unit": district.department_2.pk}, {"origin": "ladder"},
                  {"issued_before": "2020-01-01"}]  # fmt: skip
        for query in misses:
            assert order.number not in client.get(LIST, query).content.decode().split('id="results"')[-1], query

    def test_the_budget_does_not_grow_with_the_rows(
        self, order, registered, browse, cast, district, now, django_assert_max_num_queries
    ) -> None:
        client = browse(cast.dc)
        client.get(LIST)
        for unit in (district.community_1, district.community_2, district.community_3):
            for _ in range(4):
                appeal = registered(unit_id=unit.pk)
                Appeal.objects.filter(pk=appeal.pk).update(desk_unit=unit)
                services.supervise(appeal_id=appeal.pk, words=WORDS, by=cast.dl, now=now)
        with django_assert_max_num_queries(14):
            assert len(orders_in(client.get(LIST))) == 13

    def test_no_input_breaks_it(self, order, browse, cast) -> None:
        for query in (
            {"unit": "9" * 30},
            {"origin": "x"},
            {"issued_after": "0001-01-01"},
            {"q": "a\x00b"},
            {"tab": "?"},
        ):
            assert browse(cast.dc).get(LIST, query).status_code in {200, 400}, query


class TestSheet:
    def test_it_prints_what_was_asked_and_answered(self, order, browse, cast, now) -> None:
        services.answer_supervision(appeal_id=order.appeal_id, answer=ANSWER + XSS, by=cast.ds, now=now)
        page = browse(cast.ds).get(f"{LIST}{order.pk}/print/").content.decode()
        assert order.number in page
        assert WORDS in page
        assert ANSWER in page
        assert "<script>alert" not in page
        assert browse(cast.ds_2).get(f"{LIST}{order.pk}/print/").status_code == 404


class TestSteps:
    def test_from_the_order_to_its_closing(self, in_progress, browse, cast) -> None:
        url = f"/appeals/{in_progress.pk}/steps"
        page = browse(cast.dl).get(f"{url}/supervise/").content.decode()
        assert "试验区城管局" in page
        done = browse(cast.dl).post(f"{url}/supervise/", {"words": WORDS})
        assert done.status_code == 302
        detail = browse(cast.ds).get(f"/appeals/{in_progress.pk}/").content.decode()
        assert "回复督办" in detail
        assert WORDS in detail
        order = SupervisionOrder.objects.get()
        browse(cast.ds).post(f"{url}/answer_supervision/", {"answer": ANSWER, "order": order.pk})
        assert ANSWER in browse(cast.dc).get(f"{url}/review_supervision/").content.decode()
        refused = browse(cast.dc).post(f"{url}/review_supervision/", {"accept": "no", "words": "", "order": order.pk})
        assert refused.status_code == 400
        browse(cast.dc).post(f"{url}/review_supervision/", {"accept": "yes", "words": "", "order": order.pk})
        order.refresh_from_db()
        assert order.state == "closed"
        assert Appeal.objects.get(pk=in_progress.pk).is_supervised is False

    def test_a_street_sees_no_button_for_a_department(self, in_progress, browse, cast) -> None:
        assert "steps/supervise/" not in browse(cast.sl).get(f"/appeals/{in_progress.pk}/").content.decode()
        assert "steps/supervise/" in browse(cast.dc).get(f"/appeals/{in_progress.pk}/").content.decode()

    def test_another_order_cannot_be_chosen(self, order, browse, cast) -> None:
        url = f"/appeals/{order.appeal_id}/steps/answer_supervision/"
        for other in ("0", "x", str(10**30)):
            answer = browse(cast.ds).post(url, {"answer": ANSWER, "order": other})
            assert answer.status_code == 400


class TestWorklist:
    def piles(self, actor) -> dict[str, int]:
        return {pile.key: pile.appeals.count() for pile in desk.piles(actor)}

    def test_who_has_to_answer_and_who_to_review(self, order, browse, cast, now) -> None:
        assert self.piles(cast.ds)["supervision"] == 1
        assert self.piles(cast.ds_2)["supervision"] == 0
        assert "待回复督办" in browse(cast.ds).get("/appeals/worklist/").content.decode()
        assert self.piles(cast.dc)["supervision_review"] == 0
        services.answer_supervision(appeal_id=order.appeal_id, answer=ANSWER, by=cast.ds, now=now)
        assert self.piles(cast.ds)["supervision"] == 0
        assert self.piles(cast.dc)["supervision_review"] == 1
        assert "待审核督办回复" in browse(cast.dc).get("/appeals/worklist/").content.decode()


class TestLeaderList:
    def test_what_is_late_and_whose(self, in_progress, registered, browse, cast, district) -> None:
        other = registered()
        Appeal.objects.filter(pk=in_progress.pk).update(ladder=3)
        page = browse(cast.dl).get("/appeals/leader-list/").content.decode()
        assert in_progress.number in page
        assert other.number not in page
        assert f"/appeals/leader-list/?unit={district.department_1.pk}" in page
        Appeal.objects.filter(pk=in_progress.pk).update(state="closed")
        assert in_progress.number not in browse(cast.dc).get("/appeals/leader-list/").content.decode()

    def test_for_the_district_alone(self, browse, cast) -> None:
        assert browse(cast.sl).get("/appeals/leader-list/").status_code == 403


class TestSendBacks:
    URL = "/appeals/send-backs/"

    @pytest.fixture
    def returned(self, dispatched, cast, now) -> SendBack:
        services.send_back(appeal_id=dispatched.pk, reason="not_my_duty", words="不属于本局职责。", by=cast.ds, now=now)
        later = now + timedelta(seconds=1)
        services.adjudicate(appeal_id=dispatched.pk, uphold=False, words="属你局职责。", by=cast.dc, now=later)
        return SendBack.objects.get()

    def test_each_number_opens_its_appeals(self, returned, registered, browse, cast) -> None:
        registered()
        client = browse(cast.dc)
        page = client.get(self.URL)
        (row, rate, numbers) = page.context["rows"][0]
        assert (row.name, rate, [n for _, n, _ in numbers]) == ("试验区城管局", 100.0, [1, 0, 1, 0])
        behind = client.get(numbers[2][2]).content.decode()
        assert set(re.findall(r"MH\d{8}-\d{4}", behind)) == {returned.appeal.number}
        upheld = client.get(numbers[1][2]).content.decode()
        assert not re.findall(r"MH\d{8}-\d{4}", upheld)

    def test_a_period_without_any(self, returned, browse, cast) -> None:
        page = browse(cast.dc).get(self.URL, {"since": "2020-01-01", "until": "2020-01-31"})
        assert "没有退单" in page.content.decode()

    def test_no_input_breaks_it(self, returned, browse, cast) -> None:
        client = browse(cast.dc)
        for query in ({"since": "0001-01-01", "until": "9999-12-31"}, {"since": "x"}, {"since": "a\x00"}):
            assert client.get(self.URL, query).status_code in {200, 400}
        for text in (
            "x",
            "1.asked.2026-13-40.2026-01-01",
            f"{10**15 - 1}.asked.0001-01-01.9999-12-31",
            "1.nix.2026-01-01.2026-01-02",
        ):
            assert client.get("/appeals/", {"returned": text}).status_code == 200

    def test_for_the_district_alone(self, browse, cast) -> None:
        assert browse(cast.ss).get(self.URL).status_code == 403


def test_the_pages_are_found_in_the_navigation(browse, cast, rules) -> None:
    page = browse(cast.dc).get("/appeals/worklist/").content.decode()
    for url in (LIST, "/appeals/leader-list/", "/appeals/send-backs/"):
        assert f'href="{url}"' in page
    assert "/appeals/send-backs/" not in browse(cast.cw).get("/appeals/worklist/").content.decode()
