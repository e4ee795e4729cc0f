"""Full numbers never stand in an address: what was typed becomes its keyed hash before it goes there."""

from __future__ import annotations

import re

from django.http import QueryDict

from governance.errors import InvalidInput
from governance.privacy.numbers import identity_is_valid, normalise_phone, validate_identity, validate_phone
from governance.privacy.sealing import blind_index

_PERSON = re.compile(r"(phone|identity)-([0-9a-f]{64})")
# Only what can be nobody's order number: a mobile number, or an identity number.
_MOBILE = re.compile(r"1[3-9]\d{9}")
_NO_FILTERS = {"csrfmiddlewaretoken", "after", "view"}
_LANDLINE = re.compile(r"0\d{2,3}-\d{7,8}")


def person_key(text: str) -> str:
    """The keyed hash of a full phone or identity number as it stands in an address; "" for any other text."""
    if identity_is_valid(text):
        return f"identity-{blind_index('identity', validate_identity(text))}"
    number = normalise_phone(text)
    if not (_MOBILE.fullmatch(number) or _LANDLINE.fullmatch(number)):
        return ""
    try:
        return f"phone-{blind_index('phone', validate_phone(number))}"
    except InvalidInput:
        return ""


def without_numbers(query: QueryDict) -> QueryDict:
    """The address with a full number in `q` replaced by its hash."""
    query = query.copy()
    if key := person_key(query.get("q", "")):
        query.pop("q", None)
        query["person"] = key
    return query


def from_form(sent: QueryDict) -> QueryDict:
    """The filters of a list as an address may hold them, from a form that was sent: filled ones, without numbers."""
    query = QueryDict(mutable=True)
    for key, values in sent.lists():
        if key not in _NO_FILTERS and any(values):
            query.setlist(key, [value for value in values if value])
    if query.get("q"):
        query.pop("person", None)
    return without_numbers(query)


def by_key(key: str) -> dict[str, str] | None:
    """What a key finds, as the condition of a filter; None for any other text."""
    match = _PERSON.fullmatch(key)
    return {f"{match[1]}_index": match[2]} if match else None
