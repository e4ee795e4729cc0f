"""A unit that closes leaves its work to its successor, on the same clocks."""

import pytest
from django.db import transaction

from appeals import services
from appeals.models import Appeal, Assignment
from appeals.units import hand_over, open_work
from governance.deadlines.models import Clock
from grids.models import Unit


def close(old: Unit, new: Unit, cast, now) -> None:
    with transaction.atomic():
        hand_over(unit_id=old.pk, successor_id=new.pk, by=cast.dc, now=now)


def test_open_work_is_counted(registered, dispatched, cast, district) -> None:
    registered(by=cast.cw)
    counts = {work.label: work.count for work in open_work([district.department_1.pk, district.community_1.pk])}
    assert counts == {
        "待交办、待回访的诉求": 1, "待签收、办理中的诉求": 1, "协办中的诉求": 0, "待处理的热线退回": 0,
        "待回复、待审核的督办单": 0,
    }  # fmt: skip


def test_the_successor_has_it_on_the_same_clock(in_progress, cast, district, now) -> None:
    due = in_progress.due_at
    close(district.department_1, district.department_2, cast, now)
    appeal = Appeal.objects.get(pk=in_progress.pk)
    assert (appeal.lead_unit, appeal.due_at) == (district.department_2, due)
    running = Clock.objects.filter(subject_id=appeal.pk, state="running")
    assert set(running.values_list("unit_id", flat=True)) == {district.department_2.pk}
    assert appeal.entries.filter(kind="unit_closed").count() == 1
    # The successor goes on where the closed unit stopped; the history names who accepted.
    services.contact(appeal_id=appeal.pk, words="已重新联系。", by=cast.ds_2, now=now)
    assert appeal.entries.get(kind="accept").unit_name == district.department_1.name


def test_called_again_it_changes_nothing(in_progress, cast, district, now) -> None:
    for _ in range(2):
        close(district.department_1, district.department_2, cast, now)
    assert in_progress.entries.filter(kind="unit_closed").count() == 1


def test_a_successor_that_assists_already_keeps_one_part(registered, cast, district, now) -> None:
    appeal = registered()
    helper = district.department_2
    services.dispatch(
        appeal_id=appeal.pk, to_unit_id=district.department_1.pk, assisting_unit_ids=[helper.pk], by=cast.dc, now=now
    )
    close(helper, district.department_1, cast, now)
    assert Assignment.objects.get(appeal=appeal, ended_at=None).part == "lead"


def test_the_lead_part_goes_to_a_successor_that_assisted(registered, cast, district, now) -> None:
    appeal = registered()
    lead, helper = district.department_1, district.department_2
    services.dispatch(appeal_id=appeal.pk, to_unit_id=lead.pk, assisting_unit_ids=[helper.pk], by=cast.dc, now=now)
    close(lead, helper, cast, now)
    part = Assignment.objects.get(appeal=appeal, ended_at=None)
    assert (part.part, part.unit) == ("lead", helper)
    assert services.accept(appeal_id=appeal.pk, by=cast.ds_2, now=now).state == "in_progress"


@pytest.mark.parametrize("state", ["closed", "rejected"])
def test_what_is_settled_stays_where_it_was(closed, cast, district, now, state: str) -> None:
    Appeal.objects.filter(pk=closed.pk).update(state=state)
    close(district.department_1, district.department_2, cast, now)
    assert Appeal.objects.get(pk=closed.pk).lead_unit == district.department_1
