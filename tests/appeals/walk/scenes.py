"""Who plays which part in an appeal, and how one is brought to each situation by the services themselves."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection

from appeals import services
from appeals.models import Appeal, Category
from appeals.services import hotline
from governance.files import services as files
from governance.files.models import Attachment
from governance.outbox import services as outbox
from governance.outbox.models import Delivery
from governance.scope import Actor
from tests.appeals.asking import REASON, WAITING
from tests.appeals.conftest import REPLY, RESULT, new_appeal
from tests.files.crafted import picture, upload
from tests.walk.people import Company, above

# Monday 23 November 2026, 10:00: when everything is made; the steps that are walked are taken an hour later.
MADE = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
WALKED = MADE + timedelta(hours=1)
REVIEW = date(2026, 12, 10)
SATISFIED = services.VisitReport(method="phone", reached=True, solved=True, satisfaction="satisfied")
WORDS = "请查明原因，限期回复。"


@dataclass(frozen=True)
class Scene:
    """The parts, by name of unit or person. `visitor` is whose desk it comes to once it is resolved."""

    name: str
    registrar: str
    desk: str
    dispatcher: str
    lead: str
    handler: str
    helper: str
    assistant: str
    visitor: str
    caller: str
    # Who decides three days more, who decides to put it aside for two weeks, who orders supervision.
    lengthens: str
    shelves: str
    supervisor: str
    place: str = "grid_1"


SCENES = {
    scene.name: scene
    for scene in [
        Scene(
            "district_to_department", "DS@department_3", "district", "DC@district", "department_1", "DS@department_1",
            "department_2", "DS@department_2", "street_1", "SS@street_1", "district", "district", "DC@district",
        ),
        Scene(
            "street_to_community", "EL@enterprise_1", "street_1", "SS@street_1", "community_1", "CW@community_1",
            "squad_1", "SS@squad_1", "street_1", "SS@street_1", "street_1", "street_1", "SL@street_1",
        ),
        Scene(
            "community_to_grid", "PG@grid_1", "community_1", "CW@community_1", "grid_1", "GW@grid_1", "grid_2",
            "GW@grid_2", "community_1", "CW@community_1", "community_1", "street_1", "SL@street_1",
        ),
        Scene(
            "district_to_street", "DC@district", "district", "DC@district", "street_1", "SS@street_1", "department_2",
            "DS@department_2", "district", "DC@district", "district", "district", "DC@district",
        ),
    ]
}  # fmt: skip


@dataclass
class World:
    """The company, and the appeals that were brought to situations already."""

    company: Company
    _made: dict[tuple[str, str], int] = field(default_factory=dict)
    _evidence: dict[str, uuid.UUID] = field(default_factory=dict)

    def actor(self, person: str) -> Actor:
        """The person as who acts."""
        return self.company.actors[person]

    def id_of(self, unit: str) -> int:
        """The unit's key."""
        return self.company.units[unit].pk

    def appeal(self, scene: Scene, situation: str) -> Appeal:
        """An appeal in this situation, as the database has it: made once, and again if a case has undone it."""
        key = scene.name, situation
        found = Appeal.objects.filter(pk=self._made.get(key)).first()
        if found is None:
            self._made[key] = self.bring(scene, situation)
            # Looked at now, references of all that was made are not looked at again after each case.
            connection.check_constraints()
            found = Appeal.objects.get(pk=self._made[key])
        return found

    def bring(self, scene: Scene, situation: str) -> int:
        """A new appeal, brought to the situation along the line of those before it."""
        made = SITUATIONS[situation]
        if made.after is None:
            category = Category.objects.get(path=made.category) if made.category else None
            new = new_appeal(unit_id=self.id_of(scene.place), category_id=category.pk if category else None)
            return services.register(new=new, by=self.actor(scene.registrar), now=MADE).pk
        pk = self.bring(scene, made.after)
        for take in made.steps:
            take(Case(self, scene, Appeal.objects.get(pk=pk), MADE))
        return pk

    def evidence(self, person: str) -> list[uuid.UUID]:
        """A photo of this person's that was given to nothing yet; the same one when asked again."""
        found = self._evidence.get(person)
        if found is None or not Attachment.objects.filter(pk=found, subject_id=None).exists():
            draft = files.store(upload=upload("现场.jpg", picture()), kind="photo", by=self.actor(person), now=MADE)
            self._evidence[person] = found = draft.pk
        return [found]


@dataclass
class Case:
    """An appeal in a scene at a moment: what a sample needs to call a service validly."""

    world: World
    scene: Scene
    appeal: Appeal
    now: datetime = WALKED

    def call(self, service: Callable[..., Any], person: str, **values: Any) -> Any:
        """Take a step of this appeal as this person."""
        return service(appeal_id=self.appeal.pk, by=self.world.actor(person), now=self.now, **values)

    def other(self) -> int:
        """Another appeal of the same scene that was just registered."""
        return self.world.appeal(self.scene, "other").pk

    def below(self, person: str) -> int:
        """A unit to which the person may hand work and that has no part in the scene; for anyone else their own."""
        spare = {"district": "department_3", "street_1": "squad_2", "community_1": "grid_3", "street_2": "community_3"}
        unit = person.partition("@")[2]
        return self.world.id_of(spare.get(unit, unit))

    def own(self, person: str) -> int:
        """The person's unit."""
        return self.world.company.unit_of(person).pk


def dispatch(case: Case) -> None:
    """To the lead, with its helper."""
    scene, world = case.scene, case.world
    case.call(
        services.dispatch, scene.dispatcher, to_unit_id=world.id_of(scene.lead),
        assisting_unit_ids=[world.id_of(scene.helper)],
    )  # fmt: skip


def accept(case: Case) -> None:
    """By both of them."""
    case.call(services.accept, case.scene.handler)
    case.call(services.accept, case.scene.assistant)


def ask_extension(case: Case) -> None:
    """By the lead, for three days."""
    evidence = case.world.evidence(case.scene.handler)
    case.call(services.ask_extension, case.scene.handler, amount=3, reason=REASON, attachment_ids=evidence)


def ask_shelving(case: Case) -> None:
    """By the lead, for two weeks."""
    evidence = case.world.evidence(case.scene.handler)
    case.call(
        services.ask_shelving, case.scene.handler, kind="season", reason=WAITING, review_on=REVIEW,
        attachment_ids=evidence,
    )  # fmt: skip


def shelve(case: Case) -> None:
    """By who decides it."""
    who = "SL@street_1" if case.scene.shelves == "street_1" else "DC@district"
    case.call(services.decide_shelving, who, grant=True, words="同意挂账，到期复核。")


def send_back(case: Case) -> None:
    """By the lead."""
    case.call(services.send_back, case.scene.handler, reason="not_my_duty", words="不属于本单位的职责范围。")


def supervise(case: Case) -> None:
    """By the scene's supervisor."""
    case.call(services.supervise, case.scene.supervisor, words=WORDS)


def answer(case: Case) -> None:
    """By the lead."""
    case.call(services.answer_supervision, case.scene.handler, answer="已安排维修，本周五之前完成。")


def resolve(case: Case) -> None:
    """By the lead."""
    case.call(services.resolve, case.scene.handler, result=RESULT, public_reply=REPLY)


def visit(case: Case) -> None:
    """By the visitor: solved and satisfied."""
    case.call(services.visit, case.scene.caller, report=SATISFIED)


def merge(case: Case) -> None:
    """Into another of the scene, by the desk."""
    case.call(services.merge, case.scene.dispatcher, into_id=case.other())


def reject(case: Case) -> None:
    """By the district centre, which may everywhere."""
    case.call(
        services.reject,
        "DC@district",
        reason="in_court",
        words="已经进入诉讼程序。",
        public_reply="您的诉求已由法院受理。",
    )


def city_returns(case: Case, event: str = "resolved") -> None:
    """The appeal is the hotline's, and the city refuses what it was told of it."""
    pk = case.appeal.pk
    Appeal.objects.filter(pk=pk).update(channel="hotline", source_number=f"DQ{pk}")
    happened = case.now.isoformat()
    payload = {"event": event, "happened_at": happened} | (
        {"reply": REPLY} if event in {"resolved", "rejected"} else {}
    )
    outbox.enqueue(
        channel="hotline", key=f"hotline:{pk}:1", address="", payload=payload, now=case.now, stream=f"hotline:{pk}",
        sequence=1, subject_type="appeals.appeal", subject_id=pk,
    )  # fmt: skip
    refusal = {"code": "R01", "reason": "答复未说明完成时间"}
    hotline.take_refusal(Delivery.objects.get(key=f"hotline:{pk}:1"), refusal, case.now)


@dataclass(frozen=True)
class Situation:
    """How an appeal comes there from the one before; `desk_is_visitor` once the work is done."""

    state: str
    after: str | None = None
    steps: tuple[Callable[[Case], None], ...] = ()
    category: str = ""
    is_handed: bool = False
    has_open_parts: bool = False
    desk_is_visitor: bool = False
    is_with_lead: bool = False


def _handled(state: str, after: str, *steps: Callable[[Case], None]) -> Situation:
    return Situation(state, after, steps, is_handed=True, has_open_parts=True, is_with_lead=True)


SITUATIONS: dict[str, Situation] = {
    "registered": Situation("registered"),
    "other": Situation("registered"),
    "dispatched": _handled("dispatched", "registered", dispatch),
    "returned": Situation("registered", "dispatched", (send_back,), is_handed=True),
    "in_progress": _handled("in_progress", "dispatched", accept),
    "extension_asked": _handled("in_progress", "in_progress", ask_extension),
    "shelving_asked": _handled("in_progress", "in_progress", ask_shelving),
    "shelved": _handled("shelved", "shelving_asked", shelve),
    "supervised": _handled("in_progress", "in_progress", supervise),
    "answered": _handled("in_progress", "supervised", answer),
    "resolved": Situation("resolved", "in_progress", (resolve,), is_handed=True, desk_is_visitor=True),
    "city_returned": Situation("resolved", "resolved", (city_returns,), is_handed=True, desk_is_visitor=True),
    "closed": Situation("closed", "resolved", (visit,), is_handed=True, desk_is_visitor=True),
    "merged": Situation("merged", "registered", (merge,)),
    "rejected": Situation("rejected", "registered", (reject,)),
    "illegal": Situation("registered", category="城乡建设/城乡规划/违章建筑"),
    "staged": _handled("in_progress", "illegal", dispatch, accept),
}


def standings(scene: Scene, situation: Situation, person: str) -> set[str]:
    """How the person stands to the appeal, in the words of `expected.py`; empty for who does not see it."""
    unit = person.partition("@")[2]
    desk = scene.visitor if situation.desk_is_visitor else scene.desk
    lies_with = scene.lead if situation.is_with_lead else desk
    found = {"seer"}
    found |= {"desk"} if unit == desk else set()
    found |= {"above"} if unit in above(desk) else set()
    if situation.has_open_parts:
        found |= {"lead"} if unit == scene.lead else set()
        found |= {"helper"} if unit == scene.helper else set()
    found |= {"registrar"} if person == scene.registrar else set()
    found |= {"own_report"} if person == scene.registrar and person[:2] in {"GW", "PG"} else set()
    found |= {"district"} if unit == "district" else set()
    found |= {"overseer"} if unit in above(lies_with) and unit in {"district", "street_1"} else set()
    found |= {"named"} if unit == scene.lead else set()
    found |= {"issuer"} if unit == scene.supervisor.partition("@")[2] else set()
    return found


def sees(scene: Scene, situation: Situation, person: str, territorial: str) -> bool:
    """Whether the appeal is in the person's scope, by the words of rights.md."""
    role, _, unit = person.partition("@")
    if person == scene.registrar:
        return True
    with_unit = situation.is_handed and unit in {scene.lead, scene.helper}
    if role == "DS":
        return with_unit
    if role not in territorial.split():
        return False
    return unit in {scene.place, *above(scene.place)} or with_unit
