"""Elections, posts, and elections that are put off; what the Party's rules count."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.deadlines.models import Clock
from governance.deadlines.services import sweep
from governance.errors import IllegalState, InvalidInput, NotAllowed
from governance.outbox.models import Reminder
from members.models import PartyPost, Term
from members.party import rules, selectors
from members.party.services import terms
from members.party.services.terms import Elected

TODAY = date(2026, 11, 23)
DAYS = st.integers(0, 51_000).map(lambda days: date(1950, 1, 1) + timedelta(days=days))


class TestRules:
    @given(day=DAYS, months=st.integers(0, 60))
    def test_months(self, day: date, months: int) -> None:
        later = rules.months_later(day, months)
        assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
        assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)
        assert rules.months_between(day, later) == months

    @given(day=DAYS, years=st.integers(1, 5))
    def test_years(self, day: date, years: int) -> None:
        later = rules.years_later(day, years)
        assert later.year == day.year + years
        assert (later.month, later.day) in {(day.month, day.day), (3, 1)}

    def test_terms(self) -> None:
        assert rules.term_years("grid_branch", True) == 5
        assert rules.term_years("branch", False) == 3
        assert rules.term_years("street_committee", False) == 5
        assert rules.term_years("group", True) == 0


@pytest.fixture
def elected(db, member, party, cast, now):
    """`elected(on)`: the branch elects a secretary and two committee members."""

    def run(on: date = date(2024, 6, 10), names=("王建国", "刘敏", "赵雪")) -> Term:
        people = [member(name) for name in names]
        posts = ["secretary", "committee", "committee"]
        results = [Elected(post=p, person_id=m.person_id) for p, m in zip(posts, people, strict=True)]
        return terms.record_election(
            organisation_id=party.branch.pk, elected_on=on, results=results, by=cast.cs, now=now
        )

    return run


@pytest.mark.django_db
class TestElection:
    def test_a_term_its_posts_and_its_clock(self, elected, party) -> None:
        term = elected()
        assert (term.number, term.ends_on) == (1, date(2029, 6, 10))
        assert PartyPost.objects.current().filter(term=term).count() == 3
        clock = Clock.objects.get(kind="party_election")
        assert clock.due_at == datetime(2029, 6, 10, 16, 0, tzinfo=UTC)
        assert clock.unit_id == party.branch.community_id

    def test_the_next_ends_the_former(self, elected, cast, now, party) -> None:
        elected()
        again = elected(date(2026, 11, 1), ("孙丽", "周强", "吴军"))
        assert (again.number, Term.objects.get(number=1).ended_on) == (2, date(2026, 11, 1))
        assert set(PartyPost.objects.filter(term__number=1).values_list("ended_how", flat=True)) == {"election"}
        assert Clock.objects.filter(kind="party_election").values_list("state", flat=True).order_by("pk")[0] == "met"
        with pytest.raises(InvalidInput, match="晚于上一届"):
            elected(date(2025, 1, 1), ("郑秀", "冯文", "陈海"))

    def test_who_may_hold_a_post(self, member, person, party, cast, now) -> None:
        on = {"organisation_id": party.branch.pk, "on": TODAY, "by": cast.cs, "now": now}
        probationary = member(kind="probationary", joined_party_on=date(2026, 1, 1))
        with pytest.raises(InvalidInput, match="预备党员"):
            terms.appoint(**on, elected=Elected(post="secretary", person_id=probationary.person_id))
        with pytest.raises(InvalidInput, match="从本组织的党员中选择"):
            terms.appoint(**on, elected=Elected(post="secretary", person_id=person("无党").pk))
        with pytest.raises(InvalidInput, match="由本组织的党员担任"):
            terms.appoint(**on, elected=Elected(post="secretary", name="外来书记"))
        terms.appoint(**on, elected=Elected(post="secretary", person_id=member("刘敏").person_id))
        with pytest.raises(IllegalState, match="已有书记"):
            terms.appoint(**on, elected=Elected(post="secretary", person_id=member("赵雪").person_id))

    def test_a_committee_has_part_time_members_from_enterprises(self, party, cast, now) -> None:
        on = {"organisation_id": party.community.pk, "on": TODAY, "by": cast.cs, "now": now}
        with pytest.raises(InvalidInput, match="所在单位"):
            terms.appoint(**on, elected=Elected(post="part_time", name="李明"))
        made = terms.appoint(**on, elected=Elected(post="part_time", name="李明", employer="第一采油厂"))
        assert made.holder == "李明"
        terms.end_post(post_id=made.pk, how="resigned", on=TODAY, by=cast.cs, now=now)
        with pytest.raises(IllegalState, match="已结束"):
            terms.end_post(post_id=made.pk, how="resigned", on=TODAY, by=cast.cs, now=now)

    def test_results_are_checked(self, member, party, cast, now) -> None:
        one = member()
        common = {"organisation_id": party.branch.pk, "elected_on": TODAY, "by": cast.cs, "now": now}
        for results in ([], [Elected(post="committee", person_id=one.person_id)],
                        [Elected(post="secretary", person_id=one.person_id)] * 2):  # fmt: skip
            with pytest.raises(InvalidInput) as told:
                terms.record_election(**common, results=results)
            assert told.value.field == "results"
        with pytest.raises(NotAllowed):
            terms.record_election(
                **common | {"by": cast.ss}, results=[Elected(post="secretary", person_id=one.person_id)]
            )


@pytest.mark.django_db
class TestExtension:
    def test_once_by_a_year_decided_above(self, elected, party, cast, now) -> None:
        term = elected(date(2024, 1, 10))
        asking = {"organisation_id": party.branch.pk, "grounds": "社区换届统一安排", "by": cast.cs, "now": now}
        with pytest.raises(InvalidInput, match="不超过一年"):
            terms.ask_extension(**asking, until=date(2030, 1, 11))
        asked = terms.ask_extension(**asking, until=date(2029, 7, 10))
        with pytest.raises(IllegalState, match="只能一次"):
            terms.ask_extension(**asking, until=date(2029, 7, 10))
        with pytest.raises(NotAllowed):
            terms.decide_extension(extension_id=asked.pk, grant=True, words="", by=cast.cs, now=now)
        terms.decide_extension(extension_id=asked.pk, grant=True, words="", by=cast.ss, now=now)
        term.refresh_from_db()
        assert (term.due_on, term.ends_on) == (date(2029, 7, 10), date(2029, 1, 10))
        assert Clock.objects.get(kind="party_election").due_at == datetime(2029, 7, 10, 16, 0, tzinfo=UTC)
        with pytest.raises(IllegalState, match="无需再审批"):
            terms.decide_extension(extension_id=asked.pk, grant=False, words="不行", by=cast.ss, now=now)

    def test_denied_it_may_be_asked_again(self, elected, party, cast, now) -> None:
        elected()
        asking = {"organisation_id": party.branch.pk, "grounds": "社区换届统一安排", "by": cast.cs, "now": now}
        asked = terms.ask_extension(**asking, until=date(2029, 7, 10))
        terms.decide_extension(extension_id=asked.pk, grant=False, words="按期换届", by=cast.ss, now=now)
        terms.ask_extension(**asking, until=date(2029, 7, 10))


@pytest.mark.django_db
def test_warned_and_when_it_is_late_told_above(elected, party, cast, now) -> None:
    elected(date(2024, 6, 10))
    for at, level, who in (
        (datetime(2029, 1, 2, 2, tzinfo=UTC), "soon", {cast.cs.user_id}),
        (datetime(2029, 6, 12, 2, tzinfo=UTC), "over", {cast.cs.user_id, cast.ss.user_id}),
    ):  # fmt: skip
        sweep(at)
        told = set(Reminder.objects.filter(level=level).values_list("user_id", flat=True))
        assert who <= told
    assert [hint.tone for hint in selectors.hints(party.branch, date(2029, 6, 12)) if "届满" in hint.text] == ["over"]
