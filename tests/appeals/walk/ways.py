"""One way for each "this step leads from here to there" of `expected.LEADS`, most in the scene of a street's community.

Most are the samples themselves; the others are written here, each with what has to happen first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from appeals import services
from appeals.models import Appeal
from governance.deadlines.models import PolicyVersion
from grids.models import Unit
from tests.appeals.asking import REASON
from tests.appeals.walk.samples import CORRECTED, SAMPLES
from tests.appeals.walk.scenes import MADE, SATISFIED, Case, city_returns

SCENE = "street_to_community"
CENTRE, LEADER, STREET, COMMUNITY = "DC@district", "SL@street_1", "SS@street_1", "CW@community_1"
HELPER, ANOTHER = "SS@squad_1", "SS@squad_2"
NOBODY = services.VisitReport(method="phone", reached=False)
AGAIN = replace(SATISFIED, solved=False, satisfaction="unsatisfied", words="昨晚又停了，没有修好。")
ANSWER = "已安排维修，本周五之前完成。"

First = Callable[[Case], None]


@dataclass(frozen=True)
class Way:
    """Who takes the step, in which situation, after what; `values` in the place of the sample's."""

    person: str
    situation: str
    first: tuple[First, ...] = ()
    values: dict[str, Any] | None = None
    scene: str = SCENE

    def call(self, case: Case, step: str) -> None:
        """Take it."""
        if step == "not_solved":
            services.complainant_unsatisfied(appeal_id=case.appeal.pk, words="问题没有解决。", now=case.now)
            return
        sample = SAMPLES[step]
        given = sample.values(case, self.person) if self.values is None else self.values
        case.call(sample.service, self.person, **given)

    def prepare(self, case: Case) -> None:
        """What has to happen first, within the case."""
        for take in self.first:
            take(replace(case, now=MADE))


def _by(person: str, step: str) -> First:
    """Somebody takes another step first, as its sample does."""
    return lambda case: case.call(SAMPLES[step].service, person, **SAMPLES[step].values(case, person))


def _helper_asks(case: Case) -> None:
    evidence = case.world.evidence(HELPER)
    case.call(services.ask_extension, HELPER, amount=3, reason=REASON, attachment_ids=evidence)


def _squad_is_asked(case: Case) -> None:
    case.call(services.add_assisting, STREET, unit_ids=[case.world.id_of("squad_2")])


def _handler_is_gone(case: Case) -> None:
    """The unit was closed, and nobody succeeded it."""
    Unit.objects.filter(pk=case.world.id_of("community_1")).update(closed_on=date(2026, 11, 1))


def _nobody_is_drawn(case: Case) -> None:
    """A policy that visits none of a hundred."""
    kept = Appeal.objects.select_related("policy_version").get(pk=case.appeal.pk).policy_version
    terms = kept.terms | {"visit": kept.terms["visit"] | {"sample": 0}}
    version = PolicyVersion.objects.create(policy=kept.policy, number=99, effective_from=MADE, terms=terms)
    Appeal.objects.filter(pk=case.appeal.pk).update(policy_version=version)


def _city_returns(event: str) -> First:
    """The city refuses an event of the appeal first."""
    return lambda case: city_returns(case, event)


def _orders(by: str, to: str, situation: str, *then: First) -> dict[str, Way]:
    """The three steps of an order in one situation."""
    order, answer = _by(by, "supervise"), _by(to, "answer_supervision")
    return {
        "supervise": Way(by, situation),
        "answer_supervision": Way(to, situation, (order, *then)),
        "review_supervision": Way(by, situation, (order, answer, *then)),
    }


_ELSEWHERE: dict[str, dict[str, Way]] = {
    "registered": _orders(CENTRE, STREET, "registered"),
    "dispatched": _orders(LEADER, COMMUNITY, "dispatched"),
    "in_progress": {},
    "shelved": _orders(LEADER, COMMUNITY, "shelved"),
    "resolved": _orders(CENTRE, STREET, "resolved"),
    "closed": _orders(CENTRE, STREET, "resolved", _by(CENTRE, "visit")),
}

# What the city returns in each state, and with what it is sent again: an explanation, or the corrected reply.
_EXPLAINED, _CORRECTED = {"words": "情况属实，请予受理。"}, {"public_reply": CORRECTED}
_RETURNED: dict[str, tuple[str, dict[str, str]]] = {
    "registered": ("accepted", _EXPLAINED),
    "dispatched": ("dispatched", _EXPLAINED),
    "in_progress": ("in_progress", _EXPLAINED),
    "shelved": ("shelved", _EXPLAINED),
    "closed": ("closed", _CORRECTED),
    "merged": ("merged", _EXPLAINED),
    "rejected": ("rejected", _CORRECTED),
}

# (from, step, to) where the sample is taken from another state, or leads to another one.
WAYS: dict[tuple[str, str, str], Way] = (
    {
        # Nobody of a street may: a grid worker's own report, or what lies with a community.
        ("registered", "handle_on_the_spot", "resolved"): Way("PG@grid_1", "registered", scene="community_to_grid"),
        ("registered", "adjudicate", "registered"): Way(
            STREET, "returned", values={"uphold": True, "words": "理由成立，另行交办。"}
        ),
        ("registered", "note", "registered"): Way(STREET, "registered"),
        ("dispatched", "accept", "dispatched"): Way(HELPER, "dispatched"),
        ("dispatched", "pass_down", "dispatched"): Way(COMMUNITY, "dispatched"),
        ("dispatched", "add_assisting", "dispatched"): Way(STREET, "dispatched"),
        ("dispatched", "contact", "dispatched"): Way(COMMUNITY, "dispatched"),
        ("dispatched", "finish_assisting", "dispatched"): Way(HELPER, "dispatched", (_by(HELPER, "accept"),)),
        ("dispatched", "decide_extension", "dispatched"): Way(
            LEADER, "in_progress", (_helper_asks, _by(COMMUNITY, "pass_down"))
        ),
        ("dispatched", "merge", "merged"): Way(STREET, "dispatched"),
        ("dispatched", "edit", "dispatched"): Way(STREET, "dispatched"),
        ("dispatched", "note", "dispatched"): Way(STREET, "dispatched"),
        ("in_progress", "accept", "in_progress"): Way(ANOTHER, "in_progress", (_squad_is_asked,)),
        ("in_progress", "merge", "merged"): Way(STREET, "in_progress"),
        ("in_progress", "edit", "in_progress"): Way(STREET, "in_progress"),
        ("in_progress", "decide_shelving", "in_progress"): Way(
            LEADER, "shelving_asked", values={"grant": False, "words": "具备施工条件，不同意。"}
        ),
        ("in_progress", "resolve", "closed"): Way(COMMUNITY, "in_progress", (_nobody_is_drawn,)),
        ("shelved", "note", "shelved"): Way(STREET, "shelved"),
        ("resolved", "visit", "resolved"): Way(STREET, "resolved", values={"report": NOBODY}),
        ("resolved", "visit", "in_progress"): Way(STREET, "resolved", values={"report": AGAIN}),
        ("resolved", "visit", "registered"): Way(STREET, "resolved", (_handler_is_gone,), {"report": AGAIN}),
        ("resolved", "not_solved", "in_progress"): Way("", "resolved"),
        ("resolved", "not_solved", "registered"): Way("", "resolved", (_handler_is_gone,)),
        ("resolved", "note", "resolved"): Way(STREET, "resolved"),
        ("closed", "reopen", "registered"): Way(CENTRE, "closed", (_handler_is_gone,)),
        ("resolved", "rework_for_hotline", "registered"): Way(STREET, "city_returned", (_handler_is_gone,)),
        ("closed", "rework_for_hotline", "in_progress"): Way(STREET, "closed", (_city_returns("closed"),)),
        ("closed", "rework_for_hotline", "registered"): Way(
            STREET, "closed", (_city_returns("closed"), _handler_is_gone)
        ),
        ("closed", "not_solved", "in_progress"): Way("", "closed"),
        ("closed", "not_solved", "registered"): Way("", "closed", (_handler_is_gone,)),
    }
    | {
        (state, step, state): way
        for state, ways in _ELSEWHERE.items()
        for step, way in ways.items()
        if (state, step) != ("closed", "supervise")
    }
    | {
        (state, step, state): Way(
            STREET, state, (_city_returns(event),), given if step == "resend_to_hotline" else None
        )
        for state, (event, given) in _RETURNED.items()
        for step in ("resend_to_hotline", "set_aside_return")
    }
)
