"""积分公示: what it says, who is named, that what was published stays, corrections, objections, the public page."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from governance.audit.models import Entry as Recorded
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from members.models import Building, Home, Household, Person
from members.services.persons import merge_persons
from points.ledger import services as ledger
from points.ledger.posting import Cause
from points.models import Notice, NoticeLine, NoticeObjection, Unnamed
from points.rounds.notices import public, selectors, services
from points.rounds.notices.names import is_of_age, masked
from points.rounds.notices.tallies import Sums, last_day, tally

pytestmark = pytest.mark.django_db
OCTOBER = date(2026, 10, 1)
BORN = date(1980, 1, 1)


def in_october(day: int) -> datetime:
    return timezone.make_aware(datetime(2026, 10, day, 12))


@pytest.fixture
def adult(person):
    """`adult("王建国")`: somebody whose birth date is known."""

    def make(name: str = "王建国", born: date = BORN, **more: object) -> Person:
        made = person(name, **more)
        Person.objects.filter(pk=made.pk).update(born_on=born)
        made.born_on = born
        return made

    return make


@pytest.fixture
def october(adult, give, use) -> Person:
    """Somebody who was given 30 in October and exchanged 12."""
    who = adult()
    give(who, 30, at=in_october(3))
    use(who, 12, at=in_october(9))
    return who


@pytest.fixture
def draft(october, cast, district, now) -> Notice:
    return services.draft_notice(community_id=district.community_1.pk, month=OCTOBER, by=cast.cw, now=now)


@pytest.fixture
def published(draft, cast, now) -> Notice:
    return services.publish_notice(notice_id=draft.pk, by=cast.cs, now=now)


class TestNames:
    @pytest.mark.parametrize(
        ("name", "shown"),
        [("王建国", "王**"), ("王芳", "王*"), ("欧阳修远", "欧阳**"), ("司马光", "司马*"), ("欧阳", "欧*"),
         ("买买提·艾力", "买**"), ("Anna", "A**"), ("王", "王*")],
    )  # fmt: skip
    def test_the_surname_and_stars(self, name, shown) -> None:
        assert masked(name) == shown

    @given(st.text(min_size=1, max_size=32))
    def test_never_more_than_the_surname(self, name) -> None:
        shown = masked(name).rstrip("*")
        assert len(shown) <= 2
        assert "*" in masked(name)
        assert len(shown) < len(name) or len(name) == 1

    def test_from_fourteen_on(self) -> None:
        assert is_of_age(date(2012, 10, 31), last_day(OCTOBER))
        assert not is_of_age(date(2012, 11, 1), last_day(OCTOBER))
        assert is_of_age(date(2008, 2, 29), date(2022, 3, 1))
        assert not is_of_age(date(2008, 2, 29), date(2022, 2, 28))
        assert not is_of_age(None, date(2026, 10, 31))


class TestTally:
    def test_a_resident_in_their_building_without_the_room(self, october, cast, district, now) -> None:
        building = Building.objects.create(
            name="3号楼", district=district.district, street=district.street_1, community=district.community_1,
            grid=district.grid_1,
        )  # fmt: skip
        home = Home.objects.create(building=building, entrance="2单元", room="301")
        Household.objects.filter(stays__person=october).update(home=home)
        found = tally(district.community_1.pk, OCTOBER)
        assert [(one.place, one.name, one.sums) for one in found.lines] == [("3号楼", "王**", Sums(30, 12))]
        assert (found.people, found.total, found.unnamed) == (1, Sums(30, 12), 0)

    def test_undone_is_less_and_other_months_are_others(self, october, give, use, cast, district) -> None:
        give(october, 5, at=in_october(31))
        give(october, 99, at=timezone.make_aware(datetime(2026, 11, 1, 0, 5)))
        wrong, order = give(october, 7, at=in_october(10)), use(october, 4, at=in_october(11))
        for number, (undo, row) in enumerate(((ledger.reverse, wrong), (ledger.cancel, order))):
            cause = Cause(key=f"undo:{number}", unit=district.community_1, by=cast.cs, now=in_october(12))
            undo(transaction=row, cause=cause)
        assert tally(district.community_1.pk, OCTOBER).total == Sums(35, 12)

    def test_whose_business_it_was_counts(self, october, give, district) -> None:
        give(october, 50, at=in_october(4), unit=district.community_2)
        assert tally(district.community_1.pk, OCTOBER).total == Sums(30, 12)
        (line,) = tally(district.community_2.pk, OCTOBER).lines
        assert (line.place, line.sums) == ("其他社区", Sums(50, 0))

    def test_children_who_asked_and_those_of_unknown_age_are_counted_and_not_named(
        self, adult, person, give, cast, district, now
    ) -> None:
        child, shy, unknown = adult("李小明", date(2015, 1, 1)), adult("周桂英"), person("孙志强")
        services.leave_unnamed(person_id=shy.pk, words="本人到社区提出", by=cast.cw, now=now)
        for who in (child, shy, unknown):
            give(who, 10, at=in_october(3))
        found = tally(district.community_1.pk, OCTOBER)
        assert (found.lines, found.people, found.unnamed) == ([], 3, 3)
        assert found.unnamed_sums == found.total == Sums(30, 0)

    def test_a_household_is_named_by_its_head(self, household, adult, give, cast, district, now) -> None:
        home = household()
        head = adult("赵雪", into=home)
        give(home, 20, at=in_october(3))
        assert [one.name for one in tally(district.community_1.pk, OCTOBER).lines] == ["赵*户"]
        services.leave_unnamed(person_id=head.pk, words="本人电话提出", by=cast.cw, now=now)
        assert tally(district.community_1.pk, OCTOBER).unnamed == 1

    def test_by_building_and_name_and_never_by_points(self, adult, give, district) -> None:
        for name, points in (("王建国", 1), ("李秀兰", 90), ("陈伟", 50), ("赵雪", 3)):
            give(adult(name), points, at=in_october(3))
        names = [one.name for one in tally(district.community_1.pk, OCTOBER).lines]
        assert names == ["陈*", "李**", "王**", "赵*"]

    def test_a_merged_record_is_one_line(self, october, adult, give, cast, district, now) -> None:
        again = adult("王建国")
        give(again, 8, at=in_october(20))
        Person.objects.filter(pk=again.pk).update(state="merged", merged_into=october, left_on=date(2026, 11, 2))
        (line,) = tally(district.community_1.pk, OCTOBER).lines
        assert line.sums == Sums(38, 12)


class TestDraftAndPublish:
    def test_from_a_draft_to_the_public_page(self, draft, cast, now) -> None:
        assert (draft.state, draft.given, draft.exchanged, draft.people) == ("draft", 30, 12, 1)
        client = Client()
        url = reverse("points:public_notice", args=[draft.code])
        assert client.get(url).status_code == 404
        done = services.publish_notice(notice_id=draft.pk, by=cast.cs, now=now)
        assert (done.state, done.published_by_name) == ("published", cast.cs.user_name)
        answer = client.get(url)
        text = answer.content.decode()
        assert (answer.status_code, "王**" in text, "王建国" in text) == (200, True, False)
        assert "noindex" in answer["X-Robots-Tag"]
        assert "noindex" in text
        actions = Recorded.objects.filter(subject_type="points.notice").values_list("action", flat=True)
        assert list(actions.order_by("pk")) == ["points.notice_draft", "points.notice_publish"]

    def test_a_month_that_is_not_over_has_none(self, cast, district, now) -> None:
        for month in (date(2026, 11, 1), date(2027, 3, 1), date(2019, 1, 1)):
            with pytest.raises(InvalidInput) as told:
                services.draft_notice(community_id=district.community_1.pk, month=month, by=cast.cs, now=now)
            assert told.value.field == "month"

    def test_an_empty_month_may_be_published(self, cast, district, now) -> None:
        made = services.draft_notice(community_id=district.community_1.pk, month=date(2026, 5, 9), by=cast.cs, now=now)
        assert (made.month, made.people) == (date(2026, 5, 1), 0)
        assert services.publish_notice(notice_id=made.pk, by=cast.cs, now=now).state == "published"

    def test_one_draft_at_a_time(self, draft, cast, district, now) -> None:
        with pytest.raises(IllegalState, match="已有待公示的草稿"):
            services.draft_notice(community_id=district.community_1.pk, month=OCTOBER, by=cast.cs, now=now)

    def test_what_changed_meanwhile_is_looked_at_first(self, draft, october, give, cast, now) -> None:
        give(october, 1, at=in_october(30))
        with pytest.raises(IllegalState, match="先更新草稿"):
            services.publish_notice(notice_id=draft.pk, by=cast.cs, now=now)
        assert services.refresh_notice(notice_id=draft.pk, by=cast.cw, now=now).given == 31
        assert services.publish_notice(notice_id=draft.pk, by=cast.cs, now=now).state == "published"

    def test_who_may(self, draft, cast, district, now) -> None:
        with pytest.raises(NotAllowed):
            services.publish_notice(notice_id=draft.pk, by=cast.cw, now=now)
        with pytest.raises(NotFound):
            services.publish_notice(notice_id=draft.pk, by=cast.cs_2, now=now)
        with pytest.raises(NotAllowed):
            services.draft_notice(community_id=district.community_1.pk, month=OCTOBER, by=cast.ss, now=now)
        with pytest.raises(NotFound):
            services.draft_notice(community_id=district.community_2.pk, month=OCTOBER, by=cast.cs, now=now)

    def test_a_draft_may_be_thrown_away(self, draft, cast, now) -> None:
        services.discard_notice(notice_id=draft.pk, by=cast.cw, now=now)
        assert not Notice.objects.exists()
        assert not NoticeLine.objects.exists()


class TestFrozen:
    def test_later_changes_alter_nothing(self, published, october, give, cast, now) -> None:
        give(october, 500, at=in_october(30))
        Person.objects.filter(pk=october.pk).update(name="改名者")
        services.leave_unnamed(person_id=october.pk, words="本人提出", by=cast.cw, now=now)
        published.refresh_from_db()
        assert (published.given, [line.name for line in published.lines.all()]) == (30, ["王**"])

    @pytest.mark.parametrize("what", ["line", "new_line", "gone_line", "total", "back", "gone"])
    def test_the_database_itself_refuses(self, published, what) -> None:
        line = published.lines.get()
        changes = {
            "line": lambda: NoticeLine.objects.filter(pk=line.pk).update(given=1),
            "new_line": lambda: NoticeLine.objects.create(notice=published, name="王*", given=1, exchanged=0),
            "gone_line": lambda: NoticeLine.objects.filter(pk=line.pk).delete(),
            "total": lambda: Notice.objects.filter(pk=published.pk).update(given=1),
            "back": lambda: Notice.objects.filter(pk=published.pk).update(state="draft", published_at=None),
            "gone": lambda: Notice.objects.filter(pk=published.pk).delete(),
        }
        with pytest.raises(IntegrityError), transaction.atomic():
            changes[what]()

    def test_a_correction_is_a_new_edition_with_a_reason(self, published, october, give, cast, district, now) -> None:
        give(october, 5, at=in_october(30))
        with pytest.raises(InvalidInput, match="更正原因"):
            services.draft_notice(community_id=district.community_1.pk, month=OCTOBER, by=cast.cs, now=now)
        again = services.draft_notice(
            community_id=district.community_1.pk, month=OCTOBER, reason="漏记一次志愿服务", by=cast.cs, now=now
        )
        assert (again.edition, again.code, again.given) == (2, published.code, 35)
        text = Client().get(reverse("points:public_notice", args=[published.code])).content.decode()
        assert "第 2 版" not in text
        services.publish_notice(notice_id=again.pk, by=cast.cs, now=now)
        published.refresh_from_db()
        assert (published.state, published.given) == ("replaced", 30)
        text = Client().get(reverse("points:public_notice", args=[published.code])).content.decode()
        assert ("第 2 版" in text, "漏记一次志愿服务" in text) == (True, True)


class TestPublicPage:
    def test_names_go_after_sixty_days(self, adult, give, cast, district) -> None:
        for days, shown in ((60, True), (61, False)):
            at = timezone.now() - timedelta(days=days)
            month = selectors.last_month(timezone.localdate(at) - timedelta(days=days))
            give(adult(), 30, at=timezone.make_aware(datetime(month.year, month.month, 5, 12)))
            unit = district.community_1 if shown else district.community_2
            by = cast.cs if shown else cast.cs_2
            made = services.draft_notice(community_id=unit.pk, month=month, by=by, now=at)
            services.publish_notice(notice_id=made.pk, by=by, now=at)
            text = Client().get(reverse("points:public_notice", args=[made.code])).content.decode()
            assert ("公示期已满" in text, "按楼栋和姓名排列" in text) == (not shown, shown)
            assert ("王**" in text) == shown

    def test_the_code_as_people_type_it(self, published) -> None:
        code = published.code
        typed = f"{code[:4]}-{code[4:8]}-{code[8:]}".upper()
        assert Client().get(reverse("points:public_notice", args=[typed])).status_code == 200

    def test_what_is_no_code(self, db) -> None:
        for code in ("nothing", "%00", "x" * 500, "'"):
            assert Client().get(f"/points/open/{code}/").status_code in {400, 404}

    def test_too_many_at_once_are_told_to_wait(self, published, monkeypatch) -> None:
        monkeypatch.setattr(public, "TRIES", 0)
        assert Client().get(reverse("points:public_notice", args=[published.code])).status_code == 429

    def test_it_is_read_only(self, published) -> None:
        assert Client().post(reverse("points:public_notice", args=[published.code])).status_code in {403, 405}


class TestObjections:
    def test_received_and_answered_once(self, published, cast, now) -> None:
        made = services.receive_objection(
            notice_id=published.pk, from_words="3号楼居民", words="少记了一次服务", on=date(2026, 11, 23), by=cast.cw,
            now=now,
        )  # fmt: skip
        assert (made.received_by_name, selectors.with_waiting(Notice.objects.all()).get().waiting) == (
            cast.cw.user_name, 1,
        )  # fmt: skip
        done = services.answer_objection(objection_id=made.pk, answer="已核实，十一月补记", by=cast.cs, now=now)
        assert done.answered_by_name == cast.cs.user_name
        with pytest.raises(IllegalState, match="答复"):
            services.answer_objection(objection_id=made.pk, answer="再答复一次", by=cast.cs, now=now)

    def test_a_draft_takes_none(self, draft, cast, now) -> None:
        with pytest.raises(IllegalState):
            services.receive_objection(
                notice_id=draft.pk,
                from_words="居民",
                words="少记了一次服务",
                on=date(2026, 11, 23),
                by=cast.cw,
                now=now,
            )

    def test_before_it_was_published_is_no_day(self, published, cast, now) -> None:
        with pytest.raises(InvalidInput) as told:
            services.receive_objection(
                notice_id=published.pk, from_words="居民", words="少记了一次服务", on=date(2026, 11, 1), by=cast.cw,
                now=now,
            )  # fmt: skip
        assert told.value.field == "on"


class TestUnnamed:
    def test_set_taken_back_and_on_record(self, person, cast, now) -> None:
        who = person()
        services.leave_unnamed(person_id=who.pk, words="本人提出", by=cast.cw, now=now)
        with pytest.raises(IllegalState):
            services.leave_unnamed(person_id=who.pk, words="本人提出", by=cast.cw, now=now)
        services.name_again(person_id=who.pk, by=cast.cs, now=now)
        with pytest.raises(IllegalState):
            services.name_again(person_id=who.pk, by=cast.cs, now=now)
        rows = Recorded.objects.filter(subject_type="members.person", action__startswith="points.")
        assert list(rows.order_by("pk").values_list("action", flat=True)) == ["points.unnamed", "points.named_again"]

    @pytest.mark.parametrize("whose", ["keep", "drop", "both"])
    def test_it_follows_a_merge(self, person, cast, now, whose) -> None:
        keep, drop = person("王建国"), person("王建国")
        for name, one in (("keep", keep), ("drop", drop)):
            if whose in (name, "both"):
                services.leave_unnamed(person_id=one.pk, words="本人提出", by=cast.cw, now=now)
        merge_persons(keep_id=keep.pk, drop_id=drop.pk, words="同一人", by=cast.cw, now=now)
        assert Unnamed.objects.get().person_id == keep.pk


class TestPages:
    @pytest.fixture
    def now(self):
        """Pages read the real clock."""
        return timezone.now() - timedelta(minutes=1)

    @pytest.fixture
    def month(self, now):
        return selectors.last_month(timezone.localdate(now))

    def test_the_whole_way(self, adult, give, browse, cast, month) -> None:
        who = adult()
        give(who, 30, at=timezone.make_aware(datetime(month.year, month.month, 5, 12)))
        worker, secretary = browse(cast.cw), browse(cast.cs)
        assert "还没有发布" in worker.get(reverse("points:notices")).content.decode()
        answer = worker.post(reverse("points:notice_add"), {"month": month.isoformat()})
        notice = Notice.objects.get()
        assert answer["Location"] == reverse("points:notice", args=[notice.pk])
        page = worker.get(answer["Location"]).content.decode()
        assert ("王**" in page, "王建国" in page, 'value="publish"' in page) == (True, False, False)
        step = reverse("points:notice_step", args=[notice.pk])
        assert worker.post(step, {"step": "publish"}).status_code == 302
        assert Notice.objects.get().state == "draft"
        secretary.post(step, {"step": "refresh"})
        secretary.post(step, {"step": "publish"})
        assert Notice.objects.get().state == "published"
        assert "还没有发布" not in worker.get(reverse("points:notices")).content.decode()
        said = {"from_words": "3号楼居民", "on": timezone.localdate().isoformat(), "words": "少记了一次服务"}
        worker.post(reverse("points:notice_object", args=[notice.pk]), said)
        found = NoticeObjection.objects.get()
        assert "3号楼居民" in browse(cast.sl).get(reverse("points:notice", args=[notice.pk])).content.decode()
        worker.post(reverse("points:notice_answer", args=[found.pk]), {"answer": "已核实，下月补记"})
        assert "下月补记" in worker.get(reverse("points:notice", args=[notice.pk])).content.decode()
        printed = worker.get(reverse("points:notice_print", args=[notice.pk])).content.decode()
        assert (notice.code in printed, "王**" in printed) == (True, True)

    def test_bad_input_is_told_and_kept(self, published, browse, cast) -> None:
        client = browse(cast.cw)
        assert client.post(reverse("points:notice_add"), {"month": "昨天", "reason": "x"}).status_code == 400
        answer = client.post(
            reverse("points:notice_object", args=[published.pk]), {"from_words": "居民", "on": "", "words": "少记了"}
        )
        assert (answer.status_code, "少记了" in answer.content.decode()) == (400, True)
        assert client.post(reverse("points:notice_step", args=[published.pk]), {"step": "x"}).status_code == 302

    def test_who_sees_the_list(self, published, browse, cast) -> None:
        url = reverse("points:notice", args=[published.pk])
        for by, status in ((cast.sl, 200), (cast.ss, 200), (cast.cw_2, 404), (cast.gw, 403), (cast.dc, 403)):
            assert browse(by).get(url).status_code == status

    def test_not_named_from_the_persons_page(self, person, give, browse, cast) -> None:
        who = person()
        give(who, 3)
        client, url = browse(cast.cw), reverse("points:unnamed", args=[who.pk])
        assert url in client.get(reverse("members:person", args=[who.pk])).content.decode()
        assert client.post(url, {"words": ""}).status_code == 400
        assert client.post(url, {"words": "本人到社区提出"}).status_code == 302
        assert "不具名" in client.get(reverse("members:person", args=[who.pk])).content.decode()
        assert client.post(url).status_code == 302
        assert not Unnamed.objects.exists()

    def test_a_budget_of_statements(self, published, browse, cast, django_assert_max_num_queries) -> None:
        client = browse(cast.cs)
        client.get(reverse("points:notices"))
        with django_assert_max_num_queries(14):
            client.get(reverse("points:notices"))
        with django_assert_max_num_queries(10):
            client.get(reverse("points:notice", args=[published.pk]))


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_at_once(october, cast, district, now) -> None:
    """One of them is told that it is published."""
    draft = services.draft_notice(community_id=district.community_1.pk, month=OCTOBER, by=cast.cs, now=now)
    told: list[str] = []

    def publish() -> None:
        try:
            services.publish_notice(notice_id=draft.pk, by=cast.cs, now=now)
            told.append("done")
        except IllegalState as refused:
            told.append(refused.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=publish) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told.count("done") == 1
    assert sum("已公示" in one for one in told) == 3
