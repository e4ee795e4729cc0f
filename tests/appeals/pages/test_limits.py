"""What the pages show of extensions and shelvings, and to whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from appeals import services
from appeals.models import Appeal
from tests.appeals.asking import REASON, ask_more, ask_to_lie, decide_more, decide_to_lie


def page(client, appeal: Appeal) -> str:
    return client.get(reverse("appeals:detail", args=[appeal.pk])).content.decode()


@pytest.fixture
def shelved(in_progress, cast, now) -> Appeal:
    ask_to_lie(in_progress, cast.ds, now, timezone.localdate(now) + timedelta(days=90))
    return decide_to_lie(in_progress, cast.dc, now)


class TestDeciding:
    def test_one_click_from_the_worklist(self, in_progress, browse, cast, now) -> None:
        ask_more(in_progress, cast.ds, now)
        sections = browse(cast.dc).get(reverse("appeals:worklist")).context["sections"]
        (pile,) = [section for section in sections if section.key == "extension"]
        assert (pile.count.number, pile.items[0].word) == (1, "审批")
        shown = browse(cast.dc).get(reverse("appeals:detail", args=[in_progress.pk]))
        assert shown.context["next_step"] == "decide_extension"
        assert REASON in shown.content.decode()

    def test_nobody_elses_worklist_has_it(self, in_progress, browse, cast, now) -> None:
        ask_more(in_progress, cast.ds, now)
        ask_to_lie(in_progress, cast.ds, now, timezone.localdate(now) + timedelta(days=90))
        for who in ("sl", "cs", "ds"):
            sections = browse(getattr(cast, who)).get(reverse("appeals:worklist")).context["sections"]
            assert not [s for s in sections if s.key in {"extension", "shelving"} and s.count.number]

    def test_who_asked_sees_that_it_waits(self, in_progress, browse, cast, now) -> None:
        ask_more(in_progress, cast.ds, now)
        shown = browse(cast.ds).get(reverse("appeals:detail", args=[in_progress.pk]))
        assert "待审批" in shown.content.decode()
        assert "ask_extension" not in shown.context["can"]
        assert "decide_extension" not in shown.context["can"]


class TestShown:
    def test_the_evidence_lies_with_its_request(self, in_progress, browse, cast, now) -> None:
        ask_more(in_progress, cast.ds, now)
        decide_more(in_progress, cast.dc, now)
        (asked,) = browse(cast.ds).get(reverse("appeals:detail", args=[in_progress.pk])).context["requests"]
        assert ([a.name for a in asked.attachments], asked.chip.text) == (["发货单.jpg"], "已同意")

    def test_a_shelved_one_says_until_when_and_needs_nothing(self, shelved, browse, cast) -> None:
        shown = page(browse(cast.ds), shelved)
        assert "办理时限暂停" in shown
        assert "计时暂停" in shown
        assert "挂账 1 次" in shown
        # The way back is in the menu, for who may.
        assert browse(cast.ds).get(reverse("appeals:step", args=[shelved.pk, "reactivate"])).status_code == 200
        assert browse(cast.ss).get(reverse("appeals:step", args=[shelved.pk, "reactivate"])).status_code == 302

    def test_the_list_has_its_tab_and_the_review_date(self, shelved, registered, browse, cast, now) -> None:
        registered()
        answer = browse(cast.dc).get(f"{reverse('appeals:list')}?tab=shelved")
        assert [row.object.pk for row in answer.context["rows"]] == [shelved.pk]
        assert f"{timezone.localdate(shelved.due_at):%Y-%m-%d} 复核" in answer.content.decode()

    def test_budget(self, shelved, browse, cast, now, django_assert_max_num_queries) -> None:
        services.reactivate(appeal_id=shelved.pk, words="提前解冻，恢复施工。", by=cast.ds, now=now)
        ask_more(shelved, cast.ds, now)
        client = browse(cast.dc)
        client.get(reverse("appeals:detail", args=[shelved.pk]))
        with django_assert_max_num_queries(36):
            client.get(reverse("appeals:detail", args=[shelved.pk]))
