"""Staged limits: started together, finished in order with evidence, and in the way of resolving until they are."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

import pytest

from appeals import services, stages
from appeals.models import Appeal, Category, StageRecord
from governance.audit.models import Entry
from governance.deadlines.models import Clock
from governance.deadlines.sweeping import sweep
from governance.errors import IllegalState, InvalidInput, NotAllowed
from governance.files import services as files
from governance.files.selectors import of_subject
from tests.appeals.conftest import REPLY, RESULT
from tests.files.crafted import picture, upload

STOP, PENALTY, DEMOLISH = "stage_stop", "stage_penalty", "stage_demolish"
WORDS = "已向当事人送达责令停工通知书。"
_counter = count()


@pytest.fixture
def photo(now):
    """`photo(by)`: a draft that this person uploaded."""

    def make(by) -> list:
        draft = files.store(upload=upload(f"{next(_counter)}.jpg", picture()), kind="photo", by=by, now=now)
        return [draft.pk]

    return make


@pytest.fixture
def illegal(registered, cast, district, now) -> Appeal:
    """Something built without leave, dispatched to the first department and accepted there."""
    category = Category.objects.get(path="城乡建设/城乡规划/违章建筑")
    appeal = registered(category_id=category.pk, unit_id=district.community_1.pk)
    services.dispatch(appeal_id=appeal.pk, to_unit_id=district.department_1.pk, by=cast.dc, now=now)
    return services.accept(appeal_id=appeal.pk, by=cast.ds, now=now)


@pytest.fixture
def finish(cast, photo):
    def run(appeal: Appeal, stage: str, at: datetime, **more) -> Appeal:
        more.setdefault("attachment_ids", photo(cast.ds))
        return services.finish_stage(appeal_id=appeal.pk, stage=stage, words=WORDS, by=cast.ds, now=at, **more)

    return run


def running(appeal: Appeal) -> dict[str, int]:
    clocks = Clock.objects.filter(subject_id=appeal.pk, kind__startswith="stage_", state="running")
    return dict(clocks.values_list("kind", "unit_id"))


def test_all_start_at_the_first_dispatch(illegal, district) -> None:
    assert running(illegal) == dict.fromkeys((STOP, PENALTY, DEMOLISH), district.department_1.pk)
    assert [stage.name for stage in stages.open_stages(illegal)] == ["责令停工", "行政处罚", "强制拆除"]


def test_an_ordinary_appeal_has_none(in_progress, cast, now) -> None:
    assert running(in_progress) == {}
    with pytest.raises(IllegalState, match="没有未完成的环节"):
        services.finish_stage(
            appeal_id=in_progress.pk, stage=STOP, words=WORDS, is_needed=False, by=cast.ds, now=now
        )  # fmt: skip


def test_finished_in_order_with_evidence(illegal, finish, cast, now) -> None:
    with pytest.raises(InvalidInput, match="责令停工"):
        finish(illegal, PENALTY, now)
    appeal = finish(illegal, STOP, now)
    record = StageRecord.objects.get()
    assert (record.kind, record.name, record.is_needed, record.is_late) == (STOP, "责令停工", True, False)
    assert Clock.objects.get(subject_id=appeal.pk, kind=STOP).state == "met"
    entry = appeal.entries.get(kind="finish_stage")
    assert [file.entry_id for file in of_subject("appeals.appeal", appeal.pk)] == [entry.pk]
    assert Entry.objects.filter(action="appeal.finish_stage", subject_id=appeal.pk).exists()
    with pytest.raises(InvalidInput, match="没有这个"):
        finish(illegal, STOP, now)


def test_without_evidence_it_is_not_finished(illegal, finish, now) -> None:
    with pytest.raises(InvalidInput) as refusal:
        finish(illegal, STOP, now, attachment_ids=())
    assert refusal.value.field == "attachments"


def test_no_resolving_before_all_are_done_or_not_needed(illegal, finish, cast, now) -> None:
    with pytest.raises(IllegalState, match="责令停工、行政处罚、强制拆除"):
        services.resolve(appeal_id=illegal.pk, result=RESULT, public_reply=REPLY, by=cast.ds, now=now)
    finish(illegal, STOP, now)
    for stage in (PENALTY, DEMOLISH):
        finish(illegal, stage, now, is_needed=False, attachment_ids=())
    assert Clock.objects.get(subject_id=illegal.pk, kind=DEMOLISH).state == "cancelled"
    appeal = services.resolve(appeal_id=illegal.pk, result=RESULT, public_reply=REPLY, by=cast.ds, now=now)
    assert appeal.state == "resolved"


def test_each_draws_its_own_cards_by_its_name(illegal, finish, cast, now) -> None:
    services.contact(appeal_id=illegal.pk, words="已电话联系。", by=cast.ds, now=now)
    late = Clock.objects.get(subject_id=illegal.pk, kind=STOP).due_at + timedelta(minutes=1)
    sweep(late)
    card = illegal.entries.get(kind="card_over", data__clock=STOP)
    assert "责令停工时限" in card.words
    illegal.refresh_from_db()
    assert (illegal.card, illegal.clock_kind, illegal.late_step) == ("red", STOP, "环节")
    finish(illegal, STOP, late)
    assert StageRecord.objects.get().is_late is True
    illegal.refresh_from_db()
    assert illegal.card == ""


@pytest.mark.parametrize("who", ["dc", "ss", "cs"])
def test_only_by_the_lead(illegal, cast, now, who: str) -> None:
    with pytest.raises(NotAllowed):
        services.finish_stage(
            appeal_id=illegal.pk, stage=STOP, words=WORDS, is_needed=False, by=getattr(cast, who), now=now
        )


def test_a_new_lead_goes_on_where_the_last_one_was(illegal, finish, cast, district, now) -> None:
    finish(illegal, STOP, now)
    due = Clock.objects.get(subject_id=illegal.pk, kind=PENALTY).due_at
    services.transfer(
        appeal_id=illegal.pk, to_unit_id=district.department_2.pk, words="由住建局处罚。", by=cast.dc, now=now
    )
    assert running(illegal) == dict.fromkeys((PENALTY, DEMOLISH), district.department_2.pk)
    assert Clock.objects.get(subject_id=illegal.pk, kind=PENALTY).due_at == due


def test_what_comes_back_from_a_visit_has_its_stages_behind_it(illegal, finish, cast, now) -> None:
    for stage in (STOP, PENALTY, DEMOLISH):
        finish(illegal, stage, now)
    services.resolve(appeal_id=illegal.pk, result=RESULT, public_reply=REPLY, by=cast.ds, now=now)
    services.complainant_unsatisfied(appeal_id=illegal.pk, words="又建起来了。", now=now)
    assert running(illegal) == {}
    assert services.resolve(appeal_id=illegal.pk, result=RESULT, public_reply=REPLY, by=cast.ds, now=now)


def test_a_complex_case_has_them_and_an_enquiry_has_not(registered) -> None:
    category = Category.objects.get(path="城乡建设/城乡规划/违章建筑")
    codes = {
        kind: registered(category_id=category.pk, handling_kind=kind).policy_version.policy.code
        for kind in ("ordinary", "complex", "enquiry")
    }
    assert codes == {
        "ordinary": "illegal_construction", "complex": "illegal_construction", "enquiry": "enquiry",
    }  # fmt: skip
