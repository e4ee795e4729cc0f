"""What the lists of this subject can be narrowed by."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from governance import search
from governance.scope import UnitKind, inside
from governance.ui.forms import SearchSelect
from grids.models import Unit
from members.models import DoubleRegistration, MembershipTransfer, PartyMembership, PartyOrganisation, PartyPost, Term
from members.models.party import CATEGORIES, GROUP_LEADER, MEMBERSHIP_KINDS, ORGANISATION_KINDS, POSTS, SECRETARY
from members.party import selectors
from members.party.querysets import MembershipQuerySet
from members.party.rules import GROUPS, years_later

# From so many years, to under so many.
_AGES = {"young": (0, 36), "middle": (36, 61), "old": (61, 71), "oldest": (71, 200)}
_AGE_CHOICES = [("young", "35 岁及以下"), ("middle", "36 至 60 岁"), ("old", "61 至 70 岁"), ("oldest", "71 岁及以上")]


class _Placed(django_filters.FilterSet):  # type: ignore[misc]
    """By a unit of the actor's own line; streets and communities for the district."""

    # Where the place columns stand, as seen from the row.
    prefix_of_place = ""
    place = django_filters.ModelChoiceFilter(
        label="辖区", queryset=Unit.objects.none(), method="in_place", empty_label="全部", widget=SearchSelect
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.request is not None:
            kinds = ["street", "community"]
            if self.request.actor.unit_kind in {UnitKind.COMMUNITY, UnitKind.GRID}:
                kinds = ["grid"]
            units = Unit.objects.open().visible_to(self.request.actor)
            self.filters["place"].queryset = units.filter(kind__in=kinds).order_by("code")
        # Who is looked for stands first, then where.
        for name in ("place", "q"):
            if name in self.filters:
                self.filters.move_to_end(name, last=False)

    def in_place(self, queryset: Any, name: str, value: Unit) -> Any:
        """What lies in the unit."""
        return queryset.filter(**inside(value.kind, value.pk, self.prefix_of_place))


class _OfOrganisation(_Placed):
    """And by an organisation, with all that stands below it."""

    organisation = django_filters.NumberFilter(
        label="党组织", method="of_organisation", widget=forms.HiddenInput, max_value=2**63 - 1, min_value=0
    )

    def of_organisation(self, queryset: Any, name: str, value: Any) -> Any:
        """Of the organisation and those below it."""
        return queryset.filter(organisation_id__in=selectors.subtree(self.request.actor, int(value)))


class MemberFilterSet(_OfOrganisation):
    """Members by name or initials, organisation, kind, category, age, post."""

    q = django_filters.CharFilter(label="姓名", method="find", max_length=40, help_text="姓名或拼音首字母")
    category = django_filters.ChoiceFilter(label="类别", choices=CATEGORIES, empty_label="全部")
    kind = django_filters.ChoiceFilter(label="党员类型", choices=MEMBERSHIP_KINDS, empty_label="全部")
    organisation_kind = django_filters.ChoiceFilter(
        label="党组织类型", choices=ORGANISATION_KINDS, field_name="organisation__kind", empty_label="全部"
    )
    age = django_filters.ChoiceFilter(label="年龄", choices=_AGE_CHOICES, method="of_age", empty_label="全部")
    post = django_filters.ChoiceFilter(
        label="党内职务", choices=[("any", "有职务"), *POSTS], method="with_post", empty_label="不限"
    )

    class Meta:
        model = PartyMembership
        fields: list[str] = []

    def find(self, queryset: MembershipQuerySet, name: str, value: str) -> MembershipQuerySet:
        """By name or initials."""
        return queryset.search(value)

    def of_age(self, queryset: Any, name: str, value: str) -> Any:
        """Between two ages, both counted in whole years today."""
        least, under = _AGES[value]
        today = timezone.localdate()
        return queryset.filter(
            person__born_on__lte=_born(today, least), person__born_on__gt=_born(today, under)
        )  # fmt: skip

    def with_post(self, queryset: Any, name: str, value: str) -> Any:
        """Who holds a post now, or this one."""
        posts = PartyPost.objects.visible_to(self.request.actor).current().exclude(person=None)
        if value != "any":
            posts = posts.filter(post=value)
        return queryset.filter(person_id__in=posts.values("person_id"))


def _born(today: date, years: int) -> date:
    """Who was born on this day or before is at least so old today."""
    return years_later(today, -years)


class TransferFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    """Transfers by name, and by an organisation at either end."""

    q = django_filters.CharFilter(label="姓名", method="find", max_length=40, help_text="姓名或拼音首字母")
    organisation = django_filters.CharFilter(label="党组织", method="of_organisation", max_length=40)
    place = django_filters.ModelChoiceFilter(
        label="接收方", queryset=Unit.objects.none(), method="in_place", empty_label="全部", widget=SearchSelect
    )

    class Meta:
        model = MembershipTransfer
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.request is not None:
            units = Unit.objects.open().visible_to(self.request.actor)
            self.filters["place"].queryset = units.filter(kind__in=("street", "community")).order_by("code")

    def find(self, queryset: Any, name: str, value: str) -> Any:
        """By name or initials."""
        words = search.query(value.strip())
        return queryset.filter(person__search=words) if words is not None else queryset.none()

    def of_organisation(self, queryset: Any, name: str, value: str) -> Any:
        """By a part of either organisation's name."""
        text = value.strip()
        return queryset.filter(Q(from_organisation__name__icontains=text) | Q(to_organisation__name__icontains=text))

    def in_place(self, queryset: Any, name: str, value: Unit) -> Any:
        """By who has to receive."""
        return queryset.filter(**inside(value.kind, value.pk, "to_organisation__"))


class DoubleFilterSet(_OfOrganisation):
    """双报到 by name, own organisation, and where they report."""

    prefix_of_place = "organisation__"
    q = django_filters.CharFilter(label="姓名", method="find", max_length=40, help_text="姓名或拼音首字母")
    own = django_filters.CharFilter(label="组织关系所在党组织", field_name="own_organisation", lookup_expr="icontains")
    served = django_filters.ChoiceFilter(
        label="服务情况", choices=[("1", "已参加服务"), ("0", "还没有服务")], method="who_served", empty_label="不限"
    )

    class Meta:
        model = DoubleRegistration
        fields: list[str] = []

    def find(self, queryset: Any, name: str, value: str) -> Any:
        """By name or initials."""
        words = search.query(value.strip())
        return queryset.filter(person__search=words) if words is not None else queryset.none()

    def who_served(self, queryset: Any, name: str, value: str) -> Any:
        """Who has done something, or nothing yet."""
        return queryset.filter(services__gt=0) if value == "1" else queryset.filter(services=0)


class OrganisationFilterSet(_Placed):
    """Organisations by name or initials, kind, and what they lack."""

    q = django_filters.CharFilter(label="名称", method="find", max_length=40, help_text="名称或拼音首字母")
    kind = django_filters.ChoiceFilter(label="类型", choices=ORGANISATION_KINDS, empty_label="全部")
    lacks = django_filters.ChoiceFilter(
        label="缺少", choices=[("secretary", "没有书记（组长）"), ("term", "没有登记任期")], method="which_lack",
        empty_label="不限",
    )  # fmt: skip

    class Meta:
        model = PartyOrganisation
        fields: list[str] = []

    def find(self, queryset: Any, name: str, value: str) -> Any:
        """By name or initials."""
        text = value.strip()
        return queryset.filter(Q(name__icontains=text) | Q(initials__istartswith=text))

    def which_lack(self, queryset: Any, name: str, value: str) -> Any:
        """Nobody who leads it, or no term that says when it is over."""
        if value == "term":
            present = Term.objects.filter(organisation=OuterRef("pk"), ended_on=None)
            return queryset.exclude(kind__in=GROUPS).filter(~Exists(present))
        leads = PartyPost.objects.current().filter(organisation=OuterRef("pk"), post__in=(SECRETARY, GROUP_LEADER))
        return queryset.filter(~Exists(leads))


class TermFilterSet(_OfOrganisation):
    """Terms of office by organisation."""

    prefix_of_place = "organisation__"
    q = django_filters.CharFilter(label="党组织名称", field_name="organisation__name", lookup_expr="icontains")
    kind = django_filters.ChoiceFilter(
        label="党组织类型", choices=ORGANISATION_KINDS, field_name="organisation__kind", empty_label="全部"
    )

    class Meta:
        model = Term
        fields: list[str] = []
