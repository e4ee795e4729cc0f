"""Who may see the files of a subject: asked of the app that owns the subject."""

from __future__ import annotations

from collections.abc import Callable

from governance.scope import Actor

MaySee = Callable[[Actor, int], bool]

_owners: dict[str, MaySee] = {}


def register_owner(subject_type: str, *, may_see: MaySee) -> None:
    """Say who may see the files of a type of subject: `may_see(actor, subject_id)`; called in `AppConfig.ready()`."""
    _owners[subject_type] = may_see


def may_see(actor: Actor, subject_type: str, subject_id: int) -> bool:
    """Whether the actor may see the files of the subject; of a type that nobody registered, nobody may."""
    ask = _owners.get(subject_type)
    return ask is not None and ask(actor, subject_id)
