"""Stages that the law takes step by step, each with its own limit. Source: the policy's `stage_…` terms.

All limits run from the first dispatch; the lead finishes the stages in their order, with words and evidence.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from appeals import clocks, stages
from appeals.models import Appeal, StageRecord
from appeals.services._run import Run, step
from appeals.words import clean
from governance.deadlines.models import Clock
from governance.errors import IllegalState, InvalidInput
from governance.scope import Actor


def start_stages(run: Run, unit_id: int) -> None:
    """At the first dispatch each stage's limit starts; later ones only give the open ones to the new lead."""
    version = run.appeal.policy_version
    kinds = [kind for kind in (version.terms if version else {}) if kind.startswith(stages.PREFIX)]
    if not kinds:
        return
    done = set(StageRecord.objects.filter(appeal=run.appeal).values_list("kind", flat=True))
    for kind in sorted(set(kinds) - done):
        clocks.start_if_none(run.appeal, kind, unit_id=unit_id, now=run.now)


def finish_stage(
    *, appeal_id: int, stage: str, words: str, by: Actor, now: datetime, is_needed: bool = True,
    attachment_ids: Sequence[uuid.UUID] = (), revision: int | None = None,
) -> Appeal:  # fmt: skip
    """Finish the stage that is next, with words and evidence; or say why it is not needed (`is_needed` False)."""
    words = clean(words, label="环节说明", field="words", most=2000, least=5)
    with step("finish_stage", appeal_id=appeal_id, by=by, now=now, revision=revision, words=words) as run:
        current = _current(run.appeal, stage)
        if is_needed and not attachment_ids:
            raise InvalidInput("请上传这一环节的佐证材料（文书、照片）。", field="attachments")
        end = clocks.met if is_needed else clocks.cancel
        end(run.appeal, current.kind, now=now, detail_id=0)
        late = is_needed and Clock.objects.get(pk=current.clock.pk).state == Clock.MISSED
        StageRecord.objects.create(
            appeal=run.appeal, kind=current.kind, name=current.name, is_needed=is_needed, is_late=late, words=words,
            by_user=by.user_id, by_name=by.user_name, by_unit_id=by.unit_id, at=now,
        )  # fmt: skip
        run.data = {"stage": current.kind, "name": current.name, "needed": is_needed, "late": late}
        run.attachment_ids = attachment_ids
    return run.appeal


def _current(appeal: Appeal, kind: str) -> stages.Stage:
    """The stage, if it is the one whose turn it is."""
    left = stages.open_stages(appeal)
    if not left:
        raise IllegalState("这件工单没有未完成的环节。请刷新后再看。")
    if kind not in {stage.kind for stage in left}:
        raise InvalidInput("没有这个未完成的环节，可能已经完成。请刷新后重新选择。", field="stage")
    if left[0].kind != kind:
        raise InvalidInput(f"环节要按顺序办理，请先完成“{left[0].name}”，或注明不需要的理由。", field="stage")
    return left[0]


def refuse_open_stages(appeal: Appeal) -> None:
    """Raise IllegalState while a stage is neither finished nor marked as not needed."""
    if left := stages.open_stages(appeal):
        names = "、".join(stage.name for stage in left)
        raise IllegalState(f"还有未完成的环节：{names}。请逐项完成，或注明“不需要”的理由，再办结。")
