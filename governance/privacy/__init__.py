"""Personal data: sealed at rest, found by a keyed hash, masked wherever it is shown."""

from governance.privacy.masking import mask_identity, mask_phone, mask_text
from governance.privacy.numbers import identity_is_valid, normalise_phone, validate_identity, validate_phone
from governance.privacy.sealing import SealBroken, UnknownKey, blind_index, open_sealed, seal

__all__ = [
    "SealBroken",
    "UnknownKey",
    "blind_index",
    "identity_is_valid",
    "mask_identity",
    "mask_phone",
    "mask_text",
    "normalise_phone",
    "open_sealed",
    "seal",
    "validate_identity",
    "validate_phone",
]
