"""The yearly appraisal: a fifth may be excellent, each fills in what is theirs, what is decided is locked."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from members.careers.services import appraisals
from members.careers.services.appraisals import Line, excellent_most
from members.models import Career
from tests.signing import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def five(career, cast, now):
    """Five workers of the first community, one of another, and the round of their street."""
    people = [career("worker", name=f"王{name}", order=n * 2 + 1, appraised=()) for n, name in enumerate("国军民伟平")]
    return people, appraisals.open_round(street_id=cast.ss.street_id, year=2026, by=cast.ss, now=now)


def fill(found, people, results, by, now, words=""):
    lines = {career.pk: Line(result, words) for career, result in zip(people, results, strict=True)}
    return appraisals.set_results(round_id=found.pk, lines=lines, by=by, now=now)


@pytest.mark.parametrize(("people", "most"), [(0, 0), (4, 0), (5, 1), (9, 1), (10, 2), (102, 20)])
def test_a_fifth_and_not_more(people, most):
    assert excellent_most(people) == most


def test_one_of_five_is_excellent_and_two_are_refused(five, cast, now):
    people, found = five
    with pytest.raises(InvalidInput, match="优秀最多 1 人，现为 2 人"):
        fill(found, people, ["excellent", "excellent", "good", "good", "good"], cast.cs, now)
    assert fill(found, people, ["excellent", "good", "good", "basic", "good"], cast.cs, now) == 5


def test_a_community_fills_in_its_own_people(five, cast, now):
    people, found = five
    with pytest.raises(NotFound):
        fill(found, people[:1], ["good"], cast.cs_2, now)


def test_the_street_appraises_the_secretary(career, cast, now):
    made = career("secretary", appraised=())
    found = appraisals.open_round(street_id=cast.ss.street_id, year=2026, by=cast.ss, now=now)
    with pytest.raises(NotAllowed, match="由街道填写"):
        fill(found, [made], ["good"], cast.cs, now)
    assert fill(found, [made], ["good"], cast.ss, now) == 1


def test_what_is_decided_is_locked_and_in_each_history(five, cast, now):
    people, found = five
    with pytest.raises(IllegalState, match="还有 5 人没有填写"):
        appraisals.submit_round(round_id=found.pk, by=cast.ss, now=now)
    fill(found, people, ["excellent", "good", "good", "basic", "good"], cast.cs, now)
    appraisals.submit_round(round_id=found.pk, by=cast.ss, now=now)
    with pytest.raises(IllegalState, match="街道已审核"):
        fill(found, people[:1], ["good"], cast.cs, now)
    appraisals.decide_round(round_id=found.pk, accept=True, words="同意", by=cast.dc, now=now)
    with pytest.raises(IllegalState, match="已审定"):
        appraisals.decide_round(round_id=found.pk, accept=False, words="退回", by=cast.dc, now=now)
    event = people[0].events.get(kind="appraised")
    assert (event.after, event.by_name) == ({"year": 2026, "result": "excellent"}, cast.dc.user_name)


def test_a_failed_year_puts_the_next_grade_off(five, cast, now):
    people, found = five
    before = people[0].next_grade_on
    assert before == date(2028, 3, 1)
    fill(found, people, ["failed", "good", "good", "good", "good"], cast.cs, now, words="多次脱岗")
    appraisals.submit_round(round_id=found.pk, by=cast.ss, now=now)
    appraisals.decide_round(round_id=found.pk, accept=True, words="同意", by=cast.dc, now=now)
    assert Career.objects.get(pk=people[0].pk).next_grade_on == date(2029, 3, 1)


def test_a_returned_round_is_open_again(five, cast, now):
    people, found = five
    fill(found, people, ["good"] * 5, cast.cs, now)
    appraisals.submit_round(round_id=found.pk, by=cast.ss, now=now)
    appraisals.decide_round(round_id=found.pk, accept=False, words="请核实两名人员", by=cast.dc, now=now)
    assert fill(found, people[:1], ["basic"], cast.ss, now) == 1


def test_the_table_keeps_what_was_typed_when_it_is_refused(five, cast):
    people, found = five
    url = reverse("members:appraisal", args=[found.pk])
    client = client_of(cast.cs)
    sent = {f"result_{career.pk}": "excellent" for career in people} | {f"words_{people[0].pk}": "走访入户多"}
    answer = client.post(url, sent)
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "优秀最多 1 人" in page
    assert "走访入户多" in page
    assert client.post(url, {f"result_{career.pk}": "good" for career in people}).status_code == 302
    assert client.post(url, {"result_x": "good", f"result_{people[0].pk}": "nonsense"}).status_code == 400
