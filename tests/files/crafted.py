"""Real files for the tests, made on the spot."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_GPS_TAG, _ORIENTATION_TAG, _MAKE_TAG = 0x8825, 0x0112, 0x010F


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    """As a browser sends it, with a type that says nothing."""
    return SimpleUploadedFile(name, content, content_type="application/octet-stream")


def picture(format: str = "JPEG", size: tuple[int, int] = (64, 48), mode: str = "RGB", **save: object) -> bytes:
    """A picture: red on the left, blue on the right."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, size[0], size[1]))
    out = io.BytesIO()
    if mode == "I;16":
        image = image.convert("L")
    image.convert(mode).save(out, format, **save)
    return out.getvalue()


def photo_with_position() -> bytes:
    """A JPEG that lies on its side and tells where and with what it was taken."""
    exif = Image.Exif()
    exif[_ORIENTATION_TAG] = 6
    exif[_MAKE_TAG] = "SecretMake"
    exif.get_ifd(_GPS_TAG).update({1: "N", 2: (46.0, 38.0, 12.0), 3: "E", 4: (124.0, 52.0, 33.0)})
    return picture(size=(64, 48), exif=exif, comment=b"SecretComment")


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header promises a huge picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


def package(main_type: str = _WORD, extra: dict[str, bytes] | None = None) -> bytes:
    """An office package with a main part of this type."""
    types = f'<Types xmlns="x"><Override PartName="/word/document.xml" ContentType="{main_type}"/></Types>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", types)
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return out.getvalue()


def ole(*streams: str) -> bytes:
    """As much of an old office file as its directory shows."""
    entries = b"".join(f"{name}\0".encode("utf-16-le").ljust(128, b"\0") for name in streams)
    return OLE + b"\0" * 504 + entries
