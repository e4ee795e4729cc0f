"""Marking an appeal as a repeat of an earlier one 重复诉求 without merging: both live on, and it is counted."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from accounts.rights import may
from appeals.models import Appeal, RepeatMark, SuspectedRepeat
from appeals.repeats.grouping import regroup
from appeals.services._run import SUBJECT, add_entry, lock
from appeals.words import clean
from governance.audit import services as audit
from governance.errors import IllegalState, InvalidInput, NotAllowed
from governance.scope import Actor

RIGHT = "appeal.mark_repeat"
# A chain longer than this is no chain that people made.
_LONGEST = 50


def mark_repeat(
    *, appeal_id: int, earlier_id: int, by: Actor, now: datetime, score: int | None = None, suggested: bool = False
) -> RepeatMark:
    """Mark the appeal as a repeat of the other one; of two the younger repeats, and it points at the earliest.

    Raises IllegalState where it is marked already, InvalidInput for a partner that is not there or itself.
    """
    with transaction.atomic(durable=True):
        appeal, earlier = _pair(appeal_id, earlier_id, by)
        first = _earliest(earlier)
        if first.pk == appeal.pk or _age(first) > _age(appeal):
            raise InvalidInput("只能标记为更早一件诉求的重复，请从较晚的那件标记。", field="earlier")
        if first.pk != earlier.pk and not Appeal.objects.visible_to(by).filter(pk=first.pk).exists():
            # Its history is written, too; nobody writes outside their scope.
            raise InvalidInput("这一串重复诉求中最早的一件不在您的管辖范围内，请由区网格中心标记。", field="earlier")
        if _live(appeal) is not None:
            raise IllegalState("这件诉求已标记为重复诉求，请先取消原标记。")
        _take_back_refusals(appeal, first, by, now)
        mark = _write(appeal, first, by, now, is_repeat=True, score=score, suggested=suggested)
        # What pointed at this one now points at the earliest, too.
        RepeatMark.objects.filter(earlier=appeal, is_repeat=True, undone_at=None).update(earlier=first)
        data = {"earlier": first.number, "score": score, "how": mark.how}
        add_entry(appeal, "marked_repeat", by=by, now=now, words=f"标记为 {first.number} 的重复诉求", data=data)
        words = f"{appeal.number} 被标记为本单的重复诉求"
        add_entry(first, "repeated", by=by, now=now, words=words, data={"child": appeal.number})
        _audit("appeal.mark_repeat", appeal, by, now, after={"repeat_of": first.number})
        SuspectedRepeat.objects.filter(appeal=appeal).delete()
        regroup([appeal.pk, first.pk])
    return mark


def unmark_repeat(*, appeal_id: int, words: str, by: Actor, now: datetime) -> Appeal:
    """Take the appeal's mark back, with the reason; the mark stays on record and counts no more."""
    words = clean(words, label="取消理由", field="words", most=1000, least=2)
    with transaction.atomic(durable=True):
        appeal = _locked(appeal_id, by, also=_earlier_of(appeal_id) or appeal_id)
        mark = _live(appeal)
        if mark is None:
            raise IllegalState("这件诉求没有标记为重复诉求。")
        _undo(mark, words, by, now)
        add_entry(appeal, "unmarked_repeat", by=by, now=now, words=words, data={"earlier": mark.earlier.number})
        add_entry(mark.earlier, "unrepeated", by=by, now=now, words=words, data={"child": appeal.number})
        _audit("appeal.unmark_repeat", appeal, by, now, before={"repeat_of": mark.earlier.number})
        regroup([appeal.pk, mark.earlier_id])
    return appeal


def refuse_repeat(*, appeal_id: int, earlier_id: int, by: Actor, now: datetime) -> None:
    """Remember that the two are different matters: neither is suggested for the other again. Harmless to repeat."""
    with transaction.atomic(durable=True):
        appeal, other = _pair(appeal_id, earlier_id, by)
        if RepeatMark.objects.filter(appeal=appeal, earlier=other, undone_at=None).exists():
            return
        _write(appeal, other, by, now, is_repeat=False, score=None, suggested=True)
        SuspectedRepeat.objects.filter(Q(appeal=appeal, earlier=other) | Q(appeal=other, earlier=appeal)).delete()
        _audit("appeal.refuse_repeat", appeal, by, now, after={"not_repeat_of": other.number})


def _pair(appeal_id: int, other_id: int, by: Actor) -> tuple[Appeal, Appeal]:
    if appeal_id == other_id:
        raise InvalidInput("不能标记为自身的重复，请选择另一件诉求。", field="earlier")
    appeal = _locked(appeal_id, by, also=other_id)
    other = Appeal.objects.visible_to(by).filter(pk=other_id).first()
    if other is None:
        raise InvalidInput("没有找到所选的诉求，或它不在您的管辖范围内。", field="earlier")
    return appeal, other


def _locked(appeal_id: int, by: Actor, also: int | None) -> Appeal:
    if not may(by, RIGHT):
        raise NotAllowed("您的岗位没有“标记重复诉求”的权限。")
    return lock(appeal_id, by, also)


def _earlier_of(appeal_id: int) -> int | None:
    marks = RepeatMark.objects.filter(appeal_id=appeal_id, is_repeat=True, undone_at=None)
    return marks.values_list("earlier_id", flat=True).first()


def _live(appeal: Appeal) -> RepeatMark | None:
    marks = RepeatMark.objects.filter(appeal=appeal, is_repeat=True, undone_at=None)
    return marks.select_related("earlier").first()


def _earliest(appeal: Appeal) -> Appeal:
    for _ in range(_LONGEST):
        mark = _live(appeal)
        if mark is None:
            return appeal
        appeal = mark.earlier
    return appeal


def _age(appeal: Appeal) -> tuple[datetime, int]:
    return appeal.registered_at, appeal.pk


def _take_back_refusals(appeal: Appeal, other: Appeal, by: Actor, now: datetime) -> None:
    for mark in RepeatMark.objects.filter(appeal=appeal, earlier=other, is_repeat=False, undone_at=None):
        _undo(mark, "改为标记重复诉求", by, now)


def _undo(mark: RepeatMark, words: str, by: Actor, now: datetime) -> None:
    mark.undone_at, mark.undone_by_name, mark.undone_words = now, by.user_name, words
    mark.save(update_fields=["undone_at", "undone_by_name", "undone_words"])


def _write(
    appeal: Appeal, earlier: Appeal, by: Actor, now: datetime, *, is_repeat: bool, score: int | None, suggested: bool
) -> RepeatMark:
    return RepeatMark.objects.create(
        appeal=appeal, earlier=earlier, is_repeat=is_repeat, score=score, how="suggested" if suggested else "by_hand",
        by_user=by.user_id, by_name=by.user_name, by_unit_id=by.unit_id, at=now,
    )  # fmt: skip


def _audit(
    action: str, appeal: Appeal, by: Actor, now: datetime,
    before: dict[str, str] | None = None, after: dict[str, str] | None = None,
) -> None:  # fmt: skip
    audit.record(
        action=action, subject_type=SUBJECT, subject_id=appeal.pk, subject_label=appeal.number,
        before=before or {}, after=after or {}, by=by, now=now,
    )  # fmt: skip
