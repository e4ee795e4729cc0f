"""Sealed values: AES-256-GCM under a named key, bound to where they belong; and keyed hashes to find them by.

A token is "v1.<key id>.<base64url of nonce and ciphertext>". Its context ("appeal.phone:<uuid>") is
authenticated with it, so a token copied to another row or column does not open.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import unicodedata
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from governance.privacy.numbers import normalise_phone

_VERSION = "v1"
_NONCE_BYTES = 12


class SealBroken(Exception):
    """The token was changed, cut short, or belongs to another row or column."""


class UnknownKey(SealBroken):
    """The token names a key that PRIVACY_KEYS does not hold."""


def seal(plain: str, *, context: str) -> str:
    """`plain` sealed under the newest key and bound to `context`; an empty value stays empty."""
    if not plain:
        return ""
    key_id, cipher = next(iter(_ring(tuple(settings.PRIVACY_KEYS)).items()))
    nonce = os.urandom(_NONCE_BYTES)
    sealed = nonce + cipher.encrypt(nonce, plain.encode(), _bound_to(key_id, context))
    return f"{_VERSION}.{key_id}.{base64.urlsafe_b64encode(sealed).rstrip(b'=').decode()}"


def open_sealed(token: str, *, context: str) -> str:
    """The value that was sealed as `token` for the same `context`.

    Raises UnknownKey when its key is not in PRIVACY_KEYS, SealBroken when the token is not whole or not from here.
    """
    if not token:
        return ""
    key_id, sealed = _parts(token)
    cipher = cipher_of(key_id)
    try:
        return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _bound_to(key_id, context)).decode()
    except (InvalidTag, ValueError) as error:
        raise SealBroken(f"the sealed value does not belong to {context!r}, or was changed") from error


def key_of(token: str) -> str:
    """The id of the key that sealed `token`; raises SealBroken when it is no token."""
    return _parts(token)[0]


def cipher_of(key_id: str) -> AESGCM:
    """The cipher of a key; raises UnknownKey when PRIVACY_KEYS does not hold it."""
    cipher = _ring(tuple(settings.PRIVACY_KEYS)).get(key_id)
    if cipher is None:
        raise UnknownKey(f"no key {key_id!r} in PRIVACY_KEYS; add the key that sealed this value")
    return cipher


def newest_key() -> str:
    """The id of the key that `seal` uses."""
    return next(iter(_ring(tuple(settings.PRIVACY_KEYS))))


def blind_index(kind: str, value: str) -> str:
    """A keyed hash (64 hex digits) by which equal values of a kind are found without opening any.

    "phone" and "identity" are brought to their normal form first; an empty value has an empty index.
    """
    normal = _normal(kind, value)
    if not normal:
        return ""
    return hmac.new(_index_key(settings.PRIVACY_INDEX_KEY), f"{kind}\0{normal}".encode(), hashlib.sha256).hexdigest()


def _normal(kind: str, value: str) -> str:
    if kind == "phone":
        return normalise_phone(value)
    text = "".join(unicodedata.normalize("NFKC", value).split())
    return text.upper() if kind == "identity" else text.casefold()


def _bound_to(key_id: str, context: str) -> bytes:
    return f"{_VERSION}.{key_id}.{context}".encode()


def _parts(token: str) -> tuple[str, bytes]:
    version, _, rest = token.partition(".")
    key_id, _, body = rest.partition(".")
    if version != _VERSION or not key_id or not body:
        raise SealBroken("not a sealed value")
    try:
        sealed = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise SealBroken("the sealed value is cut short or changed") from error
    return key_id, sealed


@lru_cache(maxsize=8)
def _ring(keys: tuple[str, ...]) -> dict[str, AESGCM]:
    """The ciphers by key id, newest first; cached, as building one costs more than sealing with it."""
    ring: dict[str, AESGCM] = {}
    for entry in keys:
        key_id, _, encoded = entry.strip().partition(":")
        ring[key_id] = AESGCM(_decoded(f"PRIVACY_KEYS entry {key_id!r}", encoded))
        if not key_id.isalnum():
            raise ImproperlyConfigured("PRIVACY_KEYS: a key id has letters and digits only")
    if not ring:
        raise ImproperlyConfigured("PRIVACY_KEYS is empty")
    return ring


@lru_cache(maxsize=8)
def _index_key(encoded: str) -> bytes:
    return _decoded("PRIVACY_INDEX_KEY", encoded)


def _decoded(name: str, encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ImproperlyConfigured(f"{name} must be base64") from error
    if len(key) != 32:
        raise ImproperlyConfigured(f"{name} must be base64 of 32 bytes")
    return key
