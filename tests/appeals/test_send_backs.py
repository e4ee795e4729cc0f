"""Returns: the window's lapse, and the second unit that sends an appeal back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from appeals import services
from appeals.models import Appeal, Assignment
from governance.deadlines.models import Clock
from governance.deadlines.sweeping import sweep
from governance.errors import NotAllowed
from governance.outbox.models import InboxItem

WORDS = "该路段由市政管理，不属我局。"


def window(appeal: Appeal) -> Clock:
    return Clock.objects.filter(subject_id=appeal.pk, kind="send_back_window").latest("pk")


def send_back(appeal: Appeal, by, at) -> Appeal:
    return services.send_back(appeal_id=appeal.pk, reason="not_my_duty", words=WORDS, by=by, now=at)


class TestWindow:
    def test_its_lapse_is_noted_once_without_card_or_message(self, dispatched, cast, district) -> None:
        clock = window(dispatched)
        part = Assignment.objects.get()
        assert (clock.detail_id, clock.due_at) == (part.pk, part.send_back_until)
        told = InboxItem.objects.count()
        cards = dispatched.entries.filter(kind__startswith="card_", data__clock="send_back_window")
        # Late in the same minute only the window has lapsed; the accept limit had its cards before.
        for days in (0, 1, 2):
            sweep(clock.due_at + timedelta(days=days, seconds=1))
        entry = dispatched.entries.get(kind="window_lapsed")
        assert entry.words == f"退单期限已过，由{district.department_1.name}负责（首接负责）。"
        assert not cards.exists()
        assert not InboxItem.objects.filter(title__contains="退单期限").exists()
        assert InboxItem.objects.count() >= told
        clock.refresh_from_db()
        assert clock.state == "missed"

    def test_it_ends_with_the_acceptance(self, in_progress, now) -> None:
        assert window(in_progress).state == "cancelled"
        sweep(now + timedelta(days=30))
        assert not in_progress.entries.filter(kind="window_lapsed").exists()

    def test_it_ends_with_the_return(self, dispatched, cast, now) -> None:
        send_back(dispatched, cast.ds, now)
        assert window(dispatched).state == "met"

    def test_it_never_stands_for_the_main_limit(self, dispatched) -> None:
        sweep(window(dispatched).due_at + timedelta(seconds=1))
        dispatched.refresh_from_db()
        assert dispatched.clock_kind != "send_back_window"

    def test_a_return_that_was_refused_opens_no_second_one(self, dispatched, cast, now) -> None:
        send_back(dispatched, cast.ds, now)
        services.adjudicate(appeal_id=dispatched.pk, uphold=False, words="属你局职责。", by=cast.dc, now=now)
        assert Clock.objects.filter(subject_id=dispatched.pk, kind="send_back_window").count() == 1


class TestPingPong:
    @pytest.fixture
    def bounced(self, registered, cast, district, now) -> Appeal:
        """Of the street's desk: its squad sent it back, and the first community has it."""
        appeal = registered(unit_id=district.community_1.pk, by=cast.ss)
        services.dispatch(appeal_id=appeal.pk, to_unit_id=district.squad_1.pk, by=cast.ss, now=now)
        send_back(appeal, cast.squad, now)
        appeal = services.adjudicate(
            appeal_id=appeal.pk,
            uphold=True,
            words="改派社区。",
            to_unit_id=district.community_1.pk,
            by=cast.ss,
            now=now,
        )
        assert appeal.desk_unit_id == district.street_1.pk
        return appeal

    def test_the_second_unit_takes_it_to_the_centre(self, bounced, cast, district, now) -> None:
        appeal = send_back(bounced, cast.cs, now)
        assert (appeal.desk_unit_id, appeal.state, appeal.send_back_pending) == (
            district.district.pk, "registered", True,
        )  # fmt: skip
        assert appeal.entries.get(kind="ping_pong").data == {"units": 2}
        assert InboxItem.objects.filter(user_id=cast.dc.user_id, title__startswith="多次退单").exists()
        desk = Clock.objects.get(subject_id=appeal.pk, kind="dispatch", state="running")
        assert desk.unit_id == district.district.pk
        with pytest.raises(NotAllowed):
            services.adjudicate(appeal_id=appeal.pk, uphold=True, words="街道自己定。", by=cast.ss, now=now)
        appeal = services.adjudicate(
            appeal_id=appeal.pk, uphold=True, words="由住建局办理。", to_unit_id=district.department_2.pk,
            by=cast.dc, now=now,
        )  # fmt: skip
        assert (appeal.state, appeal.lead_unit_id) == ("dispatched", district.department_2.pk)

    def test_the_same_unit_twice_is_one(self, registered, cast, district, now) -> None:
        appeal = registered(unit_id=district.community_1.pk, by=cast.ss)
        for _ in range(2):
            services.dispatch(appeal_id=appeal.pk, to_unit_id=district.squad_1.pk, by=cast.ss, now=now)
            appeal = send_back(appeal, cast.squad, now)
            services.adjudicate(appeal_id=appeal.pk, uphold=True, words="核实后再派。", by=cast.ss, now=now)
        assert appeal.desk_unit_id == district.street_1.pk
        assert not appeal.entries.filter(kind="ping_pong").exists()
