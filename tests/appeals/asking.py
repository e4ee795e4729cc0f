"""What the tests of extensions and shelvings ask for, and in whose name."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from appeals import services
from appeals.models import Appeal
from governance.deadlines.models import Clock
from governance.files import services as files
from governance.scope import Actor
from tests.files.crafted import picture, upload

REASON = "配件需从外地厂家调货，预计下周三到货后安装。"
WAITING = "该路段须待明年开春解冻后方可开挖施工。"


def evidence(by: Actor, now: datetime) -> list[uuid.UUID]:
    """A photo of this person's, not yet given to anything."""
    draft = files.store(upload=upload("发货单.jpg", picture()), kind="photo", by=by, now=now)
    return [draft.pk]


def ask_more(appeal: Appeal, by: Actor, now: datetime, amount: Any = 3, **more: Any) -> Appeal:
    """Ask for so many working days."""
    values = {"reason": REASON, "attachment_ids": evidence(by, now)} | more
    return services.ask_extension(appeal_id=appeal.pk, amount=amount, by=by, now=now, **values)


def decide_more(appeal: Appeal, by: Actor, now: datetime, grant: bool = True, **more: Any) -> Appeal:
    """Decide the request for more time."""
    words = "情况属实，同意延期。" if grant else "理由不充分，请按期办结。"
    return services.decide_extension(appeal_id=appeal.pk, grant=grant, words=words, by=by, now=now, **more)


def ask_to_lie(appeal: Appeal, by: Actor, now: datetime, until: date, **more: Any) -> Appeal:
    """Ask to put the appeal aside until a day."""
    values = {"kind": "season", "reason": WAITING, "attachment_ids": evidence(by, now)} | more
    return services.ask_shelving(appeal_id=appeal.pk, review_on=until, by=by, now=now, **values)


def decide_to_lie(appeal: Appeal, by: Actor, now: datetime, grant: bool = True, **more: Any) -> Appeal:
    """Decide the request to put it aside."""
    words = "同意挂账，到期复核。" if grant else "具备施工条件，不同意挂账。"
    return services.decide_shelving(appeal_id=appeal.pk, grant=grant, words=words, by=by, now=now, **more)


def clock(appeal: Appeal, kind: str) -> Clock:
    """The newest clock of this kind."""
    return Clock.objects.filter(subject_id=appeal.pk, kind=kind).latest("pk")
