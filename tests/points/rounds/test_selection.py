"""A round from its draft to the honour page; who may do what, and who stands too near."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.acting import actor_from
from governance.audit.models import Entry as Recorded
from governance.calendars.defaults import ensure_default_calendar
from governance.deadlines.defaults import ensure_default_policies
from governance.deadlines.sweeping import sweep
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.files import services as files
from governance.scope import Role, UnitKind
from members.designations.kinds import ensure_default_kinds
from members.models import Courier, Designation, DesignationKind
from members.services.households import die
from members.services.persons import merge_persons
from points.models import Round, RoundNomination, RoundVote
from points.rounds.selection import selectors
from points.rounds.selection.services import ballots, nominations, objections, rounds
from points.rounds.selection.services.rounds import Criterion, RoundFacts
from tests.files.crafted import picture, upload
from tests.fixtures import make_posting, make_unit
from tests.points.rounds.conftest import give_account

pytestmark = pytest.mark.django_db
DEEDS = "连续三个月配送途中上报道路隐患十七处，均已整改。"
JURY = (Criterion("服务群众", 60), Criterion("积分", 40, full_points=100))


def facts(**changes: Any) -> RoundFacts:
    said: dict[str, Any] = {
        "title": "第四季度先锋小哥评选", "kind": "pioneer", "nominees": "residents", "way": "voting", "seats": 1,
        "from_on": date(2026, 9, 1), "until_on": date(2026, 11, 30),
    }  # fmt: skip
    return RoundFacts(**(said | changes))


@pytest.fixture(autouse=True)
def calendar(db: None) -> None:
    ensure_default_calendar()
    ensure_default_policies(datetime(2026, 1, 1, tzinfo=timezone.get_current_timezone()))


@pytest.fixture
def drafted(cast, now):
    def make(by: Any = None, **changes: Any) -> Round:
        return rounds.draft_round(facts=facts(**changes), by=by or cast.ss, now=now)

    return make


@pytest.fixture
def step(cast, now):
    def take(found: Round, code: str, by: Any = None, at: Any = None, words: str = "") -> Round:
        return rounds.take_step(round_id=found.pk, step=code, words=words, by=by or cast.ss, now=at or now)

    return take


@pytest.fixture
def second(district, now):
    """Another of the first street's staff, who nominated nobody."""
    return actor_from(make_posting(Role.STREET_STAFF, district.street_1, username="ss-second"), now=now)


@pytest.fixture
def named(cast, now):
    def make(found: Round, name: str, by: Any = None) -> RoundNomination:
        return nominations.nominate(round_id=found.pk, name=name, words=DEEDS, by=by or cast.cw, now=now)

    return make


@pytest.fixture
def approved(named, cast, now):
    def make(found: Round, name: str) -> RoundNomination:
        row = named(found, name)
        return nominations.review_nomination(nomination_id=row.pk, accept=True, words="", by=cast.ss, now=now)

    return make


@pytest.fixture
def voting(drafted, step, approved, person) -> tuple[Round, list[RoundNomination]]:
    """Two candidates, and the voting is on."""
    found = drafted()
    step(found, "open")
    rows = []
    for name in ("王建国", "李秀兰"):
        person(name)
        rows.append(approved(found, name))
    step(found, "close")
    return step(found, "decide"), rows


def later(now, days: int):
    return now + timedelta(days=days)


class TestDraft:
    def test_what_is_no_round_is_told_at_its_field(self, cast, now) -> None:
        for changes, field in (
            ({"title": "x"}, "title"), ({"seats": 0}, "seats"), ({"notice_days": 4}, "notice_days"),
            ({"until_on": date(2026, 1, 1)}, "until_on"), ({"way": "lot"}, "way"),
            ({"way": "jury", "criteria": [Criterion("积分", 40, 10)]}, "criteria"),
            ({"criteria": [Criterion("服务", 90)]}, "criteria"),
            ({"criteria": [Criterion("服务", 59), Criterion("积分", 41, 10)]}, "criteria"),
            ({"criteria": [Criterion("服", 60), Criterion("积", 20, 10), Criterion("分", 20, 10)]}, "criteria"),
            ({"way": "jury", "criteria": JURY}, "jurors"),
        ):  # fmt: skip
            with pytest.raises(InvalidInput) as told:
                rounds.draft_round(facts=facts(**changes), by=cast.ss, now=now)
            assert told.value.field == field, changes

    def test_who_hosts(self, cast, district, now) -> None:
        for by, unit in ((cast.dc, district.district), (cast.ss, district.street_1), (cast.cs, district.community_1)):
            assert rounds.draft_round(facts=facts(), by=by, now=now).unit_id == unit.pk
        for by in (cast.cw, cast.gw, cast.sl, cast.ds, cast.squad):
            with pytest.raises(NotAllowed):
                rounds.draft_round(facts=facts(), by=by, now=now)

    def test_a_draft_is_its_own_units_and_only_a_draft_changes(self, drafted, step, cast, now) -> None:
        found = drafted()
        assert not Round.objects.visible_to(cast.cw).exists()
        assert rounds.change_round(round_id=found.pk, facts=facts(seats=3), by=cast.ss, now=now).seats == 3
        step(found, "open")
        assert Round.objects.visible_to(cast.cw).exists()
        assert not Round.objects.visible_to(cast.cw_3).exists()
        with pytest.raises(IllegalState):
            rounds.change_round(round_id=found.pk, facts=facts(), by=cast.ss, now=now)

    def test_of_another_host(self, drafted, step, cast) -> None:
        found = drafted()
        step(found, "open")
        with pytest.raises(NotAllowed, match="主办"):
            step(found, "close", by=cast.dc)
        with pytest.raises(NotFound):
            step(found, "close", by=cast.ss_2)


class TestNominations:
    @pytest.fixture
    def found(self, drafted, step) -> Round:
        return step(drafted(), "open")

    def test_by_name_in_scope_once(self, found, named, person, cast) -> None:
        person("王建国")
        row = named(found, "王建国", cast.gw)
        assert (row.state, row.by_name) == ("nominated", cast.gw.user_name)
        with pytest.raises(IllegalState, match="已被提名"):
            named(found, "王建国")
        with pytest.raises(NotFound, match="没有找到"):
            named(found, "王建国", cast.cw_2)

    def test_two_of_a_name_are_told_apart_by_the_number(self, found, person, cast, now) -> None:
        person("王建国", phone="13812344080")
        meant = person("王建国", phone="13900001111")
        with pytest.raises(InvalidInput) as told:
            nominations.nominate(round_id=found.pk, name="王建国", words=DEEDS, by=cast.cw, now=now)
        assert told.value.field == "tail"
        row = nominations.nominate(round_id=found.pk, name="王建国", tail="1111", words=DEEDS, by=cast.cw, now=now)
        assert row.person_id == meant.pk

    def test_only_whom_the_round_is_for(self, drafted, step, named, person, now) -> None:
        found = step(drafted(nominees="couriers"), "open")
        who = person("王建国")
        with pytest.raises(NotFound, match="评选对象"):
            named(found, "王建国")
        Courier.objects.create(
            person=who, trade="courier", company="顺丰", from_on=date(2026, 1, 1), made_at=now,
            district=who.district, street=who.street, community=who.community,
        )  # fmt: skip
        assert named(found, "王建国").person_id == who.pk

    def test_oneself(self, found, person, cast, now) -> None:
        me = person("王建国")
        give_account(cast.ds, me)
        row = nominations.nominate_oneself(round_id=found.pk, words=DEEDS, by=cast.ds, now=now)
        assert (row.person_id, row.is_own) == (me.pk, True)
        with pytest.raises(NotFound):
            nominations.nominate_oneself(round_id=found.pk, words=DEEDS, by=cast.au, now=now)
        assert nominations.withdraw_nomination(nomination_id=row.pk, by=cast.ds, now=now).state == "withdrawn"

    def test_nobody_reviews_oneself_ones_household_or_ones_own_nomination(
        self, found, named, person, household, cast, second, now
    ) -> None:
        home = household()
        person("王建国", into=home)
        spouse = person("李秀兰", into=home, relation="spouse")
        row = named(found, "王建国", cast.ss)
        with pytest.raises(NotAllowed, match="由您提名"):
            nominations.review_nomination(nomination_id=row.pk, accept=True, words="", by=cast.ss, now=now)
        give_account(second, spouse)
        with pytest.raises(NotAllowed, match="回避"):
            nominations.review_nomination(nomination_id=row.pk, accept=True, words="", by=second, now=now)
        with pytest.raises(NotAllowed):
            nominations.review_nomination(nomination_id=row.pk, accept=True, words="", by=cast.cs, now=now)

    def test_an_enterprise_names_a_courier_by_name_and_number(self, drafted, step, person, cast, district, now) -> None:
        works = make_unit("990001-E01", "第一采油厂", UnitKind.ENTERPRISE, district.district)
        liaison = actor_from(make_posting(Role.ENTERPRISE_LIAISON, works), now=now)
        found = step(drafted(by=cast.dc, nominees="couriers"), "open", by=cast.dc)
        who = person("王建国", phone="13812344080")
        Courier.objects.create(
            person=who, trade="courier", company="顺丰", from_on=date(2026, 1, 1), made_at=now,
            district=who.district, street=who.street, community=who.community,
        )  # fmt: skip
        for tail, refusal in (("", InvalidInput), ("9999", NotFound)):
            with pytest.raises(refusal):
                nominations.nominate(
                    round_id=found.pk, name="王建国", tail=tail, words=DEEDS, by=liaison, now=now
                )  # fmt: skip
        row = nominations.nominate(round_id=found.pk, name="王建国", tail="4080", words=DEEDS, by=liaison, now=now)
        assert row.person_id == who.pk
        others = step(drafted(by=cast.dc), "open", by=cast.dc)
        with pytest.raises(NotAllowed, match="企业"):
            nominations.nominate(round_id=others.pk, name="王建国", tail="4080", words=DEEDS, by=liaison, now=now)

    def test_evidence_is_everybodys_once_somebody_is_a_candidate(
        self, found, person, cast, now, settings, tmp_path
    ) -> None:
        settings.MEDIA_ROOT = tmp_path
        person("王建国")
        photo = files.store(upload=upload("现场.jpg", picture()), kind="photo", by=cast.cw, now=now)
        row = nominations.nominate(
            round_id=found.pk, name="王建国", words=DEEDS, attachment_ids=[photo.pk], by=cast.cw, now=now
        )
        seen = {name: selectors.may_see_evidence(getattr(cast, name), row.pk) for name in ("cw", "cw_3", "ds", "ss")}
        assert seen == {"cw": True, "cw_3": False, "ds": False, "ss": True}
        nominations.review_nomination(nomination_id=row.pk, accept=True, words="", by=cast.ss, now=now)
        assert selectors.may_see_evidence(cast.ds, row.pk)
        assert selectors.photos([row])[row.pk].pk == photo.pk
        assert not selectors.may_see_evidence(cast.cw, 0)

    def test_a_refusal_says_why(self, found, named, person, cast, now) -> None:
        person("王建国")
        row = named(found, "王建国")
        with pytest.raises(InvalidInput):
            nominations.review_nomination(nomination_id=row.pk, accept=False, words="", by=cast.ss, now=now)
        done = nominations.review_nomination(nomination_id=row.pk, accept=False, words="事迹不实", by=cast.ss, now=now)
        assert done.state == "refused"

    def test_the_voting_waits_for_the_reviews(self, found, named, person, step) -> None:
        person("王建国")
        named(found, "王建国")
        step(found, "close")
        with pytest.raises(IllegalState, match="待街道审核"):
            step(found, "decide")


class TestVotes:
    def test_one_vote_changed_and_counted(self, voting, cast, now) -> None:
        found, (first, other) = voting
        for by, row in ((cast.cw, first), (cast.gw, first), (cast.cs, other), (cast.cw, other)):
            ballots.vote(round_id=found.pk, nomination_id=row.pk, by=by, now=now)
        assert RoundVote.objects.filter(round=found).count() == 3
        assert selectors.my_vote(found, cast.cw) == other.pk
        sweep(later(now, 30))
        found.refresh_from_db()
        other.refresh_from_db()
        first.refresh_from_db()
        assert (found.voters, first.votes, other.votes) == (3, 1, 2)
        assert (first.state, other.state) == ("passed_over", "chosen")

    def test_it_is_secret(self, voting, cast, now) -> None:
        found, (first, _) = voting
        ballots.vote(round_id=found.pk, nomination_id=first.pk, by=cast.cw, now=now)
        row = RoundVote.objects.get()
        assert str(cast.cw.user_id) != row.voter
        assert len(row.voter) >= 32
        entry = Recorded.objects.filter(action="round.vote").get()
        assert (entry.subject_id, entry.before, entry.after) == (found.pk, {}, {})
        assert {field.name for field in RoundVote._meta.get_fields()} == {"id", "round", "nomination", "voter"}

    def test_one_person_with_two_accounts_has_one_vote(self, voting, person, cast, now) -> None:
        found, (first, other) = voting
        me = person("赵雪")
        give_account(cast.cw, me)
        give_account(cast.gw, me)
        ballots.vote(round_id=found.pk, nomination_id=first.pk, by=cast.cw, now=now)
        ballots.vote(round_id=found.pk, nomination_id=other.pk, by=cast.gw, now=now)
        assert RoundVote.objects.get().nomination_id == other.pk

    def test_not_for_oneself_not_from_elsewhere_not_too_late(self, voting, cast, now) -> None:
        found, (first, _) = voting
        give_account(cast.pg, first.person)
        with pytest.raises(NotAllowed, match="回避"):
            ballots.vote(round_id=found.pk, nomination_id=first.pk, by=cast.pg, now=now)
        with pytest.raises(NotFound):
            ballots.vote(round_id=found.pk, nomination_id=first.pk, by=cast.cw_3, now=now)
        with pytest.raises(InvalidInput):
            ballots.vote(round_id=found.pk, nomination_id=0, by=cast.cw, now=now)
        with pytest.raises(IllegalState, match="截止"):
            ballots.vote(round_id=found.pk, nomination_id=first.pk, by=cast.cw, now=later(now, 30))

    def test_without_a_vote_there_is_no_result(self, voting, cast, step, now) -> None:
        found, _rows = voting
        sweep(later(now, 30))
        found.refresh_from_db()
        assert (found.state, found.due_at) == ("voting", None)
        assert step(found, "cancel", words="无人投票", at=later(now, 31)).state == "cancelled"


class TestNoticeAndHonour:
    @pytest.fixture
    def public(self, voting, cast, now) -> tuple[Round, RoundNomination]:
        found, (first, _other) = voting
        ballots.vote(round_id=found.pk, nomination_id=first.pk, by=cast.cw, now=now)
        due = later(now, 8)
        sweep(due)
        found.refresh_from_db()
        first.refresh_from_db()
        assert (found.state, first.state) == ("public_notice", "chosen")
        return found, first

    def test_announced_and_on_the_honour_page(self, public, step, browse, cast, now) -> None:
        found, row = public
        with pytest.raises(IllegalState):
            step(found, "announce", at=later(now, 9))
        sweep(later(now, 20))
        step(found, "announce", at=later(now, 20))
        row.refresh_from_db()
        found.refresh_from_db()
        assert (row.state, found.state) == ("honoured", "announced")
        page = browse(cast.ds).get(reverse("points:honours")).content.decode()
        assert ("王建国" in page, DEEDS in page, "李秀兰" in page) == (True, True, False)

    def test_an_objection_holds_the_candidate_up(self, public, step, second, cast, now) -> None:
        found, row = public
        at = later(now, 9)
        made = objections.object_to(
            nomination_id=row.pk, from_words="居民", words="事迹有出入", by=cast.cw, now=at
        )  # fmt: skip
        row.refresh_from_db()
        assert row.state == "suspended"
        sweep(later(now, 20))
        with pytest.raises(IllegalState, match="异议"):
            step(found, "announce", at=later(now, 20))
        objections.settle_objection(
            objection_id=made.pk, is_upheld=False, answer="核查属实，无出入", by=second, now=later(now, 20)
        )
        with pytest.raises(IllegalState):
            objections.settle_objection(
                objection_id=made.pk, is_upheld=True, answer="再核查一次", by=second, now=later(now, 20)
            )
        assert step(found, "announce", at=later(now, 20)).state == "announced"

    def test_an_upheld_one_leaves_the_seat_empty(self, public, step, cast, now) -> None:
        found, row = public
        made = objections.object_to(
            nomination_id=row.pk, from_words="居民", words="事迹有出入", by=cast.cs, now=later(now, 9)
        )
        objections.settle_objection(
            objection_id=made.pk, is_upheld=True, answer="事迹不实", by=cast.ss, now=later(now, 9)
        )
        row.refresh_from_db()
        assert row.state == "disqualified"
        sweep(later(now, 20))
        with pytest.raises(IllegalState, match="没有可公布"):
            step(found, "announce", at=later(now, 20))

    def test_late_is_shown_with_whose_it_is(self, public, browse, cast, now) -> None:
        found, _ = public
        sweep(later(now, 20))
        sweep(later(now, 40))
        found.refresh_from_db()
        assert (found.state, found.card) == ("noticed", "red")
        page = browse(cast.sl).get(f"{reverse('points:rounds')}?tab=late").content.decode()
        assert (found.title in page, "第一街道" in page) == (True, True)

    def test_with_a_designation(self, drafted, step, approved, person, cast, now) -> None:
        ensure_default_kinds()
        kind = DesignationKind.objects.get(code="resident_backbone")
        found = drafted(designation_kind_id=kind.pk)
        step(found, "open")
        who = person("王建国")
        row = approved(found, "王建国")
        step(found, "close")
        step(found, "decide")
        ballots.vote(round_id=found.pk, nomination_id=row.pk, by=cast.cw, now=now)
        sweep(later(now, 8))
        sweep(later(now, 20))
        step(found, "announce", at=later(now, 20))
        row.refresh_from_db()
        made = Designation.objects.get(person=who)
        assert (row.designation_id, made.kind_id, made.unit_id) == (made.pk, kind.pk, found.unit_id)


class TestPeople:
    def test_a_merge_takes_nominations_and_votes_along(self, voting, cast, now) -> None:
        found, (first, other) = voting
        ballots.vote(round_id=found.pk, nomination_id=other.pk, by=cast.cw, now=now)
        merge_persons(keep_id=first.person_id, drop_id=other.person_id, words="同一人", by=cast.cw, now=now)
        first.refresh_from_db()
        other.refresh_from_db()
        assert (first.state, other.state, other.person_id) == ("approved", "withdrawn", first.person_id)
        assert RoundVote.objects.get().nomination_id == first.pk

    def test_who_died_stands_for_nothing(self, voting, cast, now) -> None:
        _, (first, _) = voting
        die(person_id=first.person_id, on=date(2026, 11, 20), by=cast.cw, now=now)
        first.refresh_from_db()
        assert first.state == "withdrawn"


class TestPages:
    @pytest.fixture
    def now(self):
        """Pages read the real clock."""
        return timezone.now() - timedelta(minutes=1)

    def test_the_whole_way(self, person, browse, cast) -> None:
        person("王建国")
        street, worker = browse(cast.ss), browse(cast.cw)
        form = {
            "title": "第四季度先锋小哥评选", "kind": "pioneer", "nominees": "residents", "way": "voting", "seats": "2",
            "tie": "more", "from_on": "2026-09-01", "until_on": "2026-11-30", "nominate_days": "10",
            "decide_days": "5", "notice_days": "5", "name_1": "服务群众", "weight_1": "60", "points_weight": "40",
            "points_full": "200",
        }  # fmt: skip
        bad = street.post(reverse("points:round_add"), form | {"weight_1": "50"})
        assert (bad.status_code, "权重之和应为 100" in bad.content.decode()) == (400, True)
        street.post(reverse("points:round_add"), form)
        found = Round.objects.get()
        page = street.get(reverse("points:round_change", args=[found.pk])).content.decode()
        assert ("服务群众" in page, 'value="200"' in page) == (True, True)
        street.post(reverse("points:round_step", args=[found.pk, "open"]))
        assert found.title in worker.get(reverse("points:rounds")).content.decode()
        url = reverse("points:nominate", args=[found.pk])
        short = worker.post(url, {"name": "王建国", "words": "好"})
        assert (short.status_code, "不少于 20 个字" in short.content.decode()) == (400, True)
        assert worker.post(url, {"name": "王建国", "words": DEEDS}).status_code == 302
        row = RoundNomination.objects.get()
        assert DEEDS in worker.get(reverse("points:nomination", args=[row.pk])).content.decode()
        street.post(reverse("points:nomination_review", args=[row.pk]), {"accept": "1"})
        for code in ("close", "decide"):
            street.post(reverse("points:round_step", args=[found.pk, code]))
        mine = reverse("points:my_round", args=[found.pk])
        voter = browse(cast.gw)
        assert "去投票" in voter.get(reverse("points:my_rounds")).content.decode()
        page = voter.get(mine).content.decode()
        assert ("王建国" in page, "checked" in page) == (True, False)
        voter.post(mine, {"nomination": row.pk})
        assert "改投" in voter.get(mine).content.decode()
        assert RoundVote.objects.count() == 1
        voter.post(mine, {"nomination": "x"})
        assert "已投票 1 人" in street.get(reverse("points:round", args=[found.pk])).content.decode()

    def test_oneself_on_a_phone(self, drafted, step, person, browse, cast) -> None:
        found = step(drafted(), "open")
        give_account(cast.ds, person("王建国"))
        client, url = browse(cast.ds), reverse("points:my_round", args=[found.pk])
        assert "我要自荐" in client.get(url).content.decode()
        assert client.post(reverse("points:self_nominate", args=[found.pk]), {"words": "短"}).status_code == 400
        client.post(reverse("points:self_nominate", args=[found.pk]), {"words": DEEDS})
        page = client.get(url).content.decode()
        assert ("撤回自荐" in page, "我要自荐" in page) == (True, False)
        client.post(reverse("points:nomination_withdraw", args=[RoundNomination.objects.get().pk]))
        assert "我要自荐" in client.get(url).content.decode()

    def test_a_budget_of_statements(self, voting, browse, cast, django_assert_max_num_queries) -> None:
        found, _ = voting
        client = browse(cast.ss)
        client.get(reverse("points:rounds"))
        with django_assert_max_num_queries(14):
            client.get(reverse("points:rounds"))
        for name, most in (("points:round", 12), ("points:my_round", 20)):
            with django_assert_max_num_queries(most):
                client.get(reverse(name, args=[found.pk]))


@pytest.mark.django_db(transaction=True)
def test_many_votes_of_one_voter_at_once_are_one(voting, cast, now) -> None:
    found, rows = voting
    told: list[str] = []

    def go(number: int) -> None:
        try:
            ballots.vote(round_id=found.pk, nomination_id=rows[number % 2].pk, by=cast.cw, now=now)
            told.append("done")
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (told, RoundVote.objects.filter(round=found).count()) == (["done"] * 8, 1)
