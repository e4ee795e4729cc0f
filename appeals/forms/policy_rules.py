"""The forms of the rules: one rule, and a case to try them on."""

from __future__ import annotations

from typing import Any

from django import forms

from appeals.forms.inputs import LongChoiceField, category_options
from appeals.models import CHANNELS, HANDLING_KINDS, URGENCIES, Category
from appeals.services.policy_rules import POLICIES_OF, Conditions
from governance.deadlines.models import Policy


def _any(choices: Any) -> list[tuple[Any, str]]:
    return [("", "不限"), *choices]


class RuleForm(forms.Form):
    """For which appeals, and which policy."""

    category = LongChoiceField(
        Category.objects.all(), label="诉求类别", required=False, empty="不限", help_text="包括它的下级类别。"
    )
    urgency = forms.TypedChoiceField(
        label="紧急程度", choices=_any(URGENCIES), required=False, coerce=int, empty_value=None
    )
    channel = forms.ChoiceField(label="来源渠道", choices=_any(CHANNELS), required=False)
    handling_kind = forms.ChoiceField(label="办理类型", choices=_any(HANDLING_KINDS), required=False)
    policy = forms.ModelChoiceField(
        Policy.objects.filter(subject_type=POLICIES_OF).order_by("pk"), label="时限方案", empty_label=None
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["category"].offer(category_options())  # type: ignore[attr-defined]
        self.fields["policy"].label_from_instance = lambda policy: policy.name  # type: ignore[attr-defined]

    def arguments(self) -> dict[str, Any]:
        """What the services take."""
        data = self.cleaned_data
        conditions = Conditions(
            data["category"].pk if data["category"] else None, data["urgency"], data["channel"], data["handling_kind"]
        )
        return {"conditions": conditions, "policy_id": data["policy"].pk}


class TryForm(forms.Form):
    """An appeal that might come."""

    category = LongChoiceField(Category.objects.all(), label="诉求类别", required=False, empty="（未分类）")
    urgency = forms.TypedChoiceField(label="紧急程度", choices=URGENCIES, coerce=int, initial=0)
    channel = forms.ChoiceField(label="来源渠道", choices=CHANNELS, initial="hotline")
    handling_kind = forms.ChoiceField(label="办理类型", choices=HANDLING_KINDS, initial="ordinary")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["category"].offer(category_options())  # type: ignore[attr-defined]
