"""Which resolved appeals are visited: all that must be, and of the others a sample. Source: docs/supervision.md."""

from __future__ import annotations

from appeals import clocks
from appeals.models import Appeal, SupervisionOrder
from governance import privacy

URGENT = 2
_PRECISION = 16**12


def percent(appeal: Appeal) -> int:
    """How many of a hundred are visited by the policy that the appeal keeps; 100 where it does not say."""
    term = clocks.term_of(appeal, clocks.VISIT)
    return 100 if term is None or term.sample is None else term.sample


def is_visited(appeal: Appeal) -> bool:
    """Whether the appeal, about to be resolved, is to be visited."""
    rate = percent(appeal)
    return rate >= 100 or must_be_visited(appeal) or draw(appeal) < rate


def draw(appeal: Appeal) -> float:
    """A number from 0 to 100 that only the installation's key, the appeal's number and its round decide.

    Nobody who handles the appeal can choose it, nor know it before; whoever has the key can compute it again.
    """
    digest = privacy.blind_index("visit_draw", f"{appeal.number}:{appeal.rehandles + 1}")
    return int(digest[:12], 16) * 100 / _PRECISION


def must_be_visited(appeal: Appeal) -> bool:
    """Handled anew, late, urgent, dangerous, of several people, under supervision, or refused more time."""
    version = appeal.policy_version
    if appeal.rehandles or appeal.red_cards or appeal.repeats or appeal.urgency >= URGENT or appeal.is_supervised:
        return True
    if version is not None and version.policy.code == "life_safety":
        return True
    if SupervisionOrder.objects.filter(appeal=appeal).exists():
        return True
    # Handled by hand before: opened again by the district centre, or more time was asked for and refused.
    told = appeal.entries.filter(kind="reopen") | appeal.entries.filter(
        kind="decide_extension", data__contains={"granted": False}
    )
    return told.exists()
