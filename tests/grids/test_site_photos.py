"""Photos of a site: written anew, shown to whoever sees the site, added and removed by the centre."""

from __future__ import annotations

import html
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from PIL import Image

from accounts.acting import actor_from
from governance.files import services as files
from governance.files.models import Attachment
from governance.scope import Role
from grids.models import SitePhoto
from grids.services import site_photos
from tests.files.crafted import PDF, picture, upload
from tests.fixtures import make_posting
from tests.signing import client_of


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def _text(response) -> str:
    return html.unescape(response.content.decode())


def _send(client, site, *given, caption=""):
    return client.post(reverse("grids:site_photo_add", args=[site.pk]), {"photos": given, "caption": caption})


def _located() -> bytes:
    """A picture that says where it was taken."""
    image, out = Image.new("RGB", (64, 48), "white"), BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "SECRET-CAMERA"
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_several_at_once_are_shown_to_whoever_sees_the_site(make_site, cast):
    site = make_site()
    first, second = upload("大厅.jpg", _located()), upload("门口.jpg", picture())
    assert _send(client_of(cast.dc), site, first, second, caption="一楼大厅").status_code == 302
    assert site.photos.count() == 2
    reader = client_of(cast.gw)
    page = _text(reader.get(reverse("grids:site", args=[site.pk])))
    assert page.count("一楼大厅</span>") == 2
    assert reverse("grids:site_photo_remove", args=[site.pk]) not in page
    for photo in site.photos.select_related("attachment"):
        shown = b"".join(reader.get(photo.attachment.url).streaming_content)
        assert shown.startswith(b"\xff\xd8")
        assert b"SECRET-CAMERA" not in shown


def test_who_sees_no_units_gets_no_photo(make_site, cast, district, now):
    site = make_site()
    _send(client_of(cast.dc), site, upload("大厅.jpg", picture()))
    url = SitePhoto.objects.get().attachment.url
    clerk = make_posting(Role.SHOP_CLERK, district.community_1)

    assert client_of(actor_from(clerk, now=now)).get(url).status_code == 404


def test_what_is_no_photo_or_too_many_is_told_and_leaves_no_draft(make_site, cast):
    site, client = make_site(), client_of(cast.dc)
    assert "请选择" in _text(_send(client, site)) or "请上传" in _text(_send(client, site))
    answer = _send(client, site, upload("说明.pdf", PDF))
    assert answer.status_code == 400
    assert "不是可以识别的照片" in _text(answer)
    many = _send(client, site, *(upload(f"{n}.jpg", picture()) for n in range(13)), caption="大厅")
    assert many.status_code == 409
    assert "最多 12 张" in _text(many)
    assert 'value="大厅"' in _text(many)
    assert not Attachment.objects.exists()


def test_twelve_are_the_most_also_when_they_come_one_by_one(make_site, cast):
    site, client = make_site(), client_of(cast.dc)
    _send(client, site, *(upload(f"{n}.jpg", picture()) for n in range(12)))
    assert _send(client, site, upload("多.jpg", picture())).status_code == 409
    page = _text(client.get(reverse("grids:site", args=[site.pk])))
    assert "已满 12 张" in page
    assert f'href="{reverse("grids:site_photo_add", args=[site.pk])}"' not in page


def test_a_repeated_form_adds_nothing_twice(make_site, cast, now):
    site = make_site()
    draft = files.store(upload=upload("大厅.jpg", picture()), kind="photo", by=cast.dc, now=now)
    for _ in range(2):
        site_photos.add_photos(site_id=site.pk, attachment_ids=[draft.pk], by=cast.dc, now=now)
    assert site.photos.count() == 1


def test_removed_with_its_files(make_site, cast, django_capture_on_commit_callbacks):
    site, client = make_site(), client_of(cast.dc)
    _send(client, site, upload("大厅.jpg", picture()))
    photo = SitePhoto.objects.select_related("attachment").get()
    path = photo.attachment.file.name
    assert default_storage.exists(path)
    url = reverse("grids:site_photo_remove", args=[site.pk])
    assert client_of(cast.ss).post(f"{url}?photo={photo.pk}").status_code == 403
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(f"{url}?photo={photo.pk}").status_code == 302
    assert not Attachment.objects.exists()
    assert not default_storage.exists(path)
    assert "没有这张照片" in _text(client.post(f"{url}?photo=x", follow=True))
