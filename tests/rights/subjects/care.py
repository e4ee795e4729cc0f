"""Special care lists: who sees which. Source: rights.md."""

from __future__ import annotations

from tests.rights.relations import OF_PEOPLE, Subject

SUBJECTS: tuple[Subject, ...] = (
    Subject(
        name="care_record",
        key="pk",
        routes=(
            "members:care_record",
            "members:care_change",
            "members:care_visit",
            "members:care_pause",
            "members:care_resume",
            "members:care_end",
        ),
        pages=frozenset({"members:care_record", "members:care_visit"}),
        seen=OF_PEOPLE,
    ),
)
