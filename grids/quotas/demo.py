"""The demonstration's quotas: in the numbers that a district like this one publishes, the same every time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime

from django.db import transaction

from governance.audit import services as audit
from governance.scope import Actor, UnitKind
from grids.models import Quota, QuotaEvent, Unit
from grids.models.quotas import ADMIN_LEADERS, ADMINISTRATIVE, INSTITUTION, INSTITUTION_LEADERS, WORKERS

# Kind: how many posts more were approved for the streets in all; and what a street had before, from and to.
APPROVED = {ADMINISTRATIVE: 55, INSTITUTION: 84, ADMIN_LEADERS: 22, INSTITUTION_LEADERS: 36}
_BEFORE = {ADMINISTRATIVE: (14, 22), INSTITUTION: (18, 30), ADMIN_LEADERS: (4, 6), INSTITUTION_LEADERS: (3, 5)}
_PAPERS = (("让编发〔2022〕11号", date(2022, 6, 15)), ("让编发〔2024〕5号", date(2024, 4, 10)))
_OPENING = ("期初核定", date(2020, 1, 1))
# Promoted secretaries of the last years, who filled institution posts of as many streets.
PROMOTED = 6


def build_quotas(*, now: datetime, by: Actor) -> int:
    """Add the demonstration's quotas to its district, where it has none; how many there are then."""
    district = Unit.objects.filter(kind=UnitKind.DISTRICT).order_by("pk").first()
    if district is None:
        return 0
    with transaction.atomic():
        if not Quota.objects.exists():
            made = _build(district, now, by)
            audit.record(
                action="quota.demo", subject_type="unit", subject_id=district.pk, subject_label=district.name,
                after={"quotas": made}, by=by, now=now,
            )  # fmt: skip
    return Quota.objects.count()


def _build(district: Unit, now: datetime, by: Actor) -> int:
    rng = random.Random("quotas")
    streets = list(Unit.objects.open().filter(district=district, kind=UnitKind.STREET).order_by("code"))
    communities = list(Unit.objects.open().filter(district=district, kind=UnitKind.COMMUNITY).order_by("code"))
    events: list[QuotaEvent] = []
    for place, street in enumerate(streets):
        for kind, total in APPROVED.items():
            more = total // len(streets) + (place < total % len(streets))
            events += _of_street(street, kind, place, more, rng)
    for community in communities:
        quota = _quota(community, WORKERS, rng.randint(10, 13), 0)
        events.append(_event(quota, QuotaEvent.APPROVED, quota.approved, quota.approved, _OPENING))
    quotas = list({id(event.quota): event.quota for event in events}.values())
    Quota.objects.bulk_create(quotas)
    for event in events:
        event.quota_id = event.quota.pk
        event.by_user, event.by_name, event.at = by.user_id, by.user_name, now
    QuotaEvent.objects.bulk_create(events)
    return len(quotas)


def _of_street(street: Unit, kind: str, place: int, more: int, rng: random.Random) -> Iterator[QuotaEvent]:
    before = rng.randint(*_BEFORE[kind])
    # One street has more people than posts; elsewhere a few are vacant.
    filled = before + more + 1 if (place, kind) == (4, ADMINISTRATIVE) else before + more - rng.randint(0, 3)
    quota = _quota(street, kind, before + more, filled)
    yield _event(quota, QuotaEvent.APPROVED, before, before, _OPENING)
    first = (more + 1) // 2
    for count, after, paper in ((first, before + first, _PAPERS[0]), (more - first, before + more, _PAPERS[1])):
        if count:
            yield _event(quota, QuotaEvent.APPROVED, count, after, paper)
    promoted = kind == INSTITUTION and place < PROMOTED and filled > 1
    yield _event(quota, QuotaEvent.FILLED, filled - promoted, filled - promoted, ("", _OPENING[1]), "期初实有")
    if promoted:
        words = "优秀社区书记进入街道事业编"
        yield _event(quota, QuotaEvent.FILLED, 1, filled, ("", date(2024, 9, 2)), words)


def _quota(unit: Unit, kind: str, approved: int, filled: int) -> Quota:
    return Quota(
        unit=unit, kind=kind, approved=approved, filled=filled, district_id=unit.district_id or 0,
        street_id=unit.street_id or 0, community_id=unit.community_id,
    )  # fmt: skip


def _event(
    quota: Quota, what: str, delta: int, after: int, paper: tuple[str, date], grounds: str = ""
) -> QuotaEvent:  # fmt: skip
    return QuotaEvent(
        quota=quota, what=what, delta=delta, after=after, document=paper[0], on=paper[1], grounds=grounds, by_user=0,
        by_name="",
    )  # fmt: skip
