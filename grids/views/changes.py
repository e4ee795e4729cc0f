"""Changes of units: asked for, shown with what they would do, confirmed once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView, View

from governance.errors import DomainError
from governance.scope import UnitKind
from governance.ui.views import ActorMixin, FormPage, PageMixin, find_or_404
from grids import forms, mapping, selectors, services
from grids.models import Unit, UnitChange
from grids.services import drafting
from grids.views.tree import crumbs_of


class ChangePage(FormPage):
    """Two steps on one address: the form, then what it would do with one button that confirms."""

    template_name = "grids/change.html"
    submit_label = "下一步：查看影响"
    kind = ""

    @property
    def unit(self) -> Unit | None:
        """The unit that the address names, in scope and open; None for an opening."""
        if "pk" not in self.kwargs:
            return None
        if not hasattr(self, "_unit"):
            units = Unit.objects.visible_to(self.actor).open().select_related("street", "community", "parent")
            self._unit: Unit = find_or_404(units, pk=self.kwargs["pk"])
        return self._unit

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form knows who acts, and on what."""
        return super().get_form_kwargs() | {"actor": self.actor, "unit": self.unit}

    def unit_ids(self, data: dict[str, Any]) -> Sequence[int]:
        """The units that change."""
        return [self.unit.pk] if self.unit else []

    def after(self, data: dict[str, Any]) -> dict[str, Any]:
        """What they become."""
        raise NotImplementedError

    def carry_out(self, data: dict[str, Any]) -> UnitChange:
        """Call the service."""
        raise NotImplementedError

    def save(self, form: Any) -> str | HttpResponse:
        """Show what it would do; at the second step, do it."""
        data = form.cleaned_data
        if self.request.POST.get("step") == "edit":
            return self.render_to_response(self.get_context_data(form=form))
        if self.request.POST.get("step") == "confirm":
            change = self.carry_out(data)
            messages.success(self.request, self._said(change))
            return reverse("grids:unit", args=[change.unit_id]) if change.unit_id else reverse("grids:changes")
        preview = services.preview_change(
            kind=self.kind,
            unit_ids=self.unit_ids(data),
            after=self.after(data),
            effective_on=data["effective_on"],
            by=self.actor,
            now=timezone.now(),
        )
        if preview.refusals:
            raise preview.refusals[0]
        return self.render_to_response(self.get_context_data(form=form, preview=preview, carried=self._carried(form)))

    def _carried(self, form: Any) -> list[tuple[str, Any]]:
        """What the second step sends again: as typed, with what the form filled in."""
        pairs = []
        for name in form.fields:
            value = form.cleaned_data.get(name)
            values = list(value) if name == "units" else [value]
            pairs += [(form[name].html_name, getattr(v, "pk", v)) for v in values if v not in (None, "")]
        return [(n, v.isoformat() if hasattr(v, "isoformat") else v) for n, v in pairs]

    def _said(self, change: UnitChange) -> str:
        if change.applied_at:
            return f"{change.get_kind_display()}已生效。"
        return f"已登记{change.get_kind_display()}，{change.effective_on:%Y年%-m月%-d日}零时生效。"

    def get_crumbs(self) -> list[tuple[str, str]]:
        """Below the unit."""
        if self.unit is None:
            return [("组织网格", reverse("grids:tree")), (self.title, "")]
        ids = [unit.pk for unit in selectors.path(self.unit)]
        visible = set(Unit.objects.visible_to(self.actor).filter(pk__in=ids).values_list("pk", flat=True))
        return crumbs_of(self.unit, visible, last=self.title)

    def get_cancel_url(self) -> str:
        """Back to the unit."""
        return reverse("grids:unit", args=[self.unit.pk]) if self.unit else reverse("grids:tree")


def _common(page: ChangePage, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "effective_on": data["effective_on"],
        "reason": data["reason"],
        "by": page.actor,
        "now": timezone.now(),
    }


class Open(ChangePage):
    """A new unit."""

    kind, title, form_class = "open", "设立单位", forms.OpenForm

    def get_initial(self) -> dict[str, Any]:
        """The parent that one came from, and what most often lies below it."""
        parent = Unit.objects.visible_to(self.actor).open().filter(pk=_number(self.request.GET.get("parent"))).first()
        below = {UnitKind.DISTRICT: "street", UnitKind.STREET: "community", UnitKind.COMMUNITY: "grid"}
        return {"parent": parent, "kind": below.get(UnitKind(parent.kind), "grid") if parent else "grid"}

    def _asked(self, data: dict[str, Any]) -> dict[str, Any]:
        fields = ("name", "short_name", "code", "address", "phone")
        return {"kind": UnitKind(data["kind"]), "parent_id": data["parent"].pk, **{name: data[name] for name in fields}}

    def after(self, data: dict[str, Any]) -> dict[str, Any]:
        """The unit as it is to be."""
        return drafting.opening(**self._asked(data))

    def carry_out(self, data: dict[str, Any]) -> UnitChange:
        """Open it."""
        return services.open_unit(**self._asked(data), **_common(self, data))


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else 0


class Rename(ChangePage):
    """Another name."""

    kind, title, form_class = "rename", "更名", forms.RenameForm

    def get_initial(self) -> dict[str, Any]:
        """The present name."""
        return {"name": self.unit.name} if self.unit else {}

    def after(self, data: dict[str, Any]) -> dict[str, Any]:
        """The new name."""
        return drafting.renaming(name=data["name"], short_name=data["short_name"])

    def carry_out(self, data: dict[str, Any]) -> UnitChange:
        """Rename it."""
        return services.rename_unit(
            unit_id=self.kwargs["pk"], name=data["name"], short_name=data["short_name"], **_common(self, data)
        )


class Move(ChangePage):
    """Another parent."""

    kind, title, form_class = "move", "调整隶属", forms.MoveForm

    def after(self, data: dict[str, Any]) -> dict[str, Any]:
        """The new parent."""
        return {"parent_id": data["parent"].pk}

    def carry_out(self, data: dict[str, Any]) -> UnitChange:
        """Move it."""
        return services.move_unit(unit_id=self.kwargs["pk"], parent_id=data["parent"].pk, **_common(self, data))


class Merge(ChangePage):
    """Units that go into another."""

    kind, title, form_class, danger = "merge", "合并", forms.MergeForm, True

    def get_initial(self) -> dict[str, Any]:
        """The unit that one came from is kept, until said otherwise."""
        return {"into": self.unit}

    def unit_ids(self, data: dict[str, Any]) -> Sequence[int]:
        """Those that are merged away."""
        return sorted(unit.pk for unit in data["units"])

    def after(self, data: dict[str, Any]) -> dict[str, Any]:
        """The one that is kept."""
        return {"into_id": data["into"].pk}

    def carry_out(self, data: dict[str, Any]) -> UnitChange:
        """Merge them."""
        return services.merge_units(unit_ids=self.unit_ids(data), into_id=data["into"].pk, **_common(self, data))[0]


class Close(ChangePage):
    """The end of a unit."""

    kind, title, form_class, danger = "close", "撤销", forms.CloseForm, True

    def after(self, data: dict[str, Any]) -> dict[str, Any]:
        """Who takes over."""
        return {"successor_id": data["successor"].pk if data["successor"] else None}

    def carry_out(self, data: dict[str, Any]) -> UnitChange:
        """Close it."""
        return services.close_unit(unit_id=self.kwargs["pk"], **self.after(data), **_common(self, data))


class Describe(FormPage):
    """Address, telephone, order."""

    form_class = forms.DescribeForm
    title = "修改信息"
    success_message = "已保存。"

    def get_unit(self) -> Unit:
        """In scope and open, or 404."""
        return find_or_404(Unit.objects.visible_to(self.actor).open(), pk=self.kwargs["pk"])  # type: ignore[no-any-return]

    def get_initial(self) -> dict[str, Any]:
        """As it is."""
        unit = self.get_unit()
        return {"address": unit.address, "phone": unit.phone, "order": unit.order}

    def save(self, form: Any) -> str:
        """Save."""
        services.describe_unit(unit_id=self.get_unit().pk, by=self.actor, now=timezone.now(), **form.cleaned_data)
        return self.get_cancel_url()

    def get_cancel_url(self) -> str:
        """Back to the unit."""
        return reverse("grids:unit", args=[self.kwargs["pk"]])


class Changes(PageMixin, TemplateView):
    """What is decided and waits for its day, and what took effect lately."""

    template_name = "grids/changes.html"
    title = "单位调整"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Waiting and past ones."""
        past = UnitChange.objects.visible_to(self.actor).exclude(applied_at=None, cancelled_at=None)
        recent = past.select_related("unit").order_by("-decided_at", "-pk")[:100]
        return super().get_context_data(
            waiting=mapping.told(selectors.waiting_changes(self.actor)[:200]), past=mapping.told(recent), **kwargs
        )


class Cancel(ActorMixin, View):
    """Withdraw a change that waits."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Withdraw it, and say so."""
        find_or_404(UnitChange.objects.visible_to(self.actor), pk=pk)
        try:
            services.cancel_change(change_id=pk, by=self.actor, now=timezone.now())
        except DomainError as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, "已撤回，该调整不会生效。")
        return redirect("grids:changes")
