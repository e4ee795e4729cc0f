"""The rules for passwords, as 等保三级 asks for them (GB/T 22239-2019, 8.1.4.1), and passwords made by the platform."""

from __future__ import annotations

import secrets
import string
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password
from django.core.exceptions import ValidationError

from accounts.models import User

LENGTH = 10
KINDS = 3
# Without characters that are mistaken for one another when read out or copied from paper.
_LETTERS = "".join(set(string.ascii_lowercase) - set("lo"))
_CAPITALS = "".join(set(string.ascii_uppercase) - set("IO"))
_DIGITS = "23456789"


class PolicyValidator:
    """Long enough, of three kinds of characters, not made of who one is, none of the last few."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raises ValidationError with all that is wrong at once."""
        faults = [*_shape_faults(password), *(_personal_faults(password, user) if user else [])]
        if not faults and user and user.pk and was_used(password, user):
            faults.append(f"新密码不能与最近 {settings.PASSWORD_HISTORY} 次用过的密码相同。")
        if faults:
            raise ValidationError(faults)

    def get_help_text(self) -> str:
        """The rules in one sentence."""
        return (
            f"至少 {LENGTH} 位，须包含大写字母、小写字母、数字、符号中的 {KINDS} 类，"
            f"不能包含账号或姓名，不能与最近 {settings.PASSWORD_HISTORY} 次的密码相同。"
        )


def _shape_faults(password: str) -> list[str]:
    faults = []
    if len(password) < LENGTH:
        faults.append(f"密码至少 {LENGTH} 位，现为 {len(password)} 位。")
    if _kinds(password) < KINDS:
        faults.append(f"密码须包含大写字母、小写字母、数字、符号中的至少 {KINDS} 类。")
    return faults


def _kinds(password: str) -> int:
    tests = (str.isupper, str.islower, str.isdigit)
    kinds = sum(any(test(c) for c in password) for test in tests)
    return kinds + any(not (c.isalnum() and c.isascii()) for c in password)


def _personal_faults(password: str, user: User) -> list[str]:
    lowered = password.lower()
    words = [("账号", user.username.lower()), ("姓名", user.name.lower())]
    return [f"密码不能包含{label}。" for label, word in words if len(word) >= 2 and word in lowered]


def was_used(password: str, user: User) -> bool:
    """Whether the password is the present one, or one of the last PASSWORD_HISTORY."""
    recent = user.password_history.order_by("-id").values_list("password", flat=True)[: settings.PASSWORD_HISTORY]
    return any(check_password(password, old) for old in {user.password, *recent} if old)


def must_change(user: User, *, now: datetime) -> bool:
    """Whether a new password must be chosen before anything else: it is a temporary one, or too old."""
    if user.must_change_password:
        return True
    end = ends_at(user)
    return end is not None and now > end


def temporary() -> str:
    """A password for a first sign-in: 14 characters, 78 bits of chance, easy to read out, and fit for the rules."""
    characters = _LETTERS + _CAPITALS + _DIGITS
    while True:
        password = "".join(secrets.choice(characters) for _ in range(14))
        if _kinds(password) == KINDS:
            return password


class LightHasher(Argon2PasswordHasher):
    """For passwords made by the platform, a few thousand of which at once must not take minutes.

    Costly hashing protects what people think up; 78 random bits need none. The first sign-in hashes at full cost.
    """

    time_cost = 1
    memory_cost = 8 * 1024
    parallelism = 1


def hash_temporary(password: str) -> str:
    """The hash of a password made by `temporary`."""
    hasher = LightHasher()
    return hasher.encode(password, hasher.salt())


def ends_at(user: User) -> datetime | None:
    """When the present password must be changed; None where it never must."""
    days = settings.PASSWORD_VALID_DAYS
    return user.password_set_at + timedelta(days=days) if days and user.password_set_at else None
