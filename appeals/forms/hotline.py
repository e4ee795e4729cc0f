"""The forms of what the city hotline returned: sent again corrected, done anew, or set aside."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import Truncator

from appeals import selectors
from appeals.forms.steps import StepForm, words_field
from appeals.hotline import WITH_REPLY, can_be_sent_again
from appeals.models import HotlineReturn

_GONE = "没有找到这条待处理的热线退回，可能已被处理。请刷新后再看。"


class _AnswerReturn(StepForm):
    """Steps that answer one of the open returns; where there is but one, it is that."""

    returned = forms.TypedChoiceField(
        label="退回", coerce=int, widget=forms.RadioSelect,
        error_messages={"required": _GONE, "invalid_choice": _GONE},
    )  # fmt: skip

    def prepare(self) -> None:
        self.waiting = [one for one in selectors.open_returns(self.appeal) if self.fits(one)]
        field: Any = self.fields["returned"]
        field.choices = [(one.pk, in_words(one)) for one in self.waiting]
        if self.waiting:
            field.initial = self.waiting[0].pk
        if len(self.waiting) == 1:
            field.widget = forms.HiddenInput()

    def fits(self, returned: HotlineReturn) -> bool:
        """Whether the step may answer this one."""
        return True

    def arguments(self) -> dict[str, Any]:
        arguments = super().arguments()
        arguments["return_id"] = arguments.pop("returned")
        return arguments


def in_words(returned: HotlineReturn) -> str:
    """A return in one line: which event, why."""
    code = f"（{returned.code}）" if returned.code else ""
    return f"市热线退回“{returned.get_event_display()}”{code}：{Truncator(returned.reason).chars(60)}"


class Resend(_AnswerReturn):
    """更正后重报."""

    step = "resend_to_hotline"
    submit_label = "更正并重报"
    public_reply = words_field(
        "更正后的公开答复", required=False, rows=5, most=10_000, help_text="替换原公开答复，不少于 10 个字。"
    )
    words = words_field("说明", required=False)

    def suggested(self, appeal: Any, by: Any) -> dict[str, Any]:
        return {"public_reply": appeal.public_reply}

    def prepare(self) -> None:
        super().prepare()
        kinds = {one.event in WITH_REPLY for one in self.waiting}
        if kinds == {False}:
            del self.fields["public_reply"]
            self.fields["words"].required = True
            self.fields["words"].help_text = "随事项一并报送市热线，不少于 5 个字。"
            return
        self.fields["words"].help_text = "随更正后的答复一并报送市热线，可不填。"
        self.fields["public_reply"].required = kinds == {True}
        if len(self.waiting) == 1 and not self.appeal.public_reply:
            self.initial["public_reply"] = self.waiting[0].reply

    def fits(self, returned: HotlineReturn) -> bool:
        return can_be_sent_again(self.appeal, returned)

    @property
    def says(self) -> str:  # type: ignore[override]
        """What is sent."""
        if "public_reply" in self.fields:
            return "更正后的答复将重新报送市热线，原答复保留在办理过程中。"
        return "原事项连同说明将重新报送市热线。"


class Rework(_AnswerReturn):
    """重新办理."""

    step = "rework_for_hotline"
    submit_label = "退回重新办理"
    danger = True
    says = "工单退回原办理单位，按重办时限重新办理；办结后报送新的答复。"
    words = words_field("重新办理的理由", required=True, help_text="不少于 5 个字。")


class SetAside(_AnswerReturn):
    """存查."""

    step = "set_aside_return"
    submit_label = "存查"
    says = "存查后不再向市热线报送。"
    words = words_field("存查的理由", required=True, help_text="不少于 5 个字。")


FORMS: dict[str, type[StepForm]] = {form.step: form for form in (Resend, Rework, SetAside)}
