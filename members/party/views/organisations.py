"""Founding, changing and ending organisations."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone

from governance.ui.views import FormPage
from members.party import forms
from members.party.services import organisations
from members.party.views._common import TREE, OfOrganisation, page_of


class Found(FormPage):
    """设立党组织."""

    template_name = "ui/form_searching.html"
    form_class = forms.FoundForm
    title = "设立党组织"
    submit_label = "设立"
    says = "网格党支部、党小组每个网格只设一个；任期按支部工作条例自动填写，可在党组织页面修改。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"by": self.actor}

    def get_initial(self) -> dict[str, Any]:
        """Below the organisation from whose page one comes."""
        parent = self.request.GET.get("parent", "")
        return {"parent": int(parent)} if parent.isascii() and parent.isdigit() and len(parent) < 19 else {}

    def get_cancel_url(self) -> str:
        return reverse("members:party")

    def get_crumbs(self) -> list[tuple[str, str]]:
        return [(TREE[0], reverse(TREE[1])), (self.title, "")]

    def save(self, form: Any) -> str:
        made = organisations.found(founding=form.founding(), by=self.actor, now=timezone.now())
        self.success_message = f"已设立{made.name}。"
        return page_of(made)


class Change(OfOrganisation):
    """修改党组织信息."""

    form_class = forms.ChangeForm
    title = "修改党组织信息"

    def get_initial(self) -> dict[str, Any]:
        names = ("name", "theme", "address", "term_years", "founded_on")
        return {name: getattr(self.organisation, name) for name in names}

    def save(self, form: Any) -> str:
        facts = organisations.Facts(**form.cleaned_data)
        organisations.change(
            organisation_id=self.organisation.pk, facts=facts, by=self.actor, now=timezone.now()
        )  # fmt: skip
        self.success_message = "已保存。"
        return page_of(self.organisation)


class Move(OfOrganisation):
    """调整隶属."""

    form_class = forms.MoveForm
    title = "调整隶属"
    says = "党员和下设党小组随同调整，原来的记录保留。"
    by_above = True

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"by": self.actor, "organisation": self.organisation}

    def get_initial(self) -> dict[str, Any]:
        return {"parent": self.organisation.parent_id, "unit": self.organisation.unit_id}

    def save(self, form: Any) -> str:
        data = form.cleaned_data
        organisations.move(
            organisation_id=self.organisation.pk, parent_id=data["parent"], unit_id=data["unit"], by=self.actor,
            now=timezone.now(),
        )  # fmt: skip
        self.success_message = "已调整。"
        return page_of(self.organisation)


class _End(OfOrganisation):
    """撤销, 合并."""

    form_class = forms.EndForm
    danger = True
    by_above = True
    merges = False

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {
            "by": self.actor, "organisation": self.organisation, "merges": self.merges,
        }  # fmt: skip


class Dissolve(_End):
    """撤销党组织."""

    title = "撤销党组织"
    submit_label = "撤销"
    says = "任职和任期同时结束，历史记录保留。"

    def save(self, form: Any) -> str:
        data = form.cleaned_data
        organisations.dissolve(
            organisation_id=self.organisation.pk, on=data["on"], words=data["words"], members_to_id=data["into"],
            by=self.actor, now=timezone.now(),
        )  # fmt: skip
        self.success_message = f"已撤销{self.organisation.name}。"
        return page_of(self.organisation)


class Merge(_End):
    """合并党组织."""

    title = "合并党组织"
    submit_label = "合并"
    says = "党员和下级党组织并入所选党组织，本党组织的任职和任期结束，历史记录保留。"
    merges = True

    def save(self, form: Any) -> str:
        data = form.cleaned_data
        into = organisations.merge(
            organisation_id=self.organisation.pk, into_id=data["into"], on=data["on"], words=data["words"],
            by=self.actor, now=timezone.now(),
        )  # fmt: skip
        self.success_message = f"已并入{into.name}。"
        return page_of(into)
