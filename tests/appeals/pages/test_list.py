"""The list: tabs, filters, numbers that must not stand in an address, bulk dispatch, budgets."""

import re

import pytest

from appeals import services
from appeals.models import Appeal
from governance.privacy import blind_index
from tests.appeals.pages.conftest import XSS

HTMX = {"HX-Request": "true", "HX-Target": "results"}
LIST = "/appeals/"


def numbers(response) -> set[str]:
    return set(re.findall(r"MH\d{8}-\d{4}", response.content.decode()))


@pytest.fixture
def three(registered, cast, district):
    """Two appeals of the first community, one of the second street."""
    return [
        registered(unit_id=district.grid_1.pk, title="三号楼电梯故障"),
        registered(
            unit_id=district.community_1.pk,
            title="路灯不亮",
            content="晚上看不清路。",
            phone="13900001111",
            channel="counter",
        ),
        registered(unit_id=district.community_3.pk, title="垃圾清运不及时", content="气味很大。", urgency=2),
    ]


class TestScopeAndTabs:
    def test_each_sees_what_is_theirs(self, three, browse, cast) -> None:
        assert numbers(browse(cast.dc).get(LIST)) == {a.number for a in three}
        assert numbers(browse(cast.cw).get(LIST)) == {a.number for a in three[:2]}
        assert numbers(browse(cast.gw).get(LIST)) == {three[0].number}
        assert numbers(browse(cast.ds).get(LIST)) == set()

    def test_offices_are_refused(self, three, browse, cast) -> None:
        for actor in (cast.au, cast.se, cast.sy):
            assert browse(actor).get(LIST).status_code == 403

    def test_tabs_narrow_and_count(self, three, browse, cast, district, now) -> None:
        services.dispatch(appeal_id=three[0].pk, to_unit_id=district.department_1.pk, by=cast.dc, now=now)
        page = browse(cast.dc).get(LIST, {"tab": "dispatched"})
        assert numbers(page) == {three[0].number}
        counts = {tab.key: count.number for tab, count in page.context["tabs"]}
        assert (counts["all"], counts["registered"], counts["dispatched"], counts["closed"]) == (3, 2, 1, 0)

    def test_returns_stand_apart_from_what_is_to_be_dispatched(self, dispatched, browse, cast, now) -> None:
        services.send_back(
            appeal_id=dispatched.pk, reason="not_my_duty", words="不属于本局职责范围", by=cast.ds, now=now
        )
        page = browse(cast.dc).get(LIST, {"tab": "sent_back"})
        assert numbers(page) == {dispatched.number}
        assert "裁定" in page.content.decode()
        assert not numbers(browse(cast.dc).get(LIST, {"tab": "registered"}))

    def test_the_numbers_of_a_filtered_list_come_after_the_page(self, three, browse, cast) -> None:
        client = browse(cast.dc)
        page = client.get(LIST, {"channel": "counter"})
        assert all(count is None for _, count in page.context["tabs"])
        counted = client.get(page.context["counts_url"]).content.decode()
        assert re.search(r'id="tab-all"[^>]*>全部 <span class="n[^"]*">1<', counted)


class TestFilters:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"q": "电梯"}, [0]), ({"q": "路灯不亮"}, [1]), ({"channel": "counter"}, [1]), ({"urgency": "2"}, [2]),
            ({"state": "closed"}, []), ({"handler": "无此人"}, []), ({"mine": "logged"}, [0, 1, 2]),
            ({"mine": "handled"}, []), ({"registered_after": "2020-01-01"}, [0, 1, 2]),
            ({"registered_before": "2020-01-01"}, []), ({"q": "？！"}, []),
        ],
    )  # fmt: skip
    def test_narrow(self, three, browse, cast, query, found) -> None:
        assert numbers(browse(cast.dc).get(LIST, query)) == {three[i].number for i in found}

    def test_by_number_place_and_category(self, three, browse, cast, district) -> None:
        client = browse(cast.dc)
        assert numbers(client.get(LIST, {"q": three[1].number.lower()})) == {three[1].number}
        assert numbers(client.get(LIST, {"place": district.street_2.pk})) == {three[2].number}
        assert numbers(client.get(LIST, {"place": district.grid_1.pk})) == {three[0].number}

    @pytest.mark.parametrize(
        "query",
        [
            {"category": "x"}, {"place": "9" * 30}, {"registered_after": "31/31"}, {"urgency": "9"}, {"after": "x"},
            {"person": "phone-zz"}, {"order": "no"}, {"size": "7"},
        ],
    )  # fmt: skip
    def test_nonsense_is_no_error(self, three, browse, cast, query) -> None:
        assert browse(cast.dc).get(LIST, query).status_code == 200

    def test_the_partial_is_the_same_as_in_the_page(self, three, browse, cast) -> None:
        client = browse(cast.dc)
        page = client.get(LIST, {"q": "电梯"}).content.decode()
        partial = client.get(LIST, {"q": "电梯"}, headers=HTMX).content.decode()
        rows = re.compile(r"<tbody>.*?</tbody>", re.DOTALL)
        tokens = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')
        assert "<html" not in partial
        assert tokens.sub("", rows.search(partial)[0]) == tokens.sub("", rows.search(page)[0])

    def test_text_is_shown_as_text(self, registered, browse, cast) -> None:
        registered(title=XSS, content=XSS * 2, complainant=XSS, address=XSS)
        page = browse(cast.dc).get(LIST, {"q": XSS}).content.decode()
        assert "<script>alert" not in page
        assert "<script>alert" not in browse(cast.dc).get(LIST).content.decode()


class TestFullNumbers:
    def test_a_number_in_the_address_is_replaced_by_its_hash(self, three, browse, cast) -> None:
        response = browse(cast.dc).get(LIST, {"q": "139 0000 1111", "tab": "all"})
        key = blind_index("phone", "13900001111")
        assert response.status_code == 302
        assert "1111" not in response["Location"].replace(key, "")
        assert numbers(browse(cast.dc).get(response["Location"])) == {three[1].number}

    def test_the_form_goes_by_post_and_comes_back_with_the_hash(self, three, browse, cast) -> None:
        response = browse(cast.dc).post("/appeals/find/", {"q": "13900001111", "channel": "counter", "unit": ""})
        assert response.status_code == 302
        assert "13900001111" not in response["Location"]
        assert "unit=" not in response["Location"]
        assert numbers(browse(cast.dc).get(response["Location"])) == {three[1].number}

    def test_other_words_stay_as_they_are(self, browse, cast) -> None:
        response = browse(cast.dc).post("/appeals/find/", {"q": "电梯"})
        assert "q=%E7%94%B5%E6%A2%AF" in response["Location"]

    def test_outside_the_scope_a_number_finds_nothing(self, three, browse, cast) -> None:
        client = browse(cast.ss_2)
        assert not numbers(client.get(LIST, {"q": "13900001111"}, follow=True))


class TestBulkDispatch:
    def post(self, client, ids, **more):
        data = {"action": "dispatch", "ids": [str(pk) for pk in ids], **more}
        return client.post(LIST, data)

    def test_asks_then_dispatches(self, three, browse, cast, district) -> None:
        client = browse(cast.dc)
        asked = self.post(client, [a.pk for a in three])
        assert asked.status_code == 200
        assert "将对" in asked.content.decode()
        done = self.post(client, [a.pk for a in three], confirmed="1", to_unit=district.street_1.pk, words="请办理")
        assert done.status_code == 302
        assert set(Appeal.objects.values_list("state", flat=True)) == {"dispatched"}

    def test_what_was_refused_stays_chosen_with_its_reason(self, three, browse, cast, district, now) -> None:
        services.dispatch(appeal_id=three[0].pk, to_unit_id=district.department_1.pk, by=cast.dc, now=now)
        done = self.post(browse(cast.dc), [a.pk for a in three], confirmed="1", to_unit=district.street_1.pk)
        page = done.content.decode()
        assert (done.status_code, "未交办 <b>1</b>" in page) == (200, True)
        assert f'value="{three[0].pk}" checked' in page
        assert "不能交办" in page

    def test_all_that_match(self, three, browse, cast, district) -> None:
        client = browse(cast.dc)
        data = {"action": "dispatch", "everything": "1", "confirmed": "1", "to_unit": district.street_1.pk}
        client.post(f"{LIST}?q=电梯", data)
        assert Appeal.objects.filter(state="dispatched").count() == 1

    def test_without_a_unit_nothing_happens(self, three, browse, cast) -> None:
        asked = self.post(browse(cast.dc), [three[0].pk], confirmed="1", to_unit="", words="请尽快")
        assert asked.status_code == 400
        assert "请尽快" in asked.content.decode()
        assert not Appeal.objects.filter(state="dispatched").exists()

    def test_not_offered_to_who_may_not(self, three, browse, cast, district) -> None:
        client = browse(cast.gw)
        assert "批量交办" not in client.get(LIST).content.decode()
        self.post(client, [three[0].pk], confirmed="1", to_unit=district.grid_2.pk)
        assert Appeal.objects.get(pk=three[0].pk).state == "registered"


class TestBudgets:
    # Two of them read the categories and the units of the page's rows: faster than planning the joins.
    @pytest.mark.parametrize(("who", "most"), [("dc", 13), ("ss", 14), ("cw", 14), ("gw", 14), ("ds", 14)])
    def test_list(self, registered, browse, cast, district, django_assert_max_num_queries, who, most) -> None:
        for n in range(12):
            registered(unit_id=(district.grid_1 if n % 2 else district.community_1).pk, title=f"路灯 {n}")
        client = browse(getattr(cast, who))
        client.get(LIST)
        with django_assert_max_num_queries(most):
            assert client.get(LIST).status_code == 200
        with django_assert_max_num_queries(most):
            client.get(LIST, {"q": "路灯"}, headers=HTMX)

    @pytest.mark.parametrize("who", ["dc", "ss", "cs", "cw", "gw", "ds", "dl"])
    def test_worklist(self, registered, browse, cast, django_assert_max_num_queries, who) -> None:
        for n in range(12):
            registered(by=cast.cw, title=f"路灯 {n}")
        client = browse(getattr(cast, who))
        with django_assert_max_num_queries(14):
            assert client.get("/appeals/worklist/").status_code == 200
