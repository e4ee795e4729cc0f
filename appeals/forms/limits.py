"""The forms of extensions and shelvings: asked for by who handles, decided by who leads."""

from __future__ import annotations

from typing import Any

from django import forms

from appeals import requests
from appeals.forms.steps import StepForm, words_field
from appeals.models import Shelving
from appeals.services import extend, shelve
from governance.deadlines.terms import UNIT_NAMES
from governance.files.forms import UploadsField
from governance.ui import dates
from governance.ui.forms import Segments

_WHY_LATER = "写明为什么不能按期办结、下一步安排，不少于 10 个字。"
_WHY_NOT_NOW = "写明现在为什么不能办理、具备什么条件后可以办理，不少于 10 个字。"
_GRANT = [("yes", "同意"), ("no", "不同意")]


class AskExtension(StepForm):
    """申请延期."""

    step = "ask_extension"
    submit_label = "提交延期申请"
    amount = forms.IntegerField(label="延长", min_value=1, max_value=999)
    reason = words_field("延期理由", required=True, rows=4, most=2000, help_text=_WHY_LATER)
    attachments = UploadsField(label="佐证材料（必须上传）")

    def prepare(self) -> None:
        part = self.appeal.assignments.filter(unit_id=self.by.unit_id, ended_at=None).first()
        allowed = requests.allowance(requests.handling_clock(self.appeal, part), self.now) if part else None
        if allowed is None:
            return
        unit = UNIT_NAMES[allowed.span.unit].lstrip("个")
        self.fields["amount"].label = f"延长几个{unit}"
        longer = f"超过 {allowed.own} 个{unit}的由区网格中心审批。" if allowed.own < allowed.span.amount else ""
        self.fields[
            "amount"
        ].help_text = f"一次最多 {allowed.span.amount} 个{unit}，最多延期 {allowed.times} 次。{longer}"
        self.fields["amount"].widget.attrs["max"] = allowed.span.amount

    @property
    def says(self) -> str:  # type: ignore[override]
        """What holds until the decision."""
        return "审批同意之前，原办理时限不变，到期照常亮牌。"


class DecideExtension(StepForm):
    """审批延期."""

    step = "decide_extension"
    submit_label = "提交审批"
    extension = forms.TypedChoiceField(label="申请", coerce=int, widget=forms.RadioSelect)
    grant = forms.ChoiceField(label="意见", choices=_GRANT, widget=Segments)
    words = words_field("审批意见", required=True)

    def prepare(self) -> None:
        pending = list(extend.to_decide(self.appeal, self.by).select_related("asked_by_unit"))
        field = self.fields["extension"]
        field.choices = [  # type: ignore[attr-defined]
            (one.pk, f"{one.asked_by_unit.name} {one.asked_by_name} 申请延期 {extend.length_text(one)}：{one.reason}")
            for one in pending
        ]
        if pending:
            field.initial = pending[0].pk

    def arguments(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {"extension_id": data["extension"], "grant": data["grant"] == "yes", "words": data["words"]}


class AskShelving(StepForm):
    """申请挂账."""

    step = "ask_shelving"
    submit_label = "提交挂账申请"
    says = "批准后办理时限暂停；到复核日期自动恢复办理，剩余时间不变。"
    kind = forms.ChoiceField(label="挂账原因", choices=[("", "请选择"), *Shelving.KINDS])
    review_on = forms.DateField(label="复核日期", widget=forms.DateInput({"type": "date"}))
    reason = words_field(
        "挂账理由",
        required=True,
        rows=4,
        most=2000,
        help_text=_WHY_NOT_NOW,
    )
    attachments = UploadsField(label="依据材料（必须上传）")

    def prepare(self) -> None:
        last = shelve.longest(self.appeal, self.now)
        self.fields[
            "review_on"
        ].help_text = (
            f"最晚 {dates.official(last)}。{shelve.STREET_DAYS} 天以内由街道负责人审批，更长的由区网格中心审批。"
        )


class DecideShelving(StepForm):
    """审批挂账."""

    step = "decide_shelving"
    submit_label = "提交审批"
    grant = forms.ChoiceField(label="意见", choices=_GRANT, widget=Segments)
    words = words_field("审批意见", required=True)

    @property
    def says(self) -> str:  # type: ignore[override]
        """What was asked for."""
        asked = shelve.to_decide(self.appeal, self.by).select_related("asked_by_unit").first()
        if asked is None:
            return ""
        return (
            f"{asked.asked_by_unit.name} {asked.asked_by_name} 申请挂账至 {dates.official(asked.review_on)}"
            f"（{asked.get_kind_display()}）：{asked.reason}"
        )

    def arguments(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {"grant": data["grant"] == "yes", "words": data["words"]}


class Reactivate(StepForm):
    """恢复办理."""

    step = "reactivate"
    says = "恢复后办理时限继续计算，剩余时间与挂账时相同。"
    words = words_field("恢复办理的理由", required=True)


FORMS: dict[str, type[StepForm]] = {
    form.step: form for form in (AskExtension, DecideExtension, AskShelving, DecideShelving, Reactivate)
}
