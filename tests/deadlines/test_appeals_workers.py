"""The same violence on appeals themselves, with their own handler: every card once, wherever it shows."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from appeals import services
from appeals.models import Appeal, AppealEntry
from governance.audit.models import Entry
from governance.celery import app
from governance.outbox.models import Reminder
from tests.appeals.conftest import new_appeal
from tests.appeals.conftest import rules as rules
from tests.deadlines.processes import processes, until

pytestmark = [pytest.mark.celery, pytest.mark.django_db(transaction=True)]
COUNT = 200
ACTIONS = ["yellow", "red", "escalate_secretary"]


def drawn() -> int:
    return AppealEntry.objects.filter(kind__startswith="card_").count()


def test_every_card_once_on_the_appeal_in_its_history_the_record_and_the_reminders(cast, district, rules):
    """Nobody dispatched them in sixty days: each has a yellow card, a red one, and a rung of the ladder due."""
    past = timezone.now() - timedelta(days=60)
    for number in range(COUNT):
        new = new_appeal(unit_id=district.community_1.pk, title=f"{number + 1}号楼门前路灯不亮")
        services.register(new=new, by=cast.dc, now=past + timedelta(seconds=number))
    app.control.purge()
    with processes() as group:
        group.beat()
        group.worker("worker1")
        group.worker("worker2")
        for number, victim in enumerate(("worker1", "beat", "worker2"), start=1):
            enough = number * COUNT * len(ACTIONS) // 5
            until(lambda enough=enough: drawn() >= enough, group)
            group.kill(victim)
            (group.beat if victim == "beat" else group.worker)(victim)
        until(lambda: drawn() >= COUNT * len(ACTIONS), group)
    once = dict.fromkeys(Appeal.objects.values_list("pk", flat=True), ACTIONS)
    history: dict[int, list[str]] = {pk: [] for pk in once}
    for pk, action in (
        AppealEntry.objects.filter(kind__startswith="card_").order_by("pk").values_list("appeal_id", "data__action")
    ):
        history[pk].append(action)
    assert history == once
    assert set(Appeal.objects.values_list("card", "red_cards", "ladder")) == {("red", 1, 1)}
    record = Counter(Entry.objects.filter(action="appeal.red").values_list("subject_id", flat=True))
    assert record == Counter(once.keys())
    assert Reminder.objects.filter(user_id=cast.dc.user_id, title__startswith="红牌").count() == COUNT
