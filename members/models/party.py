"""Party organisations 党组织: their tree, who belongs to each, who holds which post in which term, and transfers.

Dues are not kept here.
"""

from django.db import models
from django.db.models import F, Q

from members.party.querysets import (
    MembershipQuerySet,
    OfOrganisationQuerySet,
    OrganisationQuerySet,
    TermQuerySet,
    TransferQuerySet,
)

STREET_COMMITTEE, COMMUNITY_COMMITTEE = "street_committee", "community_committee"
GRID_BRANCH, GRID_GROUP, FEATURED_BRANCH = "grid_branch", "grid_group", "featured_branch"
BUSINESS_BRANCH, BRANCH, GROUP = "business_branch", "branch", "group"
ORGANISATION_KINDS = [
    (STREET_COMMITTEE, "街道大工委"), (COMMUNITY_COMMITTEE, "社区大党委"), (GRID_BRANCH, "网格党支部"),
    (GRID_GROUP, "网格党小组"), (FEATURED_BRANCH, "特色支部"), (BUSINESS_BRANCH, "商圈党总支"), (BRANCH, "党支部"),
    (GROUP, "党小组"),
]  # fmt: skip
# Of these a grid has one at most.
OF_A_GRID = (GRID_BRANCH, GRID_GROUP)

FULL, PROBATIONARY = "full", "probationary"
MEMBERSHIP_KINDS = [(FULL, "正式党员"), (PROBATIONARY, "预备党员")]
RETIRED_SOE, RESIDENT, EMPLOYED, NEW_EMPLOYMENT, STUDENT = (
    "retired_soe", "resident", "employed", "new_employment", "student",
)  # fmt: skip
CATEGORIES = [
    (RETIRED_SOE, "国企退休党员"), (RESIDENT, "社区居民党员"), (EMPLOYED, "在职党员"),
    (NEW_EMPLOYMENT, "新就业群体党员"), (STUDENT, "学生党员"), ("floating", "流动党员"),
]  # fmt: skip
BEGINNINGS = [
    ("admitted", "发展入党"), ("recorded", "建档登记"), ("transferred", "区内转入"), ("from_outside", "区外转入"),
    ("reorganised", "组织调整"),
]  # fmt: skip
MEMBERSHIP_ENDS = [
    ("transferred", "区内转出"), ("to_outside", "转出区外"), ("died", "去世"), ("moved", "迁出本区"),
    ("reorganised", "组织调整"), ("withdrawn", "退党、除名"), ("expelled", "开除党籍"), ("merged", "档案合并"),
]  # fmt: skip

SECRETARY, DEPUTY, COMMITTEE, PART_TIME, GROUP_LEADER = (
    "secretary", "deputy", "committee", "part_time", "group_leader",
)  # fmt: skip
POSTS = [
    (SECRETARY, "书记"), (DEPUTY, "副书记"), (COMMITTEE, "委员"), (PART_TIME, "兼职委员"), (GROUP_LEADER, "组长"),
]  # fmt: skip
DUTIES = [
    ("organisation", "组织委员"), ("publicity", "宣传委员"), ("discipline", "纪检委员"), ("youth", "青年委员"),
    ("united_front", "统战委员"), ("masses", "群众工作委员"), ("governance", "治理委员"),
]  # fmt: skip
POST_ENDS = [
    ("election", "换届"), ("resigned", "辞去职务"), ("removed", "免去职务"), ("left", "组织关系转出"), ("died", "去世"),
    ("dissolved", "组织撤销"), ("merged", "档案合并"),
]  # fmt: skip

WITHIN, OUT, IN = "within", "out", "in"
DIRECTIONS = [(WITHIN, "区内转接"), (OUT, "转出区外"), (IN, "区外转入")]
IN_TRANSIT, CONFIRMED, REFUSED, WITHDRAWN = "in_transit", "confirmed", "refused", "withdrawn"
TRANSFER_STATES = [(IN_TRANSIT, "待接收"), (CONFIRMED, "已接收"), (REFUSED, "已退回"), (WITHDRAWN, "已撤回")]

ASKED, GRANTED, DENIED = "asked", "granted", "denied"
EXTENSION_STATES = [(ASKED, "待审批"), (GRANTED, "已同意"), (DENIED, "不同意")]


class PartyPlaced(models.Model):
    """The place on the line of an organisation, down to the level of its unit; scope is an equality on these."""

    district = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+")
    street = models.ForeignKey("grids.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    community = models.ForeignKey("grids.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    grid = models.ForeignKey("grids.Unit", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        abstract = True


class PartyOrganisation(PartyPlaced):
    """A party organisation in its tree; `unit` is the unit that it lies in. A dissolved one stays on record."""

    name = models.CharField("名称", max_length=80)
    initials = models.CharField(max_length=80, blank=True)
    kind = models.CharField("类型", max_length=20, choices=ORGANISATION_KINDS)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级党组织"
    )
    unit = models.ForeignKey("grids.Unit", models.PROTECT, related_name="party_organisations", verbose_name="所在单位")
    theme = models.CharField("特色主题", max_length=40, blank=True)
    address = models.CharField("活动地点", max_length=200, blank=True)
    term_years = models.PositiveSmallIntegerField("任期（年）", default=3)
    founded_on = models.DateField("成立日期")
    dissolved_on = models.DateField("撤销日期", null=True, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    revision = models.PositiveIntegerField(default=1)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["grid"], condition=Q(dissolved_on=None, kind__in=OF_A_GRID),
                name="one_party_organisation_a_grid",
            ),
            models.UniqueConstraint(
                fields=["community"], condition=Q(dissolved_on=None, kind=COMMUNITY_COMMITTEE),
                name="one_community_committee",
            ),
            models.UniqueConstraint(
                fields=["street"], condition=Q(dissolved_on=None, kind=STREET_COMMITTEE), name="one_street_committee"
            ),
            models.UniqueConstraint(
                fields=["unit", "name"], condition=Q(dissolved_on=None), name="one_party_organisation_of_a_name"
            ),
            models.CheckConstraint(
                condition=Q(kind=STREET_COMMITTEE, parent=None) | ~Q(kind=STREET_COMMITTEE),
                name="a_street_committee_is_a_root",
            ),
            models.CheckConstraint(
                condition=Q(dissolved_on=None) | Q(dissolved_on__gte=F("founded_on")),
                name="a_party_organisation_ends_after_it_began",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(dissolved_on__isnull=False), name="a_merged_organisation_is_dissolved"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["parent", "kind", "name"], name="party_org_parent"),
            models.Index(fields=["district", "kind", "id"], name="party_org_district"),
            models.Index(fields=["street", "kind", "id"], name="party_org_street"),
            models.Index(fields=["community", "kind", "id"], name="party_org_community"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """Whether it has not been dissolved."""
        return self.dissolved_on is None


class PartyMembership(PartyPlaced):
    """That a person belonged to an organisation, from when to when; one at a time. Its place is the organisation's."""

    person = models.ForeignKey("members.Person", models.PROTECT, related_name="party_memberships", verbose_name="党员")
    organisation = models.ForeignKey(
        PartyOrganisation, models.PROTECT, related_name="memberships", verbose_name="所在党组织"
    )
    kind = models.CharField("党员类型", max_length=12, choices=MEMBERSHIP_KINDS, default=FULL)
    category = models.CharField("类别", max_length=16, choices=CATEGORIES, default=RESIDENT)
    employer = models.CharField("原单位、工作单位", max_length=100, blank=True)
    joined_party_on = models.DateField("入党日期", null=True, blank=True)
    # A probationary member's: a year after the admission, or what it was prolonged to.
    probation_ends_on = models.DateField("预备期满日期", null=True, blank=True)
    full_on = models.DateField("转正日期", null=True, blank=True)
    from_on = models.DateField("转入日期")
    began_how = models.CharField("转入方式", max_length=12, choices=BEGINNINGS, default="recorded")
    until_on = models.DateField("转出日期", null=True, blank=True)
    ended_how = models.CharField("转出原因", max_length=12, choices=MEMBERSHIP_ENDS, blank=True)
    letter_number = models.CharField("介绍信编号", max_length=40, blank=True)
    words = models.CharField("说明", max_length=500, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(until_on=None), name="a_person_has_one_party_membership"
            ),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")), name="a_membership_ends_after_it_began"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-id"], condition=Q(until_on=None), name="party_member_organisation"),
            models.Index(fields=["community", "-id"], condition=Q(until_on=None), name="party_member_community"),
            models.Index(fields=["street", "-id"], condition=Q(until_on=None), name="party_member_street"),
            models.Index(fields=["district", "-id"], condition=Q(until_on=None), name="party_member_district"),
            models.Index(
                fields=["probation_ends_on"], condition=Q(until_on=None, kind=PROBATIONARY), name="party_probation"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.organisation}"


class Term(models.Model):
    """A term of office 届 of an organisation: elected when, ends when. The present one has not `ended_on`."""

    organisation = models.ForeignKey(PartyOrganisation, models.PROTECT, related_name="terms")
    number = models.PositiveSmallIntegerField("届次", default=1)
    elected_on = models.DateField("选举日期")
    ends_on = models.DateField("届满日期")
    extended_to = models.DateField("延期至", null=True, blank=True)
    # What lists order by: the end, or what it was extended to.
    due_on = models.DateField("应换届日期")
    ended_on = models.DateField("实际届满日期", null=True, blank=True)
    words = models.CharField("说明", max_length=500, blank=True)

    objects = TermQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(ended_on=None), name="an_organisation_has_one_term"
            ),
            models.UniqueConstraint(fields=["organisation", "number"], name="one_party_term_of_a_number"),
            models.CheckConstraint(condition=Q(ends_on__gt=F("elected_on")), name="a_party_term_has_a_length"),
        ]
        indexes = [models.Index(fields=["due_on", "id"], condition=Q(ended_on=None), name="party_term_due")]

    def __str__(self) -> str:
        return f"{self.organisation} 第{self.number}届"


class TermExtension(models.Model):
    """That an organisation asks to hold its election later 延期换届, and what the level above decided."""

    term = models.ForeignKey(Term, models.PROTECT, related_name="extensions")
    organisation = models.ForeignKey(PartyOrganisation, models.PROTECT, related_name="+")
    until = models.DateField("延期至")
    grounds = models.CharField("理由", max_length=500)
    state = models.CharField("状态", max_length=8, choices=EXTENSION_STATES, default=ASKED)
    asked_by_user = models.BigIntegerField()
    asked_by_name = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    decided_by_user = models.BigIntegerField(null=True)
    decided_by_name = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField(null=True)
    words = models.CharField("批复意见", max_length=500, blank=True)

    objects = TermQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["term"], condition=~Q(state=DENIED), name="a_party_term_is_extended_once"
            ),
        ]  # fmt: skip


class PartyPost(models.Model):
    """A post in an organisation: a person's, or in words of one who is on no record here (a part-time member)."""

    organisation = models.ForeignKey(PartyOrganisation, models.PROTECT, related_name="posts")
    person = models.ForeignKey(
        "members.Person", models.PROTECT, null=True, blank=True, related_name="party_posts", verbose_name="人员"
    )
    name = models.CharField("姓名", max_length=32, blank=True)
    post = models.CharField("职务", max_length=12, choices=POSTS)
    duty = models.CharField("分工", max_length=16, choices=DUTIES, blank=True)
    employer = models.CharField("所在单位", max_length=100, blank=True)
    employer_unit = models.ForeignKey("grids.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    term = models.ForeignKey(Term, models.PROTECT, null=True, blank=True, related_name="posts")
    from_on = models.DateField("任职日期")
    until_on = models.DateField("离任日期", null=True, blank=True)
    ended_how = models.CharField("离任原因", max_length=12, choices=POST_ENDS, blank=True)

    objects = OfOrganisationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(until_on=None, post=SECRETARY),
                name="an_organisation_has_one_secretary",
            ),
            models.UniqueConstraint(
                fields=["organisation", "person"], condition=Q(until_on=None),
                name="one_post_of_a_person_in_an_organisation",
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False, name="") | Q(person=None) & ~Q(name=""),
                name="a_post_is_somebodys",
            ),
            models.CheckConstraint(
                condition=~Q(post=PART_TIME) | ~Q(employer=""), name="a_part_time_member_has_an_employer"
            ),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")), name="a_post_ends_after_it_began"
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["person"], condition=Q(until_on=None), name="party_post_person")]

    @property
    def holder(self) -> str:
        """Whose it is."""
        return self.person.name if self.person is not None else self.name


class DoubleRegistration(models.Model):
    """双报到: a member whose own organisation is elsewhere reports to one where they live."""

    person = models.ForeignKey("members.Person", models.PROTECT, related_name="double_registrations")
    own_organisation = models.CharField("组织关系所在党组织", max_length=100)
    employer = models.CharField("工作单位", max_length=100, blank=True)
    organisation = models.ForeignKey(
        PartyOrganisation, models.PROTECT, related_name="double_registrations", verbose_name="报到党组织"
    )
    from_on = models.DateField("报到日期")
    until_on = models.DateField("结束日期", null=True, blank=True)
    ended_how = models.CharField("结束原因", max_length=100, blank=True)
    # Kept beside the services, so that a list reads one table.
    services = models.PositiveIntegerField("服务次数", default=0)
    last_service_on = models.DateField("最近服务", null=True, blank=True)

    objects = OfOrganisationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(until_on=None), name="a_person_reports_to_one_organisation"
            ),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")), name="a_report_ends_after_it_began"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "-id"], name="party_double_organisation")]


class ServiceDone(models.Model):
    """What somebody who reported has done for the community."""

    registration = models.ForeignKey(DoubleRegistration, models.PROTECT, related_name="done")
    on = models.DateField("服务日期")
    hours = models.DecimalField("时长（小时）", max_digits=4, decimal_places=1, default=1)
    words = models.CharField("服务内容", max_length=200)


class MembershipTransfer(models.Model):
    """A membership on its way 组织关系转接: given by one organisation, confirmed by the other.

    Until then the member counts with the giving one. Out of the district and in from outside it is one step, on record
    here all the same: the other end is then told by `place`.
    """

    direction = models.CharField("方式", max_length=8, choices=DIRECTIONS, default=WITHIN)
    district = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+")
    person = models.ForeignKey("members.Person", models.PROTECT, related_name="party_transfers")
    from_organisation = models.ForeignKey(
        PartyOrganisation, models.PROTECT, null=True, blank=True, related_name="given", verbose_name="转出党组织"
    )
    to_organisation = models.ForeignKey(
        PartyOrganisation, models.PROTECT, null=True, blank=True, related_name="received", verbose_name="转入党组织"
    )
    place = models.CharField("区外党组织", max_length=100, blank=True)
    membership = models.ForeignKey(PartyMembership, models.PROTECT, null=True, related_name="leaving")
    new_membership = models.ForeignKey(PartyMembership, models.PROTECT, null=True, blank=True, related_name="+")
    letter_number = models.CharField("介绍信编号", max_length=40, blank=True)
    reason = models.CharField("转接原因", max_length=200, blank=True)
    state = models.CharField("状态", max_length=10, choices=TRANSFER_STATES, default=IN_TRANSIT)
    asked_by_user = models.BigIntegerField()
    asked_by_name = models.CharField(max_length=64)
    asked_at = models.DateTimeField("转出时间")
    # The limit for receiving it, and when it passed: its clock's, for lists.
    due_at = models.DateTimeField("接收时限", null=True, blank=True)
    late_since = models.DateTimeField(null=True, blank=True)
    decided_by_user = models.BigIntegerField(null=True)
    decided_by_name = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField("办结时间", null=True, blank=True)
    words = models.CharField("退回、撤回原因", max_length=200, blank=True)

    objects = TransferQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(state=IN_TRANSIT), name="a_member_is_in_one_transfer"
            ),
            models.CheckConstraint(
                condition=Q(direction=WITHIN, from_organisation__isnull=False, to_organisation__isnull=False)
                | Q(direction=OUT, from_organisation__isnull=False, to_organisation=None) & ~Q(place="")
                | Q(direction=IN, from_organisation=None, to_organisation__isnull=False) & ~Q(place=""),
                name="a_transfer_has_two_ends",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["district", "state", "-id"], name="party_transfer_district"),
            models.Index(fields=["to_organisation", "state"], name="party_transfer_to"),
            models.Index(fields=["from_organisation", "state"], name="party_transfer_from"),
        ]

    def __str__(self) -> str:
        return f"{self.person} 组织关系转接"
