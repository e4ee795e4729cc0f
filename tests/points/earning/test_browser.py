"""Earning in real browsers: signed up, checked in by the code, hours confirmed, and points on the member's account."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from members.volunteers.services import activities
from points.earning import tasks
from points.earning.services import budgets, proposals
from points.earning.services.proposals import Asked
from points.ledger import accounts, selectors
from points.models import Claim
from tests.browsing import browser as browser
from tests.browsing import follow, looked_at, picture
from tests.members.volunteers.conftest import facts, give_account
from tests.members.volunteers.test_browser import DESK, PHONE, _two_hours_yesterday, confirm
from tests.members.volunteers.test_browser import now as now
from tests.members.volunteers.test_browser import pages as pages

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def purse(district, cast, now) -> None:
    """Points for the first community, this year and the one of yesterday."""
    for year in {now.year, (now - timedelta(days=1)).year}:
        limit = budgets.set_limit(
            street_id=district.street_1.pk, from_on=date(year, 1, 1), until_on=date(year, 12, 31), points=5000,
            by=cast.dc, now=now - timedelta(days=1) if year < now.year else now,
        )  # fmt: skip
        if limit.until_on >= now.date():
            budgets.fund(
                limit_id=limit.pk, community_id=district.community_1.pk, points=1000, key="a", by=cast.ss, now=now
            )


def test_from_signing_up_to_points_on_the_account(pages, people, cast, district, rules, purse, now) -> None:
    who = people(1)[0]
    give_account(cast.pg, who)
    end = now + timedelta(hours=23, minutes=59)
    said = facts(now, starts_at=now, ends_at=end, sign_up_until=end, planned=480)
    one = activities.draft_activity(facts=said, unit_id=district.community_1.pk, by=cast.cw, now=now)
    activities.publish_activity(activity_id=one.pk, by=cast.cw, now=now)
    desk, phone = pages(cast.cw, DESK), pages(cast.pg, PHONE)
    phone.goto(reverse("members:volunteer_mine"))
    follow(phone, "button:has-text('报名')")
    phone.wait_for_selector("text=报名成功")
    desk.goto(reverse("members:volunteer_activity", args=[one.pk]))
    follow(desk, "button:has-text('开始签到')")
    follow(desk, "text=显示签到码")
    digits = desk.text_content(".code-digits")
    phone.reload()
    follow(phone, "a:has-text('签到')")
    phone.fill("#id_code", digits)
    follow(phone, "button:has-text('签到')")
    phone.wait_for_selector("text=签到成功")
    _two_hours_yesterday(one, now)
    desk.goto(reverse("members:volunteer_activity", args=[one.pk]))
    desk.click("button:has-text('结束活动')")
    follow(desk, ".modal.show button:has-text('结束活动')")
    desk.wait_for_selector("text=时长待确认")
    secretary = pages(cast.cs, DESK)
    confirm(secretary)
    assert tasks.run(timezone.now()) == 1
    assert selectors.usable(accounts.of_person(who, now), now.date()) == 20
    secretary.goto(reverse("points:claims") + "?tab=awarded")
    secretary.wait_for_selector("text=楼道清洁")
    picture(secretary, "awarded-desk")
    phone.goto(reverse("outbox:inbox"))
    phone.wait_for_selector("text=您获得 20 积分")


_WALK = (
    ("cs", ("claims", "claim", "claim_reverse", "propose", "propose_person")),
    ("ss", ("budgets", "budget_fund", "odd", "odd_case")),
    ("dc", ("budgets", "budget_limit", "rules", "rule_add")),
)


@pytest.mark.parametrize(("by", "named"), _WALK, ids=[by for by, _ in _WALK])
def test_the_pages_fit_and_axe_finds_nothing(pages, people, cast, district, rules, purse, now, by, named) -> None:
    claim, page, wrong = _some(people, cast, rules, now), pages(getattr(cast, by), DESK), []
    for name in named:
        args = [claim.pk] if name in ("claim", "claim_reverse") else []
        if name == "propose_person":
            args = [claim.person_id]
        page.goto(reverse(f"points:{'odd' if name == 'odd_case' else name}", args=args))
        if name == "odd_case":
            follow(page, "main ul.items a >> nth=0")
        wrong += looked_at(page, f"{name}-{by}", closely=True)
    assert wrong == [], "\n".join(wrong)


def _some(people: Any, cast: Any, rules: Any, now: Any) -> Claim:
    """Eight approved at one minute, two that wait, one for the street."""
    who = people(8)
    made = []
    for number, one in enumerate([*who, *who[:3]]):
        asked = Asked(
            rule_id=rules["good_deed"].pk, person_id=one.pk, words="连续三天帮独居老人买菜送药",
            quantity=5 if number == 10 else 1,
        )  # fmt: skip
        made.append(proposals.propose(asked=asked, by=cast.cw, now=now))
    for claim in [*made[:8], made[10]]:
        proposals.approve(claim_id=claim.pk, by=cast.cs, now=now)
    return made[0]
