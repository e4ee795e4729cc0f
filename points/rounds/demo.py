"""The demo's rounds in the district's own number (35 先锋小哥 in five), and notices of two months. All invented."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from governance.days import start_of
from grids.models import Unit
from members.models import Courier, Person, TeamMember
from points.models import Notice, NoticeLine, Round, RoundCriterion, RoundNomination, RoundVote
from points.rounds.notices.selectors import last_month
from points.rounds.notices.tallies import last_day, tally
from points.rounds.selection import clocks

HONOURED, ROUNDS, COMMUNITIES = 35, 5, 6
_SEASONS = ("第一季度", "第二季度", "第三季度", "第四季度")
_CRITERIA = (("服务群众、参与治理", 40, 0), ("上报问题属实并办结", 30, 0), ("积分", 30, 300))
_DEEDS = (
    "配送途中连续上报道路坑洼、井盖缺失等隐患{n}处，均已整改，避免多起摔伤。",
    "暴雪天为独居老人送药送菜{n}次，分文不取，帮老人清扫门前积雪。",
    "发现楼道飞线充电及时劝导并上报，配合社区排查{n}个单元。",
    "途中扶起摔倒老人并送医，垫付费用，家属送来锦旗；全年参加志愿服务{n}小时。",
    "带动站点{n}名同事加入移动网格员队伍，每周随手拍上报问题。",
    "发现居民家中冒烟，第一时间报警并协助疏散{n}户居民。",
    "坚持文明骑行零违章，给新骑手讲交通安全课{n}次。",
    "举报无证售卖过期食品线索{n}条，经核查属实。",
    "疫情和极端天气期间承担应急物资配送{n}单，未误一单。",
    "为社区居家老人代办缴费、取快递{n}次，坚持一年多。",
)


def fill(*, now: datetime, progress: Callable[[int], object] | None = None) -> None:
    """Fill rounds and notices where there are none yet; harmless to repeat. Works with an empty ledger."""
    done = 0
    if not Round.objects.exists():
        done += _fill_rounds(now)
    if not Notice.objects.exists():
        done += _fill_notices(now)
    if progress is not None:
        progress(done)


def _fill_rounds(now: datetime) -> int:
    district = Unit.objects.filter(kind="district", closed_on=None).order_by("code").first()
    couriers = [row.person for row in Courier.objects.open().select_related("person").defer("person__search")]
    couriers = [person for person in couriers if person.state == "here"]
    if district is None or len(couriers) < ROUNDS + 1:
        return 0
    rng = random.Random(f"rounds-{district.code}")
    rng.shuffle(couriers)
    seats = max(1, min(HONOURED, len(couriers) // 2) // ROUNDS)
    with transaction.atomic():
        for number in range(ROUNDS):
            mine = couriers[number * seats : (number + 1) * seats]
            others = rng.sample(couriers[(number + 1) * seats :], min(seats, len(couriers) - (number + 1) * seats))
            _past(district, number, mine, others, rng, now)
        _voting(district, couriers[ROUNDS * seats :][:12], rng, now)
        _reviewing(rng, now)
    return ROUNDS + 2


def _round(unit: Unit, title: str, seats: int, at: datetime, **more: Any) -> Round:
    said: dict[str, Any] = {
        "unit": unit, "district_id": unit.district_id, "street_id": unit.street_id, "title": title, "kind": "pioneer",
        "nominees": "couriers", "way": "voting", "tie": "more", "seats": seats, "nominate_days": 10, "decide_days": 5,
        "notice_days": 5, "from_on": (at - timedelta(days=95)).date(), "until_on": (at - timedelta(days=5)).date(),
        "words": "面向快递员、外卖骑手等新就业群体，评选在服务群众、参与基层治理中表现突出的先锋小哥。",
        "made_by_user": 0, "made_by_name": "区网格中心", "made_at": at, "changed_at": at,
    }  # fmt: skip
    found = Round.objects.create(**(said | more))
    RoundCriterion.objects.bulk_create(
        RoundCriterion(round=found, name=name, weight=weight, full_points=full) for name, weight, full in _CRITERIA
    )
    return found


def _named(
    found: Round, people: Sequence[Person], state: str, rng: random.Random, at: datetime
) -> Iterator[RoundNomination]:
    for person in people:
        waits = state == "nominated"
        yield RoundNomination(
            round=found, person=person, district_id=person.district_id, street_id=person.street_id,
            community_id=person.community_id, grid_id=person.grid_id, state=state, by_user=0, by_name="社区工作者",
            words=rng.choice(_DEEDS).format(n=rng.randint(3, 28)), by_unit="社区", at=at,
            reviewed_by_name="" if waits else "街道工作人员", reviewed_at=None if waits else at + timedelta(days=4),
        )  # fmt: skip


def _past(
    district: Unit, number: int, chosen: Sequence[Person], others: Sequence[Person], rng: random.Random, now: datetime
) -> None:
    """Announced a quarter of a year after the other, the last one six weeks ago."""
    over = now - timedelta(days=45 + 91 * (ROUNDS - 1 - number))
    season = timezone.localdate(over - timedelta(days=40))
    title = f"{season.year} 年{_SEASONS[(season.month - 1) // 3]}先锋小哥评选"
    begun = over - timedelta(days=40)
    found = _round(
        district, title, len(chosen), begun, state="announced", announced_on=timezone.localdate(over),
        voters=0, changed_at=over,
    )  # fmt: skip
    rows = [*_named(found, chosen, "honoured", rng, begun), *_named(found, others, "passed_over", rng, begun)]
    for row in rows:
        row.votes = rng.randint(60, 140) if row.state == "honoured" else rng.randint(5, 55)
    RoundNomination.objects.bulk_create(rows)
    found.voters = sum(row.votes or 0 for row in rows)
    found.save(update_fields=["voters"])


def _voting(district: Unit, people: Sequence[Person], rng: random.Random, now: datetime) -> None:
    """The sixth: the voting began yesterday."""
    at = now - timedelta(days=1)
    season = timezone.localdate(now)
    title = f"{season.year} 年{_SEASONS[(season.month - 1) // 3]}先锋小哥评选（第六批）"
    found = _round(district, title, max(1, len(people) // 2), at, state="voting")
    rows = RoundNomination.objects.bulk_create(_named(found, people, "approved", rng, at - timedelta(days=12)))
    RoundVote.objects.bulk_create(
        RoundVote(id=uuid.UUID(int=rng.getrandbits(128), version=4), round=found, nomination=rng.choice(rows),
                  voter=f"{rng.getrandbits(256):064x}")
        for _ in range(48)
    )  # fmt: skip
    clocks.start(found, at)
    found.save(update_fields=["clock_kind", "due_at", "card"])


def _reviewing(rng: random.Random, now: datetime) -> None:
    """A street's, whose review is late."""
    members = TeamMember.objects.filter(until_on=None, person__state="here").order_by("pk").values("person")
    first = Person.objects.filter(pk__in=members).select_related("street").defer("search").order_by("pk").first()
    if first is None:
        return
    people = list(Person.objects.filter(pk__in=members, street=first.street_id).defer("search").order_by("pk")[:5])
    at = now - timedelta(days=12)
    found = _round(
        first.street, f"{timezone.localdate(now).year} 年度优秀志愿者评选", 3, at, kind="volunteer",
        nominees="volunteers", state="reviewing", words="从参加志愿服务的居民中评选。", made_by_name="街道工作人员",
    )  # fmt: skip
    RoundNomination.objects.bulk_create(_named(found, people, "nominated", rng, at))
    clocks.start(found, at)
    found.save(update_fields=["clock_kind", "due_at", "card"])


# Notices ------------------------------------------------------------------------------------------------------------


def _fill_notices(now: datetime) -> int:
    """Two months of a few communities; of the last month one is a draft yet, and one is missing."""
    month = last_month(timezone.localdate(now))
    units = list(Unit.objects.open().filter(kind="community").order_by("code")[:COMMUNITIES])
    with transaction.atomic():
        for number, unit in enumerate(units):
            _notice(unit, last_month(month), now, is_draft=False)
            if number != len(units) - 1:
                _notice(unit, month, now, is_draft=number == len(units) - 2)
    return len(units) * 2


def _notice(unit: Unit, month: date, now: datetime, *, is_draft: bool) -> None:
    found = tally(unit.pk, month)
    rng = random.Random(f"notice-{unit.code}-{month}")
    made = start_of(last_day(month) + timedelta(days=4))
    at = min(now, made + timedelta(hours=9))
    place: dict[str, Any] = {"district_id": unit.district_id, "street_id": unit.street_id, "community_id": unit.pk}
    notice = Notice.objects.create(
        unit=unit, month=month, code="".join(rng.choice("23456789abcdefghjkmnpqrstuvwxyz") for _ in range(12)),
        given=found.total.given, exchanged=found.total.exchanged, people=found.people, unnamed=found.unnamed,
        unnamed_given=found.unnamed_sums.given, unnamed_exchanged=found.unnamed_sums.exchanged, made_at=at,
        made_by_name="社区工作者", **place,
    )  # fmt: skip
    NoticeLine.objects.bulk_create(
        NoticeLine(notice=notice, place=line.place, name=line.name, given=line.sums.given,
                   exchanged=line.sums.exchanged)
        for line in found.lines
    )  # fmt: skip
    if not is_draft:
        notice.state, notice.published_at, notice.published_by_name = "published", at, "社区书记"
        notice.save(update_fields=["state", "published_at", "published_by_name"])
