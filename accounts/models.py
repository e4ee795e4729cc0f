"""Users, the postings that they hold, their sessions and tokens."""

from datetime import date

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When

from accounts.querysets import ApiTokenQuerySet, PostingQuerySet, UserQuerySet
from governance.scope import Role, UnitKind

ROLE_LABELS = {
    Role.DISTRICT_LEADER: "区领导",
    Role.DISTRICT_CENTRE: "区网格中心",
    Role.STREET_LEADER: "街道书记",
    Role.STREET_STAFF: "街道干部",
    Role.COMMUNITY_SECRETARY: "社区书记",
    Role.COMMUNITY_WORKER: "社区工作者",
    Role.GRID_WORKER: "网格员",
    Role.PART_TIME_GRID_WORKER: "兼职网格员",
    Role.DEPARTMENT_STAFF: "部门干部",
    Role.ENTERPRISE_LIAISON: "企业联络员",
    Role.SHOP_CLERK: "积分超市管理员",
    Role.AUDITOR: "审计员",
    Role.SECURITY_ADMIN: "安全管理员",
    Role.SYSTEM_ADMIN: "系统管理员",
}


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Users by their sign-in name, without regard to case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        user: User = self.get(username__iexact=username)
        return user


class User(AbstractBaseUser):
    """A person who signs in. What they may do is in their postings, never here."""

    username = models.CharField("账号", max_length=32, unique=True)
    name = models.CharField("姓名", max_length=32)
    initials = models.CharField(max_length=32, blank=True)
    phone_sealed = models.CharField(max_length=255, blank=True)
    phone_index = models.CharField(max_length=64, blank=True, db_index=True)
    phone_masked = models.CharField("手机", max_length=20, blank=True)
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField(default=False)
    password_set_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [
            models.UniqueConstraint(Func(F("username"), function="LOWER"), name="username_without_regard_to_case"),
        ]

    def __str__(self) -> str:
        return self.name


class PasswordHistory(models.Model):
    """A password that a user had, as its hash: the last few may not be taken again."""

    user = models.ForeignKey(User, models.CASCADE, related_name="password_history")
    password = models.CharField(max_length=128)
    set_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["user", "-id"])]


class _DateRange(Func):
    function = "DATERANGE"
    output_field = DateRangeField()


def _days() -> _DateRange:
    return _DateRange("starts_on", "ends_on", RangeBoundary(inclusive_lower=True, inclusive_upper=True))


# 三员分立: each office is a side of its own, all business roles are the fourth; nobody stands on two at a time.
_SIDE = Case(
    When(role=Role.AUDITOR.value, then=Value(1)),
    When(role=Role.SECURITY_ADMIN.value, then=Value(2)),
    When(role=Role.SYSTEM_ADMIN.value, then=Value(3)),
    default=Value(0),
    output_field=models.IntegerField(),
)


class Posting(models.Model):
    """A role at a unit from a date to a date, both inclusive. Ended, never deleted: history names it."""

    user = models.ForeignKey(User, models.PROTECT, related_name="postings")
    unit = models.ForeignKey("grids.Unit", models.PROTECT, related_name="postings")
    role = models.CharField("岗位", max_length=2, choices=[(r.value, n) for r, n in ROLE_LABELS.items()])
    is_leader = models.BooleanField("单位负责人", default=False)
    starts_on = models.DateField("起")
    ends_on = models.DateField("止", null=True, blank=True)
    # Taken back on its first day: it ends at once, and counts for no day.
    cancelled_at = models.DateTimeField(null=True)

    objects = PostingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="posting_ends_after_it_starts"
            ),
            ExclusionConstraint(
                name="one_posting_per_user_unit_role_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("unit", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (_days(), RangeOperators.OVERLAPS),
                ],
                condition=Q(cancelled_at=None),
            ),
            ExclusionConstraint(
                name="three_offices_exclude_each_other",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    (_SIDE, RangeOperators.NOT_EQUAL),
                    (_days(), RangeOperators.OVERLAPS),
                ],
                condition=Q(cancelled_at=None),
            ),
        ]
        indexes = [models.Index(fields=["unit", "role"]), models.Index(fields=["user", "starts_on"])]

    def is_in_force(self, today: date) -> bool:
        """Whether it counts on `today`, apart from whether its user may sign in."""
        if self.cancelled_at is not None or self.starts_on > today:
            return False
        return self.ends_on is None or self.ends_on >= today

    @property
    def place(self) -> str:
        """The unit's name; of a grid, whose names repeat in every community, with the community's before it."""
        unit = self.unit
        community = unit.community if unit.kind == UnitKind.GRID else None
        return f"{community.short_name or community.name}{unit.name}" if community else unit.name

    @property
    def role_label(self) -> str:
        """The role in Chinese."""
        return ROLE_LABELS[Role(self.role)]


class UserSession(models.Model):
    """A signed-in browser, for the person's own list and the security office's forced sign-out."""

    user = models.ForeignKey(User, models.CASCADE, related_name="sessions")
    session_key = models.CharField(max_length=40, unique=True)
    posting = models.ForeignKey(Posting, models.SET_NULL, null=True)
    ip = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-seen_at"])]


class ApiToken(models.Model):
    """A token for a device or another system; it acts as one posting. Only its hash is kept."""

    posting = models.ForeignKey(Posting, models.PROTECT, related_name="tokens")
    name = models.CharField("用途", max_length=64)
    digest = models.CharField(max_length=64, unique=True)
    prefix = models.CharField(max_length=8)
    created_by_user = models.BigIntegerField()
    created_by_name = models.CharField(max_length=32)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = ApiTokenQuerySet.as_manager()


class StaffImport(models.Model):
    """An uploaded list of staff: looked at first, then taken over. What it says of people is sealed."""

    file_name = models.CharField(max_length=200)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    # JSON: [[row number, [cells]], …]; emptied when the import has ended.
    rows_sealed = models.TextField(blank=True)
    # JSON: [[row number, [cells], why], …], for the file that is handed back.
    refused_sealed = models.TextField(blank=True)
    # JSON: [[username, name, temporary password], …]; emptied when it was downloaded.
    passwords_sealed = models.TextField(blank=True)
    counts = models.JSONField(default=dict)
    job_id = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-uploaded_at"])]
