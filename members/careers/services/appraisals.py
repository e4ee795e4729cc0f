"""The yearly appraisal: a round for a street; communities fill it in, the street reviews, the district decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from accounts.rights import DC
from accounts.selectors import staff_of, with_role
from governance.days import today_of
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.outbox.services import notify
from governance.scope import Actor, Role
from grids.models import Unit
from members.careers.pay import Scales
from members.careers.records import set_next_grade
from members.careers.services._common import event_of, own_phone, record, require
from members.models import Appraisal, AppraisalRound, Career, CareerEvent
from members.models.career_procedures import RESULTS
from members.models.careers import SECRETARY
from members.words import choice_of, text_of

DECIDE, REVIEW, PROPOSE = "career.decide", "career.review", "career.propose"
SUBJECT = "members.appraisalround"
# Source: the article's 管理办法: of a unit's people at most 20 % are excellent.
EXCELLENT_PERCENT = 20
_LABELS = dict(RESULTS)


@dataclass(frozen=True, slots=True)
class Line:
    """What is said of one person; an empty result takes it back."""

    result: str
    words: str = ""


def excellent_most(people: int) -> int:
    """How many of so many people may be excellent."""
    return people * EXCELLENT_PERCENT // 100


def open_round(*, street_id: int, year: int, by: Actor, now: datetime) -> AppraisalRound:
    """Begin the appraisal of a year: a line for everybody who served in it and serves still."""
    require(by, REVIEW)
    if street_id != by.street_id:
        raise NotFound("没有这个街道，或不在您的管辖范围内。", field="street")
    if not today_of(now).year - 2 <= year <= today_of(now).year:
        raise InvalidInput("请选择今年或前两年的年度。", field="year")
    with transaction.atomic(durable=True):
        street = Unit.objects.select_for_update(of=("self",), no_key=True).get(pk=street_id)
        if AppraisalRound.objects.filter(street=street, year=year).exists():
            raise IllegalState(f"{year} 年度考核已经开始，请在列表中打开。", field="year")
        people = list(Career.objects.serving().filter(street=street, entered_on__lte=date(year, 12, 31)))
        if not people:
            raise IllegalState("本街道没有应参加考核的在岗人员。", field="year")
        made = AppraisalRound.objects.create(
            district_id=street.district_id or 0, street=street, year=year, opened_at=now, opened_by_name=by.user_name
        )
        Appraisal.objects.bulk_create(_line(made, career) for career in people)
        record("career.round_open", made, str(made), by=by, now=now, after={"year": year, "count": len(people)})
        _tell(made, {user for c in {one.community_id for one in people} for user in staff_of(c, now)}, "请初评", now)
    return made


def _line(found: AppraisalRound, career: Career) -> Appraisal:
    return Appraisal(
        round=found, career=career, district_id=career.district_id, street_id=career.street_id,
        community_id=career.community_id, grid_id=career.grid_id,
    )  # fmt: skip


def set_results(*, round_id: int, lines: Mapping[int, Line], by: Actor, now: datetime) -> int:
    """Fill in results by career; how many differ. A community's secretary for its people, the street for all.

    Of one's own line, and by a secretary of a secretary's, nothing is said. Raises InvalidInput where more than
    EXCELLENT_PERCENT of a community's people would be excellent.
    """
    if by.role == Role.COMMUNITY_SECRETARY:
        require(by, PROPOSE)
    else:
        require(by, REVIEW)
    with transaction.atomic(durable=True):
        found = _locked(round_id, by)
        rows = (
            Appraisal.objects.visible_to(by).filter(round=found, career_id__in=lines).select_related("career__person")
        )
        held = {row.career_id: row for row in rows.order_by("pk")}
        if set(held) != set(lines):
            raise NotFound("名单中有人不在您的管辖范围内，请刷新后重新填写。")
        _require_state(found, AppraisalRound.OPEN)
        own = own_phone(by)
        changed = [row for pk, row in held.items() if _put(row, lines[pk], by, own)]
        if not changed:
            raise InvalidInput("没有改动任何内容，无需保存。")
        Appraisal.objects.bulk_update(changed, ["result", "words"])
        _refuse_excess(found, {row.community_id for row in changed})
        after = {row.career.person.name: _LABELS.get(row.result, "未填") for row in changed}
        record("career.appraise", found, str(found), by=by, now=now, after=after)
    return len(changed)


def _put(row: Appraisal, line: Line, by: Actor, own: str) -> bool:
    result = choice_of(line.result, [("", "未填"), *RESULTS], label="考核结果", field=f"result_{row.career_id}")
    words = text_of(line.words, label="评语", field=f"words_{row.career_id}", most=200)
    if (row.result, row.words) == (result, words):
        return False
    if own and row.career.person.phone_index == own:
        raise NotAllowed("不能填写本人的考核结果。")
    if row.career.post == SECRETARY and by.role == Role.COMMUNITY_SECRETARY:
        raise NotAllowed("社区书记、主任的考核由街道填写。")
    if result == "failed" and len(words) < 2:
        raise InvalidInput(f"{row.career.person.name}：不合格的请填写评语。", field=f"words_{row.career_id}")
    row.result, row.words = result, words
    return True


def excess_of(found: AppraisalRound, communities: Iterable[int] | None = None) -> list[str]:
    """Sentences about the communities that have too many excellent people; one query."""
    lines = Appraisal.objects.filter(round=found)
    if communities is not None:
        lines = lines.filter(community_id__in=list(communities))
    people: Counter[str] = Counter()
    excellent: Counter[str] = Counter()
    for name, result in lines.values_list("community__name", "result"):
        people[name] += 1
        excellent[name] += result == "excellent"
    return [
        f"{name}参加考核 {count} 人，优秀最多 {excellent_most(count)} 人，现为 {excellent[name]} 人"
        for name, count in people.items() if excellent[name] > excellent_most(count)
    ]  # fmt: skip


def _refuse_excess(found: AppraisalRound, communities: set[int] | None = None) -> None:
    if said := excess_of(found, communities):
        raise InvalidInput(f"{'；'.join(said)}（不超过 {EXCELLENT_PERCENT}%）。")


def submit_round(*, round_id: int, by: Actor, now: datetime) -> AppraisalRound:
    """The street has reviewed every line; the round goes to the district. Raises IllegalState while lines are empty."""
    require(by, REVIEW)
    with transaction.atomic(durable=True):
        found = _locked(round_id, by, AppraisalRound.OPEN)
        empty = Counter(found.lines.filter(result="").values_list("community__name", flat=True))
        if empty:
            names = "、".join(f"{name} {count} 人" for name, count in empty.most_common(5))
            raise IllegalState(f"还有 {sum(empty.values())} 人没有填写：{names}。")
        _refuse_excess(found)
        found.state, found.reviewed_at, found.reviewed_by_name = AppraisalRound.REVIEWED, now, by.user_name
        found.revision += 1
        found.save(update_fields=["state", "reviewed_at", "reviewed_by_name", "revision"])
        record("career.round_submit", found, str(found), by=by, now=now, after={"state": found.state})
        _tell(found, set(with_role(DC, found.district_id, now)), "待审定", now)
    return found


def decide_round(*, round_id: int, accept: bool, words: str, by: Actor, now: datetime) -> AppraisalRound:
    """The district's word: the results are final and enter each history; or the round goes back to the street."""
    require(by, DECIDE)
    grounds = text_of(words, label="审定意见", field="words", most=300, least=2)
    with transaction.atomic(durable=True):
        found = _locked(round_id, by, AppraisalRound.REVIEWED)
        found.state, found.revision = AppraisalRound.OPEN, found.revision + 1
        if accept:
            found.state, found.decided_at, found.decided_by_name = AppraisalRound.DECIDED, now, by.user_name
        found.save(update_fields=["state", "decided_at", "decided_by_name", "revision"])
        if accept:
            _enter_results(found, grounds, by, now)
        action = "career.round_decide" if accept else "career.round_return"
        record(action, found, str(found), by=by, now=now, after={"state": found.state}, reason=grounds)
        _tell(found, set(staff_of(found.street_id, now)), "已审定" if accept else f"被退回：{grounds}", now)
    return found


def _enter_results(found: AppraisalRound, grounds: str, by: Actor, now: datetime) -> None:
    lines = list(found.lines.select_related("career"))
    today = today_of(now)
    CareerEvent.objects.bulk_create(
        event_of(
            line.career, "appraised", today, by=by, now=now, grounds=line.words or grounds,
            after={"year": found.year, "result": line.result},
        )
        for line in lines
    )  # fmt: skip
    ids = [line.career_id for line in lines if line.result == "failed"]
    held = list(Career.objects.serving().select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))
    set_next_grade(held, Scales.load().on(today))
    Career.objects.bulk_update(held, ["next_grade_on"])


def _locked(round_id: int, by: Actor, state: str = "") -> AppraisalRound:
    rows = AppraisalRound.objects.visible_to(by).select_for_update(of=("self",)).select_related("street")
    found: AppraisalRound | None = rows.filter(pk=round_id).first()
    if found is None:
        raise NotFound("没有找到这次考核，或不在您的管辖范围内。")
    if state:
        _require_state(found, state)
    return found


def _require_state(found: AppraisalRound, state: str) -> None:
    if found.state != state:
        raise IllegalState(f"{found}{found.get_state_display()}，不能再办理这一步。")


def _tell(found: AppraisalRound, people: set[int], what: str, now: datetime) -> None:
    notify(
        user_ids=people, key=f"appraisal:{found.pk}:{found.revision}", title=f"{found}{what}"[:120],
        subject_type=SUBJECT, subject_id=found.pk, now=now,
    )  # fmt: skip
