"""The inbox and the bell."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse, reverse_lazy

from governance.outbox import registry, services
from governance.outbox.models import InboxItem
from tests.signing import client_of

INBOX = reverse_lazy("outbox:inbox")


@pytest.fixture
def told(cast, now):
    """Three messages of mine, and one of somebody else's."""
    for n, level in enumerate(("info", "soon", "over")):
        services.notify(
            user_ids=[cast.ss.user_id], key=f"k{n}", title=f"消息{level}", body="请尽快办理", level=level,
            subject_type="case", subject_id=n + 1, now=now + timedelta(minutes=n),
        )  # fmt: skip
    services.notify(user_ids=[cast.cw.user_id], key="theirs", title="别人的", now=now)


def titles(page: str) -> list[str]:
    return re.findall(r"消息(info|soon|over)</[ab]>", page)


def test_ones_own_messages_newest_first(cast, told):
    page = client_of(cast.ss).get(INBOX).content.decode()
    assert titles(page) == ["over", "soon", "info"]
    assert "别人的" not in page


@pytest.mark.parametrize(("tab", "shown"), [("over", ["over"]), ("soon", ["soon"]), ("unread", ["over", "info"])])
def test_tabs_by_level_and_unread(cast, told, now, tab, shown):
    services.mark_read(item_id=InboxItem.objects.get(key="k1").pk, by=cast.ss, now=now)
    assert titles(client_of(cast.ss).get(INBOX, {"tab": tab}).content.decode()) == shown


def test_opening_marks_as_read_and_goes_to_the_subject(cast, told, monkeypatch):
    monkeypatch.setattr(registry, "_urls", {"case": lambda pk: f"/cases/{pk}/"})
    item = InboxItem.objects.get(key="k1")
    assert client_of(cast.ss).get(reverse("outbox:open", args=[item.pk]))["Location"] == "/cases/2/"
    item.refresh_from_db()
    assert item.read_at is not None
    monkeypatch.setattr(registry, "_urls", {})
    assert client_of(cast.ss).get(reverse("outbox:open", args=[item.pk]))["Location"] == INBOX


def test_anothers_message_is_not_there(cast, told):
    item = InboxItem.objects.get(key="theirs")
    client = client_of(cast.ss)
    assert client.get(reverse("outbox:open", args=[item.pk])).status_code == 404
    assert client.post(reverse("outbox:read", args=[item.pk])).status_code == 404
    item.refresh_from_db()
    assert item.read_at is None


def test_one_and_all_are_marked_as_read(cast, told):
    client = client_of(cast.ss)
    item = InboxItem.objects.get(key="k0")
    client.post(reverse("outbox:read", args=[item.pk]))
    assert InboxItem.objects.unread().filter(user_id=cast.ss.user_id).count() == 2
    page = client.post(reverse("outbox:read_all"), follow=True).content.decode()
    assert "已将 2 条消息标为已读" in page
    assert list(InboxItem.objects.unread().values_list("key", flat=True)) == ["theirs"]


def test_the_bell_counts_what_is_unread(cast, told):
    client = client_of(cast.ss)
    answer = client.get(reverse("outbox:bell"))
    assert re.search(r'class="count">3<', answer.content.decode())
    assert "no-store" in answer["Cache-Control"]
    client.post(reverse("outbox:read_all"))
    assert "count" not in client.get(reverse("outbox:bell")).content.decode()


def test_reading_by_get_is_refused(cast, told):
    assert client_of(cast.ss).get(reverse("outbox:read_all")).status_code == 405


def test_the_inbox_costs_the_same_for_many(cast, now, django_assert_max_num_queries):
    for n in range(60):
        services.notify(user_ids=[cast.ss.user_id], key=f"m{n}", title=f"第{n}条", now=now + timedelta(seconds=n))
    client = client_of(cast.ss)
    with django_assert_max_num_queries(16):
        answer = client.get(INBOX)
    assert len(answer.context["rows"]) == 50
    again = client.get(INBOX, {"after": answer.context["page"].next})
    assert [row.object.title for row in again.context["rows"]] == [f"第{n}条" for n in range(9, -1, -1)]
