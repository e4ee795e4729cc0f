"""A limit that runs out shows on the list, in the history, and in the inboxes concerned."""

from datetime import datetime, timedelta

from appeals import services
from appeals.models import Appeal
from governance.audit.models import Entry
from governance.deadlines.models import Clock
from governance.deadlines.sweeping import sweep
from governance.outbox.gathering import gather
from governance.outbox.models import InboxItem, Reminder
from tests.appeals.conftest import REPLY, RESULT


def due(appeal: Appeal, kind: str):
    return Clock.objects.get(subject_id=appeal.pk, kind=kind, state="running").due_at


def test_yellow_then_red_then_the_ladder(in_progress, cast, now) -> None:
    services.contact(appeal_id=in_progress.pk, words="已电话联系。", by=cast.ds, now=now)
    moment = due(in_progress, "resolve")
    sweep(moment - timedelta(hours=3))
    in_progress.refresh_from_db()
    assert in_progress.card == "yellow"
    sweep(moment + timedelta(seconds=1))
    in_progress.refresh_from_db()
    assert (in_progress.card, in_progress.red_cards, in_progress.state) == ("red", 1, "in_progress")
    entry = in_progress.entries.filter(kind="card_over", data__clock="resolve").get()
    assert datetime.fromisoformat(entry.data["due_at"]) == moment
    # The yellow card came before service began, the red one at ten: the unit is told of both with the next gathering.
    gather(moment + timedelta(seconds=20))
    told = InboxItem.objects.get(user_id=cast.ds.user_id, title="您有 2 条提醒：红牌 1 条、黄牌 1 条")
    assert set(told.reminders.values_list("subject_id", flat=True)) == {in_progress.pk}
    assert Entry.objects.filter(action="appeal.red", subject_id=in_progress.pk).exists()
    sweep(moment + timedelta(days=14))
    in_progress.refresh_from_db()
    assert (in_progress.ladder, in_progress.is_supervised) == (3, True)
    # The street's secretary hears of it from the first rung on, the district's leader from the last.
    for leader in (cast.sl, cast.dl):
        assert Reminder.objects.filter(user_id=leader.user_id, level="over", subject_id=in_progress.pk).exists()


def test_each_step_once_however_often_it_is_swept(in_progress) -> None:
    late = due(in_progress, "resolve") + timedelta(days=30)
    for _ in range(3):
        sweep(late)
    cards = in_progress.entries.filter(kind__startswith="card_", data__clock="resolve")
    assert sorted(cards.values_list("data__action", flat=True)) == [
        "district_leader_list", "escalate_secretary", "red", "supervision_order", "yellow",
    ]  # fmt: skip


def test_the_card_goes_with_its_clock(dispatched, cast, now) -> None:
    late = due(dispatched, "accept") + timedelta(minutes=1)
    sweep(late)
    limit = due(dispatched, "accept")
    dispatched.refresh_from_db()
    # The list shows the limit that ran out, and the main one again when that is settled.
    assert (dispatched.card, dispatched.clock_kind, dispatched.due_at) == ("red", "accept", limit)
    appeal = services.accept(appeal_id=dispatched.pk, by=cast.ds, now=late)
    assert (appeal.card, appeal.clock_kind, appeal.due_at) == ("", "resolve", due(appeal, "resolve"))
    assert Clock.objects.get(subject_id=appeal.pk, kind="accept").state == "missed"
    assert appeal.entries.filter(kind="card_over", data__clock="accept").count() == 1


def test_a_step_that_comes_before_the_sweep_draws_the_card_that_was_due(in_progress, cast, now) -> None:
    late = due(in_progress, "resolve") + timedelta(minutes=1)
    appeal = services.resolve(appeal_id=in_progress.pk, result=RESULT, public_reply=REPLY, by=cast.ds, now=late)
    assert appeal.entries.filter(kind="card_over", data__clock="resolve").count() == 1
    sweep(late + timedelta(days=1))
    assert appeal.entries.filter(kind="card_over", data__clock="resolve").count() == 1
    assert Appeal.objects.get(pk=appeal.pk).red_cards >= 1
