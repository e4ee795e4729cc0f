"""An activity in real browsers: published, a code on the organiser's screen, a check-in on a phone, hours confirmed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from members.models import Activity, ServiceHours
from members.volunteers.services import activities, teams
from tests.browsing import browser as browser
from tests.browsing import follow, picture
from tests.members.volunteers.conftest import facts, give_account
from tests.signing import client_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DESK, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}


@pytest.fixture
def now() -> Any:
    """Pages read the real clock; the midnight before it, so that the day is long enough."""
    return timezone.localtime(timezone.now()).replace(hour=0, minute=0, second=0, microsecond=0)


@pytest.fixture
def pages(browser, live_server) -> Any:
    """`pages(actor, size)`: a page signed in as somebody; what any of them logs as an error fails the test."""
    made, errors = [], []

    def page_of(actor: Any, size: dict[str, int]) -> Any:
        key = client_of(actor).cookies[settings.SESSION_COOKIE_NAME].value
        context = browser.new_context(viewport=size, base_url=live_server.url, locale="zh-CN")
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if _is_wrong(message) else None)
        made.append(context)
        return page

    yield page_of
    for context in made:
        context.close()
    assert errors == []


def _is_wrong(message: Any) -> bool:
    """An error; that a wrong code is answered 400 is none."""
    return message.type == "error" and "status of 400" not in message.text


def test_from_publishing_to_confirmed_hours(pages, people, cast, district, calendar, now) -> None:
    who = people(4)
    team = teams.add_team(
        facts=teams.TeamFacts(name="银杏苑楼道清洁队", kind="environment"), unit_id=district.community_1.pk, by=cast.cw,
        now=now,
    )  # fmt: skip
    teams.add_members(team_id=team.pk, person_ids=[one.pk for one in who[1:]], by=cast.cw, now=now)
    give_account(cast.pg, who[0])
    end = now + timedelta(hours=23, minutes=59)
    said = facts(now, starts_at=now, ends_at=end, sign_up_until=end, team_id=team.pk, planned=480)
    one = activities.draft_activity(facts=said, unit_id=district.community_1.pk, by=cast.cw, now=now)
    desk, phone = pages(cast.cw, DESK), pages(cast.pg, PHONE)
    desk.goto(reverse("members:volunteer_activity", args=[one.pk]))
    follow(desk, "button:has-text('发布')")
    follow(desk, "text=代报名")
    follow(desk, "text=全队报名（3 人）")
    desk.wait_for_selector("text=已报名 3 人")
    phone.goto(reverse("members:volunteer_mine"))
    picture(phone, "mine-phone")
    follow(phone, "button:has-text('报名')")
    phone.wait_for_selector("text=报名成功")
    follow(desk, "button:has-text('开始签到')")
    desk.wait_for_selector("text=显示签到码")
    picture(desk, "activity-desk")
    follow(desk, "text=显示签到码")
    digits = desk.text_content(".code-digits")
    picture(desk, "code-desk")
    phone.reload()
    follow(phone, "a:has-text('签到')")
    phone.fill("#id_code", "12")
    follow(phone, "button:has-text('签到')")
    phone.wait_for_selector("text=还可以再试 4 次")
    picture(phone, "check-in-phone")
    phone.fill("#id_code", digits)
    follow(phone, "button:has-text('签到')")
    phone.wait_for_selector("text=签到成功")
    row = one.sign_ups.get(person=who[0])
    assert (row.state, row.checked_how) == ("came", "code")
    _two_hours_yesterday(one, now)
    follow(desk, "text=签到名单")
    desk.click("button:has-text('结束活动')")
    follow(desk, ".modal.show button:has-text('结束活动')")
    desk.wait_for_selector("text=时长待确认")
    confirm(pages(cast.cs, DESK))
    assert ServiceHours.objects.get().state == "confirmed"
    phone.goto(reverse("members:volunteer_mine"))
    phone.wait_for_selector("text=最近确认的时长")


def _two_hours_yesterday(one: Any, now: Any) -> None:
    """Time passes: it was yesterday, from nine to eleven."""
    begin = now - timedelta(hours=15)
    times = {"starts_at": begin, "ends_at": begin + timedelta(hours=2)}
    Activity.objects.filter(pk=one.pk).update(**times)
    one.sign_ups.update(**times)
    came = {"checked_in_at": begin, "checked_out_at": begin + timedelta(hours=2)}
    one.sign_ups.filter(state="came").update(**came)


def confirm(desk: Any) -> None:
    """The secretary ticks all that waits."""
    desk.goto(reverse("members:volunteer_hours"))
    picture(desk, "hours-desk")
    desk.check("tbody input[type=checkbox] >> nth=0")
    follow(desk, ".bulk-bar button:has-text('确认')")
    follow(desk, "main button:has-text('确认')")
    desk.wait_for_selector("text=确认完成")
