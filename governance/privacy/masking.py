"""Numbers of people as they are shown to those who need not know them."""

from __future__ import annotations

import re

from governance.privacy.numbers import normalise_phone

_STARS = "****"
_GAP = r"[\s\-‐-―]?"
# Full-width digits count: `\d` takes them, and the first ones are spelled out.
_IN_TEXT = re.compile(
    rf"""
    (?P<identity>(?<![\dA-Za-z])[1-9１-９]\d{{16}}[\dXxＸｘ](?![\dA-Za-z]))
    | (?P<mobile>(?<!\d)(?:(?:[+＋]|00)?[8８][6６]{_GAP})?[1１][3-9３-９]\d(?:{_GAP}\d{{4}}){{2}}(?!\d))
    | (?P<landline>[(（]?(?<![\d.])(?:010|02\d|0[3-9]\d{{2}})[\s\-‐-―)）]?\d{{7,8}}(?![\d.]))
    """,
    re.VERBOSE,
)

# Every number that is looked for has four digits in a row: most text has none, and is told so ten times as fast.
_WORTH_A_LOOK = re.compile(r"\d{4}")


def mask_phone(phone: str) -> str:
    """A number with its middle hidden: "138****4080", "0459-****456", "010-****5678". An extension is left out."""
    phone = normalise_phone(phone)
    if not phone:
        return ""
    area, dash, rest = phone.partition("-") if phone.startswith("0") else ("", "", phone)
    local = rest.partition("-")[0]
    if dash:
        return f"{area}-{_STARS}{local[4:]}"
    if len(local) == 11 and local.isdigit():
        return f"{local[:3]}{_STARS}{local[7:]}"
    if len(local) in (7, 8, 10):
        return f"{local[:-7] if len(local) == 10 else ''}{_STARS}{local[-3:]}"
    return _STARS


def mask_identity(identity: str) -> str:
    """An identity number with the birth date hidden: "230604********123X"; of another document only its ends."""
    identity = identity.strip()
    if len(identity) == 18:
        return f"{identity[:6]}{'*' * 8}{identity[14:].upper()}"
    if len(identity) >= 8:
        return f"{identity[:2]}{'*' * (len(identity) - 4)}{identity[-2:]}"
    return "*" * len(identity)


def mask_text(text: str) -> str:
    """Free text with each mobile, landline and identity number in it masked; all else as it was."""
    return _IN_TEXT.sub(_masked, text) if _WORTH_A_LOOK.search(text) else text


def _masked(match: re.Match[str]) -> str:
    found = match[0]
    return mask_identity(found) if match.lastgroup == "identity" else mask_phone(found)
