"""The demonstration's points: budgets of all communities, what hours and duties of the last weeks earned, and
proposals that wait, are late, lack a budget, or look odd.

All invented; the same ones for the same day. Written in bulk: the ledger's own triggers hold here, too.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.demo import USERNAMES
from accounts.models import Posting, User
from governance.copying import new_keys
from governance.deadlines import services as deadlines
from governance.deadlines.services import ClockSpec
from governance.deadlines.terms import Terms
from governance.scope import PLATFORM, Role, UnitKind
from grids.models import Unit
from members.models import Person, ServiceHours, Stay
from points.earning import claims, clocks, rules
from points.ledger import accounts, services
from points.ledger.posting import Cause, content_of
from points.models import Account, Claim, EarningRule, Entry, FundLimit, Lot, Transaction

# Points are tried out since so many days; all of it together is some 50,000 points.
DAYS = 200
LIMIT_EACH, SPARE = 1500, 200
_DEEDS = (
    "独居老人生病住院，连续五天陪护送饭", "发现楼道冒烟，及时报警并疏散邻居", "雪天自发清理单元门前积雪和台阶",
    "拾到钱包主动交到社区并找到失主", "帮残疾邻居代办证件、搬运过冬物资", "义务修理楼道照明和健身器材",
)  # fmt: skip
_ADVICE = ("建议在小区东门增设减速带，已采纳", "建议调整垃圾投放时间，已采纳", "建议增设电动车充电棚，已采纳")


@dataclass
class _Rows:
    """What one community writes."""

    claims: list[Claim] = field(default_factory=list)
    transactions: list[Transaction] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    lots: list[Lot] = field(default_factory=list)


@dataclass
class _Scene:
    """One community: who works there, whose the points may be, what was earned on which day."""

    unit: Unit
    secretary: tuple[int, str]
    worker: tuple[int, str]
    rules: dict[str, EarningRule]
    rng: random.Random
    now: datetime
    rows: _Rows = field(default_factory=_Rows)
    used: dict[tuple[int, date], int] = field(default_factory=lambda: defaultdict(int))

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)


def fill(*, now: datetime, progress: Callable[[int], object] | None = None) -> None:
    """Fill this subject for the demo; harmless to repeat.

    In one change: the workers that sweep claims meanwhile would give what stands here half written.
    """
    communities = list(Unit.objects.open().filter(kind=UnitKind.COMMUNITY).order_by("code").select_related("district"))
    if not communities or FundLimit.objects.exists():
        return
    today = timezone.localdate(now)
    with transaction.atomic(durable=True):
        known = _rules(communities[0], today, now)
        # Of the month that has ended.
        claims.duties((today.replace(day=1) - timedelta(days=1)).replace(day=1), now)
        for number, unit in enumerate(communities):
            done = _community(_scene(unit, known, now), number)
            if progress is not None:
                progress(done)
        _limits(communities, today, now)


def _rules(unit: Unit, today: date, now: datetime) -> dict[str, EarningRule]:
    rules.ensure_default_rules(int(unit.district_id or 0), (today - timedelta(days=DAYS)).replace(day=1), now)
    return {rule.code: rule for rule in EarningRule.objects.filter(district_id=unit.district_id)}


def _scene(unit: Unit, known: dict[str, EarningRule], now: datetime) -> _Scene:
    def holder(role: Role) -> tuple[int, str]:
        post = Posting.objects.filter(unit=unit, role=role.value).select_related("user").order_by("pk").first()
        return (post.user_id, post.user.name) if post else (0, "社区工作人员")

    rng = random.Random(f"points-{unit.code}")
    return _Scene(unit, holder(Role.COMMUNITY_SECRETARY), holder(Role.COMMUNITY_WORKER), known, rng, now)


def _community(scene: _Scene, number: int) -> int:
    """What was earned, then the budget that paid for it, then what still waits."""
    waits = list(Claim.objects.filter(community=scene.unit, state="waiting").select_related("person"))
    homes = _homes([one.person_id for one in waits])
    known = [claim for claim in waits if _worth(claim, scene, homes)]
    made = [*_of_hours(scene), *_deeds(scene)]
    given = known + [claim for claim in made if claim.points]
    by_year: dict[int, list[Claim]] = defaultdict(list)
    for claim in given:
        by_year[timezone.localdate(claim.decided_at or scene.now).year].append(claim)
    by_year.setdefault(scene.today.year, [])
    keys = iter(new_keys(Claim, len(made)))
    for claim in made:
        claim.pk = next(keys)
    for year, earned in sorted(by_year.items()):
        _give(scene, year, earned, spare=0 if number == 1 else SPARE + scene.rng.randint(0, 30) * 10)
    _write(scene, made, known)
    _waiting(scene, number)
    return len(given)


def _place(unit: Unit, grid_id: int | None = None) -> dict[str, Any]:
    return {
        "district_id": unit.district_id, "street_id": unit.street_id, "community_id": unit.pk, "grid_id": grid_id,
    }  # fmt: skip


def _capped(scene: _Scene, person_id: int, on: date, rule: EarningRule, asked: int) -> int:
    """The caps of a day and a month, as the rules say."""
    day, month = (person_id, on), (person_id, on.replace(day=1) - timedelta(days=1))
    left = asked if rule.day_most is None else min(asked, rule.day_most - scene.used[day])
    left = left if rule.month_most is None else min(left, rule.month_most - scene.used[month])
    left = max(0, left)
    scene.used[day] += left
    scene.used[month] += left
    return left


def _award_at(scene: _Scene, at: datetime) -> datetime:
    return min(at + timedelta(seconds=scene.rng.randint(5, 20)), scene.now)


def _worth(claim: Claim, scene: _Scene, homes: dict[int, int]) -> bool:
    """A duty of last month: given on the first of this one."""
    rule = rules.rule_for(claim.district_id, claim.kind, claim.match, claim.on)
    if rule is None or claim.person_id is None:
        return False
    if rule.earner == "household":
        claim.household_id = homes.get(claim.person_id)
        if claim.household_id is None:
            return False
    first = timezone.make_aware(datetime.combine(claim.on + timedelta(days=1), time(0, 30)))
    claim.rule, claim.points = rule, rules.worth(rule, claim.quantity)
    claim.at = claim.decided_at = min(first, scene.now)
    return True


def _homes(people: Iterable[int | None]) -> dict[int, int]:
    return dict(Stay.objects.filter(person__in=people, until_on=None).values_list("person", "household"))


def _of_hours(scene: _Scene) -> list[Claim]:
    """Every row of confirmed hours since points are tried out."""
    since = scene.today - timedelta(days=DAYS)
    rows = ServiceHours.objects.confirmed().filter(community=scene.unit, on__gte=since, minutes__gt=0)
    rule, found = scene.rules["service_hours"], []
    for row in rows.select_related("activity", "person").defer("person__search").order_by("on", "pk"):
        points = _capped(scene, row.person_id, row.on, rule, rules.worth(rule, row.minutes))
        found.append(_claim(
            scene, (claims.HOURS, row.pk), "hours", row.person, row.activity.title, row.on, rule, points,
            _award_at(scene, row.decided_at or scene.now), quantity=row.minutes, about=row.activity_id,
        ))  # fmt: skip
    return found


def _claim(
    scene: _Scene, source: tuple[str, int], kind: str, person: Person, title: str, on: date, rule: EarningRule,
    points: int, at: datetime, **more: Any,
) -> Claim:  # fmt: skip
    why = "" if points else f"已达到“{rule.name}”的上限。"
    return Claim(
        source_type=source[0], source_id=source[1], kind=kind, person_id=person.pk, title=title, on=on, rule=rule,
        points=points, state="waiting" if points else "refused", why=why, at=at, decided_at=at,
        **_place(scene.unit, person.grid_id), **more,
    )  # fmt: skip


def _deeds(scene: _Scene) -> list[Claim]:
    """A few good deeds and proposals that were taken up, approved by the secretary a day or two later."""
    rng, people = scene.rng, _residents(scene, 3)
    found = []
    for person in people[: rng.randint(1, 3)] + [one for one in _signing_in(scene) for _ in range(4)]:
        code = rng.choice(("good_deed", "civil_advice"))
        on = scene.today - timedelta(days=rng.randint(4, DAYS - 1))
        said = rng.choice(_DEEDS if code == "good_deed" else _ADVICE)
        approved = timezone.make_aware(datetime.combine(on + timedelta(days=2), time(9, rng.randint(0, 59))))
        found.append(_by_hand(scene, person, scene.rules[code], on, said, approved=approved))
    return found


def _residents(scene: _Scene, count: int) -> list[Person]:
    grown = (date(scene.now.year - 75, 1, 1), date(scene.now.year - 18, 1, 1))
    people = Person.objects.here().filter(community=scene.unit, born_on__range=grown).order_by("pk")
    some = list(people.values_list("pk", flat=True)[:200])
    chosen = scene.rng.sample(some, min(count, len(some)))
    return list(Person.objects.filter(pk__in=chosen).defer("search").order_by("pk"))


def _signing_in(scene: _Scene) -> list[Person]:
    """Whoever tries the demonstration has points of their own."""
    phones = User.objects.filter(username__in=USERNAMES.values()).exclude(phone_index="").values("phone_index")
    people = Person.objects.here().filter(community=scene.unit, phone_index__in=phones)
    return list(people.defer("search").order_by("pk"))


def _by_hand(
    scene: _Scene, person: Person, rule: EarningRule, on: date, words: str, *, approved: datetime | None = None,
    quantity: int = 1, at: datetime | None = None,
) -> Claim:  # fmt: skip
    """A proposal of the community's worker, given when it was approved."""
    made = at or timezone.make_aware(datetime.combine(on, time(16, scene.rng.randint(0, 59))))
    claim = Claim(
        source_type="manual", source_id=new_keys(Claim, 1)[0], kind="manual", person_id=person.pk, title=rule.name,
        on=on, rule=rule, quantity=quantity, points=rules.worth(rule, quantity), words=words, at=min(made, scene.now),
        proposed_by_user=scene.worker[0], proposed_by_name=scene.worker[1], state="proposed",
        **_place(scene.unit, person.grid_id),
    )  # fmt: skip
    if approved is not None:
        claim.state, claim.decided_at = "waiting", min(approved, scene.now)
        claim.approved_by_user, claim.approved_by_name = scene.secretary
        claim.approved_at = claim.decided_at
    return claim


def _period(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)


def _give(scene: _Scene, year: int, earned: list[Claim], spare: int) -> None:
    """The budget of the year, filled with what it gave and some more; the rows of each award."""
    begin, end = _period(year)
    budget = accounts.of_budget(scene.unit, from_on=begin, until_on=end, now=scene.now)
    points = sum(claim.points for claim in earned) + spare
    if points:
        cause = Cause(key=f"demo:fund:{scene.unit.code}:{year}", unit=scene.unit, by=PLATFORM, now=scene.now)
        issue = accounts.of_issue(budget.district_id, scene.now)
        services.fund(issue=issue, budget=budget, points=points, cause=cause)
    holders = _holders(earned, scene.now)
    for key, claim in zip(new_keys(Transaction, len(earned)), earned, strict=True):
        _award(scene, key, claim, budget, holders[claim.household_id or 0, claim.person_id or 0])


def _holders(earned: list[Claim], now: datetime) -> dict[tuple[int, int], Account]:
    """An account for each who earns: (household, person) → account."""
    homes = {claim.household_id for claim in earned if claim.household_id}
    people = {claim.person_id for claim in earned if not claim.household_id}
    district = {claim.district_id for claim in earned}
    for name, ids in (("household_id", homes), ("person_id", people)):
        known = set(Account.objects.filter(kind="holder", **{f"{name}__in": ids}).values_list(name, flat=True))
        Account.objects.bulk_create(
            Account(kind="holder", district_id=min(district), opened_at=now, **{name: pk})
            for pk in sorted(pk for pk in ids if pk and pk not in known)
        )
    by_home = {row.household_id: row for row in Account.objects.filter(kind="holder", household__in=homes)}
    by_person = {row.person_id: row for row in Account.objects.filter(kind="holder", person__in=people)}
    return {
        (claim.household_id or 0, claim.person_id or 0): by_home[claim.household_id]
        if claim.household_id
        else by_person[claim.person_id]
        for claim in earned
    }


def _award(scene: _Scene, key: int, claim: Claim, budget: Account, holder: Account) -> None:
    at = claim.decided_at or scene.now
    expires = rules.expires_on(claim.rule or scene.rules["good_deed"], timezone.localdate(at))
    source = ("earning.claim", claim.pk)
    asked = {"from": budget.pk, "to": holder.pk, "points": claim.points, "expires_on": expires}
    scene.rows.transactions.append(Transaction(
        pk=key, kind="award", key=f"claim:{claim.pk}", content=content_of("award", source, asked),
        source_type=source[0], source_id=source[1], points=claim.points, words=claim.title,
        by_user=claim.approved_by_user or 0, by_name=claim.approved_by_name or PLATFORM.user_name,
        on=timezone.localdate(at), at=at, unit_id=scene.unit.pk, **{**_place(scene.unit), "grid_id": None},
    ))  # fmt: skip
    for account, amount in sorted(((budget.pk, -claim.points), (holder.pk, claim.points))):
        scene.rows.entries.append(Entry(transaction_id=key, account_id=account, amount=amount))
    scene.rows.lots.append(Lot(
        transaction_id=key, account_id=holder.pk, amount=claim.points, left=claim.points, expires_on=expires
    ))  # fmt: skip
    claim.transaction_id, claim.state = key, "awarded"


def _write(scene: _Scene, made: list[Claim], known: Sequence[Claim] = ()) -> None:
    rows = scene.rows
    Transaction.objects.bulk_create(rows.transactions)
    Entry.objects.bulk_create(rows.entries)
    Lot.objects.bulk_create(rows.lots)
    Claim.objects.bulk_create(made)
    names = ("transaction", "rule", "points", "state", "household", "at", "decided_at")
    for claim in known:
        claim.save(update_fields=names)


def _waiting(scene: _Scene, number: int) -> None:
    """Proposals that wait: in every second community; one late, one without a budget, one that looks odd."""
    rng, rule = scene.rng, scene.rules["good_deed"]
    made: list[Claim] = []
    people = _residents(scene, 10)
    if number % 2 == 0 and people:
        made.append(_by_hand(scene, people[0], rule, scene.today, rng.choice(_DEEDS), at=scene.now))
    if number == 0 and len(people) > 1:
        early = scene.now - timedelta(days=9)
        made.append(_by_hand(scene, people[1], rule, early.date(), rng.choice(_DEEDS), at=early))
    if number == 1 and people:
        made.append(_by_hand(scene, people[0], rule, scene.today, rng.choice(_DEEDS), quantity=6, at=scene.now))
        made[-1].state, made[-1].approved_at = "second", scene.now
        made[-1].approved_by_user, made[-1].approved_by_name = scene.secretary
    if number == 1 and len(people) > 1:
        short = _by_hand(scene, people[1], rule, scene.today, rng.choice(_DEEDS), at=scene.now)
        short.state, short.why = "short", f"预算不足：需要 {short.points} 分，现有 0 分。"
        short.approved_by_user, short.approved_by_name, short.approved_at = (*scene.secretary, scene.now)
        made.append(short)
    for claim in made:
        claim.pk = claim.source_id
    Claim.objects.bulk_create(made)
    _start_clocks([one for one in made if one.state in ("proposed", "second")], scene.now)
    if number == 0:
        _odd(scene, people[2:])


def _odd(scene: _Scene, people: list[Person]) -> None:
    """Eight at one minute: the review lists them."""
    at = timezone.make_aware(datetime.combine(scene.today - timedelta(days=2), time(17, 58)))
    rule, on = scene.rules["good_deed"], scene.today - timedelta(days=3)
    scene.rows = _Rows()
    made = [_by_hand(scene, one, rule, on, _DEEDS[2], approved=at) for one in people]
    for claim in made:
        claim.pk = claim.source_id
    year = timezone.localdate(min(at, scene.now)).year
    begin, end = _period(year)
    budget = accounts.of_budget(scene.unit, from_on=begin, until_on=end, now=scene.now)
    points = sum(claim.points for claim in made)
    if points:
        cause = Cause(key=f"demo:fund:{scene.unit.code}:{year}:more", unit=scene.unit, by=PLATFORM, now=scene.now)
        issue = accounts.of_issue(budget.district_id, scene.now)
        services.fund(issue=issue, budget=budget, points=points, cause=cause)
    holders = _holders(made, scene.now)
    for key, claim in zip(new_keys(Transaction, len(made)), made, strict=True):
        _award(scene, key, claim, budget, holders[0, claim.person_id or 0])
    _write(scene, made)


def _start_clocks(waiting: list[Claim], now: datetime) -> None:
    """A clock for each, begun when it was proposed; the sweep finds the late ones."""
    version = deadlines.policy_version_at(clocks.POLICY, now)
    terms = Terms.parse(version.terms)
    specs = []
    for one in waiting:
        kind, unit = (clocks.SECOND, one.street_id) if one.state == "second" else (clocks.APPROVE, one.community_id)
        specs.append(ClockSpec(
            subject_type=clocks.SUBJECT, subject_id=one.pk, kind=kind, term=terms[kind], started_at=one.at,
            unit_id=unit, policy_version_id=version.pk,
        ))  # fmt: skip
    for one, clock in zip(waiting, deadlines.start_many(specs, now), strict=True):
        one.due_at, one.card = clock.due_at, "red" if clock.due_at < now else ""
    Claim.objects.bulk_update(waiting, ["due_at", "card"])


def _limits(communities: list[Unit], today: date, now: datetime) -> None:
    """What the district set for each street: more than was given, in round numbers."""
    for year in sorted({today.year, (today - timedelta(days=DAYS)).year}):
        begin, end = _period(year)
        sums: dict[int, int] = defaultdict(int)
        for account in Account.objects.filter(kind="budget", from_on=begin, unit__in=communities):
            came = Entry.objects.filter(account=account, amount__gt=0).values_list("amount", flat=True)
            sums[next(one.street_id or 0 for one in communities if one.pk == account.unit_id)] += sum(came)
        counts: dict[int, int] = defaultdict(int)
        for unit in communities:
            counts[unit.street_id or 0] += 1
        FundLimit.objects.bulk_create(
            FundLimit(
                street_id=street, district_id=int(communities[0].district_id or 0), from_on=begin, until_on=end,
                points=-(-max(sums[street], LIMIT_EACH * count // 2) // 1000) * 1000 + 1000, set_by_name="区网格中心",
                set_at=now,
            )
            for street, count in sorted(counts.items())
        )  # fmt: skip
