"""Looks for given numbers in what the platform leaves behind: dumps of the database, logs, all that Valkey holds.

A number is found as it stands, with blanks, dashes or dots between its digits, in full-width digits, in UTF-16, and
inside base64, hexadecimal and deflated text, one in the other as well. So is a part of ten digits and more that
stands by itself.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import re
import unicodedata
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from governance.privacy.masking import mask_identity, mask_phone

# A part shorter than this says little of whose it is, and is found everywhere.
PART = 10
_CHUNK, _OVERLAP = 8 << 20, 8 << 10
_DEEP = 3
_SEPARATED = re.compile(r"\d(?:(?:%20|[ \-.+_\u00a0\u2010-\u2015])?\d){9,}[Xx]?")
_PLAIN = re.compile(r"(?<![\dA-Za-z])\d{10,}[Xx]?(?![\dA-Za-z])")
_SEPARATORS = re.compile(r"%20|[ \-.+_\u00a0\u2010-\u2015]")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_\-]{14,}={0,2}")
_HEX = re.compile(rb"[0-9A-Fa-f]{20,}")
_WIDE = {0xFF10 + digit: str(digit) for digit in range(10)} | {0xFF38: "X", 0xFF58: "x"}


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """A number that was found: which, masked; how it was written; and about where, in bytes from the beginning."""

    masked: str
    form: str
    at: int

    def __str__(self) -> str:
        return f"{self.masked}（{self.form}）在第 {self.at:,} 字节附近"


class Scanner:
    """Knows the numbers, and finds them in bytes. Raises ValueError for a number of fewer than ten digits."""

    def __init__(self, numbers: Iterable[str]) -> None:
        self._whole: dict[str, str] = {}
        self._parts: dict[str, str] = {}
        for text in numbers:
            number = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text).strip()).upper()
            if len(number) < PART:
                raise ValueError(f"a number needs {PART} digits at least")
            masked = mask_identity(number) if len(number) == 18 else mask_phone(number)
            self._whole[number] = masked
            digits = number.removesuffix("X")
            self._parts |= {digits[i : i + PART]: masked for i in range(len(digits) - PART + 1)}
        self._lengths = sorted({len(number) for number in self._whole})

    def __len__(self) -> int:
        return len(self._whole)

    def scan(self, data: bytes | str, *, at: int = 0) -> set[Hit]:
        """What is in the data, which begins at `at`."""
        raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
        return set(self._in_bytes(raw, at, "", _DEEP))

    def scan_stream(self, stream: IO[bytes], *, at: int = 0) -> set[Hit]:
        """What is in a file of any size, read piece by piece."""
        found: set[Hit] = set()
        kept = b""
        while piece := stream.read(_CHUNK):
            data = kept + piece
            found |= self.scan(data, at=at - len(kept))
            kept, at = data[-_OVERLAP:], at + len(piece)
        return found

    def _in_bytes(self, data: bytes, at: int, how: str, deep: int) -> Iterator[Hit]:
        yield from self._in_text(data.decode("utf-8", "replace"), at, how or "明文")
        if b"\0" in data:
            yield from self._in_text(data.replace(b"\0", b"").decode("utf-8", "replace"), at, f"{how}UTF-16")
        if deep:
            for start, label, inner in _unpacked(data):
                yield from self._in_bytes(inner, at + start, f"{how}{label}", deep - 1)

    def _in_text(self, text: str, at: int, how: str) -> Iterator[Hit]:
        text = text.translate(_WIDE) if any(chr(wide) in text for wide in _WIDE) else text
        for match in _SEPARATED.finditer(text):
            yield from self._in_digits(_SEPARATORS.sub("", match[0]).upper(), at + match.start(), how)
        for match in _PLAIN.finditer(text):
            run = match[0]
            for place in range(len(run) - PART + 1):
                if masked := self._parts.get(run[place : place + PART]):
                    yield Hit(masked, f"{how}（部分）", at + match.start())
                    break

    def _in_digits(self, run: str, at: int, how: str) -> Iterator[Hit]:
        for length in self._lengths:
            for place in range(len(run) - length + 1):
                if masked := self._whole.get(run[place : place + length]):
                    yield Hit(masked, how, at)


def _unpacked(data: bytes) -> Iterator[tuple[int, str, bytes]]:
    """What the data holds in other writing: where it begins, how it is written, and what it says."""
    for match in _HEX.finditer(data):
        for shift in (0, 1):
            token = match[0][shift:]
            yield match.start(), "十六进制", binascii.unhexlify(token[: len(token) // 2 * 2])
    for match in _BASE64.finditer(data):
        token = match[0].rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
        for shift in range(4):
            whole = token[shift : shift + (len(token) - shift) // 4 * 4]
            rest = token[shift + len(whole) :]
            padded = whole + (rest + b"=" * (4 - len(rest)) if len(rest) > 1 else b"")
            inner = base64.b64decode(padded)
            yield match.start(), "base64", inner
            if shift == 0 and inner[:1] == b"\x78":
                yield match.start(), "压缩", _inflated(inner)
    for marker in (b"\x78\x9c", b"\x78\x01", b"\x78\xda"):
        if data[:2] == marker:
            yield 0, "压缩", _inflated(data)


def _inflated(data: bytes) -> bytes:
    """What was deflated, as far as it goes."""
    try:
        return zlib.decompressobj().decompress(data, _CHUNK)
    except zlib.error:
        return b""


def scan_file(scanner: Scanner, path: Path) -> set[Hit]:
    """What is in a file, a gzipped one too. Raises ValueError for an archive of pg_dump, which is compressed inside."""
    with path.open("rb") as file:
        head = file.read(5)
    if head == b"PGDMP":
        raise ValueError("compressed archive of pg_dump")
    with gzip.open(path, "rb") if head[:2] == b"\x1f\x8b" else path.open("rb") as stream:
        return scanner.scan_stream(stream)  # type: ignore[arg-type]


_READ: dict[bytes, Callable[[Any, bytes], Iterable[Any]]] = {
    b"string": lambda client, key: [client.get(key)],
    b"list": lambda client, key: client.lrange(key, 0, -1),
    b"hash": lambda client, key: [part for pair in client.hgetall(key).items() for part in pair],
    b"set": lambda client, key: list(client.smembers(key)),
    b"zset": lambda client, key: client.zrange(key, 0, -1),
    b"stream": lambda client, key: [repr(entry).encode() for entry in client.xrange(key)],
}


def stored_in(url: str) -> Iterator[tuple[int, bytes, bytes]]:
    """All that a Valkey holds, of every database: its number, the key, and each value; the keys' names too."""
    # Imported here: only who scans a live Valkey needs the driver.
    import redis

    client: Any = redis.Redis.from_url(url, single_connection_client=True)
    try:
        for database in range(int(client.config_get("databases")["databases"])):
            client.execute_command("SELECT", database)
            for key in client.scan_iter(count=1000):
                yield database, key, key
                read = _READ.get(client.type(key))
                for value in read(client, key) if read else ():
                    if value is not None:
                        yield database, key, value
    finally:
        client.close()


def scan_valkey(scanner: Scanner, url: str) -> dict[str, set[Hit]]:
    """What is in a Valkey, by database and key; the key's name is masked where it holds a number itself."""
    found: dict[str, set[Hit]] = {}
    for database, key, value in stored_in(url):
        if hits := scanner.scan(value):
            name = "（键名含号码）" if scanner.scan(key) else key.decode("utf-8", "replace")
            found.setdefault(f"{database}:{name}", set()).update(hits)
    return found
