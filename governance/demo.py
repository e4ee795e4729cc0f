"""How far the demo district is loaded: the parts that are done, by their marks in the audit trail; and what is being
loaded at this moment, in words that go away by themselves when nobody renews them.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from django.core.cache import cache
from redis.exceptions import RedisError

from governance.audit import services as audit
from governance.audit.models import Entry
from governance.scope import PLATFORM

# In the order of loading: each needs the first, and none another.
TERRITORY, APPEALS, PEOPLE = PARTS = ("territory", "appeals", "people")
# The mark of a time when everything was loaded in one go: it stands for all parts.
WHOLE = "demo.seeded"
_KEY = "demo.loading"
# Longer than any subject needs between two of its steps, and short for a process that was killed.
_STANDS_FOR = 120


def is_loaded(part: str) -> bool:
    """Whether this part was loaded to its end."""
    return Entry.objects.filter(action__in=(WHOLE, _mark(part))).exists()


def mark_loaded(part: str, *, district_id: int, sizes: dict[str, int], now: datetime) -> None:
    """Write down that this part is loaded, with how much was asked for."""
    audit.record(
        action=_mark(part), subject_type="grids.unit", subject_id=district_id, after=sizes, by=PLATFORM, now=now
    )


def _mark(part: str) -> str:
    return f"demo.{part}"


def tell_loading(words: str) -> None:
    """Let the pages say that this is being loaded; "" when it is over. Without a cache they say nothing."""
    with suppress(RedisError, OSError):
        cache.set(_KEY, words, _STANDS_FOR) if words else cache.delete(_KEY)


def loading() -> str:
    """What is being loaded, "" for nothing. One look into the cache, none into the database."""
    with suppress(RedisError, OSError):
        return str(cache.get(_KEY, ""))
    return ""
