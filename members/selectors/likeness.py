"""Records that are likely one person: the rule, who is like somebody, and all pairs in a scope.

Alike are, unless two identity numbers say otherwise or somebody told the pair apart:
- the same phone and a similar name (the same one, the same initials, or one character of the given name another),
  unless two birth dates and two names say otherwise: a family has one phone;
- the same name and the same birth date;
- the same name in the same home.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Prefetch, Q, QuerySet

from governance.scope import Actor
from members.models import Apart, Person, Stay

PAGE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What the rule looks at; 0 and "" and None stand for what is not known."""

    name: str
    initials: str = ""
    born_on: date | None = None
    phone_index: str = ""
    identity_index: str = ""
    household_id: int = 0
    home_id: int = 0


@dataclass(frozen=True, slots=True)
class Alike:
    """A record that is like somebody, and why."""

    person: Person
    reasons: list[str]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that are likely one person, the older first, and why."""

    one: Person
    other: Person
    reasons: list[str]

    @property
    def key(self) -> str:
        """Where the next page goes on."""
        return f"{self.other.pk}-{self.one.pk}"


def traits_of(person: Person) -> Traits:
    """Of a record, with its present home; `person.now_in` is read where it was fetched before."""
    known = getattr(person, "now_in", None)
    if known is None:
        known = list(Stay.objects.filter(person=person, until_on=None).select_related("household")) if person.pk else []
    household = known[0].household if known else None
    return Traits(
        name=person.name, initials=person.initials, born_on=person.born_on, phone_index=person.phone_index,
        identity_index=person.identity_index, household_id=household.pk if household else 0,
        home_id=(household.home_id or 0) if household else 0,
    )  # fmt: skip


def reasons(one: Traits, other: Traits) -> list[str]:
    """Why two records are likely one person, in words; empty when they are not."""
    if one.identity_index and other.identity_index and one.identity_index != other.identity_index:
        return []
    same_name = one.name == other.name
    same_birth = one.born_on is not None and one.born_on == other.born_on
    found = ["身份证号相同"] if one.identity_index and one.identity_index == other.identity_index else []
    if one.phone_index and one.phone_index == other.phone_index and similar(one, other):
        found.append("电话相同、姓名相同" if same_name else "电话相同、姓名相近")
    if same_name and same_birth:
        found.append("姓名和出生日期相同")
    if same_name and _same_home(one, other):
        found.append("同一住处的同名")
    return found


def similar(one: Traits, other: Traits) -> bool:
    """Whether two names may be one person's; two birth dates that differ say no, unless the names are the same."""
    if one.name == other.name:
        return True
    if one.born_on is not None and other.born_on is not None and one.born_on != other.born_on:
        return False
    if one.initials and one.initials == other.initials:
        return True
    a, b = one.name, other.name
    return len(a) == len(b) >= 3 and a[0] == b[0] and (a[1] == b[1] or a[2] == b[2])


def _same_home(one: Traits, other: Traits) -> bool:
    same_household = one.household_id != 0 and one.household_id == other.household_id
    return same_household or (one.home_id != 0 and one.home_id == other.home_id)


def with_homes(rows: QuerySet[Person]) -> QuerySet[Person]:
    """Each with its present stay in `now_in`, the household and its home."""
    stays = Stay.objects.filter(until_on=None).select_related("household__home__building")
    return rows.defer("search").select_related("grid").prefetch_related(Prefetch("stays", stays, to_attr="now_in"))


def alike(traits: Traits, actor: Actor, *, beside: int | None = None) -> list[Alike]:
    """Records in scope that are like these traits, those who left as well; not the record `beside` itself."""
    same = Q(name=traits.name)
    if traits.phone_index:
        same |= Q(phone_index=traits.phone_index)
    if traits.identity_index:
        same |= Q(identity_index=traits.identity_index)
    rows = Person.objects.visible_to(actor).filter(same, state__in=("here", "left")).exclude(pk=beside).order_by("-pk")
    apart = _apart_from(beside) if beside else set()
    found = [Alike(person, reasons(traits, traits_of(person))) for person in with_homes(rows)[:50]]
    return [one for one in found if one.reasons and one.person.pk not in apart]


def _apart_from(person_id: int) -> set[int]:
    pairs = Apart.objects.filter(Q(one=person_id) | Q(other=person_id)).values_list("one_id", "other_id")
    return {pk for pair in pairs for pk in pair}


# One join a reason, each by equality, so that none compares everybody with everybody.
_PAIRS = """
WITH here AS MATERIALIZED (
  SELECT p.id, p.name, p.initials, p.born_on, p.phone_index, p.identity_index, s.household_id, h.home_id
  FROM ({scope}) AS p
  LEFT JOIN members_stay s ON s.person_id = p.id AND s.until_on IS NULL
  LEFT JOIN members_household h ON h.id = s.household_id
), found AS (
  SELECT a.id AS one, b.id AS other FROM here a JOIN here b ON a.phone_index = b.phone_index AND a.id < b.id
  WHERE a.phone_index <> '' AND (a.name = b.name OR (
    (a.born_on IS NULL OR b.born_on IS NULL OR a.born_on = b.born_on) AND (
      (a.initials <> '' AND a.initials = b.initials) OR (
        char_length(a.name) = char_length(b.name) AND char_length(a.name) >= 3
        AND left(a.name, 1) = left(b.name, 1)
        AND (substr(a.name, 2, 1) = substr(b.name, 2, 1) OR substr(a.name, 3, 1) = substr(b.name, 3, 1))))))
  UNION SELECT a.id, b.id FROM here a JOIN here b ON a.name = b.name AND a.born_on = b.born_on AND a.id < b.id
  UNION SELECT a.id, b.id FROM here a JOIN here b
    ON a.name = b.name AND a.household_id = b.household_id AND a.id < b.id
  UNION SELECT a.id, b.id FROM here a JOIN here b ON a.name = b.name AND a.home_id = b.home_id AND a.id < b.id
)
SELECT found.one, found.other FROM found
JOIN here a ON a.id = found.one JOIN here b ON b.id = found.other
WHERE (a.identity_index = '' OR b.identity_index = '' OR a.identity_index = b.identity_index)
  AND NOT EXISTS (SELECT 1 FROM members_apart t WHERE t.one_id = found.one AND t.other_id = found.other)
  AND (%s::bigint IS NULL OR (found.other, found.one) < (%s, %s))
ORDER BY found.other DESC, found.one DESC LIMIT %s
"""
_COLUMNS = ("id", "name", "initials", "born_on", "phone_index", "identity_index")


def pairs(actor: Actor, *, after: tuple[int, int] | None = None, size: int = PAGE) -> list[Pair]:
    """Pairs in scope that are likely one person, the newest record first; `after` goes on behind a pair's key."""
    scope, values = Person.objects.visible_to(actor).here().values(*_COLUMNS).query.sql_with_params()
    other, one = after or (None, None)
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS.format(scope=scope), [*values, other, other, one, size])
        found = cursor.fetchall()
    people = _people(pk for pair in found for pk in pair)
    return [Pair(a, b, reasons(traits_of(a), traits_of(b))) for a, b in ((people[x], people[y]) for x, y in found)]


def told_apart(actor: Actor, *, size: int = 100) -> list[Apart]:
    """Pairs in scope that somebody told apart, the latest first."""
    inside = Person.objects.visible_to(actor).here()
    rows = Apart.objects.filter(one__in=inside, other__in=inside).select_related("one", "other")
    return list(rows.order_by("-at", "-pk")[:size])


def _people(ids: Iterable[int]) -> dict[int, Person]:
    return {person.pk: person for person in with_homes(Person.objects.filter(pk__in=set(ids)))}
