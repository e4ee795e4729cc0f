"""The list page: its state is in the address, its partial is a part of its page, its bulk actions ask first."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from governance.outbox.models import InboxItem
from governance.ui import nav
from governance.ui.lists import Count, capped_counts
from governance.ui.models import ColumnChoice, SavedView
from tests.ui.specimen import List

pytestmark = pytest.mark.django_db

URL = "/specimen/"
HTMX = {"HX-Request": "true", "HX-Target": "results"}


@pytest.fixture(autouse=True)
def _rows(rows):
    return rows


def text_of(response) -> str:
    return response.content.decode()


def ids_in(response) -> list[int]:
    return [int(pk) for pk in re.findall(r'name="ids" value="(\d+)"', text_of(response))]


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_the_page_holds_its_partial(signed_in: Client):
    page = text_of(signed_in.get(f"{URL}?level=over"))
    partial = text_of(signed_in.get(f"{URL}?level=over", headers=HTMX))
    assert "<html" in page
    assert "<html" not in partial
    assert partial.strip().startswith('<section class="card results" id="results"')
    assert page.count('name="ids"') == partial.count('name="ids"') == 18


def test_a_browser_going_back_gets_the_page_and_not_the_part(signed_in: Client):
    answer = signed_in.get(URL, headers={**HTMX, "HX-History-Restore-Request": "true"})
    assert "<html" in text_of(answer)
    assert "HX-Request" in answer["Vary"]


@pytest.mark.parametrize("path", [URL, "/specimen/detail/"])
def test_personal_data_stays_out_of_caches(signed_in: Client, path: str):
    assert "no-store" in signed_in.get(path)["Cache-Control"]


def test_the_tabs_count_what_the_filters_leave(signed_in: Client):
    page = signed_in.get(f"{URL}?q=第1")
    counts = {tab.key: count.number for tab, count in page.context["tabs"]}
    rows = [row for row in InboxItem.objects.all() if "第1" in row.title]
    assert counts == {
        "": len(rows),
        "soon": sum(row.level == "soon" for row in rows),
        "over": sum(row.level == "over" for row in rows),
    }


def test_a_tab_shows_its_rows_alone(signed_in: Client):
    shown = ids_in(signed_in.get(f"{URL}?tab=over"))
    assert set(shown) == set(InboxItem.objects.filter(level="over").values_list("pk", flat=True))


def test_a_range_of_days_includes_both_ends(signed_in: Client, now: dt.datetime):
    InboxItem.objects.create(
        user_id=1, key="late", title="晚", created_at=dt.datetime(2026, 11, 20, 15, 59, tzinfo=dt.UTC)
    )
    InboxItem.objects.create(
        user_id=1, key="next", title="次", created_at=dt.datetime(2026, 11, 20, 16, 0, tzinfo=dt.UTC)
    )
    shown = signed_in.get(f"{URL}?created_after=2026-11-20&created_before=2026-11-20")
    assert [row.object.key for row in shown.context["rows"]] == ["late"]


@pytest.mark.parametrize(
    "query",
    [
        "tab=none", "order=none", "size=7", "size=abc", "after=%%%", "after=" + "A" * 5000, "subject_id=abc",
        "subject_id=" + "9" * 40, "created_after=2026-13-99", "level=none", "page=2", "q=%F0%9F%98%80",
        "q=" + "长" * 300,
    ],
)  # fmt: skip
def test_no_address_breaks_a_list(signed_in: Client, query: str):
    assert signed_in.get(f"{URL}?{query}").status_code == 200


def test_a_wrong_filter_is_told_beside_it_and_shows_no_rows(signed_in: Client):
    page = signed_in.get(f"{URL}?created_after=2026-13-99")
    assert page.context["rows"] == []
    assert "输入一个有效的日期" in text_of(page)
    assert page.context["is_folded"] is False


def test_pages_follow_each_other(signed_in: Client):
    first = signed_in.get(f"{URL}?size=50")
    second = signed_in.get(f"{URL}?size=50&after={first.context['page'].next}")
    assert len(ids_in(first)) == len(ids_in(second)) == 50
    assert not set(ids_in(first)) & set(ids_in(second))
    assert "第 51–100 件，共 128 件" in re.sub(r"\s+", " ", text_of(second))


def test_a_list_costs_a_fixed_number_of_queries(signed_in: Client, django_assert_max_num_queries):
    with django_assert_max_num_queries(7):  # session, user, views, columns, counts, rows; one to spare
        signed_in.get(f"{URL}?size=100")


# Saved views and columns ----------------------------------------------------------------------------------------------


def save(client: Client, **fields: str):
    return client.post("/ui/views/save/", {"page": "specimen", "next": URL, **fields})


def test_a_view_is_saved_opened_by_default_and_deleted(signed_in: Client, person):
    save(signed_in, name="我的超期", query="level=over&order=old", is_default="on")
    view = SavedView.objects.get()
    assert (view.user_id, view.query, view.is_default) == (person.pk, "level=over&order=old", True)
    assert signed_in.get(URL).headers["Location"] == "?level=over&order=old"
    assert signed_in.get(f"{URL}?view=none").status_code == 200
    signed_in.post(f"/ui/views/{view.pk}/delete/", {"next": URL})
    assert not SavedView.objects.exists()


def test_only_one_view_opens_by_default(signed_in: Client):
    save(signed_in, name="一", query="tab=over", is_default="on")
    save(signed_in, name="二", query="tab=soon", is_default="on")
    save(signed_in, name="一", query="tab=soon")
    assert list(SavedView.objects.order_by("pk").values_list("name", "query", "is_default")) == [
        ("一", "tab=soon", False),
        ("二", "tab=soon", True),
    ]


@pytest.mark.parametrize(
    "fields", [{"name": ""}, {"name": "长" * 33}, {"name": "a", "query": "q" * 2001}, {"page": "", "name": "a"}]
)
def test_a_view_that_cannot_be_saved_is_told(signed_in: Client, fields):
    answer = save(signed_in, **fields)
    assert answer.status_code == 302
    assert "请" in said(answer)[0]
    assert not SavedView.objects.exists()


def test_nobody_deletes_anothers_view(signed_in: Client):
    view = SavedView.objects.create(user_id=999, page="specimen", name="别人的")
    signed_in.post(f"/ui/views/{view.pk}/delete/", {"next": URL})
    assert SavedView.objects.filter(pk=view.pk).exists()


def test_columns_are_chosen_ordered_and_reset(signed_in: Client):
    chosen = {"page": "specimen", "next": URL, "columns": ["title", "read_at", "nonsense", "state"]}
    signed_in.post("/ui/columns/", chosen)
    columns = [column.key for column in signed_in.get(URL).context["columns"]]
    assert columns == ["number", "title", "read_at", "state"]
    signed_in.post("/ui/columns/", {**chosen, "reset": "1"})
    assert not ColumnChoice.objects.exists()
    assert "category" in [column.key for column in signed_in.get(URL).context["columns"]]


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_a_form_leads_back_to_this_site_alone(signed_in: Client, target: str):
    answer = signed_in.post("/ui/prefer/", {"elder": "1", "next": target})
    assert answer.headers["Location"] == "/"
    assert answer.cookies["elder"].value == "1"


def test_preferences_are_drawn_by_the_server(signed_in: Client):
    signed_in.cookies["elder"] = signed_in.cookies["dark"] = "1"
    assert '<html lang="zh-CN" data-bs-theme="dark" class="elder">' in text_of(signed_in.get(URL))


# Bulk actions ---------------------------------------------------------------------------------------------------------


def act(client: Client, action: str = "dispatch", query: str = "", **fields):
    return client.post(f"{URL}{query}", {"action": action, **fields})


def test_a_bulk_action_asks_before_it_does(signed_in: Client, rows):
    ids = [rows[0].pk, rows[1].pk]
    asked = act(signed_in, ids=ids)
    assert asked.status_code == 200
    assert "将对 <b>2</b> 件执行“批量交办”" in text_of(asked)
    assert not InboxItem.objects.filter(body="请办").exists()
    done = act(signed_in, ids=ids, confirmed="1", words="请办")
    assert said(done) == ["批量交办完成，共 2 件。"]
    assert set(InboxItem.objects.filter(body="请办").values_list("pk", flat=True)) == set(ids)


def test_everything_that_matches_is_what_the_address_says(signed_in: Client):
    act(signed_in, query="?tab=over&level=over", everything="1", confirmed="1", words="请办")
    done = InboxItem.objects.filter(body="请办")
    assert done.count() == 18
    assert set(done.values_list("level", flat=True)) == {"over"}


def test_a_row_outside_the_scope_is_not_touched(signed_in: Client, rows):
    foreign = InboxItem.objects.create(user_id=2, key="x", title="他人", created_at=rows[0].created_at)
    act(signed_in, ids=[rows[0].pk, foreign.pk], confirmed="1", words="请办")
    foreign.refresh_from_db()
    assert foreign.body == ""


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "请先选择"),
        ({"ids": ["abc", "-1", "9" * 30]}, "请先选择"),
        ({"everything": "1"}, "一次最多“批量交办”60 件"),
        ({"action": "nonsense"}, "没有这项批量操作"),
    ],
)
def test_what_cannot_be_done_is_told(signed_in: Client, fields, told):
    answer = act(signed_in, **fields)
    assert answer.status_code == 302
    assert told in said(answer)[0]


def test_a_wrong_form_keeps_what_was_typed_and_the_rows(signed_in: Client, rows):
    answer = act(signed_in, ids=[rows[0].pk], confirmed="1", words="坏")
    assert answer.status_code == 400
    assert "请写清楚。" in text_of(answer)
    assert f'name="ids" value="{rows[0].pk}"' in text_of(answer)
    assert ">\n坏</textarea>" in text_of(answer)


def test_a_refusal_of_the_service_stands_beside_its_field(signed_in: Client, rows):
    answer = act(signed_in, ids=[rows[0].pk], confirmed="1", words="全拒")
    assert answer.status_code == 409
    assert answer.context["form"].errors["words"] == ["这些工单已被交办。"]


def test_rows_that_were_refused_are_listed_with_their_reason(signed_in: Client, rows):
    answer = act(signed_in, ids=[rows[0].pk, rows[1].pk], confirmed="1", words="拒一")
    assert "完成 <b>1</b> 件，未完成 <b>1</b> 件" in text_of(answer)
    assert "已被他人交办。" in text_of(answer)


def test_an_action_of_the_whole_list_needs_no_rows(signed_in: Client):
    assert "将对 <b>128</b> 件执行“导出”" in text_of(act(signed_in, "export"))
    assert text_of(act(signed_in, "export", "?tab=over", confirmed="1")) == "18"


def test_without_the_right_an_action_is_neither_offered_nor_done(signed_in: Client, rows, monkeypatch):
    monkeypatch.setattr(nav._registry, "may", lambda actor, right: False)
    actions = [replace(action, right="appeal.dispatch") for action in List.bulk_actions]
    monkeypatch.setattr(List, "bulk_actions", actions)
    assert 'value="dispatch"' not in text_of(signed_in.get(URL))
    answer = act(signed_in, ids=[rows[0].pk], confirmed="1", words="请办")
    assert said(answer) == ["您没有“批量交办”的权限。"]


def test_counting_stops_at_the_cap(now):
    rows = InboxItem.objects.filter(user_id=1)
    counts = capped_counts([rows, rows.filter(level="over"), rows.none()], 100)
    assert counts == [Count(100, True), Count(18), Count(0)]
    assert [str(count) for count in counts] == ["100+", "18", "0"]


def test_an_empty_list_says_the_way_on(signed_in: Client):
    assert "清除全部条件" in text_of(signed_in.get(f"{URL}?q=没有这样的内容"))
    InboxItem.objects.all().delete()
    assert "暂无记录" in text_of(signed_in.get(URL))
