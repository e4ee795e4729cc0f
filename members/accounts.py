"""Which resident a user of the platform is. No link is kept: the phone number on both, by its keyed hash, tells."""

from __future__ import annotations

from accounts.models import User
from governance.errors import NotFound
from governance.scope import Actor
from members.models import Person

_NONE = "没有找到与您账号手机号一致的居民档案。请社区核对您档案上的手机号，并请安全管理员核对账号上的手机号。"


def _user(by: Actor) -> tuple[str, str] | None:
    """The name and the hash of the number of the account; asked for each purchase, and with no more than it takes."""
    return next(iter(User.objects.filter(pk=by.user_id).values_list("name", "phone_index")), None)


def person_or_none(by: Actor) -> Person | None:
    """The resident with the phone number of this account; of several with one number, the one of the same name."""
    user = _user(by)
    if user is None or not user[1]:
        return None
    name, index = user
    same = Person.objects.here().filter(phone_index=index, district_id=by.district_id).defer("search")
    found = list(same.order_by("pk")[:10])
    if len(found) > 1:
        # A household may share a number.
        found = [person for person in found if person.name == name]
    return found[0] if len(found) == 1 else None


def person_of(by: Actor) -> Person:
    """The same; raises NotFound with what to do."""
    person = person_or_none(by)
    if person is None:
        raise NotFound(_NONE)
    return person


def user_of(person: Person, prefer: int = 0) -> int | None:
    """An account with the person's phone number, `prefer` when it is one of them; None without."""
    if not person.phone_index:
        return None
    users = set(User.objects.filter(phone_index=person.phone_index).values_list("pk", flat=True))
    return prefer if prefer in users else min(users, default=None)


def is_oneself(by: Actor, person: Person) -> bool:
    """Whether who acts may be this person: the same number; or the same name, while a number is missing on one side."""
    user = _user(by)
    if user is None:
        return False
    name, index = user
    return bool(index == person.phone_index if index and person.phone_index else name == person.name)
