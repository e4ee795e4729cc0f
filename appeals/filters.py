"""What a list of appeals can be narrowed by: one filter set for the pages, the export and the API.

A full phone or identity number never stands in an address: the page turns it into its keyed hash (`person`) before
it goes there, see `views.lists.find`. A number that comes as `q` all the same is looked up by its hash, and not in
any text.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q

from appeals import desk, requests, returns
from appeals.forms.inputs import LongChoiceField, Option, category_options, unit_options
from appeals.models import (
    CHANNELS,
    STATES,
    URGENCIES,
    Appeal,
    Assignment,
    Category,
    Extension,
    MatterMember,
    Shelving,
    SuspectedRepeat,
)  # fmt: skip
from appeals.models.imports import IMPORT_JOB
from appeals.models.limits import PENDING
from appeals.querysets import AppealQuerySet
from appeals.repeats import figures
from appeals.repeats.grouping import MASS_PEOPLE
from governance import search
from governance.jobs.models import Job
from governance.privacy.addresses import by_key, person_key
from governance.scope import TERRITORIAL_KINDS, Actor, UnitKind, place_column
from governance.ui.filters import DateRangeFilter
from grids.models import Unit
from grids.querysets import UnitQuerySet

_NUMBER = re.compile(r"MH\d{8}-\d{4,}", re.IGNORECASE)
MOST_SUSPECTED = 10_000
MINE = [("logged", "我登记的"), ("handled", "我经办的")]


class LongFilter(django_filters.ModelChoiceFilter):  # type: ignore[misc]
    """A choice among many rows, searched by word or initials."""

    field_class = LongChoiceField


class AppealFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    """Filters of the appeals that the caller may see."""

    q = django_filters.CharFilter(label="关键词", method="find_words", max_length=100)
    category = LongFilter(label="诉求类别", queryset=Category.objects.all(), method="in_category")
    place = LongFilter(label="所属区域", queryset=Unit.objects.all(), method="in_place")
    channel = django_filters.ChoiceFilter(label="来源渠道", choices=CHANNELS, empty_label="全部")
    registered = DateRangeFilter(label="登记日期", field_name="registered_at")
    unit = LongFilter(label="主办单位", queryset=Unit.objects.all(), field_name="lead_unit")
    urgency = django_filters.ChoiceFilter(label="紧急程度", choices=URGENCIES, empty_label="全部")
    state = django_filters.ChoiceFilter(label="状态", choices=STATES, empty_label="全部")
    handler = django_filters.CharFilter(label="经办人", field_name="handler_name", max_length=32)
    mine = django_filters.ChoiceFilter(
        label="与我相关",
        choices=[("logged", "我登记的"), ("handled", "我经办的")],
        method="of_mine",
        empty_label="全部",
    )
    repeat = django_filters.ChoiceFilter(
        label="重复诉求", choices=[("suspected", "疑似重复，待确认"), ("joined", "有重复"), ("mass", "群体诉求")],
        method="of_repeats", empty_label="全部",
    )  # fmt: skip
    # The appeals about one matter, and the repeats behind a number of 重复诉求统计.
    matter = django_filters.NumberFilter(method="of_matter", min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    repeated = django_filters.CharFilter(method="of_repeated", max_length=60, widget=forms.HiddenInput)
    # The returns behind a number of 退单统计, see appeals.returns.
    returned = django_filters.CharFilter(method="of_returned", max_length=60, widget=forms.HiddenInput)
    # What the actor's unit is to decide: 延期 or 挂账.
    deciding = django_filters.ChoiceFilter(
        choices=[("extension", "待审批延期"), ("shelving", "待审批挂账")], method="to_decide", widget=forms.HiddenInput
    )
    # What the city hotline returned of what is on the desk of the actor's unit.
    hotline_return = django_filters.ChoiceFilter(
        choices=[("open", "热线退回")], method="of_hotline", widget=forms.HiddenInput
    )
    # What came in with a spreadsheet, by its ImportFile.
    imported = django_filters.NumberFilter(
        method="of_import", min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput
    )
    person = django_filters.CharFilter(method="of_person", max_length=80, widget=forms.HiddenInput)

    class Meta:
        model = Appeal
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.request is None:
            # The schema describes the filters for nobody in particular.
            return
        inside = Unit.objects.filter(district_id=self.actor.district_id)
        for name in ("place", "unit"):
            self.filters[name].queryset = inside

    @property
    def actor(self) -> Actor:
        """Who asks."""
        return self.request.actor  # type: ignore[no-any-return]

    def offer(self) -> None:
        """Read what the long selects offer; only a page that shows them needs it."""
        fields = self.form.fields
        fields["category"].offer(category_options())
        fields["place"].offer(self._with_chosen("place", self._places()))
        fields["unit"].offer(self._with_chosen("unit", self._leads()))
        fields["q"].widget.attrs.update(placeholder="工单号、内容、诉求人、电话", autocomplete="off")
        for name in ("category", "place", "unit"):
            fields[name].widget.empty_label = "全部"

    def _places(self) -> UnitQuerySet:
        """What lies below the actor, two levels at most: a district does not choose among hundreds of grids."""
        visible = Unit.objects.visible_to(self.actor).open().filter(kind__in=TERRITORIAL_KINDS)
        if self.actor.unit_kind in {UnitKind.DISTRICT, UnitKind.DEPARTMENT}:
            return visible.filter(kind__in=(UnitKind.STREET, UnitKind.COMMUNITY))
        return visible

    def _leads(self) -> UnitQuerySet:
        visible = Unit.objects.visible_to(self.actor).open()
        if self.actor.unit_kind in {UnitKind.DISTRICT, UnitKind.DEPARTMENT}:
            return visible.exclude(kind__in=(UnitKind.GRID, UnitKind.ENTERPRISE))
        return visible

    def _with_chosen(self, name: str, units: UnitQuerySet) -> list[Option]:
        """The options, and whichever unit a link from elsewhere has chosen."""
        chosen = self.data.get(name, "")
        options = unit_options(units)
        if chosen.isdigit() and len(chosen) < 19 and all(str(option[0]) != chosen for option in options):
            options += unit_options(Unit.objects.filter(pk=int(chosen), district_id=self.actor.district_id))
        return options

    def find_words(self, queryset: AppealQuerySet, name: str, value: str) -> AppealQuerySet:
        """By number, by the hash of a full phone or identity number, or by words."""
        if _NUMBER.fullmatch(value):
            return queryset.filter(number=value.upper())
        if key := person_key(value):
            return self.of_person(queryset, name, key)
        words = search.query(value)
        return queryset.filter(search=words) if words is not None else queryset.none()

    def of_person(self, queryset: AppealQuerySet, name: str, value: str) -> AppealQuerySet:
        """Of the person with this number, by its keyed hash."""
        found = by_key(value)
        return queryset.filter(**found) if found else queryset.none()

    def in_category(self, queryset: AppealQuerySet, name: str, value: Category) -> AppealQuerySet:
        """Of the category or one below it."""
        below = Category.objects.filter(Q(pk=value.pk) | Q(path__startswith=f"{value.path}/"))
        return queryset.filter(category_id__in=list(below.values_list("pk", flat=True)))

    def in_place(self, queryset: AppealQuerySet, name: str, value: Unit) -> AppealQuerySet:
        """What happened in the unit or below it."""
        column = place_column(value.kind)
        return queryset.filter(**{column: value.pk}) if column else queryset.none()

    def of_returned(self, queryset: AppealQuerySet, name: str, value: str) -> AppealQuerySet:
        """What a unit sent back in a period, by its verdict."""
        return queryset.filter(pk__in=returns.behind(value))

    def of_repeats(self, queryset: AppealQuerySet, name: str, value: str) -> AppealQuerySet:
        """What a search takes for a repeat, what is in a matter, what is in one of many people."""
        if value == "suspected":
            # Few wait at a time. As a subquery the planner would rather walk all appeals by date than trust that.
            waiting = SuspectedRepeat.objects.order_by("-pk").values_list("pk", flat=True)[:MOST_SUSPECTED]
            return queryset.filter(pk__in=list(waiting))
        members = MatterMember.objects.filter(appeal_id=OuterRef("pk"))
        if value == "mass":
            members = members.filter(matter__people__gte=MASS_PEOPLE)
        return queryset.filter(Exists(members))

    def of_matter(self, queryset: AppealQuerySet, name: str, value: Decimal) -> AppealQuerySet:
        """The appeals about one matter."""
        return queryset.filter(pk__in=MatterMember.objects.filter(matter_id=int(value)).values("appeal_id"))

    def of_repeated(self, queryset: AppealQuerySet, name: str, value: str) -> AppealQuerySet:
        """What repeats another of its matter, of a unit and a period."""
        return queryset.filter(pk__in=figures.behind(value))

    def to_decide(self, queryset: AppealQuerySet, name: str, value: str) -> AppealQuerySet:
        """What waits for the decision of the actor's unit."""
        model: Any = {"extension": Extension, "shelving": Shelving}[value]
        waiting = requests.put_to(model.objects.filter(PENDING), self.actor)
        return queryset.filter(pk__in=waiting.order_by().values("appeal_id"))

    def of_hotline(self, queryset: AppealQuerySet, name: str, value: str) -> AppealQuerySet:
        """What waits for the answer of the actor's unit to the city hotline."""
        return desk.returned_to(queryset, self.actor.unit_id)

    def of_import(self, queryset: AppealQuerySet, name: str, value: Decimal) -> AppealQuerySet:
        """What one spreadsheet brought or changed; an import that was taken up again has several jobs."""
        jobs = Job.objects.filter(kind=IMPORT_JOB, params__file=int(value)).values_list("pk", flat=True)
        return queryset.filter(origin__job_id__in=list(jobs))

    def of_mine(self, queryset: AppealQuerySet, name: str, value: str) -> AppealQuerySet:
        """What the person logged, or accepted for the unit."""
        if value == "logged":
            return queryset.filter(registered_by_user=self.actor.user_id)
        mine = Assignment.objects.filter(unit_id=self.actor.unit_id, accepted_by_user=self.actor.user_id)
        return queryset.filter(pk__in=mine.values("appeal_id"))
