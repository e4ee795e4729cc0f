"""From rows to what the pure rules ask for: the grade record of one career, or of many in few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from members.careers.grades import GradeRecord, next_grade_on
from members.careers.pay import Scale
from members.models import Appraisal, Career, CareerMeasure


def records_of(careers: Iterable[Career]) -> dict[int, GradeRecord]:
    """By career, what counts for its grade; two queries for all."""
    rows = list(careers)
    ids = [row.pk for row in rows]
    results: dict[int, dict[int, str]] = defaultdict(dict)
    lines = Appraisal.objects.filter(career_id__in=ids, round__state="decided").exclude(result="")
    for career_id, year, result in lines.values_list("career_id", "round__year", "result"):
        results[career_id][year] = result
    holds: dict[int, list[tuple[date, date | None]]] = defaultdict(list)
    measures = CareerMeasure.objects.filter(career_id__in=ids, kind=CareerMeasure.DISCIPLINE)
    for career_id, begin, until in measures.values_list("career_id", "from_on", "until_on"):
        holds[career_id].append((begin, until))
    return {row.pk: _record(row, results[row.pk], holds[row.pk]) for row in rows}


def record_of(career: Career) -> GradeRecord:
    """What counts for the grade of one career, saved or about to be."""
    return records_of([career])[career.pk] if career.pk else _record(career, {}, [])


def _record(career: Career, results: dict[int, str], holds: list[tuple[date, date | None]]) -> GradeRecord:
    return GradeRecord(
        post=career.post, entered_on=career.entered_on, degree=career.degree, certificate=career.certificate,
        appraisals=results, holds=tuple(holds),
    )  # fmt: skip


def set_next_grade(careers: Iterable[Career], scale: Scale) -> None:
    """Work out anew when each is due a higher grade; not saved."""
    rows = list(careers)
    known = records_of([row for row in rows if row.pk])
    for row in rows:
        record = known[row.pk] if row.pk else record_of(row)
        row.next_grade_on = next_grade_on(record, row.grade, scale.rules)
