"""Files over HTTP: in, and out again for those who may see them."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote
from uuid import uuid4

import pytest
from django.urls import reverse, reverse_lazy

from governance.files import registry, services
from governance.files.models import Attachment
from tests.files import crafted
from tests.signing import client_of

UPLOAD = reverse_lazy("files:upload")


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture(autouse=True)
def _owner(monkeypatch, cast):
    monkeypatch.setattr(registry, "_owners", {})
    registry.register_owner("case", may_see=lambda actor, pk: actor.user_id == cast.ss.user_id)


def send(client, name: str = "现场.png", content: bytes | None = None, kind: str = "photo"):
    return client.post(UPLOAD, {"file": crafted.upload(name, content or crafted.picture("PNG")), "kind": kind})


def test_a_photo_goes_in_as_a_draft_and_comes_out_as_a_picture(cast):
    client = client_of(cast.gw)
    answer = send(client)
    assert answer.status_code == 201
    described = answer.json()
    assert (described["kind"], described["name"]) == ("photo", "现场.jpg")
    shown = client.get(described["url"])
    assert (shown["Content-Type"], shown["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert shown["Content-Disposition"].startswith("inline; filename*=utf-8''")
    assert "现场.jpg" in unquote(shown["Content-Disposition"])
    assert shown["Cache-Control"].startswith("private")
    assert b"".join(shown.streaming_content).startswith(b"\xff\xd8\xff")
    small = client.get(described["thumbnail_url"])
    assert b"".join(small.streaming_content).startswith(b"\xff\xd8\xff")


def test_a_document_is_always_saved_never_shown(cast):
    client = client_of(cast.gw)
    described = send(client, "通知.html", crafted.PDF, "document").json()
    assert (described["name"], described["thumbnail_url"]) == ("通知.pdf", "")
    shown = client.get(described["url"])
    assert shown["Content-Type"] == "application/pdf"
    assert shown["Content-Disposition"].startswith("attachment;")
    assert b"".join(shown.streaming_content) == crafted.PDF
    assert client.get(reverse("files:thumbnail", args=[described["id"]])).status_code == 404


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"kind": "photo"}, "没有收到文件"),
        ({"kind": "virus", "file": crafted.upload("a.jpg", b"x")}, "附件类型不正确"),
        ({"kind": "photo", "file": crafted.upload("a.jpg", b"<svg/>")}, "不是可以识别的照片"),
        ({"kind": "document", "file": crafted.upload("a.docx", b"MZ")}, "不支持"),
        ({"kind": "document", "file": crafted.upload("a.pdf", b"")}, "空的"),
    ],
)
def test_refusals_are_json_in_chinese(cast, data, says):
    answer = client_of(cast.gw).post(UPLOAD, data)
    assert answer.status_code == 400
    assert says in answer.json()["message"]
    assert not Attachment.objects.exists()


def test_a_subjects_file_is_served_by_the_subjects_own_rule(cast, now):
    draft = services.store(upload=crafted.upload("a.jpg", crafted.picture()), kind="photo", by=cast.gw, now=now)
    url = reverse("files:open", args=[draft.pk])
    assert client_of(cast.ss).get(url).status_code == 404
    services.attach(ids=[draft.pk], subject_type="case", subject_id=1, by=cast.gw)
    assert b"".join(client_of(cast.ss).get(url).streaming_content).startswith(b"\xff\xd8\xff")
    assert client_of(cast.cw).get(url).status_code == 404
    assert client_of(cast.gw).get(url).status_code == 404


def test_no_one_signed_out_gets_anything(cast, client, now):
    draft = services.store(upload=crafted.upload("a.jpg", crafted.picture()), kind="photo", by=cast.gw, now=now)
    assert client.get(reverse("files:open", args=[draft.pk])).status_code == 302
    assert send(client).status_code in (302, 403)


def test_a_draft_is_taken_back(cast, media):
    client = client_of(cast.gw)
    described = send(client).json()
    url = reverse("files:discard", args=[described["id"]])
    assert client_of(cast.ss).post(url).status_code == 404
    assert client.post(url).status_code == 204
    assert client.post(url).status_code == 404
    assert client.post(reverse("files:discard", args=[uuid4()])).status_code == 404


def test_the_web_server_in_front_may_send_it(cast, settings):
    client = client_of(cast.gw)
    described = send(client).json()
    settings.FILES_ACCEL_PREFIX = "/protected/"
    answer = client.get(described["url"])
    assert answer["X-Accel-Redirect"].startswith("/protected/attachments/")
    assert (answer.content, answer["Content-Type"]) == (b"", "image/jpeg")


def test_a_file_lost_from_the_storage_is_404(cast):
    client = client_of(cast.gw)
    described = send(client).json()
    stored = Attachment.objects.get(pk=described["id"])
    stored.file.storage.delete(stored.file.name)
    assert client.get(described["url"]).status_code == 404
