"""Notices: drawn up, brought up to date, published, corrected by a new edition, objected to; and who is not named.

Source: the issue, "the community's public notice of points given and exchanged (names as the law allows)".
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.rights import may
from governance.audit import services as audit
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.scope import Actor, UnitKind
from grids.holding import hold_unit
from grids.models import Unit
from members.models import Person
from members.services._common import locked_person
from members.words import day_of, text_of
from points.earning.units import successors
from points.models import Notice, NoticeLine, NoticeObjection, Unnamed
from points.rounds.notices.tallies import Tally, last_day, tally

EDIT, PUBLISH = "points.notice_edit", "points.notice_publish"
SUBJECT, OBJECTION = "points.notice", "points.noticeobjection"
# Read out over the phone and typed from paper: no letters that look alike. 31 ** 12 are more than 2 ** 59.
_LETTERS, _LENGTH = "23456789abcdefghjkmnpqrstuvwxyz", 12
_OLDEST_YEARS = 2
_TOTALS = ["given", "exchanged", "people", "unnamed", "unnamed_given", "unnamed_exchanged"]


def draft_notice(*, community_id: int, month: date, reason: str = "", by: Actor, now: datetime) -> Notice:
    """Draw up the notice of a month that is over; of one that is published already the next edition, with the reason.

    `month` is any day of it; the community is one's own, or one whose work one's own took over when it closed. Raises
    InvalidInput naming the field, NotFound for another community, IllegalState while a draft of the month is open.
    """
    _require(by, EDIT)
    first = month.replace(day=1)
    today = timezone.localdate(now)
    if not date(today.year - _OLDEST_YEARS, 1, 1) <= first or last_day(first) >= today:
        raise InvalidInput("请选择已经结束的月份，最早为前年一月。", field="month")
    with transaction.atomic(durable=True):
        unit = _community(community_id, by)
        earlier = Notice.objects.filter(unit=unit, month=first).order_by("-edition").first()
        notice = _new(unit, first, earlier, reason, by, now)
        _fill(notice, _tally(notice))
        _record("points.notice_draft", notice, by, now, after=_told(notice), reason=notice.reason)
    return notice


def _community(community_id: int, by: Actor) -> Unit:
    """One's own, held; or one that closed and whose work one's own took over."""
    hold_unit(by.unit_id)
    unit = Unit.objects.filter(pk=community_id, kind=UnitKind.COMMUNITY).first()
    if unit is not None and unit.closed_on is None and by.unit_id == unit.pk:
        return unit
    taker = successors([unit]).get(unit.pk) if unit is not None and unit.closed_on is not None else None
    if unit is None or taker is None or taker.pk != by.unit_id:
        raise NotFound("请选择本社区，或并入本社区的社区。", field="community")
    return unit


def _new(unit: Unit, month: date, earlier: Notice | None, reason: str, by: Actor, now: datetime) -> Notice:
    words, edition, code = "", 1, "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    if earlier is not None:
        if earlier.state == "draft":
            raise IllegalState("这个月已有待公示的草稿，请直接打开它。", field="month")
        words = text_of(reason, label="更正原因", field="reason", most=200, least=4)
        edition, code = earlier.edition + 1, earlier.code
    keeper = Unit.objects.get(pk=by.unit_id)
    place: dict[str, Any] = {
        "district_id": keeper.district_id, "street_id": keeper.street_id, "community_id": keeper.pk,
    }  # fmt: skip
    try:
        with transaction.atomic():
            return Notice.objects.create(
                unit=unit, month=month, edition=edition, code=code, reason=words, made_at=now,
                made_by_name=by.user_name, **place,
            )  # fmt: skip
    except IntegrityError as error:
        raise IllegalState("同事刚刚拟定了这个月的公示，请刷新查看。", field="month") from error


def _tally(notice: Notice) -> Tally:
    return tally(notice.unit_id, notice.month, notice.community_id)


def _fill(notice: Notice, found: Tally) -> None:
    for name, value in _numbers(found).items():
        setattr(notice, name, value)
    notice.save(update_fields=_TOTALS)
    notice.lines.all().delete()
    NoticeLine.objects.bulk_create(_lines(notice, found))


def _numbers(found: Tally) -> dict[str, int]:
    return {
        "given": found.total.given, "exchanged": found.total.exchanged, "people": found.people,
        "unnamed": found.unnamed, "unnamed_given": found.unnamed_sums.given,
        "unnamed_exchanged": found.unnamed_sums.exchanged,
    }  # fmt: skip


def _lines(notice: Notice, found: Tally) -> list[NoticeLine]:
    return [
        NoticeLine(notice=notice, place=line.place, name=line.name, given=line.sums.given,
                   exchanged=line.sums.exchanged)
        for line in found.lines
    ]  # fmt: skip


def is_up_to_date(notice: Notice, found: Tally) -> bool:
    """Whether a draft says what the ledger says now, line by line."""
    if any(getattr(notice, name) != value for name, value in _numbers(found).items()):
        return False
    columns = ("place", "name", "given", "exchanged")
    kept = list(notice.lines.order_by("pk").values_list(*columns))
    return kept == [tuple(getattr(line, name) for name in columns) for line in _lines(notice, found)]


def refresh_notice(*, notice_id: int, by: Actor, now: datetime) -> Notice:
    """Let a draft say what the ledger says now."""
    _require(by, EDIT)
    with transaction.atomic(durable=True):
        notice = _locked(notice_id, by, "draft")
        before = _told(notice)
        _fill(notice, _tally(notice))
        _record("points.notice_refresh", notice, by, now, before=before, after=_told(notice))
    return notice


def discard_notice(*, notice_id: int, by: Actor, now: datetime) -> None:
    """Throw a draft away; what is published stays as it is."""
    _require(by, EDIT)
    with transaction.atomic(durable=True):
        notice = _locked(notice_id, by, "draft")
        _record("points.notice_discard", notice, by, now, before=_told(notice))
        notice.lines.all().delete()
        notice.delete()


def publish_notice(*, notice_id: int, by: Actor, now: datetime) -> Notice:
    """Publish a draft: from now on it never changes, and the edition before it is replaced.

    Raises IllegalState where the ledger says something else by now: somebody looks at what is published first.
    """
    _require(by, PUBLISH)
    with transaction.atomic(durable=True):
        notice = _locked(notice_id, by, "draft")
        if not is_up_to_date(notice, _tally(notice)):
            raise IllegalState("拟定之后积分或不具名登记有变动，请先更新草稿，核对后再公示。")
        same = Notice.objects.filter(unit=notice.unit_id, month=notice.month, state="published")
        same.update(state="replaced")
        notice.state, notice.published_at, notice.published_by_name = "published", now, by.user_name
        notice.save(update_fields=["state", "published_at", "published_by_name"])
        _record("points.notice_publish", notice, by, now, after=_told(notice), reason=notice.reason)
    return notice


def receive_objection(
    *, notice_id: int, from_words: str, words: str, on: date, by: Actor, now: datetime
) -> NoticeObjection:
    """Take down what somebody says against a published notice. Raises InvalidInput naming the field, IllegalState."""
    _require(by, EDIT)
    today = timezone.localdate(now)
    with transaction.atomic(durable=True):
        notice = _locked(notice_id, by, "published")
        if on < timezone.localdate(notice.published_at):
            raise InvalidInput("收到日期不能早于公示日期。", field="on")
        made = NoticeObjection.objects.create(
            notice=notice, from_words=text_of(from_words, label="反映人", field="from_words", most=64, least=1),
            words=text_of(words, label="反映内容", field="words", most=500, least=4),
            received_on=day_of(on, today=today, label="收到日期", field="on"), received_at=now,
            received_by_name=by.user_name,
        )  # fmt: skip
        _record("points.notice_object", notice, by, now, reason=made.words)
    return made


def answer_objection(*, objection_id: int, answer: str, by: Actor, now: datetime) -> NoticeObjection:
    """What was answered. Raises InvalidInput, IllegalState once it is answered."""
    _require(by, EDIT)
    with transaction.atomic(durable=True):
        rows = NoticeObjection.objects.visible_to(by).select_for_update(of=("self",)).select_related("notice__unit")
        found: NoticeObjection | None = rows.filter(pk=objection_id).first()
        if found is None:
            raise NotFound("没有找到这条异议，或不在您的管辖范围内。")
        if found.answered_at is not None:
            raise IllegalState(f"这条异议已由{found.answered_by_name}答复。")
        found.answer = text_of(answer, label="答复", field="answer", most=500, least=4)
        found.answered_at, found.answered_by_name = now, by.user_name
        found.save(update_fields=["answer", "answered_at", "answered_by_name"])
        _record("points.notice_answer", found.notice, by, now, reason=found.answer)
    return found


def leave_unnamed(*, person_id: int, words: str, by: Actor, now: datetime) -> Unnamed:
    """Note that somebody asked not to be named. Raises InvalidInput, IllegalState where it is noted already."""
    _require(by, EDIT)
    with transaction.atomic(durable=True):
        person = locked_person(person_id, by)
        if Unnamed.objects.filter(person=person).exists():
            raise IllegalState("已登记为公示中不具名，无需重复登记。")
        said = text_of(words, label="说明（何时、以何方式提出）", field="words", most=200, least=2)
        made = Unnamed.objects.create(person=person, words=said, set_at=now, set_by_name=by.user_name)
        _record_person("points.unnamed", person, by, now, reason=said)
    return made


def name_again(*, person_id: int, by: Actor, now: datetime) -> None:
    """Note that somebody may be named again. Raises IllegalState where nothing is noted."""
    _require(by, EDIT)
    with transaction.atomic(durable=True):
        person = locked_person(person_id, by)
        if not Unnamed.objects.filter(person=person).delete()[0]:
            raise IllegalState("没有登记不具名，无需取消。")
        _record_person("points.named_again", person, by, now)


def _require(by: Actor, right: str) -> None:
    if not may(by, right):
        who = "社区书记" if right == PUBLISH else "社区"
        raise NotAllowed(f"积分公示由{who}办理，您的岗位不能办理这一步。")


def _locked(notice_id: int, by: Actor, state: str) -> Notice:
    rows = Notice.objects.visible_to(by).select_for_update(of=("self",)).select_related("unit")
    notice: Notice | None = rows.filter(pk=notice_id).first()
    if notice is None:
        raise NotFound("没有找到这份公示，或不在您的管辖范围内。")
    if notice.state != state:
        raise IllegalState(f"这份公示{notice.get_state_display()}，不能办理这一步。")
    return notice


def _told(notice: Notice) -> dict[str, Any]:
    return {"month": notice.month, "edition": notice.edition, **{name: getattr(notice, name) for name in _TOTALS}}


def _record(
    action: str, notice: Notice, by: Actor, now: datetime, *, before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None, reason: str = "",
) -> None:  # fmt: skip
    audit.record(
        action=action, subject_type=SUBJECT, subject_id=notice.pk, subject_label=str(notice)[:64], before=before,
        after=after, reason=reason, by=by, now=now,
    )  # fmt: skip


def _record_person(action: str, person: Person, by: Actor, now: datetime, *, reason: str = "") -> None:
    audit.record(
        action=action, subject_type="members.person", subject_id=person.pk, subject_label=person.name, reason=reason,
        by=by, now=now,
    )  # fmt: skip
