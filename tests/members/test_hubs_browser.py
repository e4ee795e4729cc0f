"""A courier's page on a phone, and choosing the homes that a party household looks after, in a real browser.

`SHOTS=<folder>` keeps pictures.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from members.designations import couriers
from members.models import Building, Home, Household, LookedAfter, PartyHouseholdVisit
from tests.appeals.conftest import rules as rules
from tests.browsing import browser as browser
from tests.browsing import follow, picture, too_wide, violations
from tests.members.designations.conftest import courier as courier
from tests.members.designations.conftest import kinds as kinds
from tests.members.designations.conftest import member as member
from tests.members.designations.conftest import named as named
from tests.members.party_households.conftest import hub as hub
from tests.members.party_households.conftest import party_person as party_person
from tests.signing import client_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def now():
    """Pages read the real clock."""
    return timezone.now() - timedelta(minutes=1)


@pytest.fixture
def page_of(browser, live_server):
    """`page_of(actor, 390)`: a page of theirs; what it logs as an error fails the test."""
    opened, errors = [], []

    def make(actor: Any, width: int = 1366) -> Any:
        key = client_of(actor).cookies[settings.SESSION_COOKIE_NAME].value
        context = browser.new_context(viewport={"width": width, "height": 800}, base_url=live_server.url)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        opened.append(context)
        return page

    yield make
    for context in opened:
        context.close()
    assert errors == []


def look(page: Any, name: str) -> None:
    """Nothing is wider than the window, nothing that axe finds; a picture, where one is asked for."""
    assert too_wide(page) + violations(page) == [], name
    picture(page, name)


def test_a_courier_on_a_phone(page_of, courier, named, cast, now, rules):
    made = courier(station="景园营业点", units=())
    for code in ("mobile_grid_worker", "road_safety"):
        named(made.person, code)
    couriers.link_account(courier_id=made.pk, username="pg-990001001001001", by=cast.cw, now=now)
    page = page_of(cast.pg, 390)
    page.goto("/")
    follow(page, ".tabbar >> text=我的")
    page.wait_for_selector("text=移动兼职网格员")
    look(page, "mine")
    follow(page, "text=随手拍上报")
    page.fill("textarea[name=content]", "路口信号灯不亮，车辆混行。")
    page.click("button[type=submit] >> text=上报")
    page.wait_for_selector("text=工单号")
    page.goto("/people/designations/mine/")
    page.wait_for_selector("text=路口信号灯不亮")
    look(page, "mine-reported")


def _building(district: Any, person: Any, household: Any, name: str, lon: float, rooms: int) -> None:
    line = {"district": district.district, "street": district.street_1, "community": district.community_1}
    building = Building.objects.create(name=name, grid=district.grid_1, lon=lon, lat=46.6, entrances=1, **line)
    for number in range(rooms):
        home = Home.objects.create(building=building, entrance="1单元", room=f"{number + 1}01")
        made = household()
        Household.objects.filter(pk=made.pk).update(home=home)
        person("王建国", into=made)


def test_homes_chosen_and_a_round_recorded(page_of, hub, party_person, person, household, cast, district):
    one = party_person("李秀兰")
    for name, lon in (("幸福里1号楼", 125.0), ("幸福里2号楼", 125.001)):
        _building(district, person, household, name, lon, 6)
    page = page_of(cast.cw)
    page.goto("/people/party-households/open/?person=" + str(one.pk))
    look(page, "hub-open")
    follow(page, "button:has-text('设立，接着选联系户')")
    page.click("text=幸福里2号楼（6）")
    for box in page.query_selector_all("input[name=households]")[:4]:
        box.check()
    look(page, "hub-homes")
    follow(page, "button:has-text('联系这些住户')")
    page.wait_for_selector("text=已联系 4 户")
    page.wait_for_selector(".map .leaflet-interactive")
    look(page, "hub-detail")
    assert LookedAfter.objects.filter(until_on=None).count() == 4
    url = page.url
    for path, name in (("let-go/", "hub-let-go"), ("report/", "hub-report"), ("end/", "hub-end")):
        page.goto(url + path)
        look(page, name)
    phone = page_of(cast.gw, 390)
    phone.goto(url)
    look(phone, "hub-detail-phone")
    follow(phone, "text=记走访")
    phone.query_selector_all("input[name=households]")[0].check()
    phone.fill("textarea[name=words]", "家中平安")
    look(phone, "hub-visit-phone")
    follow(phone, "button:has-text('保存走访')")
    phone.wait_for_selector("text=已记走访 1 户")
    assert PartyHouseholdVisit.objects.get().words == "家中平安"
    for address, name in (("/people/party-households/", "hubs"), ("/people/party-households/gaps/", "hub-gaps"),
                          ("/people/designations/figures/", "figures")):  # fmt: skip
        for who, width in ((cast.ss, 1366), (cast.ss, 390)):
            other = page_of(who, width)
            other.goto(address)
            look(other, f"{name}-{width}")
