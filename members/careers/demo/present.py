"""What is under way: procedures at each stage, a few of them late, and this year's appraisal in some streets.

Taken through the services by the people whose part it is, at moments that have passed, so that every limit is real.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.acting import actor_from
from accounts.models import Posting
from governance.errors import DomainError
from governance.scope import Actor, Role, UnitKind
from grids.models import Unit
from members.careers.conditions import conditions_of
from members.careers.services import appraisals, procedures
from members.careers.services.appraisals import Line
from members.careers.services.procedures import Measured
from members.models import Appraisal, AppraisalRound, Career, CareerProcedure

# Kind, path, how far it has come, and how many days ago it began. Five working days are seven days.
_STORIES = (
    ("promotion", "grid_to_worker", "nominated", 1), ("promotion", "grid_to_worker", "nominated", 12),
    ("promotion", "grid_to_worker", "reviewed", 2), ("promotion", "to_committee", "reviewed", 10),
    ("promotion", "grid_to_worker", "public_notice", 4), ("promotion", "to_committee", "public_notice", 3),
    ("promotion", "grid_to_worker", "suspended", 4), ("promotion", "grid_to_worker", "public_notice", 30),
    ("promotion", "to_committee", "public_notice", 13), ("promotion", "grid_to_worker", "withdrawn", 20),
    ("removal", "duties", "proposed", 1), ("removal", "absent", "proposed", 9), ("removal", "duties", "hearing", 3),
    ("removal", "two_failed", "heard", 6), ("removal", "duties", "decided", 8), ("measure", "reward", "proposed", 2),
    ("measure", "discipline", "reviewed", 5), ("measure", "reward", "reviewed", 26),
)  # fmt: skip
_WORDS = {
    "promotion": "连续两年考核合格，入户走访扎实，居民评价好。", "removal": "多次无故脱岗，经约谈教育仍未改正。",
    "measure": "在防汛值守和矛盾调解中表现突出。",
}  # fmt: skip
_ROUNDS = 3


def play(*, now: datetime, progress: Callable[[int], Any]) -> None:
    """Play the stories, each in another community, and begin this year's appraisal; nothing where there are some."""
    done = set(CareerProcedure.objects.values_list("career__community_id", flat=True))
    communities = iter(Unit.objects.open().filter(kind=UnitKind.COMMUNITY).order_by("street__code", "code"))
    # Every fifth: so that streets differ.
    places = list(communities)[::5]
    for story, community in zip(_STORIES, places, strict=False):
        cast = _Cast(community, now)
        if community.pk not in done and cast.is_complete and _play(cast, *story, now):
            progress(1)
    _begin_rounds(now)


class _Cast:
    """Who acts for a community, its street and its district."""

    def __init__(self, community: Unit, now: datetime) -> None:
        self.community = community
        self.secretary = _actor(Role.COMMUNITY_SECRETARY, community.pk, now)
        self.street = _actor(Role.STREET_STAFF, community.street_id or 0, now)
        self.centre = _actor(Role.DISTRICT_CENTRE, community.district_id or 0, now)

    @property
    def is_complete(self) -> bool:
        """Whether there is somebody for every part."""
        return None not in (self.secretary, self.street, self.centre)


def _actor(role: Role, unit_id: int, now: datetime) -> Any:
    in_force = Posting.objects.in_force(timezone.localdate(now)).filter(role=role.value, unit_id=unit_id)
    posting = in_force.select_related("user", "unit").order_by("pk").first()
    return actor_from(posting, now=now) if posting else None


def _play(cast: _Cast, kind: str, path: str, until: str, days: int, now: datetime) -> bool:
    began = now - timedelta(days=days)
    career = _somebody(cast.community, kind, path, timezone.localdate(began))
    if career is None:
        return False
    measured = None
    if kind == "measure":
        day = timezone.localdate(began)
        end = day + timedelta(days=180) if path == "discipline" else None
        measured = Measured(name="嘉奖" if path == "reward" else "警告", from_on=day, until_on=end)
    made = procedures.propose(
        career_id=career.pk, kind=kind, path=path, words=_WORDS[kind], measured=measured, by=cast.secretary, now=began
    )
    try:
        _go_on(made.pk, kind, until, cast, began)
    except DomainError:
        # As far as the rules let it come: that is a state, too.
        return True
    return True


def _go_on(pk: int, kind: str, until: str, cast: _Cast, began: datetime) -> None:
    """Step by step, some hours between."""
    step = _Steps(pk, cast, began)
    if until == "withdrawn":
        procedures.withdraw(procedure_id=pk, words="本人放弃，撤回提名。", by=cast.secretary, now=step.next())
    if kind == "removal":
        _remove(step, until)
    elif until not in {"nominated", "proposed", "withdrawn"}:
        procedures.review(procedure_id=pk, support=True, words="情况属实，同意。", by=cast.street, now=step.next())
        if until in {"public_notice", "suspended"}:
            where = f"{cast.community.name}公示栏"
            procedures.publish(procedure_id=pk, where=where, by=cast.street, now=step.next())
        if until == "suspended":
            words = "有居民反映其任职年限不足，申请核实。"
            procedures.object_to(procedure_id=pk, words=words, by=cast.street, now=step.next())


class _Steps:
    """The moments of the steps."""

    def __init__(self, pk: int, cast: _Cast, began: datetime) -> None:
        self.pk, self.cast, self.at = pk, cast, began

    def next(self) -> datetime:
        """Three hours later."""
        self.at += timedelta(hours=3)
        return self.at


def _remove(step: _Steps, until: str) -> None:
    if until == "proposed":
        return
    day = timezone.localdate(step.at + timedelta(hours=3))
    procedures.deliver(procedure_id=step.pk, how="in_person", on=day, by=step.cast.street, now=step.next())
    if until == "hearing":
        return
    words = "本人承认脱岗，说明家中老人住院，请求从轻。"
    procedures.hear(procedure_id=step.pk, statement=words, by=step.cast.street, now=step.next())
    if until == "decided":
        procedures.decide(procedure_id=step.pk, accept=True, words="予以清退。", by=step.cast.centre, now=step.next())


def _somebody(community: Unit, kind: str, path: str, on: date) -> Career | None:
    """The first of the community whom it fits; for a promotion one who meets its conditions."""
    post = {"grid_to_worker": "grid", "to_committee": "worker"}.get(path)
    rows = Career.objects.serving().filter(community=community, entered_on__lt=on).select_related("person")
    rows = rows.filter(post=post) if post else rows.filter(post__in=("worker", "grid"))
    career: Career
    for career in rows.order_by("pk"):
        if kind != "promotion" or all(one.met for one in conditions_of(career, path, on)):
            return career
    return None


def _begin_rounds(now: datetime) -> None:
    """This year's appraisal of three streets: just begun, half filled in, reviewed by the street."""
    year = timezone.localdate(now).year
    streets = list(Unit.objects.open().filter(kind=UnitKind.STREET).order_by("code"))[:_ROUNDS]
    for place, street in enumerate(streets):
        actor: Actor | None = _actor(Role.STREET_STAFF, street.pk, now)
        if actor is None or AppraisalRound.objects.filter(street=street, year=year).exists():
            continue
        try:
            found = appraisals.open_round(street_id=street.pk, year=year, by=actor, now=now - timedelta(days=5))
        except DomainError:
            continue
        if place:
            _fill_in(found, actor, place, now)


def _fill_in(found: AppraisalRound, actor: Actor, place: int, now: datetime) -> None:
    """In the second street half of the communities, in the third all, which is then handed up."""
    lines = list(
        Appraisal.objects.filter(round=found).order_by("community_id", "pk").values_list("career_id", "community_id")
    )
    communities = list(dict.fromkeys(community for _, community in lines))
    done = set(communities if place > 1 else communities[: len(communities) // 2])
    sent = {career: Line("good") for career, community in lines if community in done}
    appraisals.set_results(round_id=found.pk, lines=sent, by=actor, now=now - timedelta(days=2))
    if place > 1:
        appraisals.submit_round(round_id=found.pk, by=actor, now=now - timedelta(days=1))
