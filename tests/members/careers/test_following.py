"""What becomes of a career when its person is merged, dies or moves, or its unit closes; two who decide at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection, connections
from django.urls import reverse

from governance.deadlines.models import Clock
from governance.errors import DomainError, IllegalState
from governance.scope import PLATFORM
from grids import registry as territory
from grids.models.quotas import WORKERS
from grids.quotas import counts
from members.careers.demo import present
from members.careers.services import _steps, careers, procedures
from members.careers.services.careers import Entry
from members.models import Career, CareerEvent, CareerProcedure
from members.services import households, persons
from tests.members.careers.conftest import REASON
from tests.members.conftest import identity_number
from tests.signing import client_of

pytestmark = pytest.mark.django_db
AFTER = timedelta(days=7, seconds=1)


def noticed(career, cast, now):
    made = career()
    found = procedures.propose(
        career_id=made.pk, kind="promotion", path="grid_to_worker", words=REASON, by=cast.cs, now=now
    )
    procedures.review(procedure_id=found.pk, support=True, words="同意", by=cast.ss, now=now)
    return procedures.publish(procedure_id=found.pk, where="公示栏", by=cast.ss, now=now)


def test_a_career_follows_the_kept_record(career, person, cast, now):
    made = career("worker")
    keep = person("王建国")
    persons.merge_persons(keep_id=keep.pk, drop_id=made.person_id, words="同一人", by=cast.cw, now=now)
    made.refresh_from_db()
    assert made.person_id == keep.pk
    assert made.events.filter(kind="merged").exists()


def test_two_who_both_serve_are_not_one(career, person, cast, district, now):
    made = career("worker")
    other = person("王建国", phone="13812344080")
    Career.objects.create(
        person=other, post="worker", entered_on=date(2022, 3, 1), post_since=date(2022, 3, 1), recruited="open",
        made_at=now, changed_at=now, district=district.district, street=district.street_1,
        community=district.community_1,
    )  # fmt: skip
    with pytest.raises(IllegalState, match="都登记为在岗"):
        persons.merge_persons(keep_id=made.person_id, drop_id=other.pk, words="同一人", by=cast.cw, now=now)


def test_a_death_ends_the_career_and_what_is_open(career, cast, now):
    made = career()
    found = procedures.propose(
        career_id=made.pk, kind="promotion", path="grid_to_worker", words=REASON, by=cast.cs, now=now
    )
    households.die(person_id=made.person_id, on=date(2026, 11, 20), by=cast.cw, now=now)
    made.refresh_from_db()
    found.refresh_from_db()
    assert (made.state, made.ended_on, found.state) == ("died", date(2026, 11, 20), "withdrawn")
    assert not Clock.objects.filter(subject_id=found.pk, state__in=Clock.OPEN).exists()


def test_who_moves_away_goes_on_working(career, cast, now):
    made = career("worker")
    households.leave(person_id=made.person_id, on=date(2026, 11, 20), to="萨尔图区", by=cast.cw, now=now)
    made.refresh_from_db()
    assert made.state == "serving"
    assert made.events.filter(kind="person_left").exists()


def test_who_serves_in_a_unit_that_closes_serves_in_its_successor(career, cast, district, now):
    made = career()
    open_work = territory.open_work([district.grid_1.pk])
    assert ("在岗工作人员", 1) in [(work.label, work.count) for work in open_work]
    for _ in range(2):
        territory.unit_closed(
            unit_id=district.grid_1.pk, successor_id=district.grid_2.pk, by=PLATFORM, now=now
        )  # fmt: skip
    made.refresh_from_db()
    assert made.grid == district.grid_2
    assert made.events.filter(kind="moved").count() == 1


def test_the_quota_of_community_workers_is_filled_by_those_in_service(career, district):
    career("worker")
    career("grid", name="孙丽", order=4)
    assert counts.of_unit(district.community_1.pk, WORKERS).approved == 0
    source = counts.filled_of
    assert source([]) == {}
    from members.careers.hooks import workers_at

    assert workers_at([district.community_1.pk]) == {district.community_1.pk: 1}


def test_the_persons_page_shows_the_career_to_those_who_may(career, cast):
    made = career("worker")
    url = reverse("members:person", args=[made.person_id])
    assert "社区工作</h2>" in client_of(cast.cs).get(url).content.decode()
    assert "社区工作</h2>" not in client_of(cast.cw).get(url).content.decode()


@pytest.mark.parametrize(
    ("page", "most"), [("members:careers", 14), ("members:career_procedures", 11), ("members:appraisals", 8)]
)
def test_a_list_costs_the_same_however_long_it_is(page, most, career, cast, now, django_assert_max_num_queries):
    for order in range(1, 8):
        made = career(name=f"王建{'国军民伟平刚强'[order - 1]}", order=order * 2 - 1)
        procedures.propose(
            career_id=made.pk, kind="promotion", path="grid_to_worker", words=REASON, by=cast.cs, now=now
        )
    client = client_of(cast.dc)
    client.get(reverse(page))
    with django_assert_max_num_queries(most):
        assert client.get(reverse(page)).status_code == 200


def test_a_careers_page_costs_few_queries(career, cast, django_assert_max_num_queries):
    made = career("worker")
    client, url = client_of(cast.cs), reverse("members:career", args=[made.pk])
    client.get(url)
    with django_assert_max_num_queries(18):
        assert client.get(url).status_code == 200


def test_the_demonstration_plays_by_the_rules_and_once(career, cast, now, district):
    career()
    present.play(now=now, progress=lambda n: None)
    begun = CareerProcedure.objects.count()
    present.play(now=now, progress=lambda n: None)
    assert begun == CareerProcedure.objects.count() == 1


def _decide(found, by, now, both):
    try:
        both.wait(30)
        procedures.decide(procedure_id=found.pk, accept=True, words="经研究决定任用", by=by, now=now)
    except DomainError:
        return "told"
    finally:
        connection.close()
    return "done"


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_one_would_be_appointed_twice(career, cast, now, monkeypatch):
    """The harm that the lock prevents: a decision that was checked before another's and written after it."""
    found = noticed(career, cast, now)
    checked, decided = threading.Event(), threading.Event()
    careful = _steps.check

    def careless(procedure, code):
        careful(procedure, code)
        if threading.current_thread() is not threading.main_thread():
            checked.set()
            assert decided.wait(30)

    def unheld(procedure_id, by, now):
        return CareerProcedure.objects.visible_to(by).select_related("career__person").get(pk=procedure_id)

    from governance.deadlines.sweeping import sweep

    sweep(now + AFTER)
    held = procedures.locked
    monkeypatch.setattr(procedures, "check", careless)

    def late():
        try:
            procedures.decide(procedure_id=found.pk, accept=True, words="又一次任用", by=cast.dc, now=now + AFTER)
        finally:
            connections.close_all()

    monkeypatch.setattr(procedures, "locked", unheld)
    thread = threading.Thread(target=late, daemon=True)
    thread.start()
    assert checked.wait(30)
    monkeypatch.setattr(procedures, "locked", held)
    procedures.decide(procedure_id=found.pk, accept=True, words="经研究决定任用", by=cast.dc, now=now + AFTER)
    decided.set()
    thread.join(30)
    assert CareerEvent.objects.filter(kind="promoted").count() == 2


@pytest.mark.django_db(transaction=True)
def test_with_the_lock_one_decides_and_the_other_is_told(career, cast, now):
    for order in (1, 3, 5):
        found = noticed(lambda n=order: career(name=f"王{'国军民'[n // 2]}", order=n), cast, now)
        both = threading.Barrier(2)
        with ThreadPoolExecutor(2) as pool:
            results = list(pool.map(_decide, [found] * 2, [cast.dc] * 2, [now + AFTER] * 2, [both] * 2))
        assert sorted(results) == ["done", "told"]
        assert found.career.events.filter(kind="promoted").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_enter_one_person_at_once(career, cast, district, now, person):
    number = identity_number("19900101")
    person("王建国", identity=number)
    entry = Entry(
        name="王建国", identity=number, unit_id=district.community_1.pk, post="worker", entered_on=date(2022, 3, 1),
        recruited="open", degree="bachelor", grounds="公开招聘",
    )  # fmt: skip
    both = threading.Barrier(2)

    def enter(_):
        try:
            both.wait(30)
            careers.enter(entry=entry, by=cast.dc, now=now)
        except DomainError:
            return "told"
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(enter, range(2))) == ["done", "told"]
    assert Career.objects.count() == 1
