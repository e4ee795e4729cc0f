"""A test-only set of pages that shows every part of the interface, for the browser test to look at."""

from __future__ import annotations

import datetime as dt

import django_filters
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html
from django.views.generic import TemplateView

from governance.errors import DomainError, IllegalState, InvalidInput, NotAllowed
from governance.jobs.models import Job
from governance.outbox.models import InboxItem
from governance.ui.filters import DateRangeFilter
from governance.ui.forms import DateInput, Segments, Tiles
from governance.ui.templatetags.ui import chip, clock_chip, state_chip
from governance.ui.views import (
    Action,
    BulkAction,
    Column,
    DetailPage,
    FormPage,
    ListPage,
    Order,
    Outcome,
    PageMixin,
    Refused,
    Tab,
)

STATES = [
    ("in_progress", "办理中"),
    ("registered", "待交办"),
    ("in_progress", "办理中"),
    ("resolved", "待回访"),
    ("dispatched", "待签收"),
    ("closed", "已归档"),
    ("shelved", "挂账"),
]
WORDS = [
    "幸福里小区3号楼电梯频繁故障，老人出行困难，希望尽快维修并公示进度",
    "烧烤店夜间油烟、噪声扰民，影响居民休息，多次反映未见改善",
    "沿河路与光明街口井盖缺失，存在安全隐患",
    "独居老人申请上门助餐和助浴服务",
    "楼道堆放杂物、电动自行车进楼充电，请求清理并增设充电棚",
    "路灯损坏半月无人维修",
    "物业费收取标准不透明，要求公示",
]
CATEGORIES = ["物业管理", "环境卫生", "市政设施", "民生服务", "消防安全", "市政设施", "物业管理"]
PEOPLE = ["李建国", "王秀兰", "赵敏", "孙丽"]
URGENCIES = [(0, "一般"), (1, "较急"), (2, "紧急")]
MOODS = [("a", "满意"), ("b", "基本满意"), ("c", "不满意")]
UNITS = [("a", "城管局"), ("b", "住建局")]
ICONS = {"wy": "building", "hj": "trash", "sz": "road", "ms": "heart-handshake", "xf": "flame", "mj": "users"}
KINDS = list(zip(ICONS, ["物业管理", "环境卫生", "市政设施", "民生服务", "消防安全", "矛盾纠纷"], strict=True))
ADDRESS = "/specimen/detail/"


def number(row: InboxItem) -> str:
    return format_html('<a href="{}">RH20261123{}</a>', ADDRESS, f"{row.pk % 10_000:04d}")


def content(row: InboxItem) -> str:
    marks = chip("督办", "over line") if row.pk % 5 == 1 else chip("重复 3", "line") if row.pk % 3 == 0 else ""
    return format_html("{}{}", marks, WORDS[row.pk % 7])


def limit(row: InboxItem) -> str:
    hours = {"over": -26 - row.pk % 30, "soon": 5, "info": 24 * (row.pk % 7 + 2)}[row.level]
    card = {"over": "red", "soon": "yellow", "info": ""}[row.level]
    due = row.created_at + dt.timedelta(hours=hours, minutes=39)
    ended = row.created_at if row.pk % 7 == 5 and hours > 0 else None
    return clock_chip(due, card=card, now=row.created_at, ended_at=ended)


class Filter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        field_name="title", lookup_expr="icontains", label="关键词",
        widget=forms.TextInput({"placeholder": "工单号 / 内容 / 诉求人"}),
    )  # fmt: skip
    level = django_filters.ChoiceFilter(label="亮牌", choices=[("over", "红牌"), ("soon", "黄牌")], empty_label="全部")
    subject_type = django_filters.ChoiceFilter(label="来源渠道", choices=[("hotline", "12345热线")], empty_label="全部")
    created = DateRangeFilter(field_name="created_at", label="登记日期")
    subject_id = django_filters.NumberFilter(label="对象号")

    class Meta:
        model = InboxItem
        fields: list[str] = []


class BulkForm(forms.Form):
    words = forms.CharField(label="交办意见", widget=forms.Textarea({"rows": 3}), help_text="对方单位会看到这段话。")

    def clean_words(self) -> str:
        words = self.cleaned_data["words"]
        if words == "坏":
            raise forms.ValidationError("请写清楚。")
        return words


def many(run) -> Outcome:
    words = run.form.cleaned_data["words"]
    if words == "全拒":
        raise IllegalState("这些工单已被交办。", field="words")
    ids = run.ids
    refused = [Refused(str(ids[-1]), "已被他人交办。")] if words == "拒一" else []
    return Outcome(InboxItem.objects.filter(pk__in=ids[: len(ids) - len(refused)]).update(body=words), refused)


def export(run) -> HttpResponse:
    return HttpResponse(f"{run.count}", content_type="text/plain")


class List(ListPage):
    page = "specimen"
    title = "诉求列表"
    noun = "件"
    filterset_class = Filter
    columns = (
        Column("number", "工单号", number, always=True, phone="lead"),
        Column("title", "诉求内容", content, always=True, phone="title", grow=True),
        Column("category", "类别", lambda row: CATEGORIES[row.pk % 7], secondary=True, phone="hidden"),
        Column("grid", "社区网格", lambda row: f"滨河社区 第{'一二三四五'[row.pk % 5]}网格"),
        Column("state", "状态", lambda row: state_chip(*STATES[row.pk % 7]), phone="inline"),
        Column("due", "办理时限", limit, phone="inline", orders=("new", "old")),
        Column("who", "经办人", lambda row: PEOPLE[row.pk % 4], secondary=True, phone="hidden"),
        Column("read_at", "阅读时间", default=False),
    )
    orders = (
        Order("new", "最新", ("-created_at",)),
        Order("old", "最早", ("created_at",)),
        Order("read", "阅读", ("read_at", "created_at")),
    )
    tabs = (
        Tab("", "全部"),
        Tab("soon", "即将到期", narrow=lambda rows, request: rows.filter(level="soon")),
        Tab("over", "已超期", narrow=lambda rows, request: rows.filter(level="over"), tone="over"),
    )
    bulk_actions = (
        BulkAction("dispatch", "批量交办", many, form=lambda request, data: BulkForm(data), icon="send",
                   says="交办后对方单位立即收到通知。", limit=60),
        BulkAction("export", "导出", export, icon="file-spreadsheet", needs_selection=False, limit=100_000),
    )  # fmt: skip
    page_size = 20

    def get_queryset(self):
        return InboxItem.objects.filter(user_id=1)

    def get_actions(self) -> list[Action]:
        return [Action("导入", ADDRESS, "file-import"), Action("登记诉求", "/specimen/form/", "plus", primary=True)]

    def row_tone(self, row: InboxItem) -> str:
        return "" if row.level == "info" else row.level

    def row_label(self, row: InboxItem) -> str:
        return f"工单 {row.pk}"


class Everything(forms.Form):
    title = forms.CharField(label="标题", max_length=20, help_text="一句话说明诉求，不超过 20 个字。")
    kind = forms.ChoiceField(label="诉求类别", choices=[("", "请选择"), ("a", "物业管理"), ("b", "环境卫生")])
    urgency = forms.ChoiceField(
        label="紧急程度", choices=[(0, "一般"), (1, "较急"), (2, "紧急")], widget=Segments, initial=0
    )
    tile = forms.ChoiceField(label="事件类别", choices=KINDS, widget=Tiles(icons=ICONS))
    radio = forms.ChoiceField(label="回访结果", choices=MOODS, widget=forms.RadioSelect)
    many = forms.MultipleChoiceField(
        label="协办单位", choices=UNITS, required=False, widget=forms.CheckboxSelectMultiple
    )
    on = forms.DateField(label="发生日期", required=False, widget=DateInput)
    words = forms.CharField(label="详细情况", widget=forms.Textarea({"rows": 4}))
    file = forms.FileField(label="佐证材料", required=False)
    secret = forms.BooleanField(label="诉求人要求保密", required=False)


class Form(FormPage):
    form_class = Everything
    title = "登记诉求"
    submit_label = "提交登记"
    cancel_url = "/specimen/"
    success_url = "/specimen/"
    success_message = "登记成功，工单号 RH202611230001。"
    says = "提交后立即进入待交办，并开始计算签收时限。"

    def get_crumbs(self) -> list[tuple[str, str]]:
        return [("诉求列表", "/specimen/"), ("登记诉求", "")]

    def save(self, form: Everything) -> None:
        refusals: dict[str, DomainError] = {
            "字段": InvalidInput("标题与已有工单重复。", field="title"),
            "权限": NotAllowed("只有街道可以登记。"),
            "状态": IllegalState("工单已被他人办结，请刷新。", field="nothing"),
        }
        if refusal := refusals.get(form.cleaned_data["title"]):
            raise refusal


class Detail(DetailPage):
    template_name = "specimen/detail.html"
    title = "幸福里小区3号楼电梯频繁故障，老人出行困难"

    def get_queryset(self):
        return InboxItem.objects.filter(user_id=1)

    def get_object(self) -> InboxItem:
        return self.get_queryset().order_by("pk")[0]

    def get_crumbs(self) -> list[tuple[str, str]]:
        return [("诉求列表", "/specimen/"), ("RH202611231283", "")]


class States(PageMixin, TemplateView):
    template_name = "specimen/states.html"
    title = "各种状态"

    def get_context_data(self, **kwargs):
        now = timezone.now()
        job = {"title": "导入热线工单", "user_id": 1, "posting_id": 1, "created_at": now}
        jobs = [
            Job(pk=1, state="running", done=34_120, total=100_000, **job),
            Job(pk=2, state="done", ended_at=now, message="新增 98 件，更新 2 件，3 行未导入。", **job),
            Job(pk=3, state="failed", ended_at=now, message="文件第 1 行缺少“留言编号”列，请检查后重新上传。", **job),
        ]
        return super().get_context_data(jobs=jobs, now=now, **kwargs)


class Sheet(PageMixin, TemplateView):
    template_name = "specimen/sheet.html"
    title = "打印工单"


class Phone(PageMixin, TemplateView):
    template_name = "specimen/phone.html"
    title = "快速上报"

    def get_context_data(self, **kwargs):
        return super().get_context_data(form=Everything(), **kwargs)


def public(request: HttpRequest) -> HttpResponse:
    return render(request, "specimen/public.html", {"title": "登录"})


def progress(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    job = Job(
        pk=1,
        title="导入热线工单",
        state="done",
        message="完成。",
        user_id=1,
        posting_id=1,
        created_at=now,
        ended_at=now,
    )
    return render(request, "ui/job_progress.html", {"job": job})


def refused(request: HttpRequest, kind: str) -> HttpResponse:
    if kind == "broken":
        raise RuntimeError("broken on purpose")
    raise {"state": IllegalState("工单已被办结。"), "right": NotAllowed("只有交办单位可以撤回。")}[kind]


def echo(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.POST.get("text", ""))
