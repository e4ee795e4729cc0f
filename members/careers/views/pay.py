"""薪酬与晋级: the versions of the scale, a new one with its effect, the regrading run with its list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from accounts.rights import may
from governance.ui.views import FormPage, PageMixin
from members.careers.forms import RegradeForm, ScaleForm
from members.careers.pay import Scale, Scales
from members.careers.services import regrading, scales
from members.models import Career
from members.models.careers import POSTS, TOP_GRADE

LIST = ("薪酬与晋级", "members:pay_scales")
_SHOWN = 200


def table_of(scale: Scale) -> list[tuple[str, list[int]]]:
    """A line a post: what a month's pay is in each grade."""
    return [
        (label, [scale.amount(post, grade) for grade in range(1, scale.rules.top[post] + 1)]) for post, label in POSTS
    ]


class PayScales(PageMixin, TemplateView):
    """Every version, the one in force first."""

    template_name = "members/careers/pay.html"
    title = "薪酬与晋级"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The table in force, the rules, and what came before or is to come."""
        found, today = Scales.load(), timezone.localdate()
        current = found.on(today)
        due = Career.objects.visible_to(self.actor).due(today).count()
        return super().get_context_data(
            current=current, table=table_of(current), grades=range(1, TOP_GRADE + 1),
            versions=[(one, _state(one, current)) for one in reversed(found.versions)], due=due,
            may_decide=may(self.actor, "career.decide"), **kwargs,
        )  # fmt: skip


def _state(scale: Scale, current: Scale) -> str:
    if scale is current:
        return "现行"
    return "未施行" if scale.valid_from > current.valid_from else "已停用"


class ScaleAdd(FormPage):
    """A new version: first its effect, then the button that saves it."""

    form_class = ScaleForm
    template_name = "members/careers/scale_form.html"
    title = "新一版薪酬标准"
    submit_label = "查看影响"
    success_message = "已发布，自施行日期起按新标准计算。"

    def get_form_kwargs(self) -> dict[str, Any]:
        """It begins from the last version."""
        return super().get_form_kwargs() | {"last": Scales.load().versions[-1]}

    def get_initial(self) -> dict[str, Any]:
        """From the first of the next month."""
        today = timezone.localdate()
        year, month = (today.year + 1, 1) if today.month == 12 else (today.year, today.month + 1)
        return {"valid_from": today.replace(year=year, month=month, day=1)}

    def save(self, form: Any) -> str | HttpResponse:
        """Once the effect was looked at, it is saved; else it is shown."""
        amounts = form.amounts()
        if "confirm" in self.request.POST:
            note = form.cleaned_data["note"]
            scales.publish_scale(amounts=amounts, note=note, by=self.actor, now=timezone.now())
            return reverse(LIST[1])
        draft = scales.drafted(amounts, Scales.load(), timezone.localdate())
        self.success_message = ""
        return self.render_to_response(self.get_context_data(form=form, effect=self._effect(draft)))

    def _effect(self, draft: Scale) -> dict[str, Any]:
        """Who gets how much more, by post and grade, and on average."""
        last = Scales.load().versions[-1]
        rows: dict[tuple[str, int], int] = {}
        for post, grade in Career.objects.visible_to(self.actor).serving().values_list("post", "grade"):
            rows[post, grade] = rows.get((post, grade), 0) + 1
        labels, order, people = dict(POSTS), [post for post, _ in POSTS], sum(rows.values())
        lines: list[dict[str, Any]] = [
            {"label": labels[post] if last.rules.top[post] == 1 else f"{labels[post]} {grade} 级", "people": count,
             "before": last.amount(post, grade), "after": draft.amount(post, grade),
             "more": draft.amount(post, grade) - last.amount(post, grade)}
            for (post, grade), count in sorted(rows.items(), key=lambda item: (order.index(item[0][0]), item[0][1]))
        ]  # fmt: skip
        total = sum(line["more"] * line["people"] for line in lines)
        return {"lines": lines, "people": people, "total": total, "average": round(total / people) if people else 0}

    def get_cancel_url(self) -> str:
        return reverse(LIST[1])

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.title, "")]


class Regrade(FormPage):
    """批量晋级: who is due what, then all at once."""

    form_class = RegradeForm
    template_name = "members/careers/regrade.html"
    title = "批量晋级"
    submit_label = "全部晋级"
    has_personal_data = True

    def get_initial(self) -> dict[str, Any]:
        """As of today."""
        return {"on": timezone.localdate()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The list as of today, the largest raise first."""
        rows = Career.objects.visible_to(self.actor).serving().select_related("person", "community", "grid")
        due = regrading.due_on(rows.defer("person__search").order_by("community_id", "pk"), timezone.localdate())
        return super().get_context_data(
            due=due[:_SHOWN], count=len(due), shown=_SHOWN, total=sum(one.more for one in due), **kwargs
        )

    def save(self, form: Any) -> str:
        """All of them."""
        made = regrading.regrade(by=self.actor, now=timezone.now(), **form.cleaned_data)
        self.success_message = f"已为 {len(made)} 人晋级。"
        return reverse(LIST[1])

    def get_cancel_url(self) -> str:
        return reverse(LIST[1])

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.title, "")]
