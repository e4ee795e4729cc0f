"""A team, an activity and volunteers of the small territory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from governance import privacy
from governance.calendars.defaults import ensure_default_calendar
from governance.scope import Actor
from members.models import Activity, Person, SignUp, VolunteerTeam
from members.volunteers.services import activities, attendance, sign_ups, teams
from members.volunteers.services.activities import ActivityFacts
from members.volunteers.services.teams import TeamFacts

NAMES = ("李秀兰", "刘敏", "赵雪", "孙志强", "周桂英", "吴磊", "郑丽华", "冯涛")
HOUR = timedelta(hours=1)


def facts(now: datetime, **changes: Any) -> ActivityFacts:
    """Two hours, beginning in an hour."""
    said: dict[str, Any] = {
        "title": "楼道清洁", "kind": "environment", "starts_at": now + HOUR, "ends_at": now + 3 * HOUR,
        "address": "幸福里广场",
    }  # fmt: skip
    return ActivityFacts(**(said | changes))


def give_account(actor: Actor, person: Person, phone: str = "13812345678") -> None:
    """The user and the person have one phone number."""
    index = privacy.blind_index("phone", phone)
    User.objects.filter(pk=actor.user_id).update(phone_index=index)
    Person.objects.filter(pk=person.pk).update(phone_index=index, phone_masked="138****5678")


@pytest.fixture
def calendar(db: None) -> None:
    """Working days, for the limit of confirming."""
    ensure_default_calendar()


@pytest.fixture
def people(person: Callable[..., Person]) -> Callable[[int], list[Person]]:
    """`people(3)`: so many persons of the first grid."""
    return lambda count: [person(name) for name in NAMES[:count]]


@pytest.fixture
def team(cast: Any, district: Any, now: datetime) -> VolunteerTeam:
    """A team of the first community."""
    return teams.add_team(
        facts=TeamFacts(name="银杏苑义务巡逻队", kind="patrol"), unit_id=district.community_1.pk, by=cast.cw, now=now
    )


@pytest.fixture
def activity(cast: Any, district: Any, now: datetime, calendar: None) -> Callable[..., Activity]:
    """`activity(capacity=2)`: a published one of the first community."""

    def make(by: Actor | None = None, unit: Any = None, **changes: Any) -> Activity:
        by, unit = by or cast.cs, unit or district.community_1
        made = activities.draft_activity(facts=facts(now, **changes), unit_id=unit.pk, by=by, now=now)
        return activities.publish_activity(activity_id=made.pk, by=by, now=now)

    return make


@pytest.fixture
def signed(cast: Any, now: datetime) -> Callable[..., list[SignUp]]:
    """`signed(activity, people)`: they are signed up by the community's worker."""

    def sign(one: Activity, who: list[Person], by: Actor | None = None) -> list[SignUp]:
        done = sign_ups.sign_up(activity_id=one.pk, person_ids=[p.pk for p in who], by=by or cast.cw, now=now)
        return done.seated + done.waiting

    return sign


@pytest.fixture
def held(activity: Any, signed: Any, people: Any, cast: Any, now: datetime) -> Callable[..., Activity]:
    """`held(3)`: an activity that three came to for its whole length, ended; their hours wait."""

    def hold(count: int = 2, who: list[Person] | None = None, **changes: Any) -> Activity:
        one = activity(**changes)
        rows = signed(one, who or people(count))
        activities.open_check_in(activity_id=one.pk, by=cast.cw, now=one.starts_at)
        ids = [row.pk for row in rows]
        attendance.attend(activity_id=one.pk, sign_up_ids=ids, what="in", by=cast.cw, now=one.starts_at)
        return activities.end_activity(activity_id=one.pk, by=cast.cw, now=one.ends_at)

    return hold
