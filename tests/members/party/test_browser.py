"""A member's transfer in a real browser, by the two secretaries; and the pages of this subject in every look."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from governance.deadlines.services import sweep
from members.models import MembershipTransfer, PartyMembership, PartyOrganisation
from members.party.services import terms, transfers
from members.party.services.terms import Elected
from tests.browsing import browser as browser
from tests.browsing import expect, follow, looked_at
from tests.signing import client_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BASE = "/people/party/"


@pytest.fixture
def now():
    """Pages read the real clock."""
    return timezone.now() - timedelta(minutes=1)


@pytest.fixture
def page_of(browser: Any, live_server: Any) -> Iterator[Any]:
    """`page_of(cast.cs)`: a page of theirs; what it logs as an error fails the test."""
    errors: list[str] = []
    contexts = []

    def signed_in(actor: Any) -> Any:
        key = client_of(actor).cookies[settings.SESSION_COOKIE_NAME].value
        context = browser.new_context(
            viewport={"width": 1366, "height": 768}, base_url=live_server.url, reduced_motion="reduce"
        )
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])
        contexts.append(context)
        page = context.new_page()
        page.said = errors
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        return page

    yield signed_in
    for context in contexts:
        context.close()
    assert errors == []


def test_a_membership_is_given_and_received(page_of, party, member, cast, now):
    one, other = member("李秀兰"), member("刘敏")
    long_ago = now - timedelta(days=20)
    late = transfers.hand_over(
        membership_id=other.pk, to_organisation_id=party.branch_2.pk, reason="已迁居", by=cast.cs, now=long_ago
    )
    sweep(now)
    giving = page_of(cast.cs)
    giving.goto(f"{BASE}members/{one.pk}/")
    follow(giving, "text=转出组织关系")
    giving.select_option("select[name=to_organisation]", str(party.branch_2.pk), force=True)
    giving.fill("input[name=reason]", "已迁居二社区")
    follow(giving, "main button[type=submit]")
    giving.wait_for_url(f"**{BASE}transfers/*/")
    expect(giving.locator("main")).to_contain_text("待接收")

    receiving = page_of(cast.cs_2)
    receiving.goto(f"{BASE}transfers/?tab=late")
    shown = receiving.locator("main")
    expect(shown).to_contain_text("刘敏")
    expect(shown).to_contain_text("超期")
    expect(shown).not_to_contain_text("李秀兰")
    receiving.goto(f"{BASE}transfers/")
    follow(receiving, "a:has-text('李秀兰')")
    receiving.click("main button:has-text('接收')")
    follow(receiving, "[role=dialog] button:has-text('接收')")
    receiving.wait_for_selector("text=已接收")
    assert PartyMembership.objects.current().get(person=one.person).organisation == party.branch_2

    receiving.goto(f"{BASE}transfers/{late.pk}/")
    follow(receiving, "a:has-text('退回')")
    receiving.fill("textarea[name=words]", "本人仍住原社区")
    follow(receiving, "main button[type=submit]")
    receiving.wait_for_selector("text=已退回")
    assert MembershipTransfer.objects.get(pk=late.pk).state == "refused"
    giving.goto(f"{BASE}transfers/?tab=ended")
    assert {"李秀兰", "刘敏"} <= set(giving.locator("main a").all_inner_texts())


def test_every_page_in_every_look(page_of, party, member, person, cast, now):
    names = ("李秀兰", "刘敏", "王建国", "赵雪", "孙丽", "周强", "吴军", "郑秀")
    people = [member(name, category="retired_soe", employer="第一采油厂") for name in names]
    member("冯文", kind="probationary", joined_party_on=date(2025, 1, 10))
    results = [Elected(post=post, person_id=one.person_id) for post, one in zip(
        ("secretary", "committee", "committee"), people, strict=False
    )]  # fmt: skip
    terms.record_election(
        organisation_id=party.branch.pk, elected_on=date(2021, 9, 10), results=results, by=cast.cs, now=now
    )
    terms.record_election(
        organisation_id=party.community.pk, elected_on=date(2022, 1, 10), by=cast.cs, now=now,
        results=[
            Elected(post="secretary", name="王书记"), Elected(post="part_time", name="李明", employer="第一采油厂"),
        ],
    )  # fmt: skip
    given = transfers.hand_over(
        membership_id=people[4].pk, to_organisation_id=party.branch_2.pk, reason="已迁居", by=cast.cs, now=now
    )
    PartyOrganisation.objects.filter(pk=party.branch.pk).update(address="幸福里党群服务中心二楼党员活动室")
    branch = party.branch.pk
    urls = {
        "tree": "", "list": "list/", "figures": "figures/", "members": "members/", "branch": f"{branch}/",
        "community": f"{party.community.pk}/", "elections": "elections/?tab=", "transfers": "transfers/?tab=given",
        "transfer": f"transfers/{given.pk}/", "member": f"members/{people[0].pk}/", "election": f"{branch}/election/",
        "committee-election": f"{party.community.pk}/election/", "admit": f"{branch}/admit/", "found": "found/",
        "hand-over": f"members/{people[0].pk}/hand-over/", "report": "doubles/report/", "doubles": "doubles/",
        "person": f"../{people[0].person_id}/", "end": f"{branch}/merge/", "appoint": f"{branch}/appoint/",
    }  # fmt: skip
    page, wrong = page_of(cast.cs), []
    for name, url in urls.items():
        page.goto(BASE + url)
        wrong += looked_at(page, f"party-{name}")
    assert wrong == [], "\n".join(wrong)
