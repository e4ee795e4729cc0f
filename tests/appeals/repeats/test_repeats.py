"""Repeats: what is found and why, what is marked, taken back and refused, and who may."""

from __future__ import annotations

from datetime import timedelta

import pytest

from appeals import services
from appeals.models import Appeal, RepeatMark
from appeals.repeats.finding import asked_by, candidates, distance, likeness
from appeals.services import repeats
from governance import search
from governance.audit.models import Entry
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound

OTHER = {"title": "广场舞噪音扰民", "content": "每晚九点以后仍有高音喇叭。", "phone": "", "complainant": ""}


class TestFinding:
    def test_the_same_person_and_words_with_reasons(self, registered, cast) -> None:
        first, second = registered(), registered()
        registered(**OTHER)
        found = candidates(asked_by(second), cast.dc)
        assert [one.appeal.pk for one in found] == [first.pk]
        assert found[0].reasons[0] == "同一电话"
        assert "文字相似 100%" in found[0].reasons
        assert found[0].score == 100

    def test_near_by(self, registered, cast, district) -> None:
        point = {"lon": 124.8600, "lat": 46.6500, "unit_id": district.grid_1.pk, "phone": ""}
        registered(**point)
        second = registered(**(point | {"lat": 46.65036}))
        (found,) = candidates(asked_by(second), cast.dc)
        assert "相距 40 米" in found.reasons

    def test_out_of_scope_is_not_shown(self, registered, cast, district) -> None:
        registered(unit_id=district.community_1.pk)
        second = registered(unit_id=district.community_3.pk)
        assert candidates(asked_by(second), cast.ss_2) == []

    def test_old_ones_only_while_open(self, registered, cast, now) -> None:
        first, second = registered(), registered()
        Appeal.objects.filter(pk=first.pk).update(registered_at=now - timedelta(days=91))
        assert [one.appeal.pk for one in candidates(asked_by(second), cast.dc)] == [first.pk]
        Appeal.objects.filter(pk=first.pk).update(state="closed")
        assert candidates(asked_by(second), cast.dc) == []

    def test_a_merged_one_is_shown_as_its_parent(self, registered, cast, now) -> None:
        parent, child = registered(**OTHER), registered()
        services.merge(appeal_id=child.pk, into_id=parent.pk, by=cast.dc, now=now)
        (found,) = candidates(asked_by(registered()), cast.dc)
        assert found.appeal.pk == parent.pk

    def test_its_cost_in_queries(self, registered, cast, django_assert_max_num_queries) -> None:
        for _ in range(6):
            registered()
        asked = asked_by(registered())
        with django_assert_max_num_queries(10):
            assert len(candidates(asked, cast.dc)) == 6

    def test_measures(self) -> None:
        lift, dance = search.pieces("电梯故障"), search.pieces("广场舞")
        assert likeness(lift, lift) == 1
        assert likeness(lift, dance) == 0
        assert likeness(set(), set()) == 0
        assert distance(124.86, 46.65, 124.86, 46.65) == 0
        assert 110_000 < distance(124.86, 46, 124.86, 47) < 112_000


class TestMarking:
    def test_on_record_in_both(self, registered, cast, now) -> None:
        first, second = registered(), registered()
        mark = repeats.mark_repeat(
            appeal_id=second.pk, earlier_id=first.pk, score=90, suggested=True, by=cast.dc, now=now
        )
        assert (mark.earlier_id, mark.score, mark.how) == (first.pk, 90, "suggested")
        assert second.entries.filter(kind="marked_repeat").count() == 1
        assert first.entries.filter(kind="repeated").count() == 1
        assert Entry.objects.filter(action="appeal.mark_repeat", subject_id=str(second.pk)).count() == 1
        assert candidates(asked_by(second), cast.dc) == []

    def test_a_chain_points_at_the_earliest(self, registered, cast, now) -> None:
        first, second, third = registered(), registered(), registered()
        repeats.mark_repeat(appeal_id=third.pk, earlier_id=second.pk, by=cast.dc, now=now)
        repeats.mark_repeat(appeal_id=second.pk, earlier_id=first.pk, by=cast.dc, now=now)
        assert set(RepeatMark.objects.values_list("earlier_id", flat=True)) == {first.pk}

    def test_taken_back_with_words(self, registered, cast, now) -> None:
        first, second = registered(), registered()
        repeats.mark_repeat(appeal_id=second.pk, earlier_id=first.pk, by=cast.dc, now=now)
        with pytest.raises(IllegalState):
            repeats.mark_repeat(appeal_id=second.pk, earlier_id=first.pk, by=cast.dc, now=now)
        with pytest.raises(InvalidInput):
            repeats.unmark_repeat(appeal_id=second.pk, words="", by=cast.dc, now=now)
        repeats.unmark_repeat(appeal_id=second.pk, words="不是同一部电梯", by=cast.dc, now=now)
        assert RepeatMark.objects.get().undone_words == "不是同一部电梯"
        with pytest.raises(IllegalState):
            repeats.unmark_repeat(appeal_id=second.pk, words="再次取消", by=cast.dc, now=now)

    def test_a_refused_one_does_not_come_again(self, registered, cast, now) -> None:
        first, second = registered(), registered()
        for _ in range(2):
            repeats.refuse_repeat(appeal_id=second.pk, earlier_id=first.pk, by=cast.dc, now=now)
        assert RepeatMark.objects.count() == 1
        assert candidates(asked_by(second), cast.dc) == []
        assert candidates(asked_by(first), cast.dc) == []

    def test_who_and_what_is_refused(self, registered, cast, district, now) -> None:
        first, second = registered(unit_id=district.grid_1.pk), registered(unit_id=district.grid_1.pk)
        with pytest.raises(NotAllowed):
            repeats.mark_repeat(appeal_id=second.pk, earlier_id=first.pk, by=cast.ds, now=now)
        with pytest.raises(NotFound):
            repeats.mark_repeat(appeal_id=second.pk, earlier_id=first.pk, by=cast.ss_2, now=now)
        with pytest.raises(InvalidInput):
            repeats.mark_repeat(appeal_id=second.pk, earlier_id=second.pk, by=cast.dc, now=now)
        with pytest.raises(InvalidInput):
            repeats.mark_repeat(appeal_id=first.pk, earlier_id=second.pk, by=cast.dc, now=now)


class TestPanel:
    def test_marked_taken_back_and_refused_on_the_appeals_page(
        self, registered, browse, cast, django_assert_max_num_queries
    ) -> None:
        first, second = registered(), registered()
        client, url = browse(cast.dc), f"/appeals/{second.pk}/repeats/"
        assert url in client.get(f"/appeals/{second.pk}/").content.decode()
        with django_assert_max_num_queries(18):
            shown = client.get(url).content.decode()
        assert "同一电话" in shown
        client.post(f"{url}mark/", {"earlier": first.pk, "score": "100"})
        assert RepeatMark.objects.get().earlier_id == first.pk
        assert first.number in client.get(url).content.decode()
        assert "同一事项 2 件，1 人" in client.get(f"/appeals/{first.pk}/repeats/").content.decode()
        client.post(f"{url}unmark/", {"words": "两件不同的事"})
        client.post(f"{url}refuse/", {"earlier": first.pk})
        assert client.get(url).content.decode().strip() == ""

    def test_an_earliest_one_outside_the_scope_is_neither_written_to_nor_shown(
        self, registered, browse, cast, district, now
    ) -> None:
        far = registered(unit_id=district.community_3.pk, title="远处的一件")
        second, third = (registered(unit_id=district.community_1.pk) for _ in range(2))
        repeats.mark_repeat(appeal_id=second.pk, earlier_id=far.pk, by=cast.dc, now=now)
        entries = far.entries.count()
        with pytest.raises(InvalidInput, match="区网格中心"):
            repeats.mark_repeat(appeal_id=third.pk, earlier_id=second.pk, by=cast.cw, now=now)
        assert far.entries.count() == entries
        shown = browse(cast.cw).get(f"/appeals/{second.pk}/repeats/").content.decode()
        assert far.number in shown
        assert "远处的一件" not in shown
        assert "远处的一件" in browse(cast.dc).get(f"/appeals/{second.pk}/repeats/").content.decode()

    @pytest.mark.parametrize("bad", ["", "x", "9" * 30, "甲", "-1", "0"])
    def test_whatever_is_sent_is_answered_in_words(self, registered, browse, cast, bad) -> None:
        appeal, client = registered(), browse(cast.dc)
        for name in ("mark", "refuse", "unmark"):
            answer = client.post(f"/appeals/{appeal.pk}/repeats/{name}/", {"earlier": bad, "words": bad}, follow=True)
            assert answer.status_code == 200
        assert not RepeatMark.objects.exists()
