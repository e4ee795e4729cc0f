"""Divisions from a file: compared row by row, applied as chosen, refused rows given back."""

from io import BytesIO, StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from governance.audit.models import Entry
from governance.errors import IllegalState, InvalidInput, NotAllowed
from governance.spreadsheets import read_rows, write_xlsx
from grids import divisions
from grids.demo import DIVISIONS
from grids.models import ImportDraft, Unit
from grids.services.divisions import apply_draft, check_divisions

HEADER = "编码,名称,级别,上级编码\n"


def _file(text, header=HEADER):
    return BytesIO((header + text).encode())


def _compared(text, district, header=HEADER):
    return divisions.compare(divisions.read(_file(text, header), "区划.csv"), district.district)


def _by_code(rows):
    return {row.code: row for row in rows}


class TestComparing:
    def test_each_row_gets_its_verdict(self, district):
        rows = _by_code(
            _compared(
                "990001,试验区,区,\n"
                "990001001,第一街道,街道,990001\n"
                "990001002,改名街道,街道,990001\n"
                "990001003,新街道,镇,990001\n"
                "990001001001,第一街道1社区,社区,990001002\n"
                "990001003001,新社区,社区,990001003\n",
                district,
            )
        )
        assert rows["990001"].verdicts == ["unchanged"]
        assert (rows["990001002"].verdicts, rows["990001002"].old_name) == (["renamed"], "第二街道")
        assert rows["990001003"].verdicts == ["new"]
        assert rows["990001001001"].verdicts == ["moved"]
        assert rows["990001003001"].verdicts == ["new"]
        assert rows["990001001002"].verdicts == ["missing"]

    def test_levels_that_the_file_does_not_speak_of_are_not_missing(self, district):
        rows = _compared("990001001,第一街道,街道,990001\n", district)
        assert {row.code for row in rows if row.verdicts == ["missing"]} == {"990001002"}

    def test_level_and_parent_follow_from_the_code(self, district):
        rows = _compared(
            "990001001000,第一街道\n990001001002,第一街道2社区\n", district, header="统计用区划代码,名称\n"
        )
        assert [row.verdicts for row in rows[:2]] == [["unchanged"], ["unchanged"]]

    @pytest.mark.parametrize(
        ("row", "field", "words"),
        [
            ("990001009,,街道,990001", "name", "名称为空"),
            ("99000100,短码街道,街道,990001", "code", "9 位数字"),
            ("990001009,某街道,省,990001", "level", "不认识级别"),
            ("990001009001,某社区,社区,990001009", "parent_code", "没有找到上级"),
            ("990001001009,某社区,社区,990001", "parent_code", "不是街道"),
            ("990002009,某街道,街道,990001", "code", "应以上级编码"),
            ("990002,别的区,区,", "code", "不是本区"),
            ("990001009," + "长" * 65 + ",街道,990001", "name", "超过 64"),
        ],
    )
    def test_a_row_that_cannot_be_imported_says_which_field_and_why(self, district, row, field, words):
        found = _compared(row + "\n", district)[0]
        assert found.is_refused
        assert field in [problem.field for problem in found.problems]
        assert any(words in problem.message for problem in found.problems)

    def test_a_code_twice_and_a_name_twice_are_refused_on_every_row(self, district):
        rows = _compared("990001009,甲街道,,\n990001009,乙街道,,\n990001010,丙街道,,\n990001011,丙街道,,\n", district)
        assert [row.is_refused for row in rows[:4]] == [True] * 4
        assert "出现了 2 次" in rows[0].problems[0].message

    def test_what_lies_below_a_refused_row_names_the_row_to_mend(self, district):
        rows = _by_code(_compared("990001009,,街道,990001\n990001009001,某社区,社区,990001009\n", district))
        assert "第 2 行" in rows["990001009001"].problems[0].message

    def test_the_code_of_a_closed_unit_is_not_used_again(self, district, now):
        Unit.objects.filter(pk=district.community_4.pk).update(closed_on=now.date())
        rows = _by_code(_compared("990001002002,重生社区,社区,990001002\n", district))
        assert "已撤销" in rows["990001002002"].problems[0].message

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"a,b\n1,2\n", "没有找到列"),
            ("编码,名称\n".encode(), "只有表头"),
            (b"", "空的"),
            (b"\x89PNG\r\n\x1a\n0", "不是表格"),
        ],
    )
    def test_a_file_that_is_no_list_of_divisions_is_refused_whole(self, content, words):
        with pytest.raises(InvalidInput, match=words):
            divisions.read(BytesIO(content), "区划.csv")

    def test_the_shipped_divisions_compare_as_unchanged(self, territory):
        with DIVISIONS.open("rb") as file:
            rows = divisions.compare(divisions.read(file, "divisions.csv"), territory)
        assert {count: verdict for verdict, count in divisions.tally(rows).items() if count} == {116: "unchanged"}

    def test_what_the_platform_gives_out_it_takes_back_unchanged(self, district, cast):
        book = BytesIO()
        write_xlsx(book, ["编码", "名称", "级别", "上级编码"], divisions.as_rows(cast.dc))
        book.seek(0)
        rows = divisions.compare(divisions.read(book, "区划.xlsx"), district.district)
        assert {verdict for row in rows for verdict in row.verdicts} == {"unchanged"}


class TestApplying:
    TEXT = "990001002,改名街道,街道,990001\n990001003,新街道,镇,990001\n990001003001,新社区,社区,990001003\n"

    @pytest.fixture
    def draft(self, district, cast, now):
        return check_divisions(file=_file(self.TEXT), file_name="区划.csv", by=cast.dc, now=now)

    def _apply(self, draft, chosen, cast, now):
        day = timezone.localdate(now)
        return apply_draft(draft_id=draft.pk, chosen=chosen, effective_on=day, by=cast.dc, now=now)

    def test_only_what_was_chosen_is_applied_parents_first(self, draft, cast, now):
        done = self._apply(draft, ["new:990001003001", "new:990001003"], cast, now)
        assert (done.outcome["new"], done.outcome["renamed"]) == (2, 0)
        community = Unit.objects.get(code="990001003001")
        assert community.street.name == "新街道"
        assert not Unit.objects.filter(name="改名街道").exists()
        assert Entry.objects.filter(action="unit.import_divisions").count() == 1

    def test_a_row_that_is_refused_then_leaves_the_others_alone(self, draft, district, cast, now):
        done = self._apply(draft, ["renamed:990001002", "missing:990001001"], cast, now)
        assert (done.outcome["renamed"], done.outcome["refused"]) == (1, 1)
        refused = [row for row in done.content["rows"] if row["problems"]]
        assert "下级单位" in refused[0]["problems"][0]["message"]

    def test_a_child_without_its_parent_chosen_is_refused(self, draft, cast, now):
        done = self._apply(draft, ["new:990001003001"], cast, now)
        assert done.outcome["refused"] == 1

    def test_a_draft_is_applied_once(self, draft, cast, now):
        self._apply(draft, ["renamed:990001002"], cast, now)
        with pytest.raises(IllegalState, match="已经导入过"):
            self._apply(draft, ["renamed:990001002"], cast, now)

    def test_nothing_chosen_is_said(self, draft, cast, now):
        with pytest.raises(InvalidInput, match="至少勾选一项"):
            self._apply(draft, [], cast, now)

    def test_nobody_else_imports(self, district, cast, now):
        with pytest.raises(NotAllowed):
            check_divisions(file=_file(self.TEXT), file_name="区划.csv", by=cast.ss, now=now)
        assert not ImportDraft.objects.exists()


def test_refused_rows_come_back_as_a_file_that_can_be_mended(district):
    rows = _compared("990001009,,街道,990001\n990001010,好街道,街道,990001\n", district)
    book = BytesIO()
    write_xlsx(book, divisions.REFUSED_HEADER, divisions.refused_rows(rows))
    book.seek(0)
    header, row = list(read_rows(book, "x.xlsx"))
    assert header[1][:4] == ["编码", "名称", "级别", "上级编码"]
    assert row[1][0] == "990001009"
    assert "名称为空" in row[1][5]
    book.seek(0)
    again = divisions.compare(divisions.read(book, "x.xlsx"), district.district)
    assert [r.code for r in again if r.row] == ["990001009"]


class TestCommand:
    def _run(self, *args):
        out, err = StringIO(), StringIO()
        call_command("import_divisions", *map(str, args), stdout=out, stderr=err)
        return out.getvalue(), err.getvalue()

    def test_an_empty_installation_gets_the_whole_district(self, db):
        out, _ = self._run(DIVISIONS)
        assert "新增 116" in out
        assert Unit.objects.get(code="230604014013").street.name == "旭园街道"

    def test_a_dry_run_changes_nothing(self, db):
        out, _ = self._run(DIVISIONS, "--dry-run")
        assert "新增" in out
        assert not Unit.objects.exists()

    def test_the_same_file_again_adds_nothing(self, db):
        self._run(DIVISIONS)
        out, _ = self._run(DIVISIONS)
        assert "新增 0，更名 0，调整隶属 0" in out

    def test_refused_rows_end_with_1_and_go_to_a_file(self, district, tmp_path):
        source, refused = tmp_path / "区划.csv", tmp_path / "不能导入.xlsx"
        source.write_text(HEADER + "990001009,,街道,990001\n990001010,好街道,街道,990001\n", encoding="gb18030")
        with pytest.raises(SystemExit) as ended:
            self._run(source, "--refused", refused)
        assert ended.value.code == 1
        assert Unit.objects.filter(name="好街道").exists()
        with refused.open("rb") as file:
            assert len(list(read_rows(file, refused.name))) == 2

    @pytest.mark.parametrize("content", [None, b"", b"a,b\n1,2\n", "编码,名称\n230604,甲区\n230605,乙区\n".encode()])
    def test_a_useless_file_ends_with_2(self, db, tmp_path, content):
        source = tmp_path / "区划.csv"
        if content is not None:
            source.write_bytes(content)
        with pytest.raises(CommandError) as refused:
            self._run(source)
        assert refused.value.returncode == 2
        assert not Unit.objects.exists()

    def test_units_that_the_file_lacks_stay_open(self, district, tmp_path):
        source = tmp_path / "区划.csv"
        source.write_text(HEADER + "990001001,第一街道,街道,990001\n", encoding="utf-8")
        out, _ = self._run(source)
        assert "文件中没有" in out
        district.street_2.refresh_from_db()
        assert district.street_2.is_open
