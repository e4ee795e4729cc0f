"""From a draft to a subject's file, and who may see either."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from governance.errors import InvalidInput, NotFound
from governance.files import registry, selectors, services
from governance.files.models import Attachment
from governance.scope import Actor, Role, UnitKind
from tests.files import crafted

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ME = Actor(7, "刘洋", 70, Role.GRID_WORKER, 9, "第一网格", UnitKind.GRID)
OTHER = Actor(8, "陈静", 80, Role.GRID_WORKER, 10, "第二网格", UnitKind.GRID)


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture(autouse=True)
def _owner(monkeypatch):
    monkeypatch.setattr(registry, "_owners", {})
    registry.register_owner("case", may_see=lambda actor, subject_id: actor == ME and subject_id == 1)


def photo(by: Actor = ME, now: datetime = NOW) -> Attachment:
    return services.store(upload=crafted.upload("a.jpg", crafted.picture()), kind="photo", by=by, now=now)


def on_disk(media: Path) -> int:
    return sum(path.is_file() for path in media.rglob("*"))


def test_drafts_become_the_files_of_a_subject_and_a_repeat_changes_nothing():
    first, second = photo(), photo(now=NOW + timedelta(minutes=1))
    for _ in range(2):
        given = services.attach(ids=[str(second.pk), first.pk], subject_type="case", subject_id=1, entry_id=5, by=ME)
        assert [a.pk for a in given] == [first.pk, second.pk]
        assert {(a.subject_type, a.subject_id, a.entry_id) for a in given} == {("case", 1, 5)}
    assert selectors.of_subject("case", 1) == given


def test_nothing_given_is_nothing_attached():
    assert services.attach(ids=[], subject_type="case", subject_id=1, by=ME) == []


@pytest.mark.parametrize("ids", [["no-id"], [None], ["'"]])
def test_what_is_no_id_is_refused(ids):
    with pytest.raises(InvalidInput, match="附件编号不正确"):
        services.attach(ids=ids, subject_type="case", subject_id=1, by=ME)


def test_drafts_that_are_gone_anothers_or_given_elsewhere_are_refused_and_none_is_attached():
    mine, theirs = photo(), photo(OTHER)
    elsewhere = photo()
    services.attach(ids=[elsewhere.pk], subject_type="case", subject_id=2, by=ME)
    for bad in (theirs.pk, elsewhere.pk, uuid4()):
        with pytest.raises(InvalidInput, match="有 1 个附件已失效"):
            services.attach(ids=[mine.pk, bad], subject_type="case", subject_id=1, by=ME)
    mine.refresh_from_db()
    assert mine.subject_id is None


def test_too_many_at_once_are_refused():
    with pytest.raises(InvalidInput, match="最多带 20 个附件"):
        services.attach(ids=[uuid4() for _ in range(21)], subject_type="case", subject_id=1, by=ME)


def test_a_draft_is_its_uploaders_alone():
    draft = photo()
    assert selectors.visible(draft.pk, ME) == draft
    with pytest.raises(NotFound):
        selectors.visible(draft.pk, OTHER)


def test_a_subjects_file_is_for_those_who_may_see_the_subject():
    file, hidden, strange = photo(), photo(), photo()
    services.attach(ids=[file.pk], subject_type="case", subject_id=1, by=ME)
    services.attach(ids=[hidden.pk], subject_type="case", subject_id=2, by=ME)
    services.attach(ids=[strange.pk], subject_type="unheard of", subject_id=1, by=ME)
    assert selectors.visible(file.pk, ME) == file.__class__.objects.get(pk=file.pk)
    for pk, actor in ((file.pk, OTHER), (hidden.pk, ME), (strange.pk, ME), (uuid4(), ME)):
        with pytest.raises(NotFound):
            selectors.visible(pk, actor)


def test_a_draft_is_discarded_by_its_uploader_with_its_files(media):
    draft = photo()
    assert on_disk(media) == 2
    with pytest.raises(NotFound):
        services.discard(attachment_id=draft.pk, by=OTHER)
    services.discard(attachment_id=draft.pk, by=ME)
    assert on_disk(media) == 0
    with pytest.raises(NotFound):
        services.discard(attachment_id=draft.pk, by=ME)


def test_what_was_submitted_cannot_be_discarded():
    file = photo()
    services.attach(ids=[file.pk], subject_type="case", subject_id=1, by=ME)
    with pytest.raises(NotFound):
        services.discard(attachment_id=file.pk, by=ME)


def test_drafts_go_after_a_day_and_attached_files_stay(media):
    photo()
    services.attach(ids=[photo().pk], subject_type="case", subject_id=1, by=ME)
    assert services.purge_drafts(now=NOW + timedelta(hours=23)) == 0
    assert services.purge_drafts(now=NOW + timedelta(hours=25)) == 1
    assert Attachment.objects.count() == 1
    assert on_disk(media) == 2
