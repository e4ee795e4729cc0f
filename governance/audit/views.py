"""The auditor's pages: the record, one entry, and the check of the whole."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db.models import Q, QuerySet
from django.forms import Form
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from governance.audit import work
from governance.audit.filters import EntryFilter
from governance.audit.forms import VerifyForm
from governance.audit.models import Entry, Seal
from governance.scope import PLATFORM, Role
from governance.ui import nav
from governance.ui.bulk import BulkRun
from governance.ui.views import Action, BulkAction, Column, DetailPage, FormPage, ListPage, Order, Tab

_LOOKS = "looks"


def export_list(run: BulkRun) -> HttpResponse:
    """Starts the export of what the address names, and goes to its progress."""
    query = run.request.GET
    job = work.start_export(
        query=query.urlencode(), looks_only=query.get("tab") == _LOOKS, by=run.actor, now=timezone.now()
    )
    return HttpResponseRedirect(reverse("jobs:detail", args=[job.pk]))


class EntryList(ListPage):
    """The record, the newest first."""

    page = "audit"
    title = "审计记录"
    filterset_class = EntryFilter
    orders = (Order("new", "最新", ("-at",)), Order("old", "最早", ("at",)))
    columns = (
        Column("at", "时间", "audit/cells/at.html", always=True, phone="lead", orders=("old", "new")),
        Column("user_name", "操作人", "audit/cells/who.html", always=True, phone="inline"),
        Column("unit_name", "单位", phone="meta", secondary=True),
        Column("action", "操作", "audit/cells/action.html", always=True, phone="title"),
        Column("subject", "对象", "audit/cells/subject.html", phone="meta"),
        Column("reason", "事由", phone="meta", secondary=True, grow=True),
        Column("ip", "IP 地址", phone="hidden", default=False),
        Column("seal", "封存", "audit/cells/seal.html", phone="hidden", secondary=True),
    )
    tabs = (Tab("", "全部"), Tab(_LOOKS, "查看个人信息", Q(is_look=True)))
    bulk_actions = (
        BulkAction(
            "export",
            "导出",
            run=export_list,
            says="导出在后台进行，完成后可下载 Excel 文件。导出本身也会记入审计记录。",
            icon="download",
            right="audit.read",
            needs_selection=False,
            limit=work.MAX_ROWS,
        ),
    )

    def get_queryset(self) -> QuerySet[Entry]:
        """All of it."""
        return Entry.objects.visible_to(self.actor)

    def get_actions(self) -> list[Action]:
        """The check."""
        return [Action("核对", reverse("audit:verify"), "shield-check")]

    def row_label(self, row: Entry) -> str:
        """The entry's number."""
        return f"记录 {row.pk}"


class EntryDetail(DetailPage):
    """One entry, with what it changed."""

    template_name = "audit/detail.html"
    context_name = "entry"

    def get_queryset(self) -> QuerySet[Entry]:
        """All of it."""
        return Entry.objects.visible_to(self.actor)

    def get_title(self) -> str:
        """What was done."""
        return str(self.object.action_label)

    def get_crumbs(self) -> list[tuple[str, str]]:
        """Under the list."""
        return [("审计记录", reverse("audit:list")), (f"记录 {self.object.pk}", "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With its seal, and the role in Chinese."""
        seal = Seal.objects.filter(pk=self.object.seal_id).first()
        return super().get_context_data(seal=seal, role_name=_role_name(self.object.role), **kwargs)


def _role_name(code: str) -> str:
    return nav.role_name(replace(PLATFORM, role=Role(code))) if code in set(Role) else code


class Verify(FormPage):
    """Starts the check of the whole record."""

    template_name = "audit/verify.html"
    form_class = VerifyForm
    title = "核对审计记录"
    submit_label = "开始核对"
    says = "系统会重新计算每个封存的摘要，并与记录逐条比对，找出被改动、删除或事后插入的记录。记录多时需要几分钟。"

    def get_crumbs(self) -> list[tuple[str, str]]:
        """Under the list."""
        return [("审计记录", reverse("audit:list")), ("核对", "")]

    def get_cancel_url(self) -> str:
        """Back to the list."""
        return reverse("audit:list")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the newest seal, to be written down."""
        return super().get_context_data(head=Seal.objects.order_by("-id").first(), **kwargs)

    def save(self, form: Form) -> str:
        """Starts it, and goes to its progress."""
        head = form.cleaned_data["expect_head"].lower()
        job = work.start_verify(expect_head=head, by=self.actor, now=timezone.now())
        return reverse("jobs:detail", args=[job.pk])
