"""Adding, changing, disabling and unlocking users."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime

from axes.utils import reset as reset_axes
from django.db import IntegrityError, transaction

from accounts import sessions
from accounts.models import User
from accounts.services._common import office_and_user, record, require_office
from accounts.services.passwords import set_temporary
from accounts.services.postings import NewPosting, grant_to
from governance import privacy
from governance.errors import IllegalState, InvalidInput
from governance.scope import Actor
from grids.names import initials_of

_USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,31}")


def normal_username(text: str) -> str:
    """The account as it is stored; raises InvalidInput (field "username")."""
    username = unicodedata.normalize("NFKC", text).strip().lower()
    if not _USERNAME.fullmatch(username):
        raise InvalidInput("账号须以字母开头，由 3 至 32 位小写字母、数字、点、横线或下划线组成。", field="username")
    return username


def normal_name(text: str) -> str:
    """A person's name as it is stored; raises InvalidInput (field "name")."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not 2 <= len(name) <= 32 or not all(c.isalpha() or c in "·•. '-" for c in name):
        raise InvalidInput("姓名须为 2 至 32 个汉字或字母。", field="name")
    return name


def normal_phone(text: str) -> str:
    """A telephone number in its normal form, or nothing; raises InvalidInput (field "phone")."""
    return privacy.validate_phone(text, field="phone") if text.strip() else ""


def set_phone(user: User, phone: str) -> None:
    """Seal a number (in normal form) into the user's fields, without saving."""
    user.phone_sealed = privacy.seal(phone, context=phone_context(user))
    user.phone_index = privacy.blind_index("phone", phone)
    user.phone_masked = privacy.mask_phone(phone)


def phone_context(user: User) -> str:
    """What a user's sealed number is bound to."""
    return f"user.phone:{user.username}"


def add_user(
    *, username: str, name: str, phone: str = "", postings: Sequence[NewPosting] = (), by: Actor, now: datetime
) -> tuple[User, str]:
    """A new user with postings; returns the temporary password too, which is kept nowhere.

    Raises InvalidInput (field "username", "name", "phone", or a posting's), NotAllowed.
    """
    with transaction.atomic(durable=True):
        return create_user(username=username, name=name, phone=phone, postings=postings, by=by, now=now)


def create_user(
    *, username: str, name: str, phone: str, postings: Sequence[NewPosting], by: Actor, now: datetime
) -> tuple[User, str]:
    """`add_user` in the caller's transaction."""
    require_office(by)
    user = User(username=normal_username(username), name=normal_name(name))
    user.initials = initials_of(user.name)[:32]
    set_phone(user, normal_phone(phone))
    _insert(user)
    temporary = set_temporary(user, now=now)
    record("account.add", user, by=by, now=now, after={"name": user.name, "phone": user.phone_masked})
    for posting in postings:
        grant_to(user, posting, by=by, now=now)
    return user, temporary


def _insert(user: User) -> None:
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise InvalidInput(f"账号“{user.username}”已被使用，请换一个。", field="username") from error


def change_user(*, user_id: int, name: str, phone: str | None, by: Actor, now: datetime) -> User:
    """Correct a person's name and phone (None keeps it); the account itself never changes, as the record names it."""
    with transaction.atomic(durable=True):
        user = office_and_user(user_id, by)
        apply_change(user, name=name, phone=phone, by=by, now=now)
    return user


def apply_change(user: User, *, name: str, phone: str | None, by: Actor, now: datetime) -> bool:
    """`change_user` to a locked user in the caller's transaction; whether anything changed."""
    before = _known_of(user)
    user.name = normal_name(name)
    user.initials = initials_of(user.name)[:32]
    if phone is not None and privacy.blind_index("phone", number := normal_phone(phone)) != user.phone_index:
        set_phone(user, number)
    if before == _known_of(user):
        return False
    user.save(update_fields=["name", "initials", "phone_sealed", "phone_index", "phone_masked"])
    record("account.change", user, before=before, after=_known_of(user), by=by, now=now)
    return True


def _known_of(user: User) -> dict[str, str]:
    # The start of the index tells two numbers apart that look alike when masked, and tells neither.
    return {"name": user.name, "phone": user.phone_masked, "phone_index": user.phone_index[:8]}


def disable(*, user_id: int, reason: str, by: Actor, now: datetime) -> User:
    """Shut an account: nobody signs in with it, its sessions and tokens end at once, its postings stay on record."""
    with transaction.atomic(durable=True):
        user = office_and_user(user_id, by)
        if not user.is_active:
            raise IllegalState("该账号已经停用。")
        user.is_active = False
        user.save(update_fields=["is_active"])
        sessions.end(list(user.sessions.filter(ended_at=None)), now=now)
        record("account.disable", user, by=by, now=now, reason=reason)
    return user


def enable(*, user_id: int, by: Actor, now: datetime) -> User:
    """Open a disabled account again; its postings count again where their dates say so."""
    with transaction.atomic(durable=True):
        user = office_and_user(user_id, by)
        if user.is_active:
            raise IllegalState("该账号没有停用。")
        user.is_active = True
        user.save(update_fields=["is_active"])
        record("account.enable", user, by=by, now=now)
    return user


def unlock(*, user_id: int, by: Actor, now: datetime) -> int:
    """End the lock-out of an account from every address; returns how many there were."""
    with transaction.atomic(durable=True):
        user = office_and_user(user_id, by)
        ended = int(reset_axes(username=user.username))
        record("account.unlock", user, by=by, now=now, after={"count": ended})
    return ended
