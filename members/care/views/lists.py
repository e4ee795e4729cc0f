"""The lists: who is on one, what is due on the phone, and the visits behind a figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView

from accounts.rights import may
from governance.privacy.addresses import from_form, person_key, without_numbers
from governance.sheets.buttons import actions_for
from governance.ui import dates
from governance.ui.lists import keep_out_of_caches
from governance.ui.views import (
    Action,
    BulkAction,
    BulkRun,
    Column,
    ListPage,
    Order,
    Outcome,
    PageMixin,
    Refused,
    Tab,
)  # fmt: skip
from members.care import selectors
from members.care.filters import CareFilterSet, TurnFilterSet
from members.care.forms import assign_form
from members.care.services import listing
from members.care.tabs import CARE_TABS
from members.care.words import EDIT, FIGURES, MAKE_VISIT
from members.models import CareRecord, CareTurn

LIST = "重点关爱"


def _assign(run: BulkRun) -> Outcome:
    visitor = run.form.cleaned_data["visitor"] if run.form else None
    done, refused = listing.assign(record_ids=run.ids, visitor_id=visitor, by=run.actor, now=timezone.now())
    return Outcome(done, [Refused(label, message) for label, message in refused])


class CareList(ListPage):
    """重点关爱: by the clock first."""

    page = "care"
    title = LIST
    noun = "人"
    filterset_class = CareFilterSet
    count_cap = 2_000
    unfolded = 4
    columns = (
        Column("person", "姓名", "members/care/cells/person.html", always=True, phone="title", grow=True),
        Column("kind", "类别", "members/care/cells/kind.html", phone="lead"),
        Column("due_at", "走访时限", "members/care/cells/clock.html", phone="inline"),
        Column("whose", "走访人", "whose"),
        Column("last_visit_at", "上次走访", lambda row: dates.short(row.last_visit_at) or "还没有"),
        Column("grid", "网格", "members/care/cells/grid.html"),
        Column("since", "列入日期", lambda row: dates.day(row.since), secondary=True, default=False),
    )
    orders = (Order("due", "最先到期", ("due_at",)), Order("new", "最新列入", ("-pk",)))
    tabs = CARE_TABS
    bulk_actions = (
        BulkAction(
            "assign", "指定走访人", run=_assign, form=assign_form, right=EDIT, icon="users",
            says="走访人须在对象所在的社区或网格在岗；以后的预警发给走访人。",
        ),
    )  # fmt: skip
    empty_text = "请放宽筛选条件；要把居民列入名单，请打开居民档案，在“重点关爱”中办理。"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The list. A full number that was typed into the address leaves it at once."""
        if person_key(request.GET.get("q", "")):
            return HttpResponseRedirect(f"{request.path}?{without_numbers(request.GET).urlencode()}")
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[CareRecord]:
        """In scope."""
        return selectors.listed(self.actor)

    def complete(self, objects: Sequence[Any]) -> None:
        """Whose each visit is, for all rows at once."""
        selectors.name_visitors(objects, timezone.now())

    def row_tone(self, row: Any) -> str:
        """By the card."""
        return {"red": "over", "yellow": "soon"}.get(row.card, "") if row.state == "open" else ""

    def get_actions(self) -> Sequence[Action]:
        """The worklist, the figures, and the way to put somebody on a list."""
        found = []
        if may(self.actor, FIGURES):
            found.append(Action("走访统计", reverse("members:care_figures"), "list-check"))
        if may(self.actor, EDIT):
            found.append(Action("从居民中列入", reverse("members:persons"), "user-plus"))
        if may(self.actor, MAKE_VISIT):
            found.append(Action("我的待走访", reverse("members:care_today"), "list-check", primary=True))
        return [*actions_for("care", self.request, self.actor), *found]

    def extra_context(self) -> dict[str, Any]:
        """A send without scripts is a POST: a full number must not stand in an address."""
        return {"find_url": reverse("members:care_find")}


@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """The filters as they were typed; a full number becomes its keyed hash."""
    target = f"{reverse('members:care')}?{from_form(request.POST).urlencode()}"
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return HttpResponseRedirect(target)


class Worklist(PageMixin, TemplateView):
    """待走访: what is one's own, late first, for a phone."""

    template_name = "members/care/worklist.html"
    title = "我的待走访"
    has_personal_data = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The sections, and how many wait beyond them."""
        now = timezone.now()
        sections = selectors.worklist(self.actor, now)
        return super().get_context_data(
            sections=sections,
            is_clear=not any(section.count for section in sections),
            may_reveal=may(self.actor, "person.reveal"),
            shows_words=selectors.sees_words(self.actor),
            most=selectors.MOST_SHOWN,
            **kwargs,
        )

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """People's names must not come back with the browser's back button."""
        response = super().render_to_response(context, **kwargs)
        keep_out_of_caches(response, True)
        return response


class TurnList(ListPage):
    """应访记录: the visits behind a figure, each with what became of it."""

    title = "应访记录"
    noun = "次"
    filterset_class = TurnFilterSet
    count_cap = 5_000
    columns = (
        Column("person", "姓名", "members/care/cells/turn_person.html", always=True, phone="title", grow=True),
        Column("kind", "类别", "members/care/cells/kind.html", phone="lead"),
        Column("due_at", "应访日期", lambda row: dates.day(row.due_at)),
        Column("state", "结果", "members/care/cells/turn.html", phone="inline"),
        Column("ended_at", "登记时间", lambda row: dates.short(row.ended_at) or "—"),
        Column("grid", "网格", "members/care/cells/grid.html"),
    )
    orders = (Order("due", "最近应访", ("-due_at",)),)
    tabs = (
        Tab("due", "应访", narrow=lambda rows, request: rows.filter(selectors.due_by(timezone.now()))),
        Tab("met", "按时走访", narrow=lambda rows, request: rows.filter(
            selectors.due_by(timezone.now()), state="met")),
        Tab("missed", "超期", narrow=lambda rows, request: rows.filter(
            selectors.missed_by(timezone.now())), tone="over"),
    )  # fmt: skip
    empty_text = "请放宽筛选条件，或换一段时间。"

    def get_queryset(self) -> QuerySet[CareTurn]:
        """In scope."""
        rows: QuerySet[CareTurn] = CareTurn.objects.visible_to(self.actor)
        return rows.select_related("record__person", "kind", "grid").defer("record__person__search")

    def get_actions(self) -> Sequence[Action]:
        """The visits that were made, in and out."""
        return actions_for("care_visits", self.request, self.actor)

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Below the figures."""
        return [("走访统计", reverse("members:care_figures")), (self.title, "")]
