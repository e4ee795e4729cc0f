"""The complainant: name in clear for those whose work it is, phone and identity number sealed, masked and indexed."""

from __future__ import annotations

from appeals.models import Appeal
from appeals.words import clean
from governance import privacy


def sealed_person(appeal: Appeal, *, complainant: str, phone: str, identity: str) -> list[str]:
    """Put the person into the appeal (not saved); the names of the fields that were set.

    Raises InvalidInput for a number that cannot be one.
    """
    appeal.complainant = clean(complainant, label="诉求人", field="complainant", most=64)
    set_phone(appeal, phone)
    set_identity(appeal, identity)
    return [
        "complainant", "phone_sealed", "phone_index", "phone_masked",
        "identity_sealed", "identity_index", "identity_masked",
    ]  # fmt: skip


def set_phone(appeal: Appeal, phone: str) -> None:
    """Seal the phone number into the appeal; an empty one clears it."""
    number = privacy.validate_phone(phone) if phone.strip() else ""
    appeal.phone_sealed = privacy.seal(number, context=phone_context(appeal)) if number else ""
    appeal.phone_index = privacy.blind_index("phone", number) if number else ""
    appeal.phone_masked = privacy.mask_phone(number) if number else ""


def set_identity(appeal: Appeal, identity: str) -> None:
    """Seal the identity number into the appeal; an empty one clears it."""
    number = privacy.validate_identity(identity) if identity.strip() else ""
    appeal.identity_sealed = privacy.seal(number, context=identity_context(appeal)) if number else ""
    appeal.identity_index = privacy.blind_index("identity", number) if number else ""
    appeal.identity_masked = privacy.mask_identity(number) if number else ""


def phone_context(appeal: Appeal) -> str:
    """What the sealed phone is bound to: moved to another row it does not open."""
    return f"appeal.phone:{appeal.seal_key}"


def identity_context(appeal: Appeal) -> str:
    """What the sealed identity number is bound to."""
    return f"appeal.identity:{appeal.seal_key}"
