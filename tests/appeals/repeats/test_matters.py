"""Matters: what marks and mergers join, counted, parted again; and two who join at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import combinations
from typing import Any

import pytest
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st

from appeals import services
from appeals.models import Appeal, Matter, MatterMember, RepeatMark
from appeals.repeats.grouping import components
from appeals.services import _run, repeats
from appeals.services.edit import Correction
from governance.errors import DomainError
from tests.appeals.conftest import new_appeal

PHONES = [f"1381234500{n}" for n in range(10)]


def together() -> list[set[int]]:
    """The appeals that stand together, as the tables have it."""
    found: dict[int, set[int]] = {}
    for appeal, matter in MatterMember.objects.values_list("appeal_id", "matter_id"):
        found.setdefault(matter, set()).add(appeal)
    assert set(Matter.objects.values_list("pk", flat=True)) == set(found)
    return sorted(found.values(), key=min)


def mark(appeal: Appeal, earlier: Appeal, cast: Any, now: Any) -> None:
    repeats.mark_repeat(appeal_id=appeal.pk, earlier_id=earlier.pk, by=cast.dc, now=now)


class TestGrouping:
    def test_marks_and_mergers_join(self, registered, cast, now) -> None:
        a, b, c, d = (registered(phone=phone) for phone in PHONES[:4])
        mark(b, a, cast, now)
        services.merge(appeal_id=d.pk, into_id=c.pk, by=cast.dc, now=now)
        assert together() == [{a.pk, b.pk}, {c.pk, d.pk}]
        mark(c, b, cast, now)
        assert together() == [{a.pk, b.pk, c.pk, d.pk}]
        matter = Matter.objects.get()
        assert (matter.size, matter.people) == (4, 4)
        assert (matter.first_at, matter.last_at) == (a.registered_at, d.registered_at)

    def test_taken_back_they_part(self, registered, cast, now) -> None:
        a, b, c = (registered() for _ in range(3))
        mark(b, a, cast, now)
        services.merge(appeal_id=c.pk, into_id=b.pk, by=cast.dc, now=now)
        repeats.unmark_repeat(appeal_id=b.pk, words="不是同一部电梯", by=cast.dc, now=now)
        assert together() == [{b.pk, c.pk}]
        services.unmerge(appeal_id=c.pk, words="不是同一件事", by=cast.dc, now=now)
        assert together() == []

    def test_people_are_counted_by_their_numbers(self, registered, cast, now) -> None:
        a, b, c = registered(phone=PHONES[0]), registered(phone=PHONES[0]), registered(phone="")
        mark(b, a, cast, now)
        mark(c, a, cast, now)
        assert Matter.objects.get().people == 1
        correction = Correction(phone=PHONES[1])
        services.edit(appeal_id=c.pk, correction=correction, by=cast.dc, now=now)
        assert (Matter.objects.get().size, Matter.objects.get().people) == (3, 2)

    def test_a_refusal_joins_nothing(self, registered, cast, now) -> None:
        a, b = registered(), registered()
        repeats.refuse_repeat(appeal_id=b.pk, earlier_id=a.pk, by=cast.dc, now=now)
        assert together() == []

    pytestmark = pytest.mark.django_db


@given(st.integers(1, 9).flatmap(lambda n: st.tuples(st.just(n), st.lists(st.sampled_from(
    [*combinations(range(n), 2)] or [(0, 0)]), max_size=12))))  # fmt: skip
def test_components_against_walking_every_way(drawn) -> None:
    """Two are together when one can be reached from the other."""
    count, edges = drawn

    def reached(start: int) -> set[int]:
        seen, before = {start}, set()
        while seen != before:
            before = set(seen)
            seen |= {b for a, b in edges if a in seen} | {a for a, b in edges if b in seen}
        return seen

    assert components(range(count), edges) == sorted(
        {min(reached(n)): reached(n) for n in range(count)}.values(), key=min
    )


def both(first: Any, second: Any) -> list[str]:
    """Run the two at the same moment, each with a connection of its own; what each was told."""
    start = threading.Barrier(2)

    def run(work: Any) -> str:
        try:
            start.wait(30)
            work()
            return "done"
        except DomainError as refused:
            return refused.message
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, (first, second)))


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def chain(self, cast, now) -> list[Appeal]:
        return [services.register(new=new_appeal(), by=cast.dc, now=now) for _ in range(3)]

    def test_without_the_turn_a_chain_would_not_end_at_the_earliest(self, cast, rules, now, monkeypatch) -> None:
        """The harm that the turn prevents: c is marked as b's while b becomes a's; c points at b, not at a."""
        a, b, c = self.chain(cast, now)
        read, done = threading.Event(), threading.Event()
        careful = repeats._earliest

        def slow(appeal: Appeal) -> Appeal:
            found = careful(appeal)
            if appeal.pk == b.pk:
                read.set()
                assert done.wait(30)
            return found

        monkeypatch.setattr(repeats, "_earliest", slow)
        monkeypatch.setattr(repeats, "lock", lambda appeal_id, by, also=None: Appeal.objects.get(pk=appeal_id))
        thread = threading.Thread(target=lambda: (mark(c, b, cast, now), connections.close_all()), daemon=True)
        thread.start()
        assert read.wait(30)
        mark(b, a, cast, now)
        done.set()
        thread.join(30)
        assert RepeatMark.objects.get(appeal=c).earlier_id == b.pk

    def test_with_the_turn_it_ends_there_whoever_is_first(self, cast, rules, now) -> None:
        for _ in range(10):
            a, b, c = self.chain(cast, now)
            said = both(partial(mark, c, b, cast, now), partial(mark, b, a, cast, now))
            assert said == ["done", "done"]
            assert set(RepeatMark.objects.filter(appeal__in=[b, c]).values_list("earlier_id", flat=True)) == {a.pk}
            assert {a.pk, b.pk, c.pk} in together()

    def test_marking_and_merging_in_a_circle_ends(self, cast, rules, now) -> None:
        for _ in range(10):
            a, b, c = self.chain(cast, now)
            said = both(
                partial(mark, c, a, cast, now),
                partial(services.merge, appeal_id=a.pk, into_id=c.pk, by=cast.dc, now=now),
            )
            assert said == ["done", "done"]
            assert {a.pk, c.pk} in together()
            assert b.pk not in set().union(*together())

    def test_one_mark_of_two_at_once(self, cast, rules, now) -> None:
        a, b, _ = self.chain(cast, now)
        said = both(partial(mark, b, a, cast, now), partial(mark, b, a, cast, now))
        assert sorted(said)[0] == "done"
        assert "已标记" in sorted(said)[1]
        assert _run.Appeal.objects.get(pk=b.pk).entries.filter(kind="marked_repeat").count() == 1
