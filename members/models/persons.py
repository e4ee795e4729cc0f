"""A person, kept once for every other room."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from members.models.placed import Placed
from members.querysets import PersonQuerySet

GENDERS = [("m", "男"), ("f", "女")]
RESIDENCES = [
    ("registered", "户籍在本社区并居住"), ("resident", "户籍在外、常住"), ("floating", "流动人口"),
    ("away", "户籍在本社区、人在外"),
]  # fmt: skip
STATES = [("here", "在册"), ("left", "已迁出"), ("dead", "已故"), ("merged", "已合并")]


class Person(Placed):
    """A person of the district. Who has left or died stays on record, with the place last known."""

    name = models.CharField("姓名", max_length=32)
    initials = models.CharField(max_length=32, blank=True)
    gender = models.CharField("性别", max_length=1, choices=GENDERS, blank=True)
    born_on = models.DateField("出生日期", null=True, blank=True)
    # Sealed values are bound to `seal_key`, which never changes; see governance.privacy.
    seal_key = models.UUIDField(editable=False)
    identity_sealed = models.CharField(max_length=255, blank=True)
    identity_index = models.CharField(max_length=64, blank=True)
    identity_masked = models.CharField("身份证号", max_length=20, blank=True)
    phone_sealed = models.CharField(max_length=255, blank=True)
    phone_index = models.CharField(max_length=64, blank=True)
    phone_masked = models.CharField("联系电话", max_length=20, blank=True)
    residence = models.CharField("居住情况", max_length=10, choices=RESIDENCES, default="registered")
    employer = models.CharField("工作单位", max_length=100, blank=True)
    notes = models.CharField("备注", max_length=500, blank=True)
    state = models.CharField("状态", max_length=6, choices=STATES, default="here")
    left_on = models.DateField("迁出、死亡日期", null=True, blank=True)
    left_to = models.CharField("迁往", max_length=200, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    # Pieces of the name and its initials (governance.search).
    search = SearchVectorField(null=True)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    objects = PersonQuerySet.as_manager()

    class Meta:
        constraints = [
            # One record of a person in the whole district: whoever moves keeps it.
            models.UniqueConstraint(
                fields=["district", "identity_index"], condition=~Q(identity_index="") & Q(merged_into=None),
                name="one_person_of_an_identity_number",
            ),
            models.CheckConstraint(
                condition=Q(state="merged", merged_into__isnull=False) | ~Q(state="merged") & Q(merged_into=None),
                name="a_merged_person_is_another",
            ),
            models.CheckConstraint(
                condition=Q(state="here", left_on=None) | ~Q(state="here"), name="who_is_here_has_not_left"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["street", "state", "-id"], name="person_street"),
            models.Index(fields=["community", "state", "-id"], name="person_community"),
            models.Index(fields=["grid", "state", "-id"], name="person_grid"),
            models.Index(fields=["phone_index"], condition=~Q(phone_index=""), name="person_phone"),
            models.Index(fields=["identity_index"], condition=~Q(identity_index=""), name="person_identity"),
            models.Index(fields=["name", "born_on"], name="person_name"),
            GinIndex(fields=["search"], name="person_search"),
        ]

    def __str__(self) -> str:
        return self.name
