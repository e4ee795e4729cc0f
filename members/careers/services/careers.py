"""Careers: begun, kept true, moved, ended without a procedure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from governance import privacy
from governance.days import today_of
from governance.errors import IllegalState, InvalidInput
from governance.scope import Actor
from members.careers.grades import full_years, grade_of
from members.careers.pay import Scales
from members.careers.records import record_of
from members.careers.services._common import (
    changed,
    event_of,
    locked_career,
    record,
    refuse_own,
    require,
    standing,
    unit_place,
)
from members.models import Career, CareerProcedure, Person
from members.models.careers import CERTIFICATES, DEGREES, GRID, POSTS, RECRUITED, RESIGNED, RETIRED
from members.words import choice_of, day_of, text_of

DECIDE, REVIEW = "career.decide", "career.review"
YOUNG = 35
_ENDS = [(RESIGNED, "辞职"), (RETIRED, "退休")]
_UNKNOWN = "没有姓名和身份证号都相符的在册居民，请核对；尚未登记的，请先由居住地社区登记。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Who begins, where, as what. The person is found by name and identity number, wherever they live."""

    name: str
    identity: str
    unit_id: int
    post: str
    entered_on: date
    recruited: str
    degree: str = ""
    certificate: str = ""
    duty: str = ""
    grounds: str = ""


def enter(*, entry: Entry, by: Actor, now: datetime) -> Career:
    """Begin a career (入职). Of a person it is told whether name and number fit, and nothing else.

    Raises InvalidInput naming the field; IllegalState where the person serves already.
    """
    require(by, DECIDE)
    with transaction.atomic(durable=True):
        number = privacy.validate_identity(entry.identity)
        found = persons_with([privacy.blind_index("identity", number)], by.district_id)
        person = found.filter(name=entry.name.strip()).first()
        if person is None:
            raise unknown()
        return write_new(person, entry, unit_place(entry.unit_id, by), Scales.load(), by=by, now=now)


def write_new(
    person: Person, entry: Entry, place: Mapping[str, int | None], scales: Scales, *, by: Actor, now: datetime
) -> Career:
    """Begin the career of somebody who was found by name and number, in the caller's transaction.

    Raises as `enter` does.
    """
    grounds = text_of(entry.grounds, label="依据（如招聘公告、文号）", field="grounds", most=500, least=2)
    today = today_of(now)
    refuse_own(by, person)
    career = Career(person=person, made_at=now, changed_at=now, **place)
    _put(career, entry, today)
    career.grade = grade_of(record_of(career), today, scales.on(today).rules)
    _insert(career)
    changed(career, scales, today, now)
    pay = scales.on(career.entered_on).amount(career.post, career.grade)
    event_of(
        career, "entered", career.entered_on, by=by, now=now, grounds=grounds, after=standing(career),
        pay=(None, pay),
    ).save()  # fmt: skip
    record("career.enter", career, career.person.name, by=by, now=now, after=standing(career), reason=grounds)
    return career


def persons_with(indexes: Iterable[str], district_id: int | None) -> QuerySet[Person]:
    """Who is here with these numbers (keyed hashes), wherever in the district. Never to be shown: compared by name."""
    rows = Person.objects.filter(district_id=district_id, identity_index__in=list(indexes), merged_into=None)
    return rows.filter(state="here").defer("search")


def unknown() -> InvalidInput:
    """The same words for nobody, another name, and who has left."""
    return InvalidInput(_UNKNOWN, field="identity")


def _put(career: Career, entry: Entry, today: date) -> None:
    career.post = choice_of(entry.post, POSTS, label="岗位", field="post")
    career.recruited = choice_of(entry.recruited, RECRUITED, label="进入方式", field="recruited")
    career.degree = choice_of(entry.degree, DEGREES, label="学历", field="degree")
    career.certificate = choice_of(entry.certificate, CERTIFICATES, label="职业资格", field="certificate")
    career.duty = text_of(entry.duty, label="职务", field="duty", most=64)
    career.entered_on = career.post_since = day_of(
        entry.entered_on, today=today, label="入职日期", field="entered_on"
    )  # fmt: skip
    born = career.person.born_on
    if born is not None and full_years(born, career.entered_on) < 18:
        raise InvalidInput("入职时不满 18 周岁，请核对入职日期。", field="entered_on")
    career.under_35 = born is not None and full_years(born, career.entered_on) <= YOUNG
    if career.post != GRID:
        career.grid_id = None


def _insert(career: Career) -> None:
    try:
        with transaction.atomic():
            career.save()
    except IntegrityError as error:
        raise IllegalState("此人已登记为在岗工作人员，不能重复登记。", field="identity") from error


def change_facts(
    *, career_id: int, degree: str, certificate: str, duty: str, grounds: str, by: Actor, now: datetime,
    revision: int | None = None,
) -> Career:  # fmt: skip
    """Write down a new degree, certificate or duty, seen on paper. A grade due for it comes with the next run."""
    require(by, REVIEW)
    words = text_of(grounds, label="依据（证书编号等）", field="grounds", most=500, least=2)
    with transaction.atomic(durable=True):
        career = locked_career(career_id, by, revision=revision)
        refuse_own(by, career.person)
        before = {name: getattr(career, name) for name in ("degree", "certificate", "duty")}
        career.degree = choice_of(degree, DEGREES, label="学历", field="degree")
        career.certificate = choice_of(certificate, CERTIFICATES, label="职业资格", field="certificate")
        career.duty = text_of(duty, label="职务", field="duty", most=64)
        after = {name: getattr(career, name) for name in before}
        if after == before:
            raise InvalidInput("没有改动任何内容，无需保存。")
        today = today_of(now)
        changed(career, Scales.load(), today, now, fields=("degree", "certificate", "duty"))
        event_of(career, "facts", today, by=by, now=now, grounds=words, before=before, after=after).save()
        record("career.facts", career, career.person.name, by=by, now=now, before=before, after=after, reason=words)
    return career


def move_unit(*, career_id: int, unit_id: int, on: date, grounds: str, by: Actor, now: datetime) -> Career:
    """Let somebody serve in another community or grid, in the same post and grade."""
    require(by, DECIDE)
    words = text_of(grounds, label="依据", field="grounds", most=500, least=2)
    with transaction.atomic(durable=True):
        career = locked_career(career_id, by)
        refuse_own(by, career.person)
        day = _day_after(career, on, now)
        place, before = unit_place(unit_id, by), standing(career)
        if career.post != GRID:
            place["grid_id"] = None
        if all(getattr(career, name) == value for name, value in place.items()):
            raise InvalidInput("已在这个单位，无需调整。", field="unit")
        _refuse_open(career)
        for name, value in place.items():
            setattr(career, name, value)
        changed(career, Scales.load(), day, now, fields=tuple(name.removesuffix("_id") for name in place))
        after = standing(career)
        event_of(career, "moved", day, by=by, now=now, grounds=words, before=before, after=after).save()
        record("career.move", career, career.person.name, by=by, now=now, before=before, after=after, reason=words)
    return career


def _day_after(career: Career, on: date, now: datetime) -> date:
    day = day_of(on, today=today_of(now), label="日期", field="on")
    if day < career.post_since:
        raise InvalidInput(f"日期不能早于任现岗位日期（{career.post_since:%Y-%m-%d}）。", field="on")
    return day


def _refuse_open(career: Career) -> None:
    open_one = CareerProcedure.objects.filter(career=career, ended_at=None).first()
    if open_one is not None:
        raise IllegalState(f"此人有未办结的{open_one.get_kind_display()}程序，请先办结或撤回。")


def end_service(*, career_id: int, how: str, on: date, grounds: str, by: Actor, now: datetime) -> Career:
    """Note that somebody resigned or retired; open procedures must have ended before."""
    require(by, DECIDE)
    how = choice_of(how, _ENDS, label="离岗方式", field="how")
    words = text_of(grounds, label="说明", field="grounds", most=500, least=2)
    with transaction.atomic(durable=True):
        career = locked_career(career_id, by)
        refuse_own(by, career.person)
        day = _day_after(career, on, now)
        _refuse_open(career)
        pay = Scales.load().on(day).amount(career.post, career.grade)
        career.state, career.ended_on = how, day
        career.changed_at, career.revision = now, career.revision + 1
        career.save(update_fields=["state", "ended_on", "changed_at", "revision"])
        event_of(career, how, day, by=by, now=now, grounds=words, before=standing(career), pay=(pay, None)).save()
        record("career.end", career, career.person.name, by=by, now=now, after={"state": how}, reason=words)
    return career
