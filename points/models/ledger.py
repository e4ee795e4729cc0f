"""The ledger: accounts, balanced transactions, lots of points that expire, and what was taken from which lot.

The database itself holds what is promised here (migration 0001): transactions, entries and allocations accept inserts
alone; a transaction balances, and the lots of a holder follow its entries; balances and what is left of a lot are kept
by triggers and by nobody else; nothing goes below zero.
"""

from django.db import models
from django.db.models import F, Q

from members.models.placed import OfUnit
from points.ledger.querysets import OfBooksQuerySet, TransactionQuerySet

# Where points come from, who may give them, who has them, and where they end.
ACCOUNT_KINDS = [
    ("issue", "积分发行"), ("budget", "单位预算"), ("holder", "持有人"), ("shop", "积分超市"), ("reserve", "离线备付"),
    ("expired", "过期收回"),
]  # fmt: skip
# Accounts with a balance of their own, which never falls below zero. The others are added up from their entries: a row
# that everybody writes would make all wait for each other.
KEPT = ("budget", "holder", "reserve")
TRANSACTION_KINDS = [
    ("fund", "拨付预算"), ("move", "预算划转"), ("give_back", "预算交回"), ("award", "发放积分"), ("spend", "兑换"),
    ("cancel", "取消兑换"), ("expire", "积分过期"), ("reverse", "冲正"), ("merge", "档案合并"),
    ("set_aside", "设离线备付"), ("release", "解除离线备付"), ("cover", "备付垫付"),
]  # fmt: skip


class Account(models.Model):
    """One account. A holder is a person or a household; a budget is a unit's for a period; a shop and its reserve are a
    service site's; points are issued and expire in the district (`unit`).
    """

    kind = models.CharField("类别", max_length=8, choices=ACCOUNT_KINDS)
    district = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+")
    unit = models.ForeignKey("grids.Unit", models.PROTECT, null=True, related_name="+", verbose_name="单位")
    person = models.ForeignKey("members.Person", models.PROTECT, null=True, related_name="+", verbose_name="居民")
    household = models.ForeignKey("members.Household", models.PROTECT, null=True, related_name="+", verbose_name="住户")
    site = models.ForeignKey("grids.Site", models.PROTECT, null=True, related_name="+", verbose_name="积分超市")
    from_on = models.DateField("起", null=True)
    until_on = models.DateField("止", null=True)
    # Of the kinds in KEPT; 0 in all others. Written by the database alone.
    balance = models.BigIntegerField("余额", default=0, editable=False)
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(balance__gte=0), name="points_never_overdrawn"),
            models.CheckConstraint(
                condition=(
                    Q(kind="holder", unit=None, site=None, from_on=None, until_on=None)
                    & (Q(person__isnull=False, household=None) | Q(person=None, household__isnull=False))
                )
                | Q(kind="budget", unit__isnull=False, person=None, household=None, site=None, from_on__isnull=False,
                    until_on__gte=F("from_on"))
                | Q(kind__in=("shop", "reserve"), site__isnull=False, unit=None, person=None, household=None,
                    from_on=None, until_on=None)
                | Q(kind__in=("issue", "expired"), unit__isnull=False, person=None, household=None, site=None,
                    from_on=None, until_on=None),
                name="points_account_is_somebodys",
            ),
            models.UniqueConstraint(fields=["person"], name="one_points_account_a_person"),
            models.UniqueConstraint(fields=["household"], name="one_points_account_a_household"),
            models.UniqueConstraint(fields=["site", "kind"], name="one_points_account_a_shop"),
            models.UniqueConstraint(
                fields=["unit", "from_on"], condition=Q(kind="budget"), name="one_points_budget_a_period"
            ),
            models.UniqueConstraint(
                fields=["unit", "kind"], condition=Q(kind__in=("issue", "expired")), name="one_points_source_a_district"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.person or self.household or self.site or self.unit}"


class Transaction(OfUnit):
    """One change of points, whole or not at all. The same `key` is the same transaction; so is the same source.

    `unit` is whose business it was (the community that gave, the shop's community): street or below.
    """

    kind = models.CharField("类别", max_length=9, choices=TRANSACTION_KINDS)
    key = models.CharField(max_length=100, unique=True)
    # What the caller asked, as SHA-256: the same key with another content is refused.
    content = models.CharField(max_length=64)
    source_type = models.CharField(max_length=32, blank=True)
    source_id = models.BigIntegerField(default=0)
    undoes = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="undone_by", verbose_name="冲正或取消的交易"
    )
    points = models.PositiveIntegerField("积分")
    words = models.CharField("说明", max_length=200, blank=True)
    by_user = models.BigIntegerField()
    by_name = models.CharField("经办人", max_length=32)
    on = models.DateField("日期")
    at = models.DateTimeField("时间")
    # The database's own number of the change that wrote it: entries may be added in that change alone.
    xact = models.BigIntegerField(default=0, editable=False)

    objects = TransactionQuerySet.as_manager()
    # Whether the call at hand wrote it; False where the key had been used before.
    is_new = False

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(points__gt=0), name="points_transaction_moves_something"),
            models.CheckConstraint(
                condition=Q(kind__in=("cancel", "reverse"), undoes__isnull=False)
                | ~Q(kind__in=("cancel", "reverse")) & Q(undoes=None),
                name="points_undoing_names_what",
            ),
            models.UniqueConstraint(
                fields=["kind", "source_type", "source_id"], condition=~Q(source_type=""), name="points_once_a_source"
            ),
        ]
        indexes = [
            models.Index(fields=["district", "-id"], name="points_tx_district"),
            models.Index(fields=["street", "-id"], name="points_tx_street"),
            models.Index(fields=["community", "-id"], name="points_tx_community"),
            models.Index(fields=["community", "kind", "on"], name="points_tx_kind_on"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.points} 分"


class Entry(models.Model):
    """One side of a transaction: points that came to an account (positive) or left it (negative)."""

    transaction = models.ForeignKey(Transaction, models.PROTECT, related_name="entries")
    account = models.ForeignKey(Account, models.PROTECT, related_name="entries")
    amount = models.IntegerField("积分")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="points_entry_moves_something"),
            models.UniqueConstraint(fields=["transaction", "account"], name="points_entry_once_an_account"),
        ]
        indexes = [models.Index(fields=["account", "-id"], name="points_entry_account")]

    def __str__(self) -> str:
        return f"{self.amount:+d} 分"


class Lot(models.Model):
    """Points that came to a holder together and expire together, at the end of `expires_on`."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="lots")
    transaction = models.ForeignKey(Transaction, models.PROTECT, related_name="lots")
    # The lot whose points these are, where a refund found that lot expired, or a merge brought them here.
    stands_for = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    amount = models.PositiveIntegerField("积分")
    # Written by the database alone.
    left = models.PositiveIntegerField("剩余")
    expires_on = models.DateField("有效期至")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(left__lte=F("amount"), amount__gt=0), name="points_lot_holds_its_amount")
        ]
        indexes = [
            models.Index(
                fields=["account", "expires_on", "id"], condition=Q(left__gt=0), name="points_lot_open",
                include=["left"],
            ),
            models.Index(fields=["expires_on", "account"], condition=Q(left__gt=0), name="points_lot_expiring"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.left}/{self.amount} 分，{self.expires_on} 到期"


class Allocation(models.Model):
    """What a transaction took from a lot (positive) or gave back to it (negative)."""

    transaction = models.ForeignKey(Transaction, models.PROTECT, related_name="allocations")
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="allocations")
    amount = models.IntegerField("积分")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="points_allocation_takes_something"),
            models.UniqueConstraint(fields=["transaction", "lot"], name="points_allocation_once_a_lot"),
        ]

    def __str__(self) -> str:
        return f"{self.amount:+d} 分"


class AwardHalt(models.Model):
    """A unit may give no points from `since` until it is lifted: its books do not balance, or somebody looks closer."""

    unit = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+", verbose_name="单位")
    since = models.DateTimeField("暂停时间")
    why = models.CharField("原因", max_length=500)
    lifted_at = models.DateTimeField("恢复时间", null=True)
    lifted_by_name = models.CharField("恢复人", max_length=32, blank=True)
    lifted_why = models.CharField("恢复说明", max_length=200, blank=True)

    objects = OfBooksQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit"], condition=Q(lifted_at=None), name="one_open_points_halt_a_unit")
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.why}"


class LedgerCheck(models.Model):
    """One run of the reconciliation: when, how long it took, and how much it found."""

    at = models.DateTimeField("核对时间")
    took_ms = models.PositiveIntegerField("用时（毫秒）")
    transactions = models.PositiveBigIntegerField("交易数")
    faults = models.PositiveIntegerField("差错数")

    class Meta:
        indexes = [models.Index(fields=["-at"], name="points_check_at")]

    def __str__(self) -> str:
        return f"{self.at} {self.faults} 处差错"


class LedgerFault(models.Model):
    """What a run found wrong: where, what should be there, and what is. It names an account, and never a person."""

    run = models.ForeignKey(LedgerCheck, models.CASCADE, related_name="found")
    unit = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+", verbose_name="单位")
    check_label = models.CharField("核对项目", max_length=40)
    about = models.CharField("账户或交易", max_length=100)
    expected = models.CharField("应为", max_length=60)
    actual = models.CharField("实为", max_length=60)

    objects = OfBooksQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["run", "id"], name="points_fault_run")]

    def __str__(self) -> str:
        return f"{self.check_label} {self.about}：应为 {self.expected}，实为 {self.actual}"
