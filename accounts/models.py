"""Users, the postings that they hold, their sessions and tokens."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from accounts.querysets import PostingQuerySet
from governance.scope import Role

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


class UserManager(BaseUserManager["User"]):
    """Users by their sign-in name, without regard to case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username__iexact=username)


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


class _DateRange(Func):
    function = "DATERANGE"
    output_field = DateRangeField()


class Posting(models.Model):
    """A role at a unit from a date to a date, both inclusive. Ended, never deleted: history names it."""

    user = models.ForeignKey(User, models.PROTECT, related_name="postings")
    unit = models.ForeignKey("grids.Unit", models.PROTECT, related_name="postings")
    role = models.CharField("岗位", max_length=2, choices=[(r.value, n) for r, n in ROLE_LABELS.items()])
    is_leader = models.BooleanField("单位负责人", default=False)
    starts_on = models.DateField("起")
    ends_on = models.DateField("止", null=True, blank=True)

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
                    (
                        _DateRange("starts_on", "ends_on", RangeBoundary(inclusive_lower=True, inclusive_upper=True)),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]
        indexes = [models.Index(fields=["unit", "role"]), models.Index(fields=["user", "starts_on"])]


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
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
