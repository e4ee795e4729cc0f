"""What the room of points gives to the registries of the rooms below it, at start-up."""

from __future__ import annotations

from points.earning import registration as earning
from points.ledger import registration as ledger
from points.rounds import registration as rounds
from points.shop import registration as shop

_SUBJECTS = (ledger, earning, shop, rounds)


def register_all() -> None:
    """Called once, by `AppConfig.ready()`."""
    for subject in _SUBJECTS:
        subject.register_all()
