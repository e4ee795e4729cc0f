"""我的积分: what one has, what expires, what came and went. For whoever is the resident behind the account."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from governance.ui import nav, paging
from governance.ui.views import Order, PageMixin
from members.accounts import person_or_none
from points.models import Account
from points.rounds.mine import earns, selectors
from points.rounds.mine.telling import line_of

SIZE = 20
HOUSEHOLD = "household"
_ORDER = Order("new", "最新", ("-pk",))


class Mine(PageMixin, TemplateView):
    """我的积分; with `?of=household` what the household has together."""

    template_name = "points/rounds/mine.html"
    title = "我的积分"
    has_personal_data = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The balance, what expires, and one page of what came and went."""
        person = person_or_none(self.actor)
        if person is None:
            return super().get_context_data(person=None, **kwargs)
        household = selectors.household_of(person)
        shared = selectors.account_of_household(household.pk) if household else None
        of_household = shared is not None and self.request.GET.get("of") == HOUSEHOLD
        own = None if of_household else selectors.account_of_person(person.pk)
        account, today = shared if of_household else own, timezone.localdate()
        return super().get_context_data(
            person=person, household=household, shared=shared, of_household=of_household, account=account,
            holding=selectors.holding(account, today), today=today, earns=earns.lines(self.actor, today),
            goods_url=nav.url("points:goods"), orders_url=nav.url("points:my_orders"),
            rounds_url=nav.url("points:my_rounds"), statement_url=self._statement(of_household=of_household),
            **self._page(account), **kwargs,
        )  # fmt: skip

    def _statement(self, *, of_household: bool) -> str:
        return reverse("points:my_statement") + (f"?of={HOUSEHOLD}" if of_household else "")

    def _page(self, account: Account | None) -> dict[str, Any]:
        if account is None:
            return {"lines": [], "page": None}
        page = paging.paginate(selectors.movements(account), _ORDER, after=self.request.GET.get("after", ""), size=SIZE)
        return {"lines": [line_of(entry) for entry in page.rows], "page": page}
