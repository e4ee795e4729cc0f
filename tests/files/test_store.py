"""What is taken in, and what becomes of it."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from governance.errors import InvalidInput
from governance.files import documents, names, photos, services
from governance.files.models import Attachment
from governance.scope import Actor, Role, UnitKind
from tests.files import crafted

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ME = Actor(7, "刘洋", 70, Role.GRID_WORKER, 9, "第一网格", UnitKind.GRID)


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def store(name: str, content: bytes, kind: str = "document") -> Attachment:
    return services.store(upload=crafted.upload(name, content), kind=kind, by=ME, now=NOW)


def kept(attachment: Attachment) -> bytes:
    with attachment.file.open() as file:
        return file.read()


def test_a_photo_loses_position_device_and_comment_and_stands_upright():
    original = crafted.photo_with_position()
    assert b"SecretMake" in original
    attachment = store("现场 1.JPG", original, "photo")
    content = kept(attachment)
    image = Image.open(io.BytesIO(content))
    assert dict(image.getexif()) == {}
    assert b"Secret" not in content
    assert b"Exif" not in content
    assert image.size == (48, 64) == (attachment.width, attachment.height)
    red, _, blue = image.convert("RGB").getpixel((24, 4))
    assert red > 200
    assert blue < 60
    assert (attachment.name, attachment.mime, attachment.size) == ("现场 1.jpg", "image/jpeg", len(content))


@pytest.mark.parametrize(
    ("format", "mode"), [("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("PNG", "L"), ("PNG", "I;16"), ("WEBP", "RGB"),
                         ("JPEG", "CMYK"), ("PNG", "1")]
)  # fmt: skip
def test_every_accepted_format_and_mode_becomes_a_jpeg(format, mode):
    attachment = store(f"a.{format}", crafted.picture(format, mode=mode), "photo")
    image = Image.open(io.BytesIO(kept(attachment)))
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (64, 48))


def test_a_large_photo_is_brought_to_2560_and_its_thumbnail_to_320():
    attachment = store("大图.jpg", crafted.picture(size=(5200, 2600)), "photo")
    assert (attachment.width, attachment.height) == (2560, 1280)
    with attachment.thumbnail.open() as file:
        assert Image.open(file).size == (320, 160)


def test_what_hides_behind_a_photo_does_not_come_along():
    polyglot = crafted.picture() + b"<script>alert(1)</script>" + crafted.package()
    content = kept(store("a.jpg", polyglot, "photo"))
    assert b"script" not in content
    assert b"PK\x03\x04" not in content


def test_a_picture_sent_as_a_document_is_kept_as_the_photo_that_it_is():
    attachment = store("扫描件.docx", crafted.photo_with_position())
    assert (attachment.kind, attachment.name) == ("photo", "扫描件.jpg")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (crafted.picture()[:-200], "没有传完整"),
        (crafted.png_that_claims(30_000, 30_000), "像素太多"),
        (crafted.png_that_claims(7_000, 7_000), "像素太多"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "不是可以识别的照片"),
        (crafted.picture("GIF", mode="P"), "不是可以识别的照片"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 100, "HEIC"),
        (crafted.PDF, "不是可以识别的照片"),
        (b"\xff\xd8\xff" + b"\0" * 100, "照片"),
    ],
)
def test_photos_that_are_refused_say_why(content, says, media):
    with pytest.raises(InvalidInput, match=says) as refusal:
        store("a.jpg", content, "photo")
    assert refusal.value.field == "file"
    assert not [path for path in media.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("name", "content", "kept_as", "mime"),
    [
        ("通知.pdf", crafted.PDF, "通知.pdf", "application/pdf"),
        ("通知.exe", crafted.PDF, "通知.pdf", "application/pdf"),
        ("纪要.DOCX", crafted.package(), "纪要.docx", documents._PACKAGES["wordprocessingml.document"].mime),
        ("纪要.pdf", crafted.package(), "纪要.docx", documents._PACKAGES["wordprocessingml.document"].mime),
        ("旧.doc", crafted.ole("Root Entry", "WordDocument"), "旧.doc", "application/msword"),
        ("旧.wps", crafted.ole("Root Entry", "WordDocument"), "旧.wps", "application/msword"),
        ("表.et", crafted.ole("Root Entry", "Workbook"), "表.et", "application/vnd.ms-excel"),
        ("公文", crafted.package(extra={"OFD.xml": b"<x/>"}), "公文.ofd", "application/ofd"),
    ],
)
def test_documents_are_what_they_are_not_what_they_are_called(name, content, kept_as, mime):
    attachment = store(name, content)
    assert (attachment.kind, attachment.name, attachment.mime) == ("document", kept_as, mime)
    assert kept(attachment) == content


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "空的"),
        (b"MZ\x90\0" + b"\0" * 100, "不支持"),
        (b"<html><script>alert(1)</script></html>", "不支持"),
        (b"<html>" + crafted.PDF, "不支持"),
        (crafted.PDF[:30], "没有传完整"),
        (crafted.package()[:-30], "已损坏"),
        (crafted.package("application/vnd.ms-word.document.macroEnabled.main+xml"), "宏"),
        (crafted.package(extra={"word/vbaProject.bin": b"x"}), "宏"),
        (crafted.ole("Root Entry", "WordDocument", "Macros"), "宏"),
        (crafted.ole("Root Entry", "Workbook", "_VBA_PROJECT_CUR"), "宏"),
        (crafted.ole("Root Entry", "EncryptedPackage"), "打开密码"),
        (crafted.ole("Root Entry", "SomethingElse"), "不支持"),
        (crafted.package("application/x-other"), "不支持"),
    ],
)
def test_documents_that_are_refused_say_why(content, says, media):
    with pytest.raises(InvalidInput, match=says):
        store("a.docx", content)
    assert not [path for path in media.rglob("*") if path.is_file()]


def test_a_plain_archive_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(InvalidInput, match="压缩包"):
        store("a.zip", out.getvalue())


def test_a_zip_bomb_is_refused_whatever_it_says_of_itself(monkeypatch):
    monkeypatch.setattr(documents, "MAX_UNPACKED", 1_000_000)
    bomb = crafted.package(extra={"word/document.xml": b"\0" * 2_000_000})
    assert len(bomb) < 10_000
    with pytest.raises(InvalidInput, match="过大"):
        store("a.docx", bomb)
    size = (2_000_000).to_bytes(4, "little")
    with pytest.raises(InvalidInput, match=r"过大|已损坏"):
        store("a.docx", bomb.replace(size, (10).to_bytes(4, "little")))


def test_an_entity_bomb_in_the_package_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", '<!DOCTYPE a [<!ENTITY b "c">]><Types>&b;</Types>')
    with pytest.raises(InvalidInput, match="已损坏"):
        store("a.docx", out.getvalue())


def test_size_and_number_are_limited(settings, monkeypatch):
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    with pytest.raises(InvalidInput, match="超过 1 MB"):
        store("a.pdf", crafted.PDF + b"\0" * 1024 * 1024)
    monkeypatch.setattr(services, "MAX_DRAFTS", 1)
    store("a.pdf", crafted.PDF)
    with pytest.raises(InvalidInput, match="待提交的附件太多"):
        store("b.pdf", crafted.PDF)


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\temp\\通知.pdf", "通知.pdf"),
        ("a\u202efdp.exe", "afdp.pdf"),
        ('a"<b>\r\n.pdf', "a_b_.pdf"),
        (".pdf", "pdf.pdf"),
        ("关于 3.1 版的说明", "关于 3.1 版的说明.pdf"),
        ("长" * 300 + ".pdf", "长" * 120 + ".pdf"),
        ("\ud800.pdf", "_.pdf"),
    ],
)
def test_names_are_made_harmless(given, made):
    assert names.clean(given, (".pdf",)) == made


def test_the_pixel_limit_of_a_jpeg_is_that_of_the_largest_telephones():
    assert photos.JPEG_PIXELS >= 108_000_000
