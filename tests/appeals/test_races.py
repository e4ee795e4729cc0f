"""Two people of one unit at one order: one takes it, one sends it back. RACES=1000 runs a thousand."""

from __future__ import annotations

import os
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections

from accounts.acting import actor_from
from appeals import services
from appeals.models import Appeal
from appeals.services import _run
from governance.errors import DomainError
from governance.scope import Role
from tests.appeals.conftest import new_appeal
from tests.fixtures import make_posting

pytestmark = pytest.mark.django_db(transaction=True)
RACES = int(os.environ.get("RACES", "60"))
WORDS = "该路段由市政养护处管理，不属本单位职责。"


@pytest.fixture
def colleague(cast, district, now):
    """Somebody else of the first department."""
    return actor_from(make_posting(Role.DEPARTMENT_STAFF, district.department_1, username="ds-beside"), now=now)


def order(cast: Any, district: Any, now: Any) -> Appeal:
    appeal = services.register(new=new_appeal(unit_id=district.community_1.pk), by=cast.dc, now=now)
    return services.dispatch(appeal_id=appeal.pk, to_unit_id=district.department_1.pk, by=cast.dc, now=now)


def send_back(appeal: Appeal, by: Any, now: Any) -> None:
    services.send_back(appeal_id=appeal.pk, reason="not_my_duty", words=WORDS, by=by, now=now)


def test_without_the_lock_an_accepted_order_would_be_sent_back(cast, district, rules, now, colleague, monkeypatch):
    """The harm that the lock prevents: a return that was checked before the acceptance and written after it."""
    appeal = order(cast, district, now)
    checked, accepted = threading.Event(), threading.Event()
    careful = _run.lock

    def careless(appeal_id: int, by: Any, also: int | None = None) -> Appeal:
        if by.user_id != colleague.user_id:
            return careful(appeal_id, by, also)
        found = Appeal.objects.get(pk=appeal_id)
        checked.set()
        assert accepted.wait(30)
        return found

    monkeypatch.setattr(_run, "lock", careless)

    def returning() -> None:
        try:
            send_back(appeal, colleague, now)
        finally:
            connections.close_all()

    thread = threading.Thread(target=returning, daemon=True)
    thread.start()
    assert checked.wait(30)
    services.accept(appeal_id=appeal.pk, by=cast.ds, now=now)
    accepted.set()
    thread.join(30)
    appeal.refresh_from_db()
    assert (appeal.state, appeal.entries.filter(kind="accept").count()) == ("registered", 1)


def test_with_the_lock_one_of_them_is_first_and_the_other_is_told(cast, district, rules, now, colleague):
    outcomes: Counter[tuple[str, ...]] = Counter()
    with ThreadPoolExecutor(2) as pool:
        for _ in range(RACES):
            appeal, both = order(cast, district, now), threading.Barrier(2)
            results = pool.map(
                _try, (_accept, send_back), (appeal, appeal), (cast.ds, colleague), [now] * 2, [both] * 2
            )
            outcomes[tuple(results)] += 1
            _check(appeal)
    assert sum(outcomes.values()) == RACES
    assert set(outcomes) <= {("done", "told"), ("told", "done")}


def _accept(appeal: Appeal, by: Any, now: Any) -> None:
    services.accept(appeal_id=appeal.pk, by=by, now=now)


def _try(step: Any, appeal: Appeal, by: Any, now: Any, both: threading.Barrier) -> str:
    try:
        both.wait(30)
        step(appeal, by, now)
    except DomainError:
        return "told"
    finally:
        connection.close()
    return "done"


def _check(appeal: Appeal) -> None:
    appeal.refresh_from_db()
    part = appeal.assignments.get()
    taken = appeal.entries.filter(kind__in=("accept", "send_back")).values_list("kind", flat=True)
    if appeal.state == "in_progress":
        assert (part.ended_at, list(taken)) == (None, ["accept"])
    else:
        assert (appeal.state, appeal.send_back_pending, part.accepted_at) == ("registered", True, None)
        assert list(taken) == ["send_back"]
