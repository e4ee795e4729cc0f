"""Volunteer teams 群雁, their activities, who signed up and came, and the hours that somebody else confirmed."""

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from members.models.placed import OfUnit
from members.volunteers.querysets import ActivityQuerySet, HoursQuerySet, OfTeamQuerySet, OfUnitQuerySet, SignUpQuerySet
from members.volunteers.workflow import ACTIVITY_STATES, HOLDS_A_TIME, HOURS_STATES, SIGN_UP_STATES

# What teams do, and what an activity is about.
KINDS = [
    ("preach", "政策宣讲"), ("patrol", "治安巡逻"), ("civility", "文明劝导"), ("elder", "助老助残"),
    ("environment", "环境整治"), ("mediate", "邻里调解"), ("culture", "文体活动"), ("emergency", "应急值守"),
    ("other", "其他"),
]  # fmt: skip
TEAM_ROLES = [("member", "队员"), ("deputy", "副队长"), ("leader", "队长")]
HOWS = [("staff", "工作人员代报"), ("self", "本人报名")]
CHECKED = [("code", "签到码"), ("list", "名单点到")]
CARDS = [("", "正常"), ("yellow", "将到期"), ("red", "已超期")]
MOST_MINUTES = 480


class VolunteerTeam(OfUnit):
    """A team. `size` is how many belong to it now, kept beside so that a list reads one table."""

    name = models.CharField("队伍名称", max_length=64)
    kind = models.CharField("类型", max_length=12, choices=KINDS)
    words = models.CharField("简介", max_length=500, blank=True)
    site = models.ForeignKey("grids.Site", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="阵地")
    leader = models.ForeignKey("members.Person", models.PROTECT, null=True, blank=True, related_name="+")
    size = models.PositiveSmallIntegerField("人数", default=0)
    founded_on = models.DateField("成立日期")
    dissolved_on = models.DateField("解散日期", null=True, blank=True)
    dissolved_why = models.CharField("解散原因", max_length=200, blank=True)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    objects = OfUnitQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "name"], condition=Q(dissolved_on=None), name="one_team_of_a_name_in_a_unit"
            ),
            models.CheckConstraint(
                condition=Q(dissolved_on=None) | Q(dissolved_on__gte=F("founded_on")),
                name="a_team_is_dissolved_after_it_was_founded",
            ),
        ]
        indexes = [
            models.Index(fields=["district", "-id"], name="team_district"),
            models.Index(fields=["street", "-id"], name="team_street"),
            models.Index(fields=["community", "-id"], name="team_community"),
            models.Index(fields=["grid", "-id"], name="team_grid"),
        ]

    def __str__(self) -> str:
        return self.name


class TeamMember(models.Model):
    """That a person belongs to a team from a day to a day."""

    team = models.ForeignKey(VolunteerTeam, models.PROTECT, related_name="members")
    person = models.ForeignKey("members.Person", models.PROTECT, related_name="+")
    role = models.CharField("职务", max_length=8, choices=TEAM_ROLES, default="member")
    from_on = models.DateField("入队日期")
    until_on = models.DateField("离队日期", null=True, blank=True)
    ended_why = models.CharField("离队原因", max_length=200, blank=True)

    objects = OfTeamQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "person"], condition=Q(until_on=None), name="a_person_is_in_a_team_once"
            ),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")), name="a_team_membership_ends_after_it_began"
            ),
        ]
        indexes = [models.Index(fields=["person"], name="team_member_person")]


class Activity(OfUnit):
    """One activity on one day, of a team or of the unit itself.

    `pending` counts the hours that wait to be confirmed, `confirm_due_at` and `card` are what its clock says of them.
    """

    team = models.ForeignKey(VolunteerTeam, models.PROTECT, null=True, blank=True, related_name="activities")
    kind = models.CharField("类型", max_length=12, choices=KINDS)
    title = models.CharField("活动名称", max_length=80)
    words = models.CharField("活动内容", max_length=1000, blank=True)
    site = models.ForeignKey("grids.Site", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="阵地")
    address = models.CharField("地点", max_length=200, blank=True)
    lon = models.FloatField("经度", null=True, blank=True)
    lat = models.FloatField("纬度", null=True, blank=True)
    starts_at = models.DateTimeField("开始时间")
    ends_at = models.DateTimeField("结束时间")
    # None: as many as come.
    capacity = models.PositiveSmallIntegerField("名额", null=True, blank=True)
    # None: until it starts.
    sign_up_until = models.DateTimeField("报名截止", null=True, blank=True)
    planned_minutes = models.PositiveSmallIntegerField("计划时长（分钟）")
    state = models.CharField("状态", max_length=10, choices=ACTIVITY_STATES, default="draft")
    # What the codes of its check-in are derived from, with the installation's own key (codes.py).
    code_key = models.UUIDField(default=uuid.uuid4, editable=False)
    made_by_user = models.BigIntegerField()
    made_by_name = models.CharField("发起人", max_length=32)
    cancelled_why = models.CharField("取消原因", max_length=200, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    pending = models.PositiveSmallIntegerField("待确认", default=0)
    confirm_due_at = models.DateTimeField("确认时限", null=True, blank=True)
    card = models.CharField(max_length=6, choices=CARDS, blank=True)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="an_activity_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(capacity=None) | Q(capacity__gt=0), name="an_activity_has_room"),
        ]
        indexes = [
            models.Index(fields=["district", "state", "-starts_at", "-id"], name="activity_district"),
            models.Index(fields=["street", "state", "-starts_at", "-id"], name="activity_street"),
            models.Index(fields=["community", "state", "-starts_at", "-id"], name="activity_community"),
            models.Index(fields=["grid", "state", "-starts_at", "-id"], name="activity_grid"),
            models.Index(fields=["street", "confirm_due_at"], condition=Q(pending__gt=0), name="activity_pending"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def where(self) -> str:
        """The site's name or the address."""
        return self.site.name if self.site else self.address


class _Period(Func):
    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class SignUp(models.Model):
    """That a person wants to come, and whether they did. The times are the activity's, kept beside: a person is in
    one place at a time, and the database holds it."""

    activity = models.ForeignKey(Activity, models.PROTECT, related_name="sign_ups")
    person = models.ForeignKey("members.Person", models.PROTECT, related_name="+")
    state = models.CharField("状态", max_length=9, choices=SIGN_UP_STATES, default="signed")
    how = models.CharField("报名方式", max_length=5, choices=HOWS, default="staff")
    at = models.DateTimeField("报名时间")
    by_name = models.CharField("报名人", max_length=32)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    checked_in_at = models.DateTimeField("签到", null=True, blank=True)
    checked_out_at = models.DateTimeField("签退", null=True, blank=True)
    checked_how = models.CharField("签到方式", max_length=4, choices=CHECKED, blank=True)
    cancelled_why = models.CharField("取消原因", max_length=200, blank=True)
    # Wrong codes, and in which window.
    tries = models.PositiveSmallIntegerField(default=0)
    tries_window = models.BigIntegerField(default=0)

    objects = SignUpQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "person"], condition=~Q(state="cancelled"), name="a_person_signs_up_once"
            ),
            ExclusionConstraint(
                name="a_person_is_at_one_activity_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    (_Period("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=Q(state__in=HOLDS_A_TIME),
            ),
            models.CheckConstraint(
                condition=Q(checked_out_at=None) | Q(checked_out_at__gte=F("checked_in_at")),
                name="who_leaves_has_come",
            ),
        ]
        indexes = [
            models.Index(fields=["activity", "state", "at", "id"], name="sign_up_activity"),
            models.Index(fields=["person", "-starts_at"], name="sign_up_person"),
        ]

    def __str__(self) -> str:
        return str(self.person)


class ServiceHours(OfUnit):
    """Minutes that a person served, on a day. Once decided a row never changes: a correction is a new row that names
    the one that it stands for. Held by a trigger of the database (migration), which lets a merged person's rows follow.
    """

    person = models.ForeignKey("members.Person", models.PROTECT, related_name="+")
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="hours")
    on = models.DateField("日期")
    minutes = models.PositiveSmallIntegerField("时长（分钟）")
    state = models.CharField("状态", max_length=9, choices=HOURS_STATES, default="proposed")
    corrects = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="corrected_by")
    words = models.CharField("说明", max_length=200, blank=True)
    proposed_at = models.DateTimeField()
    proposed_by_name = models.CharField("提交人", max_length=32)
    # The account of the volunteer, where they have one: it decides nothing here.
    volunteer_user = models.BigIntegerField(null=True, blank=True)
    decided_by_user = models.BigIntegerField(null=True, blank=True)
    decided_by_name = models.CharField("确认人", max_length=32, blank=True)
    decided_at = models.DateTimeField("确认时间", null=True, blank=True)

    objects = HoursQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="proposed", decided_at=None, decided_by_user=None)
                | ~Q(state="proposed") & Q(decided_at__isnull=False, decided_by_user__isnull=False),
                name="decided_hours_say_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(volunteer_user=None) | Q(decided_by_user=None) | ~Q(decided_by_user=F("volunteer_user")),
                name="nobody_decides_their_own_hours",
            ),
            models.CheckConstraint(condition=Q(minutes__lte=MOST_MINUTES), name="hours_of_one_day"),
            # A correction to nothing leaves room for another record of the same person.
            models.UniqueConstraint(
                fields=["activity", "person"], condition=Q(state__in=("proposed", "confirmed"), minutes__gt=0),
                name="hours_of_a_person_count_once",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["street", "state", "-id"], name="hours_street"),
            models.Index(fields=["community", "state", "-id"], name="hours_community"),
            models.Index(fields=["grid", "state", "-id"], name="hours_grid"),
            models.Index(fields=["person", "on"], name="hours_person"),
            models.Index(
                fields=["district", "on"], condition=Q(state="confirmed"), name="hours_confirmed_on",
                include=["street", "community", "minutes"],
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.person} {self.minutes} 分钟"
