"""Careers of community workers: who serves where in which post and grade, and everything that happened to them."""

from django.db import models
from django.db.models import F, Q

from members.careers.querysets import CareerQuerySet
from members.models.placed import Placed

SECRETARY, DEPUTY, WORKER, GRID = "secretary", "deputy", "worker", "grid"
# 三岗, and the stage before them. The post is of the work, not of the party.
POSTS = [(SECRETARY, "正职"), (DEPUTY, "副职"), (WORKER, "一般岗"), (GRID, "专职网格员")]
POST_DUTIES = {
    SECRETARY: "社区书记、主任", DEPUTY: "社区“两委”成员", WORKER: "社区工作者", GRID: "专职网格员",
}  # fmt: skip
TOP_GRADE = 6
RECRUITED = [("open", "公开招聘"), ("selected", "选聘"), ("elected", "两委补选"), ("transferred", "转任")]
DEGREES = [("", "高中及以下"), ("college", "专科"), ("bachelor", "本科"), ("master", "硕士及以上")]
CERTIFICATES = [
    ("", "无"), ("assistant", "助理社会工作师"), ("social_worker", "社会工作师"), ("senior", "高级社会工作师"),
]  # fmt: skip
SERVING, PROMOTED, REMOVED, RESIGNED, RETIRED, DIED = "serving", "promoted", "removed", "resigned", "retired", "died"
CAREER_STATES = [
    (SERVING, "在岗"), (PROMOTED, "进入街道事业编"), (REMOVED, "已清退"), (RESIGNED, "已辞职"), (RETIRED, "已退休"),
    (DIED, "已故"),
]  # fmt: skip
EVENT_KINDS = [
    ("entered", "入职"), ("regraded", "晋级"), ("moved", "调整单位"), ("facts", "更新学历、证书"),
    ("promoted", "晋升"),
    ("rewarded", "奖励"), ("disciplined", "处分"), ("appraised", "年度考核"), ("removed", "清退"), ("resigned", "辞职"),
    ("retired", "退休"), ("died", "死亡"), ("person_left", "本人迁出本区"), ("merged", "居民档案合并"),
]  # fmt: skip


class PayScale(models.Model):
    """A version of the pay scale that the district centre added. Shapes of `amounts`, `rules`: members.careers.pay."""

    number = models.PositiveSmallIntegerField(unique=True)
    valid_from = models.DateField("施行日期")
    note = models.CharField("依据", max_length=200)
    amounts = models.JSONField()
    rules = models.JSONField()
    made_by_user = models.BigIntegerField()
    made_by_name = models.CharField(max_length=64)
    made_at = models.DateTimeField()


class Career(Placed):
    """One person's service. The place is that of the work; where the person lives is the person's own."""

    person = models.ForeignKey("members.Person", models.PROTECT, related_name="careers", verbose_name="姓名")
    post = models.CharField("岗位", max_length=9, choices=POSTS)
    grade = models.PositiveSmallIntegerField("级别", default=1)
    duty = models.CharField("职务", max_length=64, blank=True)
    entered_on = models.DateField("入职日期")
    post_since = models.DateField("任现岗位日期")
    recruited = models.CharField("进入方式", max_length=11, choices=RECRUITED)
    degree = models.CharField("学历", max_length=8, choices=DEGREES, blank=True)
    certificate = models.CharField("职业资格", max_length=13, choices=CERTIFICATES, blank=True)
    under_35 = models.BooleanField("入职时 35 周岁以下", default=False)
    state = models.CharField("状态", max_length=8, choices=CAREER_STATES, default=SERVING)
    ended_on = models.DateField("离岗日期", null=True, blank=True)
    # The day on which a higher grade is due, worked out with every change; null when none ever is.
    next_grade_on = models.DateField("应晋级日期", null=True, blank=True)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    objects = CareerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(state="serving"), name="a_person_serves_once"),
            models.CheckConstraint(
                condition=Q(state="serving", ended_on=None) | (~Q(state="serving") & Q(ended_on__isnull=False)),
                name="who_serves_has_not_ended",
            ),
            models.CheckConstraint(condition=Q(grade__gte=1, grade__lte=TOP_GRADE), name="a_grade_of_six"),
            models.CheckConstraint(condition=Q(post_since__gte=F("entered_on")), name="a_post_after_the_entry"),
        ]
        indexes = [
            models.Index(fields=["district", "state", "-id"], name="career_district"),
            models.Index(fields=["street", "state", "-id"], name="career_street"),
            models.Index(fields=["community", "state", "-id"], name="career_community"),
            models.Index(fields=["next_grade_on"], condition=Q(state="serving"), name="career_due"),
        ]

    def __str__(self) -> str:
        return self.person.name

    @property
    def grade_label(self) -> str:
        """ "副职 3 级"; the stage before has no grades."""
        return self.get_post_display() if self.post == GRID else f"{self.get_post_display()} {self.grade} 级"

    @property
    def place(self) -> str:
        """Where they work."""
        return self.grid.name if self.grid else self.community.name


class CareerEvent(models.Model):
    """What happened: append-only. `before` and `after` have what changed; pay is a month's, in yuan."""

    career = models.ForeignKey(Career, models.PROTECT, related_name="events")
    kind = models.CharField("事项", max_length=11, choices=EVENT_KINDS)
    on = models.DateField("日期")
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    pay_before = models.PositiveIntegerField("变动前月工资", null=True)
    pay_after = models.PositiveIntegerField("变动后月工资", null=True)
    grounds = models.CharField("依据", max_length=500, blank=True)
    procedure = models.ForeignKey("members.CareerProcedure", models.PROTECT, null=True, related_name="events")
    by_user = models.BigIntegerField()
    by_name = models.CharField(max_length=64)
    by_unit = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["career", "on", "id"], name="career_event_of"),
            models.Index(fields=["kind", "on"], name="career_event_kind"),
        ]


class CareerMeasure(models.Model):
    """A reward or a discipline, in effect from a day to a day; a discipline blocks promotion for its time."""

    REWARD, DISCIPLINE = "reward", "discipline"
    KINDS = [(REWARD, "奖励"), (DISCIPLINE, "处分")]

    career = models.ForeignKey(Career, models.PROTECT, related_name="measures")
    kind = models.CharField("类别", max_length=10, choices=KINDS)
    name = models.CharField("名称", max_length=64)
    from_on = models.DateField("生效日期")
    until_on = models.DateField("影响期满", null=True, blank=True)
    grounds = models.CharField("事由", max_length=500)
    procedure = models.ForeignKey("members.CareerProcedure", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")), name="a_measure_ends_after_it_began"
            ),
            models.CheckConstraint(
                condition=Q(kind="reward") | Q(until_on__isnull=False), name="a_discipline_has_an_end"
            ),
        ]
