"""Procedures: promotion, removal, reward and discipline, each from its proposal to its end."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest

from governance.deadlines.models import Clock
from governance.deadlines.sweeping import sweep
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.outbox.models import InboxItem, Reminder
from grids.models import Quota, QuotaEvent
from grids.services import quotas
from members.careers.services import procedures
from members.careers.services._steps import allowed
from members.careers.services.procedures import Measured
from members.careers.workflow import STEPS
from members.models import CareerMeasure, CareerProcedure
from members.models.career_procedures import PROCEDURE_STATES
from tests.members.careers.conftest import REASON, appraise

pytestmark = pytest.mark.django_db
# Monday 30 November 2026, 10:00:01: five working days after the `now` of the tests, and a second.
AFTER = timedelta(days=7, seconds=1)


def nominate(career, by, now, path="grid_to_worker"):
    return procedures.propose(career_id=career.pk, kind="promotion", path=path, words=REASON, by=by, now=now)


def in_notice(career, cast, now, path="grid_to_worker"):
    made = nominate(career, cast.cs, now, path)
    procedures.review(procedure_id=made.pk, support=True, words="同意", by=cast.ss, now=now)
    return procedures.publish(procedure_id=made.pk, where="社区公示栏", by=cast.ss, now=now)


def test_a_grid_worker_becomes_a_community_worker(career, cast, now):
    made = career()
    found = in_notice(made, cast, now)
    clock = Clock.objects.get(subject_type="members.careerprocedure", kind="public_notice", state="running")
    assert (found.state, found.due_at) == ("public_notice", clock.due_at)
    with pytest.raises(IllegalState, match="公示中"):
        procedures.decide(procedure_id=found.pk, accept=True, words="同意", by=cast.dc, now=now)
    sweep(now + AFTER)
    found.refresh_from_db()
    assert (found.state, found.clock_kind) == ("noticed", "career_decision")
    later = now + AFTER + timedelta(hours=1)
    procedures.decide(procedure_id=found.pk, accept=True, words="经研究决定任用", by=cast.dc, now=later)
    made.refresh_from_db()
    assert (made.post, made.grid, made.post_since) == ("worker", None, date(2026, 11, 30))
    event = made.events.get(kind="promoted")
    assert (event.before["post"], event.after["post"], event.procedure_id) == ("grid", "worker", found.pk)
    assert event.pay_after > event.pay_before
    assert InboxItem.objects.filter(user_id=cast.se.user_id, title__contains="请核对账号岗位").exists()
    assert not Clock.objects.filter(subject_id=found.pk, state__in=Clock.OPEN).exists()


def test_the_notice_ends_with_the_persons_step_as_with_the_sweep(career, cast, now):
    found = in_notice(career(), cast, now)
    procedures.decide(procedure_id=found.pk, accept=True, words="经研究决定任用", by=cast.dc, now=now + AFTER)
    assert [entry.step for entry in found.entries.order_by("pk")] == ["propose", "review", "publish", "lapse", "decide"]


def test_what_is_not_met_is_waived_by_the_district_or_stops_it(career, cast, now):
    made = career(degree="", appraised=("good", "basic"))
    found = nominate(made, cast.cs, now)
    procedures.review(procedure_id=found.pk, support=True, words="同意", by=cast.ss, now=now)
    with pytest.raises(IllegalState, match="学历、近两年考核"):
        procedures.publish(procedure_id=found.pk, where="公示栏", by=cast.ss, now=now)
    for condition in ("degree", "appraisals"):
        procedures.waive(
            procedure_id=found.pk, condition=condition, grounds="抗洪救灾表现突出，特批。", by=cast.dc, now=now
        )
    with pytest.raises(InvalidInput, match="无需再审批"):
        procedures.waive(procedure_id=found.pk, condition="years", grounds="不需要的特批", by=cast.dc, now=now)
    found = procedures.publish(procedure_id=found.pk, where="公示栏", by=cast.ss, now=now)
    assert found.state == "public_notice"
    assert set(found.waivers) == {"degree", "appraisals"}


def test_an_objection_stops_the_notice_until_it_is_settled(career, cast, now):
    found = in_notice(career(), cast, now)
    two_days = now + timedelta(days=2)
    procedures.object_to(procedure_id=found.pk, words="反映其履历不实", by=cast.ss, now=two_days)
    sweep(now + AFTER)
    found.refresh_from_db()
    assert (found.state, found.clock_kind) == ("suspended", "career_settle")
    settled = now + timedelta(days=3)
    procedures.settle(procedure_id=found.pk, upheld=False, words="经查履历属实", by=cast.sl, now=settled)
    found.refresh_from_db()
    # Three working days were left on Wednesday; from Thursday they end on Tuesday.
    assert found.due_at.date() == date(2026, 12, 1)
    sweep(now + timedelta(days=8, seconds=1))
    found.refresh_from_db()
    assert found.state == "noticed"


def test_an_objection_that_is_right_ends_it(career, cast, now):
    found = in_notice(career(), cast, now)
    procedures.object_to(procedure_id=found.pk, words="反映其履历不实", by=cast.ss, now=now)
    found = procedures.settle(procedure_id=found.pk, upheld=True, words="经查履历不实", by=cast.sl, now=now)
    assert (found.state, found.due_at) == ("refused", None)
    assert not Clock.objects.filter(subject_id=found.pk, state__in=Clock.OPEN).exists()


def test_a_secretary_goes_into_a_vacant_institution_post_of_the_street(career, cast, district, now):
    made = career("secretary")
    with pytest.raises(NotAllowed, match="由街道提出"):
        nominate(made, cast.cs, now, "to_institution")
    found = nominate(made, cast.ss, now, "to_institution")
    procedures.review(procedure_id=found.pk, support=True, words="同意", by=cast.sl, now=now)
    with pytest.raises(IllegalState, match="街道事业编制"):
        procedures.publish(procedure_id=found.pk, where="街道公示栏", by=cast.ss, now=now)
    with pytest.raises(InvalidInput, match="没有编制空缺"):
        procedures.waive(procedure_id=found.pk, condition="vacancy", grounds="请求特批入编", by=cast.dc, now=now)
    quotas.change_approved(
        unit_id=district.street_1.pk, kind="institution", delta=1, document="让编发〔2026〕3号", on=date(2026, 11, 1),
        by=cast.dc, now=now,
    )  # fmt: skip
    procedures.publish(procedure_id=found.pk, where="街道公示栏", by=cast.ss, now=now)
    procedures.decide(procedure_id=found.pk, accept=True, words="同意入编", by=cast.dc, now=now + AFTER)
    made.refresh_from_db()
    assert (made.state, made.ended_on) == ("promoted", date(2026, 11, 30))
    assert Quota.objects.get(unit=district.street_1, kind="institution").filled == 1
    assert QuotaEvent.objects.get(what="filled").cause == f"career_procedure:{found.pk}"


def test_nobody_reviews_what_they_proposed(career, cast, now):
    found = nominate(career("secretary"), cast.ss, now, "to_institution")
    assert "review" not in allowed(found, cast.ss)
    with pytest.raises(NotAllowed, match="由您提出"):
        procedures.review(procedure_id=found.pk, support=True, words="同意", by=cast.ss, now=now)


def test_nobody_acts_in_their_own_matter(career, cast, now):
    from accounts.models import User
    from accounts.services.users import set_phone

    user = User.objects.get(pk=cast.cs.user_id)
    set_phone(user, "13812344080")
    user.save()
    made = career("worker", phone="13812344080")
    with pytest.raises(NotAllowed, match="回避"):
        nominate(made, cast.cs, now, "to_committee")


def test_the_wrong_path_is_told(career, cast, now):
    with pytest.raises(InvalidInput, match="不适用"):
        nominate(career("worker"), cast.cs, now)


def test_one_promotion_at_a_time(career, cast, now):
    made = career()
    nominate(made, cast.cs, now)
    with pytest.raises(IllegalState, match="未办结"):
        nominate(made, cast.cs, now)


def remove(career, cast, now):
    return procedures.propose(
        career_id=career.pk, kind="removal", path="duties", words="多次无故脱岗，经教育不改。", by=cast.cs, now=now
    )


def test_a_removal_hears_the_person_and_ends_with_its_delivery(career, cast, now):
    made = career()
    found = remove(made, cast, now)
    procedures.deliver(procedure_id=found.pk, how="in_person", on=now.date(), by=cast.ss, now=now)
    procedures.hear(procedure_id=found.pk, statement="当时家中有事，请求从轻。", by=cast.ss, now=now)
    procedures.decide(procedure_id=found.pk, accept=True, words="予以清退", by=cast.dc, now=now)
    made.refresh_from_db()
    assert made.state == "serving"
    procedures.deliver(procedure_id=found.pk, how="in_person", on=now.date(), by=cast.ss, now=now)
    made.refresh_from_db()
    assert (made.state, made.ended_on) == ("removed", now.date())
    found.refresh_from_db()
    assert (found.state, found.ended_at) == ("removed", now)


def test_who_says_nothing_in_five_working_days_has_been_heard(career, cast, now):
    found = remove(career(), cast, now)
    with pytest.raises(IllegalState, match="不能“决定”"):
        procedures.decide(procedure_id=found.pk, accept=True, words="予以清退", by=cast.dc, now=now)
    procedures.deliver(procedure_id=found.pk, how="posted", on=now.date(), by=cast.ss, now=now)
    sweep(now + AFTER)
    found.refresh_from_db()
    assert found.state == "heard"


def test_a_removal_is_taken_back_by_its_proposer_or_the_district(career, cast, now):
    found = remove(career(), cast, now)
    with pytest.raises(NotAllowed, match="由社区撤回"):
        procedures.withdraw(procedure_id=found.pk, words="撤回", by=cast.ss, now=now)
    found = procedures.withdraw(procedure_id=found.pk, words="事实不清，撤回", by=cast.cs, now=now)
    assert found.state == "withdrawn"


def test_a_discipline_blocks_a_promotion_for_its_time(career, cast, now):
    made = career()
    measured = Measured(name="警告", from_on=date(2026, 11, 20), until_on=date(2027, 5, 19))
    found = procedures.propose(
        career_id=made.pk,
        kind="measure",
        path="discipline",
        words="违反工作纪律",
        measured=measured,
        by=cast.cs,
        now=now,
    )
    procedures.review(procedure_id=found.pk, support=True, words="同意", by=cast.ss, now=now)
    procedures.decide(procedure_id=found.pk, accept=True, words="予以警告", by=cast.dc, now=now)
    assert CareerMeasure.objects.get().until_on == date(2027, 5, 19)
    promotion = nominate(made, cast.cs, now)
    procedures.review(procedure_id=promotion.pk, support=True, words="同意", by=cast.ss, now=now)
    with pytest.raises(IllegalState, match="处分影响期"):
        procedures.publish(procedure_id=promotion.pk, where="公示栏", by=cast.ss, now=now)


def test_a_discipline_without_an_end_is_refused(career, cast, now):
    measured = Measured(name="警告", from_on=date(2026, 11, 20))
    with pytest.raises(InvalidInput, match="影响期满"):
        procedures.propose(
            career_id=career().pk, kind="measure", path="discipline", words="违反工作纪律", measured=measured,
            by=cast.cs, now=now,
        )  # fmt: skip


def test_who_lets_a_limit_pass_is_reminded_and_the_list_shows_it(career, cast, now):
    found = nominate(career(), cast.cs, now)
    sweep(now + AFTER)
    found.refresh_from_db()
    assert found.card == "red"
    late = Reminder.objects.filter(level="over", subject_id=found.pk)
    assert set(late.values_list("user_id", flat=True)) == {cast.ss.user_id, cast.sl.user_id}
    procedures.review(procedure_id=found.pk, support=True, words="同意", by=cast.ss, now=now + AFTER)
    found.refresh_from_db()
    assert found.card == ""


def test_another_street_finds_nothing(career, cast, now):
    found = nominate(career(), cast.cs, now)
    with pytest.raises(NotFound):
        procedures.review(procedure_id=found.pk, support=True, words="同意", by=cast.ss_2, now=now)


CALLS = {
    "review": lambda pk, by, now: procedures.review(procedure_id=pk, support=True, words="同意", by=by, now=now),
    "publish": lambda pk, by, now: procedures.publish(procedure_id=pk, where="公示栏", by=by, now=now),
    "object_to": lambda pk, by, now: procedures.object_to(procedure_id=pk, words="反映履历不实", by=by, now=now),
    "settle": lambda pk, by, now: procedures.settle(procedure_id=pk, upheld=True, words="经查属实。", by=by, now=now),
    "deliver": lambda pk, by, now: procedures.deliver(
        procedure_id=pk, how="in_person", on=date(2026, 11, 23), by=by, now=now
    ),
    "hear": lambda pk, by, now: procedures.hear(procedure_id=pk, statement="请求从轻", by=by, now=now),
    "waive": lambda pk, by, now: procedures.waive(
        procedure_id=pk, condition="degree", grounds="表现突出，特批。", by=by, now=now
    ),
    "decide": lambda pk, by, now: procedures.decide(procedure_id=pk, accept=True, words="同意", by=by, now=now),
    "withdraw": lambda pk, by, now: procedures.withdraw(procedure_id=pk, words="撤回", by=by, now=now),
}
STATES = [code for code, _ in PROCEDURE_STATES]
# What the design says, by kind: state → step → who may. CS@ is the proposer here.
STREET, CENTRE = {"ss", "sl"}, {"dc"}
BACK = {"cs", "dc"}
DESIGN = {
    "promotion": {
        "nominated": {"review": STREET, "withdraw": BACK, "waive": CENTRE},
        "reviewed": {"publish": STREET, "withdraw": BACK, "waive": CENTRE},
        "public_notice": {"object_to": STREET, "withdraw": BACK},
        "suspended": {"settle": STREET, "withdraw": BACK},
        "noticed": {"decide": CENTRE, "withdraw": BACK},
    },
    "removal": {
        "proposed": {"deliver": STREET, "withdraw": BACK},
        "hearing": {"hear": STREET, "withdraw": BACK},
        "heard": {"decide": CENTRE, "withdraw": BACK},
        "decided": {"deliver": STREET, "withdraw": BACK},
    },
    "measure": {
        "proposed": {"review": STREET, "withdraw": BACK},
        "reviewed": {"decide": CENTRE, "withdraw": BACK},
    },
}
ROLES = ("dc", "sl", "ss", "cs", "cw", "gw", "dl", "squad")


@pytest.mark.parametrize("kind", DESIGN)
def test_every_step_from_every_state_by_everybody(kind, career, cast, district, now):
    """Whoever may does, whoever may not is refused, and a state from which there is no way refuses everybody."""
    from django.db import transaction

    # A degree that is not met lets the waiver be walked; where a notice is published it is waived already.
    made = career(degree="" if kind == "promotion" else "bachelor")
    found = _begun(made, kind, cast, now)
    wrong = []
    for state, code, who in itertools.product(STATES, STEPS, ROLES):
        expected = who in DESIGN[kind].get(state, {}).get(code, ())
        waivers = {} if code == "waive" else {"degree": {"by": "", "at": "", "grounds": ""}}
        CareerProcedure.objects.filter(pk=found.pk).update(state=state, waivers=waivers)
        point = transaction.savepoint()
        try:
            _ready(found, kind, state, now)
            CALLS[code](found.pk, getattr(cast, who), now)
            done = True
        except (IllegalState, NotAllowed, NotFound):
            done = False
        finally:
            transaction.savepoint_rollback(point)
        if done != expected:
            wrong.append(f"{kind} {state} {code} by {who}: {'done' if done else 'refused'}")
    assert wrong == []


def _begun(career, kind, cast, now):
    if kind == "promotion":
        return nominate(career, cast.cs, now)
    if kind == "removal":
        return remove(career, cast, now)
    return procedures.propose(
        career_id=career.pk, kind="measure", path="reward", words="抢险救灾表现突出",
        measured=Measured(name="嘉奖", from_on=date(2026, 11, 20)), by=cast.cs, now=now,
    )  # fmt: skip


def _ready(found, kind, state, now):
    """The clocks as they are in that state."""
    from members.careers import clocks

    Clock.objects.filter(subject_id=found.pk, subject_type=clocks.SUBJECT).delete()
    found.state = state
    if (kind, state) in clocks.TURNS:
        clocks.start(found, now)
    if (kind, state) == ("promotion", "suspended"):
        found.state = "public_notice"
        clocks.start(found, now)
        clocks.pause_notice(found, now)


def test_the_pages_offer_exactly_the_steps_of_the_design(career, cast, now):
    found = nominate(career(degree=""), cast.cs, now)
    for state, steps in DESIGN["promotion"].items():
        found.state = state
        for who in ("dc", "sl", "ss", "cs"):
            expected = {code for code, may in steps.items() if who in may} - {"waive"}
            assert set(allowed(found, getattr(cast, who))) == expected, (state, who)
        if state == "reviewed":
            assert "publish" not in allowed(found, cast.ss, ("degree",))
            assert "waive" in allowed(found, cast.dc, ("degree",))


def test_the_last_two_appraisals_count(career, cast, now):
    made = career(appraised=("basic", "excellent"))
    appraise(made, 2023, "excellent", now)
    found = nominate(made, cast.cs, now)
    procedures.review(procedure_id=found.pk, support=True, words="同意", by=cast.ss, now=now)
    with pytest.raises(IllegalState, match="近两年考核"):
        procedures.publish(procedure_id=found.pk, where="公示栏", by=cast.ss, now=now)
