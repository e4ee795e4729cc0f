"""The demonstration's snapshot reports: through the services to the points, once."""

from __future__ import annotations

import pytest

from appeals.demo import snapshots
from appeals.models import Appeal
from members import identity
from members.models import Courier, Person
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


@pytest.fixture
def reporter(person):
    """`reporter("王建国", "13812344080")`: a resident of the first grid with a number of their own."""

    def make(name: str, phone: str) -> Person:
        who = person(name)
        identity.set_phone(who, phone)
        who.save(update_fields=["phone_sealed", "phone_index", "phone_masked"])
        return who

    return make


def test_closed_and_paid_by_the_rules_once(begin, rules, reporter, budget, cast, district, now) -> None:
    budget(100)
    who, rider = reporter("王建国", "13812344080"), reporter("赵小川", "13812344081")
    Courier.objects.create(
        person=rider, trade="courier", company="顺丰", from_on=now.date(), made_at=now, district=district.district,
        street=district.street_1, community=district.community_1,
    )  # fmt: skip
    done: list[int] = []
    snapshots.fill(now=now, progress=done.append)
    for appeal in Appeal.objects.all():
        assert (appeal.channel, appeal.state) == ("snapshot", "closed")
        assert appeal.registered_at < appeal.closed_at <= now
    claims = Claim.objects.filter(kind="snapshot").order_by("pk")
    assert list(claims.values_list("person", "state", "points")) == [(rider.pk, "awarded", 5), (who.pk, "awarded", 5)]
    snapshots.fill(now=now)
    assert (Appeal.objects.count(), Claim.objects.count(), done) == (2, 2, [1, 1])
    assert verify.find_faults() == []
