"""What the frame around a page shows, filled by the apps in their `AppConfig.ready()`.

The kernel knows no app, so navigation, rights, postings and the links of the top bar are registered here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache

from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse

from governance.scope import Actor

RightChecker = Callable[[Actor | None, str], bool]


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the side bar; with `phone` (1–4, its place) also of the phone's tab bar.

    `right` is asked of the registered checker; empty means everyone who is signed in. `owns` names further views, by
    name or as "app:*", on whose pages this entry is the current one. `count` gives the number behind the label.
    """

    label: str
    url_name: str
    icon: str
    right: str = ""
    group: str = ""
    order: int = 100
    phone: int = 0
    phone_label: str = ""
    owns: tuple[str, ...] = ()
    count: Callable[[HttpRequest], int] | None = None

    def is_current(self, view_name: str) -> bool:
        """Whether the page of `view_name` belongs to this entry."""
        if view_name == self.url_name or view_name in self.owns:
            return True
        return any(own.endswith("*") and view_name.startswith(own[:-1]) for own in self.owns)


@dataclass(frozen=True, slots=True)
class PostingChoice:
    """One posting that the person may act as."""

    id: int
    unit_name: str
    role_name: str
    is_acting: bool


@dataclass
class _Registry:
    items: list[NavItem] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    may: RightChecker = lambda actor, right: actor is not None
    postings: Callable[[HttpRequest], Iterable[PostingChoice]] = lambda request: ()
    role_name: Callable[[Actor], str] = lambda actor: str(actor.role or "")
    unread: Callable[[HttpRequest], int] = lambda request: 0
    # Links of the frame, by what they are for; one whose view does not exist is left out.
    links: dict[str, str] = field(
        default_factory=lambda: {
            "home": "home",
            "inbox": "accounts:inbox",
            "profile": "accounts:profile",
            "act_as": "accounts:act_as",
            "sign_out": "accounts:sign_out",
        }
    )


_registry = _Registry()


def register(*items: NavItem) -> None:
    """Adds entries to the navigation. The same view registered again replaces its entry."""
    names = {item.url_name for item in items}
    _registry.items = [item for item in _registry.items if item.url_name not in names] + list(items)


def set_group_order(*groups: str) -> None:
    """Says in which order the groups stand; groups not named come last, by name."""
    _registry.groups = list(groups)


def set_right_checker(checker: RightChecker) -> None:
    """Registers `may(actor, right)`."""
    _registry.may = checker


def set_posting_lister(lister: Callable[[HttpRequest], Iterable[PostingChoice]]) -> None:
    """Registers what gives the postings in force of the person behind a request."""
    _registry.postings = lister


def set_role_namer(namer: Callable[[Actor], str]) -> None:
    """Registers what gives an actor's role in Chinese."""
    _registry.role_name = namer


def set_unread_counter(counter: Callable[[HttpRequest], int]) -> None:
    """Registers what counts the unread messages of the person behind a request."""
    _registry.unread = counter


def set_links(**links: str) -> None:
    """Names the views behind the frame's links: home, inbox, profile, act_as, sign_out."""
    _registry.links.update(links)


def may(actor: Actor | None, right: str) -> bool:
    """Whether the actor has the right at all, by the registered checker."""
    return not right or _registry.may(actor, right)


def url(name: str) -> str:
    """The address of a view without arguments, or "" where the installation has no such view."""
    return _url(name, get_urlconf(), get_script_prefix())


@cache
def _url(name: str, urlconf: str | None, prefix: str) -> str:
    """Looked up once: a page's frame has some thirty of them."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def link(purpose: str) -> str:
    """The address of one of the frame's links, or ""."""
    return url(_registry.links.get(purpose, ""))


def items_for(actor: Actor | None) -> list[NavItem]:
    """The entries that the actor may open, in order: group, order, label."""
    if actor is None:
        return []
    places = {group: place for place, group in enumerate(_registry.groups)}
    allowed = [item for item in _registry.items if may(actor, item.right) and url(item.url_name)]
    return sorted(allowed, key=lambda i: (places.get(i.group, len(places)), i.group, i.order, i.label))


def postings(request: HttpRequest) -> list[PostingChoice]:
    """The postings that the person may act as."""
    return list(_registry.postings(request))


def role_name(actor: Actor) -> str:
    """The actor's role in Chinese."""
    return _registry.role_name(actor)


def unread(request: HttpRequest) -> int:
    """How many messages of the person are unread."""
    return _registry.unread(request)
