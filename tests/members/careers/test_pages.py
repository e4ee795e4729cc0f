"""Pages: bad input is told and kept, filters narrow, and a step that is not open leads back."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from members.careers.services import careers, procedures
from tests.members.careers.conftest import REASON
from tests.members.conftest import identity_number
from tests.signing import client_of

pytestmark = pytest.mark.django_db


def names(client, **query):
    page = client.get(reverse("members:careers"), query).content.decode()
    return {name for name in ("王建国", "刘敏", "孙丽") if f">{name}</a>" in page}


def test_filters_narrow(career, cast, district):
    career("worker", certificate="senior")
    career("deputy", name="刘敏", order=2, degree="college", born="19700101")
    career("grid", name="孙丽", order=4, degree="")
    client = client_of(cast.dc)
    assert names(client) == {"王建国", "刘敏", "孙丽"}
    assert names(client, post="deputy") == {"刘敏"}
    assert names(client, degree="none") == {"孙丽"}
    assert names(client, certificate="senior") == {"王建国"}
    assert names(client, age="56-") == {"刘敏"}
    assert names(client, age="36-45") == {"王建国", "孙丽"}
    assert names(client, unit=district.grid_1.pk) == {"孙丽"}
    assert names(client, q="刘") == {"刘敏"}
    assert names(client, tab="left") == set()
    assert names(client, when_after="2023-01-01") == set()
    assert names(client, due="1") == set()


@pytest.mark.parametrize(
    "query",
    ["age=abc", "unit=99999999999999999999", "grade=7", "when_after=2026-99-99", "happened=x", "after=x", "q=%00"],
)
def test_no_address_breaks_the_lists(query, cast):
    client = client_of(cast.dc)
    for page in ("members:careers", "members:career_procedures", "members:appraisals", "members:career_figures"):
        assert client.get(f"{reverse(page)}?{query}").status_code in {200, 400}


def test_an_entry_by_the_form(person, cast, district, calendar):
    person("王建国", identity=identity_number("19900101"))
    client = client_of(cast.dc)
    form = {
        "name": "王建国", "identity": identity_number("19910101"), "unit": district.community_1.pk, "post": "worker",
        "entered_on": "2022-03-01", "recruited": "open", "degree": "bachelor", "grounds": "2022 年公开招聘",
    }  # fmt: skip
    answer = client.post(reverse("members:career_add"), form)
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "都相符" in page
    assert "2022 年公开招聘" in page
    answer = client.post(reverse("members:career_add"), form | {"identity": identity_number("19900101")}, follow=True)
    assert "一般岗 3 级" in answer.content.decode()
    assert identity_number("19900101") not in answer.content.decode()


def test_a_measure_by_the_form_and_its_steps(career, cast, now):
    made = career()
    client = client_of(cast.cs)
    url = reverse("members:career_propose", args=[made.pk, "measure"])
    form = {"path": "discipline", "name": "警告", "from_on": "2026-11-20", "words": "违反工作纪律，擅离岗位"}
    answer = client.post(url, form)
    assert answer.status_code == 400
    assert "影响期满" in answer.content.decode()
    assert client.post(url, form | {"until_on": "2027-05-19"}).status_code == 302
    assert client.get(reverse("members:career_propose", args=[made.pk, "nonsense"])).status_code == 404


def test_a_step_that_is_not_open_leads_back(career, cast, now):
    found = procedures.propose(
        career_id=career().pk, kind="promotion", path="grid_to_worker", words=REASON, by=cast.cs, now=now
    )
    client = client_of(cast.ss)
    answer = client.get(reverse("members:career_step", args=[found.pk, "settle"]), follow=True)
    assert answer.redirect_chain
    assert "不能“异议查处”" in answer.content.decode()
    late = client.post(reverse("members:career_step", args=[found.pk, "publish"]), {"where": "社区公示栏"})
    assert late.status_code == 409
    assert "社区公示栏" in late.content.decode()
    assert client_of(cast.cs).post(
        reverse("members:career_step", args=[found.pk, "review"]), {"support": "1", "words": "同意"}
    ).status_code == 403  # fmt: skip


def test_the_pile_says_what_waits_for_whom(career, cast, now):
    procedures.propose(
        career_id=career().pk, kind="promotion", path="grid_to_worker", words=REASON, by=cast.cs, now=now
    )
    url = reverse("members:career_procedures")
    assert ">王建国</a>" in client_of(cast.ss).get(url).content.decode()
    assert ">王建国</a>" not in client_of(cast.dc).get(url).content.decode()
    assert ">王建国</a>" in client_of(cast.dc).get(url, {"tab": "open"}).content.decode()


def test_the_notice_has_no_number_of_anybody(career, cast, now):
    made = career(phone="13812344080")
    found = procedures.propose(
        career_id=made.pk, kind="promotion", path="grid_to_worker", words=REASON, by=cast.cs, now=now
    )
    procedures.review(procedure_id=found.pk, support=True, words="同意", by=cast.ss, now=now)
    procedures.publish(procedure_id=found.pk, where="社区公示栏", by=cast.ss, now=now)
    page = client_of(cast.ss).get(reverse("members:career_notice", args=[found.pk])).content.decode()
    assert "1990年1月" in page
    for number in (identity_number("19900101"), "13812344080", "138****4080", made.person.identity_masked):
        assert number not in page


def test_who_left_keeps_their_page(career, cast, now):
    made = career("worker")
    careers.end_service(
        career_id=made.pk, how="resigned", on=date(2026, 11, 20), grounds="个人原因", by=cast.dc, now=now
    )
    page = client_of(cast.dc).get(reverse("members:career", args=[made.pk])).content.decode()
    assert "已辞职" in page
    assert "登记离岗" not in page
