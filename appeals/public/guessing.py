"""Against guessing: a code has six digits, so few may be tried for a number, and few from an address.

The counters live in Redis. When it cannot be reached nothing may be tried: a page that is down for a while harms less
than codes that can be guessed.
"""

from __future__ import annotations

import hashlib

from django.core.cache import cache
from redis.exceptions import RedisError

WRONG_CODES, LOCKED_FOR = 5, 3600
TRIES, WITHIN = 30, 600


class TooMany(Exception):
    """Nothing more may be tried for now. The words are for the person."""


def begin(number: str, address: str) -> None:
    """Count a try from this address; raises TooMany when there were too many, from it or for this number."""
    try:
        tries = count(f"progress:from:{short(address)}", WITHIN)
        wrong = cache.get(_wrong(number), 0)
    except (RedisError, OSError) as error:
        raise TooMany("查询服务暂时不可用，请稍后再试。") from error
    if tries > TRIES:
        raise TooMany("查询次数过多，请十分钟后再试。")
    if wrong >= WRONG_CODES:
        raise TooMany("查询码多次不符，为保护您的信息已暂停查询，请一小时后再试，或联系受理单位。")


def failed(number: str) -> None:
    """A wrong code for this number, or a number that is none."""
    try:
        count(_wrong(number), LOCKED_FOR)
    except (RedisError, OSError) as error:
        raise TooMany("查询服务暂时不可用，请稍后再试。") from error


def count(key: str, seconds: int) -> int:
    """Count one more under the key, which is forgotten so many seconds after the first; how many there are."""
    cache.add(key, 0, seconds)
    try:
        return int(cache.incr(key))
    except ValueError:
        # It ran out between the two calls.
        cache.set(key, 1, seconds)
        return 1


def _wrong(number: str) -> str:
    return f"progress:wrong:{short(number.upper())}"


def short(text: str) -> str:
    """A text of any length as part of a key."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]
