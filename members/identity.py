"""A person's numbers: sealed, masked, indexed; birth date and sex follow the identity number."""

from __future__ import annotations

from datetime import date

from governance import privacy, search
from governance.errors import InvalidInput
from grids.names import initials_of
from members.models import Person


def set_name(person: Person, name: str) -> None:
    """The name, its initials and what it is found by."""
    person.name, person.initials = name, initials_of(name)[:32]
    person.search = search.document(name, person.initials)


def set_identity(person: Person, text: str) -> None:
    """Seal an identity number into the person; an empty one clears it. Raises InvalidInput for one that cannot be."""
    number = privacy.validate_identity(text) if text.strip() else ""
    person.identity_sealed = privacy.seal(number, context=identity_context(person)) if number else ""
    person.identity_index = privacy.blind_index("identity", number) if number else ""
    person.identity_masked = privacy.mask_identity(number) if number else ""
    if number:
        _agree(person, born_on_of(number), gender_of(number))


def agree_with_number(person: Person) -> None:
    """After a correction of birth date or sex: the identity number on record must not say otherwise, either."""
    if person.identity_sealed:
        number = privacy.open_sealed(person.identity_sealed, context=identity_context(person))
        _agree(person, born_on_of(number), gender_of(number))


def _agree(person: Person, born_on: date, gender: str) -> None:
    """What the number says counts; what was typed beside it must not say otherwise. Source: GB 11643-1999."""
    if person.born_on not in {None, born_on}:
        raise InvalidInput(f"出生日期与身份证号不一致：身份证号为 {born_on:%Y-%m-%d}。", field="born_on")
    if person.gender not in {"", gender}:
        raise InvalidInput("性别与身份证号不一致，请核对（第 17 位单数为男、双数为女）。", field="gender")
    person.born_on, person.gender = born_on, gender


def born_on_of(identity: str) -> date:
    """The birth date in a valid number."""
    return date(int(identity[6:10]), int(identity[10:12]), int(identity[12:14]))


def gender_of(identity: str) -> str:
    """The sex in a valid number: odd is male."""
    return "m" if int(identity[16]) % 2 else "f"


def set_phone(person: Person, text: str) -> None:
    """Seal a phone number into the person; an empty one clears it. Raises InvalidInput for one that cannot be."""
    number = privacy.validate_phone(text) if text.strip() else ""
    person.phone_sealed = privacy.seal(number, context=phone_context(person)) if number else ""
    person.phone_index = privacy.blind_index("phone", number) if number else ""
    person.phone_masked = privacy.mask_phone(number) if number else ""


def identity_context(person: Person) -> str:
    """What the sealed identity number is bound to: moved to another row it does not open."""
    return f"person.identity:{person.seal_key}"


def phone_context(person: Person) -> str:
    """What the sealed phone number is bound to."""
    return f"person.phone:{person.seal_key}"
