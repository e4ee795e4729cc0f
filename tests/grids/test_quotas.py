"""Quotas: approved by documents, filled with grounds, proposed by streets; never filled beyond by a call."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from governance.errors import DomainError, IllegalState, NotAllowed
from grids.models import Quota, QuotaEvent
from grids.quotas import counts
from grids.quotas.demo import APPROVED, build_quotas
from grids.quotas.selectors import approved_since, by_street, total_of
from grids.services import quotas
from tests.signing import client_of

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 2)


@pytest.fixture
def approve(cast, district, now):
    """`approve(5)`: so many institution posts more for the first street."""

    def make(delta=3, unit=None, kind="institution"):
        return quotas.change_approved(
            unit_id=(unit or district.street_1).pk, kind=kind, delta=delta, document="让编发〔2026〕3号", on=DAY,
            by=cast.dc, now=now,
        )  # fmt: skip

    return make


def fill(district, cast, now, delta=1):
    return quotas.change_filled(
        unit_id=district.street_1.pk, kind="institution", delta=delta, on=DAY, grounds="录用", by=cast.dc, now=now
    )


def test_vacancies_and_too_many_are_shown(approve, cast, district, now):
    approve(3)
    fill(district, cast, now, 2)
    assert counts.of_unit(district.street_1.pk, "institution").vacant == 1
    fill(district, cast, now, 3)
    assert counts.of_unit(district.street_1.pk, "institution").over == 2
    page = client_of(cast.ss).get(reverse("grids:quotas")).content.decode()
    assert "5 / 3" in page
    assert "2 超编" in page


def test_a_street_sees_its_own_and_the_district_all_with_totals(approve, cast, district):
    approve(3)
    approve(4, district.street_2)
    assert [line.unit for line in by_street(cast.ss)] == [district.street_1]
    assert total_of(by_street(cast.dc)).counts["institution"].approved == 7


def test_a_post_is_filled_once_for_one_cause_and_never_beyond(approve, cast, district, now):
    approve(1)
    call = {"unit_id": district.street_1.pk, "kind": "institution", "on": DAY, "grounds": "入编", "now": now}
    with transaction.atomic():
        quotas.fill_one(cause="a:1", actor=cast.dc, **call)
    with pytest.raises(IllegalState, match="空缺"), transaction.atomic():
        quotas.fill_one(cause="a:2", actor=cast.dc, **call)
    assert Quota.objects.get().filled == 1


def test_a_street_proposes_for_itself_alone(approve, cast, district, now):
    approve(3)
    made = quotas.propose_quota(
        unit_id=district.street_1.pk, kind="institution", delta=2, words="业务增加", by=cast.ss, now=now
    )
    with pytest.raises(NotAllowed):
        quotas.propose_quota(
            unit_id=district.street_1.pk, kind="institution", delta=2, words="业务增加", by=cast.cs, now=now
        )
    client = client_of(cast.dc)
    url = reverse("grids:quota_proposal", args=[made.pk])
    assert client.post(url, {"accept": "1", "document": "", "answer": ""}).status_code == 400
    assert client.post(url, {"accept": "1", "document": "让编发〔2026〕9号", "answer": ""}).status_code == 302
    assert Quota.objects.get().approved == 5


def test_bad_input_is_told_and_kept(cast, district):
    client = client_of(cast.dc)
    answer = client.post(reverse("grids:quota_approve"), {"unit": district.street_1.pk, "kind": "institution",
                         "delta": "abc", "document": "让编发1号", "on": "2026-99-99"})  # fmt: skip
    assert answer.status_code == 400
    assert "让编发1号" in answer.content.decode()
    assert client.get(reverse("grids:quota_approve"), {"unit": "x" * 50, "kind": "\x01"}).status_code in {200, 400}
    assert client.get(reverse("grids:quotas"), {"street": "9" * 30}).status_code == 200


def test_history_takes_inserts_alone(approve):
    approve(3)
    with pytest.raises(IntegrityError), transaction.atomic():
        QuotaEvent.objects.update(delta=4)


def test_the_demonstration_has_the_districts_numbers_and_is_made_once(cast, district, now):
    build_quotas(now=now, by=cast.dc)
    assert {kind: number for kind, _, number in approved_since(cast.dc, date(2022, 1, 1))} == APPROVED
    made = Quota.objects.count()
    assert build_quotas(now=now, by=cast.dc) == made


def test_the_table_costs_few_queries(cast, district, now, django_assert_max_num_queries):
    build_quotas(now=now, by=cast.dc)
    client = client_of(cast.dc)
    client.get(reverse("grids:quotas"))
    with django_assert_max_num_queries(9):
        assert client.get(reverse("grids:quotas")).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_two_who_want_the_last_post(approve, cast, district, now):
    approve(1)
    both = Barrier(2)

    def want(number):
        try:
            both.wait(30)
            with transaction.atomic():
                quotas.fill_one(
                    unit_id=district.street_1.pk, kind="institution", cause=f"a:{number}", on=DAY, grounds="入编",
                    actor=cast.dc, now=now,
                )  # fmt: skip
        except DomainError:
            return "told"
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(want, range(2))) == ["done", "told"]
    assert Quota.objects.get().filled == 1
