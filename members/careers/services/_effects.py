"""What a decided procedure does to the career: appointment, removal, reward, discipline. Called after all checks."""

from __future__ import annotations

from datetime import date, datetime

from accounts.selectors import with_role
from governance.days import today_of
from governance.outbox.services import notify
from governance.scope import Actor, Role
from grids.models.quotas import INSTITUTION
from grids.services import quotas
from members.careers import clocks
from members.careers.grades import grade_of
from members.careers.pay import Scales
from members.careers.records import record_of
from members.careers.services._common import changed, event_of, locked_career, standing
from members.careers.workflow import PATHS
from members.models import Career, CareerMeasure, CareerProcedure
from members.models.careers import GRID, PROMOTED, REMOVED


def appoint(procedure: CareerProcedure, grounds: str, by: Actor, now: datetime) -> None:
    """Into the new post, with its grade and pay; or out of the community into an institution post of the street."""
    career = locked_career(procedure.career_id, by)
    path, today, scales = PATHS[procedure.path], today_of(now), Scales.load()
    before, pay = standing(career), scales.on(today).amount(career.post, career.grade)
    if path.to is None:
        _leave(career, PROMOTED, today, now)
        quotas.fill_one(
            unit_id=career.street_id, kind=INSTITUTION, cause=f"career_procedure:{procedure.pk}", on=today,
            grounds="优秀社区书记进入街道事业编", actor=by, now=now,
        )  # fmt: skip
        after, pay_after = {"state": PROMOTED}, None
    else:
        career.post, career.post_since = path.to, today
        if path.to != GRID:
            career.grid_id = None
        career.grade = grade_of(record_of(career), today, scales.on(today).rules)
        changed(career, scales, today, now, fields=("post", "post_since", "grade", "grid"))
        after, pay_after = standing(career), scales.on(today).amount(career.post, career.grade)
    event_of(
        career, "promoted", today, by=by, now=now, grounds=grounds, before=before, after=after, pay=(pay, pay_after),
        procedure=procedure,
    ).save()  # fmt: skip
    _tell_security(procedure, path.label, now)


def _leave(career: Career, state: str, on: date, now: datetime) -> None:
    career.state, career.ended_on, career.changed_at = state, on, now
    career.revision += 1
    career.save(update_fields=["state", "ended_on", "changed_at", "revision"])


def _tell_security(procedure: CareerProcedure, what: str, now: datetime) -> None:
    """Accounts are the security office's: it is told, and nothing is changed here."""
    name, unit = procedure.career.person.name, procedure.community.name
    notify(
        user_ids=with_role(Role.SECURITY_ADMIN, procedure.district_id, now), key=f"careers:{procedure.pk}:account",
        title=f"请核对账号岗位：{unit} {name}", body=f"{what}，请按任用结果调整或停用其账号岗位。",
        subject_type=clocks.SUBJECT, subject_id=procedure.pk, now=now,
    )  # fmt: skip


def remove(procedure: CareerProcedure, on: date, by: Actor, now: datetime) -> None:
    """The end of a career by a decided removal, on the day that the decision was delivered."""
    career = locked_career(procedure.career_id, by)
    pay = Scales.load().on(on).amount(career.post, career.grade)
    before = standing(career)
    _leave(career, REMOVED, on, now)
    event_of(
        career, "removed", on, by=by, now=now, grounds=procedure.words, before=before, after={"state": REMOVED},
        pay=(pay, None), procedure=procedure,
    ).save()  # fmt: skip
    _tell_security(procedure, "清退", now)


def measure(procedure: CareerProcedure, grounds: str, by: Actor, now: datetime) -> None:
    """A reward or a discipline comes into effect; a discipline holds the grade and blocks promotion for its time."""
    career, content = locked_career(procedure.career_id, by), procedure.content
    made = CareerMeasure.objects.create(
        career=career, kind=procedure.path, name=content["name"], from_on=date.fromisoformat(content["from_on"]),
        until_on=date.fromisoformat(content["until_on"]) if content["until_on"] else None, grounds=procedure.words,
        procedure=procedure,
    )  # fmt: skip
    today = today_of(now)
    changed(career, Scales.load(), today, now)
    kind = "disciplined" if made.kind == CareerMeasure.DISCIPLINE else "rewarded"
    after = {"name": made.name, "until_on": content["until_on"]}
    event_of(career, kind, made.from_on, by=by, now=now, grounds=grounds, after=after, procedure=procedure).save()
