"""Couriers 新就业群体: put on record, corrected, given an account on the road, taken off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.models import Posting, User
from accounts.rights import may
from governance.audit import services as audit
from governance.days import today_of
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.scope import Actor, Role, UnitKind, place_column
from grids.models import Unit
from members.designations.services import end_of_couriers
from members.models import Courier, Person
from members.models.designations import COMPANIES, TRADES
from members.services._common import require
from members.services.persons import Facts, write_new
from members.words import choice_of, text_of

EDIT = "courier.edit"
SUBJECT = "members.courier"
UNITS_MOST = 20
_ROLES = (Role.PART_TIME_GRID_WORKER.value,)


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierFacts:
    """What is known of a courier's work. `unit_id`: the community of the station; `units`: the communities served."""

    unit_id: int
    trade: str
    company: str
    station: str = ""
    routes: str = ""
    units: tuple[int, ...] = ()


def add_courier(
    *, facts: CourierFacts, person_id: int | None = None, person: Facts | None = None, by: Actor, now: datetime
) -> Courier:
    """Put a courier on record: somebody who is known, or a new person whom the station's community keeps.

    Raises InvalidInput naming the field, NotFound for a person outside the scope, IllegalState for a courier already.
    """
    require_edit(by)
    with transaction.atomic(durable=True):
        if person_id is not None:
            found = known(person_id, by)
        elif person is not None:
            place_in(facts.unit_id, by)
            require(by)
            found = write_new(facts=person, unit_id=facts.unit_id, joining=None, by=by, now=now)
        else:
            raise InvalidInput("请选择居民，或填写姓名登记新居民。", field="name")
        return write_added(found, facts, by, now)


def write_added(person: Person, facts: CourierFacts, by: Actor, now: datetime) -> Courier:
    """Put a person who is locked on record as a courier, in the caller's transaction."""
    courier = Courier(person=person, from_on=today_of(now), made_at=now)
    served = _set(courier, facts, by)
    _insert(courier)
    courier.units.set(served)
    _record("courier.add", courier, by, now, after=_kept(courier))
    return courier


def require_edit(by: Actor) -> None:
    """Raise NotAllowed without the right."""
    if not may(by, EDIT):
        raise NotAllowed("您的岗位不能登记新就业群体，请由社区或街道办理。")


def known(person_id: int, by: Actor) -> Person:
    """Somebody of the scope who is here, locked. Raises NotFound, IllegalState; the field is `person`."""
    rows = Person.objects.visible_to(by).select_for_update(of=("self",)).defer("search")
    person: Person | None = rows.filter(pk=person_id).first()
    if person is None:
        raise NotFound("没有找到这个人，或不在您的管辖范围内。", field="person")
    if person.state != "here":
        raise IllegalState(f"{person.name}{person.get_state_display()}，不能登记。", field="person")
    return person


def place_in(unit_id: int, by: Actor) -> dict[str, int | None]:
    """The place columns of a community of the actor's; raises NotFound (field "unit") for any other."""
    column = place_column(by.unit_kind, among=(UnitKind.STREET, UnitKind.COMMUNITY))
    unit = Unit.objects.open().filter(pk=unit_id, kind=UnitKind.COMMUNITY).first()
    if unit is None or column is None or getattr(unit, column) != by.unit_id:
        raise NotFound("请选择本辖区内的社区。", field="unit")
    return {
        "district_id": unit.district_id, "street_id": unit.street_id, "community_id": unit.pk, "grid_id": None,
    }  # fmt: skip


def _set(courier: Courier, facts: CourierFacts, by: Actor) -> list[Unit]:
    """Set the columns; the communities served, to be set once the row is there."""
    for name, value in place_in(facts.unit_id, by).items():
        setattr(courier, name, value)
    courier.trade = choice_of(facts.trade, TRADES, label="职业", field="trade")
    courier.company = choice_of(facts.company, COMPANIES, label="平台、企业", field="company")
    courier.station = text_of(facts.station, label="站点", field="station", most=64)
    courier.routes = text_of(facts.routes, label="配送路线", field="routes", most=200)
    if len(set(facts.units)) > UNITS_MOST:
        raise InvalidInput(f"服务的社区最多选 {UNITS_MOST} 个。", field="units")
    rows = Unit.objects.open().filter(pk__in=facts.units, kind=UnitKind.COMMUNITY, district_id=by.district_id)
    served = list(rows.order_by("code"))
    if len(served) != len(set(facts.units)):
        raise InvalidInput("服务的社区须是本区在用的社区。", field="units")
    return served


def _insert(courier: Courier) -> None:
    try:
        with transaction.atomic():
            courier.save(force_insert=True)
    except IntegrityError as error:
        raise IllegalState(f"{courier.person.name}已有新就业群体档案，请直接修改。", field="person") from error


def change_courier(
    *, courier_id: int, facts: CourierFacts, by: Actor, now: datetime, revision: int | None = None
) -> Courier:
    """Correct a courier's work. Raises InvalidInput naming the field, IllegalState."""
    require_edit(by)
    with transaction.atomic(durable=True):
        courier = locked(courier_id, by)
        if revision is not None and revision != courier.revision:
            raise IllegalState("您打开页面之后，别人已修改过这份档案。请刷新查看，您填写的内容仍保留在页面上。")
        write_corrected(courier, facts, by, now)
    return courier


def write_corrected(courier: Courier, facts: CourierFacts, by: Actor, now: datetime) -> None:
    """Correct a locked one in the caller's transaction. Raises InvalidInput."""
    before = _kept(courier)
    served = _set(courier, facts, by)
    courier.revision += 1
    courier.save()
    courier.units.set(served)
    _record("courier.change", courier, by, now, before=before, after=_kept(courier))


def locked(courier_id: int, by: Actor) -> Courier:
    """A courier who rides, locked; whose station lies in the actor's own unit."""
    rows = Courier.objects.visible_to(by).select_for_update(of=("self",)).select_related("person", "community")
    courier: Courier | None = rows.defer("person__search").filter(pk=courier_id).first()
    if courier is None:
        raise NotFound("没有找到这名骑手，或不在您的管辖范围内。")
    if by.unit_id not in (courier.community_id, courier.street_id):
        raise NotAllowed(f"这份档案由站点所在的{courier.community.name}维护。")
    if courier.until_on is not None:
        raise IllegalState("这份档案已经退出，不能再修改。")
    return courier


def link_account(*, courier_id: int, username: str, by: Actor, now: datetime) -> Courier:
    """Give a courier the account of a part-time grid worker of the actor's own grids; empty takes it back.

    The security office makes accounts. Raises InvalidInput (field "username"), IllegalState for another's account.
    """
    require_edit(by)
    with transaction.atomic(durable=True):
        courier = locked(courier_id, by)
        before = {"username": courier.user.username if courier.user else ""}
        user = _account(username.strip(), by, now) if username.strip() else None
        if courier.user_id == (user.pk if user else None):
            raise InvalidInput("没有改动任何内容，无需保存。", field="username")
        courier.user, courier.revision = user, courier.revision + 1
        try:
            with transaction.atomic():
                courier.save(update_fields=["user", "revision"])
        except IntegrityError as error:
            raise IllegalState("这个账号已绑定另一名骑手，请核对。", field="username") from error
        _record("courier.account", courier, by, now, before=before, after={"username": username.strip()})
    return courier


def _account(username: str, by: Actor, now: datetime) -> User:
    inside = Q(unit__street_id=by.unit_id) | Q(unit__community_id=by.unit_id)
    held = Posting.objects.in_force(today_of(now)).filter(inside, role__in=_ROLES, user__username=username)
    posting = held.select_related("user").first()
    if posting is None:
        raise InvalidInput("没有找到本辖区兼职网格员的这个账号，请核对，或联系安全管理员开通。", field="username")
    return posting.user


def end_courier(*, courier_id: int, on: date, words: str, by: Actor, now: datetime) -> Courier:
    """Note that a courier rides no more; what they were named as one ends with it."""
    require_edit(by)
    words = text_of(words, label="退出说明", field="words", most=200, least=2)
    with transaction.atomic(durable=True):
        courier = locked(courier_id, by)
        if not courier.from_on <= on <= today_of(now):
            raise InvalidInput(f"退出日期应在 {courier.from_on:%Y-%m-%d} 到今天之间。", field="on")
        courier.until_on, courier.words, courier.revision = on, words, courier.revision + 1
        courier.save(update_fields=["until_on", "words", "revision"])
        _record("courier.end", courier, by, now, after={"until_on": on}, reason=words)
        end_of_couriers(courier.person, on=on, words="退出新就业群体", by=by, now=now)
    return courier


def _kept(courier: Courier) -> dict[str, Any]:
    served = "、".join(courier.units.order_by("code").values_list("name", flat=True))
    names = ("trade", "company", "station", "routes", "community_id")
    return {**{name: getattr(courier, name) for name in names}, "units": served}


def _record(action: str, courier: Courier, by: Actor, now: datetime, **more: Any) -> None:
    audit.record(
        action=action, subject_type=SUBJECT, subject_id=courier.pk, subject_label=courier.person.name, by=by, now=now,
        **more,
    )  # fmt: skip
