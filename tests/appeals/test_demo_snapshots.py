"""The demonstration's snapshot reports: through the services to the points, once."""

from __future__ import annotations

import pytest

from appeals.demo import snapshots
from appeals.models import Appeal
from members import identity
from points.ledger import verify
from points.models import Claim
from tests.appeals.conftest import rules as appeal_rules
from tests.members.conftest import household as household
from tests.members.conftest import person as person
from tests.points.conftest import budget as budget
from tests.points.conftest import cause as cause
from tests.points.earning.conftest import calendar as calendar
from tests.points.earning.conftest import rules as rules

pytestmark = pytest.mark.django_db(transaction=True)
begin = appeal_rules


def test_closed_and_paid_by_the_rules_once(begin, rules, person, budget, cast, district, now) -> None:
    budget(100)
    who = person("王建国")
    identity.set_phone(who, "13812344080")
    who.save(update_fields=["phone_sealed", "phone_index", "phone_masked"])
    done: list[int] = []
    snapshots.fill(now=now, progress=done.append)
    appeal = Appeal.objects.get()
    claim = Claim.objects.get(kind="snapshot")
    assert (appeal.channel, appeal.state, claim.state, claim.points) == ("snapshot", "closed", "awarded", 5)
    assert claim.person == who
    assert appeal.registered_at < appeal.closed_at <= now
    snapshots.fill(now=now)
    assert (Appeal.objects.count(), Claim.objects.count(), done) == (1, 1, [1])
    assert verify.find_faults() == []
