"""What the Party's own rules say of its organisations, as data and plain functions.

Sources: 中国共产党章程 (2022), articles 7, 8, 30 and 31; 中国共产党支部工作条例 (2018): a branch from three full
members, a committee from seven, terms of five years in villages and communities and of three in other branches;
中国共产党基层组织选举工作条例 (2020): put off by a year at most, with the approval of the level above;
中国共产党发展党员工作细则 (2014): probation; 中国共产党党员教育管理工作条例 (2019): letters of introduction.
What practice handles differently warns (`selectors.hints`), and is not refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from governance.scope import UnitKind
from members.models.party import (
    BRANCH,
    BUSINESS_BRANCH,
    COMMUNITY_COMMITTEE,
    FEATURED_BRANCH,
    GRID_BRANCH,
    GRID_GROUP,
    GROUP,
    STREET_COMMITTEE,
)

# What may stand above: kind → kinds, None for nothing.
PARENTS: Mapping[str, tuple[str | None, ...]] = {
    STREET_COMMITTEE: (None,),
    COMMUNITY_COMMITTEE: (STREET_COMMITTEE,),
    GRID_BRANCH: (COMMUNITY_COMMITTEE,),
    GRID_GROUP: (GRID_BRANCH, BRANCH),
    FEATURED_BRANCH: (COMMUNITY_COMMITTEE, STREET_COMMITTEE),
    BUSINESS_BRANCH: (STREET_COMMITTEE, COMMUNITY_COMMITTEE, None),
    BRANCH: (BUSINESS_BRANCH, COMMUNITY_COMMITTEE, STREET_COMMITTEE),
    GROUP: (GRID_BRANCH, FEATURED_BRANCH, BRANCH),
}
# Where an organisation of a kind may lie; a group lies where its branch does.
UNITS: Mapping[str, tuple[UnitKind, ...]] = {
    STREET_COMMITTEE: (UnitKind.STREET,),
    COMMUNITY_COMMITTEE: (UnitKind.COMMUNITY,),
    GRID_BRANCH: (UnitKind.GRID,),
    GRID_GROUP: (UnitKind.GRID,),
    FEATURED_BRANCH: (UnitKind.GRID, UnitKind.COMMUNITY, UnitKind.STREET),
    BUSINESS_BRANCH: (UnitKind.COMMUNITY, UnitKind.STREET, UnitKind.DISTRICT),
    BRANCH: (UnitKind.GRID, UnitKind.COMMUNITY, UnitKind.STREET, UnitKind.DISTRICT),
    GROUP: (UnitKind.GRID, UnitKind.COMMUNITY, UnitKind.STREET, UnitKind.DISTRICT),
}
# 章程, article 8: every member belongs to a branch, a group or another particular organisation. The committees 大工委
# and 大党委 coordinate, and have posts and no members of their own.
HOLDS_MEMBERS = frozenset({GRID_BRANCH, GRID_GROUP, FEATURED_BRANCH, BRANCH, GROUP})
BRANCHES = frozenset({GRID_BRANCH, FEATURED_BRANCH, BRANCH})
GROUPS = frozenset({GRID_GROUP, GROUP})
COMMITTEES = frozenset({STREET_COMMITTEE, COMMUNITY_COMMITTEE, BUSINESS_BRANCH})
# 支部工作条例: a branch has at least three full members, and as a rule at most fifty members.
FEWEST_FULL, MOST_MEMBERS = 3, 50
# The same: with seven full members or more there is a committee of three to five, at most seven.
FROM_COMMITTEE, COMMITTEE_LEAST, COMMITTEE_MOST = 7, 3, 7
EXTENSION_MOST_YEARS = 1
# 章程, article 7, and 发展党员工作细则: a year of probation, prolonged once by half a year at least and a year at most.
PROBATION_MONTHS, PROLONGED_LEAST, PROLONGED_MOST = 12, 6, 12
# 党员教育管理工作条例: a letter of introduction is valid for ninety days at most.
LETTER_DAYS = 90


def term_years(kind: str, in_community: bool) -> int:
    """Years of a term of office: groups have none (0), committees and communities five, other branches three."""
    if kind in GROUPS:
        return 0
    return 5 if kind in COMMITTEES or in_community else 3


def years_later(day: date, years: int) -> date:
    """The same day of a later year; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last of a month that is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def months_between(earlier: date, later: date) -> int:
    """Whole months from one day to another."""
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    return months if months_later(earlier, months) <= later else months - 1
