"""The forms of supervision orders and of the stages that the law demands."""

from __future__ import annotations

from typing import Any

from django import forms

from appeals.forms.steps import StepForm, words_field
from appeals.models import SupervisionOrder
from appeals.services.supervise import to_answer, to_review
from appeals.stages import open_stages
from appeals.standing import lies_with
from governance.files.forms import UploadsField
from governance.ui.forms import Segments
from grids.models import Unit


class FinishStage(StepForm):
    """完成环节."""

    step = "finish_stage"
    submit_label = "提交环节"
    says = "环节按顺序办理，各有期限；全部完成或注明不需要后，才能办结。"
    stage = forms.ChoiceField(label="环节")
    is_needed = forms.ChoiceField(
        label="情况", choices=[("yes", "已完成"), ("no", "不需要")], initial="yes", widget=Segments
    )
    words = words_field(
        "说明", required=True, most=2000, help_text="写明文书、时间和结果；不需要的写明理由。不少于 5 个字。"
    )
    attachments = UploadsField(label="佐证材料（已完成的必须上传）")

    def prepare(self) -> None:
        left = open_stages(self.appeal)
        self.fields["stage"].choices = [(one.kind, one.name) for one in left]  # type: ignore[attr-defined]

    def arguments(self) -> dict[str, Any]:
        arguments = super().arguments()
        return {**arguments, "is_needed": arguments["is_needed"] == "yes"}


class Supervise(StepForm):
    """督办."""

    step = "supervise"
    submit_label = "下达督办单"
    words = words_field("督办要求", required=True, help_text="写明要查明什么、何时办到，不少于 5 个字。")

    @property
    def says(self) -> str:  # type: ignore[override]
        """To whom it goes."""
        unit = Unit.objects.filter(pk=lies_with(self.appeal)).values_list("name", flat=True).first()
        return f"督办单下达给{unit}，须在答复时限内书面回复，由本单位审核后销号。"


class _OfOrder(StepForm):
    """Steps on one of the appeal's supervision orders: chosen where there are several."""

    order = forms.TypedChoiceField(label="督办单", coerce=int)
    field_order = ("revision", "order")

    def orders(self) -> list[SupervisionOrder]:
        """Those that wait for this step of the unit."""
        raise NotImplementedError

    def prepare(self) -> None:
        waiting = self.orders()
        field = self.fields["order"]
        field.choices = [(one.pk, f"{one.number} {one.words[:40]}") for one in waiting]  # type: ignore[attr-defined]
        field.initial = waiting[0].pk if waiting else None
        if len(waiting) == 1:
            field.widget = forms.HiddenInput()

    def arguments(self) -> dict[str, Any]:
        arguments = super().arguments()
        arguments["order_id"] = arguments.pop("order")
        return arguments


class AnswerSupervision(_OfOrder):
    """回复督办."""

    step = "answer_supervision"
    submit_label = "提交回复"
    answer = words_field(
        "督办回复", required=True, rows=5, most=10_000, help_text="写明原因、措施和完成时间，不少于 10 个字。"
    )

    def orders(self) -> list[SupervisionOrder]:
        return list(to_answer(self.appeal, self.by))

    @property
    def says(self) -> str:  # type: ignore[override]
        """What was asked."""
        waiting = to_answer(self.appeal, self.by).first()
        return f"督办要求：{waiting.words}" if waiting else ""


class ReviewSupervision(_OfOrder):
    """审核督办回复."""

    step = "review_supervision"
    submit_label = "提交审核"
    accept = forms.ChoiceField(label="审核", choices=[("yes", "通过并销号"), ("no", "退回重新回复")], widget=Segments)
    words = words_field("审核意见", required=False, help_text="退回时写明还缺什么，不少于 5 个字；只能退回一次。")

    def orders(self) -> list[SupervisionOrder]:
        return list(to_review(self.appeal, self.by))

    @property
    def says(self) -> str:  # type: ignore[override]
        """What was answered."""
        answered = to_review(self.appeal, self.by).first()
        return f"{answered.unit.name}回复：{answered.answer}" if answered else ""

    def arguments(self) -> dict[str, Any]:
        arguments = super().arguments()
        return {**arguments, "accept": arguments["accept"] == "yes"}


FORMS: dict[str, type[StepForm]] = {
    form.step: form for form in (FinishStage, Supervise, AnswerSupervision, ReviewSupervision)
}
