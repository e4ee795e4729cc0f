"""The code for which an order is handed over: short enough to be typed, and not to be guessed.

Seven random signs and a check, out of 29 without look-alikes: 29 is a prime, so that the check finds every single
mistyped sign and every two that changed places. Derived from the order's own key by HMAC with the installation's key;
only its keyed hash is kept, by which it is found.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.utils.crypto import salted_hmac

from governance.errors import InvalidInput

SIGNS = "23456789ACDEFGHJKLMNPQRTUVWXY"
LENGTH = 8
# What is typed for a sign that looks like it and is none of ours.
_LOOK_ALIKE = str.maketrans("BSZI1", "852LL")
# Wrong codes at a shop in a window. 17 thousand million codes are then not worth trying.
WINDOW = timedelta(minutes=10)
MOST_TRIES = 20


def code_of(key: UUID) -> str:
    """The code of an order, by its key: eight signs."""
    digest = salted_hmac("points.shop.codes", str(key), algorithm="sha256").digest()
    number, signs = int.from_bytes(digest[:12], "big"), []
    for _ in range(LENGTH - 1):
        number, place = divmod(number, len(SIGNS))
        signs.append(SIGNS[place])
    return "".join(signs) + _check("".join(signs))


def told(code: str) -> str:
    """As it is shown: "ACDE-4567"."""
    return f"{code[:4]}-{code[4:]}"


def tidy(text: str) -> str:
    """The code that was typed or scanned. Raises InvalidInput when it cannot be one."""
    signs = "".join(sign for sign in text.upper() if sign.isalnum()).translate(_LOOK_ALIKE)
    if len(signs) != LENGTH or any(sign not in SIGNS for sign in signs):
        raise InvalidInput(f"领取码是 {LENGTH} 位字母和数字，请核对。", field="code")
    if _check(signs[:-1]) != signs[-1]:
        raise InvalidInput("领取码有一位不对，请逐位核对后再输。", field="code")
    return signs


def index_of(code: str) -> str:
    """The keyed hash under which a code is kept."""
    return salted_hmac("points.shop.codes.index", code, algorithm="sha256").hexdigest()


def window_of(now: datetime) -> int:
    """The number of the window in which wrong codes are counted."""
    return int(now.timestamp() // WINDOW.total_seconds())


def _check(signs: str) -> str:
    total = sum(place * SIGNS.index(sign) for place, sign in enumerate(signs, start=1))
    return SIGNS[total % len(SIGNS)]
