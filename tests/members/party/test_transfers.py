"""Memberships and their way from one organisation to another."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from governance.audit.models import Entry
from governance.deadlines.models import Clock
from governance.deadlines.services import sweep
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.outbox.models import InboxItem, Reminder
from members.models import DoubleRegistration, MembershipTransfer, PartyMembership
from members.party.services import doubles, memberships, transfers
from members.services import households, persons

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture
def given(member, party, cast, now):
    """A member on the way from the first community to the second."""
    return transfers.hand_over(
        membership_id=member().pk, to_organisation_id=party.branch_2.pk, reason="已迁居", by=cast.cs, now=now
    )


class TestMembership:
    def test_a_person_is_a_member_once(self, member, party, cast, now) -> None:
        one = member()
        with pytest.raises(IllegalState, match="第1网格党支部"):
            memberships.admit(
                organisation_id=party.featured.pk,
                person_id=one.person_id,
                facts=memberships.Facts(),
                by=cast.cs,
                now=now,
            )

    def test_who_may(self, party, person, cast, now) -> None:
        who = person().pk
        for by, error in ((cast.cw, NotAllowed), (cast.gw, NotAllowed), (cast.ss, NotAllowed), (cast.dl, NotAllowed)):
            with pytest.raises(error):
                memberships.admit(
                    organisation_id=party.branch.pk, person_id=who, facts=memberships.Facts(), by=by, now=now
                )
        with pytest.raises(NotFound):
            memberships.admit(
                organisation_id=party.branch.pk, person_id=who, facts=memberships.Facts(), by=cast.cs_2, now=now
            )

    def test_probation_a_year_then_full(self, member, cast, now) -> None:
        one = member(kind="probationary", joined_party_on=date(2025, 11, 20))
        assert one.probation_ends_on == date(2026, 11, 20)
        with pytest.raises(InvalidInput, match="不能提前"):
            memberships.make_full(membership_id=one.pk, on=date(2026, 11, 19), by=cast.cs, now=now)
        made = memberships.make_full(membership_id=one.pk, on=date(2026, 11, 21), by=cast.cs, now=now)
        assert (made.kind, made.full_on) == ("full", date(2026, 11, 21))
        with pytest.raises(IllegalState, match="已是正式党员"):
            memberships.make_full(membership_id=one.pk, on=TODAY, by=cast.cs, now=now)

    def test_probation_is_prolonged_once(self, member, cast, now) -> None:
        one = member(kind="probationary", joined_party_on=date(2025, 11, 20))
        with pytest.raises(InvalidInput, match="不少于半年"):
            memberships.prolong(membership_id=one.pk, months=3, words="需继续考察", by=cast.cs, now=now)
        made = memberships.prolong(membership_id=one.pk, months=6, words="需继续考察", by=cast.cs, now=now)
        assert made.probation_ends_on == date(2027, 5, 20)
        with pytest.raises(IllegalState, match="已延长过"):
            memberships.prolong(membership_id=one.pk, months=6, words="需继续考察", by=cast.cs, now=now)

    def test_corrected_and_ended(self, member, cast, now) -> None:
        one = member()
        facts = memberships.Facts(category="retired_soe", employer="第一采油厂", joined_party_on=date(1990, 7, 1))
        memberships.change_member(membership_id=one.pk, facts=facts, by=cast.cs, now=now)
        with pytest.raises(InvalidInput, match="没有改动"):
            memberships.change_member(membership_id=one.pk, facts=facts, by=cast.cs, now=now)
        memberships.end_member(membership_id=one.pk, how="expelled", on=TODAY, words="市纪委决定", by=cast.cs, now=now)
        one.refresh_from_db()
        assert (one.until_on, one.ended_how) == (TODAY, "expelled")
        with pytest.raises(IllegalState, match="已结束"):
            memberships.change_member(membership_id=one.pk, facts=facts, by=cast.cs, now=now)


class TestTransfer:
    def test_until_it_is_received_the_member_counts_with_the_giving_one(self, given, party, cast, now) -> None:
        present = PartyMembership.objects.current().get(person=given.person)
        assert (present.organisation, given.state) == (party.branch, "in_transit")
        assert Clock.objects.get(subject_id=given.pk).unit_id == party.branch_2.community_id
        assert InboxItem.objects.filter(user_id=cast.cs_2.user_id, subject_id=given.pk).count() == 1
        done = transfers.receive(transfer_id=given.pk, by=cast.cs_2, now=now + timedelta(days=1))
        new = PartyMembership.objects.current().get(person=given.person)
        assert (new.organisation, new.from_on, new.began_how) == (party.branch_2, date(2026, 11, 24), "transferred")
        assert (done.state, done.new_membership) == ("confirmed", new)
        assert Clock.objects.get(subject_id=given.pk).state == Clock.MET
        assert Entry.objects.filter(action="party.receive", subject_id=given.pk).exists()
        assert InboxItem.objects.filter(user_id=cast.cs.user_id, subject_id=given.pk).exists()
        with pytest.raises(IllegalState, match="已接收"):
            transfers.receive(transfer_id=given.pk, by=cast.cs_2, now=now)

    def test_who_receives_refuses_and_withdraws(self, given, cast, now) -> None:
        for step, strangers in (
            (transfers.refuse, (cast.cs, cast.ss)), (transfers.withdraw, (cast.cs_2, cast.ss)),
        ):  # fmt: skip
            for by in strangers:
                with pytest.raises(NotAllowed):
                    step(transfer_id=given.pk, words="不在本网格居住", by=by, now=now)
        with pytest.raises(NotAllowed):
            transfers.receive(transfer_id=given.pk, by=cast.cs, now=now)
        with pytest.raises(NotFound):
            transfers.receive(transfer_id=given.pk, by=cast.ss_2, now=now)
        with pytest.raises(InvalidInput, match="原因"):
            transfers.refuse(transfer_id=given.pk, words="", by=cast.cs_2, now=now)

    @pytest.mark.parametrize("step", ["refuse", "withdraw"])
    def test_back_to_where_it_came_from(self, given, party, cast, now, step) -> None:
        by = cast.cs_2 if step == "refuse" else cast.cs
        getattr(transfers, step)(transfer_id=given.pk, words="不在本网格居住", by=by, now=now)
        assert PartyMembership.objects.current().get(person=given.person).organisation == party.branch
        assert not Clock.objects.filter(state__in=Clock.OPEN).exists()
        transfers.hand_over(
            membership_id=given.membership_id,
            to_organisation_id=party.branch_2.pk,
            reason="再次转出",
            by=cast.cs,
            now=now,
        )

    def test_on_the_way_once(self, given, party, cast, now) -> None:
        again = {"membership_id": given.membership_id, "by": cast.cs, "now": now}
        with pytest.raises(IllegalState, match="正在转接"):
            transfers.hand_over(**again, to_organisation_id=party.branch_2.pk, reason="搬家")
        with pytest.raises(IllegalState, match="正在转接"):
            transfers.transfer_out(**again, place="某市委", letter_number="2026-1", on=TODAY, reason="")
        with pytest.raises(IllegalState, match="正在转接"):
            memberships.end_member(
                membership_id=given.membership_id, how="withdrawn", on=TODAY, words="本人申请", by=cast.cs, now=now
            )

    def test_inside_a_community_at_once(self, member, party, cast, now) -> None:
        one = member()
        done = transfers.hand_over(
            membership_id=one.pk, to_organisation_id=party.featured.pk, reason="编入特色支部", by=cast.cs, now=now
        )
        assert done.state == "confirmed"
        assert PartyMembership.objects.current().get(person=one.person).organisation == party.featured
        assert not Clock.objects.exists()

    def test_where_to(self, member, party, cast, now) -> None:
        one = member()
        with pytest.raises(InvalidInput, match="另一个"):
            transfers.hand_over(
                membership_id=one.pk, to_organisation_id=party.branch.pk, reason="搬家", by=cast.cs, now=now
            )
        with pytest.raises(IllegalState, match="不直接管理"):
            transfers.hand_over(
                membership_id=one.pk, to_organisation_id=party.community_2.pk, reason="搬家", by=cast.cs, now=now
            )
        with pytest.raises(NotFound):
            transfers.hand_over(membership_id=one.pk, to_organisation_id=0, reason="搬家", by=cast.cs, now=now)

    def test_late_is_told_and_shown(self, given, cast, now) -> None:
        later = now + timedelta(days=10)
        sweep(later)
        given.refresh_from_db()
        assert given.late_since is not None
        told = set(Reminder.objects.filter(subject_id=given.pk, level="over").values_list("user_id", flat=True))
        assert {cast.cs_2.user_id, cast.cs.user_id, cast.ss.user_id} <= told
        transfers.receive(transfer_id=given.pk, by=cast.cs_2, now=later)
        assert Clock.objects.get(subject_id=given.pk).state == Clock.MISSED

    def test_out_of_the_district_and_in(self, member, person, party, cast, now) -> None:
        one = member()
        transfers.transfer_out(
            membership_id=one.pk, place="哈尔滨市某区委", letter_number="庆组转2026-031", on=TODAY, reason="随子女居住",
            by=cast.cs, now=now,
        )  # fmt: skip
        one.refresh_from_db()
        assert (one.ended_how, one.letter_number) == ("to_outside", "庆组转2026-031")
        letter = {"place": "绥化市某支部", "letter_number": "绥组转2026-9", "by": cast.cs, "now": now}
        taken = {"organisation_id": party.branch.pk, "person_id": one.person_id, "facts": memberships.Facts()}
        with pytest.raises(InvalidInput, match="90 天"):
            transfers.take_from_outside(**letter, **taken, letter_on=TODAY - timedelta(days=91))
        transfers.take_from_outside(**letter, **taken, letter_on=TODAY - timedelta(days=90))
        assert PartyMembership.objects.current().get(person=one.person).began_how == "from_outside"
        assert MembershipTransfer.objects.filter(state="confirmed").count() == 2


class TestPersons:
    def test_death_ends_all(self, given, party, cast, now) -> None:
        households.die(person_id=given.person_id, on=TODAY, by=cast.cw, now=now)
        given.refresh_from_db()
        one = PartyMembership.objects.get(person=given.person)
        assert (one.ended_how, one.until_on) == ("died", TODAY)
        assert (given.state, Clock.objects.get(subject_id=given.pk).state) == ("withdrawn", Clock.CANCELLED)

    def test_merging_takes_the_membership_along(self, member, person, party, cast, now) -> None:
        one, other = member("王建国"), person("王建国")
        persons.merge_persons(keep_id=other.pk, drop_id=one.person_id, words="重复登记", by=cast.cw, now=now)
        one.refresh_from_db()
        assert (one.person, one.until_on) == (other, None)

    def test_two_memberships_are_not_merged_by_the_way(self, member, party, cast, now) -> None:
        one, other = member("王建国"), member("王建国", to=party.featured)
        merging = {"keep_id": one.person_id, "drop_id": other.person_id, "words": "重复登记", "by": cast.cw, "now": now}
        with pytest.raises(IllegalState, match="不同的党组织"):
            persons.merge_persons(**merging)
        transfers.hand_over(
            membership_id=other.pk, to_organisation_id=party.branch.pk, reason="归并", by=cast.cs, now=now
        )
        persons.merge_persons(**merging)
        assert PartyMembership.objects.current().get().person == one.person


class TestDoubles:
    def test_reported_served_ended(self, person, party, cast, now) -> None:
        who = person().pk
        told = {"own_organisation": "某局机关党支部", "employer": "某局", "on": TODAY, "by": cast.cs, "now": now}
        made = doubles.report(organisation_id=party.community.pk, person_id=who, **told)
        with pytest.raises(IllegalState, match="已在"):
            doubles.report(organisation_id=party.branch.pk, person_id=who, **told)
        doubles.add_service(registration_id=made.pk, on=TODAY, hours=2, words="清雪", by=cast.cs, now=now)
        done = doubles.end_report(registration_id=made.pk, on=TODAY, words="调离本市", by=cast.cs, now=now)
        assert (done.services, done.until_on) == (1, TODAY)
        with pytest.raises(IllegalState, match="已结束"):
            doubles.add_service(registration_id=made.pk, on=TODAY, hours=2, words="清雪", by=cast.cs, now=now)
        with pytest.raises(NotFound):
            doubles.end_report(registration_id=made.pk, on=TODAY, words="调离", by=cast.cs_2, now=now)

    def test_not_for_the_communitys_own(self, member, party, cast, now) -> None:
        with pytest.raises(IllegalState, match="不需要报到"):
            doubles.report(
                organisation_id=party.community.pk, person_id=member().person_id, own_organisation="某支部",
                employer="", on=TODAY, by=cast.cs, now=now,
            )  # fmt: skip
        assert not DoubleRegistration.objects.exists()
