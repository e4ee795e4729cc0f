"""In real browsers: somebody nominates themselves on a phone, the jury scores, and an objection comes in the notice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.acting import actor_from
from governance.calendars.defaults import ensure_default_calendar
from governance.deadlines.defaults import ensure_default_policies
from governance.scope import Role
from points.models import RoundNomination, RoundObjection, RoundScore
from points.rounds.selection.services import ballots, nominations, rounds
from tests.browsing import browser as browser
from tests.browsing import follow
from tests.fixtures import make_posting
from tests.points.rounds.conftest import give_account
from tests.points.rounds.test_browser import LAPTOP, PHONE, looked
from tests.points.rounds.test_browser import now as now
from tests.points.rounds.test_browser import pages as pages
from tests.points.rounds.test_selection import DEEDS, JURY, facts

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def second(district, now) -> Any:
    """Another of the street's staff."""
    return actor_from(make_posting(Role.STREET_STAFF, district.street_1, username="ss-second"), now=now)


@pytest.fixture
def opened(cast, second, now) -> Any:
    """A round of the street with a jury of three, that takes nominations."""
    ensure_default_calendar()
    ensure_default_policies(now - timedelta(days=400))
    ids = [cast.cs.posting_id, cast.gw.posting_id, second.posting_id]
    found = rounds.draft_round(facts=facts(way="jury", criteria=JURY, juror_ids=ids), by=cast.ss, now=now)
    return rounds.take_step(round_id=found.pk, step="open", by=cast.ss, now=now)


def test_from_nominating_oneself_to_an_objection(pages, opened, person, cast, second, now, live_server) -> None:
    me = person("王建国")
    give_account(cast.pg, me)
    phone = pages(cast.pg, PHONE)
    phone.url_base = live_server.url
    phone.goto(reverse("points:my_round", args=[opened.pk]))
    follow(phone, "a:has-text('我要自荐')")
    phone.fill("#id_words", "做得不少")
    phone.click("button:has-text('提交自荐')")
    phone.wait_for_selector(".error-summary")
    assert phone.input_value("#id_words") == "做得不少", "what was typed stays when it is too short"
    looked(phone, reverse("points:self_nominate", args=[opened.pk]), "self-nominate")
    phone.goto(reverse("points:self_nominate", args=[opened.pk]))
    phone.fill("#id_words", DEEDS)
    phone.click("button:has-text('提交自荐')")
    phone.wait_for_selector("text=我的提名")
    looked(phone, reverse("points:my_round", args=[opened.pk]), "my-round-own")
    own = RoundNomination.objects.get(person=me)
    assert (own.is_own, own.state) == (True, "nominated")

    other = person("李秀兰")
    given = nominations.nominate(round_id=opened.pk, name=other.name, words=DEEDS, by=cast.cw, now=now)
    for row in (own, given):
        nominations.review_nomination(nomination_id=row.pk, accept=True, words="", by=cast.ss, now=now)
    for step in ("close", "decide"):
        rounds.take_step(round_id=opened.pk, step=step, by=cast.ss, now=now)

    juror = pages(cast.cs, PHONE)
    juror.url_base = live_server.url
    _scored(juror, opened, own)
    criterion = opened.criteria.get(full_points=0)
    for by in (cast.gw, second):
        for row, mark in ((own, 92), (given, 70)):
            ballots.score(nomination_id=row.pk, marks={criterion.pk: mark}, by=by, now=now)
    assert RoundScore.objects.filter(nomination=own).count() == 3

    desk = pages(cast.ss, LAPTOP)
    desk.url_base = live_server.url
    desk.goto(reverse("points:round", args=[opened.pk]))
    follow(desk, "a:has-text('汇总打分')")
    desk.click("main button:has-text('确定')")
    desk.wait_for_selector("text=公示中")
    looked(desk, reverse("points:round", args=[opened.pk]), "round-public")
    _objected(pages, own, cast, second, live_server)


def _scored(juror: Any, opened: Any, own: Any) -> None:
    juror.goto(reverse("points:my_round", args=[opened.pk]))
    follow(juror, f"[aria-label='给{own.person.name}打分']")
    juror.fill("main input[type=number]", "101")
    juror.click("button:has-text('提交打分')")
    assert juror.evaluate("!document.querySelector('main input[type=number]').validity.valid")
    juror.fill("main input[type=number]", "90")
    juror.click("button:has-text('提交打分')")
    juror.wait_for_selector("text=已打分，汇总前可以修改")
    follow(juror, f"[aria-label='给{own.person.name}打分']")
    assert juror.input_value("main input[type=number]") == "90"
    looked(juror, reverse("points:score", args=[own.pk]), "score")


def _objected(pages: Any, own: Any, cast: Any, second: Any, live_server: Any) -> None:
    own.refresh_from_db()
    assert own.state == "chosen"
    worker = pages(cast.cw, LAPTOP)
    worker.url_base = live_server.url
    worker.goto(reverse("points:nomination", args=[own.pk]))
    follow(worker, "a:has-text('登记异议')")
    worker.fill("#id_from_words", "3号楼居民")
    worker.fill("#id_words", "第三季度上报的问题有两处并未整改")
    worker.click("main button:has-text('登记')")
    worker.wait_for_selector("text=异议核查中")
    looked(worker, reverse("points:nomination", args=[own.pk]), "nomination-objected")
    street = pages(second, LAPTOP)
    street.url_base = live_server.url
    street.goto(reverse("points:nomination", args=[own.pk]))
    follow(street, "[aria-label='核查3号楼居民的异议']")
    looked(street, street.url, "objection-settle")
    street.click("main label:has-text('不成立，恢复公示')")
    street.fill("#id_answer", "已逐处复核，均已整改，异议不成立")
    street.click("main button:has-text('提交')")
    street.wait_for_selector("text=不成立：")
    own.refresh_from_db()
    assert (own.state, RoundObjection.objects.get().is_upheld) == ("chosen", False)
