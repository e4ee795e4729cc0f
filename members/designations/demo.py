"""Designations of the demo in the district's own numbers, and 112 couriers, some of whom sign in. All invented."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from accounts.demo import PASSWORD, USERNAMES
from accounts.models import Posting, User
from governance.scope import PLACE, Role
from grids.models import Unit
from grids.names import initials_of
from members.designations.kinds import ensure_default_kinds
from members.models import Courier, Designation, DesignationKind, PartyHousehold, PartyMembership, PartyPost, Person
from members.models.party import GROUP_LEADER, RETIRED_SOE, SECRETARY

# The district's own figures: domain.md. For fewer people than a district's, fewer.
HEADS, STRONG, RETURNING, RESIDENTS, STEWARDS, COURIERS, ACCOUNTS = 132, 1724, 695, 10_000, 204, 112, 24
# What the names of the couriers' own accounts begin with.
USERNAME = "qishou"
_WHOLE = 150_000
_GROUNDS = {
    "geese": ("“五雁争辉”行动名单", "社区党委会议研究", "党员本人申请、支部推荐"),
    "ten": ("“十员”行动名单", "社区与站点商定", "本人申请、社区审核"),
    "residents": ("居民代表会议推荐", "网格议事会推荐", "本人申请、社区审核"),
}
_COMPANIES = ("美团", "饿了么", "顺丰", "京东", "中通", "圆通", "韵达", "极兔", "中国邮政", "达达")
_ROUTES = ("小区—商圈", "万达商圈周边", "学校和医院沿线", "社区内各小区", "主干道沿线")
_BATCH = 2000
_Who = dict[str, Any]


def fill(*, now: datetime, progress: Callable[[int], Any] = lambda n: None) -> None:
    """Add the demo's designations and couriers where there are none yet; the same each time. Needs the party's demo
    and the party households before it."""
    ensure_default_kinds()
    if Designation.objects.exists():
        return
    with transaction.atomic():
        kinds = {kind.code: kind for kind in DesignationKind.objects.all()}
        today, scale = timezone.localdate(now), min(1.0, Person.objects.here().count() / _WHOLE)
        rows = [*_geese(kinds, scale, today, now), *_residents(kinds, scale, today, now)]
        couriers = _couriers(scale, today, now)
        rows += _ten(kinds, couriers, today, now)
        Designation.objects.bulk_create(rows, batch_size=_BATCH)
    progress(len(rows))


def _one(kind: DesignationKind, who: _Who, since: date, rng: random.Random, now: datetime) -> Designation:
    """Of somebody, in the grid where they live, or the community."""
    return Designation(
        kind=kind, person_id=who["pk"], unit_id=who["grid_id"] or who["community_id"], from_on=since,
        grounds=rng.choice(_GROUNDS[kind.family]), named_by_user=0, named_by_name="社区书记",
        named_by_unit=who["community__name"], made_at=now, **{name: who[name] for name in PLACE},
    )  # fmt: skip


def _since(rng: random.Random, today: date) -> date:
    return today - timedelta(days=rng.randint(20, 1200))


def _people(rows: Any) -> list[_Who]:
    return list(rows.order_by("pk").values("pk", "community__name", "residence", *PLACE))


def _geese(kinds: Any, scale: float, today: date, now: datetime) -> Iterator[Designation]:
    """Retired members of state enterprises: who leads a branch, who patrols, whose household looks after others."""
    rng = random.Random("geese")
    retired = PartyMembership.objects.current().filter(category=RETIRED_SOE).values("person_id")
    members = Person.objects.here().filter(pk__in=retired, grid__isnull=False)
    leads = PartyPost.objects.filter(until_on=None, post__in=(SECRETARY, GROUP_LEADER), person__isnull=False)
    for code, rows, wanted in (
        ("head", members.filter(pk__in=leads.values("person_id")), HEADS),
        ("strong", members.filter(born_on__gte=today - timedelta(days=76 * 365)), STRONG),
        ("returning", members.filter(pk__in=PartyHousehold.objects.open().values("person_id")), RETURNING),
    ):
        for who in _drawn(_people(rows), max(1, round(wanted * scale)), rng):
            yield _one(kinds[code], who, _since(rng, today), rng, now)


def _residents(kinds: Any, scale: float, today: date, now: datetime) -> Iterator[Designation]:
    """Active residents of every grid; some whose term is over, a few who moved."""
    rng = random.Random("residents")
    grown = Person.objects.here().filter(
        grid__isnull=False, born_on__gte=today - timedelta(days=78 * 365), born_on__lte=today - timedelta(days=28 * 365)
    )
    people = _people(grown)
    for code, wanted in (("resident_backbone", RESIDENTS), ("lane_steward", STEWARDS)):
        now_in, once = round(wanted * scale), round(wanted * scale * 0.03)
        drawn = _drawn(people, now_in + once, rng)
        for who in drawn[:now_in]:
            made = _one(kinds[code], who, _since(rng, today), rng, now)
            chance = rng.random()
            if chance < 0.3:
                made.until_on = made.from_on + timedelta(days=3 * 365)
            if 0.3 < chance < 0.304:
                made.moved_on = today - timedelta(days=rng.randint(1, 25))
            yield made
        for who in drawn[now_in:]:
            made = _one(kinds[code], who, today - timedelta(days=rng.randint(1300, 1500)), rng, now)
            made.until_on, made.ended_how, made.words = made.from_on + timedelta(days=1000), "withdrawn", "届满调整"
            yield made


def _drawn(people: Sequence[_Who], count: int, rng: random.Random) -> list[_Who]:
    return rng.sample(people, min(count, len(people)))


# Couriers -----------------------------------------------------------------------------------------------------------


def _couriers(scale: float, today: date, now: datetime) -> list[tuple[Courier, _Who]]:
    """Young people who rent, a community after the other; the listed part-time account is the first one's."""
    rng = random.Random("couriers")
    young = Person.objects.here().filter(
        born_on__gte=today - timedelta(days=45 * 365), born_on__lte=today - timedelta(days=20 * 365)
    )
    by_community: dict[int, list[_Who]] = defaultdict(list)
    for who in _people(young.filter(residence="floating")) or _people(young):
        by_community[who["community_id"]].append(who)
    chosen = list(_in_turn([rng.sample(people, len(people)) for people in by_community.values()], COURIERS))
    chosen = chosen[: max(3, round(COURIERS * max(scale, 0.25)))]
    made = [(_courier(who, rng, today, now), who) for who in chosen]
    _give_accounts([courier for courier, _ in made], rng, now)
    Courier.objects.bulk_create([courier for courier, _ in made])
    _serve([courier for courier, _ in made], rng)
    return made


def _in_turn(groups: Iterable[list[_Who]], most: int) -> Iterator[_Who]:
    left = [group for group in groups if group]
    for _ in range(most):
        for group in list(left):
            yield group.pop()
            if not group:
                left.remove(group)


def _courier(who: _Who, rng: random.Random, today: date, now: datetime) -> Courier:
    company = rng.choice(_COMPANIES)
    trade = "rider" if company in ("美团", "饿了么", "达达") else "courier"
    place = who["community__name"].removesuffix("社区").removesuffix("村")
    return Courier(
        person_id=who["pk"], trade=trade, company=company, station=f"{company}{place}站", routes=rng.choice(_ROUTES),
        from_on=_since(rng, today), made_at=now, **({name: who[name] for name in PLACE} | {"grid_id": None}),
    )  # fmt: skip


def _give_accounts(couriers: list[Courier], rng: random.Random, now: datetime) -> None:
    """The listed account goes to a courier of its own community; others get accounts of their own."""
    listed = Posting.objects.filter(user__username=USERNAMES[Role.PART_TIME_GRID_WORKER]).select_related("unit").first()
    home = listed.unit.community_id if listed else None
    first = next((courier for courier in couriers if courier.community_id == home), None)
    if first is not None and listed is not None:
        first.user_id = listed.user_id
    others = [courier for courier in couriers if courier is not first][:: max(1, len(couriers) // ACCOUNTS)][:ACCOUNTS]
    grids = dict(
        Unit.objects.open().filter(kind="grid").order_by("-code").values_list("community_id", "pk")
    )  # the first of each community
    others = [courier for courier in others if courier.community_id in grids]
    names = dict(Person.objects.filter(pk__in=[one.person_id for one in others]).values_list("pk", "name"))
    encoded = make_password(PASSWORD)
    users = User.objects.bulk_create(
        User(
            username=f"{USERNAME}{number:03d}", name=names[one.person_id],
            initials=initials_of(names[one.person_id])[:32], password=encoded, password_set_at=now, is_active=True,
        )
        for number, one in enumerate(others, start=1)
    )  # fmt: skip
    role = Role.PART_TIME_GRID_WORKER.value
    Posting.objects.bulk_create(
        Posting(user=user, unit_id=grids[one.community_id], role=role, starts_on=one.from_on)
        for user, one in zip(users, others, strict=True)
    )
    for user, one in zip(users, others, strict=True):
        one.user = user


def _serve(couriers: list[Courier], rng: random.Random) -> None:
    """Each serves its station's community and up to two beside it."""
    beside: dict[int, list[int]] = defaultdict(list)
    for pk, street_id in Unit.objects.open().filter(kind="community").order_by("code").values_list("pk", "street_id"):
        beside[street_id].append(pk)
    links = Courier.units.through
    links.objects.bulk_create(
        links(courier_id=courier.pk, unit_id=unit_id)
        for courier in couriers
        for unit_id in sorted(
            {courier.community_id, *rng.sample(beside[courier.street_id], min(2, len(beside[courier.street_id])))}
        )
    )


def _ten(kinds: Any, couriers: list[tuple[Courier, _Who]], today: date, now: datetime) -> Iterator[Designation]:
    """All of them are mobile part-time grid workers, and one to four of the others."""
    rng = random.Random("ten")
    others = [code for code, kind in kinds.items() if kind.for_couriers and code != "mobile_grid_worker"]
    for courier, who in couriers:
        at_community = who | {"grid_id": None}
        for code in ["mobile_grid_worker", *rng.sample(others, rng.randint(1, 4))]:
            since = min(today, courier.from_on + timedelta(days=rng.randint(0, 20)))
            yield _one(kinds[code], at_community, since, rng, now)
