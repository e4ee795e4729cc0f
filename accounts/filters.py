"""How the security office narrows its list of staff."""

from __future__ import annotations

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import ROLE_LABELS, Posting, User


class StaffFilter(django_filters.FilterSet):  # type: ignore[misc]
    """By person, by unit and what is below it, by role."""

    q = django_filters.CharFilter(label="人员", method="by_person", help_text="姓名、拼音首字母、账号或完整手机号")
    unit = django_filters.CharFilter(label="单位", method="by_unit", help_text="单位名称或编码（含下级）")
    role = django_filters.ChoiceFilter(
        label="岗位", method="by_role", choices=[(r.value, n) for r, n in ROLE_LABELS.items()], empty_label="全部岗位"
    )

    class Meta:
        model = User
        fields: list[str] = []

    def by_person(self, queryset: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        """Name, initials, account or phone."""
        return queryset.search(value)  # type: ignore[attr-defined, no-any-return]

    def by_unit(self, queryset: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        """Codes begin with their parent's code, so a code finds all below it too."""
        value = value.strip()
        here = Q(unit__name__icontains=value) | Q(unit__code__startswith=value) | Q(unit__short_name__icontains=value)
        above = Q(unit__street__name=value) | Q(unit__community__name=value)
        return queryset.filter(_holds(here | above))

    def by_role(self, queryset: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        """Those who hold the role now or soon."""
        return queryset.filter(_holds(Q(role=value)))


def _holds(condition: Q) -> Exists:
    current = Posting.objects.current_or_coming(timezone.localdate())
    return Exists(current.filter(condition, user=OuterRef("pk")))
