"""The scan finds a number however it is written, and only those that it was given."""

from __future__ import annotations

import base64
import binascii
import gzip
import io
import json
import logging
import zlib

import pytest
from django.core import signing
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from governance.privacy.logs import MaskingFormatter
from governance.privacy.scanning import Scanner, scan_file
from tests.members.conftest import identity_number

PHONE, IDENTITY = "13812344080", identity_number("19800101", 123)
SCANNER = Scanner([PHONE, IDENTITY])

WRITTEN = {
    "as it is": "电话13812344080。",
    "glued to letters": "phone=13812344080x",
    "blanks": "138 1234 4080",
    "dashes": "138-1234-4080",
    "an address": "GET /people/?q=138%201234%204080 HTTP/1.1",
    "plus signs": "q=138+1234+4080",
    "full width": "１３８１２３４４０８０",
    "with a country": "+8613812344080",
    "a part": "3812344080",
    "json": json.dumps({"a": {"b": ["13812344080"]}}),
    "base64": base64.b64encode(PHONE.encode()).decode(),
    "base64 off its place": base64.b64encode(b"xx" + PHONE.encode() + b"y").decode(),
    "base64 for addresses": base64.urlsafe_b64encode("？？>>>".encode() + PHONE.encode()).decode().rstrip("="),
    "base64 of base64": base64.b64encode(base64.b64encode(b"a" + PHONE.encode() + b"bc")).decode(),
    "hexadecimal": binascii.hexlify(PHONE.encode()).decode(),
    "bytea": "\\x" + binascii.hexlify(b"abc" + PHONE.encode()).decode().upper(),
    "hexadecimal off its place": "f" + binascii.hexlify(PHONE.encode()).decode(),
    "a signed session": signing.dumps({"q": PHONE, "padding": "长" * 200}, compress=True),
}


@pytest.mark.parametrize("how", WRITTEN)
def test_however_it_is_written(how):
    found = SCANNER.scan(f"前面的文字\t{WRITTEN[how]}\t后面的文字\n")
    assert {hit.masked for hit in found} == {"138****4080"}
    assert PHONE not in str(found)


@pytest.mark.parametrize("coding", ["utf-16-le", "utf-16-be", "utf-16"])
def test_in_wide_characters(coding):
    assert SCANNER.scan(f"号码 {IDENTITY}".encode(coding))
    assert SCANNER.scan(zlib.compress(IDENTITY.encode()))


@pytest.mark.parametrize(
    "written",
    [IDENTITY, IDENTITY.lower(), f"{IDENTITY[:6]} {IDENTITY[6:14]} {IDENTITY[14:]}", IDENTITY[:12], IDENTITY[6:17]],
)
def test_identity_numbers_and_their_parts(written):
    assert {hit.masked for hit in SCANNER.scan(f"证件：{written}，")} == {f"990101********{IDENTITY[14:]}"}


@pytest.mark.parametrize(
    "written",
    ["138****4080", "990101********" + IDENTITY[14:], "1980-01-01", "13812354080", "381234408",
     "2026-11-23 10:00:00.123", "a3812344080b"],
)  # fmt: skip
def test_what_is_masked_or_another_number_is_not_found(written):
    assert SCANNER.scan(written) == set()


@given(st.binary(max_size=400))
def test_any_bytes_can_be_looked_at_and_a_number_among_them_is_found(noise):
    SCANNER.scan(noise)
    assert SCANNER.scan(noise + b"\n" + PHONE.encode() + b"\n" + noise)


def test_across_the_pieces_of_a_large_file(tmp_path, monkeypatch):
    from governance.privacy import scanning

    monkeypatch.setattr(scanning, "_CHUNK", 64)
    monkeypatch.setattr(scanning, "_OVERLAP", 32)
    plain, packed = tmp_path / "dump.sql", tmp_path / "dump.sql.gz"
    for before in range(50, 80):
        plain.write_bytes(b"." * before + PHONE.encode() + b"." * 100)
        assert scan_file(SCANNER, plain), before
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert scan_file(SCANNER, packed)


class TestCommand:
    def _run(self, tmp_path, text, *, numbers=f"{PHONE}\n{IDENTITY}\n", **options) -> str:
        dump, list_of = tmp_path / "dump.sql", tmp_path / "numbers.txt"
        dump.write_text(text, encoding="utf-8")
        list_of.write_text(numbers, encoding="utf-8")
        out = io.StringIO()
        call_command("scan_numbers", str(dump), numbers=list_of, stdout=out, **options)
        return out.getvalue()

    def test_nothing_found(self, tmp_path):
        assert "查找了 2 个号码，没有找到明文" in self._run(tmp_path, "138****4080")

    def test_found_and_told_masked(self, tmp_path):
        with pytest.raises(CommandError, match=r"138\*\*\*\*4080（明文）") as refused:
            self._run(tmp_path, f"a {PHONE}")
        assert refused.value.returncode == 1
        assert PHONE not in str(refused.value)

    @pytest.mark.parametrize(("numbers", "words"), [("", "没有号码"), ("12345\n", "至少 10 位")])
    def test_numbers_that_are_none(self, tmp_path, numbers, words):
        with pytest.raises(CommandError, match=words) as refused:
            self._run(tmp_path, "", numbers=numbers)
        assert refused.value.returncode == 2

    def test_an_archive_is_refused_rather_than_found_clean(self, tmp_path):
        with pytest.raises(CommandError, match="压缩的归档"):
            self._run(tmp_path, "PGDMP\x01")


def test_a_line_of_the_log_is_masked_with_its_traceback():
    try:
        raise OSError(f"cannot write {PHONE}")
    except OSError as error:
        record = logging.LogRecord(
            "x", logging.ERROR, __file__, 1, "of %s", (IDENTITY,), (type(error), error, error.__traceback__)
        )
    line = MaskingFormatter("%(message)s").format(record)
    assert "cannot write 138****4080" in line
    assert "of 990101********" in line
    assert SCANNER.scan(line) == set()
