"""What the city hotline returned, in the browser: found in the worklist, seen on the appeal's page, answered there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from appeals import services
from appeals.models import Appeal, HotlineReturn
from governance.outbox.delivery import deliver_next
from governance.ui import dates
from tests.appeals.asking import ask_more, clock, decide_more
from tests.appeals.conftest import REPLY, refuse_newest
from tests.appeals.pages.conftest import XSS

CORRECTED = "您反映的电梯主板已于十一月二十日更换，当日恢复运行。"


def step(appeal: Any, name: str) -> str:
    return reverse("appeals:step", args=[appeal.pk, name])


def detail(appeal: Any) -> str:
    return reverse("appeals:detail", args=[appeal.pk])


class TestFound:
    def test_in_the_worklist_and_the_list_of_the_desk(self, returned, browse, cast) -> None:
        client = browse(cast.ss)
        page = client.get(reverse("appeals:worklist")).content.decode()
        assert "hotline_return=open" in page
        assert "处理退回" in page
        listed = client.get(reverse("appeals:list"), {"hotline_return": "open"}).context["rows"]
        assert [row.object for row in listed] == [returned.appeal]
        others = browse(cast.dc).get(reverse("appeals:list"), {"hotline_return": "open"}).context["rows"]
        assert list(others) == []

    def test_by_its_own_limit_though_the_appeal_is_closed(self, city, returned, browse, cast, now) -> None:
        report = services.VisitReport(method="phone", reached=True, solved=True, satisfaction="satisfied")
        services.visit(appeal_id=returned.appeal_id, report=report, by=cast.ss, now=now)
        sections = {one.key: one for one in browse(cast.ss).get(reverse("appeals:worklist")).context["sections"]}
        (item,) = sections["hotline_return"].items
        due = clock(returned.appeal, "hotline_return").due_at
        assert f'title="时限 {dates.moment(due)}' in item.clock
        assert item.appeal.due_at is None

    def test_no_other_word_narrows_the_list(self, returned, browse, cast) -> None:
        answer = browse(cast.ss).get(reverse("appeals:list"), {"hotline_return": "x' OR 1=1"})
        assert answer.status_code in {200, 400}


class TestOnTheAppealsPage:
    def test_what_was_refused_why_and_what_had_been_sent(self, city, resolved_for_the_city, browse, cast, now) -> None:
        returned = refuse_newest(city, now, "<b>未说明</b>完成时间")
        page = browse(cast.ss).get(detail(returned.appeal)).content.decode()
        assert "&lt;b&gt;未说明&lt;/b&gt;完成时间" in page
        assert "R01" in page
        assert page.count(REPLY) >= 3  # as sent, as it stands, and in the form

    def test_who_may_not_answer_reads_it_and_has_no_form(self, returned, browse, cast) -> None:
        page = browse(cast.ds).get(detail(returned.appeal))
        assert "答复未说明完成时间" in page.content.decode()
        assert not {"resend_to_hotline", "set_aside_return"} & set(page.context["can"])

    def test_nothing_is_said_of_what_came_otherwise(self, resolved, browse, cast) -> None:
        page = browse(cast.ss).get(detail(resolved))
        assert "热线退回" not in page.content.decode()
        assert not [name for name in page.context["can"] if "hotline" in name]


class TestAnswered:
    def test_corrected_and_sent_again(self, returned, browse, cast) -> None:
        client, appeal = browse(cast.ss), returned.appeal
        page = client.get(detail(appeal))
        assert page.context["next_step"] == "resend_to_hotline"
        same = client.post(step(appeal, "resend_to_hotline"), {"returned": returned.pk, "public_reply": REPLY})
        assert (same.status_code, "与被退回的相同" in same.content.decode()) == (400, True)
        given = {"returned": returned.pk, "public_reply": CORRECTED, "words": XSS}
        assert client.post(step(appeal, "resend_to_hotline"), given).status_code == 302
        page = client.get(detail(appeal)).content.decode()
        assert f"原答复：{REPLY}" in page
        assert XSS not in page
        assert HotlineReturn.objects.get().state == "resent"

    def test_done_anew(self, returned, browse, cast) -> None:
        given = {"returned": returned.pk, "words": "答复不实，重新办理。"}
        assert browse(cast.ss).post(step(returned.appeal, "rework_for_hotline"), given).status_code == 302
        assert Appeal.objects.get(pk=returned.appeal_id).state == "in_progress"

    def test_set_aside(self, returned, browse, cast) -> None:
        client, url = browse(cast.ss), step(returned.appeal, "set_aside_return")
        assert "存查后不再向市热线报送" in client.get(url).content.decode()
        short = client.post(url, {"returned": returned.pk, "words": "阅"})
        assert (short.status_code, "不少于 5 个字" in short.content.decode()) == (400, True)
        assert client.post(url, {"returned": returned.pk, "words": "已与市热线沟通。"}).status_code == 302
        assert client.get(url).status_code == 302

    @pytest.mark.parametrize("which", ["0", "999999999999999999999", "x", "-1", ""])
    def test_of_a_return_that_is_none(self, returned, browse, cast, which) -> None:
        given = {"returned": which, "words": "已与市热线沟通。"}
        assert browse(cast.ss).post(step(returned.appeal, "set_aside_return"), given).status_code == 400
        assert HotlineReturn.objects.get().state == "open"


class TestExtension:
    @pytest.fixture
    def asked(self, city, registered, cast, district, now, settings, tmp_path) -> Appeal:
        settings.MEDIA_ROOT = tmp_path
        appeal = registered(channel="hotline", source_number="DQ7")
        services.dispatch(appeal_id=appeal.pk, to_unit_id=district.department_1.pk, by=cast.dc, now=now)
        services.accept(appeal_id=appeal.pk, by=cast.ds, now=now)
        return ask_more(appeal, cast.ds, now)

    def test_who_decides_sees_what_the_city_said_of_the_request(self, city, asked, browse, cast, now) -> None:
        refuse_newest(city, now, "同类事项不予延期")
        page = browse(cast.dc).get(detail(asked))
        (request,) = page.context["requests"]
        assert [one.reason for one in request.returned] == ["同类事项不予延期"]
        assert "decide_extension" in page.context["can"]
        assert "市热线退回“申请延期”（R01）：同类事项不予延期" in page.content.decode()

    def test_it_is_told_again_with_an_explanation(self, city, asked, browse, cast, now) -> None:
        returned = refuse_newest(city, now, "同类事项不予延期")
        client, url = browse(cast.dc), step(asked, "resend_to_hotline")
        assert 'name="public_reply"' not in client.get(url).content.decode()
        given = {"returned": returned.pk, "words": "厂家停产，须定制。"}
        assert client.post(url, given).status_code == 302
        assert HotlineReturn.objects.get().state == "resent"

    def test_and_what_it_said_of_the_decision(self, city, asked, browse, cast, now) -> None:
        decide_more(asked, cast.dc, now + timedelta(seconds=20))
        refuse_newest(city, now + timedelta(seconds=30), "不予延期")
        (request,) = browse(cast.dc).get(detail(asked)).context["requests"]
        assert [(one.event, one.reason) for one in request.returned] == [("extension_granted", "不予延期")]

    def test_another_request_has_nothing_to_do_with_it(self, city, asked, browse, cast, now) -> None:
        refuse_newest(city, now, "同类事项不予延期")
        decide_more(asked, cast.dc, now + timedelta(seconds=10), grant=False)
        ask_more(asked, cast.ds, now + timedelta(seconds=20))
        newest, first = browse(cast.dc).get(detail(asked)).context["requests"]
        assert (newest.returned, [one.event for one in first.returned]) == ([], ["extension_requested"])


class TestWhatWasSent:
    def test_with_what_became_of_it(self, returned, browse, cast, django_assert_max_num_queries) -> None:
        client, appeal = browse(cast.ss), returned.appeal
        url = reverse("appeals:hotline_panel", args=[appeal.pk])
        assert url in client.get(detail(appeal)).content.decode()
        with django_assert_max_num_queries(10):
            page = client.get(url).content.decode()
        assert (page.count("已送达"), page.count("答复未说明完成时间")) == (3, 1)
        client.post(step(appeal, "set_aside_return"), {"returned": returned.pk, "words": "已与市热线沟通。"})
        assert "已存查：已与市热线沟通。" in client.get(url).content.decode()

    def test_why_it_did_not_arrive(self, city, resolved_for_the_city, browse, cast, now) -> None:
        city.plan = [(404, b"")]
        assert deliver_next(now=now) is False
        url = reverse("appeals:hotline_panel", args=[resolved_for_the_city.pk])
        page = browse(cast.ss).get(url).content.decode()
        assert "对方返回 HTTP 404" in page
        assert ("未送达" in page, page.count("待发送")) == (True, 3)

    def test_of_what_came_otherwise_there_is_nothing(self, resolved, browse, cast) -> None:
        client, url = browse(cast.ss), reverse("appeals:hotline_panel", args=[resolved.pk])
        assert url not in client.get(detail(resolved)).content.decode()
        assert "还没有向市热线报送过" in client.get(url).content.decode()


def test_the_page_of_a_hotline_appeal_costs_two_queries_more(
    returned, resolved, browse, cast, django_assert_max_num_queries
) -> None:
    client = browse(cast.ss)
    with django_assert_max_num_queries(60) as other:
        client.get(detail(resolved))
    with django_assert_max_num_queries(len(other) + 4):
        client.get(detail(returned.appeal))
