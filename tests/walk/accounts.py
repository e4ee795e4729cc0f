"""The accounts: people, postings, passwords, sessions, tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from axes.models import AccessAttempt

from accounts import services
from accounts.models import ApiToken, Posting, User, UserSession
from accounts.services import NewPosting
from accounts.services.passwords import set_password
from governance.errors import InvalidInput, NotAllowed, NotFound
from governance.scope import Actor, Role
from tests.walk.sampling import (
    LATER,
    MADE,
    SECURITY,
    TODAY,
    WALKED,
    Call,
    Refused,
    Sample,
    Spoil,
    World,
    user_row,
)

PERSON = "CW@community_1"
OLD_PASSWORD, NEW_PASSWORD = "Chun-Feng-2026", "Qiu-Yue-2027"
GONE = 10**9


def _person(world: World, by: Any) -> User:
    return world.user(PERSON)


def _oneself(call: Call) -> Refused:
    """Never for oneself, says rights.md: `call` means the security office that calls."""
    return Refused("oneself", "自己的", NotAllowed, call=call)


def _self(world: World) -> User:
    return world.user(SECURITY)


def _update(**values: Any) -> Spoil:
    def update(world: World, thing: Any) -> None:
        type(thing)._default_manager.filter(pk=thing.pk).update(**values)

    return update


def _again(thing: Any) -> Any:
    return type(thing)._default_manager.get(pk=thing.pk)


# People -------------------------------------------------------------------------------------------------------------


def _add(world: World, thing: Any, by: Actor, **changes: Any) -> tuple[User, str]:
    posting = NewPosting(world.id_of("grid_1"), Role.GRID_WORKER, TODAY)
    values = {"username": "wangfang", "name": "王芳", "phone": "13812344080", "postings": [posting]}
    return services.add_user(**(values | changes), by=by, now=WALKED)


def _two_offices(world: World) -> list[NewPosting]:
    return [NewPosting(world.id_of("district"), role, TODAY) for role in (Role.AUDITOR, Role.SECURITY_ADMIN)]


def _change(world: World, user: User, by: Actor, name: str = "改名") -> User:
    return services.change_user(user_id=user.pk, name=name, phone="13812344080", by=by, now=WALKED)


def _disable(world: World, user: User, by: Actor) -> User:
    return services.disable(user_id=user.pk, reason="调离", by=by, now=WALKED)


def _enable(world: World, user: User, by: Actor) -> User:
    return services.enable(user_id=user.pk, by=by, now=WALKED)


def _disabled(world: World, by: Any) -> User:
    user = world.user(PERSON)
    user.is_active = False
    user.save(update_fields=["is_active"])
    return user


def _locked_out(world: World, by: Any) -> User:
    user = world.user(PERSON)
    AccessAttempt.objects.create(username=user.username, ip_address="10.0.0.1", failures_since_start=9)
    return user


def _unlock(world: World, user: User, by: Actor) -> int:
    return services.unlock(user_id=user.pk, by=by, now=WALKED)


_PEOPLE = [
    Sample(
        services.add_user, _add,
        changes="accounts_user accounts_posting",
        then=lambda world, thing, made: (made[0].postings.get().unit_id, made[0].check_password(made[1]))
        == (world.id_of("grid_1"), True),
        rows=lambda world, thing, made: [
            ("account.add", "user", made[0].pk), ("posting.grant", "user", made[0].pk)
        ],
        # The unit of the posting is what lies in another district.
        stranger=InvalidInput,
        refused=(
            Refused(
                "an account that is taken", "已被使用", InvalidInput,
                call=lambda world, thing, by: _add(world, thing, by, username=world.user(PERSON).username),
            ),
            Refused(
                "a number that is none", "号", InvalidInput,
                call=lambda world, thing, by: _add(world, thing, by, phone="12345"),
            ),
            Refused(
                "two offices at a time", "三员分立",
                call=lambda world, thing, by: _add(world, thing, by, postings=_two_offices(world)),
            ),
        ),
    ),
    Sample(
        services.change_user, _change,
        changes="accounts_user",
        then=lambda world, user, result: (_again(user).name, _again(user).phone_masked) == ("改名", "138****4080"),
        rows=user_row("account.change"),
        make=_person,
        refused=(
            Refused(
                "a name that is none", "姓名", InvalidInput, call=lambda world, user, by: _change(world, user, by, "？")
            ),
            _oneself(lambda world, user, by: _change(world, _self(world), by)),
        ),
    ),
    Sample(
        services.disable, _disable,
        changes="accounts_user accounts_usersession",
        then=lambda world, user, result: (_again(user).is_active, user.sessions.get().ended_at) == (False, WALKED),
        rows=user_row("account.disable"),
        make=lambda world, by: _signed_in(world, by).user,
        refused=(
            Refused("disabled already", "已经停用", spoil=_update(is_active=False)),
            _oneself(lambda world, user, by: _disable(world, _self(world), by)),
        ),
    ),
    Sample(
        services.enable, _enable,
        changes="accounts_user",
        then=lambda world, user, result: _again(user).is_active,
        rows=user_row("account.enable"),
        make=_disabled,
        refused=(
            Refused("not disabled", "没有停用", spoil=_update(is_active=True)),
            _oneself(lambda world, user, by: _enable(world, _self(world), by)),
        ),
    ),
    Sample(
        services.unlock, _unlock,
        changes="axes_accessattempt",
        then=lambda world, user, ended: ended == 1 and not AccessAttempt.objects.exists(),
        rows=user_row("account.unlock"),
        make=_locked_out,
        refused=(_oneself(lambda world, user, by: _unlock(world, _self(world), by)),),
    ),
]  # fmt: skip


# Postings -----------------------------------------------------------------------------------------------------------


def _posting(world: World, by: Any) -> Posting:
    return world.posting(PERSON)


def _beside(world: World, thing: Any = None) -> Posting:
    """The same person's posting in another district."""
    return Posting.objects.get_or_create(
        user=world.user(PERSON), unit=world.unit("street_3"), role=Role.STREET_STAFF, starts_on=TODAY
    )[0]


def _grant(world: World, user: User, by: Actor, unit: str = "community_2", **changes: Any) -> Posting:
    values = {"unit_id": world.id_of(unit), "role": Role.COMMUNITY_WORKER, "starts_on": TODAY} | changes
    return services.grant(user_id=user.pk, posting=NewPosting(**values), by=by, now=WALKED)


def _end(world: World, posting: Posting, by: Actor, last_day: Any = LATER) -> Posting:
    return services.end_posting(posting_id=posting.pk, last_day=last_day, reason="轮岗", by=by, now=WALKED)


def _move(world: World, posting: Posting, by: Actor, to: str = "community_2", **changes: Any) -> Posting:
    values = {"role": Role.COMMUNITY_WORKER, "first_day": LATER, "is_leader": False} | changes
    return services.move(posting_id=posting.pk, to_unit_id=world.id_of(to), **values, by=by, now=WALKED)


def _close(unit: str) -> Spoil:
    def close(world: World, thing: Any) -> None:
        found = world.unit(unit)
        found.closed_on = TODAY
        found.save(update_fields=["closed_on"])

    return close


_ENDED = _update(ends_on=TODAY - timedelta(days=1))
_POSTINGS = [
    Sample(
        services.grant, _grant,
        changes="accounts_posting",
        then=lambda world, user, made: user.postings.get(unit_id=world.id_of("community_2")).ends_on is None,
        rows=user_row("posting.grant"),
        make=_person,
        refused=(
            Refused("a closed unit", "已撤销", InvalidInput, spoil=_close("community_2")),
            Refused(
                "held already", "无需重复", call=lambda world, user, by: _grant(world, user, by, "community_1")
            ),
            Refused(
                "an office beside a business role", "三员分立",
                call=lambda world, user, by: _grant(world, user, by, "district", role=Role.AUDITOR),
            ),
            Refused(
                "a role that the unit has not", "只能设在", InvalidInput,
                call=lambda world, user, by: _grant(world, user, by, "grid_1"),
            ),
            Refused(
                "a unit of another district", "没有找到该单位", InvalidInput,
                call=lambda world, user, by: _grant(world, user, by, "street_3", role=Role.STREET_STAFF),
            ),
            _oneself(lambda world, user, by: _grant(world, _self(world), by)),
        ),
    ),
    Sample(
        services.end_posting, _end,
        changes="accounts_posting",
        then=lambda world, posting, result: _again(posting).ends_on == LATER,
        rows=user_row("posting.end", thing_is_posting=True),
        make=_posting,
        refused=(
            Refused("ended", "已经结束", spoil=_ENDED),
            Refused("taken back", "已经结束", spoil=_update(cancelled_at=MADE)),
            Refused(
                "a last day that has passed", "不能早于今天", InvalidInput,
                call=lambda world, posting, by: _end(world, posting, by, TODAY - timedelta(days=3)),
            ),
            Refused(
                "the person's posting in another district", "没有找到该岗位", NotFound, spoil=_beside,
                call=lambda world, posting, by: _end(world, _beside(world), by),
            ),
            Refused(
                "no such posting", "没有找到", NotFound,
                call=lambda world, posting, by: _end(world, Posting(pk=GONE), by),
            ),
            _oneself(lambda world, posting, by: _end(world, world.posting(SECURITY), by)),
        ),
    ),
    Sample(
        services.end_posting,
        lambda world, posting, by: _end(world, posting, by, None),
        changes="accounts_posting",
        then=lambda world, posting, result: _again(posting).ends_on == TODAY - timedelta(days=1),
        rows=user_row("posting.end", thing_is_posting=True),
        make=_posting,
        variant="at_once",
        refused=(Refused("ended", "已经结束", spoil=_ENDED),),
    ),
    Sample(
        services.move, _move,
        changes="accounts_posting",
        then=lambda world, posting, made: (_again(posting).ends_on, made.unit_id, made.starts_on)
        == (LATER - timedelta(days=1), world.id_of("community_2"), LATER),
        rows=lambda world, posting, made: [
            ("posting.move", "user", posting.user_id), ("posting.grant", "user", posting.user_id)
        ],
        make=_posting,
        refused=(
            Refused("ended", "已经结束", spoil=_ENDED),
            Refused("a closed unit", "已撤销", InvalidInput, spoil=_close("community_2")),
            Refused(
                "a day that has passed", "不能早于今天", InvalidInput,
                call=lambda world, posting, by: _move(world, posting, by, first_day=TODAY - timedelta(days=1)),
            ),
            Refused(
                "the person's posting in another district", "没有找到该岗位", NotFound, spoil=_beside,
                call=lambda world, posting, by: _move(world, _beside(world), by),
            ),
            Refused(
                "to a role that the unit has not", "只能设在", InvalidInput,
                call=lambda world, posting, by: _move(world, posting, by, "street_2"),
            ),
            _oneself(lambda world, posting, by: _move(world, world.posting(SECURITY), by)),
        ),
    ),
]  # fmt: skip


# Passwords, sessions, tokens ----------------------------------------------------------------------------------------


def _with_password(world: World, by: Actor) -> User:
    user = User.objects.get(pk=by.user_id)
    set_password(user, OLD_PASSWORD, now=MADE)
    _session(user)
    return user


def _session(user: User) -> UserSession:
    return UserSession.objects.create(
        user=user, session_key=f"browser-of-{user.pk}", ip="10.0.0.1", agent="浏览器", started_at=MADE, seen_at=MADE
    )


def _signed_in(world: World, by: Any) -> UserSession:
    return _session(world.user(PERSON))


def _change_password(world: World, user: User, by: Actor, **changes: Any) -> User:
    values = {"user_id": user.pk, "old": OLD_PASSWORD, "new": NEW_PASSWORD} | changes
    return services.change_password(**values, by=by, now=WALKED)


def _reset(world: World, user: User, by: Actor) -> str:
    return services.reset_password(user_id=user.pk, by=by, now=WALKED)


def _end_session(world: World, session: UserSession, by: Actor) -> None:
    services.end_session(session_id=session.pk, user_id=session.user_id, by=by, now=WALKED)


def _end_all(world: World, session: UserSession, by: Actor) -> int:
    return services.end_all_sessions(user_id=session.user_id, by=by, now=WALKED)


def _ended(world: World, session: UserSession, result: Any) -> bool:
    return _again(session).ended_at == WALKED


def _issue(world: World, posting: Posting, by: Actor, **changes: Any) -> tuple[ApiToken, str]:
    values = {"name": "市热线接口", "expires_at": WALKED + timedelta(days=30), "user_id": posting.user_id} | changes
    return services.issue_token(posting_id=posting.pk, **values, by=by, now=WALKED)


def _token(world: World, by: Any) -> ApiToken:
    return _issue(world, world.posting(PERSON), world.actor(SECURITY))[0]


def _revoke(world: World, token: ApiToken, by: Actor, **changes: Any) -> ApiToken:
    values = {"token_id": token.pk, "user_id": token.posting.user_id} | changes
    return services.revoke_token(**values, by=by, now=WALKED)


_SIGNING = [
    Sample(
        services.change_password, _change_password,
        changes="accounts_user accounts_passwordhistory accounts_usersession",
        then=lambda world, user, result: _again(user).check_password(NEW_PASSWORD),
        rows=user_row("password.change"),
        make=_with_password,
        stranger=NotAllowed,
        refused=(
            Refused(
                "a wrong password", "当前密码不正确", InvalidInput,
                call=lambda world, user, by: _change_password(world, user, by, old="Bu-Dui-2026"),
            ),
            Refused(
                "the same again", "最近", InvalidInput,
                call=lambda world, user, by: _change_password(world, user, by, new=OLD_PASSWORD),
            ),
        ),
    ),
    Sample(
        services.reset_password, _reset,
        changes="accounts_user accounts_usersession",
        then=lambda world, user, made: _again(user).must_change_password and _again(user).check_password(made),
        rows=user_row("password.reset"),
        make=lambda world, by: _signed_in(world, by).user,
        refused=(_oneself(lambda world, user, by: _reset(world, _self(world), by)),),
    ),
    Sample(
        services.end_session, _end_session,
        changes="accounts_usersession", then=_ended,
        rows=user_row("session.end", thing_is_posting=True),
        make=_signed_in,
        refused=(
            Refused(
                "not a session of theirs", "没有找到", NotFound,
                call=lambda world, session, by: services.end_session(
                    session_id=session.pk, user_id=world.user("SS@street_1").pk, by=by, now=WALKED
                ),
            ),
            Refused("ended already", error=None, spoil=_update(ended_at=MADE)),
        ),
    ),
    Sample(
        services.end_all_sessions, _end_all,
        changes="accounts_usersession", then=_ended,
        rows=user_row("session.end_all", thing_is_posting=True),
        make=_signed_in,
        refused=(Refused("ended already", error=None, spoil=_update(ended_at=MADE)),),
    ),
    Sample(
        services.issue_token, _issue,
        changes="accounts_apitoken",
        then=lambda world, posting, made: ApiToken.objects.valid(WALKED).get() == made[0] and made[1],
        rows=user_row("token.issue", thing_is_posting=True),
        make=_posting,
        refused=(
            Refused("an ended posting", "不在任期内", InvalidInput, spoil=_ENDED),
            Refused(
                "the person's posting in another district", "不在任期内", InvalidInput, spoil=_beside,
                call=lambda world, posting, by: _issue(world, _beside(world), by),
            ),
            Refused(
                "another's posting", "不在任期内", InvalidInput,
                call=lambda world, posting, by: _issue(world, posting, by, user_id=world.user("SS@street_1").pk),
            ),
            Refused(
                "for ever", "一年之内", InvalidInput,
                call=lambda world, posting, by: _issue(world, posting, by, expires_at=WALKED + timedelta(days=9999)),
            ),
            _oneself(lambda world, posting, by: _issue(world, world.posting(SECURITY), by)),
        ),
    ),
    Sample(
        services.revoke_token, _revoke,
        changes="accounts_apitoken",
        then=lambda world, token, result: not ApiToken.objects.valid(WALKED).exists(),
        rows=lambda world, token, result: [("token.revoke", "user", token.posting.user_id)],
        make=_token,
        refused=(
            Refused("revoked already", "已经吊销", spoil=_update(revoked_at=MADE)),
            Refused(
                "the person's token in another district", "没有找到", NotFound,
                spoil=lambda world, token: _update(posting=_beside(world))(world, token), call=_revoke,
            ),
            Refused(
                "another's token", "没有找到", NotFound,
                call=lambda world, token, by: _revoke(world, token, by, user_id=world.user("SS@street_1").pk),
            ),
            _oneself(lambda world, token, by: _revoke(world, token, by, user_id=_self(world).pk)),
        ),
    ),
]  # fmt: skip

SAMPLES = [*_PEOPLE, *_POSTINGS, *_SIGNING]
