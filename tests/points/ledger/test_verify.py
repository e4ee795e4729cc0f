"""Every kind of fault is planted past the guards, and found; and nothing is found where nothing is wrong."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from points.ledger import accounts, services, verify
from points.models import Account, Lot, Transaction
from tests.points.ledger.conftest import LATER, SOON, unguarded

pytestmark = pytest.mark.django_db


@pytest.fixture
def books(budget, holder, shop, person, make_site, earned, cause, district, now):
    """One of every kind of transaction."""
    funds, theirs = budget(1000), budget(200, district.community_2)
    issue, other = accounts.of_issue(district.district.pk, now), accounts.of_person(person(name="刘敏"), now)
    reserve = accounts.of_reserve(make_site(name="二号店"), now)
    services.move(source=funds, target=theirs, points=10, cause=cause("move"))
    services.give_back(budget=funds, issue=issue, points=20, cause=cause("back"))
    services.set_aside(budget=funds, reserve=reserve, points=30, cause=cause("aside"))
    services.release(reserve=reserve, budget=funds, points=5, cause=cause("release"))
    services.cover(reserve=reserve, shop=shop, points=6, cause=cause("cover"))
    earned(funds, holder, 40, LATER)
    earned(funds, holder, 20, SOON)
    wrong = earned(funds, other, 7, LATER)
    services.reverse(transaction=wrong, cause=cause("reverse"))
    earned(funds, other, 8, SOON)
    spent = services.spend(holder=holder, shop=shop, points=25, cause=cause("spend"))
    services.cancel(transaction=spent, cause=cause("cancel"))
    services.spend(holder=holder, shop=shop, points=5, cause=cause("spend:2"))
    services.merge(keep=holder, drop=other, cause=cause("merge"))
    late = cause("expire", at=now.replace(month=12, day=20))
    services.expire(holder=holder, cause=late)
    return {"funds": funds, "holder": holder, "shop": shop, "spent": spent}


def faults() -> dict[str, list[verify.Fault]]:
    found: dict[str, list[verify.Fault]] = {}
    for fault in verify.find_faults():
        found.setdefault(fault.check, []).append(fault)
    return found


def test_nothing_is_found_where_nothing_is_wrong(books):
    assert {row.kind for row in Transaction.objects.all()} == {
        "fund", "move", "give_back", "set_aside", "release", "cover", "award", "reverse", "spend", "cancel", "merge",
        "expire",
    }  # fmt: skip
    assert faults() == {}
    assert faults() == {}


# What is planted, the checks that see it, and what they say: which account or transaction, expected, found.
PLANTED = [
    ("UPDATE points_account SET balance = balance + 3 WHERE id = {funds}",
     {"余额等于分录合计": ("877", "880"), "预算余额等于拨付减发放": ("877", "880"),
      "全区发行等于其余各账户之和": ("0", "3")}),
    ("UPDATE points_account SET balance = balance - 3 WHERE id = {holder}",
     {"余额等于分录合计": ("40", "37"), "持有人余额等于批次剩余": ("40", "37"),
      "全区发行等于其余各账户之和": ("0", "-3")}),
    ("UPDATE points_account SET balance = 9 WHERE id = {shop}", {"余额等于分录合计": ("11", "9")}),
    ('UPDATE points_lot SET "left" = "left" - 1 WHERE id = {lot}',
     {"批次剩余等于发放减使用": ("40", "39"), "持有人余额等于批次剩余": ("39", "40")}),
    ("UPDATE points_entry SET amount = amount + 2 WHERE transaction_id = {spend} AND amount > 0",
     {"交易收支相抵": ("收支相抵、转移 5", "合计 2、转移 7"), "全区发行等于其余各账户之和": ("0", "2")}),
    ("DELETE FROM points_entry WHERE transaction_id = {move}", {"交易收支相抵": ("收支相抵、转移 10", "没有分录")}),
    ("UPDATE points_transaction SET points = 11 WHERE id = {move}",
     {"交易收支相抵": ("收支相抵、转移 11", "合计 0、转移 10"), "预算余额等于拨付减发放": None}),
    ("UPDATE points_transaction SET kind = 'award' WHERE id = {move}",
     {"交易去向": ("budget>holder", "budget>budget"), "预算余额等于拨付减发放": None}),
    ("UPDATE points_allocation SET amount = amount - 1 WHERE transaction_id = {spend}",
     {"交易与积分批次一致": ("-4", "-5"), "批次剩余等于发放减使用": None}),
    ("DELETE FROM points_lot WHERE transaction_id = {merge}",
     {"交易与积分批次一致": None}),
    ("DELETE FROM points_allocation WHERE transaction_id = {cancel} AND lot_id = {lot}",
     {"退回等于当初所扣": ("5", "0"), "交易与积分批次一致": ("20", "25"), "批次剩余等于发放减使用": None}),
    ("UPDATE points_entry SET account_id = {theirs} WHERE transaction_id = {reverse} AND account_id = {funds}",
     {"撤销与原交易相反": None, "余额等于分录合计": None, "预算余额等于拨付减发放": None}),
    ("UPDATE points_allocation SET amount = amount + 1 WHERE transaction_id = {cancel} AND lot_id = {lot}",
     {"退回等于当初所扣": ("5", "4"), "交易与积分批次一致": None, "批次剩余等于发放减使用": None}),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "seen"), PLANTED)
def test_what_is_planted_is_found(books, district, statement, seen):
    names = {name: Transaction.objects.get(key=name).pk for name in ("move", "merge", "cancel", "reverse")}
    names |= {name: books[name].pk for name in ("funds", "holder", "shop")}
    names["spend"] = Transaction.objects.get(key="spend:2").pk
    names["lot"] = Lot.objects.filter(account=books["holder"]).order_by("pk")[0].pk
    names["theirs"] = Account.objects.get(kind="budget", unit=district.community_2).pk
    with unguarded() as cursor:
        cursor.execute(statement.format(**names))
        assert cursor.rowcount
    found = faults()
    assert set(seen) <= set(found)
    for check, values in seen.items():
        if values is not None:
            assert [(fault.expected, fault.found) for fault in found[check]] == [values]
    places = {fault.unit_id for some in found.values() for fault in some}
    assert places <= {district.community_1.pk, district.community_2.pk, district.district.pk}


def test_a_fault_says_whose_it_is(books, district):
    with unguarded() as cursor:
        cursor.execute("UPDATE points_account SET balance = balance - 3 WHERE id = %s", [books["holder"].pk])
    found = faults()
    (fault,) = found["持有人余额等于批次剩余"]
    assert (fault.unit_id, fault.about) == (district.community_1.pk, f"持有人账户 {books['holder'].pk}")
    assert [one.unit_id for one in found["全区发行等于其余各账户之和"]] == [district.district.pk]
    for unit, count in (
        (district.district, 3), (district.street_1, 2), (district.community_1, 2), (district.community_2, 0),
        (district.grid_1, 0), (district.street_2, 0),
    ):  # fmt: skip
        assert len(verify.find_faults(unit)) == count


def test_higher_subjects_add_their_checks(books, district, monkeypatch):
    monkeypatch.setattr(verify, "_checks", {})
    fault = verify.Fault(district.community_1.pk, "库存", "商品 1", "3", "2")

    def stock():
        return [fault]

    verify.register_check("stock", "库存", stock)
    verify.register_check("stock", "库存", stock)
    assert verify.labels()[-1] == "库存"
    assert verify.find_faults() == [fault]
    with pytest.raises(ValueError, match="two checks"):
        verify.register_check("stock", "订单", stock)


def test_the_command_prints_each_fault_and_ends_with_one(books, district):
    out = StringIO()
    call_command("verify_ledger", stdout=out)
    assert "账目相符（" in out.getvalue()
    with unguarded() as cursor:
        cursor.execute("UPDATE points_account SET balance = balance - 3 WHERE id = %s", [books["holder"].pk])
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_ledger", stdout=out)
    assert ended.value.code == 1
    assert f"第一街道1社区｜余额等于分录合计｜持有人账户 {books['holder'].pk}：应为 40，实为 37\n" in out.getvalue()
    assert "共 3 处差错。" in out.getvalue()
    out = StringIO()
    call_command("verify_ledger", unit=district.street_2.code, stdout=out)
    assert "账目相符" in out.getvalue()
    with pytest.raises(CommandError, match="没有编码为 12 的单位"):
        call_command("verify_ledger", unit="12")
