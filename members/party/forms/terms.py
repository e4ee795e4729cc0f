"""The forms of posts and elections."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms

from governance.scope import Actor
from governance.ui.forms import DateInput, SearchSelect
from members.models import PartyMembership, PartyOrganisation
from members.models.party import (
    COMMITTEE,
    DEPUTY,
    DUTIES,
    GROUP_LEADER,
    PART_TIME,
    POSTS,
    SECRETARY,
)
from members.party import selectors
from members.party.forms.choosing import PLAIN, choose, today_field
from members.party.rules import COMMITTEE_MOST, COMMITTEES, GROUPS
from members.party.services.terms import Elected

_PART_TIME_ROWS = 4


class PostForm(forms.Form):
    """任职 between elections."""

    post = forms.ChoiceField(label="职务")
    who = forms.TypedChoiceField(label="党员", coerce=int, empty_value=None, required=False, widget=SearchSelect)
    name = forms.CharField(label="姓名", max_length=32, required=False, widget=forms.TextInput(PLAIN))
    employer = forms.CharField(label="所在单位", max_length=100, required=False, help_text="兼职委员必填。")
    duty = forms.ChoiceField(label="分工", choices=[("", "不分工"), *DUTIES], required=False)
    on = today_field("任职日期")

    def __init__(self, *args: Any, by: Actor, organisation: PartyOrganisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "post", posts_for(organisation))
        if organisation.kind in COMMITTEES:
            del self.fields["who"]
        else:
            del self.fields["name"]
            choose(self, "who", candidates(organisation, by))

    def elected(self) -> Elected:
        """As the service takes it."""
        data = self.cleaned_data
        return Elected(
            post=data["post"], person_id=data.get("who"), name=data.get("name", ""), duty=data["duty"],
            employer=data["employer"],
        )  # fmt: skip


def posts_for(organisation: PartyOrganisation) -> list[tuple[str, str]]:
    """The posts that an organisation of this kind has."""
    if organisation.kind in GROUPS:
        return [(value, label) for value, label in POSTS if value == GROUP_LEADER]
    with_part_time = organisation.kind in COMMITTEES
    return [
        (value, label) for value, label in POSTS
        if value != GROUP_LEADER and (value != PART_TIME or with_part_time)
    ]  # fmt: skip


def candidates(organisation: PartyOrganisation, actor: Actor) -> list[tuple[int, str]]:
    """Full members of the organisation and of what stands below it."""
    ids = selectors.subtree(actor, organisation.pk)
    rows = PartyMembership.objects.visible_to(actor).current().filter(kind="full", organisation_id__in=ids)
    found = rows.order_by("person__initials", "pk").values_list("person_id", "person__name", "person__born_on")
    return [(pk, f"{name}（{born:%Y-%m}生）" if born else name) for pk, name, born in found]


class ElectionForm(forms.Form):
    """换届选举结果: a row for each who was elected."""

    elected_on = today_field("选举日期")
    words = forms.CharField(label="说明", max_length=500, required=False)

    def __init__(self, *args: Any, by: Actor, organisation: PartyOrganisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_committee = organisation.kind in COMMITTEES
        people = [("", "（无）"), *([] if self.is_committee else candidates(organisation, by))]
        self.numbers = range(COMMITTEE_MOST + (_PART_TIME_ROWS if self.is_committee else 0))
        for number in self.numbers:
            self._add(number, posts_for(organisation), people)

    def _add(self, number: int, posts: list[tuple[str, str]], people: list[tuple[Any, str]]) -> None:
        usual = SECRETARY if number == 0 else DEPUTY if number == 1 and self.is_committee else COMMITTEE
        if number >= COMMITTEE_MOST:
            usual = PART_TIME
        self.fields[f"post-{number}"] = forms.ChoiceField(label="职务", choices=posts, initial=usual, required=False)
        if self.is_committee:
            self.fields[f"name-{number}"] = forms.CharField(label="姓名", max_length=32, required=False)
        else:
            self.fields[f"who-{number}"] = forms.TypedChoiceField(
                label="当选人", choices=people, coerce=int, empty_value=None, required=False, widget=SearchSelect
            )
        self.fields[f"duty-{number}"] = forms.ChoiceField(
            label="分工", choices=[("", "不分工"), *DUTIES], required=False
        )
        if self.is_committee:
            self.fields[f"employer-{number}"] = forms.CharField(label="所在单位", max_length=100, required=False)

    def rows(self) -> Iterator[list[forms.BoundField]]:
        """The bound fields of each row, for the template."""
        for number in self.numbers:
            names = ("name", "who", "post", "duty", "employer")
            yield [self[f"{name}-{number}"] for name in names if f"{name}-{number}" in self.fields]

    def results(self) -> list[Elected]:
        """The rows that name somebody."""
        data = self.cleaned_data
        return [
            Elected(
                post=data[f"post-{n}"], person_id=data.get(f"who-{n}"), name=data.get(f"name-{n}", ""),
                duty=data[f"duty-{n}"], employer=data.get(f"employer-{n}", ""),
            )
            for n in self.numbers if data.get(f"who-{n}") or data.get(f"name-{n}")
        ]  # fmt: skip


class PostEndForm(forms.Form):
    """免职、辞职."""

    how = forms.ChoiceField(label="离任原因", choices=[("resigned", "辞去职务"), ("removed", "免去职务")])
    on = today_field("离任日期")


class ExtensionForm(forms.Form):
    """申请延期换届."""

    until = forms.DateField(label="延期至", widget=DateInput)
    grounds = forms.CharField(label="延期理由", max_length=500, widget=forms.Textarea({"rows": 3}))


class DecisionForm(forms.Form):
    """审批延期换届."""

    grant = forms.ChoiceField(label="审批", choices=[("1", "同意"), ("0", "不同意")], widget=forms.RadioSelect)
    words = forms.CharField(
        label="批复意见", max_length=500, required=False, widget=forms.Textarea({"rows": 2}), help_text="不同意时必填。"
    )
