"""Forms of careers, their procedures, appraisal and pay."""

from __future__ import annotations

from typing import Any

from django import forms

from governance.scope import Actor
from governance.ui.forms import DateInput, SearchSelect
from grids.models import Unit
from members.careers.conditions import Condition
from members.careers.pay import Scale
from members.careers.services.careers import Entry
from members.careers.services.procedures import DELIVERIES, Measured
from members.careers.services.scales import MOST, Amounts
from members.models.careers import CERTIFICATES, DEGREES, POSTS, RECRUITED, TOP_GRADE

_NO_GUESSING = {"autocomplete": "off"}
_YES_NO = forms.RadioSelect


def _words(label: str, *, most: int = 500, required: bool = True, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, required=required, widget=forms.Textarea({"rows": 3}), help_text=help_text
    )


def _answer(label: str, yes: str, no: str) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, choices=[("1", yes), ("0", no)], coerce=lambda text: text == "1", widget=forms.RadioSelect
    )


def _day(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    return forms.DateField(label=label, widget=DateInput, required=required, help_text=help_text)


class _UnitField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.community.name} {obj.name}" if obj.kind == "grid" and obj.community else str(obj.name)


def _units(by: Actor) -> Any:
    rows = Unit.objects.open().visible_to(by).filter(kind__in=("community", "grid"))
    return rows.select_related("community").order_by("code")


class EntryForm(forms.Form):
    """入职: who, where, as what."""

    name = forms.CharField(label="姓名", max_length=32, widget=forms.TextInput(_NO_GUESSING))
    identity = forms.CharField(
        label="身份证号", max_length=32, widget=forms.TextInput(_NO_GUESSING),
        help_text="须已由居住地社区登记为在册居民；居住地与工作单位可以不同。",
    )  # fmt: skip
    unit = _UnitField(
        label="工作单位", queryset=Unit.objects.none(), empty_label="请选择", widget=SearchSelect,
        help_text="专职网格员选网格，其他岗位选社区。",
    )  # fmt: skip
    post = forms.ChoiceField(label="岗位", choices=[("", "请选择"), *POSTS])
    duty = forms.CharField(label="职务", max_length=64, required=False, help_text="如：党委书记、居委会主任。")
    entered_on = _day("入职日期")
    recruited = forms.ChoiceField(label="进入方式", choices=[("", "请选择"), *RECRUITED])
    degree = forms.ChoiceField(label="学历", choices=DEGREES, required=False)
    certificate = forms.ChoiceField(label="职业资格", choices=CERTIFICATES, required=False)
    grounds = _words("依据", help_text="招聘公告、选举结果或文件的名称、文号。")

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = _units(by)  # type: ignore[attr-defined]

    def entry(self) -> Entry:
        """As the service takes it."""
        data = dict(self.cleaned_data)
        return Entry(unit_id=data.pop("unit").pk, **data)


class FactsForm(forms.Form):
    """New papers, another duty."""

    degree = forms.ChoiceField(label="学历", choices=DEGREES, required=False)
    certificate = forms.ChoiceField(label="职业资格", choices=CERTIFICATES, required=False)
    duty = forms.CharField(label="职务", max_length=64, required=False)
    grounds = _words("依据", help_text="已查验的证书名称、编号。")


class MoveForm(forms.Form):
    """Into another unit."""

    unit = _UnitField(label="调入单位", queryset=Unit.objects.none(), empty_label="请选择", widget=SearchSelect)
    on = _day("日期")
    grounds = _words("依据")

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = _units(by)  # type: ignore[attr-defined]


class EndForm(forms.Form):
    """辞职, 退休."""

    how = forms.ChoiceField(label="离岗方式", choices=[("resigned", "辞职"), ("retired", "退休")])
    on = _day("离岗日期")
    grounds = _words("说明")


class ProposeForm(forms.Form):
    """A promotion's path, a removal's reason, a measure's kind; and why."""

    path = forms.ChoiceField(label="事项")
    words = _words("理由", help_text="主要事实和依据，会列入程序材料。")

    def __init__(self, *args: Any, paths: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["path"].choices = paths if len(paths) == 1 else [("", "请选择"), *paths]  # type: ignore[attr-defined]

    def measured(self) -> Measured | None:
        """Only a measure has more."""
        return None


class MeasureForm(ProposeForm):
    """奖惩: its name and time, too."""

    field_order = ("path", "name", "from_on", "until_on", "words")
    name = forms.CharField(label="名称", max_length=64, help_text="如：嘉奖、优秀社区工作者；警告、记过。")
    from_on = _day("生效日期")
    until_on = _day("影响期满日期", required=False, help_text="处分必填：期满前不能晋升、晋级。")

    def measured(self) -> Measured | None:
        """As the service takes it."""
        data = self.cleaned_data
        return Measured(name=data["name"], from_on=data["from_on"], until_on=data["until_on"])


class ReviewForm(forms.Form):
    """The street's opinion."""

    support = _answer("审核结论", "同意", "不同意，程序终止")
    words = _words("审核意见")


class PublishForm(forms.Form):
    """Where it is made public."""

    where = forms.CharField(label="公示地点", max_length=200, help_text="如：社区公示栏、街道办事处公示栏。")


class ObjectForm(forms.Form):
    """What somebody says against it."""

    words = _words("异议内容", help_text="不写提出人的身份证号、电话。")


class SettleForm(forms.Form):
    """What came of it."""

    upheld = _answer("查处结论", "异议属实，终止晋升", "异议不属实，继续公示")
    words = _words("查处情况")


class DeliverForm(forms.Form):
    """How and when a notice reached the person."""

    how = forms.ChoiceField(label="送达方式", choices=DELIVERIES)
    on = _day("送达日期")
    words = forms.CharField(label="说明", max_length=200, required=False, help_text="见证人、邮寄单号等。")


class HearForm(forms.Form):
    """What the person says."""

    statement = _words("申辩意见", help_text="如实记录本人陈述；书面材料请注明。")


class WaiveForm(forms.Form):
    """A condition that is let go, and why."""

    condition = forms.ChoiceField(label="条件")
    grounds = _words("审批依据")

    def __init__(self, *args: Any, unmet: list[Condition], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.code, f"{one.label}：要求{one.asked}，实际{one.fact}") for one in unmet]
        self.fields["condition"].choices = choices  # type: ignore[attr-defined]


class DecideForm(forms.Form):
    """The district's decision."""

    accept = _answer("审定结论", "批准", "不批准")
    words = _words("决定依据", help_text="会议纪要、文号。")


class WithdrawForm(forms.Form):
    """Why it is taken back."""

    words = _words("撤回理由")


STEP_FORMS: dict[str, type[forms.Form]] = {
    "review": ReviewForm, "publish": PublishForm, "object_to": ObjectForm, "settle": SettleForm,
    "deliver": DeliverForm, "hear": HearForm, "waive": WaiveForm, "decide": DecideForm, "withdraw": WithdrawForm,
}  # fmt: skip


class RoundForm(forms.Form):
    """Which year."""

    year = forms.IntegerField(label="考核年度", min_value=2015, max_value=2100)


class RoundDecisionForm(forms.Form):
    """The district's word on a round."""

    accept = _answer("审定结论", "批准，结果生效", "退回街道重新审核")
    words = _words("审定意见", most=300)


def _amount(label: str) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=MOST)


class ScaleForm(forms.Form):
    """A new version of the pay scale."""

    valid_from = _day("施行日期", help_text="今天或以后；此前的工资不变。")
    note = forms.CharField(label="依据", max_length=200, help_text="文件名称、文号。")
    base = _amount("基本工资（元）")
    years_per_grade = forms.IntegerField(label="每满几年晋一级", min_value=1, max_value=10)

    def __init__(self, *args: Any, last: Scale, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for post, label in POSTS:
            self.fields[f"post_{post}"] = _amount(f"岗位工资：{label}（元）")
            self.initial[f"post_{post}"] = last.posts[post]
        for n in range(1, TOP_GRADE + 1):
            self.fields[f"grade_{n}"] = _amount(f"级别工资：{n} 级（元）")
            self.initial[f"grade_{n}"] = last.grades[str(n)]
        self.initial["base"], self.initial["years_per_grade"] = last.base, last.rules.years_per_grade

    def amounts(self) -> Amounts:
        """As the service takes it."""
        data = self.cleaned_data
        return Amounts(
            valid_from=data["valid_from"], base=data["base"], years_per_grade=data["years_per_grade"],
            posts={post: data[f"post_{post}"] for post, _ in POSTS},
            grades={str(n): data[f"grade_{n}"] for n in range(1, TOP_GRADE + 1)},
        )  # fmt: skip


class RegradeForm(forms.Form):
    """Which day counts, and by which paper."""

    on = _day("晋级日期", help_text="按这一天的工龄、学历、证书和考核计算。")
    grounds = forms.CharField(label="依据", max_length=300)


class PeriodForm(forms.Form):
    """From when to when the figures count."""

    since = _day("开始日期")
    until = _day("结束日期")

    def clean(self) -> dict[str, Any]:
        """In order."""
        data = super().clean() or {}
        if data.get("since") and data.get("until") and data["since"] > data["until"]:
            self.add_error("until", "结束日期不能早于开始日期。")
        return data
