"""Books that do not balance halt the awards of a unit, tell its people once a day, and are let go on with a reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from governance.audit.models import Entry as AuditEntry
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.outbox.models import InboxItem
from points.ledger import halts
from points.models import AwardHalt, LedgerCheck, LedgerFault
from tests.points.ledger.conftest import LATER, unguarded
from tests.signing import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def spoilt(budget, holder, earned, cast):
    """An award, and the holder's balance changed by hand."""
    funds = budget(100)
    earned(funds, holder, 10, LATER)
    with unguarded() as cursor:
        cursor.execute("UPDATE points_account SET balance = 9 WHERE id = %s", [holder.pk])
    return funds


def test_books_in_order_are_noted_and_halt_nobody(budget, cast, now):
    budget(100)
    run = halts.reconcile(now=now)
    assert (run.at, run.faults, run.transactions) == (now, 0, 1)
    assert not AwardHalt.objects.exists()
    assert not InboxItem.objects.filter(subject_type=halts.SUBJECT).exists()


def test_faults_halt_the_unit_and_tell_who_works_there(spoilt, holder, earned, cast, district, now):
    run = halts.reconcile(now=now)
    assert run.faults == LedgerFault.objects.filter(run=run).count() == 3
    assert {halt.unit for halt in AwardHalt.objects.filter(lifted_at=None)} == {
        district.community_1, district.district,
    }  # fmt: skip
    with pytest.raises(IllegalState, match="积分发放已暂停：2026-11-23 对账发现"):
        earned(spoilt, holder, 1, LATER)
    told = InboxItem.objects.filter(subject_type=halts.SUBJECT, subject_id=district.community_1.pk)
    assert {item.user_id for item in told} == {cast.cs.user_id, cast.ss.user_id, cast.dc.user_id}
    assert "第一街道1社区 2 处" in told[0].title
    above = InboxItem.objects.filter(subject_type=halts.SUBJECT, subject_id=district.district.pk)
    assert {item.user_id for item in above} == {cast.dc.user_id}
    assert list(AuditEntry.objects.filter(action="points.halt").values_list("user_id", flat=True)) == [0, 0]


def test_the_same_faults_are_told_once_a_day_and_halt_once(spoilt, cast, district, now):
    for hours, messages in ((0, 4), (1, 4), (24, 8)):
        halts.reconcile(now=now + timedelta(hours=hours))
        assert InboxItem.objects.filter(subject_type=halts.SUBJECT).count() == messages
    assert (AwardHalt.objects.count(), LedgerCheck.objects.count()) == (2, 3)


@pytest.fixture
def halted(district, now):
    def make(unit=None):
        return AwardHalt.objects.create(unit=unit or district.community_1, since=now, why="对账不平")

    return make


def test_a_halt_is_lifted_with_a_reason_on_record(halted, cast, now):
    halt = halted()
    with pytest.raises(InvalidInput, match="请说明") as refused:
        halts.lift_halt(halt_id=halt.pk, words=" 好 ", by=cast.ss, now=now)
    assert refused.value.field == "words"
    halts.lift_halt(halt_id=halt.pk, words="余额已更正", by=cast.ss, now=now)
    halt.refresh_from_db()
    assert (halt.lifted_at, halt.lifted_by_name, halt.lifted_why) == (now, cast.ss.user_name, "余额已更正")
    row = AuditEntry.objects.get(action="points.halt_lift")
    assert (row.user_id, row.subject_id, row.reason) == (cast.ss.user_id, halt.pk, "余额已更正")
    with pytest.raises(IllegalState, match=r"已由.*恢复发放"):
        halts.lift_halt(halt_id=halt.pk, words="余额已更正", by=cast.ss, now=now)
    halted()


def test_the_street_lifts_its_own_and_the_centre_the_districts(halted, cast, district, now):
    ours, all_of_us = halted(), halted(district.district)
    for by in (cast.cs, cast.sl, cast.dl, cast.gw):
        with pytest.raises(NotAllowed):
            halts.lift_halt(halt_id=ours.pk, words="余额已更正", by=by, now=now)
    for by, halt in ((cast.ss_2, ours), (cast.ss, all_of_us)):
        with pytest.raises(NotFound):
            halts.lift_halt(halt_id=halt.pk, words="余额已更正", by=by, now=now)
    with pytest.raises(NotAllowed, match="由街道干部解除"):
        halts.lift_halt(halt_id=ours.pk, words="余额已更正", by=cast.dc, now=now)
    assert halts.lift_halt(halt_id=all_of_us.pk, words="余额已更正", by=cast.dc, now=now).lifted_at


def test_the_page_shows_each_their_own(spoilt, halted, cast, district, now, django_assert_max_num_queries):
    run = halts.reconcile(now=now)
    page = reverse("points:ledger_checks")
    for name, words, absent in (
        ("dc", ["第一街道1社区", "试验区", "持有人账户"], []), ("ss", ["第一街道1社区", "恢复发放"], ["全区</td>"]),
        ("ss_2", ["账目相符"], ["第一街道1社区", "持有人账户"]), ("cs", ["第一街道1社区"], ["恢复发放</span>"]),
    ):  # fmt: skip
        client = client_of(getattr(cast, name))
        with django_assert_max_num_queries(25):
            answer = client.get(page)
        text = answer.content.decode()
        assert answer.status_code == 200
        assert [word for word in words if word not in text] == []
        assert [word for word in absent if word in text] == []
    assert run.faults == 3


def test_a_halt_is_lifted_on_its_page(halted, cast, now):
    halt, client = halted(), client_of(cast.ss)
    page = reverse("points:ledger_halt_lift", args=[halt.pk])
    assert "对账不平" in client.get(page).content.decode()
    refused = client.post(page, {"words": "好"})
    assert refused.status_code == 400
    assert "请说明差错如何处理" in refused.content.decode()
    assert client.post(page, {"words": "余额已更正"}).status_code == 302
    assert "已由" in client.get(page).content.decode()
