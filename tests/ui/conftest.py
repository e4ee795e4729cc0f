"""The specimen pages, the rows in them, and somebody signed in to look at them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.test import Client

from accounts.models import User
from governance.outbox.models import InboxItem
from governance.ui import nav

TEMPLATES = Path(__file__).parent / "templates"


@pytest.fixture
def specimen(settings, monkeypatch):
    """The specimen's addresses, templates and navigation."""
    settings.ROOT_URLCONF = "tests.ui.specimen_urls"
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], TEMPLATES]}]
    kernel = [name for name in settings.MIDDLEWARE if not name.startswith(("accounts.", "axes."))]
    settings.MIDDLEWARE = [*kernel, "tests.ui.acting.ActorMiddleware"]
    for name, plain in vars(nav._Registry()).items():
        monkeypatch.setattr(nav._registry, name, plain)
    nav.set_role_namer(lambda actor: "街道工作人员")
    nav.set_unread_counter(lambda request: 7)
    nav.set_posting_lister(
        lambda request: [
            nav.PostingChoice(1, "城关街道办事处", "街道工作人员", True),
            nav.PostingChoice(2, "滨河社区居委会", "社区书记", False),
        ]
    )
    groups = {
        "诉求办理": [
            ("诉求列表", "list", "inbox", 1),
            ("诉求登记", "form", "edit", 0),
            ("回访评价", "states", "star", 0),
        ],
        "网格治理": [
            ("网格地图", "detail", "map-2", 3),
            ("快速上报", "phone", "plus", 2),
            ("打印", "sheet", "printer", 0),
        ],
        "分析考核": [("统计报表", "public", "chart-bar", 0)],
    }
    for group, items in groups.items():
        for order, (label, view, icon, phone) in enumerate(items):
            short = {1: "待办", 2: "上报", 3: "网格"}.get(phone, "")
            nav.register(nav.NavItem(label, f"specimen:{view}", icon, "", group, order, phone, short))

    nav.set_group_order(*groups)


def make_rows(count: int, now: dt.datetime) -> list[InboxItem]:
    """Messages that stand for cases: every seventh late, every fifth soon."""
    levels = ["over" if n % 7 == 2 else "soon" if n % 5 == 1 else "info" for n in range(count)]
    return InboxItem.objects.bulk_create(
        InboxItem(
            user_id=1,
            key=str(n),
            level=level,
            title=f"第{n}件",
            created_at=now - dt.timedelta(minutes=7 * n),
            read_at=now - dt.timedelta(hours=n % 3) if n % 2 else None,
        )
        for n, level in enumerate(levels)
    )


@pytest.fixture
def rows(db, now) -> list[InboxItem]:
    return make_rows(128, now)


@pytest.fixture
def person(db) -> User:
    """Whom the pages are shown to."""
    return User.objects.create(username="lijianguo0537", name="李建国")


@pytest.fixture
def signed_in(specimen, person: User) -> Client:
    client = Client()
    client.force_login(person, "django.contrib.auth.backends.ModelBackend")
    return client
