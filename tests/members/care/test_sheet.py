"""The special care lists as spreadsheets: who comes on them, what is refused, visits from paper, what leaves."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.audit.models import Entry
from governance.calendars.models import Calendar
from governance.deadlines.models import Clock
from governance.errors import NotAllowed
from governance.sheets import exports, registry
from governance.sheets.template import template
from members.care.services import listing
from members.care.words import SUBJECT
from members.models import CareEvent, CareKind, CareRecord, CareTurn, CareVisit
from members.services import households
from tests.members.conftest import identity_number
from tests.members.sheets.filling import bring, counts, look, reasons, take_away
from tests.sheets.files import read

pytestmark = pytest.mark.django_db

NUMBER = identity_number("19420317", 1)
ROW = {"name": "王建国", "identity": NUMBER, "kind": "独居老人", "level": "A 级", "words": "耳背，请敲门"}
UNKNOWN = "没有在您的辖区内找到"


@pytest.fixture(autouse=True)
def media(settings, tmp_path, lists) -> None:
    """Uploads of a test go with it."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def old(person):
    return person(identity=NUMBER)


class TestListed:
    def test_a_row_is_put_on_with_clock_history_and_record(self, old, cast, now) -> None:
        assert counts(bring("care", {**ROW, "since": "2026-01-05"}, by=cast.cw, now=now)) == {"new": 1}
        record = CareRecord.objects.get()
        assert (record.person, record.kind.code, record.level, record.since) == (old, "alone", "A", date(2026, 1, 5))
        assert record.words == "耳背，请敲门"
        clock = Clock.objects.get(subject_type=SUBJECT, subject_id=record.pk)
        assert (clock.state, clock.due_at) == (Clock.RUNNING, record.due_at)
        assert CareTurn.objects.filter(record=record, state="open").count() == 1
        assert record.events.get().kind == "listed"
        assert Entry.objects.filter(action="care.add", subject_id=record.pk, user_id=cast.cw.user_id).count() == 1
        assert NUMBER not in str(list(Entry.objects.values_list("after", "before", "subject_label", "reason")))

    def test_a_look_leaves_nothing(self, old, cast, now) -> None:
        assert counts(look("care", ROW, by=cast.cw, now=now)) == {"new": 1}
        assert not CareRecord.objects.exists()
        assert not Clock.objects.filter(subject_type=SUBJECT).exists()

    def test_the_same_file_twice_and_twice_in_one(self, old, cast, now) -> None:
        assert counts(bring("care", ROW, ROW, by=cast.cw, now=now)) == {"new": 1, "same": 1}
        assert counts(bring("care", ROW, by=cast.cw, now=now)) == {"same": 1}
        assert CareRecord.objects.count() == 1

    def test_what_is_different_is_corrected_and_an_empty_cell_says_nothing(self, old, cast, now) -> None:
        bring("care", ROW, by=cast.cw, now=now)
        due = CareRecord.objects.get().due_at
        again = {"identity": NUMBER, "kind": "独居老人", "level": "C 级"}
        assert counts(bring("care", again, by=cast.cs, now=now)) == {"changed": 1}
        record = CareRecord.objects.get()
        assert (record.level, record.words) == ("C", "耳背，请敲门")
        assert record.due_at > due

    def test_one_person_on_two_lists(self, old, cast, now) -> None:
        low = {**ROW, "kind": "低保户", "grounds": "低保证 2301 号"}
        assert counts(bring("care", ROW, low, by=cast.cw, now=now)) == {"new": 2}

    @pytest.mark.parametrize(
        ("cells", "column", "words"),
        [
            ({"identity": ""}, "identity", "不能为空"),
            ({"identity": NUMBER[:-2]}, "identity", "应为 18 位"),
            ({"identity": f"{NUMBER[:6]}********{NUMBER[-4:]}"}, "identity", "完整"),
            ({"identity": identity_number("19500101", 7)}, "identity", UNKNOWN),
            ({"name": "李强"}, "name", "不一致"),
            ({"kind": ""}, "kind", "不能为空"),
            ({"kind": "外星人"}, "kind", "可填"),
            ({"kind": "低保户"}, "grounds", "认定依据"),
            ({"level": "Z"}, "level", "可填"),
            ({"level": ""}, "level", "关爱等级"),
            ({"since": "去年"}, "since", "不是日期"),
            ({"since": "2099-01-01"}, "since", "不晚于今天"),
            ({"words": f"号码 {NUMBER}"}, "words", "不要填写"),
            ({"grounds": "字" * 201}, "grounds", "最多 200"),
        ],
        ids=lambda value: str(value)[:20],
    )
    def test_a_bad_row_and_only_that(self, old, person, cast, now, cells, column, words) -> None:
        other = identity_number("19450317", 3)
        person("刘敏", identity=other)
        upload = bring("care", {**ROW, **cells}, {**ROW, "name": "刘敏", "identity": other}, by=cast.cw, now=now)
        assert counts(upload) == {"new": 1, "refused": 1}
        assert reasons(upload)[2][0] == column
        assert words in reasons(upload)[2][1]
        assert NUMBER not in reasons(upload)[2][1]
        assert CareRecord.objects.get().person.name == "刘敏"

    def test_who_is_elsewhere_or_left_is_told_like_nobody(self, old, person, cast, now) -> None:
        """A sheet must not tell who lives where."""
        elsewhere = look("care", ROW, by=cast.cw_2, now=now)
        households.die(person_id=old.pk, on=date(2026, 11, 20), by=cast.cw, now=now)
        dead = look("care", ROW, by=cast.cw, now=now)
        nobody = look("care", {**ROW, "identity": identity_number("19500101", 7)}, by=cast.cw, now=now)
        assert reasons(elsewhere) == reasons(dead) == reasons(nobody)
        assert UNKNOWN in reasons(dead)[2][1]

    def test_who_may_not(self, cast, now) -> None:
        """rights.md: "persons: change · CS CW"."""
        for actor in (cast.ss, cast.sl, cast.dc, cast.gw):
            for key in ("care", "care_visits"):
                with pytest.raises(NotAllowed):
                    look(key, ROW, by=actor, now=now)

    def test_the_template_has_its_drop_downs(self, cast) -> None:
        book = read(template(registry.get("care"), cast.cw))
        assert len(book["重点关爱"].data_validations.dataValidation) == 2
        listed = [[cell.value for cell in column] for column in book["可选内容"].columns]
        assert "低保户" in listed[0]
        assert listed[1][:4] == ["关爱等级", "A 级", "B 级", "C 级"]

    def test_a_batch_costs_few_look_ups(self, person, cast, now, django_assert_max_num_queries) -> None:
        """Of rows that are known already nothing is asked for one by one."""
        numbers = [identity_number("19420317", order) for order in range(1, 21)]
        for number in numbers:
            person(identity=number)
        rows = [{"identity": number, "kind": "独居老人", "level": "B 级"} for number in numbers]
        bring("care", *rows, by=cast.cw, now=now)
        with django_assert_max_num_queries(40):
            assert counts(look("care", *rows, by=cast.cw, now=now)) == {"same": 20}

    def test_new_entries_cost_the_same_statements_however_many(self, person, cast, now) -> None:
        numbers = [identity_number("19420317", order) for order in range(1, 41)]
        for number in numbers:
            person(identity=number)
        rows = [{"identity": number, "kind": "独居老人", "level": "ABC"[place % 3] + " 级"}
                for place, number in enumerate(numbers)]  # fmt: skip
        taken = []
        for some in (rows[:6], rows[6:]):
            with CaptureQueriesContext(connection) as queries:
                assert counts(bring("care", *some, by=cast.cw, now=now)) == {"new": len(some)}
            taken.append(len(queries))
        assert taken[1] <= taken[0]
        ids = set(CareRecord.objects.values_list("pk", flat=True))
        for found in (
            Clock.objects.filter(subject_type=SUBJECT, state=Clock.RUNNING).values_list("subject_id", flat=True),
            CareTurn.objects.filter(state="open").values_list("record_id", flat=True),
            CareEvent.objects.filter(kind="listed").values_list("record_id", flat=True),
            Entry.objects.filter(action="care.add", subject_type=SUBJECT).values_list("subject_id", flat=True),
        ):
            assert sorted(found) == sorted(ids)

    def test_a_row_writes_what_the_form_writes(self, old, person, cast, now) -> None:
        other = person("刘敏", identity=identity_number("19450317", 3))
        kind = CareKind.objects.get(name="独居老人")
        entry = listing.Entry(level="A", words="耳背，请敲门")
        listing.add_record(person_id=other.pk, kind_id=kind.pk, entry=entry, by=cast.cw, now=now)
        bring("care", ROW, by=cast.cw, now=now)
        typed, brought = (_written(CareRecord.objects.get(person=one)) for one in (other, old))
        assert typed == brought

    def test_a_second_row_corrects_what_the_first_has_put_on(self, old, person, cast, now) -> None:
        other = identity_number("19450317", 3)
        person("刘敏", identity=other)
        upload = bring(
            "care", ROW, {**ROW, "level": "C 级"}, {**ROW, "level": "B 级", "words": "1" * 15},
            {**ROW, "name": "刘敏", "identity": other}, by=cast.cw, now=now,
        )  # fmt: skip
        assert counts(upload) == {"new": 2, "changed": 1, "refused": 1}
        record = CareRecord.objects.get(person=old)
        assert (record.level, record.words, record.turns.get().level) == ("C", "耳背，请敲门", "C")
        assert list(record.events.order_by("pk").values_list("kind", flat=True)) == ["listed", "changed"]

    def test_who_is_on_the_list_where_nobody_sees_it_is_refused_alone(
        self, old, person, listed, cast, district, now
    ) -> None:
        """The whole batch cannot be written then: each row for itself tells which it was."""
        record = listed(old)
        place = {"community_id": district.community_2.pk, "grid_id": district.grid_3.pk}
        CareRecord.objects.filter(pk=record.pk).update(**place)
        other = identity_number("19450317", 3)
        person("刘敏", identity=other)
        upload = bring("care", ROW, {**ROW, "name": "刘敏", "identity": other}, by=cast.cw, now=now)
        assert counts(upload) == {"new": 1, "refused": 1}
        assert "已在独居老人名单中" in reasons(upload)[2][1]
        assert CareRecord.objects.exclude(pk=record.pk).get().person.name == "刘敏"

    def test_without_a_calendar_each_row_says_why(self, old, cast, now) -> None:
        Calendar.objects.all().delete()
        upload = look("care", ROW, by=cast.cw, now=now)
        assert counts(upload) == {"refused": 1}
        assert "日历" in reasons(upload)[2][1]
        assert not CareRecord.objects.exists()


def _written(record: CareRecord) -> list[object]:
    """All that stands about an entry, but whose it is."""
    clock = Clock.objects.get(subject_type=SUBJECT, subject_id=record.pk)
    turn, event = record.turns.get(), record.events.get()
    kept = Entry.objects.get(subject_type=SUBJECT, subject_id=record.pk)
    return [
        record.level, record.since, record.words, record.due_at, record.card, record.policy_version_id,
        record.made_at, record.revision, record.grid_id, record.community_id,
        clock.kind, clock.unit_id, clock.due_at, clock.policy_version_id, clock.state, clock.started_at,
        turn.state, turn.started_at, turn.due_at, turn.level, turn.kind_id, turn.grid_id,
        event.kind, event.words, event.by_user, event.by_name, event.unit_name, event.at,
        kept.action, kept.before, kept.after, kept.user_id, kept.at,
    ]  # fmt: skip


VISIT = {"name": "王建国", "identity": NUMBER, "kind": "独居老人", "on": "2026-11-20", "how": "上门", "found": "正常"}


class TestVisits:
    @pytest.fixture
    def record(self, old, listed, now):
        return listed(old, since=date(2026, 11, 1))

    def test_visits_from_paper_in_any_order_of_the_file(self, record, cast, now) -> None:
        early = {**VISIT, "on": "2026-11-13", "how": "电话", "words": "通话正常", "visitor": "张三"}
        assert counts(bring("care_visits", VISIT, early, by=cast.cw, now=now)) == {"new": 2}
        first, second = CareVisit.objects.order_by("at")
        assert (first.how, first.words, first.by_name) == ("phone", "走访人：张三。通话正常", cast.cw.user_name)
        record.refresh_from_db()
        assert record.last_visit_at == second.at
        assert CareTurn.objects.filter(record=record).count() == 3
        assert Entry.objects.filter(action="care.visit", subject_id=record.pk).count() == 2

    def test_the_same_file_twice(self, record, cast, now) -> None:
        bring("care_visits", VISIT, by=cast.cw, now=now)
        assert counts(bring("care_visits", VISIT, VISIT, by=cast.cw, now=now)) == {"same": 2}
        assert CareVisit.objects.count() == 1

    @pytest.mark.parametrize(
        ("cells", "column", "words"),
        [
            ({"kind": "空巢老人"}, "kind", "不在空巢老人名单"),
            ({"on": ""}, "on", "不能为空"),
            ({"on": "2099-01-01"}, "on", "不晚于今天"),
            ({"on": "2026-10-01"}, "at", "列入名单"),
            ({"how": ""}, "how", "不能为空"),
            ({"how": "写信"}, "how", "可填"),
            ({"found": "很好"}, "found", "可填"),
            ({"found": "需要帮助"}, "words", "不少于 2"),
            ({"words": "电话 13812345678"}, "words", "不要填写"),
            ({"identity": identity_number("19500101", 7)}, "identity", UNKNOWN),
        ],
        ids=lambda value: str(value)[:20],
    )
    def test_a_bad_row(self, record, cast, now, cells, column, words) -> None:
        upload = bring("care_visits", {**VISIT, **cells}, by=cast.cw, now=now)
        assert counts(upload) == {"refused": 1}
        assert (reasons(upload)[2][0], words in reasons(upload)[2][1]) == (column, True)
        assert not CareVisit.objects.exists()

    def test_before_the_last_visit(self, record, visit, cast, now) -> None:
        visit(record)
        assert "上一次走访" in reasons(look("care_visits", VISIT, by=cast.cw, now=now))[2][1]

    def test_out_masked(self, record, visit, cast, now) -> None:
        visit(record, words="一切正常")
        header, row = take_away("care_visits", by=cast.cs, now=now)
        assert row[:3] == ("王建国", f"{NUMBER[:6]}********{NUMBER[-4:]}", "独居老人")
        assert row[header.index("走访记录")] == "一切正常"
        exporter = registry.get("care_visits").exporter
        assert exporter.rows("", cast.cs).count() == 1
        assert exporter.rows("", cast.cs_2).count() == 0
        assert exporter.rows(urlencode({"level": "C"}), cast.cs).count() == 0


class TestOut:
    def test_masked_with_purpose_clock_and_scope(self, old, listed, cast, now) -> None:
        listed(old, at=now - timedelta(days=30), since=date(2026, 10, 1))
        header, row = take_away("care", by=cast.cs, now=now)
        told = dict(zip(header, row, strict=True))
        assert told["身份证号"] == f"{NUMBER[:6]}********{NUMBER[-4:]}"
        assert (told["类别"], told["关爱等级"], told["上次走访"]) == ("独居老人", "A 级", None)
        assert told["已超期（天）"] >= 1
        assert Entry.objects.get(action="sheet.export").reason == "核对名单用"
        assert registry.get("care").exporter.rows("", cast.cs_2).count() == 0
        for actor in (cast.dc, cast.sl, cast.gw):
            with pytest.raises(NotAllowed):
                exports.ask(sheet_key="care", purpose="核对名单用", query="", by=actor, now=now)
        assert exports.ask(sheet_key="care", purpose="核对名单用", query="", by=cast.cw, now=now).needs_approval

    def test_full_numbers_come_in_again(self, old, listed, cast, now) -> None:
        listed(old)
        header, row = take_away("care", by=cast.cs, now=now, with_numbers=True)
        told = dict(zip(header, row, strict=True))
        again = {
            "identity": told["身份证号"],
            "kind": told["类别"],
            "level": told["关爱等级"],
            "since": told["列入日期"],
        }
        assert counts(look("care", again, by=cast.cw, now=now)) == {"same": 1}
