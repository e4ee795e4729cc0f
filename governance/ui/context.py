"""What every page's frame needs: who acts, where they may go, and how they like to see it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from governance.scope import Actor
from governance.ui import nav

UNREAD_SHOWN = 99


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of the navigation, ready to be drawn."""

    label: str
    url: str
    icon: str
    is_current: bool
    count: int = 0


class Shell:
    """The frame of one request. Everything is computed when a template first asks, so that partials pay nothing."""

    product = "网格治理平台"

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.elder = request.COOKIES.get("elder") == "1"
        self.dark = request.COOKIES.get("dark") == "1"
        self.theme = "dark" if self.dark else "light"
        self.skin = getattr(settings, "UI_SKIN", "")

    @property
    def classes(self) -> str:
        """Classes of the root element."""
        names = ("elder" if self.elder else "", f"skin-{self.skin}" if self.skin else "")
        return " ".join(filter(None, names))

    @cached_property
    def actor(self) -> Actor | None:
        """Who acts, as the middleware set it."""
        return getattr(self.request, "actor", None)

    @cached_property
    def view_name(self) -> str:
        """The name of the view behind the page, or "" on an error page."""
        match = self.request.resolver_match
        return match.view_name if match else ""

    @cached_property
    def role_name(self) -> str:
        """The role that the person acts in, in Chinese."""
        return nav.role_name(self.actor) if self.actor else ""

    @cached_property
    def postings(self) -> list[nav.PostingChoice]:
        """What the person may act as."""
        return nav.postings(self.request)

    @cached_property
    def unread(self) -> int:
        """Unread messages."""
        return nav.unread(self.request) if self.actor else 0

    @property
    def unread_label(self) -> str:
        """Unread messages as the bell shows them."""
        return f"{UNREAD_SHOWN}+" if self.unread > UNREAD_SHOWN else str(self.unread)

    @cached_property
    def links(self) -> dict[str, str]:
        """Addresses of the frame's own links; "" where there is none."""
        return {purpose: nav.link(purpose) for purpose in ("home", "inbox", "bell", "profile", "act_as", "sign_out")}

    @cached_property
    def _items(self) -> list[nav.NavItem]:
        return nav.items_for(self.actor)

    def _link(self, item: nav.NavItem, label: str = "") -> Link:
        count = item.count(self.request) if item.count else 0
        return Link(label or item.label, nav.url(item.url_name), item.icon, item.is_current(self.view_name), count)

    @cached_property
    def groups(self) -> list[tuple[str, list[Link]]]:
        """The side bar: groups with their entries."""
        return [(name, [self._link(i) for i in items]) for name, items in groupby(self._items, key=lambda i: i.group)]

    @cached_property
    def tabs(self) -> list[Link]:
        """The phone's tab bar, four at most; the last is the person's own page where no entry took its place."""
        chosen = sorted((i for i in self._items if i.phone), key=lambda i: i.phone)[:4]
        links = [self._link(i, i.phone_label) for i in chosen]
        own = self.links["profile"]
        if own and len(links) < 4 and own not in {link.url for link in links}:
            links.append(Link("我的", own, "user", self.request.path == own))
        return links

    @cached_property
    def watermark(self) -> str:
        """Who looks, and when: name, last four of the account, date."""
        if self.actor is None:
            return ""
        account = str(getattr(self.request.user, "username", "") or self.actor.user_id)
        return f"{self.actor.user_name} {account[-4:]} {timezone.localdate():%Y-%m-%d}"


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor of the frame around a page."""
    return {"shell": Shell(request)}
