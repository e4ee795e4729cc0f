"""The forms of members: registered, taken in, made full members, handed over, ended."""

from __future__ import annotations

from typing import Any

from django import forms

from governance.scope import Actor
from governance.ui.forms import DateInput, SearchSelect
from members.models.party import (
    CATEGORIES,
    MEMBERSHIP_KINDS,
)
from members.party import selectors
from members.party.forms.choosing import WhoForm, choose, today_field
from members.party.services import memberships


class MemberFactsForm(forms.Form):
    """What is known of a member."""

    category = forms.ChoiceField(label="类别", choices=CATEGORIES)
    employer = forms.CharField(label="原单位、工作单位", max_length=100, required=False)
    joined_party_on = forms.DateField(label="入党日期", widget=DateInput, required=False)
    full_on = forms.DateField(label="转正日期", widget=DateInput, required=False)

    def facts(self, kind: str) -> memberships.Facts:
        """As the service takes them."""
        data = self.cleaned_data
        names = ("category", "employer", "joined_party_on", "full_on")
        return memberships.Facts(kind=kind, **{name: data[name] for name in names})


class AdmitForm(WhoForm, MemberFactsForm):
    """登记党员, 发展预备党员."""

    field_order: tuple[str, ...] = (
        "who",
        "person",
        "kind",
        "category",
        "employer",
        "joined_party_on",
        "full_on",
        "from_on",
    )
    kind = forms.ChoiceField(label="党员类型", choices=MEMBERSHIP_KINDS, help_text="预备党员须填入党日期，预备期一年。")
    from_on = today_field("编入本组织日期")


class TakeInForm(AdmitForm):
    """区外转入."""

    field_order: tuple[str, ...] = (
        "who", "person", "place", "letter_number", "letter_on", "kind", "category", "employer", "joined_party_on",
        "full_on",
    )  # fmt: skip
    place = forms.CharField(label="原党组织", max_length=100, help_text="介绍信上的转出党组织。")
    letter_number = forms.CharField(label="介绍信编号", max_length=40)
    letter_on = forms.DateField(label="介绍信日期", widget=DateInput, help_text="介绍信有效期不超过 90 天。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["from_on"]


class FullForm(forms.Form):
    """转正."""

    on = today_field("支部大会通过日期")


class ProlongForm(forms.Form):
    """延长预备期."""

    months = forms.TypedChoiceField(label="延长", choices=[(n, f"{n} 个月") for n in range(6, 13)], coerce=int)
    words = forms.CharField(label="原因", max_length=200)


class MemberEndForm(forms.Form):
    """退党、除名、开除党籍."""

    how = forms.ChoiceField(label="原因", choices=[("withdrawn", "退党、除名"), ("expelled", "开除党籍")])
    on = today_field("日期")
    words = forms.CharField(label="依据", max_length=500, widget=forms.Textarea({"rows": 2}))


class HandOverForm(forms.Form):
    """区内转接."""

    to_organisation = forms.TypedChoiceField(label="转入党组织", coerce=int, widget=SearchSelect)
    reason = forms.CharField(label="转接原因", max_length=200, help_text="如：已迁居该社区。")

    def __init__(self, *args: Any, by: Actor, leaves: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = selectors.receivers(by).exclude(pk=leaves).values_list("pk", "name", "community__name")
        named = ((pk, name if not place or place in name else f"{place} · {name}") for pk, name, place in rows)
        choose(self, "to_organisation", named)


class TransferOutForm(forms.Form):
    """转出区外."""

    place = forms.CharField(label="接收党组织", max_length=100)
    letter_number = forms.CharField(label="介绍信编号", max_length=40, help_text="介绍信有效期不超过 90 天。")
    on = today_field("转出日期")
    reason = forms.CharField(label="转接原因", max_length=200, required=False)
