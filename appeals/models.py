"""Appeals (民有所呼，我有所应): the appeal, whom it was handed to, its history, its visits, its categories."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from appeals.querysets import AppealQuerySet

STATES = [
    ("registered", "待交办"),
    ("dispatched", "待签收"),
    ("in_progress", "办理中"),
    ("shelved", "挂账"),
    ("resolved", "待回访"),
    ("closed", "已归档"),
    ("merged", "已并案"),
    ("rejected", "不予受理"),
]
CHANNELS = [
    ("hotline", "12345热线"),
    ("grid", "网格上报"),
    ("counter", "来访窗口"),
    ("phone", "来电"),
    ("walk", "走访发现"),
    ("online", "网络留言"),
    ("leader", "领导交办"),
    ("snapshot", "随手拍"),
    ("enterprise", "企业上报"),
]
URGENCIES = [(0, "一般"), (1, "较急"), (2, "紧急")]
HANDLING_KINDS = [("enquiry", "咨询"), ("ordinary", "一般诉求"), ("complex", "疑难诉求")]


class Category(models.Model):
    """A node of the category tree, three levels deep. A null setting is inherited from the nearest ancestor."""

    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    name = models.CharField("名称", max_length=40)
    # "城乡建设/安全生产/安全隐患": for display and for matching imported words without walking the tree.
    path = models.CharField("全称", max_length=140, unique=True)
    initials = models.CharField(max_length=64, blank=True)
    level = models.PositiveSmallIntegerField()
    order = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField("启用", default=True)
    lead_kind = models.CharField("默认主办单位类别", max_length=10, blank=True)
    lead_unit = models.ForeignKey("grids.Unit", models.PROTECT, null=True, blank=True, verbose_name="默认主办单位")
    policy = models.ForeignKey("deadlines.Policy", models.PROTECT, null=True, blank=True, verbose_name="时限规则")

    class Meta:
        ordering = ["order", "id"]
        constraints = [models.UniqueConstraint(fields=["parent", "name"], name="one_category_name_per_parent")]

    def __str__(self) -> str:
        return self.path


class NumberCounter(models.Model):
    """The last number given out on a day, locked by the transaction that takes the next."""

    day = models.DateField(primary_key=True)
    last = models.PositiveIntegerField(default=0)


class Appeal(models.Model):
    """One appeal. It keeps the district, street, community and grid that it happened in, whatever becomes of them.

    `desk_unit` is whose desk it is on: who must dispatch it while registered, who dispatched it while it is
    handled, who must visit while resolved. `lead_unit` is who handles it. `due_at`, `clock_kind` and `card`
    repeat the main clock, so that a list reads one table.
    """

    number = models.CharField("工单号", max_length=20, unique=True)
    query_code = models.CharField(max_length=8)
    source_number = models.CharField("来源编号", max_length=64, blank=True)
    channel = models.CharField("来源渠道", max_length=10, choices=CHANNELS)
    title = models.CharField("标题", max_length=100)
    content = models.TextField("诉求内容", max_length=10_000)
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, verbose_name="诉求类别")
    urgency = models.PositiveSmallIntegerField("紧急程度", choices=URGENCIES, default=0)
    handling_kind = models.CharField("办理类型", max_length=8, choices=HANDLING_KINDS, default="ordinary")
    state = models.CharField("状态", max_length=11, choices=STATES, default="registered")

    complainant = models.CharField("诉求人", max_length=64, blank=True)
    # Sealed values are bound to `seal_key`, which never changes; see governance.privacy.
    seal_key = models.UUIDField(editable=False)
    phone_sealed = models.CharField(max_length=255, blank=True)
    phone_index = models.CharField(max_length=64, blank=True)
    phone_masked = models.CharField("联系电话", max_length=20, blank=True)
    identity_sealed = models.CharField(max_length=255, blank=True)
    identity_index = models.CharField(max_length=64, blank=True)
    identity_masked = models.CharField("身份证号", max_length=20, blank=True)
    is_confidential = models.BooleanField("要求保密", default=False)

    address = models.CharField("事发地址", max_length=200, blank=True)
    lon = models.FloatField("经度", null=True, blank=True)
    lat = models.FloatField("纬度", null=True, blank=True)
    district = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+")
    street = models.ForeignKey("grids.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    community = models.ForeignKey("grids.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    grid = models.ForeignKey("grids.Unit", models.PROTECT, null=True, blank=True, related_name="+")

    desk_unit = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+")
    lead_unit = models.ForeignKey("grids.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    handler_name = models.CharField("经办人", max_length=32, blank=True)
    registered_by_user = models.BigIntegerField()
    registered_by_unit = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+")
    registered_by_name = models.CharField(max_length=32)

    # When the complainant spoke (the hotline's time), and when it came to this platform.
    raised_at = models.DateTimeField("诉求时间")
    registered_at = models.DateTimeField("登记时间")
    first_dispatched_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField("办结时间", null=True)
    closed_at = models.DateTimeField("归档时间", null=True)
    changed_at = models.DateTimeField()

    policy_version = models.ForeignKey("deadlines.PolicyVersion", models.PROTECT, null=True)
    clock_kind = models.CharField(max_length=32, blank=True)
    due_at = models.DateTimeField("办理时限", null=True)
    card = models.CharField(
        "亮牌", max_length=6, choices=[("", "正常"), ("yellow", "黄牌"), ("red", "红牌")], blank=True
    )
    red_cards = models.PositiveSmallIntegerField(default=0)
    ladder = models.PositiveSmallIntegerField(default=0)
    is_supervised = models.BooleanField("督办", default=False)
    send_back_pending = models.BooleanField("退单待裁", default=False)
    rehandles = models.PositiveSmallIntegerField("重办次数", default=0)
    visit_attempts = models.PositiveSmallIntegerField(default=0)
    repeats = models.PositiveSmallIntegerField("重复次数", default=0)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    result = models.TextField("办理情况", max_length=10_000, blank=True)
    public_reply = models.TextField("公开答复", max_length=10_000, blank=True)
    close_kind = models.CharField(max_length=12, blank=True)
    satisfaction = models.CharField("满意度", max_length=12, blank=True)
    # Two-character pieces of title, content, place and names (appeals.search): Chinese has no spaces to split at.
    search = SearchVectorField(null=True)
    # The phone's own key for a report, so that one sent twice from a stairwell without signal arrives once.
    client_key = models.UUIDField(null=True, unique=True, editable=False)
    # Grows with every change: a form that was opened before somebody else's change is told so.
    revision = models.PositiveIntegerField(default=1)

    objects = AppealQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "source_number"], condition=~Q(source_number=""), name="one_appeal_per_source_number"
            ),
            models.CheckConstraint(
                condition=~Q(state="merged") | Q(parent__isnull=False), name="a_merged_appeal_has_a_parent"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("dispatched", "in_progress", "shelved")) | Q(lead_unit__isnull=False),
                name="what_is_handled_has_a_lead_unit",
            ),
            models.CheckConstraint(
                condition=Q(lon=None, lat=None) | Q(lon__isnull=False, lat__isnull=False),
                name="a_point_has_both_coordinates",
            ),
        ]
        indexes = [
            models.Index(fields=["district", "-registered_at", "-id"], name="appeal_district"),
            models.Index(fields=["street", "-registered_at", "-id"], name="appeal_street"),
            models.Index(fields=["community", "-registered_at", "-id"], name="appeal_community"),
            models.Index(fields=["grid", "-registered_at", "-id"], name="appeal_grid"),
            models.Index(fields=["district", "state", "-registered_at", "-id"], name="appeal_district_state"),
            models.Index(fields=["street", "state", "-registered_at", "-id"], name="appeal_street_state"),
            models.Index(fields=["community", "state", "-registered_at", "-id"], name="appeal_community_state"),
            models.Index(fields=["category", "-registered_at", "-id"], name="appeal_category"),
            models.Index(fields=["registered_by_user", "-registered_at", "-id"], name="appeal_logged_by"),
            # "Logged by me, but outside my unit" reads this index alone.
            models.Index(fields=["registered_by_user", "street", "community", "grid"], name="appeal_logged_where"),
            models.Index(fields=["registered_at", "id"], name="appeal_newest"),
            models.Index(fields=["district", "channel", "-registered_at", "-id"], name="appeal_channel"),
            models.Index(fields=["district", "urgency", "-registered_at", "-id"], name="appeal_urgency"),
            models.Index(fields=["lead_unit", "-registered_at", "-id"], name="appeal_lead_newest"),
            models.Index(fields=["handler_name", "-registered_at", "-id"], name="appeal_handler"),
            models.Index(fields=["lead_unit", "state", "due_at"], name="appeal_lead"),
            models.Index(fields=["desk_unit", "state", "due_at"], name="appeal_desk"),
            models.Index(fields=["district", "card", "due_at"], condition=~Q(card=""), name="appeal_cards"),
            models.Index(fields=["phone_index"], condition=~Q(phone_index=""), name="appeal_phone"),
            models.Index(fields=["identity_index"], condition=~Q(identity_index=""), name="appeal_identity"),
            models.Index(fields=["parent"], condition=Q(parent__isnull=False), name="appeal_children"),
            GinIndex(fields=["search"], name="appeal_search"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def late_step(self) -> str:
        """The name of the limit that a list shows, where it is another than that of the appeal's state."""
        return {"accept": "签收", "first_contact": "首次联系"}.get(self.clock_kind, "")


class Assignment(models.Model):
    """A hand-over to one unit, as lead 主办 or assisting 协办, with its own acceptance and end."""

    LEAD, ASSISTING = "lead", "assisting"
    ENDS = [
        ("resolved", "已办结"),
        ("sent_back", "已退单"),
        ("recalled", "已撤回"),
        ("passed_down", "已转下级"),
        ("transferred", "已转办"),
        ("merged", "已并案"),
        ("rejected", "不予受理"),
    ]

    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="assignments")
    unit = models.ForeignKey("grids.Unit", models.PROTECT, related_name="assignments")
    part = models.CharField("主协办", max_length=9, choices=[(LEAD, "主办"), (ASSISTING, "协办")])
    given_by_unit = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+")
    given_by_user = models.BigIntegerField()
    given_at = models.DateTimeField()
    words = models.CharField("交办意见", max_length=1000, blank=True)
    send_back_until = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by_user = models.BigIntegerField(default=0)
    accepted_by_name = models.CharField(max_length=32, blank=True)
    contacted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by_user = models.BigIntegerField(default=0)
    ended_how = models.CharField(max_length=11, choices=ENDS, blank=True)
    result = models.TextField(max_length=10_000, blank=True)
    # Whether the appeal's own columns do not name the unit, as its place or (beside the line) as its lead. Kept by
    # the database (see the migrations), so that "what else is or was with us" is a look at a small index.
    is_outside = models.BooleanField(default=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["appeal"], condition=Q(part="lead", ended_at=None), name="one_lead_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["appeal", "unit"], condition=Q(ended_at=None), name="one_open_part_per_unit"
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "appeal"]),
            models.Index(fields=["appeal", "id"]),
            models.Index(fields=["unit", "appeal"], condition=Q(is_outside=True), name="assignment_outside"),
        ]


class AppealEntry(models.Model):
    """A step in an appeal's history. The database accepts inserts alone."""

    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=24)
    at = models.DateTimeField()
    device_at = models.DateTimeField(null=True)
    user_id = models.BigIntegerField()
    user_name = models.CharField(max_length=32)
    posting_id = models.BigIntegerField()
    role = models.CharField(max_length=2, blank=True)
    unit_id = models.BigIntegerField()
    unit_name = models.CharField(max_length=64)
    from_state = models.CharField(max_length=11, blank=True)
    to_state = models.CharField(max_length=11, blank=True)
    words = models.TextField(max_length=10_000, blank=True)
    data = models.JSONField(default=dict)
    # The main clock when it happened: {"kind", "due_at", "left_seconds"}.
    clock = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["appeal", "-id"]), models.Index(fields=["kind", "at"])]


class SendBack(models.Model):
    """A return 退单: asked by the unit, decided by the dispatcher; a wrong one stays on record."""

    REASONS = [
        ("not_my_duty", "不属本单位职责"),
        ("wrong_place", "地点不在辖区"),
        ("missing_facts", "要素不全无法办理"),
    ]

    assignment = models.OneToOneField(Assignment, models.PROTECT, related_name="send_back")
    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="send_backs")
    reason = models.CharField("退单理由", max_length=16, choices=REASONS)
    words = models.CharField("说明", max_length=1000)
    asked_by_user = models.BigIntegerField()
    asked_at = models.DateTimeField()
    upheld = models.BooleanField(null=True)
    decided_by_user = models.BigIntegerField(default=0)
    decided_at = models.DateTimeField(null=True)
    decision_words = models.CharField("裁定意见", max_length=1000, blank=True)


class Visit(models.Model):
    """One attempt at a follow-up visit 回访. Solved and satisfied are two questions."""

    METHODS = [("phone", "电话"), ("door", "上门")]
    SATISFACTION = [("satisfied", "满意"), ("basically", "基本满意"), ("unsatisfied", "不满意")]

    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="visits")
    round = models.PositiveSmallIntegerField()
    method = models.CharField("方式", max_length=5, choices=METHODS)
    reached = models.BooleanField("是否联系上")
    solved = models.BooleanField("是否解决", null=True)
    satisfaction = models.CharField("满意度", max_length=12, choices=SATISFACTION, blank=True)
    words = models.CharField("回访记录", max_length=2000, blank=True)
    by_user = models.BigIntegerField()
    by_name = models.CharField(max_length=32)
    by_unit = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reached=False) | (Q(solved__isnull=False) & ~Q(satisfaction="")),
                name="a_reached_visit_has_both_answers",
            ),
        ]
        indexes = [models.Index(fields=["appeal", "id"])]


class ImportTemplate(models.Model):
    """Which column of a spreadsheet is which field, remembered under a name."""

    name = models.CharField("名称", max_length=64, unique=True)
    # {"columns": {field: header}, "channel": ...}
    mapping = models.JSONField()
    used_at = models.DateTimeField(null=True)
    made_by_user = models.BigIntegerField()


class ImportFile(models.Model):
    """A spreadsheet on its way into the platform: uploaded, its columns understood, checked, imported.

    The file itself holds numbers in clear, so it is deleted as soon as its rows are in.
    """

    file = models.FileField(upload_to="imports/%Y/%m/", blank=True)
    name = models.CharField("文件名", max_length=200)
    size = models.PositiveBigIntegerField("大小")
    # {"headers": [...], "first_row": the number of the first row below them}
    layout = models.JSONField()
    # A few rows for the person who matches the columns, sealed like every phone number in them.
    samples_sealed = models.TextField(blank=True)
    # As in ImportTemplate; empty until the columns are matched.
    mapping = models.JSONField(default=dict)
    template_name = models.CharField(max_length=64, blank=True)
    check_job = models.ForeignKey("jobs.Job", models.SET_NULL, null=True, related_name="+")
    import_job = models.ForeignKey("jobs.Job", models.SET_NULL, null=True, related_name="+")
    # How far the import has come, written with each batch: {"row": the last row dealt with, and counts}.
    tally = models.JSONField(default=dict)
    uploaded_by_user = models.BigIntegerField()
    uploaded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["uploaded_by_user", "-id"])]


class ImportProblem(models.Model):
    """A row that an import refused, or took with a remark: as it stood in the file, with what is wrong by field."""

    job = models.ForeignKey("jobs.Job", models.CASCADE, related_name="+")
    row = models.PositiveIntegerField("行号")
    refused = models.BooleanField(default=True)
    # The row's cells as a JSON list, sealed: there are phone numbers among them.
    cells_sealed = models.TextField(blank=True)
    # [{"field": ..., "message": ...}]
    problems = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "row", "refused"], name="one_problem_entry_per_row")]


class ImportOrigin(models.Model):
    """Where an imported appeal came from, and what its source said then.

    `marks` maps a field to a short hash of its value at the source. A later file changes what its source changed,
    and leaves alone what people corrected here.
    """

    appeal = models.OneToOneField(Appeal, models.PROTECT, primary_key=True, related_name="origin")
    job_id = models.BigIntegerField()
    row = models.PositiveIntegerField()
    marks = models.JSONField()
    imported_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)


class ExportRequest(models.Model):
    """A list of appeals that somebody wants to take away as a spreadsheet: what for, and who let it go.

    Up to a limit it goes at once; above it a leader of the unit decides. Source: rights.md, "export".
    """

    purpose = models.CharField("导出用途", max_length=200)
    # The query string of the list, which holds its whole state.
    query = models.CharField(max_length=2000, blank=True)
    count = models.PositiveIntegerField("条数")
    asked_by_user = models.BigIntegerField()
    asked_by_name = models.CharField("申请人", max_length=32)
    asked_by_unit = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("申请时间")
    approved = models.BooleanField(null=True)
    decided_by_user = models.BigIntegerField(default=0)
    decided_by_name = models.CharField(max_length=32, blank=True)
    decided_at = models.DateTimeField(null=True)
    decision_words = models.CharField("审批意见", max_length=200, blank=True)
    job = models.ForeignKey("jobs.Job", models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["asked_by_user", "-id"], name="exports_of_a_user"),
            models.Index(fields=["id"], condition=Q(approved=None), name="exports_to_decide"),
        ]
