"""What can be done to many appeals of a list at once: hand over, merge, take out as a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from appeals import export, services
from appeals.forms.exports import ExportForm
from appeals.forms.inputs import LongChoiceField, unit_options
from appeals.forms.steps import words_field
from appeals.models import Appeal
from appeals.targets import targets
from governance.privacy.addresses import without_numbers
from governance.scope import Actor
from governance.ui.views import BulkAction, BulkRun, Outcome, Refused
from grids.models import Unit


class BulkDispatchForm(forms.Form):
    """To whom, and with which words."""

    to_unit = LongChoiceField(Unit.objects.none(), label="主办单位", empty="请选择单位，可输入名称或拼音首字母")
    words = words_field("交办意见", required=False)

    def __init__(self, request: HttpRequest, data: QueryDict | None) -> None:
        super().__init__(data)
        units = targets(request.actor)  # type: ignore[attr-defined]
        self.fields["to_unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["to_unit"].offer(unit_options(units))  # type: ignore[attr-defined]


def dispatch_many(run: BulkRun) -> Outcome | HttpResponse:
    """Dispatch all that were chosen; those that were refused stay chosen for another try."""
    data = run.form.cleaned_data  # type: ignore[union-attr]
    results = services.dispatch_many(
        appeal_ids=run.ids, to_unit_id=data["to_unit"].pk, words=data["words"], by=run.actor, now=timezone.now()
    )
    refused = [result for result in results if result.problem]
    done = len(results) - len(refused)
    if not refused:
        return Outcome(done)
    context = {
        "title": "批量交办结果",
        "crumbs": [("诉求列表", run.request.get_full_path()), ("批量交办结果", "")],
        "done": done,
        "refused": refused,
        "back": run.request.get_full_path(),
        "unit": data["to_unit"],
    }
    return render(run.request, "appeals/bulk_result.html", context)


class BulkMergeForm(forms.Form):
    """Into which, and why."""

    into = forms.CharField(
        label="主单工单号", max_length=20, required=False, help_text="不填则以所选中最早登记、尚未了结的一件为主单。",
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    words = words_field("并案说明", required=False)

    def __init__(self, request: HttpRequest, data: QueryDict | None) -> None:
        super().__init__(data)
        self.by: Actor = request.actor  # type: ignore[attr-defined]

    def clean_into(self) -> int | None:
        """The appeal of the number; None where none was named."""
        number = self.cleaned_data["into"].strip().upper()
        if not number:
            return None
        parent = Appeal.objects.visible_to(self.by).filter(number=number).values_list("pk", flat=True).first()
        if parent is None:
            raise forms.ValidationError("没有这个工单号，或它不在您的管辖范围内。请核对。")
        return parent


def merge_many(run: BulkRun) -> Outcome | HttpResponse:
    """Merge all that were chosen into one of them, or into the one named."""
    data = run.form.cleaned_data  # type: ignore[union-attr]
    parent, results = services.merge_many(
        appeal_ids=run.ids, into_id=data["into"], words=data["words"], by=run.actor, now=timezone.now()
    )
    refused = [Refused(result.number, result.problem) for result in results if result.problem]
    done = len(results) - len(refused)
    if refused:
        return Outcome(done, refused)
    messages.success(run.request, f"已将 {done} 件并入 {parent.number}。")
    return HttpResponseRedirect(reverse("appeals:detail", args=[parent.pk]))


def ask_for_export(run: BulkRun) -> HttpResponse:
    """Note what the list is wanted for; it is made at once, or after a leader has agreed."""
    query = without_numbers(run.request.GET)
    wanted = export.ask(
        purpose=run.form.cleaned_data["purpose"],  # type: ignore[union-attr]
        query=query.urlencode(), count=run.count, by=run.actor, now=timezone.now(),
    )  # fmt: skip
    return HttpResponseRedirect(reverse("appeals:export", args=[wanted.pk]))


BULK_ACTIONS: Sequence[BulkAction] = (
    BulkAction(
        "dispatch", "批量交办", dispatch_many, form=BulkDispatchForm, right="appeal.dispatch", icon="send",
        says="逐件交办，不能交办的会列出原因。", limit=500,
    ),
    BulkAction(
        "merge", "批量并案", merge_many, form=BulkMergeForm, right="appeal.merge", icon="arrow-merge",
        says="所选的并入同一件主单，由主单一并办理；办结后每位诉求人都会得到答复。", limit=200,
    ),
    BulkAction(
        "export", "导出 Excel", ask_for_export, form=lambda request, data: ExportForm(data), right="appeal.export",
        icon="file-spreadsheet", needs_selection=False, limit=export.MOST, button="导出",
        says="号码和姓名作脱敏处理，导出记入审计。",
    ),
)  # fmt: skip
