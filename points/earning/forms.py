"""Forms of proposals, budgets, rules and the review."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django import forms

from governance.files.forms import UploadsField
from governance.scope import Actor, UnitKind
from governance.ui.forms import DateInput, SearchSelect
from grids.models import Unit
from members.models import DesignationKind
from members.models.volunteers import KINDS
from points.earning import rules
from points.earning.services._common import is_period
from points.earning.services.proposals import Asked
from points.earning.services.rule_keeping import RuleFacts
from points.models import EARNERS, EXPIRIES, FINDINGS, RULE_KINDS, Account, EarningRule, FundLimit


class _RuleChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        """What it gives stands beside its name."""
        caps = [f"{label} {value} 分" for label, value in
                (("每日", obj.day_most), ("每月", obj.month_most), ("每年", obj.year_most)) if value]  # fmt: skip
        return f"{obj.name}（{rules.told(obj)}{'，最多' + '、'.join(caps) if caps else ''}）"


class ProposeForm(forms.Form):
    """What is proposed."""

    rule = _RuleChoice(label="申报项目", queryset=EarningRule.objects.none(), empty_label="请选择")
    quantity = forms.IntegerField(label="数量", min_value=1, max_value=1000, initial=1)
    on = forms.DateField(label="发生日期", widget=DateInput)
    words = forms.CharField(
        label="申报说明", max_length=500, widget=forms.Textarea({"rows": 3}),
        help_text="写明什么时候、做了什么、谁能证明。不要填写电话和证件号码。",
    )  # fmt: skip
    attachments = UploadsField(label="佐证照片")

    def __init__(self, *args: Any, by: Actor, today: date, earners: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = EarningRule.objects.visible_to(by).in_force(today).filter(kind="manual", earner__in=earners)
        self.fields["rule"].queryset = known.order_by("code")  # type: ignore[attr-defined]

    def asked(self, **whom: int) -> Asked:
        """As the service takes it."""
        data = self.cleaned_data
        return Asked(
            rule_id=data["rule"].pk, quantity=data["quantity"], on=data["on"], words=data["words"],
            attachment_ids=data["attachments"], **whom,
        )  # fmt: skip


class WhyForm(forms.Form):
    """Why."""

    words = forms.CharField(label="原因", max_length=200)


def _period(text: str) -> tuple[date, date]:
    begin, _, end = text.partition("_")
    return date.fromisoformat(begin), date.fromisoformat(end)


def period_told(from_on: date, until_on: date) -> str:
    """2026年, or 2026年第4季度."""
    if (from_on.month, until_on.month) == (1, 12):
        return f"{from_on.year}年"
    return f"{from_on.year}年第{(from_on.month + 2) // 3}季度"


def _periods(today: date) -> list[tuple[str, str]]:
    found = []
    for year in (today.year, today.year + 1):
        spans = [(date(year, 1, 1), date(year, 12, 31))]
        for month in (1, 4, 7, 10):
            last = 31 if month in (1, 10) else 30
            spans.append((date(year, month, 1), date(year, month + 2, last)))
        found += [(f"{a}_{b}", period_told(a, b)) for a, b in spans if b >= today and is_period(a, b)]
    return found


class LimitForm(forms.Form):
    """How much a street may give."""

    street = forms.ModelChoiceField(
        label="街道", queryset=Unit.objects.none(), empty_label="请选择", widget=SearchSelect
    )
    period = forms.ChoiceField(label="期间")
    points = forms.IntegerField(label="核定积分", min_value=1, max_value=100_000_000)

    def __init__(self, *args: Any, by: Actor, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        streets = Unit.objects.open().visible_to(by).filter(kind=UnitKind.STREET).order_by("code")
        self.fields["street"].queryset = streets  # type: ignore[attr-defined]
        self.fields["period"].choices = [("", "请选择"), *_periods(today)]  # type: ignore[attr-defined]

    def facts(self) -> dict[str, Any]:
        """As the service takes them."""
        from_on, until_on = _period(self.cleaned_data["period"])
        return {
            "street_id": self.cleaned_data["street"].pk, "from_on": from_on, "until_on": until_on,
            "points": self.cleaned_data["points"],
        }  # fmt: skip


class _LimitChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        """The period and how much."""
        return f"{period_told(obj.from_on, obj.until_on)}（核定 {obj.points:,} 分）"


class _BudgetChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        """Whose, for when, and what is left of it."""
        closed = "（已撤并）" if obj.unit.closed_on else ""
        return f"{obj.unit.name}{closed} {period_told(obj.from_on, obj.until_on)}（余 {obj.balance:,} 分）"


class _Keyed(forms.Form):
    """A form that moves points once, however often it is sent."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    points = forms.IntegerField(label="积分", min_value=1, max_value=1_000_000)

    def __init__(self, *args: Any, by: Actor, today: date, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid.uuid4()} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        inside = Unit.objects.open().filter(kind=UnitKind.COMMUNITY, street_id=by.street_id).order_by("code")
        budgets = Account.objects.filter(kind="budget", unit__street=by.street_id, until_on__gte=today)
        offered = {
            "community": inside,
            "source": budgets.select_related("unit").order_by("unit__code", "from_on"),
            "limit": FundLimit.objects.visible_to(by).filter(until_on__gte=today).order_by("from_on"),
        }
        for name in offered.keys() & self.fields.keys():
            self.fields[name].queryset = offered[name]  # type: ignore[attr-defined]

    def facts(self) -> dict[str, Any]:
        """As the services take them."""
        data = self.cleaned_data
        facts = {f"{name}_id": data[name].pk for name in ("limit", "community", "source") if name in data}
        words = {"words": data["words"]} if "words" in data else {}
        return facts | words | {"points": data["points"], "key": str(data["key"])}


class FundForm(_Keyed):
    """Points for a community."""

    limit = _LimitChoice(label="期间", queryset=FundLimit.objects.none(), empty_label="请选择")
    community = forms.ModelChoiceField(
        label="社区", queryset=Unit.objects.none(), empty_label="请选择", widget=SearchSelect
    )
    field_order = ("limit", "community", "points")


class MoveForm(_Keyed):
    """From one community to another."""

    source = _BudgetChoice(label="从", queryset=Account.objects.none(), empty_label="请选择", widget=SearchSelect)
    community = forms.ModelChoiceField(
        label="划给", queryset=Unit.objects.none(), empty_label="请选择", widget=SearchSelect
    )
    words = forms.CharField(label="说明", max_length=200, required=False)
    field_order = ("source", "community", "points", "words")


class GiveBackForm(_Keyed):
    """What is not needed any more."""

    source = _BudgetChoice(label="社区预算", queryset=Account.objects.none(), empty_label="请选择", widget=SearchSelect)
    words = forms.CharField(label="说明", max_length=200, required=False)
    field_order = ("source", "points", "words")


class RuleForm(forms.Form):
    """What a version of a rule says."""

    code = forms.CharField(label="代码", max_length=32, help_text="小写英文字母、数字和下划线，不能再改。")
    kind = forms.ChoiceField(label="来源", choices=[("", "请选择"), *RULE_KINDS])
    match = forms.ChoiceField(label="适用", required=False, help_text="岗位履职须选岗位；参加活动可选活动类型。")
    earner = forms.ChoiceField(label="记入", choices=EARNERS)
    name = forms.CharField(label="名称", max_length=40)
    points = forms.IntegerField(label="积分", min_value=1, max_value=100_000)
    per = forms.IntegerField(label="每（数量）", min_value=1, max_value=100_000, initial=1)
    counter = forms.CharField(label="计量单位", max_length=8, initial="次", help_text="服务时长用“分钟”。")
    day_most = forms.IntegerField(label="每日上限（分）", required=False, min_value=1, help_text="不填则不限。")
    month_most = forms.IntegerField(label="每月上限（分）", required=False, min_value=1)
    year_most = forms.IntegerField(label="每年上限（分）", required=False, min_value=1)
    second_from = forms.IntegerField(
        label="复核线（分）", required=False, min_value=1, help_text="单笔达到这么多，须街道复核。不填则不复核。"
    )
    once_per_activity = forms.BooleanField(label="每场活动只计一次", required=False)
    expiry = forms.ChoiceField(label="有效期", choices=EXPIRIES)
    expiry_months = forms.IntegerField(label="有效月数", required=False, min_value=1, max_value=60)
    words = forms.CharField(label="说明", max_length=200, required=False)
    from_on = forms.DateField(label="起用日期", widget=DateInput)

    def __init__(self, *args: Any, is_new: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_new:
            for name in ("code", "kind", "match", "earner"):
                del self.fields[name]
            return
        named = list(DesignationKind.objects.filter(is_active=True).values_list("code", "name"))
        self.fields["match"].choices = [  # type: ignore[attr-defined]
            ("", "不限"), ("岗位", named), ("活动类型", list(KINDS)),
        ]  # fmt: skip

    def facts(self) -> RuleFacts:
        """As the services take them."""
        names = set(RuleFacts.__dataclass_fields__)
        return RuleFacts(**{name: value for name, value in self.cleaned_data.items() if name in names})


class EndForm(forms.Form):
    """Until when a rule holds."""

    last_on = forms.DateField(label="用到哪一天", widget=DateInput)


class OddRuleForm(forms.Form):
    """From how many on something looks odd."""

    least = forms.IntegerField(label="从几笔起", min_value=2, max_value=1000)
    margin = forms.IntegerField(
        label="幅度", min_value=0, max_value=1000,
        help_text="“紧贴复核线以下”为低于复核线多少分以内；“总是同两人”为同一申报人占审批人经手的百分比；其他填 0。",
    )  # fmt: skip
    is_active = forms.BooleanField(label="在用", required=False)


class ReviewForm(forms.Form):
    """What was found."""

    finding = forms.ChoiceField(label="结论", choices=[("", "请选择"), *FINDINGS])
    words = forms.CharField(label="核查说明", max_length=500, widget=forms.Textarea({"rows": 3}))
