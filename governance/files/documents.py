"""Documents by what they are, never by what they are called: PDF, OFD, office files old and new, without macros."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from typing import IO

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from governance.errors import InvalidInput

ACCEPTED = "PDF、OFD、Word、Excel、PPT、WPS 文档"
# Of an archive: how many entries, and how much they may hold unpacked.
MAX_ENTRIES = 5_000
MAX_UNPACKED = 200 * 1024 * 1024
_CONTENT_TYPES = "[Content_Types].xml"
_CHUNK = 256 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OPEN_XML = "application/vnd.openxmlformats-officedocument."


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document: its type for the browser, and the endings that its name may have, the usual one first."""

    mime: str
    endings: tuple[str, ...]


PDF = Kind("application/pdf", (".pdf",))
OFD = Kind("application/ofd", (".ofd",))
# By the type of the main part, as the package itself declares it.
_PACKAGES = {
    "wordprocessingml.document": Kind(f"{_OPEN_XML}wordprocessingml.document", (".docx",)),
    "spreadsheetml.sheet": Kind(f"{_OPEN_XML}spreadsheetml.sheet", (".xlsx",)),
    "presentationml.presentation": Kind(f"{_OPEN_XML}presentationml.presentation", (".pptx",)),
}
# By the name of the main stream, in the order of trial; WPS writes the same streams.
_STREAMS = {
    "WordDocument": Kind("application/msword", (".doc", ".wps")),
    "PowerPoint Document": Kind("application/vnd.ms-powerpoint", (".ppt", ".dps")),
    "Workbook": Kind("application/vnd.ms-excel", (".xls", ".et")),
    "Book": Kind("application/vnd.ms-excel", (".xls", ".et")),
}


def identify(file: IO[bytes]) -> Kind:
    """What kind of document is in `file`; raises InvalidInput for every other, broken, locked or with macros."""
    file.seek(0)
    head = file.read(8)
    if head.startswith(b"%PDF-"):
        return _pdf(file)
    if head == _OLE:
        return _ole(file)
    if head.startswith(b"PK\x03\x04"):
        return _package(file)
    raise InvalidInput(f"不支持这种文件，请上传{ACCEPTED}或照片。", field="file")


def _broken() -> InvalidInput:
    return InvalidInput("文件已损坏或没有传完整，请重新打开确认后再上传。", field="file")


def _macros() -> InvalidInput:
    return InvalidInput("文件带有宏，不能上传。请另存为不带宏的格式（如 docx、xlsx）后再传。", field="file")


def _locked() -> InvalidInput:
    return InvalidInput("文件设有打开密码，请去掉密码后再上传。", field="file")


def _pdf(file: IO[bytes]) -> Kind:
    size = file.seek(0, 2)
    file.seek(max(0, size - 4096))
    if b"%%EOF" not in file.read():
        raise _broken()
    return PDF


def _ole(file: IO[bytes]) -> Kind:
    """Old office files: the directory holds the streams' names as UTF-16, on whole sectors."""
    file.seek(0)
    content = file.read()
    if _utf16("EncryptedPackage") in content:
        raise _locked()
    if _utf16("_VBA_PROJECT") in content or _utf16("Macros\0") in content:
        raise _macros()
    for stream, kind in _STREAMS.items():
        if _utf16(f"{stream}\0") in content:
            return kind
    raise InvalidInput(f"不支持这种文件，请上传{ACCEPTED}或照片。", field="file")


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-le")


def _package(file: IO[bytes]) -> Kind:
    try:
        with zipfile.ZipFile(file) as archive:
            _check_entries(archive)
            return _kind_of_package(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        raise _broken() from error


def _check_entries(archive: zipfile.ZipFile) -> None:
    """Unpack all of it, counting: what an archive says about its sizes may be a lie."""
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise _too_large()
    room = MAX_UNPACKED
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise _locked()
        if entry.filename.lower().endswith("vbaproject.bin"):
            raise _macros()
        with archive.open(entry) as content:
            while chunk := content.read(_CHUNK):
                room -= len(chunk)
                if room < 0:
                    raise _too_large()


def _too_large() -> InvalidInput:
    return InvalidInput("文件解压后过大，不能上传。请删减内容或另存后再传。", field="file")


def _kind_of_package(archive: zipfile.ZipFile) -> Kind:
    names = set(archive.namelist())
    if "OFD.xml" in names:
        return OFD
    if _CONTENT_TYPES not in names:
        raise InvalidInput(f"不接受压缩包，请解压后上传其中的{ACCEPTED}或照片。", field="file")
    for declared in _declared_types(archive):
        if "macroenabled" in declared:
            raise _macros()
        for part, kind in _PACKAGES.items():
            if declared == f"{_OPEN_XML}{part}.main+xml":
                return kind
    raise InvalidInput(f"不支持这种文件，请上传{ACCEPTED}或照片。", field="file")


def _declared_types(archive: zipfile.ZipFile) -> list[str]:
    try:
        root = ElementTree.fromstring(archive.read(_CONTENT_TYPES), forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException) as error:
        raise _broken() from error
    types = sorted(element.get("ContentType", "").lower() for element in root)
    # Macros first, so that nothing is accepted before they were looked for.
    return sorted(types, key=lambda declared: "macroenabled" not in declared)
