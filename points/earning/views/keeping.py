"""积分预算, 积分规则, 异常核查."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from accounts.rights import may
from governance.errors import DomainError
from governance.scope import UnitKind
from governance.ui.views import FormPage, PageMixin, find_or_404
from points.earning import odd, rules, selectors
from points.earning.forms import (
    EndForm,
    FundForm,
    GiveBackForm,
    LimitForm,
    MoveForm,
    OddRuleForm,
    ReviewForm,
    RuleForm,
    period_told,
)
from points.earning.services import budgets, reviewing, rule_keeping
from points.models import EarningRule, OddRule

BUDGETS, RULES, ODD = ("积分预算", "points:budgets"), ("积分规则", "points:rules"), ("异常核查", "points:odd")


class Budgets(PageMixin, TemplateView):
    """积分预算: funded, given, left, what waits, who is halted; figures alone."""

    template_name = "points/earning/budgets.html"
    title = BUDGETS[0]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The streets and communities in scope, in the period that the address names."""
        today = timezone.localdate()
        offered = selectors.periods(self.actor, today)
        asked = self.request.GET.get("period", "")
        now_in = next((one for one in offered if one[0] <= today <= one[1]), None)
        chosen = next((one for one in offered if f"{one[0]}_{one[1]}" == asked), now_in)
        found = selectors.groups(self.actor, chosen)
        return super().get_context_data(
            groups=found, period=period_told(*chosen) if chosen else "",
            periods=[(f"{a}_{b}", period_told(a, b), (a, b) == chosen) for a, b in offered],
            opens=may(self.actor, "point.see"), may_fund=may(self.actor, "point.budget"),
            key=uuid.uuid4(), may_limit=may(self.actor, "point.limit"),
            by_street=self.actor.unit_kind == UnitKind.DISTRICT, **kwargs,
        )  # fmt: skip


def hand_on(request: HttpRequest) -> HttpResponse:
    """处理撤并社区的结余: one button."""
    actor = request.actor  # type: ignore[attr-defined]
    sent = request.POST.get("source", "")
    source_id = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 19 else 0
    try:
        done = budgets.hand_on(
            source_id=source_id, to=request.POST.get("to", ""), key=request.POST.get("key", "")[:36], by=actor,
            now=timezone.now(),
        )  # fmt: skip
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, f"{done.words}：{done.points:,} 分。")
    return HttpResponseRedirect(reverse(BUDGETS[1]))


class _BudgetForm(FormPage):
    template_name = "ui/form_grid.html"
    service: Callable[..., Any]
    done = ""

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"by": self.actor, "today": timezone.localdate()}

    def get_cancel_url(self) -> str:
        return reverse(BUDGETS[1])

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(BUDGETS[0], self.get_cancel_url()), (self.title, "")]

    def save(self, form: Any) -> str:
        type(self).service(by=self.actor, now=timezone.now(), **form.facts())
        self.success_message = self.done
        return self.get_cancel_url()


class Fund(_BudgetForm):
    """拨付."""

    form_class, title, submit_label = FundForm, "拨付预算", "拨付"
    service = staticmethod(budgets.fund)
    says = "从区里核定的额度中拨给社区。预算不足而待发放的积分，拨付后自动发放。"
    done = "已拨付。"


class Move(_BudgetForm):
    """划转."""

    form_class, title, submit_label = MoveForm, "划转预算", "划转"
    service = staticmethod(budgets.move)
    says = "在本街道的社区之间划转，期间不变。"
    done = "已划转。"


class GiveBack(_BudgetForm):
    """交回."""

    form_class, title, submit_label = GiveBackForm, "交回预算", "交回"
    service = staticmethod(budgets.give_back)
    says = "交回后可以再拨给其他社区。"
    done = "已交回。"


class Limit(_BudgetForm):
    """核定额度."""

    form_class, title, submit_label = LimitForm, "核定街道额度", "核定"
    service = staticmethod(budgets.set_limit)
    says = "街道在这一期间内拨给各社区的积分，合计不超过核定数。同一期间再次核定，以新的为准。"
    done = "已核定。"


class Rules(PageMixin, TemplateView):
    """积分规则: those in force, to come and past; and from when something looks odd."""

    template_name = "points/earning/rules.html"
    title = RULES[0]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """By code, the newest version first."""
        today = timezone.localdate()
        rows = EarningRule.objects.visible_to(self.actor).order_by("kind", "code", "-from_on")
        now_in = [row for row in rows if row.until_on is None or row.until_on >= today]
        past = [row for row in rows if row.until_on is not None and row.until_on < today]
        return super().get_context_data(
            rows=[(row, rules.told(row)) for row in now_in], past=[(row, rules.told(row)) for row in past], today=today,
            odd_rules=OddRule.objects.filter(district_id=self.actor.district_id).order_by("pk"),
            may_edit=may(self.actor, "point.rules"), **kwargs,
        )  # fmt: skip


class _RulePage(FormPage):
    template_name = "ui/form_grid.html"

    def get_cancel_url(self) -> str:
        return reverse(RULES[1])

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(RULES[0], self.get_cancel_url()), (self.title, "")]


class RuleAdd(_RulePage):
    """新增规则."""

    form_class, title = RuleForm, "新增积分规则"

    def get_initial(self) -> dict[str, Any]:
        """From today on."""
        return {"from_on": timezone.localdate(), "expiry": "next_year", "earner": "person"}

    def save(self, form: Any) -> str:
        said = {name: form.cleaned_data[name] for name in ("code", "kind", "match", "earner", "from_on")}
        rule_keeping.add_rule(facts=form.facts(), by=self.actor, now=timezone.now(), **said)
        self.success_message = "已新增。"
        return self.get_cancel_url()


class _OfRule(_RulePage):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows: QuerySet[EarningRule] = EarningRule.objects.visible_to(self.actor)
        self.rule: EarningRule = find_or_404(rows, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]


class RuleChange(_OfRule):
    """修改规则."""

    form_class, title = RuleForm, "修改积分规则"

    def get_says(self) -> str:
        return f"“{self.rule.name}”从新的起用日期起按新的一版，之前发生的仍按原来的，已发放的不变。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"is_new": False}

    def get_initial(self) -> dict[str, Any]:
        """As it stands, from tomorrow on."""
        names = rule_keeping.RuleFacts.__dataclass_fields__
        tomorrow = timezone.localdate() + timedelta(days=1)
        return {name: getattr(self.rule, name) for name in names} | {"from_on": tomorrow}

    def save(self, form: Any) -> str:
        rule_keeping.change_rule(
            rule_id=self.rule.pk, facts=form.facts(), from_on=form.cleaned_data["from_on"], by=self.actor,
            now=timezone.now(),
        )  # fmt: skip
        self.success_message = "已保存新的一版。"
        return self.get_cancel_url()


class RuleEnd(_OfRule):
    """停用规则."""

    form_class, title, submit_label, danger = EndForm, "停用积分规则", "停用", True

    def get_says(self) -> str:
        return f"“{self.rule.name}”在那一天之后发生的不再计分，之前的不受影响。"

    def get_initial(self) -> dict[str, Any]:
        """Today."""
        return {"last_on": timezone.localdate()}

    def save(self, form: Any) -> str:
        rule_keeping.end_rule(rule_id=self.rule.pk, by=self.actor, now=timezone.now(), **form.cleaned_data)
        self.success_message = "已停用。"
        return self.get_cancel_url()


class OddRuleChange(_RulePage):
    """修改核查规则."""

    form_class, title = OddRuleForm, "修改核查规则"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = OddRule.objects.filter(district_id=self.actor.district_id)
        self.rule: OddRule = find_or_404(rows, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_says(self) -> str:
        return f"{self.rule}：最近 {odd.DAYS} 天内达到这么多笔的列入核查清单。"

    def get_initial(self) -> dict[str, Any]:
        """As it stands."""
        return {name: getattr(self.rule, name) for name in ("least", "margin", "is_active")}

    def save(self, form: Any) -> str:
        rule_keeping.change_odd_rule(rule_id=self.rule.pk, by=self.actor, now=timezone.now(), **form.cleaned_data)
        self.success_message = "已保存。"
        return self.get_cancel_url()


class Odd(PageMixin, TemplateView):
    """异常核查: what nobody has looked at first."""

    template_name = "points/earning/odd.html"
    title = ODD[0]
    has_personal_data = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """All in scope."""
        found = odd.cases(self.actor, timezone.localdate(), timezone.get_default_timezone_name())
        waits = [case for case in found if case.is_open]
        return super().get_context_data(
            waits=waits, looked=[case for case in found if not case.is_open], days=odd.DAYS, **kwargs
        )  # fmt: skip


class OddCase(FormPage):
    """One of them: the rows behind it, and what was found."""

    template_name = "points/earning/odd_case.html"
    form_class = ReviewForm
    submit_label = "记录核查结论"
    has_personal_data = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """What the address names, as it is now; 404 for what is not odd any more, or elsewhere."""
        asked, zone = request.GET, timezone.get_default_timezone_name()
        community = asked.get("community", "")
        named = int(community) if community.isascii() and community.isdigit() and len(community) < 19 else 0
        found = odd.case_of(
            self.actor, timezone.localdate(), zone, community_id=named, kind=asked.get("kind", ""),
            key=asked.get("key", ""),
        )  # fmt: skip
        if found is None:
            raise Http404("这一项已不在核查清单中，或不在您的管辖范围内。")
        self.case = found
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_title(self) -> str:
        return f"{self.case.kind_label}：{self.case.label}"

    def get_cancel_url(self) -> str:
        return reverse(ODD[1])

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(ODD[0], self.get_cancel_url()), (self.case.kind_label, "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the rows."""
        return super().get_context_data(case=self.case, rows=odd.rows_of(self.actor, self.case), **kwargs)

    def save(self, form: Any) -> str:
        case = self.case
        reviewing.review(
            community_id=case.community_id, kind=case.kind, key=case.key, by=self.actor, now=timezone.now(),
            **form.cleaned_data,
        )  # fmt: skip
        self.success_message = "已记录核查结论。"
        return self.get_cancel_url()
