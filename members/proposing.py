"""How what was proposed is kept: plain facts as JSON with the numbers masked, the full numbers sealed apart."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from governance import privacy
from members.models import GENDERS, RESIDENCES, Person, Proposal
from members.models.households import KINDS, RELATIONS
from members.services.households import Address, Newcomer
from members.services.persons import Facts

PLAIN = ("name", "gender", "born_on", "residence", "employer", "notes")
NUMBERS = ("identity", "phone")
LABELS = {
    "name": "姓名", "relation": "与户主关系", "identity": "身份证号", "phone": "联系电话", "gender": "性别",
    "born_on": "出生日期", "residence": "居住情况", "employer": "工作单位", "notes": "备注", "on": "日期", "to": "迁往",
    "new_head": "新的户主", "address": "住址", "kind": "类型",
}  # fmt: skip
_CHOICES: dict[str, dict[str, str]] = {
    "gender": dict(GENDERS), "residence": dict(RESIDENCES), "relation": dict(RELATIONS), "kind": dict(KINDS),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One fact of a proposal: its label, as it is, as it is proposed."""

    label: str
    old: str
    new: str

    @property
    def differs(self) -> bool:
        """Whether it would be another."""
        return self.old != self.new


def numbers_context(proposal: Proposal) -> str:
    """What the sealed numbers are bound to."""
    return f"person.proposal:{proposal.seal_key}"


def put_people(proposal: Proposal, people: list[Newcomer]) -> None:
    """Into the proposal: persons who are new; their numbers are valid."""
    proposal.content["people"] = [
        {**_plain(one.facts), "relation": one.relation, "on": one.on.isoformat() if one.on else ""} for one in people
    ]
    _seal(proposal, [one.facts for one in people])


def put_change(proposal: Proposal, facts: Facts) -> None:
    """Into the proposal: what would be corrected, and what stood there."""
    person = proposal.person
    proposal.content["facts"] = _plain(facts)
    proposal.content["before"] = facts_of(person, proposal.content["facts"]) if person else {}
    _seal(proposal, [facts])


def facts_of(person: Person, keys: Any) -> dict[str, str]:
    """What stands on record under these keys, in the shape of a proposal's content."""
    found = {}
    for key in keys:
        value = getattr(person, f"{key}_masked" if key in NUMBERS else key)
        found[key] = value.isoformat() if isinstance(value, date) else value or ""
    return found


def changed(person: Person, facts: Facts) -> Facts:
    """Of the facts those that say otherwise than the record."""
    kept: dict[str, Any] = {
        name: value for name in PLAIN if (value := getattr(facts, name)) is not None and value != getattr(person, name)
    }
    numbers = {name: value for name in NUMBERS if (value := getattr(facts, name))}
    return Facts(**kept, **numbers)


def people_of(proposal: Proposal) -> list[Newcomer]:
    """The new persons, with their full numbers."""
    numbers = _opened(proposal)
    return [
        Newcomer(facts=_facts(one, numbers[place]), relation=one["relation"], on=_day(one["on"]))
        for place, one in enumerate(proposal.content["people"])
    ]


def change_of(proposal: Proposal) -> Facts:
    """The correction, with full numbers."""
    return _facts(proposal.content["facts"], _opened(proposal)[0])


def address_of(proposal: Proposal) -> Address:
    """Where the new household would live."""
    return Address(**proposal.content["address"])


def put_address(proposal: Proposal, address: Address, kind: str, words: str) -> None:
    """Into the proposal: where the new household would live, as data and in words."""
    proposal.content |= {"address": asdict(address), "kind": kind, "where": words}


def said(key: str, value: Any) -> str:
    """A value of the content in words."""
    return _CHOICES[key].get(value, "") if key in _CHOICES else str(value or "")


def _plain(facts: Facts) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in PLAIN:
        if (value := getattr(facts, name)) is not None:
            found[name] = value.isoformat() if isinstance(value, date) else value
    if facts.identity:
        found["identity"] = privacy.mask_identity(privacy.validate_identity(facts.identity))
    if facts.phone:
        found["phone"] = privacy.mask_phone(privacy.validate_phone(facts.phone))
    return found


def _facts(plain: dict[str, str], numbers: dict[str, str]) -> Facts:
    kept: dict[str, Any] = {name: plain[name] for name in PLAIN if name in plain and name != "born_on"}
    return Facts(
        **kept, born_on=_day(plain.get("born_on", "")), identity=numbers.get("identity") or None,
        phone=numbers.get("phone") or None,
    )  # fmt: skip


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _seal(proposal: Proposal, people: list[Facts]) -> None:
    numbers = [{name: value for name in NUMBERS if (value := getattr(facts, name))} for facts in people]
    text = json.dumps(numbers)
    proposal.numbers_sealed = privacy.seal(text, context=numbers_context(proposal)) if any(numbers) else ""


def _opened(proposal: Proposal) -> list[dict[str, str]]:
    if not proposal.numbers_sealed:
        return [{} for _ in proposal.content.get("people", [None])]
    opened: list[dict[str, str]] = json.loads(
        privacy.open_sealed(proposal.numbers_sealed, context=numbers_context(proposal))
    )
    return opened
