"""A household entered on a phone in a real browser: one after the other, kept, asked about once; a building's table.

`SHOTS=<folder>` keeps pictures.
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from members.models import Household, Person, Proposal
from members.services import homes, households
from members.services.persons import Facts
from tests.browsing import browser as browser
from tests.browsing import expect, follow, picture, too_wide, violations
from tests.members.conftest import identity_number
from tests.signing import client_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1366, "height": 768}


@pytest.fixture
def now():
    """Pages read the real clock."""
    return timezone.now() - timedelta(minutes=1)


@pytest.fixture
def open_as(browser, live_server):
    """`open_as(cast.gw, PHONE)`: a page of theirs; what it logs as an error fails the test."""
    contexts, errors = [], []

    def opened(actor, size):
        key = client_of(actor).cookies[settings.SESSION_COOKIE_NAME].value
        context = browser.new_context(viewport=size, base_url=live_server.url, locale="zh-CN", reduced_motion="reduce")
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        refused = re.compile("status of 4(00|09)")
        page.on(
            "console",
            lambda said: errors.append(said.text) if said.type == "error" and not refused.search(said.text) else None,
        )
        return page

    yield opened
    for context in contexts:
        context.close()
    assert errors == []


def looked_at(page, name):
    """Nothing wider than the window, nothing that axe finds; a picture where one is asked for."""
    picture(page, name)
    found = too_wide(page) + violations(page)
    assert not found, f"{name}: " + "\n".join(found)


@pytest.fixture
def building(cast, district, now):
    """Four entrances of six floors, some lived in."""
    facts = homes.BuildingFacts(
        unit_id=district.grid_1.pk, name="幸福里3号楼", address="幸福路18号", entrances=4, floors=6
    )
    made = homes.add_building(facts=facts, by=cast.cw, now=now)
    homes.add_homes(building_id=made.pk, entrances=4, floors=6, per_floor=2, by=cast.cw, now=now)
    for number, name in enumerate(("王建国", "李秀兰", "赵国强", "欧阳春梅")):
        where = households.Address(building_id=made.pk, entrance=f"{number % 3 + 1}单元", room=f"{number + 1}01")
        people = [
            households.Newcomer(facts=Facts(name=name, phone="13812345678" if not number else None), relation="head"),
            households.Newcomer(facts=Facts(name="刘敏"), relation="spouse"),
        ]
        households.enter_household(address=where, people=people, by=cast.cw, now=now)
    return made


def fill_two(page, building):
    page.select_option("#id_building", str(building.pk))
    page.fill("#id_entrance", "1单元")
    page.fill("#id_room", "402")
    page.fill("#id_people-0-name", "王建国")
    page.fill("#id_people-0-identity", identity_number())
    page.fill("#id_people-0-phone", "13812345678")
    page.click("[data-more]")
    expect(page.locator("#id_people-1-name")).to_be_focused()
    page.fill("#id_people-1-name", "陈雪")
    page.select_option("#id_people-1-relation", "spouse")


def test_a_grid_worker_proposes_a_household_on_a_phone(open_as, cast, building):
    page = open_as(cast.gw, PHONE)
    page.goto(f"{reverse('members:entry')}")
    fill_two(page, building)
    page.wait_for_selector("text=这套房屋还没有登记住户")
    # The call ended, the tab was closed: what was typed is there again, and no number.
    page.wait_for_selector("#entry[data-kept='2']")
    assert "13812345678" not in page.evaluate("JSON.stringify(localStorage)")
    page.reload()
    page.wait_for_selector("#draft-note:not([hidden])")
    expect(page.locator("#id_people-1-name")).to_have_value("陈雪")
    page.fill("#id_people-0-phone", "13812345678")
    looked_at(page, "entry-phone")
    follow(page, "text=提交社区核对")
    page.wait_for_selector("text=请先核对")
    expect(page.locator("#id_people-1-name")).to_have_value("陈雪")
    looked_at(page, "entry-found-phone")
    follow(page, "text=已核对，仍要提交")
    page.wait_for_url("**/proposals/*/")
    looked_at(page, "proposal-phone")
    asked = Proposal.objects.get()
    assert (asked.kind, asked.state, len(asked.content["people"])) == ("household", "open", 2)
    desk = open_as(cast.cw, DESK)
    desk.goto(reverse("members:proposals"))
    looked_at(desk, "proposals-desk")
    desk.goto(reverse("members:proposal", args=[asked.pk]))
    looked_at(desk, "proposal-desk")
    follow(desk, "button[value=take]")
    desk.wait_for_url("**/proposals/")
    assert Household.objects.filter(head_name="王建国", size=2).count() == 2
    assert page.evaluate("localStorage.length") == 0


def test_a_worker_registers_at_once_and_errors_keep_what_was_typed(open_as, cast, building):
    page = open_as(cast.cw, PHONE)
    page.goto(f"{reverse('members:entry')}?building={building.pk}&entrance=4单元&room=601")
    expect(page.locator("#id_room")).to_have_value("601")
    page.fill("#id_people-0-name", "孙志强")
    page.fill("#id_people-0-identity", "123")
    page.click("[data-more]")
    page.fill("#id_people-1-name", "周欣怡")
    follow(page, "button[type=submit].btn-primary")
    page.wait_for_selector(".error-summary")
    expect(page.locator("#id_people-1-name")).to_have_value("周欣怡")
    expect(page.locator("#id_people-0-identity_error")).to_be_visible()
    looked_at(page, "entry-errors-phone")
    page.fill("#id_people-0-identity", identity_number("19700101", 7))
    follow(page, "button[type=submit].btn-primary")
    page.wait_for_url("**/households/*/")
    assert Person.objects.filter(name="周欣怡").exists()
    looked_at(page, "household-phone")


def test_the_pages_of_a_community(open_as, cast, building, person):
    person("王建国", phone="13812345678", employer="第一采油厂")
    one = Person.objects.filter(name="王建国").first()
    other = Person.objects.filter(name="王建国").last()
    pages = {
        "building": reverse("members:building", args=[building.pk]),
        "buildings": reverse("members:buildings"),
        "duplicates": reverse("members:duplicates"),
        "merge": f"{reverse('members:person_merge', args=[one.pk])}?with={other.pk}",
        "merge-choose": reverse("members:person_merge", args=[one.pk]),
        "person": reverse("members:person", args=[one.pk]),
        "persons": reverse("members:persons"),
        "join": f"{reverse('members:person_join', args=[one.pk])}?q=李",
        "household": reverse("members:household", args=[one.stays.get().household_id]),
        "relations": reverse("members:relations", args=[one.stays.get().household_id]),
        "member-add": reverse("members:member_add", args=[one.stays.get().household_id]),
    }
    for size, look in ((DESK, "desk"), (PHONE, "phone")):
        page = open_as(cast.cw, size)
        for name, url in pages.items():
            page.goto(url)
            looked_at(page, f"{name}-{look}")
