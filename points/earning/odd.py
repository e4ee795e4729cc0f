"""What looks odd among the points that were given: found by SQL, by rules of the district, each with its rows.

Nothing here is proof of anything: a secretary may have good reasons. Whoever is in it does not look into it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from governance.scope import Actor, UnitKind, own_column
from grids.models import Unit
from points.earning.querysets import SEE
from points.models import ODD_KINDS, Claim, OddReview, OddRule

DAYS = 90
_KINDS = (UnitKind.STREET, UnitKind.COMMUNITY)
# Given and standing, by hand, in scope, of the last so many days.
_ROWS = """
WITH given AS (
  SELECT c.id, c.community_id, c.household_id, c.person_id, c.points, c.rule_id, c.proposed_by_user,
    c.proposed_by_name, h.by_user, h.by_name, (h.at AT TIME ZONE %(zone)s) AS local
  FROM points_claim c
  CROSS JOIN LATERAL (SELECT COALESCE(c.approved_by_user, c.second_by_user) AS by_user,
    CASE WHEN c.approved_by_user IS NULL THEN c.second_by_name ELSE c.approved_by_name END AS by_name,
    COALESCE(c.approved_at, c.second_at) AS at) h
  WHERE c.{column} = %(unit)s AND c.kind = 'manual' AND c.transaction_id IS NOT NULL AND c.undone_id IS NULL
    AND c.decided_at >= %(since)s
)
"""
_FIND = {
    "hand": """
SELECT community_id, by_user || '.' || local::date, max(by_name) || '，' || local::date, count(*), sum(points),
  array_agg(id ORDER BY id) FROM given GROUP BY community_id, by_user, local::date HAVING count(*) >= %(least)s
""",
    "minute": """
SELECT community_id, by_user || '.' || to_char(local, 'YYYYMMDDHH24MI'),
  max(by_name) || '，' || to_char(local, 'YYYY-MM-DD HH24:MI'), count(*), sum(points), array_agg(id ORDER BY id)
FROM given GROUP BY community_id, by_user, to_char(local, 'YYYYMMDDHH24MI'), to_char(local, 'YYYY-MM-DD HH24:MI')
HAVING count(*) >= %(least)s
""",
    "household": """
SELECT g.community_id, home.id::text, max(w.address), count(*), sum(g.points), array_agg(g.id ORDER BY g.id)
FROM given g
LEFT JOIN members_stay s ON s.person_id = g.person_id AND s.until_on IS NULL
CROSS JOIN LATERAL (SELECT COALESCE(g.household_id, s.household_id) AS id) home
JOIN members_household w ON w.id = home.id
GROUP BY g.community_id, home.id HAVING count(*) >= %(least)s
""",
    "pair": """
SELECT pair.community_id, pair.by_user || '.' || pair.proposed_by_user, pair.names, pair.n, pair.points, pair.ids
FROM (
  SELECT community_id, by_user, proposed_by_user, count(*) AS n, sum(points) AS points,
    max(proposed_by_name) || '申报、' || max(by_name) || '审批' AS names, array_agg(id ORDER BY id) AS ids,
    sum(count(*)) OVER (PARTITION BY community_id, by_user) AS whole
  FROM given WHERE proposed_by_user IS NOT NULL GROUP BY community_id, by_user, proposed_by_user
) pair WHERE pair.n >= %(least)s AND pair.n * 100 >= pair.whole * %(margin)s
""",
    "under": """
SELECT g.community_id, g.proposed_by_user || '.' || r.code, max(g.proposed_by_name) || '，' || max(r.name), count(*),
  sum(g.points), array_agg(g.id ORDER BY g.id)
FROM given g JOIN points_earningrule r ON r.id = g.rule_id
WHERE r.second_from IS NOT NULL AND g.points < r.second_from AND g.points >= r.second_from - %(margin)s
GROUP BY g.community_id, g.proposed_by_user, r.code HAVING count(*) >= %(least)s
""",
}


@dataclass(slots=True)
class Case:
    """Something that looks odd: in which community, of which kind, what and how many rows; the last look at it."""

    kind: str
    kind_label: str
    community_id: int
    key: str
    label: str
    count: int
    points: int
    ids: list[int]
    community: str = ""
    review: OddReview | None = None

    @property
    def is_open(self) -> bool:
        """Whether nobody has looked, or more has come since."""
        return self.review is None or self.review.count < self.count

    @property
    def query(self) -> str:
        """What the page of this one is asked for with."""
        return f"community={self.community_id}&kind={self.kind}&key={self.key}"


def cases(actor: Actor, today: date, zone: str) -> list[Case]:
    """All in the actor's scope, what nobody looked at first. A statement a kind, and two more."""
    column = own_column(actor, SEE, among=_KINDS)
    if column is None:
        return []
    since = today - timedelta(days=DAYS)
    found: list[Case] = []
    for rule in OddRule.objects.filter(district_id=actor.district_id, is_active=True).order_by("pk"):
        asked = {"unit": actor.unit_id, "since": since, "zone": zone, "least": rule.least, "margin": rule.margin}
        found += _of(rule.kind, _ROWS.format(column=column) + _FIND[rule.kind], asked)
    _with_reviews(found)
    return sorted(found, key=lambda case: (not case.is_open, -case.count, case.key))


def case_of(actor: Actor, today: date, zone: str, *, community_id: int, kind: str, key: str) -> Case | None:
    """One of them, as it is now."""
    same = (community_id, kind, key)
    return next((one for one in cases(actor, today, zone) if (one.community_id, one.kind, one.key) == same), None)


def rows_of(actor: Actor, case: Case) -> Sequence[Claim]:
    """What stands behind it, the newest first."""
    rows = Claim.objects.visible_to(actor).filter(pk__in=case.ids)
    return list(rows.select_related("person", "household", "rule").defer("person__search").order_by("-pk")[:200])


def _of(kind: str, statement: str, asked: dict[str, Any]) -> list[Case]:
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        labels = dict(ODD_KINDS)
        return [
            Case(kind, labels[kind], community, str(key), str(label), int(count), int(points), list(ids))
            for community, key, label, count, points, ids in cursor.fetchall()
        ]


def _with_reviews(found: list[Case]) -> None:
    places = {case.community_id for case in found}
    names = dict(Unit.objects.filter(pk__in=places).values_list("pk", "name"))
    reviews = {(row.community_id, row.kind, row.key): row for row in OddReview.objects.filter(
        community__in=places, key__in={case.key for case in found}).order_by("pk")}  # fmt: skip
    for case in found:
        case.community = names[case.community_id]
        case.review = reviews.get((case.community_id, case.kind, case.key))
