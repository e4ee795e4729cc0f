"""积分对账单: on a page to print, and as a spreadsheet; one's own, and of those whom one sees."""

from __future__ import annotations

from abc import ABC, abstractmethod
from io import BytesIO
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views import View

from governance.errors import InvalidInput
from governance.spreadsheets import write_xlsx
from governance.ui.lists import keep_out_of_caches
from governance.ui.views import ActorMixin
from members.accounts import person_of
from members.models import Household, Person
from members.services.households import where
from points.models import Account
from points.rounds.mine import selectors as mine
from points.rounds.mine.views import HOUSEHOLD
from points.rounds.statements import services
from points.rounds.statements.forms import PeriodForm
from points.rounds.statements.periods import Period, named
from points.rounds.statements.selectors import Statement, statement_of

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_HEADER = ["日期", "事项", "说明", "单位", "增加", "减少", "结余"]


class _Page(ActorMixin, View, ABC):
    """The statement of whoever the address names, as a page or as a sheet."""

    is_sheet = False
    page_url = sheet_url = ""

    @abstractmethod
    def owner(self, period: Period) -> Person | Household:
        """Whose statement it is. Raises a DomainError for nobody's."""

    @abstractmethod
    def back(self) -> str:
        """Where one comes from."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse | FileResponse:
        """The page, with what is wrong with the period; or the file."""
        form = PeriodForm(request.GET, today=timezone.localdate())
        is_wrong, period = not form.is_valid(), form.period()
        owner = self.owner(period)
        try:
            statement = statement_of(_account(owner), period)
        except InvalidInput as refused:
            form.add_error(refused.field, refused.message)
            statement, is_wrong = statement_of(None, period), True
        if self.is_sheet and not is_wrong:
            return _sheet(statement, owner, str(self.actor.user_name))
        answer = TemplateResponse(
            request, "points/rounds/statement.html", self._context(form, statement, owner),
            status=400 if is_wrong else 200,
        )  # fmt: skip
        keep_out_of_caches(answer, True)
        return answer

    def _context(self, form: PeriodForm, statement: Statement, owner: Person | Household) -> dict[str, Any]:
        return {
            "title": "积分对账单", "has_personal_data": True, "form": form, "statement": statement,
            "periods": named(timezone.localdate()), "back": self.back(), "owner": owner, "now": timezone.now(),
            "where": where(owner) if isinstance(owner, Household) else "", "page_url": self.page_url,
            "is_household": isinstance(owner, Household), "sheet_url": self.sheet_url,
            "of": self.request.GET.get("of", "") == HOUSEHOLD,
        }  # fmt: skip


class Mine(_Page):
    """One's own, or that of one's household."""

    def owner(self, period: Period) -> Person | Household:
        """The resident behind the account; raises NotFound with what to do."""
        self.page_url, self.sheet_url = reverse("points:my_statement"), reverse("points:my_statement_sheet")
        person = person_of(self.actor)
        if self.request.GET.get("of") == HOUSEHOLD:
            return mine.household_of(person) or person
        return person

    def back(self) -> str:
        return reverse("points:mine")


class OfPerson(_Page):
    """Of somebody in scope; that it was looked at is on record."""

    def owner(self, period: Period) -> Person | Household:
        """In scope."""
        pk = self.kwargs["pk"]
        self.page_url, self.sheet_url = (
            reverse("points:statement", args=[pk]),
            reverse("points:statement_sheet", args=[pk]),
        )
        return services.look_at_person(person_id=pk, period=period, by=self.actor, now=timezone.now())

    def back(self) -> str:
        return reverse("members:person", args=[self.kwargs["pk"]])


class OfHousehold(_Page):
    """Of a household in scope."""

    def owner(self, period: Period) -> Person | Household:
        """In scope."""
        pk = self.kwargs["pk"]
        self.page_url, self.sheet_url = (
            reverse("points:household_statement", args=[pk]),
            reverse("points:household_statement_sheet", args=[pk]),
        )
        return services.look_at_household(household_id=pk, period=period, by=self.actor, now=timezone.now())

    def back(self) -> str:
        return reverse("members:household", args=[self.kwargs["pk"]])


def _account(owner: Person | Household) -> Account | None:
    if isinstance(owner, Household):
        return mine.account_of_household(owner.pk)
    return mine.account_of_person(owner.pk)


def _sheet(statement: Statement, owner: Person | Household, by: str) -> FileResponse:
    """The same as a spreadsheet, with who took it out above each page."""
    period, content = statement.period, BytesIO()
    span = f"{period.from_on} 至 {period.until_on}"
    mark = f"{owner} 积分对账单 {span}，{by} {timezone.localtime():%Y-%m-%d %H:%M} 导出"
    rows: list[list[object]] = [[period.from_on, "期初结余", "", "", None, None, statement.opening]]
    for row in statement.rows:
        line = row.line
        came, went = (line.amount, None) if line.amount > 0 else (None, -line.amount)
        rows.append([line.on, line.what, line.words, line.unit, came, went, row.balance])
    rows.append([period.until_on, "期末结余", "", "", statement.came, statement.went, statement.closing])
    write_xlsx(content, _HEADER, rows, title="积分对账单", mark=mark)
    content.seek(0)
    name = f"积分对账单-{owner}-{period.from_on}-{period.until_on}.xlsx"
    answer = FileResponse(content, as_attachment=True, filename=name, content_type=_XLSX)
    answer["Cache-Control"] = "private, no-store"
    return answer
