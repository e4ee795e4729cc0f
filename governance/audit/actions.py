"""What the actions in the record are called, and which of them are looks at personal data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Action:
    """An action of the record: its Chinese label, and whether it shows personal data to the person who acts."""

    code: str
    label: str
    is_look: bool = False


_actions: dict[str, Action] = {}
_subjects: dict[str, str] = {}
_fields: dict[str, str] = {}


def register_action(code: str, label: str, *, is_look: bool = False) -> None:
    """Name an action; called by each app in its `AppConfig.ready()`."""
    _actions[code] = Action(code, label, is_look)


def register_subject(subject_type: str, label: str) -> None:
    """Name a type of subject in Chinese."""
    _subjects[subject_type] = label


def register_fields(labels: dict[str, str]) -> None:
    """Name keys of `before` and `after` in Chinese, whichever subject they stand with."""
    _fields.update(labels)


def field_label(key: str) -> str:
    """The Chinese name of a key of `before` and `after`; the key while nobody has named it."""
    return _fields.get(key, key)


def label_of(code: str) -> str:
    """The Chinese name of an action; its code while nobody has named it."""
    return _actions[code].label if code in _actions else code


def subject_label(subject_type: str) -> str:
    """The Chinese name of a type of subject; its code while nobody has named it."""
    return _subjects.get(subject_type, subject_type)


def is_look(code: str) -> bool:
    """Whether the action is a look at personal data; one that ends in ".reveal" always is."""
    return code.endswith(".reveal") or (code in _actions and _actions[code].is_look)


def choices() -> list[tuple[str, str]]:
    """The named actions, for a filter."""
    return sorted((a.code, a.label) for a in _actions.values())


def subject_choices() -> list[tuple[str, str]]:
    """The named types of subject, for a filter."""
    return sorted(_subjects.items())
