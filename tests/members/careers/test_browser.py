"""A promotion in a real browser, from the nomination to the appointment; and the pages in every look.

`SHOTS=<folder>` keeps a picture of each page in each look.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from governance.deadlines.models import Clock
from governance.deadlines.sweeping import sweep
from grids.services import quotas
from members.careers.services import appraisals, procedures
from members.careers.services.procedures import Measured
from members.models import Career, CareerProcedure
from tests.browsing import browser as browser
from tests.browsing import expect, follow, looked_at
from tests.members.careers.conftest import REASON
from tests.signing import client_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page_of(browser, live_server):
    """`page_of(actor)`: a page signed in as the actor; what it logs as an error fails the test."""
    contexts, errors = [], []

    def make(actor):
        key = client_of(actor).cookies[settings.SESSION_COOKIE_NAME].value
        context = browser.new_context(
            viewport={"width": 1366, "height": 768}, base_url=live_server.url, locale="zh-CN", reduced_motion="reduce"
        )
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        return page

    yield make
    for context in contexts:
        context.close()
    assert errors == []


def notice_ran_out():
    """Five working days have passed: the clock's own moments are set back, and the sweep comes."""
    clock = Clock.objects.get(kind="public_notice", state="running")
    past = timezone.now() - timedelta(minutes=5)
    clock.steps = [{**step, "at": past.isoformat()} for step in clock.steps]
    clock.due_at = clock.next_fire_at = past
    clock.save(update_fields=["steps", "due_at", "next_fire_at"])
    sweep(timezone.now())


def test_a_promotion_from_the_nomination_to_the_appointment(page_of, career, cast):
    made = career()
    secretary = page_of(cast.cs)
    secretary.goto(reverse("members:career", args=[made.pk]))
    follow(secretary, "text=提名晋升")
    secretary.fill("[name=words]", REASON)
    follow(secretary, "button:has-text('提交')")
    secretary.wait_for_selector("text=已提名")
    address = reverse("members:career_procedure", args=[CareerProcedure.objects.get().pk])

    street = page_of(cast.ss)
    street.goto(address)
    follow(street, "a:has-text('审核')")
    street.check("[name=support][value='1']")
    street.fill("[name=words]", "情况属实，同意")
    follow(street, "button:has-text('提交')")
    street.wait_for_selector("text=均符合")
    follow(street, "a:has-text('发布公示')")
    street.fill("[name=where]", "社区公示栏")
    follow(street, "button:has-text('提交')")
    street.wait_for_selector(".chip:has-text('公示中')")
    follow(street, "text=公示文本")
    expect(street.locator("main")).to_contain_text("王建国")
    assert "990101" not in street.content()
    notice_ran_out()

    centre = page_of(cast.dc)
    centre.goto(reverse("members:career_procedures"))
    follow(centre, "a:has-text('王建国')")
    follow(centre, "a:has-text('决定')")
    centre.check("[name=accept][value='1']")
    centre.fill("[name=words]", "会议纪要〔2026〕12 号")
    follow(centre, "button:has-text('提交')")
    centre.wait_for_selector(".chip:has-text('已任用')")
    assert Career.objects.get(pk=made.pk).post == "worker"
    assert CareerProcedure.objects.get().state == "appointed"


def _everything(career, cast, district, now):
    """Something on every page."""
    people = [career("worker", name=f"王{name}", order=n * 2 + 1) for n, name in enumerate("国军民伟平")]
    grid = career("grid", name="孙建设", order=11, degree="")
    one = procedures.propose(
        career_id=grid.pk, kind="promotion", path="grid_to_worker", words=REASON, by=cast.cs, now=now
    )
    measured = Measured(name="嘉奖", from_on=date(2026, 11, 2))
    procedures.propose(
        career_id=people[0].pk, kind="measure", path="reward", words=REASON, measured=measured, by=cast.cs, now=now
    )
    found = appraisals.open_round(street_id=cast.ss.street_id, year=2026, by=cast.ss, now=now)
    for kind, delta in (("institution", 12), ("administrative", 8)):
        quotas.change_approved(
            unit_id=district.street_1.pk, kind=kind, delta=delta, document="让编发〔2024〕5号", on=date(2024, 4, 10),
            by=cast.dc, now=now,
        )  # fmt: skip
    workers = quotas.change_approved(
        unit_id=district.community_1.pk, kind="workers", delta=3, document="让编发〔2024〕5号", on=date(2024, 4, 10),
        by=cast.dc, now=now,
    )  # fmt: skip
    asked = quotas.propose_quota(
        unit_id=district.street_1.pk, kind="institution", delta=2, words="业务增加", by=cast.ss, now=now
    )
    return {
        "careers": ("dc", reverse("members:careers")), "career": ("cs", reverse("members:career", args=[people[0].pk])),
        "add": ("dc", reverse("members:career_add")), "procedures": ("ss", reverse("members:career_procedures")),
        "procedure": ("ss", reverse("members:career_procedure", args=[one.pk])),
        "waive": ("dc", reverse("members:career_step", args=[one.pk, "waive"])),
        "notice": ("ss", reverse("members:career_notice", args=[one.pk])),
        "measure": ("cs", reverse("members:career_propose", args=[people[0].pk, "measure"])),
        "appraisal": ("ss", reverse("members:appraisal", args=[found.pk])),
        "appraisals": ("dc", reverse("members:appraisals")), "pay": ("dc", reverse("members:pay_scales")),
        "scale": ("dc", reverse("members:pay_scale_add")), "regrade": ("dc", reverse("members:regrade")),
        "figures": ("dc", reverse("members:career_figures")),
        "quotas": ("dc", f"{reverse('grids:quotas')}?street={district.street_1.pk}"),
        "quota": ("dc", reverse("grids:quota", args=[workers.pk])), "print": ("dc", reverse("grids:quotas_print")),
        "asked": ("dc", reverse("grids:quota_proposal", args=[asked.pk])),
    }  # fmt: skip


def test_every_page_fits_in_every_look_and_is_accessible(page_of, career, cast, district, now):
    wrong, pages = [], {}
    for name, (who, url) in _everything(career, cast, district, now).items():
        page = pages.setdefault(who, None) or page_of(getattr(cast, who))
        pages[who] = page
        page.goto(url)
        wrong += looked_at(page, f"career:{name}")
    assert wrong == [], "\n".join(wrong)
