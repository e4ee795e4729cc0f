"""The policies an installation starts with, and the service that puts them there.

Source: the district's rules for 民有所呼 orders (dispatch 4 working hours, life-safety 1 h, utilities 2 h; accept
4 working hours; first contact 1 working day; resolve 1, 5 or 15 working days; visit and re-handling 3; yellow card a
working day before the limit; ladder +1, +3, +5 working days; extension at most 3 times 5 working days; shelving
reviewed within 180 days; a return of the city hotline answered within 4 working hours). A limit too short for a warning
of a working day has one of about a quarter of its length.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from governance.calendars.loading import zone
from governance.deadlines.models import Policy, PolicyVersion
from governance.deadlines.terms import Terms

APPEALS = "appeals.appeal"
# In force for every appeal an installation may import, however old.
BEGINNING = datetime(2000, 1, 1, tzinfo=zone())

Data = dict[str, Any]


def _span(amount: int, unit: str) -> Data:
    return {"amount": amount, "unit": unit}


LADDER = [
    {"after": _span(1, "working_days"), "action": "escalate_secretary"},
    {"after": _span(3, "working_days"), "action": "supervision_order"},
    {"after": _span(5, "working_days"), "action": "district_leader_list"},
]


def _term(amount: int, unit: str, warn: Data, **more: Any) -> Data:
    return _span(amount, unit) | {"warnings": [{"before": warn, "action": "yellow"}], "missed": "red"} | more


_HOUR_BEFORE, _TWO_HOURS_BEFORE = _span(1, "working_hours"), _span(2, "working_hours")
_DAY_BEFORE = _span(1, "working_days")
# Limits that versions made before them do not have: who edits such a policy finds them in the form.
NEWER: Data = {"hotline_return": _term(4, "working_hours", _HOUR_BEFORE, ladder=LADDER[:1])}
# Of at most 5 days each; longer ones, up to 15, are for the district centre alone.
_EXTENSION = _span(15, "working_days") | {"times": 3, "own": 5}


def _terms(*, dispatch: Data, resolve_days: int) -> Data:
    """The limits that all policies share, with their own for dispatching and resolving."""
    warn = _DAY_BEFORE if resolve_days > 1 else _TWO_HOURS_BEFORE
    return {
        "dispatch": dispatch,
        "accept": _term(4, "working_hours", _HOUR_BEFORE, ladder=LADDER[:1]),
        "send_back_window": _span(1, "working_days") | {"missed": "window_lapsed"},
        "first_contact": _term(1, "working_days", _TWO_HOURS_BEFORE, ladder=LADDER[:1]),
        "resolve": _term(resolve_days, "working_days", warn, ladder=LADDER, extension=_EXTENSION),
        "extension_decision": _term(1, "working_days", _TWO_HOURS_BEFORE),
        "visit": _term(3, "working_days", _DAY_BEFORE, ladder=LADDER[:1]),
        "rehandle": _term(3, "working_days", _DAY_BEFORE, ladder=LADDER, extension=_EXTENSION),
        "supervision_answer": _term(3, "working_days", _DAY_BEFORE, ladder=LADDER[2:]),
        "shelve_review": _term(180, "calendar_days", _span(7, "calendar_days"), missed="review_shelved"),
        **NEWER,
    }


_DISPATCH = _term(4, "working_hours", _HOUR_BEFORE, ladder=LADDER[:1])
_DISPATCH_LIFE = _term(1, "natural_hours", _span(15, "natural_minutes"), ladder=LADDER[:1])
_DISPATCH_UTILITIES = _term(2, "natural_hours", _span(30, "natural_minutes"), ladder=LADDER[:1])

# The order in which the law takes down what was built without leave, and how long each stage may take.
_STAGES = {
    "stage_stop": _term(4, "working_hours", _HOUR_BEFORE, ladder=LADDER[:1]) | {"name": "责令停工"},
    "stage_penalty": _term(7, "working_days", _DAY_BEFORE, ladder=LADDER) | {"name": "行政处罚"},
    "stage_demolish": _term(20, "working_days", _span(3, "working_days"), ladder=LADDER) | {"name": "强制拆除"},
}

# code, name, terms
POLICIES: tuple[tuple[str, str, Data], ...] = (
    ("ordinary", "一般诉求", _terms(dispatch=_DISPATCH, resolve_days=5)),
    ("enquiry", "咨询", _terms(dispatch=_DISPATCH, resolve_days=1)),
    ("complex", "复杂诉求", _terms(dispatch=_DISPATCH, resolve_days=15)),
    ("life_safety", "生命安全", _terms(dispatch=_DISPATCH_LIFE, resolve_days=5)),
    ("utilities", "水电气热", _terms(dispatch=_DISPATCH_UTILITIES, resolve_days=5)),
    ("illegal_construction", "违法建设", _terms(dispatch=_DISPATCH, resolve_days=25) | _STAGES),
)


def with_newer(subject_type: str, terms: Terms) -> Terms:
    """The terms, and what came into being after they were made."""
    newer = NEWER if subject_type == APPEALS else {}
    return Terms.parse(newer | terms.as_data())


# What the rooms above ship for their own subjects: code → subject type, name, terms.
_shipped: dict[str, tuple[str, str, Data]] = {code: (APPEALS, name, terms) for code, name, terms in POLICIES}


def ship_policy(subject_type: str, code: str, name: str, terms: Data) -> None:
    """Say which limits an installation starts with for subjects of a type (in `AppConfig.ready`)."""
    _shipped[code] = (subject_type, name, terms)


def ensure_default_policies(now: datetime) -> None:
    """Put in the default policies that are not there yet; one that is there stays as it is. `now` is noted on them."""
    with transaction.atomic():
        for code in _shipped:
            ensure_shipped(code, now)


def ensure_shipped(code: str, now: datetime) -> bool:
    """Put in the policy of this code when it is shipped and not there yet; whether it is shipped at all.

    An installation that was set up before a subject had limits gets them with the first clock that asks.
    """
    if code not in _shipped:
        return False
    subject_type, name, terms = _shipped[code]
    policy, is_new = Policy.objects.get_or_create(code=code, defaults={"name": name, "subject_type": subject_type})
    if is_new:
        PolicyVersion.objects.create(
            policy=policy,
            number=1,
            effective_from=BEGINNING,
            terms=Terms.parse(terms).as_data(),
            note=f"初始方案（{now:%Y-%m-%d} 设置）",
        )
    return True
