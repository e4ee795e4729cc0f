"""The last days of the demo district: appeals that take every step through the services, at the moment it happened.

The sweep runs between them at the times when it would have, so cards, history and messages are the real ones.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from accounts.acting import actor_from
from accounts.models import Posting
from appeals import services
from appeals.demo.past import Cast, client_key
from appeals.demo.story import Story, spread, tell
from appeals.demo.texts import AGAIN_WORDS, DISPATCH_WORDS, RETURN_WORDS, VISIT_WORDS
from appeals.models import Appeal
from appeals.services import NewAppeal, VisitReport
from governance.deadlines.sweeping import sweep
from governance.errors import DomainError, NotAllowed
from governance.scope import Actor, Role
from grids.models import Unit

DAYS = 12


@dataclass(order=True)
class Event:
    """Something that happens at a moment; events of all appeals are played in order of time."""

    at: datetime
    order: int
    run: Callable[[datetime], Any] = field(compare=False)


def play(*, count: int, first: int, now: datetime, progress: Callable[[int], Any] = lambda n: None) -> None:
    """Play `count` recent appeals up to `now`. What an earlier, killed run has done is refused and passed over."""
    grids = list(Unit.objects.open().filter(kind="grid").select_related("street", "community").order_by("code"))
    cast = Cast.read(now)
    begin = now - timedelta(days=DAYS)
    events: list[Event] = []
    for number in range(first, first + count):
        # Now and then a person comes again with the same matter; that one is merged into the first.
        again = number > first and number % 24 == 5
        story = replace(tell(number - 1, grids), number=number) if again else tell(number, grids)
        _plan(events, story, cast, begin, now, again=again)
    swept = begin
    for event in sorted(events):
        if event.at - swept > timedelta(hours=3):
            swept = event.at
            sweep(swept)
        # A refusal means that another step came first; so it goes in life, too.
        with suppress(DomainError):
            event.run(event.at)
        progress(1)
    sweep(now)


def _plan(
    events: list[Event], story: Story, cast: Cast, begin: datetime, now: datetime, *, again: bool = False
) -> None:
    """The steps of one appeal, as far as they lie before now; some stay lying where they are."""
    rng, line = story.luck, Line(story, cast)
    at = spread(rng, begin, now - timedelta(minutes=10))
    steps = _steps(rng, line, story)
    if again:
        at, steps = now - timedelta(hours=rng.uniform(5, 40)), [steps[0], (timedelta(minutes=25), line.merge)]
    elif rng.random() < 0.03:
        steps = [steps[0], (timedelta(hours=2), line.reject)]
    elif now - at < timedelta(days=2) and rng.random() < 0.6:
        steps = steps[: rng.randint(1, 2)]
    for order, (delay, run) in enumerate(steps):
        if at + delay < now:
            events.append(Event(at + delay, story.number * 10 + order, run))


def _steps(rng: random.Random, line: Line, story: Story) -> list[tuple[timedelta, Callable[[datetime], Any]]]:
    """Every step of an appeal that goes its whole way, with how long after the registration it comes."""
    steps: list[tuple[timedelta, Callable[[datetime], Any]]] = [(timedelta(0), line.register)]
    pace = rng.choice([0.4, 0.7, 1.0, 1.0, 1.5, 3.5])
    gone = timedelta(hours=rng.uniform(0.3, 5) * pace)
    steps.append((gone, line.dispatch))
    gone += timedelta(hours=rng.uniform(0.5, 8) * pace)
    if rng.random() < 0.04 and story.goes_to_department:
        steps.append((gone, line.send_back))
        gone += timedelta(hours=rng.uniform(2, 20))
        steps.append((gone, line.adjudicate))
        gone += timedelta(hours=rng.uniform(1, 4))
    steps.append((gone, line.accept))
    gone += timedelta(hours=rng.uniform(1, 12) * pace)
    steps.append((gone, line.contact))
    gone += timedelta(hours=rng.uniform(10, 150) * pace)
    steps.append((gone, line.resolve))
    gone += timedelta(hours=rng.uniform(4, 60) * pace)
    steps.append((gone, line.visit))
    return steps


class Line:
    """The people who take one appeal along."""

    def __init__(self, story: Story, cast: Cast) -> None:
        self.story, self.cast = story, cast
        self.unit = cast.departments[story.matter.unit] if story.goes_to_department else story.grid.community
        self.desk = cast.district if story.goes_to_department else story.grid.street
        self.pk = 0

    def _actor(self, unit: Unit | None, now: datetime, *roles: Role) -> Actor:
        postings = [p for p in self._staff(unit) if not roles or p.role in roles]
        if not postings:
            # After an interrupted load an appeal may already lie elsewhere than this step expects it.
            raise NotAllowed("这个单位没有能办这一步的人。")
        return actor_from(self.story.luck.choice(postings), now=now)

    def _staff(self, unit: Unit | None) -> list[Posting]:
        return self.cast.staff[unit.pk] if unit else []

    def register(self, now: datetime) -> None:
        story = self.story
        by_grid = story.channel == "grid" and not story.goes_to_department
        street = self._actor(self.desk, now, Role.DISTRICT_CENTRE, Role.STREET_STAFF)
        by = self._actor(story.grid, now, Role.GRID_WORKER) if by_grid else street
        new = NewAppeal(
            title=story.title, content=story.content, channel=story.channel, urgency=story.urgency,
            category_id=self.cast.category(story.matter.category, random.Random(story.number)).pk,
            complainant=story.complainant, phone=story.phone, address=story.address, unit_id=story.grid.pk,
            client_key=client_key(story.number),
        )  # fmt: skip
        self.pk = services.register(new=new, by=by, now=now).pk

    def dispatch(self, now: datetime) -> None:
        if self.pk and self.unit:
            appeal = Appeal.objects.select_related("desk_unit").get(pk=self.pk)
            by = self._actor(self.desk, now, Role.DISTRICT_CENTRE, Role.STREET_STAFF)
            words = self.story.luck.choice(DISPATCH_WORDS)
            to = self.unit.pk
            if appeal.desk_unit_id != by.unit_id:
                by = self._actor(appeal.desk_unit, now, Role.COMMUNITY_WORKER, Role.COMMUNITY_SECRETARY)
            services.dispatch(appeal_id=self.pk, to_unit_id=to, words=words, by=by, now=now)

    def _lead(self, now: datetime) -> Actor:
        appeal = Appeal.objects.select_related("lead_unit").get(pk=self.pk)
        return self._actor(appeal.lead_unit or self.unit, now)

    def accept(self, now: datetime) -> None:
        services.accept(appeal_id=self.pk, by=self._lead(now), now=now)

    def contact(self, now: datetime) -> None:
        services.contact(appeal_id=self.pk, words="已电话联系诉求人，约定上门时间。", by=self._lead(now), now=now)

    def send_back(self, now: datetime) -> None:
        words = self.story.luck.choice(RETURN_WORDS)
        services.send_back(appeal_id=self.pk, reason="not_my_duty", words=words, by=self._lead(now), now=now)

    def adjudicate(self, now: datetime) -> None:
        by = self._actor(self.desk, now, Role.DISTRICT_CENTRE)
        uphold = self.story.luck.random() < 0.4
        words = "退单成立，改派。" if uphold else "经核实属你单位职责，请继续办理。"
        to = self.story.grid.street_id if uphold else None
        services.adjudicate(appeal_id=self.pk, uphold=uphold, words=words, to_unit_id=to, by=by, now=now)

    def resolve(self, now: datetime) -> None:
        matter = self.story.matter
        services.resolve(
            appeal_id=self.pk, result=matter.result, public_reply=matter.reply, by=self._lead(now), now=now
        )

    def reject(self, now: datetime) -> None:
        # What a grid worker registered lies with the community, which may not refuse: the street above it does.
        by = self._actor(self.desk, now, Role.DISTRICT_CENTRE, Role.STREET_LEADER)
        services.reject(
            appeal_id=self.pk, reason="in_court", words="该事项已由法院立案审理。", by=by, now=now,
            public_reply="您反映的事项已进入诉讼程序，请依照法院裁判办理。",
        )  # fmt: skip

    def merge(self, now: datetime) -> None:
        first = Appeal.objects.filter(client_key=client_key(self.story.number - 1)).values_list("pk", flat=True).first()
        desk = Appeal.objects.select_related("desk_unit").get(pk=self.pk).desk_unit
        by = self._actor(desk, now, Role.DISTRICT_CENTRE, Role.STREET_STAFF, Role.COMMUNITY_SECRETARY)
        if first is not None:
            services.merge(appeal_id=self.pk, into_id=first, words="同一诉求人反映同一事项。", by=by, now=now)

    def visit(self, now: datetime) -> None:
        rng = self.story.luck
        desk = Appeal.objects.select_related("desk_unit").get(pk=self.pk).desk_unit
        by = self._actor(desk, now, Role.DISTRICT_CENTRE, Role.STREET_STAFF, Role.COMMUNITY_WORKER)
        good = rng.random() > 0.1
        report = VisitReport(
            method="phone", reached=True, solved=good, satisfaction="satisfied" if good else "unsatisfied",
            words=rng.choice(VISIT_WORDS if good else AGAIN_WORDS),
        )  # fmt: skip
        services.visit(appeal_id=self.pk, report=report, by=by, now=now)
