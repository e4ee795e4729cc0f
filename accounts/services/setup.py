"""The first people and the first units of an empty installation, all in one transaction or none of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services.postings import NewPosting
from accounts.services.users import create_user, normal_name, normal_username
from governance.audit import services as audit
from governance.errors import IllegalState, InvalidInput
from governance.scope import PLATFORM, Actor, Role, UnitKind
from grids import divisions
from grids.divisions import Division
from grids.models import Unit
from grids.services.divisions import apply_rows

OFFICES = (Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN, Role.AUDITOR)

Step = Callable[[int, Actor, datetime], str]
_steps: list[Step] = []
# Of these what an installation of before does not have yet.
_later: list[Step] = []


@dataclass(frozen=True, slots=True)
class FirstPerson:
    """The first holder of one of the three offices. Without a password one is made."""

    role: Role
    username: str
    name: str
    password: str = ""


@dataclass(slots=True)
class SetUp:
    """What came of it: units opened, made passwords by account (kept nowhere else), what the rooms said."""

    district: Unit
    units: int
    passwords: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)


def register_step(step: Step, *, is_for_later: bool = False) -> None:
    """Say what else a new district begins with: `step(district_id, by, now)` returns a sentence for the operator.

    Called in `AppConfig.ready()` by higher rooms (default categories, policies); runs inside the set-up's transaction.
    `is_for_later`: a district that was set up before the room existed begins with it, too, at the first start after the
    upgrade; the step then returns "" where nothing is missing, and must bear being called at every start.
    """
    if step not in _steps:
        _steps.append(step)
        if is_for_later:
            _later.append(step)


def complete_set_up(now: datetime) -> list[str]:
    """Give districts of before what rooms that came later begin with; what was done, in sentences for the operator."""
    said = []
    for district_id in Unit.objects.open().filter(kind=UnitKind.DISTRICT).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic(durable=True):
            # One start of several at a time.
            Unit.objects.select_for_update(of=("self",), no_key=True).get(pk=district_id)
            said += [words for step in _later if (words := step(district_id, PLATFORM, now))]
    return said


def require_empty() -> None:
    """Raises IllegalState where somebody or something is there already."""
    if User.objects.exists() or Unit.objects.exists():
        raise IllegalState("本平台已有单位或账号，不能再次初始化。增加人员请由安全管理员在网页上办理。")


def set_up_district(
    *, code: str, name: str, people: Sequence[FirstPerson], rows: Sequence[Division] = (), source: str, now: datetime
) -> SetUp:
    """Open the district with its divisions (as `grids.divisions.read` gives them) and seat the three offices.

    Raises IllegalState on an installation that is not empty, InvalidInput for anything wrong, and then does nothing.
    """
    _check(people)
    with transaction.atomic(durable=True):
        require_empty()
        done = _open_units(code, name, rows, source, now)
        for person in people:
            done.passwords |= _seat(person, done.district, now)
        done.said = [step(done.district.pk, PLATFORM, now) for step in _steps]
        audit.record(
            action="account.setup",
            subject_type="unit",
            subject_id=done.district.pk,
            subject_label=done.district.name,
            after={"units": done.units, "people": [person.username for person in people]},
            by=PLATFORM,
            now=now,
        )
    return done


def _check(people: Sequence[FirstPerson]) -> None:
    names = [normal_username(person.username) for person in people]
    if len(set(names)) != len(names):
        raise InvalidInput(
            "三员分立：安全管理员、系统管理员、审计员必须是三个不同的人，账号不能相同。", field="username"
        )
    for person in people:
        normal_name(person.name)
        _check_password(person)


def _check_password(person: FirstPerson) -> None:
    if not person.password:
        return
    try:
        validate_password(person.password, User(username=person.username, name=person.name))
    except ValidationError as error:
        raise InvalidInput(f"{person.username} 的密码不合要求：{''.join(error.messages)}", field="password") from error


def _open_units(code: str, name: str, rows: Sequence[Division], source: str, now: datetime) -> SetUp:
    top = Division(0, code, name, UnitKind.DISTRICT.value, "")
    below = [row for row in rows if row.code != code]
    compared = divisions.compare([top, *below], None)
    _refuse_faults(compared)
    counts = apply_rows(
        compared, chosen=None, effective_on=timezone.localdate(now), source=source, by=PLATFORM, now=now
    )
    # Applying finds faults of its own, that comparing could not see.
    _refuse_faults(compared)
    return SetUp(Unit.objects.get(code=code), counts[divisions.NEW])


def _refuse_faults(rows: Sequence[Division]) -> None:
    faults = [row for row in rows if row.problems]
    if faults:
        lines = [_fault(row) for row in faults[:10]]
        more = f"\n……共 {len(faults)} 处" if len(faults) > 10 else ""
        raise InvalidInput("区或区划有误，没有写入任何数据：\n" + "\n".join(lines) + more, field="divisions")


def _fault(row: Division) -> str:
    why = "；".join(problem.message for problem in row.problems)
    place = f"第 {row.row} 行 " if row.row else ""
    return f"  {place}{row.code} {row.name}：{why}"


def _seat(person: FirstPerson, district: Unit, now: datetime) -> dict[str, str]:
    posting = NewPosting(district.pk, person.role, timezone.localdate(now))
    user, made = create_user(
        username=person.username, name=person.name, phone="", postings=[posting], by=PLATFORM, now=now
    )
    if not person.password:
        return {user.username: made}
    # Whoever installs the platform knows it: like a made one, it is good for the first sign-in alone.
    user.set_password(person.password)
    user.save(update_fields=["password"])
    return {}
