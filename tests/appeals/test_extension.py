"""More time 延期: who may ask and when, who decides, and what becomes of the limit."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from appeals import services
from appeals.models import Appeal, Extension
from governance.audit.models import Entry
from governance.deadlines.models import Clock
from governance.deadlines.sweeping import sweep
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.files import services as files
from governance.outbox.models import InboxItem
from governance.scope import Actor
from tests.appeals.conftest import REPLY, RESULT
from tests.files.crafted import picture, upload

REASON = "配件须从外地调运，预计四个工作日到货后安装。"
WORDS = "情况属实，请抓紧办理。"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def evidence(by: Actor, now: datetime) -> list[uuid.UUID]:
    return [files.store(upload=upload("合同.jpg", picture()), kind="photo", by=by, now=now).pk]


def limit(appeal: Appeal, kind: str = "resolve") -> Clock:
    return Clock.objects.filter(subject_id=appeal.pk, kind=kind).latest("pk")


@pytest.fixture
def with_street(registered: Callable[..., Appeal], cast, district, now) -> Appeal:
    """In progress at the community, by order of its street."""
    appeal = registered(by=cast.ss, unit_id=district.community_1.pk)
    services.dispatch(appeal_id=appeal.pk, to_unit_id=district.community_1.pk, by=cast.ss, now=now)
    services.accept(appeal_id=appeal.pk, by=cast.cw, now=now)
    return services.contact(appeal_id=appeal.pk, words="已电话联系。", by=cast.cw, now=now)


@pytest.fixture
def ask(now: datetime) -> Callable[..., Appeal]:
    """`ask(appeal, by, amount=5)`."""

    def request(appeal: Appeal, by: Actor, amount: int = 5, at: datetime | None = None, **more: Any) -> Appeal:
        at = at or now
        more = {"reason": REASON, "attachment_ids": evidence(by, at), **more}
        return services.ask_extension(appeal_id=appeal.pk, amount=amount, by=by, now=at, **more)

    return request


def test_granted_the_limit_moves_and_the_record_says_so(with_street, ask, cast, now):
    before = limit(with_street).due_at
    ask(with_street, cast.cw)
    request = Extension.objects.get()
    assert (request.decider_id, request.due_before) == (cast.sl.unit_id, before)
    assert limit(with_street).due_at == before
    assert InboxItem.objects.filter(user_id=cast.sl.user_id, key__contains="extension").exists()
    later = now + timedelta(hours=1)
    appeal = services.decide_extension(appeal_id=with_street.pk, grant=True, words=WORDS, by=cast.sl, now=later)
    request.refresh_from_db()
    # Five working days more: a week later, at the same time of day.
    assert limit(appeal).due_at == request.due_after == appeal.due_at == before + timedelta(days=7)
    assert limit(appeal, "extension_decision").state == Clock.MET
    entry = appeal.entries.get(kind="decide_extension")
    assert entry.data["granted"] is True
    assert "办理时限延长至" in appeal.entries.get(kind="extended").data["public"]
    assert InboxItem.objects.filter(user_id=cast.cw.user_id, title__startswith="同意延期").exists()
    actions = Entry.objects.filter(subject_id=appeal.pk).values_list("action", flat=True)
    assert {"appeal.ask_extension", "appeal.decide_extension"} <= set(actions)


def test_refused_leaves_the_old_limit(with_street, ask, cast, now):
    before = limit(with_street).due_at
    ask(with_street, cast.cw)
    services.decide_extension(appeal_id=with_street.pk, grant=False, words=WORDS, by=cast.sl, now=now)
    assert limit(with_street).due_at == before
    assert Extension.objects.get().granted is False


def test_undecided_leaves_the_old_limit_and_the_decision_itself_runs_late(with_street, ask, cast):
    ask(with_street, cast.cw)
    before = limit(with_street).due_at
    sweep(before + timedelta(hours=1))
    with_street.refresh_from_db()
    assert with_street.card == "red"
    assert limit(with_street).overdue_since == before
    assert limit(with_street, "extension_decision").overdue_since is not None
    cards = with_street.entries.filter(kind="card_over", data__clock="extension_decision")
    assert cards.get().data["unit_id"] == cast.sl.unit_id


def test_granted_late_it_counts_from_the_limit_and_the_red_card_stays_on_record(with_street, ask, cast):
    ask(with_street, cast.cw)
    before = limit(with_street).due_at
    late = before + timedelta(hours=1)
    sweep(late)
    appeal = services.decide_extension(appeal_id=with_street.pk, grant=True, words=WORDS, by=cast.sl, now=late)
    assert limit(appeal).due_at == before + timedelta(days=7)
    assert (appeal.card, appeal.red_cards) == ("", 2)
    assert appeal.entries.filter(kind="card_over", data__clock="resolve").count() == 1


def test_a_warning_given_for_the_old_limit_is_none_for_the_new(with_street, ask, cast):
    before = limit(with_street).due_at
    eve = before - timedelta(hours=2)
    sweep(eve)
    with_street.refresh_from_db()
    assert with_street.card == "yellow"
    ask(with_street, cast.cw, at=eve)
    appeal = services.decide_extension(appeal_id=with_street.pk, grant=True, words=WORDS, by=cast.sl, now=eve)
    assert appeal.card == ""
    sweep(limit(appeal).due_at - timedelta(hours=2))
    appeal.refresh_from_db()
    assert appeal.card == "yellow"


def test_longer_ones_are_for_the_district_centre(with_street, ask, cast, now):
    ask(with_street, cast.cw, amount=6)
    assert Extension.objects.get().decider_id == cast.dc.unit_id
    with pytest.raises(NotAllowed):
        services.decide_extension(appeal_id=with_street.pk, grant=True, words=WORDS, by=cast.sl, now=now)
    services.decide_extension(appeal_id=with_street.pk, grant=True, words=WORDS, by=cast.dc, now=now)


@pytest.mark.parametrize("amount", [0, -1, 16, 10**9])
def test_no_longer_than_the_policy_allows(with_street, ask, cast, amount):
    with pytest.raises(InvalidInput) as refused:
        ask(with_street, cast.cw, amount=amount)
    assert refused.value.field == "amount"


def test_no_more_often_than_the_policy_allows(with_street, ask, cast, now):
    for _ in range(3):
        ask(with_street, cast.cw)
        services.decide_extension(appeal_id=with_street.pk, grant=True, words=WORDS, by=cast.sl, now=now)
    with pytest.raises(IllegalState, match="已延期 3 次"):
        ask(with_street, cast.cw)


def test_not_after_the_limit_not_twice_and_not_without_evidence(with_street, ask, cast, now):
    with pytest.raises(InvalidInput, match="佐证"):
        ask(with_street, cast.cw, attachment_ids=[])
    with pytest.raises(InvalidInput):
        ask(with_street, cast.cw, reason="太忙")
    ask(with_street, cast.cw)
    with pytest.raises(IllegalState, match="等待审批"):
        ask(with_street, cast.cw)
    late = limit(with_street).due_at + timedelta(seconds=1)
    services.decide_extension(appeal_id=with_street.pk, grant=False, words=WORDS, by=cast.sl, now=now)
    with pytest.raises(IllegalState, match="时限已过"):
        ask(with_street, cast.cw, at=late)


def test_who_may_not(with_street, ask, cast, now):
    with pytest.raises(NotAllowed):
        ask(with_street, cast.ss)
    with pytest.raises(NotFound):
        ask(with_street, cast.cw_2)
    ask(with_street, cast.cw)
    for other in (cast.cs, cast.ss, cast.cw):
        with pytest.raises(NotAllowed):
            services.decide_extension(appeal_id=with_street.pk, grant=True, words=WORDS, by=other, now=now)
    assert Extension.objects.get().granted is None


def test_not_before_acceptance(dispatched, ask, cast):
    with pytest.raises(IllegalState, match="签收"):
        ask(dispatched, cast.ds)


def test_it_lapses_with_the_work(with_street, ask, cast, now):
    ask(with_street, cast.cw)
    services.resolve(appeal_id=with_street.pk, result=RESULT, public_reply=REPLY, by=cast.cw, now=now)
    request = Extension.objects.get()
    assert (request.granted, request.lapsed_at) == (None, now)
    assert limit(with_street, "extension_decision").state == Clock.CANCELLED


def test_an_assisting_unit_asks_for_its_own_part(in_progress, ask, cast, district, now):
    services.add_assisting(appeal_id=in_progress.pk, unit_ids=[district.department_2.pk], by=cast.dc, now=now)
    services.accept(appeal_id=in_progress.pk, by=cast.ds_2, now=now)
    lead = Clock.objects.get(subject_id=in_progress.pk, kind="resolve", detail_id=0).due_at
    ask(in_progress, cast.ds_2)
    services.decide_extension(appeal_id=in_progress.pk, grant=True, words=WORDS, by=cast.dc, now=now)
    part = in_progress.assignments.get(unit=district.department_2)
    assert Clock.objects.get(subject_id=in_progress.pk, kind="resolve", detail_id=part.pk).due_at > lead
    assert Clock.objects.get(subject_id=in_progress.pk, kind="resolve", detail_id=0).due_at == lead


@pytest.mark.django_db(transaction=True)
def test_two_deciders_at_once_make_one_decision(with_street, ask, cast, now):
    ask(with_street, cast.cw)
    barrier, outcomes = Barrier(2), []

    def decide(by: Actor, grant: bool) -> None:
        barrier.wait()
        try:
            services.decide_extension(appeal_id=with_street.pk, grant=grant, words=WORDS, by=by, now=now)
            outcomes.append("decided")
        except (InvalidInput, NotAllowed):
            outcomes.append("too late")
        finally:
            connection.close()

    threads = [Thread(target=decide, args=pair) for pair in ((cast.sl, True), (cast.dc, False))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["decided", "too late"]
    assert with_street.entries.filter(kind="decide_extension").count() == 1
