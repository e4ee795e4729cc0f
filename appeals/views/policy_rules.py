"""Which policy an appeal follows: the rules in the order in which they are asked, and a case to try them on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from appeals.forms.policy_rules import RuleForm, TryForm
from appeals.models import PolicyRule
from appeals.rules import Rulebook, case_of
from appeals.services import policy_rules as services
from governance.errors import DomainError
from governance.ui.views import FormPage, find_or_404

TITLE = "时限规则"


@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    """The rules; with `try=1` also the one that decides about the case asked for."""
    book = Rulebook.read()
    is_asked = request.GET.get("try") == "1"
    form = TryForm(request.GET if is_asked else None)
    chosen = _decides(book, form) if is_asked and form.is_valid() else None
    context = {"title": TITLE, "rules": book.rules, "form": form, "chosen": chosen}
    return render(request, "appeals/policy_rules.html", context, status=400 if is_asked and chosen is None else 200)


def _decides(book: Rulebook, form: TryForm) -> PolicyRule | None:
    data = form.cleaned_data
    case = case_of(
        data["category"], urgency=data["urgency"], channel=data["channel"], handling_kind=data["handling_kind"]
    )
    try:
        return book.rule_for(case)
    except DomainError as refused:
        form.add_error(None, refused.message)
        return None


class Add(FormPage):
    """A new rule; `?category=` fills it in."""

    title = "新增时限规则"
    form_class = RuleForm
    template_name = "appeals/policy_rule_form.html"
    submit_label = "新增"
    says = "规则只用于以后登记的诉求，和以后更改类别、紧急程度或办理类型的诉求。"

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(TITLE, reverse("appeals:policy_rules")), (self.title, "")]

    def get_cancel_url(self) -> str:
        return reverse("appeals:policy_rules")

    def get_initial(self) -> dict[str, Any]:
        return {"category": self.request.GET.get("category", "")}

    def save(self, form: Any) -> str:
        rule = services.add_rule(**form.arguments(), by=self.actor, now=timezone.now())
        self.success_message = f"已新增规则：{rule} 使用“{rule.policy.name}”。"
        return reverse("appeals:policy_rules")


class Change(Add):
    """Another case or another policy."""

    title = "修改时限规则"
    submit_label = "保存"

    @property
    def rule(self) -> PolicyRule:
        """The rule that the address names, or 404."""
        if not hasattr(self, "_rule"):
            self._rule: PolicyRule = find_or_404(PolicyRule.objects.all(), pk=self.kwargs["pk"])
        return self._rule

    def get_initial(self) -> dict[str, Any]:
        rule = self.rule
        keys = {"category": rule.category_id, "policy": rule.policy_id}
        return keys | {name: getattr(rule, name) for name in ("urgency", "channel", "handling_kind")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rule = self.rule
        is_last = rule.category_id is None and not rule.conditions
        return super().get_context_data(rule=rule, is_last=is_last, **kwargs)

    def save(self, form: Any) -> str:
        rule = services.change_rule(rule_id=self.rule.pk, **form.arguments(), by=self.actor, now=timezone.now())
        self.success_message = f"已保存规则：{rule} 使用“{rule.policy.name}”。"
        return reverse("appeals:policy_rules")


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a rule away."""
    try:
        by = request.actor  # type: ignore[attr-defined]
        services.remove_rule(rule_id=pk, by=by, now=timezone.now())
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, "已删除这条规则，相应的诉求按其余规则选择方案。")
    return HttpResponseRedirect(reverse("appeals:policy_rules"))
