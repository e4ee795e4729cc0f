"""What becomes of points when two records of a person become one.

Who moves away or dies keeps the account: nobody can spend from it, and the points run out as they expire.
"""

from __future__ import annotations

from datetime import datetime

from governance.scope import Actor
from members.models import Person
from points.ledger import services
from points.ledger.accounts import of_person
from points.ledger.posting import Cause
from points.models import Account


def on_merged(*, keep: Person, drop: Person, by: Actor, now: datetime) -> None:
    """The points follow the kept record, each lot with its day."""
    theirs = Account.objects.filter(person=drop).first()
    if theirs is None:
        return
    cause = Cause(
        key=f"merge:{drop.pk}:{keep.pk}", unit=keep.community, by=by, now=now, source=("members.person", drop.pk),
        words="档案合并",
    )  # fmt: skip
    services.merge(keep=of_person(keep, now), drop=theirs, cause=cause)
