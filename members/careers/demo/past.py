"""What happened until now, written in bulk: who came, rose, was appraised, left."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from governance.audit import services as audit
from governance.scope import PLATFORM, UnitKind
from grids.models import Unit
from members.careers.grades import GradeRecord, anniversary, full_years, grade_of
from members.careers.pay import Scales
from members.careers.records import set_next_grade
from members.careers.services._common import event_of
from members.models import Appraisal, AppraisalRound, Career, CareerEvent, CareerMeasure, Person
from members.models.careers import DEPUTY, GRID, PROMOTED, REMOVED, SECRETARY, SERVING, WORKER

# How many of each the district tells of since 2022, over 102 communities.
YOUNG, ELECTED, RISEN, INSTITUTION, GONE = 178, 60, 90, 6, 47
BEGAN = date(2022, 3, 1)
_OFFICE = "区网格中心"
_GROUNDS = {"open": "公开招聘公告", "selected": "选聘备案表", "elected": "两委补选结果报告", "transferred": "转任通知"}
_REASONS = ("连续两年考核不合格", "履职不到位，经教育不改", "擅自离岗超过十五日")


@dataclass
class Life:
    """One career with what happened to it, in order; written once everybody is known."""

    career: Career
    events: list[tuple[str, date, dict[str, Any], str]] = field(default_factory=list)
    results: dict[int, str] = field(default_factory=dict)


class Pool:
    """Persons who may serve, each once: of the community first, then of anywhere."""

    def __init__(self, today: date) -> None:
        rows = Person.objects.here().filter(
            born_on__gt=anniversary(today, -56), born_on__lte=anniversary(today, -23)
        )  # fmt: skip
        self._by_community: dict[int, list[Person]] = defaultdict(list)
        for person in rows.only("id", "name", "born_on", "community_id").order_by("pk"):
            self._by_community[person.community_id].append(person)

    def take(self, community: Unit, born: tuple[date, date]) -> Person | None:
        """Somebody born between two days."""
        for people in (self._by_community[community.pk], *self._by_community.values()):
            for place, person in enumerate(people):
                if person.born_on is not None and born[0] <= person.born_on <= born[1]:
                    return people.pop(place)
        return None


def write(*, now: datetime, progress: Callable[[int], Any]) -> None:
    """All of it in one transaction, unless there are careers already."""
    with transaction.atomic(durable=True):
        if Career.objects.exists():
            return
        lives = list(_lives(timezone.localdate(now), now))
        if lives:
            _write(lives, now)
            district = Unit.objects.get(pk=lives[0].career.district_id)
            audit.record(
                action="career.demo", subject_type="unit", subject_id=district.pk, subject_label=district.name,
                after={"count": len(lives)}, by=PLATFORM, now=now,
            )  # fmt: skip
    progress(len(lives))


def _share(total: int, places: int, place: int) -> int:
    """How many of `total` fall to a place, spread evenly."""
    return (place + 1) * total // places - place * total // places


def _lives(today: date, now: datetime) -> Iterator[Life]:
    communities = list(Unit.objects.open().filter(kind=UnitKind.COMMUNITY).order_by("code"))
    grids: dict[int, list[Unit]] = defaultdict(list)
    for grid in Unit.objects.open().filter(kind=UnitKind.GRID).order_by("code"):
        grids[grid.community_id or 0].append(grid)
    pool, count = Pool(today), len(communities)
    for place, community in enumerate(communities):
        rng = random.Random(f"careers-{community.code}")
        maker = _Maker(community, pool, rng, today, now)
        shares = [_share(total, count, place) for total in (YOUNG, ELECTED, RISEN, INSTITUTION, GONE)]
        yield from maker.all(grids[community.pk], *shares)


class _Maker:
    """Makes the people of one community."""

    def __init__(self, community: Unit, pool: Pool, rng: random.Random, today: date, now: datetime) -> None:
        self.community, self.pool, self.rng, self.today, self.now = community, pool, rng, today, now

    def all(
        self, grids: list[Unit], young: int, elected: int, risen: int, institution: int, gone: int
    ) -> Iterator[Life]:  # fmt: skip
        """Who serves: a secretary, deputies, workers, a worker for each grid; and who has left."""
        made = [self._old(SECRETARY)]
        made += [self._elected() for _ in range(elected)]
        made += [self._old(DEPUTY) for _ in range(max(0, self.rng.randint(2, 3) - elected))]
        made += [self._young() for _ in range(young)]
        made += [self._risen() for _ in range(risen)]
        made += [self._old(WORKER) for _ in range(self.rng.randint(2, 4))]
        made += [self._grid(grid) for grid in grids]
        made += [self._gone(self.rng.choice(grids) if grids else None) for _ in range(gone)]
        made += [self._institution() for _ in range(institution)]
        yield from (life for life in made if life is not None)

    def _life(
        self, post: str, entered: date, recruited: str, *, age: tuple[int, int], degree: str, grid: Unit | None = None
    ) -> Life | None:
        """Somebody who was so old on entering."""
        born = anniversary(entered, -age[1] - 1) + timedelta(days=2), anniversary(entered, -age[0])
        person = self.pool.take(self.community, born)
        if person is None:
            return None
        unit = self.community
        career = Career(
            person=person, post=post, entered_on=entered, post_since=entered, recruited=recruited, degree=degree,
            certificate=self.rng.choices(("", "assistant", "social_worker"), (6, 3, 1))[0], made_at=self.now,
            under_35=full_years(person.born_on, entered) <= 35 if person.born_on else False, changed_at=self.now,
            district_id=unit.district_id or 0, street_id=unit.street_id or 0, community_id=unit.pk,
            grid_id=grid.pk if grid else None,
        )  # fmt: skip
        return Life(career, [("entered", entered, {"post": post}, _GROUNDS[recruited])])

    def _day(self, since: date, until: date) -> date:
        return since + timedelta(days=self.rng.randint(0, max(0, (until - since).days)))

    def _lately(self) -> date:
        return self._day(BEGAN, self.today - timedelta(days=150))

    def _old(self, post: str) -> Life | None:
        entered = self._day(date(2012, 1, 1), date(2021, 12, 1))
        degree = self.rng.choices(("college", "bachelor", "master"), (5, 4, 1))[0]
        return self._life(post, entered, "open" if post == WORKER else "selected", age=(22, 42), degree=degree)

    def _young(self) -> Life | None:
        degree = self.rng.choices(("bachelor", "master"), (7, 1))[0]
        return self._life(WORKER, self._lately(), self.rng.choice(("open", "selected")), age=(22, 35), degree=degree)

    def _elected(self) -> Life | None:
        return self._life(DEPUTY, self._lately(), "elected", age=(28, 50), degree="college")

    def _grid(self, grid: Unit) -> Life | None:
        degree = self.rng.choices(("", "college"), (1, 4))[0]
        return self._life(
            GRID, self._day(date(2017, 1, 1), date(2025, 6, 1)), "open", age=(22, 48), degree=degree, grid=grid
        )

    def _risen(self) -> Life | None:
        life = self._life(GRID, self._day(date(2015, 1, 1), date(2020, 3, 1)), "open", age=(22, 38), degree="college")
        if life is not None:
            rose = self._lately()
            life.career.post, life.career.post_since = WORKER, rose
            life.events.append(("promoted", rose, {"post": WORKER}, "优秀网格员晋升，公示无异议"))
        return life

    def _gone(self, grid: Unit | None) -> Life | None:
        post = GRID if grid and self.rng.random() < 0.7 else WORKER
        entered = self._day(date(2014, 1, 1), date(2021, 1, 1))
        life = self._life(post, entered, "open", age=(22, 45), degree="college", grid=grid if post == GRID else None)
        return self._ended(life, REMOVED, "removed", self.rng.choice(_REASONS))

    def _institution(self) -> Life | None:
        life = self._life(
            SECRETARY, self._day(date(2013, 1, 1), date(2018, 1, 1)), "selected", age=(22, 36), degree="bachelor"
        )
        return self._ended(life, PROMOTED, "promoted", "优秀社区书记招聘进入街道事业编，公示无异议")

    def _ended(self, life: Life | None, state: str, kind: str, words: str) -> Life | None:
        if life is not None:
            life.career.state, life.career.ended_on = state, self._lately()
            life.events.append((kind, life.career.ended_on, {"state": state}, words))
        return life


def _write(lives: list[Life], now: datetime) -> None:
    today, scales, rng = timezone.localdate(now), Scales.load(), random.Random("careers-results")
    years = [today.year - 2, today.year - 1]
    _appraise(lives, years, rng)
    events = [event for life in lives for event in _events_of(life, scales, today, now)]
    careers = [life.career for life in lives]
    Career.objects.bulk_create(careers, batch_size=500)
    _write_rounds(lives, years, now)
    _write_measures(careers, events, today, now, rng)
    set_next_grade([career for career in careers if career.state == SERVING], scales.on(today))
    Career.objects.bulk_update(careers, ["next_grade_on"], batch_size=500)
    for event in events:
        event.career_id = event.career.pk
    CareerEvent.objects.bulk_create(sorted(events, key=lambda event: event.on), batch_size=1000)


def _appraise(lives: Iterable[Life], years: list[int], rng: random.Random) -> None:
    """A fifth of a community's people at most are excellent; one in a hundred fails."""
    by_community: dict[int, list[Life]] = defaultdict(list)
    for life in lives:
        if life.career.state == SERVING:
            by_community[life.career.community_id].append(life)
    for people in by_community.values():
        for year in years:
            there = [life for life in people if life.career.entered_on.year <= year]
            excellent = set(map(id, rng.sample(there, len(there) // 5)))
            for life in there:
                other = rng.choices(("good", "basic", "failed"), (95, 4, 1))[0]
                life.results[year] = "excellent" if id(life) in excellent else other


def _events_of(life: Life, scales: Scales, today: date, now: datetime) -> Iterator[CareerEvent]:
    """The events, with a run of regrading on each first of July between them, and the pay of each day."""
    career, last = life.career, career_end(life.career, today)
    runs: list[tuple[str, date, dict[str, Any], str]] = [
        ("regraded", date(year, 7, 1), {}, f"{year} 年度集中晋级") for year in range(2016, last.year + 1)
    ]
    post, grade = "", 0
    for kind, on, change, words in sorted([*life.events, *runs], key=lambda one: one[1]):
        if not career.entered_on <= on <= last or (kind == "regraded" and on == career.entered_on):
            continue
        before = {"post": post, "grade": grade} if post else {}
        pay = scales.on(on).amount(post, grade) if post else None
        post = change.get("post", post)
        if "state" not in change:
            due = grade_of(_record(life, post, on), on, scales.on(on).rules)
            grade = due if kind != "regraded" else max(due, grade)
        if kind == "regraded" and before == {"post": post, "grade": grade}:
            continue
        after = dict(change) if "state" in change else {"post": post, "grade": grade}
        paid = None if "state" in change else scales.on(on).amount(post, grade)
        made = event_of(
            career, kind, on, by=PLATFORM, now=now, grounds=words, before=before, after=after, pay=(pay, paid)
        )
        made.by_unit = _OFFICE
        yield made
    career.grade = grade
    for year, result in life.results.items():
        told = {"year": year, "result": result}
        made = event_of(career, "appraised", date(year + 1, 1, 20), by=PLATFORM, now=now, after=told)
        made.by_unit = _OFFICE
        yield made


def career_end(career: Career, today: date) -> date:
    """The last day of the history."""
    return career.ended_on or today


def _record(life: Life, post: str, on: date) -> GradeRecord:
    career = life.career
    known = {year: result for year, result in life.results.items() if year < on.year}
    return GradeRecord(post, career.entered_on, career.degree, career.certificate, known)


def _write_rounds(lives: Iterable[Life], years: list[int], now: datetime) -> None:
    rounds: dict[tuple[int, int], AppraisalRound] = {}
    lines: list[Appraisal] = []
    for life in lives:
        career = life.career
        for year in years if life.results else ():
            if year not in life.results:
                continue
            at = timezone.make_aware(datetime(year + 1, 1, 20, 10))  # noqa: DTZ001
            found = rounds.setdefault((career.street_id, year), AppraisalRound(
                district_id=career.district_id, street_id=career.street_id, year=year, state="decided", opened_at=at,
                opened_by_name="街道", reviewed_at=at, reviewed_by_name="街道", decided_at=at, decided_by_name=_OFFICE,
            ))  # fmt: skip
            lines.append(_line(found, career, life.results[year]))
    AppraisalRound.objects.bulk_create(rounds.values())
    for line in lines:
        line.round_id = line.round.pk
    Appraisal.objects.bulk_create(lines, batch_size=1000)


def _line(found: AppraisalRound, career: Career, result: str) -> Appraisal:
    words = {"failed": "多次脱岗，群众投诉较多", "excellent": "走访入户和矛盾调解成效突出"}.get(result, "")
    return Appraisal(
        round=found, career=career, result=result, words=words, district_id=career.district_id,
        street_id=career.street_id, community_id=career.community_id, grid_id=career.grid_id,
    )  # fmt: skip


def _write_measures(
    careers: list[Career], events: list[CareerEvent], today: date, now: datetime, rng: random.Random
) -> None:
    """Some thirty rewards, and a dozen of disciplines, some of them in effect."""
    serving = [career for career in careers if career.state == SERVING and career.entered_on.year < today.year - 1]
    measures = []
    for number, career in enumerate(rng.sample(serving, min(42, len(serving)))):
        on = today - timedelta(days=rng.randint(30, 600))
        if number % 7 < 5:
            made = CareerMeasure(
                career=career, kind="reward", name="优秀社区工作者", from_on=on, grounds="年度表彰决定"
            )
        else:
            until = on + timedelta(days=180)
            made = CareerMeasure(career=career, kind="discipline", name="警告", from_on=on, until_on=until)
            made.grounds = "违反工作纪律，工作时间擅离岗位"
        measures.append(made)
        after = {"name": made.name, "until_on": made.until_on.isoformat() if made.until_on else ""}
        kind = "rewarded" if made.kind == "reward" else "disciplined"
        event = event_of(career, kind, on, by=PLATFORM, now=now, grounds=made.grounds, after=after)
        event.by_unit = _OFFICE
        events.append(event)
    CareerMeasure.objects.bulk_create(measures)
