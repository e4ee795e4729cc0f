"""Pages and calls around repeats: filter and marks of the list, many merged at once, figures, the import, the phone."""

from __future__ import annotations

import pytest
from django.utils import timezone

from appeals import services
from appeals.models import Appeal, Matter, SuspectedRepeat
from appeals.services import repeats
from governance.jobs import services as jobs
from governance.jobs.models import Job
from tests.appeals.imports.conftest import bring_in as bring_in
from tests.appeals.imports.conftest import receive as receive
from tests.appeals.imports.conftest import row

pytestmark = pytest.mark.django_db


@pytest.fixture
def mass(registered, cast, now) -> list[Appeal]:
    """Five people with one matter."""
    found = [registered(phone=f"1381234500{number}") for number in range(5)]
    for one in found[1:]:
        repeats.mark_repeat(appeal_id=one.pk, earlier_id=found[0].pk, by=cast.dc, now=now)
    return found


class TestList:
    def test_marks_and_filters(self, mass, registered, browse, cast) -> None:
        alone = registered(title="广场舞噪音扰民")
        suspected = registered(title="楼道堆放杂物")
        SuspectedRepeat.objects.create(appeal=suspected, earlier=alone, score=80, found_at=timezone.now())
        client = browse(cast.dc)
        page = client.get("/appeals/").content.decode()
        assert page.count("群体 5 人") == 5
        assert page.count("疑似重复") >= 1

        def numbers(query: str) -> set[str]:
            shown = client.get(f"/appeals/?{query}").content.decode()
            return {one.number for one in [*mass, alone, suspected] if one.number in shown}

        assert numbers("repeat=mass") == numbers("repeat=joined") == {one.number for one in mass}
        assert numbers("repeat=suspected") == {suspected.number}
        assert numbers(f"matter={Matter.objects.get().pk}") == {one.number for one in mass}
        assert numbers("matter=999999") == set()

    def test_what_was_merged_shows_how_its_parent_stands(self, registered, browse, cast, now) -> None:
        parent, child = registered(), registered()
        services.merge(appeal_id=child.pk, into_id=parent.pk, by=cast.dc, now=now)
        client = browse(cast.dc)
        assert "主单待交办" in client.get("/appeals/").content.decode()
        Appeal.objects.filter(pk=parent.pk).update(state="closed", public_reply="电梯已更换主板。")
        assert "电梯已更换主板。" in client.get(f"/appeals/{child.pk}/").content.decode()

    def test_many_are_merged_into_the_earliest(self, registered, browse, cast) -> None:
        first, second, third = registered(), registered(), registered()
        client, ids = browse(cast.dc), [third.pk, first.pk, second.pk]
        ask = {"action": "merge", "ids": ids}
        assert "主单工单号" in client.post("/appeals/", ask).content.decode()
        answer = client.post("/appeals/", ask | {"confirmed": "1", "into": "", "words": ""}, follow=True)
        assert answer.redirect_chain[-1][0] == f"/appeals/{first.pk}/"
        assert set(Appeal.objects.filter(parent=first).values_list("pk", flat=True)) == {second.pk, third.pk}
        assert Matter.objects.get().size == 3

    def test_many_merged_with_one_refused(self, registered, browse, cast) -> None:
        parent, good, bad = registered(), registered(), registered()
        Appeal.objects.filter(pk=bad.pk).update(state="closed")
        ask = {"action": "merge", "ids": [good.pk, bad.pk], "confirmed": "1", "into": parent.number, "words": ""}
        shown = browse(cast.dc).post("/appeals/", ask).content.decode()
        assert bad.number in shown
        assert Appeal.objects.get(pk=good.pk).parent_id == parent.pk

    @pytest.mark.parametrize(("into", "said"), [("MH20200101-00001", "没有这个工单号"), ("甲" * 21, "20")])
    def test_a_wrong_number_is_said_beside_its_field(self, registered, browse, cast, into, said) -> None:
        ask = {"action": "merge", "ids": [registered().pk], "confirmed": "1", "into": into, "words": "同一部电梯"}
        answer = browse(cast.dc).post("/appeals/", ask)
        assert answer.status_code == 400
        assert said in answer.content.decode()
        assert "同一部电梯" in answer.content.decode()

    def test_one_alone_cannot_be_merged(self, registered, browse, cast) -> None:
        ask = {"action": "merge", "ids": [registered().pk], "confirmed": "1", "into": "", "words": ""}
        assert "请至少再选择一件" in browse(cast.dc).post("/appeals/", ask).content.decode()


class TestFigures:
    def test_each_number_opens_its_appeals(self, mass, browse, cast) -> None:
        client = browse(cast.dc)
        page = client.get("/appeals/repeats/").content.decode()
        assert "群体诉求" in page
        assert "80.0%" in page
        links = [part.split('"')[0] for part in page.split('href="')[1:] if "repeated=" in part.split('"')[0]]
        shown = client.get(links[0].replace("&amp;", "&")).content.decode()
        assert [one.number in shown for one in mass] == [False, True, True, True, True]

    @pytest.mark.parametrize("query", ["since=x", "since=2026-02-31&until=", "since=9999-12-31", "until=0001-01-01"])
    def test_whatever_dates_are_answered(self, mass, browse, cast, query) -> None:
        assert browse(cast.dc).get(f"/appeals/repeats/?{query}").status_code == 200

    def test_its_cost_in_queries(self, mass, browse, cast, django_assert_max_num_queries) -> None:
        client = browse(cast.dc)
        client.get("/appeals/repeats/")
        with django_assert_max_num_queries(12):
            client.get("/appeals/repeats/")


class TestImport:
    def test_what_an_import_brings_is_searched_behind_it(self, bring_in, browse, cast, now) -> None:
        bring_in([row("A1"), row("A2", title="广场舞扰民", content="每晚九点后仍有高音喇叭。", phone=None)])
        bring_in([row("B1"), row("B2", title="井盖缺失", content="学校门口的井盖不见了。", phone="13900001111")])
        for job in Job.objects.filter(kind="appeals.find_repeats").order_by("pk"):
            assert jobs.run(job_id=job.pk, now=now)
        pairs = list(SuspectedRepeat.objects.values_list("appeal__source_number", "earlier__source_number"))
        assert pairs == [("B1", "A1")]
        file_id = Job.objects.filter(kind="appeals.find_repeats").latest("pk").params["file"]
        assert "疑似重复 1 件" in browse(cast.dc).get(f"/appeals/import/{file_id}/").content.decode()
        shown = browse(cast.dc).get(f"/appeals/?imported={file_id}&repeat=suspected").content.decode()
        assert [one.number in shown for one in Appeal.objects.order_by("source_number")] == [False, False, True, False]

    @pytest.mark.parametrize("how", ["mark", "refuse", "merge"])
    def test_a_judgement_ends_the_suspicion(self, registered, cast, now, how) -> None:
        earlier, appeal = registered(), registered()
        SuspectedRepeat.objects.create(appeal=appeal, earlier=earlier, score=90, found_at=now)
        if how == "merge":
            services.merge(appeal_id=appeal.pk, into_id=earlier.pk, by=cast.dc, now=now)
        else:
            judge = {"mark": repeats.mark_repeat, "refuse": repeats.refuse_repeat}[how]
            judge(appeal_id=appeal.pk, earlier_id=earlier.pk, by=cast.dc, now=now)
        assert not SuspectedRepeat.objects.exists()


class TestPhone:
    def test_what_is_near_by_is_hinted_while_somebody_writes(self, registered, browse, cast, district) -> None:
        first = registered(unit_id=district.grid_1.pk, title="楼道堆放杂物")
        ask = {"content": "楼道堆放杂物", "here": "1"}
        shown = browse(cast.gw).post("/appeals/register/repeats/", ask).content.decode()
        assert first.number in shown
        assert "同一网格" in shown
        assert (
            browse(cast.gw).post("/appeals/register/repeats/", {"content": "鸿雁", "here": "1"}).content.strip() == b""
        )

    @pytest.mark.parametrize("bad", ["x", "nan", "inf", "1e999", "", "181"])
    def test_any_point_is_answered(self, browse, cast, bad) -> None:
        ask = {"content": "楼道堆放杂物", "here": "1", "lon": bad, "lat": bad, "unit": bad}
        assert browse(cast.gw).post("/appeals/register/repeats/", ask).status_code == 200
