"""疑似重复档案: pairs that are likely one person, side by side; merged into either, or told apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from governance.errors import InvalidInput
from governance.ui.views import FormPage, find_or_404
from governance.ui.views import PageMixin as Page
from members.forms import MergeForm
from members.models import Person
from members.selectors import likeness
from members.services import duplicates, persons
from members.services.households import where

LIST = ("疑似重复档案", "members:duplicates")
FACTS = (
    ("name", "姓名"), ("gender", "性别"), ("born_on", "出生日期"), ("identity", "身份证号"), ("phone", "联系电话"),
    ("residence", "居住情况"), ("employer", "工作单位"), ("notes", "备注"),
)  # fmt: skip


def said(person: Person, name: str) -> str:
    """A fact of a record in words, numbers masked."""
    if name in {"identity", "phone"}:
        return str(getattr(person, f"{name}_masked"))
    if name in {"gender", "residence"}:
        return str(getattr(person, f"get_{name}_display")())
    value = getattr(person, name)
    return f"{value:%Y-%m-%d}" if name == "born_on" and value else str(value or "")


def home_of(person: Any) -> str:
    """Where somebody lives now, with what they are there."""
    stay = next(iter(person.now_in), None)
    return f"{where(stay.household)}（{stay.get_relation_display()}）" if stay else "没有登记住户"


def side_by_side(one: Person, other: Person) -> list[tuple[str, str, str, bool]]:
    """Each fact: its label, of the one, of the other, and whether both are known and differ."""
    rows = [(label, said(one, name), said(other, name)) for name, label in FACTS]
    rows.append(("现住", home_of(one), home_of(other)))
    made = [f"{timezone.localtime(person.made_at):%Y-%m-%d}" for person in (one, other)]
    rows.append(("登记时间", made[0], made[1]))
    return [(label, a, b, bool(a and b and a != b and label != "登记时间")) for label, a, b in rows]


def _pair(text: str) -> tuple[int, int] | None:
    """A pair's key in an address: the two primary keys; None for any other text."""
    parts = text.split("-")
    if len(parts) == 2 and all(part.isascii() and part.isdigit() and len(part) < 18 for part in parts):
        return int(parts[0]), int(parts[1])
    return None


class Duplicates(Page, TemplateView):
    """疑似重复档案."""

    template_name = "members/duplicates.html"
    title = LIST[0]
    has_personal_data = True

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [("居民", reverse("members:persons")), (self.title, "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """A page of pairs, or those that were told apart."""
        tab = "apart" if self.request.GET.get("tab") == "apart" else ""
        found = [] if tab else self._page()
        shown = found[: likeness.PAGE]
        return super().get_context_data(
            tab=tab, pairs=[(pair, side_by_side(pair.one, pair.other)) for pair in shown],
            next=shown[-1].key if len(found) > likeness.PAGE else "", after=self.request.GET.get("after", ""),
            apart=likeness.told_apart(self.actor) if tab else [], **kwargs,
        )  # fmt: skip

    def _page(self) -> list[likeness.Pair]:
        after = _pair(self.request.GET.get("after", ""))
        return likeness.pairs(self.actor, after=after, size=likeness.PAGE + 1)


class _OfPair(FormPage):
    """About one person in scope and another, `with` in the address."""

    has_personal_data = True
    needs_other = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = likeness.with_homes(Person.objects.visible_to(self.actor))
        self.person: Person = find_or_404(rows, pk=kwargs["pk"])
        number = request.GET.get("with", "")
        self.other: Person | None = None
        if number:
            self.other = find_or_404(rows.exclude(pk=self.person.pk), pk=number if number.isascii() else "0")
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.get_title(), "")]

    def get_cancel_url(self) -> str:
        return reverse("members:person", args=[self.person.pk])

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Without another record: choose one first."""
        if self.other is None and self.needs_other:
            return HttpResponseRedirect(reverse("members:person_merge", args=[self.person.pk]))
        return super().get(request, *args, **kwargs)

    def required(self) -> Person:
        """The other record. Raises InvalidInput where none was chosen."""
        if self.other is None:
            raise InvalidInput("请先选择另一份档案。")
        return self.other


class Merge(_OfPair):
    """合并重复档案: choose the other record, look at both, merge into the one that the address names."""

    form_class = MergeForm
    template_name = "members/merge.html"
    title = "合并重复档案"
    submit_label = "合并"
    danger = True

    def get_form_kwargs(self) -> dict[str, Any]:
        differing = []
        if self.other is not None:
            for name, label in FACTS:
                own, theirs = said(self.person, name), said(self.other, name)
                if own and theirs and own != theirs:
                    differing.append((name, label, own, theirs))
        return super().get_form_kwargs() | {"differing": differing}

    def get_initial(self) -> dict[str, Any]:
        return {"words": "同一人重复登记"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Both side by side; while there is no other, who it may be."""
        context = super().get_context_data(person=self.person, other=self.other, **kwargs)
        if self.other is not None:
            rows = side_by_side(self.person, self.other)
            found = likeness.reasons(likeness.traits_of(self.person), likeness.traits_of(self.other))
            return context | {"rows": rows, "reasons": found}
        traits, text = likeness.traits_of(self.person), self.request.GET.get("q", "").strip()[:40]
        searched = Person.objects.visible_to(self.actor).here().search(text).exclude(pk=self.person.pk)
        return context | {
            "alike": [one for one in likeness.alike(traits, self.actor, beside=self.person.pk)
                      if one.person.state == "here"],
            "text": text, "searched": list(likeness.with_homes(searched).order_by("-pk")[:20]) if text else [],
        }  # fmt: skip

    def save(self, form: Any) -> str:
        other = self.required()
        kept = persons.merge_persons(
            keep_id=self.person.pk, drop_id=other.pk, words=form.cleaned_data["words"], take=form.taken(),
            by=self.actor, now=timezone.now(),
        )  # fmt: skip
        self.success_message = f"已合并为一份档案：{kept.name}。"
        return self.get_cancel_url()


class Apart(_OfPair):
    """不是同一人, or the taking back of that."""

    form_class = forms.Form
    title = "不是同一人"
    needs_other = True
    submit_label = "确认不是同一人"

    @property
    def undoes(self) -> bool:
        """Whether the mark is taken back."""
        return self.request.GET.get("undo") == "1"

    def get_says(self) -> str:
        pair = f"{self.person.name}、{self.other.name if self.other else ''}"
        if self.undoes:
            return f"取消后，{pair} 两份档案相像时重新列入疑似重复档案。"
        return f"{pair} 两份档案不再列入疑似重复档案，标记人和时间会记下来。"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        label = "取消标记" if self.undoes else self.submit_label
        return super().get_context_data(**kwargs) | {"submit_label": label}

    def get_cancel_url(self) -> str:
        return reverse("members:duplicates")

    def save(self, form: Any) -> str:
        service = duplicates.take_back_apart if self.undoes else duplicates.tell_apart
        service(one_id=self.person.pk, other_id=self.required().pk, by=self.actor, now=timezone.now())
        self.success_message = "已取消标记。" if self.undoes else "已标记为不是同一人。"
        return self.get_cancel_url() + ("?tab=apart" if self.undoes else "")
