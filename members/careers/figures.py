"""Figures of the workforce: how many came, rose and left in a time, and what a pay scale changed. No personal data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from governance.scope import Actor, UnitKind, place_column
from grids.models import Unit
from members.careers.pay import Scale, Scales
from members.careers.querysets import CareerQuerySet
from members.models import Career, CareerEvent
from members.models.careers import GRID, SERVING


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happens to careers: what it is called, and which events and careers it is."""

    label: str
    events: Q
    careers: Q


# Source: the district's own account: 择优聘用 178 名 35 周岁以下、本科以上学历人才; 补选 60 名居民骨干;
# 90 名优秀网格员晋升; 6 名优秀社区书记进入街道事业编; 清退 47 名履职不到位人员.
_ALL = Q()
HAPPENED: dict[str, Happening] = {
    "young": Happening(
        "聘用 35 周岁以下、本科以上人才", Q(kind="entered"),
        Q(under_35=True, degree__in=("bachelor", "master"), recruited__in=("open", "selected")),
    ),
    "elected": Happening("补选进入社区“两委”", Q(kind="entered"), Q(recruited="elected")),
    "promoted": Happening("网格员晋升社区工作者", Q(kind="promoted", before__post=GRID), _ALL),
    "institution": Happening("社区书记进入街道事业编", Q(kind="promoted", after__state="promoted"), _ALL),
    "removed": Happening("清退", Q(kind="removed"), _ALL),
    "regraded": Happening("晋级", Q(kind="regraded"), _ALL),
    "rewarded": Happening("受奖励", Q(kind="rewarded"), _ALL),
    "disciplined": Happening("受处分", Q(kind="disciplined"), _ALL),
    "left": Happening("辞职、退休", Q(kind__in=("resigned", "retired")), _ALL),
}  # fmt: skip


def happened(careers: CareerQuerySet, code: str, since: date | None, until: date | None) -> CareerQuerySet:
    """The careers to which it happened between two days, both included."""
    one = HAPPENED[code]
    events = CareerEvent.objects.filter(one.events)
    events = events.filter(on__gte=since) if since else events
    events = events.filter(on__lte=until) if until else events
    return careers.filter(one.careers, pk__in=events.values("career_id"))


def in_scope(actor: Actor) -> CareerQuerySet:
    """The careers that the actor's figures count; unlike the careers themselves a leader's, too."""
    column = place_column(actor.unit_kind, among=(UnitKind.DISTRICT, UnitKind.STREET))
    found: CareerQuerySet = Career.objects.filter(**{column: actor.unit_id}) if column else Career.objects.none()
    return found


def counts(actor: Actor, since: date, until: date) -> list[tuple[str, str, int]]:
    """Code, label and number of each happening; one query for each."""
    scope = in_scope(actor)
    return [(code, one.label, happened(scope, code, since, until).count()) for code, one in HAPPENED.items()]


@dataclass(frozen=True, slots=True)
class ScaleChange:
    """What a pay scale changed on its day for those in service: how many, and the average before and after, in yuan."""

    scale: Scale
    people: int
    before: int
    after: int

    @property
    def more(self) -> int:
        """Yuan a month more on average."""
        return self.after - self.before


def scale_changes(actor: Actor, today: date) -> list[ScaleChange]:
    """Every change of the scale until today, newest first; community workers alone, without the stage before."""
    scales = Scales.load()
    found = []
    for scale in reversed(scales.versions):
        earlier = scales.before(scale)
        if earlier is not None and scale.valid_from <= today:
            found.append(_change(actor, scale, earlier))
    return found


def _change(actor: Actor, scale: Scale, earlier: Scale) -> ScaleChange:
    rows = [(post, grade) for post, grade in standings(actor, scale.valid_from) if post != GRID]
    if not rows:
        return ScaleChange(scale, 0, 0, 0)
    before = sum(earlier.amount(post, grade) for post, grade in rows) / len(rows)
    after = sum(scale.amount(post, grade) for post, grade in rows) / len(rows)
    return ScaleChange(scale, len(rows), round(before), round(after))


def standings(actor: Actor, day: date) -> list[tuple[str, int]]:
    """Post and grade of everybody in scope who served on a day, from the history; one query."""
    served = in_scope(actor).filter(Q(ended_on=None) | Q(ended_on__gt=day), entered_on__lte=day)
    events = CareerEvent.objects.filter(career__in=served, on__lte=day, after__has_key="post")
    last = events.order_by("career_id", "-on", "-pk").distinct("career_id").values_list("after", flat=True)
    return [(after["post"], after["grade"]) for after in last]


def by_street(actor: Actor) -> list[dict[str, Any]]:
    """Each street (a street's leader: each community) with its people by post, in service now."""
    level = "community" if actor.unit_kind == UnitKind.STREET else "street"
    rows = in_scope(actor).filter(state=SERVING).order_by().values_list(f"{level}_id", "post")
    found: dict[int, dict[str, int]] = {}
    for unit_id, post in rows:
        counted = found.setdefault(unit_id, {})
        counted[post] = counted.get(post, 0) + 1
    units = Unit.objects.filter(pk__in=found).order_by("order", "code")
    return [{"unit": unit, "posts": found[unit.pk], "all": sum(found[unit.pk].values())} for unit in units]
