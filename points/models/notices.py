"""The community's public notice 积分公示: who was given and exchanged how many points in a month."""

from django.db import models
from django.db.models import Q

from members.models.placed import OfUnit
from points.rounds.querysets import NoticeQuerySet, ObjectionQuerySet

NOTICE_STATES = [("draft", "待公示"), ("published", "已公示"), ("replaced", "已更正")]


class Unnamed(models.Model):
    """Somebody who asked not to be named in public notices. They are counted; taken back, the row goes."""

    person = models.OneToOneField("members.Person", models.PROTECT, related_name="+", verbose_name="居民")
    words = models.CharField("说明", max_length=200)
    set_at = models.DateTimeField("登记时间")
    set_by_name = models.CharField("登记人", max_length=32)

    def __str__(self) -> str:
        return str(self.person)


class Notice(OfUnit):
    """A community's notice of a month, in an edition. Published it never changes (a trigger holds it): what was wrong
    is put right by the next edition, which says why.

    `unit` is whose points it tells of, for good; `community` is who looks after it: of one that closed its successor.
    `code` stands in the public address, and is the same for all editions of the month.
    """

    month = models.DateField("月份")
    edition = models.PositiveSmallIntegerField("版次", default=1)
    state = models.CharField("状态", max_length=9, choices=NOTICE_STATES, default="draft")
    code = models.CharField(max_length=16)
    reason = models.CharField("更正原因", max_length=200, blank=True)
    given = models.BigIntegerField("发放积分", default=0)
    exchanged = models.BigIntegerField("兑换积分", default=0)
    people = models.PositiveIntegerField("人（户）数", default=0)
    # Of these, those who are counted and not named.
    unnamed = models.PositiveIntegerField("不具名", default=0)
    unnamed_given = models.BigIntegerField(default=0)
    unnamed_exchanged = models.BigIntegerField(default=0)
    made_at = models.DateTimeField("拟定时间")
    made_by_name = models.CharField("拟定人", max_length=32)
    published_at = models.DateTimeField("公示时间", null=True)
    published_by_name = models.CharField("公示人", max_length=32, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "month", "edition"], name="one_points_notice_of_an_edition"),
            models.UniqueConstraint(
                fields=["unit", "month"], condition=Q(state="draft"), name="one_draft_of_a_units_notice"
            ),
            models.UniqueConstraint(
                fields=["unit", "month"], condition=Q(state="published"), name="one_notice_of_a_unit_in_force"
            ),
            models.CheckConstraint(condition=Q(edition=1) | ~Q(reason=""), name="a_correction_says_why"),
            models.CheckConstraint(
                condition=Q(state="draft", published_at=None) | ~Q(state="draft") & Q(published_at__isnull=False),
                name="a_published_notice_says_when",
            ),
        ]
        indexes = [
            models.Index(fields=["street", "-month", "-id"], name="points_notice_street"),
            models.Index(fields=["community", "-month", "-id"], name="points_notice_community"),
            models.Index(fields=["code"], name="points_notice_code"),
        ]

    def __str__(self) -> str:
        return f"{self.unit.name} {self.month:%Y}年{self.month.month}月积分公示"


class NoticeLine(models.Model):
    """One resident or household, as the public reads it: text, with nobody's key, so that nothing changes it later."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="lines")
    place = models.CharField("楼栋", max_length=64, blank=True)
    name = models.CharField("姓名", max_length=40)
    given = models.IntegerField("发放积分")
    exchanged = models.IntegerField("兑换积分")

    def __str__(self) -> str:
        return self.name


class NoticeObjection(models.Model):
    """What somebody said against a notice, who took it down, and what was answered."""

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="objections")
    from_words = models.CharField("反映人", max_length=64)
    words = models.CharField("反映内容", max_length=500)
    received_on = models.DateField("收到日期")
    received_at = models.DateTimeField()
    received_by_name = models.CharField("登记人", max_length=32)
    answer = models.CharField("答复", max_length=500, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True)
    answered_by_name = models.CharField("答复人", max_length=32, blank=True)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None, answer="") | Q(answered_at__isnull=False) & ~Q(answer=""),
                name="an_answer_to_a_notice_says_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_words}的异议"
