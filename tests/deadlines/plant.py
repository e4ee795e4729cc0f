"""A subject of the clocks that belongs to no app: a table to lock, and a table of the cards that were drawn.

The table of cards refuses nothing, so a step that happened twice would stand in it twice.
"""

import os
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from governance.deadlines import services
from governance.deadlines.registry import register
from governance.deadlines.terms import Mark, Span, Term, Unit

SUBJECT = "tests.plant"
SHANGHAI = ZoneInfo("Asia/Shanghai")
# Whoever holds this advisory lock stops the handler at the subject called BLOCKING.
GATE, BLOCKING = 4711, "blocking"

TERM = Term(
    Span(5, Unit.WORKING_DAYS),
    warnings=(Mark(Span(1, Unit.WORKING_DAYS), "yellow"),),
    ladder=(
        Mark(Span(1, Unit.WORKING_DAYS), "escalate_secretary"),
        Mark(Span(3, Unit.WORKING_DAYS), "supervision_order"),
    ),
)
ACTIONS = ["yellow", "red", "escalate_secretary", "supervision_order"]


def local(*parts):
    return datetime(*parts, tzinfo=SHANGHAI)


MONDAY = local(2026, 7, 6, 9)


class Broken(Exception):
    """What a poisonous subject raises."""


class Plant:
    """The handler. `hooks` maps a subject's id to something that is called inside its step."""

    def __init__(self):
        self.hooks = {}
        self.moves = []

    def lock(self, subject_ids, *, skip_locked):
        waiting = "SELECT id FROM plant_subject WHERE id = ANY(%s) ORDER BY id FOR UPDATE"
        with connection.cursor() as cursor:
            cursor.execute(f"{waiting} SKIP LOCKED" if skip_locked else waiting, [list(subject_ids)])
            return [row[0] for row in cursor.fetchall()]

    def on_step(self, clock, action, due_at, now):
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO plant_card (clock_id, subject_id, action, due_at, recorded_at, process)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                [clock.pk, clock.subject_id, action, due_at, now, os.getpid()],
            )
            cursor.execute("SELECT name FROM plant_subject WHERE id = %s", [clock.subject_id])
            if cursor.fetchone() == (BLOCKING,):
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [GATE])
        if hook := self.hooks.get(clock.subject_id):
            hook(clock, action, now)

    def on_moved(self, clock, old_due, new_due, now):
        self.moves.append((clock.subject_id, old_due, new_due))


def make_tables():
    """Make both tables, empty, and sign up a handler; it is returned."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS plant_subject, plant_card")
        cursor.execute("CREATE TABLE plant_subject (id bigserial PRIMARY KEY, name text NOT NULL DEFAULT '')")
        cursor.execute(
            "CREATE TABLE plant_card (id bigserial PRIMARY KEY, clock_id bigint, subject_id bigint, action text,"
            " due_at timestamptz, recorded_at timestamptz, process int)"
        )
    plant = Plant()
    register(SUBJECT, plant)
    return plant


def add_subjects(count, name=""):
    """That many new subjects; their ids."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO plant_subject (name) SELECT %s FROM generate_series(1, %s) RETURNING id", [name, count]
        )
        return [row[0] for row in cursor.fetchall()]


def start(subject_id, *, at=MONDAY, now=None, term=TERM, kind="resolve", **more):
    """A clock of a subject, in a transaction of its own."""
    with transaction.atomic():
        return services.start(
            subject_type=SUBJECT, subject_id=subject_id, kind=kind, term=term, unit_id=1, started_at=at, now=now or at,
            **more,
        )  # fmt: skip


def change(service, subject_id, *, now, kind="resolve", **more):
    """Call finish, pause, resume or extend as an app does: the subject locked first; the one clock concerned."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM plant_subject WHERE id = %s FOR UPDATE", [subject_id])
        clocks = service(subject_type=SUBJECT, subject_id=subject_id, kind=kind, now=now, **more)
    return clocks[0] if clocks else None


def cards(subject_id=None):
    """The cards drawn, in order: actions of one subject, or (subject, action) of all."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT subject_id, action FROM plant_card ORDER BY id")
        rows = cursor.fetchall()
    return rows if subject_id is None else [action for subject, action in rows if subject == subject_id]
