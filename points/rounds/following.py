"""What follows here when two records of a person become one."""

from __future__ import annotations

from datetime import datetime

from governance.scope import Actor
from members.models import Person
from points.models import Unnamed


def on_merged(*, keep: Person, drop: Person, by: Actor, now: datetime) -> None:
    """Whoever asked not to be named is not named, under whichever record they asked."""
    if Unnamed.objects.filter(person=keep).exists():
        Unnamed.objects.filter(person=drop).delete()
    else:
        Unnamed.objects.filter(person=drop).update(person=keep)
