"""Points follow the territory: a community that is merged, closed or moved leaves nothing where nobody looks."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.acting import actor_from
from accounts.models import Posting, User
from governance.audit.models import Entry as Recorded
from governance.deadlines.models import Clock
from governance.errors import IllegalState, NotAllowed, NotFound
from governance.outbox.models import InboxItem
from governance.scope import PLATFORM, Role, UnitKind
from grids import registry as territory
from grids import services as units
from grids.models import Unit
from points.earning import settling
from points.earning.services import budgets, proposals
from points.earning.services.proposals import Asked
from points.ledger import verify
from points.models import Account, Claim, Notice, Order, Round, Settlement, Shop
from points.rounds.notices import selectors as notice_selectors
from points.rounds.notices import services as notices
from points.rounds.selection.services import ballots, nominations, objections
from points.shop.services import offline, orders, settlement
from points.shop.services.orders import Line
from tests.fixtures import make_posting, make_unit
from tests.points.earning.conftest import activity as activity
from tests.points.earning.conftest import balance
from tests.points.earning.conftest import held as held
from tests.points.earning.conftest import people as people
from tests.points.earning.conftest import rules as rules
from tests.points.earning.conftest import signed as signed
from tests.points.rounds.conftest import browse as browse
from tests.points.rounds.test_selection import JURY
from tests.points.rounds.test_selection import approved as approved
from tests.points.rounds.test_selection import calendar as calendar
from tests.points.rounds.test_selection import drafted as drafted
from tests.points.rounds.test_selection import named as named
from tests.points.rounds.test_selection import second as second
from tests.points.rounds.test_selection import step as step
from tests.points.shop.conftest import goods as goods
from tests.points.shop.conftest import shop as shop
from tests.points.shop.conftest import usable

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
WORDS = "连续三天帮独居老人买菜送药"


@pytest.fixture
def merge(cast, now) -> Callable[[Unit, Unit], None]:
    """`merge(unit, into)`: through the territory's own service."""
    return lambda unit, into: units.merge_units(
        unit_ids=[unit.pk], into_id=into.pk, effective_on=TODAY, by=cast.dc, now=now
    )


@pytest.fixture
def move(cast, now) -> Callable[[Unit, Unit], None]:
    return lambda unit, parent: units.move_unit(
        unit_id=unit.pk, parent_id=parent.pk, effective_on=TODAY, by=cast.dc, now=now
    )


@pytest.fixture
def near(district, now) -> Callable[..., Any]:
    """`near(Role.COMMUNITY_SECRETARY)`: who works in the second community, which takes the first one over."""
    return lambda role: actor_from(make_posting(role, district.community_2, username=f"b-{role.value}"), now=now)


@pytest.fixture
def proposed(rules, cast, people, now) -> Callable[..., Claim]:
    def make(quantity: int = 1) -> Claim:
        asked = Asked(rule_id=rules["good_deed"].pk, person_id=people(1)[0].pk, words=WORDS, quantity=quantity)
        return proposals.propose(asked=asked, by=cast.cw, now=now)

    return make


def clock_units(subject_type: str, pk: int) -> list[int | None]:
    rows = Clock.objects.filter(subject_type=subject_type, subject_id=pk, state__in=Clock.OPEN)
    return list(rows.values_list("unit_id", flat=True))


class TestClaims:
    def test_a_proposal_is_decided_and_paid_where_its_community_went(
        self, proposed, merge, near, budget, district, cast, now
    ) -> None:
        secretary = near(Role.COMMUNITY_SECRETARY)
        claim, due = proposed(), Claim.objects.get().due_at
        budget(50, district.community_2)
        merge(district.community_1, district.community_2)
        claim.refresh_from_db()
        assert (claim.state, claim.community_id, claim.due_at) == ("proposed", district.community_2.pk, due)
        assert clock_units("points.claim", claim.pk) == [district.community_2.pk]
        assert InboxItem.objects.filter(user_id=secretary.user_id, title__contains="1 笔积分申报").exists()
        done = proposals.approve(claim_id=claim.pk, by=secretary, now=now)
        assert (done.state, balance(claim.person, now)) == ("awarded", 10)
        assert Account.objects.get(unit=district.community_2, kind="budget").balance == 40

    def test_where_no_secretary_is_the_street_decides(self, proposed, merge, district, cast, budget, now) -> None:
        claim = proposed()
        budget(50, district.community_2)
        Posting.objects.filter(unit=district.community_2, role=Role.COMMUNITY_SECRETARY).delete()
        merge(district.community_1, district.community_2)
        claim.refresh_from_db()
        assert claim.state == "second"
        assert clock_units("points.claim", claim.pk) == [district.street_1.pk]
        assert proposals.second(claim_id=claim.pk, by=cast.ss, now=now).state == "awarded"

    def test_moved_under_another_street_that_street_is_the_second_person(
        self, proposed, move, district, cast, budget, now
    ) -> None:
        budget(100)
        claim = proposed(quantity=5)
        proposals.approve(claim_id=claim.pk, by=cast.cs, now=now)
        move(district.community_1, district.street_2)
        claim.refresh_from_db()
        assert (claim.state, claim.street_id) == ("second", district.street_2.pk)
        assert clock_units("points.claim", claim.pk) == [district.street_2.pk]
        assert InboxItem.objects.filter(user_id=cast.ss_2.user_id, title__contains="1 笔积分申报").exists()
        with pytest.raises(NotFound):
            proposals.second(claim_id=claim.pk, by=cast.ss, now=now)
        assert proposals.second(claim_id=claim.pk, by=cast.ss_2, now=now).state == "awarded"

    def test_what_waits_for_a_budget_is_paid_by_the_successor(self, proposed, merge, district, cast, near, budget, now):
        near(Role.COMMUNITY_SECRETARY)
        claim = proposed()
        proposals.approve(claim_id=claim.pk, by=cast.cs, now=now)
        claim.refresh_from_db()
        assert claim.state == "short"
        merge(district.community_1, district.community_2)
        budget(50, district.community_2)
        assert settling.settle(claim_id=claim.pk, now=now).state == "awarded"

    def test_following_bears_repeating(self, proposed, merge, near, district, now) -> None:
        near(Role.COMMUNITY_SECRETARY)
        claim = proposed()
        merge(district.community_1, district.community_2)
        told, before = InboxItem.objects.count(), Recorded.objects.count()
        territory.unit_closed(
            unit_id=district.community_1.pk, successor_id=district.community_2.pk, by=PLATFORM, now=now
        )
        assert (InboxItem.objects.count(), Recorded.objects.count()) == (told, before)
        assert Claim.objects.get(pk=claim.pk).community_id == district.community_2.pk


class TestBudgets:
    @pytest.fixture
    def left(self, district, cast, now, merge) -> Account:
        """The first community had 700 of the street's 1,000 left when it was merged into the second."""
        limit = budgets.set_limit(
            street_id=district.street_1.pk, from_on=date(2026, 1, 1), until_on=date(2026, 12, 31), points=1000,
            by=cast.dc, now=now,
        )  # fmt: skip
        budgets.fund(limit_id=limit.pk, community_id=district.community_1.pk, points=700, key="a", by=cast.ss, now=now)
        merge(district.community_1, district.community_2)
        return Account.objects.get(kind="budget")

    def hand_on(self, left: Account, to: str, by: Any, now: datetime, key: str = "k") -> Any:
        return budgets.hand_on(source_id=left.pk, to=to, key=key, by=by, now=now)

    def test_the_street_is_told_and_moves_all_of_it_to_the_successor(self, left, district, cast, now) -> None:
        told = InboxItem.objects.get(user_id=cast.ss.user_id, title__contains="已撤并")
        assert "700" in told.title
        done = self.hand_on(left, "successor", cast.ss, now)
        again = self.hand_on(left, "successor", cast.ss, now)
        assert (done.points, again.pk, again.is_new) == (700, done.pk, False)
        to = Account.objects.get(kind="budget", unit=district.community_2)
        left.refresh_from_db()
        assert (left.balance, to.balance, to.until_on) == (0, 700, left.until_on)
        assert Recorded.objects.filter(action="point.hand_on").count() == 1
        assert verify.find_faults() == []
        with pytest.raises(IllegalState, match="没有结余"):
            self.hand_on(left, "successor", cast.ss, now, "another")

    def test_or_back_to_the_limit(self, left, district, cast, now) -> None:
        self.hand_on(left, "back", cast.ss, now)
        left.refresh_from_db()
        assert left.balance == 0
        groups = _groups(cast.ss)
        assert (groups[0].funded, groups[0].left) == (0, 1000)

    def test_who_may(self, left, cast, district, now) -> None:
        with pytest.raises(NotFound):
            self.hand_on(left, "back", cast.ss_2, now)
        with pytest.raises(NotAllowed):
            self.hand_on(left, "back", cast.cs, now)
        Unit.objects.filter(pk=district.community_1.pk).update(closed_on=None, merged_into=None)
        with pytest.raises(IllegalState, match="没有撤并"):
            self.hand_on(left, "back", cast.ss, now)

    def test_it_stands_on_the_page_until_it_is_moved(self, left, district, cast, browse, now) -> None:
        url = reverse("points:budgets") + "?period=2026-01-01_2026-12-31"
        page = browse(cast.ss).get(url).content.decode()
        assert "结余待处理" in page
        assert f"划给{district.community_2.name}" in page
        assert "结余待处理" in browse(cast.dc).get(url).content.decode()
        assert "划给" not in browse(cast.dc).get(url).content.decode()
        form = {"source": left.pk, "key": uuid.uuid4(), "to": "successor"}
        assert browse(cast.ss).post(reverse("points:budget_hand_on"), form).status_code == 302
        assert "结余待处理" not in browse(cast.ss).get(url).content.decode()
        bad = {"source": "x" * 30, "key": "", "to": "nobody"}
        assert browse(cast.ss).post(reverse("points:budget_hand_on"), bad).status_code == 302

    def test_through_a_chain_of_mergers(self, left, district, cast, merge, now) -> None:
        last = make_unit(f"{district.street_1.code[:9]}997", "新设社区", UnitKind.COMMUNITY, district.street_1)
        merge(district.community_2, last)
        self.hand_on(left, "successor", cast.ss, now)
        assert Account.objects.get(kind="budget", unit=last).balance == 700


def _groups(by: Any) -> Any:
    from points.earning import selectors

    return selectors.groups(by, (date(2026, 1, 1), date(2026, 12, 31)))


class TestShop:
    @pytest.fixture
    def year(self, budget) -> Account:
        return budget(10_000)

    @pytest.fixture
    def ordered(self, year, shop, goods, person, earned, cast, now) -> Order:
        from points.ledger import accounts

        who = person("王建国")
        earned(year, accounts.of_person(who, now), 100, date(2027, 6, 30))
        oil = goods("食用油", 30)
        return orders.place_order(
            shop_id=shop.pk, lines=[Line(oil.pk, 1)], person_id=who.pk, key="an-order", by=cast.cs, now=now
        )

    def test_the_successors_clerk_goes_on(self, ordered, shop, merge, near, district, cast, now) -> None:
        clerk, secretary = near(Role.SHOP_CLERK), near(Role.COMMUNITY_SECRETARY)
        merge(district.community_1, district.community_2)
        shop.refresh_from_db()
        assert (shop.unit_id, shop.community_id) == (district.community_2.pk, district.community_2.pk)
        done = orders.hand_over(order_id=ordered.pk, by=clerk, now=now)
        assert (done.state, done.community_id) == ("collected", district.community_2.pk)
        after = now + timedelta(days=20)
        row = settlement.settle(shop_id=shop.pk, month=date(2026, 11, 1), by=secretary, now=after)
        assert (row.points, row.community_id) == (30, district.community_2.pk)
        assert Settlement.objects.count() == 1
        assert verify.find_faults() == []

    def test_an_order_that_lapses_afterwards_gives_everything_back(self, ordered, merge, district, now) -> None:
        merge(district.community_1, district.community_2)
        assert orders.lapse_due(now=now + timedelta(days=30)) == 1
        assert usable(ordered.person, now) == 100
        assert verify.find_faults() == []

    def test_an_hour_without_a_connection_ends_as_it_would_have(
        self, ordered, year, shop, merge, near, district, cast, now
    ):
        clerk = near(Role.SHOP_CLERK)
        hour = offline.begin_offline(shop_id=shop.pk, limit=100, secret="s" * 32, by=cast.cs, now=now)
        merge(district.community_1, district.community_2)
        offline.end_offline(session_id=hour.pk, secret="s" * 32, by=clerk, now=now)
        year.refresh_from_db()
        assert year.balance == 9_900, "what was set aside is back where it came from; the street moves it on"
        assert verify.find_faults() == []

    def test_a_shop_needs_a_community(self, shop, district, cast, now) -> None:
        told = {work.label: work for work in territory.to_be_followed([district.community_1.pk])}
        assert "street" not in told["积分超市"].takers
        assert Shop.objects.count() == 1


class TestRounds:
    def test_an_open_round_is_hosted_by_the_successor(
        self, drafted, step, person, named, merge, near, district, cast, now
    ):
        secretary = near(Role.COMMUNITY_SECRETARY)
        found = drafted(cast.cs)
        step(found, "open", cast.cs)
        person("王建国")
        row = named(found, "王建国")
        merge(district.community_1, district.community_2)
        found.refresh_from_db()
        row.refresh_from_db()
        assert (found.unit_id, found.community_id) == (district.community_2.pk, district.community_2.pk)
        assert row.community_id == district.community_2.pk
        assert clock_units("points.round", found.pk) == [district.community_2.pk]
        assert Recorded.objects.filter(action="round.follow_unit", subject_id=found.pk).count() == 1
        assert InboxItem.objects.filter(user_id=secretary.user_id, title__contains="接着办理").exists()
        assert step(found, "close", secretary).state == "reviewing"
        nominations.review_nomination(nomination_id=row.pk, accept=True, words="", by=cast.ss, now=now)
        assert step(found, "decide", secretary).state == "voting"

    def test_a_draft_goes_along_and_what_has_ended_stays(self, drafted, step, merge, near, district, cast, now) -> None:
        secretary = near(Role.COMMUNITY_SECRETARY)
        draft, over = drafted(cast.cs), drafted(cast.cs)
        step(over, "cancel", cast.cs, words="不办了，改到明年")
        merge(district.community_1, district.community_2)
        assert Round.objects.get(pk=over.pk).unit_id == district.community_1.pk
        assert list(Round.objects.visible_to(secretary).filter(state="draft")) == [draft]
        assert step(draft, "open", secretary).state == "nominating"

    def test_moved_under_another_street_that_street_reviews(
        self, drafted, step, person, named, move, district, cast, now
    ):
        found = drafted(cast.cs)
        step(found, "open", cast.cs)
        person("王建国")
        row = named(found, "王建国")
        step(found, "close", cast.cs)
        move(district.community_1, district.street_2)
        found.refresh_from_db()
        assert found.street_id == district.street_2.pk
        assert clock_units("points.round", found.pk) == [district.street_2.pk]
        with pytest.raises(NotFound):
            nominations.review_nomination(nomination_id=row.pk, accept=True, words="", by=cast.ss, now=now)
        done = nominations.review_nomination(nomination_id=row.pk, accept=True, words="", by=cast.ss_2, now=now)
        assert done.state == "approved"

    def test_who_stands_in_the_streets_round_follows(self, drafted, step, person, named, merge, near, district, cast):
        near(Role.COMMUNITY_SECRETARY)
        found = drafted()
        step(found, "open")
        person("王建国")
        row = named(found, "王建国")
        merge(district.community_1, district.community_2)
        found.refresh_from_db()
        row.refresh_from_db()
        assert (found.unit_id, row.community_id, row.street_id) == (
            district.street_1.pk, district.community_2.pk, district.street_1.pk,
        )  # fmt: skip

    def test_a_jurors_seat_outlives_the_posting_that_ended_with_its_unit(
        self, drafted, step, person, approved, merge, district, cast, second, now
    ) -> None:
        found = drafted(
            way="jury", criteria=JURY, juror_ids=[cast.cs.posting_id, cast.gw.posting_id, second.posting_id]
        )
        step(found, "open")
        person("王建国")
        row = approved(found, "王建国")
        step(found, "close")
        step(found, "decide")
        stranger = actor_from(make_posting(Role.COMMUNITY_SECRETARY, district.community_2, username="b-cs"), now=now)
        merge(district.community_1, district.community_2)
        posting = Posting.objects.create(
            user=User.objects.get(pk=cast.cs.user_id), unit=district.community_2,
            role=Role.COMMUNITY_WORKER, starts_on=TODAY,
        )  # fmt: skip
        moved = actor_from(posting, now=now)
        criterion = found.criteria.get(full_points=0)
        ballots.score(nomination_id=row.pk, marks={criterion.pk: 90}, by=moved, now=now)
        assert row.scores.get().juror.posting_id == cast.cs.posting_id
        with pytest.raises(NotFound):
            ballots.score(nomination_id=row.pk, marks={criterion.pk: 90}, by=stranger, now=now)

    def test_an_objection_is_taken_down_where_the_candidate_went(
        self, drafted, step, person, approved, merge, near, district, cast, now
    ) -> None:
        secretary = near(Role.COMMUNITY_SECRETARY)
        found = drafted()
        step(found, "open")
        person("王建国")
        row = approved(found, "王建国")
        step(found, "close")
        step(found, "decide")
        ballots.vote(round_id=found.pk, nomination_id=row.pk, by=cast.cs, now=now)
        merge(district.community_1, district.community_2)
        from governance.deadlines.sweeping import sweep

        at = now + timedelta(days=9)
        sweep(at)
        row.refresh_from_db()
        assert row.state == "chosen"
        objections.object_to(nomination_id=row.pk, from_words="居民", words="事迹不属实", by=secretary, now=at)
        row.refresh_from_db()
        assert row.state == "suspended"

    def test_they_are_told_before_a_unit_closes(self, drafted, step, cast, person, named, district, now) -> None:
        found = drafted(cast.cs)
        step(found, "open", cast.cs)
        person("王建国")
        named(found, "王建国")
        told = [work.told for work in territory.to_be_followed([district.community_1.pk])]
        assert {"未结束的评选 1 项", "评选人选 1 名"} <= set(told)


class TestNotices:
    @pytest.fixture
    def october(self, earned, budget, person, district, cast, now) -> Notice:
        """The first community's draft of October."""
        from points.ledger import accounts

        at = datetime(2026, 10, 9, 9, 0, tzinfo=timezone.get_current_timezone())
        who = person("王建国", born_on=date(1960, 1, 1))
        from django.db import transaction

        from points.ledger import services
        from points.ledger.posting import Cause

        cause = Cause(key="oct", unit=district.community_1, by=cast.cs, now=at)
        with transaction.atomic():
            services.award(
                budget=budget(1000), holder=accounts.of_person(who, at), points=30, expires_on=date(2027, 6, 30),
                cause=cause,
            )  # fmt: skip
        return notices.draft_notice(community_id=district.community_1.pk, month=date(2026, 10, 1), by=cast.cw, now=now)

    def test_a_draft_is_published_by_the_successor_under_its_own_name(
        self, october, merge, near, district, now
    ) -> None:
        secretary = near(Role.COMMUNITY_SECRETARY)
        line = october.lines.get()
        merge(district.community_1, district.community_2)
        own = notices.draft_notice(community_id=district.community_2.pk, month=date(2026, 10, 1), by=secretary, now=now)
        notices.refresh_notice(notice_id=october.pk, by=secretary, now=now)
        done = notices.publish_notice(notice_id=october.pk, by=secretary, now=now)
        assert (done.state, done.given, done.unit_id) == ("published", 30, district.community_1.pk)
        assert done.lines.get().place.endswith(line.place), "who lives there is named by building or grid as before"
        assert notices.publish_notice(notice_id=own.pk, by=secretary, now=now).given == 0

    def test_what_was_published_is_answered_for_by_the_successor(self, october, merge, near, district, cast, now):
        secretary = near(Role.COMMUNITY_SECRETARY)
        notices.publish_notice(notice_id=october.pk, by=cast.cs, now=now)
        said = notices.receive_objection(
            notice_id=october.pk, from_words="3号楼居民", words="积分少记了", on=TODAY, by=cast.cw, now=now
        )
        merge(district.community_1, district.community_2)
        assert notices.answer_objection(objection_id=said.pk, answer="已核对，无误", by=secretary, now=now).answered_at
        again = notices.draft_notice(
            community_id=district.community_1.pk, month=date(2026, 10, 1), reason="补记一笔", by=secretary, now=now
        )
        assert (again.edition, again.code, again.unit_id) == (2, october.code, district.community_1.pk)

    def test_the_last_month_is_the_successors_to_publish(
        self, budget, merge, near, district, cast, browse, now
    ) -> None:
        secretary = near(Role.COMMUNITY_SECRETARY)
        merge(district.community_1, district.community_2)
        late = notice_selectors.not_published(secretary, date(2026, 12, 3))
        assert late == [district.community_2, district.community_1]
        page = browse(secretary).get(reverse("points:notice_add")).content.decode()
        assert f"{district.community_1.name}（已并入本社区）" in page
        at = now + timedelta(days=20)
        made = notices.draft_notice(community_id=district.community_1.pk, month=TODAY, by=secretary, now=at)
        assert (made.unit_id, made.community_id) == (district.community_1.pk, district.community_2.pk)
        with pytest.raises(NotFound):
            notices.draft_notice(community_id=district.community_3.pk, month=TODAY, by=secretary, now=at)
