"""Looking into what is odd: marked with a finding by somebody who is not in it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from governance.audit import services as audit
from governance.errors import NotAllowed, NotFound
from governance.scope import Actor
from members.words import choice_of, text_of
from points.earning import odd
from points.earning.services._common import REVIEW, refuse_own, require
from points.models import FINDINGS, OddReview


def review(*, community_id: int, kind: str, key: str, finding: str, words: str, by: Actor, now: datetime) -> OddReview:
    """Say what was found. More of the same that comes later opens it again.

    Raises NotAllowed for who proposed, approved or earned any of it; NotFound for what is not odd, or elsewhere.
    """
    require(by, REVIEW)
    finding = choice_of(finding, FINDINGS, label="结论", field="finding")
    words = text_of(words, label="核查说明", field="words", most=500, least=4)
    with transaction.atomic(durable=True):
        zone, today = timezone.get_default_timezone_name(), timezone.localdate(now)
        case = odd.case_of(by, today, zone, community_id=community_id, kind=kind, key=key)
        if case is None:
            raise NotFound("这一项已不在核查清单中，或不在您的管辖范围内。")
        refuse_involved(by, case)
        row = OddReview.objects.create(
            community_id=community_id, kind=kind, key=key, count=case.count, finding=finding, words=words,
            by_user=by.user_id, by_name=by.user_name, at=now,
        )  # fmt: skip
        audit.record(
            action="point.odd_review", subject_type="points.oddreview", subject_id=row.pk,
            subject_label=f"{case.community}{case.kind_label}"[:64], after={"finding": finding}, reason=words, by=by,
            now=now,
        )  # fmt: skip
    return row


def refuse_involved(by: Actor, case: odd.Case) -> None:
    """Raise NotAllowed for who is in it."""
    claims = odd.rows_of(by, case)
    if any(by.user_id in (one.proposed_by_user, one.approved_by_user, one.second_by_user) for one in claims):
        raise NotAllowed("这一项涉及您本人经手的积分，请由其他人（街道）核查。")
    refuse_own(by, claims, "核查")
