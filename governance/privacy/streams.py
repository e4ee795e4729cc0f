"""Whole files sealed at rest, piece by piece, and read again from any place without a clear copy on a disk.

A head of one line ("MHS1 <key id>"), then pieces of 64 KB (the last one shorter), each AES-256-GCM under its own nonce
and bound to the file's context, its place and whether it is the last: moved, repeated or cut off it does not open.
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Iterator
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from governance.privacy.sealing import SealBroken, cipher_of, newest_key

_MAGIC = b"MHS1 "
_PIECE = 64 * 1024
_NONCE, _TAG = 12, 16
_SEALED = _NONCE + _PIECE + _TAG


def sealed_pieces(file: IO[bytes], *, context: str) -> Iterator[bytes]:
    """The sealed form of `file`, read from its beginning, under the newest key."""
    key_id = newest_key()
    cipher = cipher_of(key_id)
    yield _MAGIC + key_id.encode() + b"\n"
    file.seek(0)
    number, piece = 0, file.read(_PIECE)
    while True:
        following = file.read(_PIECE)
        nonce = os.urandom(_NONCE)
        yield nonce + cipher.encrypt(nonce, piece, _bound(context, number, is_last=not following))
        if not following:
            return
        number, piece = number + 1, following


def _bound(context: str, number: int, *, is_last: bool) -> bytes:
    return struct.pack(">Q?", number, is_last) + context.encode()


class SealedFile(io.RawIOBase):
    """A sealed file as its content: readable, seekable, opened piece by piece. `file` stays the caller's to close.

    Raises UnknownKey, SealBroken.
    """

    def __init__(self, file: IO[bytes], *, context: str) -> None:
        super().__init__()
        self._file, self._context = file, context
        self._cipher, self._start = _head(file)
        body = file.seek(0, io.SEEK_END) - self._start
        self._count = max(1, -(-body // _SEALED))
        self._size = body - self._count * (_NONCE + _TAG)
        if self._size < 0:
            raise SealBroken("the sealed file is cut short")
        self._place, self._kept = 0, (-1, b"")

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """Where the next read begins."""
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place of the content."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        self._place = max(0, base + offset)
        return self._place

    def readinto(self, buffer: object, /) -> int:
        """Read on, at most to the end of a piece."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        if self._place >= self._size or not len(view):
            return 0
        number, within = divmod(self._place, _PIECE)
        found = self._piece(number)[within : within + len(view)]
        view[: len(found)] = found
        self._place += len(found)
        return len(found)

    def _piece(self, number: int) -> bytes:
        if self._kept[0] != number:
            self._file.seek(self._start + number * _SEALED)
            sealed = self._file.read(_SEALED)
            bound = _bound(self._context, number, is_last=number == self._count - 1)
            try:
                self._kept = number, self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], bound)
            except (InvalidTag, ValueError) as error:
                raise SealBroken("the sealed file was changed, or belongs elsewhere") from error
        return self._kept[1]


def _head(file: IO[bytes]) -> tuple[AESGCM, int]:
    file.seek(0)
    head = file.read(100)
    line, end, _ = head.partition(b"\n")
    if not end or not line.startswith(_MAGIC):
        raise SealBroken("not a sealed file")
    return cipher_of(line[len(_MAGIC) :].decode("ascii", "replace")), len(line) + 1
