"""Forms of teams, activities and hours."""

from __future__ import annotations

from typing import Any

from django import forms

from governance.scope import Actor, own_column
from governance.ui.forms import DateInput, DateTimeInput, SearchSelect
from grids.models import Site, Unit
from members.models import Person, VolunteerTeam
from members.models.volunteers import KINDS
from members.querysets import SEE
from members.volunteers.services.activities import ActivityFacts
from members.volunteers.services.teams import TeamFacts

_LEVELS = ("street", "community", "grid")


def units_of(by: Actor) -> Any:
    """The open streets, communities and grids that the actor may write for, highest first."""
    if own_column(by, SEE) is None:
        return Unit.objects.none()
    return Unit.objects.open().visible_to(by).filter(kind__in=_LEVELS).order_by("code")


def _sites(by: Actor) -> Any:
    rows = Site.objects.in_use().filter(district_id=by.district_id).order_by("name")
    near = {"community_id": by.community_id} if by.community_id else {"street_id": by.street_id}
    return rows.filter(**near)


class TeamForm(forms.Form):
    """What is said of a team."""

    name = forms.CharField(label="队伍名称", max_length=64)
    unit = forms.ModelChoiceField(
        label="所属单位", queryset=Unit.objects.none(), empty_label="请选择", widget=SearchSelect
    )
    kind = forms.ChoiceField(label="类型", choices=[("", "请选择"), *KINDS])
    leader = forms.ModelChoiceField(
        label="队长", queryset=Person.objects.none(), required=False, empty_label="未定", help_text="从队员中选定。"
    )
    site = forms.ModelChoiceField(
        label="阵地", queryset=Site.objects.none(), required=False, empty_label="无固定阵地", widget=SearchSelect
    )
    founded_on = forms.DateField(label="成立日期", required=False, widget=DateInput, help_text="不填则为今天。")
    words = forms.CharField(label="简介", max_length=500, required=False, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, by: Actor, team: VolunteerTeam | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = _sites(by)  # type: ignore[attr-defined]
        if team is None:
            del self.fields["leader"]
            units = units_of(by)
            self.fields["unit"].queryset = units  # type: ignore[attr-defined]
            self.fields["unit"].initial = by.unit_id
        else:
            del self.fields["unit"]
            self.fields["founded_on"].help_text = ""
            now_in = team.members.filter(until_on=None).values("person")
            people = Person.objects.filter(pk__in=now_in).defer("search").order_by("pk")
            self.fields["leader"].queryset = people  # type: ignore[attr-defined]

    def facts(self) -> TeamFacts:
        """As the service takes them."""
        data = self.cleaned_data
        leader = data.get("leader")
        return TeamFacts(
            name=data["name"], kind=data["kind"], words=data["words"], founded_on=data["founded_on"],
            site_id=data["site"].pk if data["site"] else None, leader_id=leader.pk if leader else None,
        )  # fmt: skip


class DissolveForm(forms.Form):
    """When and why a team ends."""

    on = forms.DateField(label="解散日期", widget=DateInput)
    why = forms.CharField(label="解散原因", max_length=200)


class ActivityForm(forms.Form):
    """What is said of an activity."""

    title = forms.CharField(label="活动名称", max_length=80)
    unit = forms.ModelChoiceField(
        label="主办单位", queryset=Unit.objects.none(), empty_label="请选择", widget=SearchSelect
    )
    team = forms.ModelChoiceField(
        label="志愿队伍", queryset=VolunteerTeam.objects.none(), required=False, empty_label="不属于某支队伍",
        widget=SearchSelect,
    )  # fmt: skip
    kind = forms.ChoiceField(label="类型", choices=[("", "请选择"), *KINDS])
    starts_at = forms.DateTimeField(label="开始时间", widget=DateTimeInput)
    ends_at = forms.DateTimeField(label="结束时间", widget=DateTimeInput, help_text="应在同一天内。")
    planned = forms.IntegerField(
        label="计划时长（分钟）",
        required=False,
        min_value=1,
        max_value=480,
        help_text="不填则为活动全程，最多 480 分钟。",
    )
    site = forms.ModelChoiceField(
        label="阵地", queryset=Site.objects.none(), required=False, empty_label="不在阵地内", widget=SearchSelect
    )
    address = forms.CharField(label="地点", max_length=200, required=False, help_text="不在阵地内的必填。")
    capacity = forms.IntegerField(
        label="名额", required=False, min_value=1, max_value=2000, help_text="不填则不限。满员后转为候补。"
    )
    sign_up_until = forms.DateTimeField(
        label="报名截止", required=False, widget=DateTimeInput, help_text="不填则到活动开始。截止后仍可由工作人员代报。"
    )
    words = forms.CharField(label="活动内容", max_length=1000, required=False, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, by: Actor, is_new: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = _sites(by)  # type: ignore[attr-defined]
        teams = VolunteerTeam.objects.visible_to(by).standing().order_by("name")
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]
        if is_new:
            self.fields["unit"].queryset = units_of(by)  # type: ignore[attr-defined]
            self.fields["unit"].initial = by.unit_id
        else:
            del self.fields["unit"]

    def facts(self) -> ActivityFacts:
        """As the service takes them."""
        data = self.cleaned_data
        names = ("title", "kind", "starts_at", "ends_at", "words", "address", "capacity", "sign_up_until", "planned")
        return ActivityFacts(
            **{name: data[name] for name in names}, team_id=data["team"].pk if data["team"] else None,
            site_id=data["site"].pk if data["site"] else None,
        )  # fmt: skip


class WhyForm(forms.Form):
    """Why an activity is cancelled."""

    why = forms.CharField(label="取消原因", max_length=200)


class RefuseForm(forms.Form):
    """Why hours are refused."""

    words = forms.CharField(label="退回原因", max_length=200)


class MinutesForm(forms.Form):
    """Minutes, and why."""

    minutes = forms.IntegerField(label="时长（分钟）", min_value=0, max_value=480)
    words = forms.CharField(label="说明", max_length=200)


class CodeForm(forms.Form):
    """The digits on the organiser's screen."""

    code = forms.CharField(
        label="签到码", max_length=12,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "class": "code-input"}),
    )  # fmt: skip
