"""Forms of the special care lists."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from governance.files.forms import UploadsField
from governance.scope import UnitKind
from governance.ui.forms import DateInput, DateTimeInput, Segments
from members.care import selectors
from members.care.kinds import rhythm_choices
from members.care.selectors import Period
from members.care.services.keeping import KindFacts
from members.care.services.listing import Entry
from members.care.services.visiting import Seen
from members.models import CareKind
from members.models.care import ENDINGS, FOUND, HOWS, LEVELS, PAUSES

_NO_ONE = ("", "不指定（由网格员走访）")


class EntryForm(forms.Form):
    """How a person stands on a list."""

    kind = forms.ModelChoiceField(label="类别", queryset=CareKind.objects.filter(is_active=True), empty_label="请选择")
    level = forms.ChoiceField(label="关爱等级", choices=LEVELS, widget=Segments, initial="B")
    since = forms.DateField(label="列入日期", widget=DateInput)
    grounds = forms.CharField(label="认定依据", max_length=200, required=False)
    visitor = forms.TypedChoiceField(label="走访人", coerce=int, empty_value=None, required=False)
    words = forms.CharField(
        label="走访提示", max_length=500, required=False, widget=forms.Textarea({"rows": 3}),
        help_text="上门要看什么：用药、联系人、行动情况等；只有能看到名单的社区和网格人员看得到。不要填写电话和证件号码。",
    )  # fmt: skip

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=2**31 - 1)

    def __init__(
        self, *args: Any, visitors: list[tuple[int, str]], kind: CareKind | None = None, **kwargs: Any
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.fields["visitor"].choices = [_NO_ONE, *visitors]  # type: ignore[attr-defined]
        if kind is not None:
            del self.fields["kind"]
        else:
            del self.fields["revision"]
        hints = [kind] if kind else CareKind.objects.filter(is_active=True).exclude(grounds_hint="")
        told = "；".join(f"{one.name}：{one.grounds_hint}" for one in hints if one.grounds_hint)
        self.fields["grounds"].help_text = told if kind is None else kind.grounds_hint

    def entry(self) -> Entry:
        """As the service takes it."""
        names = ("level", "grounds", "words", "since")
        return Entry(visitor_id=self.cleaned_data["visitor"], **{name: self.cleaned_data[name] for name in names})


class VisitForm(forms.Form):
    """A visit, written down in the stairwell: usually nothing has to be typed."""

    turn = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=2**62)
    found = forms.ChoiceField(label="走访情况", choices=FOUND, widget=Segments, initial="ok")
    how = forms.ChoiceField(label="走访方式", choices=HOWS, widget=Segments, initial="home")
    at = forms.DateTimeField(label="走访时间", widget=DateTimeInput)
    words = forms.CharField(
        label="走访记录", max_length=500, required=False, widget=forms.Textarea({"rows": 3}),
        help_text="需要帮助的，请写明需要什么。",
    )  # fmt: skip
    attachments = UploadsField(label="照片")

    def seen(self) -> Seen:
        """As the service takes it."""
        data = self.cleaned_data
        return Seen(
            at=data["at"], how=data["how"], found=data["found"], words=data["words"],
            attachment_ids=data["attachments"],
        )  # fmt: skip


class PauseForm(forms.Form):
    """Why visits are paused, and until when."""

    reason = forms.ChoiceField(label="暂停原因", choices=PAUSES, widget=Segments)
    until = forms.DateField(label="暂停至", widget=DateInput, help_text="到这一天结束；之后自动恢复走访。")
    words = forms.CharField(label="说明", max_length=200, required=False)


class EndForm(forms.Form):
    """Why somebody is taken off a list."""

    how = forms.ChoiceField(label="结束原因", choices=[("", "请选择"), *ENDINGS])
    on = forms.DateField(label="结束日期", widget=DateInput)
    words = forms.CharField(label="说明", max_length=200)


class AssignForm(forms.Form):
    """Who visits these people."""

    visitor = forms.TypedChoiceField(label="走访人", coerce=int, empty_value=None, required=False)

    def __init__(self, *args: Any, visitors: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["visitor"].choices = [_NO_ONE, *visitors]  # type: ignore[attr-defined]


def assign_form(request: HttpRequest, data: QueryDict | None) -> AssignForm:
    """For a bulk action: the people of the actor's community."""
    actor = request.actor  # type: ignore[attr-defined]
    is_below = actor.unit_kind in {UnitKind.COMMUNITY, UnitKind.GRID}
    people = selectors.visitors_of(actor.community_id, actor.grid_id, timezone.now()) if is_below else []
    return AssignForm(data, visitors=people)


class KindForm(forms.Form):
    """A list, and the rhythms of its levels."""

    name = forms.CharField(label="名称", max_length=20)
    policy_a = forms.ChoiceField(label="A 级")
    policy_b = forms.ChoiceField(label="B 级")
    policy_c = forms.ChoiceField(label="C 级", help_text="频次、预警和升级在“时限方案”中修改。")
    needs_grounds = forms.BooleanField(label="必须填写认定依据", required=False)
    grounds_hint = forms.CharField(label="认定依据填写说明", max_length=100, required=False)
    order = forms.IntegerField(label="顺序", min_value=0, max_value=9999, initial=100)
    is_active = forms.BooleanField(label="启用", required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("policy_a", "policy_b", "policy_c"):
            self.fields[name].choices = rhythm_choices()  # type: ignore[attr-defined]

    def facts(self) -> KindFacts:
        """As the service takes it."""
        return KindFacts(**self.cleaned_data)


class FiguresForm(forms.Form):
    """Which visits are counted: due in a period, of one list."""

    since = forms.DateField(label="应访日期起", widget=DateInput, required=False)
    until = forms.DateField(label="至", widget=DateInput, required=False)
    kind = forms.ModelChoiceField(label="类别", queryset=CareKind.objects.all(), empty_label="全部", required=False)

    def clean(self) -> dict[str, Any]:
        """The last thirty days, unless said."""
        data = dict(self.cleaned_data)
        since, until = data.get("since"), data.get("until")
        if since and until and since > until:
            self.add_error("until", "结束日期不能早于开始日期。")
        return data

    def period(self, today: date) -> Period:
        """As chosen; the last thirty days where nothing, or nothing sensible, was."""
        data = self.cleaned_data if self.is_valid() else {}
        until = data.get("until") or today
        return Period(data.get("since") or min(until, today) - timedelta(days=29), until)
