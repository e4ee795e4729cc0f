"""Messages inside the platform."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from governance.errors import NotFound
from governance.outbox import registry, selectors, services
from governance.outbox.models import InboxItem
from governance.scope import Actor, Role, UnitKind

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ME = Actor(7, "王丽", 70, Role.STREET_STAFF, 2, "庆新街道", UnitKind.STREET)


def notify(key: str = "case:1:over", users: tuple[int, ...] = (7,), **more: object) -> int:
    return services.notify(user_ids=users, key=key, title="诉求已超期", now=NOW, **more)


def test_a_repeat_changes_nothing_and_new_people_still_hear():
    assert notify(users=(7, 8, 7, 0)) == 2
    assert notify(users=(8, 9), level="over") == 1
    assert list(InboxItem.objects.order_by("user_id").values_list("user_id", "level")) == [
        (7, "info"), (8, "info"), (9, "over")
    ]  # fmt: skip


def test_nobody_to_tell_is_nothing_to_do(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert notify(users=()) == notify(users=(0,)) == 0


def test_a_thousand_people_take_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert notify(users=tuple(range(1, 1001))) == 1000


def test_an_unknown_level_is_a_bug_of_the_caller():
    with pytest.raises(ValueError, match="purple"):
        notify(level="purple")


def test_long_words_are_cut_not_refused():
    services.notify(user_ids=[7], key="k", title="标" * 200, body="文" * 900 + "\0", now=NOW)
    item = InboxItem.objects.get()
    assert (len(item.title), len(item.body), item.title[-1]) == (120, 500, "…")


def test_a_message_goes_with_its_transaction():
    with transaction.atomic():
        notify()
        transaction.set_rollback(True)
    assert not InboxItem.objects.exists()


def test_unread_messages_are_counted_up_to_a_hundred_with_one_query(django_assert_num_queries):
    for n in range(3):
        notify(key=f"k{n}")
    notify(key="k", users=(8,))
    with django_assert_num_queries(1):
        assert selectors.unread_count(7) == 3
    services.mark_read(item_id=InboxItem.objects.filter(user_id=7)[0].pk, by=ME, now=NOW)
    assert selectors.unread_count(7) == 2
    for n in range(120):
        notify(key=f"m{n}")
    assert selectors.unread_count(7) == 100


def test_only_ones_own_messages_are_read_and_the_first_reading_counts():
    notify(users=(7, 8))
    mine, theirs = InboxItem.objects.order_by("user_id")
    services.mark_read(item_id=mine.pk, by=ME, now=NOW)
    services.mark_read(item_id=mine.pk, by=ME, now=NOW + timedelta(hours=1))
    mine.refresh_from_db()
    assert mine.read_at == NOW
    with pytest.raises(NotFound):
        services.mark_read(item_id=theirs.pk, by=ME, now=NOW)


def test_all_read_leaves_what_came_since_and_what_is_anothers():
    notify(users=(7, 8))
    services.notify(user_ids=[7], key="later", title="x", now=NOW + timedelta(seconds=1))
    assert services.mark_all_read(by=ME, now=NOW) == 1
    assert set(InboxItem.objects.unread().values_list("user_id", "key")) == {(8, "case:1:over"), (7, "later")}


def test_a_subject_has_the_address_that_its_app_gave(monkeypatch):
    monkeypatch.setattr(registry, "_urls", {})
    registry.register_subject("case", url=lambda pk: f"/cases/{pk}/")
    assert registry.url_of("case", 5) == "/cases/5/"
    assert registry.url_of("case", 0) == registry.url_of("other", 5) == ""
