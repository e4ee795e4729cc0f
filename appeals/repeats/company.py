"""What rows of a list show of their company: the matter that an appeal is part of, or that a search suspects one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from appeals.models import Appeal
from appeals.repeats.grouping import MASS_PEOPLE


@dataclass(frozen=True, slots=True)
class Company:
    """How many appeals and people are in the appeal's matter (0 when it is alone), and what a search suspects."""

    matter_id: int | None
    size: int
    people: int
    suspected: int | None

    @property
    def is_mass(self) -> bool:
        """群体诉求."""
        return self.people >= MASS_PEOPLE


def company_of(appeal: Appeal) -> Company | None:
    """The company of an appeal that was read with it (`selectors.for_detail`); None where it is alone."""
    member, suspected = getattr(appeal, "in_matter", None), getattr(appeal, "suspected_repeat", None)
    if member is None and suspected is None:
        return None
    matter = member.matter if member is not None else None
    return Company(
        matter.pk if matter else None, matter.size if matter else 0, matter.people if matter else 0,
        suspected.score if suspected else None,
    )  # fmt: skip


def note_company(rows: Iterable[Appeal]) -> None:
    """Set `company` of those rows that have some; one statement for all of them."""
    by_id = {row.pk: row for row in rows}
    if not by_id:
        return
    known = Appeal.objects.filter(pk__in=by_id).exclude(in_matter=None, suspected_repeat=None).order_by()
    columns = ("pk", "in_matter__matter_id", "in_matter__matter__size", "in_matter__matter__people")
    for pk, matter_id, size, people, suspected in known.values_list(*columns, "suspected_repeat__score"):
        by_id[pk].company = Company(matter_id, size or 0, people or 0, suspected)
