"""Special care lists 重点关爱: who is on one, the visits that are due by turns, and those that were made."""

from django.db import models
from django.db.models import F, Q

from members.care.querysets import CareQuerySet, OfCareQuerySet
from members.models.placed import Placed

LEVELS = [("A", "A 级"), ("B", "B 级"), ("C", "C 级")]
OPEN, PAUSED, ENDED = "open", "paused", "ended"
STATES = [(OPEN, "走访中"), (PAUSED, "暂停走访"), (ENDED, "已结束")]
# Why a record ended: by hand, and by what became of the person.
ENDINGS = [("improved", "不再符合条件"), ("declined", "本人或家属不需要"), ("mistake", "登记有误"), ("other", "其他")]
ENDS = [*ENDINGS, ("died", "死亡"), ("left", "迁出"), ("merged", "档案合并")]
PAUSES = [("hospital", "住院"), ("away", "外出"), ("other", "其他")]
HOWS = [("home", "上门"), ("phone", "电话"), ("video", "视频")]
ABSENT = "absent"
FOUND = [("ok", "正常"), ("help", "需要帮助"), (ABSENT, "没有见到")]
# A turn that is open and late counts as missed already; see selectors.
TURNS = [("open", "待走访"), ("met", "按时走访"), ("missed", "超期走访"), ("cancelled", "已取消")]


class CareKind(models.Model):
    """A list: 独居老人. Which policy gives its rhythm at each level is data; the rhythm itself is in that policy."""

    code = models.SlugField(unique=True)
    name = models.CharField("名称", max_length=20, unique=True)
    order = models.PositiveSmallIntegerField("顺序", default=100)
    needs_grounds = models.BooleanField("必须填写认定依据", default=False)
    grounds_hint = models.CharField("认定依据填写说明", max_length=100, blank=True)
    policy_a = models.SlugField("A 级走访方案", default="care-weekly")
    policy_b = models.SlugField("B 级走访方案", default="care-half-month")
    policy_c = models.SlugField("C 级走访方案", default="care-monthly")
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        ordering = ("order", "pk")

    def __str__(self) -> str:
        return self.name

    def policy_of(self, level: str) -> str:
        """The code of the policy that gives this level its rhythm."""
        return str(getattr(self, f"policy_{level.lower()}"))


class CareRecord(Placed):
    """That a person is on a list, since when, at which level, and who visits. Its place is the person's.

    `due_at` and `card` are what its clock shows, kept beside it so that lists read one table; see care.turns.show.
    """

    person = models.ForeignKey("members.Person", models.PROTECT, related_name="care_records", verbose_name="居民")
    kind = models.ForeignKey(CareKind, models.PROTECT, related_name="records", verbose_name="类别")
    level = models.CharField("关爱等级", max_length=1, choices=LEVELS, default="B")
    grounds = models.CharField("认定依据", max_length=200, blank=True)
    words = models.CharField("走访提示", max_length=500, blank=True)
    visitor = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="走访人"
    )
    state = models.CharField("状态", max_length=6, choices=STATES, default=OPEN)
    since = models.DateField("列入日期")
    until_on = models.DateField("结束日期", null=True, blank=True)
    ended_how = models.CharField("结束原因", max_length=8, choices=ENDS, blank=True)
    pause_reason = models.CharField("暂停原因", max_length=8, choices=PAUSES, blank=True)
    paused_until = models.DateField("暂停至", null=True, blank=True)
    last_visit_at = models.DateTimeField("上次走访", null=True, blank=True)
    due_at = models.DateTimeField("走访时限", null=True, blank=True)
    card = models.CharField(max_length=6, blank=True)
    policy_version = models.ForeignKey("deadlines.PolicyVersion", models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    objects = CareQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind"], condition=~Q(state="ended"), name="one_open_care_record_of_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(state="ended", until_on__isnull=False, due_at=None) | ~Q(state="ended") & Q(until_on=None),
                name="care_has_ended_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(state="paused", paused_until__isnull=False) | ~Q(state="paused") & Q(paused_until=None),
                name="care_is_paused_until_a_day",
            ),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("since")), name="care_ends_after_it_began"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["street", "due_at", "id"], condition=~Q(state="ended"), name="care_street_due"),
            models.Index(fields=["community", "due_at", "id"], condition=~Q(state="ended"), name="care_community_due"),
            models.Index(fields=["grid", "due_at", "id"], condition=~Q(state="ended"), name="care_grid_due"),
            models.Index(fields=["street", "-id"], name="care_street"),
            models.Index(fields=["community", "-id"], name="care_community"),
            models.Index(fields=["grid", "-id"], name="care_grid"),
            models.Index(fields=["district", "kind"], condition=~Q(state="ended"), name="care_district_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.person.name}（{self.kind.name}）"


class CareTurn(Placed):
    """One turn of the rhythm: a visit that is due, and what became of it. It has a clock of its own.

    `due_at` is empty while the visits are paused in time. An ended turn stays with the place that it ended in.
    """

    record = models.ForeignKey(CareRecord, models.PROTECT, related_name="turns")
    kind = models.ForeignKey(CareKind, models.PROTECT, related_name="+")
    level = models.CharField(max_length=1, choices=LEVELS)
    state = models.CharField("结果", max_length=9, choices=TURNS, default="open")
    started_at = models.DateTimeField()
    due_at = models.DateTimeField("应访时限", null=True, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)

    objects = CareQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record"], condition=Q(state="open"), name="one_open_turn_of_a_record"),
            models.CheckConstraint(
                condition=Q(state="open", ended_at=None) | ~Q(state="open") & Q(ended_at__isnull=False),
                name="an_ended_turn_has_its_moment",
            ),
        ]
        indexes = [
            models.Index(fields=["district", "due_at"], name="care_turn_district"),
            models.Index(fields=["street", "due_at", "id"], name="care_turn_street"),
            models.Index(fields=["community", "due_at", "id"], name="care_turn_community"),
            models.Index(fields=["grid", "due_at", "id"], name="care_turn_grid"),
        ]


class CareVisit(models.Model):
    """A visit, or an attempt at one (`found` absent), as it was written down. Never changed."""

    record = models.ForeignKey(CareRecord, models.PROTECT, related_name="visits")
    turn = models.ForeignKey(CareTurn, models.PROTECT, related_name="visits")
    at = models.DateTimeField("走访时间")
    how = models.CharField("方式", max_length=5, choices=HOWS)
    found = models.CharField("情况", max_length=6, choices=FOUND)
    words = models.CharField("走访记录", max_length=500, blank=True)
    by_user = models.BigIntegerField()
    by_name = models.CharField("走访人", max_length=64)
    unit_name = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    objects = OfCareQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["record", "-at"], name="care_visit_record")]


class CareEvent(models.Model):
    """A line of a record's history beside its visits. Never changed."""

    record = models.ForeignKey(CareRecord, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=16)
    at = models.DateTimeField()
    words = models.CharField(max_length=500, blank=True)
    by_user = models.BigIntegerField(default=0)
    by_name = models.CharField(max_length=64)
    unit_name = models.CharField(max_length=64, blank=True)

    objects = OfCareQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["record", "-at"], name="care_event_record")]
