"""One form for each step of the workflow: what it asks, what it says will happen, and the service that it calls."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django import forms

from appeals import services, suggestions
from appeals.forms.inputs import LongChoiceField, LongMultipleField, category_options, unit_options
from appeals.models import HANDLING_KINDS, URGENCIES, Appeal, Category, SendBack, Visit
from appeals.services.settle import REJECT_REASONS
from appeals.targets import assisting_targets, targets
from appeals.workflow import STEPS
from governance.errors import InvalidInput
from governance.files.forms import UploadsField
from governance.scope import TERRITORIAL_KINDS, Actor
from governance.ui.forms import Segments
from grids.models import Unit

# Fields whose services know them by another name.
_KEYWORDS = {"attachments": "attachment_ids"}
YES_NO = [("yes", "是"), ("no", "否")]


def words_field(label: str, *, required: bool, rows: int = 3, help_text: str = "", most: int = 1000) -> forms.CharField:
    """A few lines of text."""
    area = forms.Textarea({"rows": rows, "maxlength": most})
    return forms.CharField(label=label, required=required, max_length=most, widget=area, help_text=help_text)


class StepForm(forms.Form):
    """What every step's form has: the revision of the appeal that the person looks at."""

    step: ClassVar[str] = ""
    says: ClassVar[str] = ""
    danger: ClassVar[bool] = False
    submit_label: ClassVar[str] = ""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, appeal: Appeal, by: Actor, now: datetime, **kwargs: Any) -> None:
        self.appeal, self.by, self.now = appeal, by, now
        initial = {"revision": appeal.revision, **self.suggested(appeal, by), **kwargs.pop("initial", {})}
        super().__init__(data, initial=initial, auto_id=f"id_{self.step}_%s", **kwargs)
        self.prepare()

    def suggested(self, appeal: Appeal, by: Actor) -> dict[str, Any]:
        """What the form begins with."""
        return {}

    def prepare(self) -> None:
        """Fill in what can be chosen here."""

    @property
    def label(self) -> str:
        """The step's name."""
        return STEPS[self.step].label

    @property
    def button(self) -> str:
        """The words on the button."""
        return self.submit_label or self.label

    def common(self) -> dict[str, Any]:
        """The keywords that every service takes."""
        revision = self.cleaned_data.get("revision")
        return {"appeal_id": self.appeal.pk, "by": self.by, "now": self.now, "revision": revision}

    def run(self) -> str:
        """Call the service; what to tell the person."""
        getattr(services, self.step)(**self.common(), **self.arguments())
        return f"{self.label}成功。"

    def arguments(self) -> dict[str, Any]:
        """The service's own keywords, from what was filled in."""
        data = self.cleaned_data
        return {_KEYWORDS.get(name, name): data[name] for name in data if name != "revision"}


class _ToUnit(StepForm):
    """Steps that hand the appeal to a unit."""

    to_unit = LongChoiceField(Unit.objects.none(), label="主办单位", empty="请选择单位，可输入名称或拼音首字母")
    allow_self: ClassVar[bool] = True

    def suggested(self, appeal: Appeal, by: Actor) -> dict[str, Any]:
        return {"to_unit": suggestions.lead_unit(appeal, by, allow_self=self.allow_self)}

    def prepare(self) -> None:
        units = targets(self.by) if self.allow_self else assisting_targets(self.by)
        self.fields["to_unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["to_unit"].offer(unit_options(units))  # type: ignore[attr-defined]

    def arguments(self) -> dict[str, Any]:
        arguments = super().arguments()
        unit = arguments.pop("to_unit")
        return {**arguments, "to_unit_id": unit.pk if unit else None}


class Dispatch(_ToUnit):
    """交办."""

    step = "dispatch"
    assisting = LongMultipleField(Unit.objects.none(), label="协办单位", required=False)
    words = words_field("交办意见", required=False)

    def prepare(self) -> None:
        super().prepare()
        units = assisting_targets(self.by)
        self.fields["assisting"].queryset = units  # type: ignore[attr-defined]
        self.fields["assisting"].offer(self.fields["to_unit"].widget.offered)  # type: ignore[attr-defined]

    def arguments(self) -> dict[str, Any]:
        arguments = super().arguments()
        arguments["assisting_unit_ids"] = [unit.pk for unit in arguments.pop("assisting")]
        return arguments


class PassDown(_ToUnit):
    """转派下级."""

    step = "pass_down"
    says = "转派后由所选单位主办，办理时限不变；本单位负责督促和回访。"
    allow_self = False
    words = words_field("转派意见", required=False)


class Transfer(_ToUnit):
    """转办."""

    step = "transfer"
    says = "现主办单位将不再办理，工单转到所选单位重新签收，办理时限不变。"
    words = words_field("转办理由", required=True)

    def suggested(self, appeal: Appeal, by: Actor) -> dict[str, Any]:
        return {}


class Adjudicate(_ToUnit):
    """裁定退单."""

    step = "adjudicate"
    says = "退单不成立时，工单回到原单位并不得再退（首接负责）；成立时请改派，或先留在待交办。"
    uphold = forms.ChoiceField(label="裁定", choices=[("yes", "退单成立"), ("no", "退单不成立")], widget=Segments)
    words = words_field("裁定意见", required=True)
    field_order = ("revision", "uphold", "to_unit", "words")

    def suggested(self, appeal: Appeal, by: Actor) -> dict[str, Any]:
        return {}

    def prepare(self) -> None:
        super().prepare()
        self.fields["to_unit"].required = False
        self.fields["to_unit"].label = "改派单位（退单成立时，可不选）"

    def arguments(self) -> dict[str, Any]:
        arguments = super().arguments()
        uphold = arguments["uphold"] == "yes"
        return {**arguments, "uphold": uphold, "to_unit_id": arguments["to_unit_id"] if uphold else None}


class AddAssisting(StepForm):
    """增加协办."""

    step = "add_assisting"
    units = LongMultipleField(Unit.objects.none(), label="协办单位")
    words = words_field("协办要求", required=False)

    def prepare(self) -> None:
        units = assisting_targets(self.by)
        self.fields["units"].queryset = units  # type: ignore[attr-defined]
        self.fields["units"].offer(unit_options(units))  # type: ignore[attr-defined]

    def arguments(self) -> dict[str, Any]:
        return {"unit_ids": [unit.pk for unit in self.cleaned_data["units"]], "words": self.cleaned_data["words"]}


class Accept(StepForm):
    """签收."""

    step = "accept"
    says = "签收后由您单位办理，并开始计算首次联系和办结时限。"


class Contact(StepForm):
    """首次联系."""

    step = "contact"
    submit_label = "记录联系"
    words = words_field("联系情况", required=True, help_text="何时、以何方式联系，诉求人怎么说。")


class SendBackForm(StepForm):
    """退单."""

    step = "send_back"
    danger = True
    says = "退单后由交办单位裁定；不成立的退单会留下记录，工单仍由您单位办理。办理时限不停。"
    reason = forms.ChoiceField(label="退单理由", choices=[("", "请选择"), *SendBack.REASONS])
    words = words_field("退单说明", required=True, help_text="写明依据，不少于 5 个字。")


class Resolve(StepForm):
    """办结."""

    step = "resolve"
    submit_label = "提交办理结果"
    result = words_field(
        "办理情况", required=True, rows=5, most=10_000,
        help_text="写明何时、何人、采取何措施、结果如何，不少于 20 个字。仅内部可见。",
    )  # fmt: skip
    public_reply = words_field(
        "公开答复", required=True, rows=4, most=10_000,
        help_text="给诉求人看的答复，不少于 10 个字；不要写他人的姓名、电话。",
    )  # fmt: skip
    attachments = UploadsField(label="佐证材料")


class FinishAssisting(StepForm):
    """提交协办结果."""

    step = "finish_assisting"
    result = words_field("协办情况", required=True, rows=4, most=10_000, help_text="不少于 5 个字。")


class HandleOnTheSpot(StepForm):
    """自办办结."""

    step = "handle_on_the_spot"
    submit_label = "当场办结"
    says = "由本单位直接办结，不再交办；办结后由上级回访。"
    result = words_field("办理情况", required=True, rows=4, most=10_000, help_text="不少于 5 个字。")
    public_reply = words_field("公开答复", required=True, most=10_000, help_text="不少于 5 个字。")


class Recall(StepForm):
    """撤回."""

    step = "recall"
    danger = True
    says = "工单将从承办单位收回到待交办，对方会收到通知。"
    words = words_field("撤回理由", required=True)


class ReportUp(StepForm):
    """上报上级."""

    step = "report_up"
    says = "工单转到上一级的待交办，由上级交办。交办时限不重新计算。"
    words = words_field("上报理由", required=True)


class Reject(StepForm):
    """不予受理."""

    step = "reject"
    danger = True
    says = "不予受理后工单结束，答复将提供给诉求人。"
    reason = forms.ChoiceField(label="理由", choices=[("", "请选择"), *REJECT_REASONS])
    words = words_field("说明", required=True, help_text="不少于 5 个字。")
    public_reply = words_field("公开答复", required=True, most=10_000, help_text="不少于 10 个字。")


class Merge(StepForm):
    """并案."""

    step = "merge"
    danger = True
    says = "本工单并入所填的主单，由主单一并办理并答复；主单办结后，本单诉求人同样会得到答复。"
    into = forms.CharField(
        label="并入的主单", max_length=20, help_text="填写主单的工单号，可从“相关诉求”中点选。",
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    words = words_field("并案说明", required=False)

    def arguments(self) -> dict[str, Any]:
        number = self.cleaned_data["into"].strip()
        parent = Appeal.objects.visible_to(self.by).filter(number=number).values_list("pk", flat=True).first()
        if parent is None:
            raise InvalidInput("没有这个工单号，或它不在您的管辖范围内。请核对。", field="into")
        return {"into_id": parent, "words": self.cleaned_data["words"]}


class Unmerge(StepForm):
    """撤销并案."""

    step = "unmerge"
    says = "撤销后本工单独立，回到待交办。"
    words = words_field("撤销理由", required=True)


class Reopen(StepForm):
    """重新办理."""

    step = "reopen"
    danger = True
    says = "归档的工单将重新打开，由原办理单位按重办时限办理。"
    words = words_field("重新办理的理由", required=True, help_text="不少于 5 个字。")


class Note(StepForm):
    """补充说明."""

    step = "note"
    words = words_field("补充说明", required=True, most=2000)

    def common(self) -> dict[str, Any]:
        common = super().common()
        common.pop("revision")
        return common


class VisitForm(StepForm):
    """回访."""

    step = "visit"
    submit_label = "提交回访"
    method = forms.ChoiceField(label="回访方式", choices=Visit.METHODS, initial="phone", widget=Segments)
    reached = forms.ChoiceField(label="是否联系上", choices=YES_NO, initial="yes", widget=Segments)
    solved = forms.ChoiceField(
        label="诉求人认为问题解决了吗", choices=[("yes", "已解决"), ("no", "未解决")], required=False, widget=Segments
    )
    satisfaction = forms.ChoiceField(label="满意度", choices=Visit.SATISFACTION, required=False, widget=Segments)
    explained = forms.BooleanField(
        label="未解决，但已向诉求人解释说明（如依法依规不能办），不退回重办", required=False
    )  # fmt: skip
    words = words_field(
        "回访记录", required=False, most=2000, help_text="未解决、不满意或已解释说明的，写明原因，不少于 5 个字。"
    )  # fmt: skip

    def arguments(self) -> dict[str, Any]:
        data = self.cleaned_data
        solved = {"yes": True, "no": False}.get(data["solved"])
        report = services.VisitReport(
            method=data["method"], reached=data["reached"] == "yes", solved=solved,
            satisfaction=data["satisfaction"], words=data["words"], explained=data["explained"],
        )  # fmt: skip
        return {"report": report}


class Edit(StepForm):
    """更正信息."""

    step = "edit"
    submit_label = "保存更正"
    title = forms.CharField(label="标题", max_length=100)
    content = words_field("诉求内容", required=True, rows=5, most=10_000)
    category = LongChoiceField(Category.objects.filter(is_active=True), label="诉求类别", required=False)
    urgency = forms.TypedChoiceField(label="紧急程度", choices=URGENCIES, coerce=int, widget=Segments)
    handling_kind = forms.ChoiceField(label="办理类型", choices=HANDLING_KINDS, widget=Segments)
    complainant = forms.CharField(label="诉求人", max_length=64, required=False)
    phone = forms.CharField(label="联系电话", max_length=32, required=False, help_text="不填则不改。")
    identity = forms.CharField(label="身份证号", max_length=32, required=False, help_text="不填则不改。")
    address = forms.CharField(label="事发地址", max_length=200, required=False)
    unit = LongChoiceField(Unit.objects.none(), label="所属网格", required=False)
    words = words_field("更正说明", required=False)

    def suggested(self, appeal: Appeal, by: Actor) -> dict[str, Any]:
        names = ("title", "content", "category", "urgency", "handling_kind", "complainant", "address")
        place = appeal.grid_id or appeal.community_id or appeal.street_id
        return {**{name: getattr(appeal, name) for name in names}, "unit": place, "category": appeal.category_id}

    def prepare(self) -> None:
        units = Unit.objects.visible_to(self.by).open().filter(kind__in=TERRITORIAL_KINDS)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["unit"].offer(unit_options(units))  # type: ignore[attr-defined]
        self.fields["category"].offer(category_options())  # type: ignore[attr-defined]
        self.fields["phone"].widget.attrs["placeholder"] = self.appeal.phone_masked
        self.fields["identity"].widget.attrs["placeholder"] = self.appeal.identity_masked

    def arguments(self) -> dict[str, Any]:
        data = self.cleaned_data
        category, unit = data["category"], data["unit"]
        place = self.appeal.grid_id or self.appeal.community_id or self.appeal.street_id
        correction = services.Correction(
            **{name: data[name] for name in ("title", "content", "urgency", "handling_kind", "complainant", "address")},
            category_id=category.pk if category else None, phone=data["phone"] or None,
            identity=data["identity"] or None, unit_id=unit.pk if unit and unit.pk != place else None,
        )  # fmt: skip
        return {"correction": correction, "words": data["words"]}


FORMS: dict[str, type[StepForm]] = {
    form.step: form
    for form in (
        Dispatch, PassDown, Transfer, Adjudicate, AddAssisting, Accept, Contact, SendBackForm, Resolve,
        FinishAssisting, HandleOnTheSpot, Recall, ReportUp, Reject, Merge, Unmerge, Reopen, Note, VisitForm, Edit,
    )
}  # fmt: skip
