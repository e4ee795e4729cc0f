"""What complainants are told by text message. The full number is opened here, sealed again with the message, and shown
to nobody; so it leaves no entry of a look."""

from __future__ import annotations

import re
from datetime import datetime

from appeals.clocks import SUBJECT
from appeals.messages import is_urgent
from appeals.models import Appeal
from appeals.people import phone_context
from appeals.workflow import MERGED
from governance import privacy
from governance.outbox.services import enqueue

# What a gateway can send to; a landline cannot be told.
_MOBILE = re.compile(r"1[3-9]\d{9}")
HOTLINE = "hotline"


def tell_complainants(appeal: Appeal, public: str, *, about: str, now: datetime) -> int:
    """Text the complainant, and those who were merged into the appeal; how many messages are new.

    `public` is a sentence for the public, without names. Who came through the city hotline is told by it, and not here.
    """
    return sum(_tell(one, public, about, now) for one in [appeal, *appeal.children.filter(state=MERGED).order_by("pk")])


def _tell(appeal: Appeal, public: str, about: str, now: datetime) -> bool:
    if appeal.channel == HOTLINE or not appeal.phone_sealed:
        return False
    number = privacy.open_sealed(appeal.phone_sealed, context=phone_context(appeal))
    if not _MOBILE.fullmatch(number):
        return False
    text = f"您反映的诉求（{appeal.number}）{public}"
    return enqueue(
        channel="sms", key=f"appeal:{appeal.pk}:{about}", address=number, payload={"text": text}, now=now,
        subject_type=SUBJECT, subject_id=appeal.pk, urgent=is_urgent(appeal),
    )  # fmt: skip
