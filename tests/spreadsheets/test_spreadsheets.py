"""Spreadsheets as offices really send them: encodings, broken files, and cells that begin like formulas."""

import io
import zipfile
from datetime import UTC, date, datetime

import openpyxl
import pytest

from governance.errors import InvalidInput
from governance.spreadsheets import cell_text, read_rows, safe_cell, write_xlsx

DANGEROUS = ["=1+1", "+86 138", "-2", "@SUM(A1)", "\tx", "\rx", "  =cmd|'/C calc'!A0", "#N/A", "＝1"]


def _xlsx(*rows: list[object]) -> io.BytesIO:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file


def _rows(content: bytes, name: str = "x.csv") -> list:
    return list(read_rows(io.BytesIO(content), name))


def test_a_sheet_is_read_with_row_numbers_and_without_empty_rows():
    file = _xlsx(["姓名", "电话"], [None, None], ["张三", 13800000000, None], [" ", None], ["李四", date(2026, 1, 2)])
    assert list(read_rows(file, "名单.xlsx")) == [
        (1, ["姓名", "电话"]),
        (3, ["张三", 13800000000]),
        (5, ["李四", datetime(2026, 1, 2)]),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_is_read_in_the_encodings_offices_use(encoding, delimiter):
    text = f'姓名{delimiter}详情\r\n张三{delimiter}"第一行\r\n第二行"\r\n'
    assert _rows(text.encode(encoding)) == [(1, ["姓名", "详情"]), (2, ["张三", "第一行\r\n第二行"])]


def test_a_hidden_first_sheet_is_passed_over():
    book = openpyxl.Workbook()
    book.active.sheet_state = "hidden"
    book.active.append(["隐藏"])
    book.create_sheet("名单").append(["可见"])
    file = io.BytesIO()
    book.save(file)
    assert list(read_rows(file, "x.xlsx")) == [(1, ["可见"])]


def test_escaped_characters_of_the_format_are_text_again():
    assert list(read_rows(_xlsx(["第一行_x000D_第二行"]), "x.xlsx")) == [(1, ["第一行\r第二行"])]


def _zip(**files: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, content in files.items():
            package.writestr(name.replace("__", "/"), content)
    return out.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "空的"),
        (OLE + b"\0" * 600, "旧版 .xls"),
        (OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "打开密码"),
        (_xlsx(["a"]).getvalue()[:900], "已损坏"),
        (_zip(a="x"), "改了扩展名"),
        (_zip(**{"xl__workbook.xml": "<broken"}), "已损坏"),
        (b"%PDF-1.7 ...", "不是表格文件"),
        (b"a\0b", "不是表格文件"),
        (b"\x81\x20\xff\xff", "文字编码"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_do(content, says):
    with pytest.raises(InvalidInput) as refused:
        _rows(content, "x.xlsx")
    assert says in refused.value.message
    assert refused.value.field == "file"


def test_a_file_over_the_limit_is_refused(settings):
    settings.SPREADSHEET_MAX_BYTES = 10
    with pytest.raises(InvalidInput, match="超过"):
        _rows(b"x" * 11)


@pytest.mark.parametrize("value", DANGEROUS)
def test_text_that_begins_like_a_formula_is_written_as_text_and_reads_back_unchanged(value):
    file = io.BytesIO()
    assert write_xlsx(file, ["=标题"], [[value]]) == 1
    sheet = openpyxl.load_workbook(file).active
    assert [sheet["A1"].data_type, sheet["A2"].data_type] == ["s", "s"]
    assert sheet["A2"].quotePrefix
    assert [values for _, values in read_rows(file, "x.xlsx")] == [["=标题"], [value.strip()]]


@pytest.mark.parametrize("value", [v for v in DANGEROUS if v != "#N/A"])
def test_a_cell_without_a_type_gets_an_apostrophe(value):
    assert safe_cell(value) == f"'{value}"


@pytest.mark.parametrize("value", ["张三", "a=b", "", None, -3, 2.5])
def test_what_starts_no_formula_stays(value):
    assert safe_cell(value) == value


def test_times_are_written_as_the_platform_shows_them_and_control_characters_dropped():
    file = io.BytesIO()
    write_xlsx(file, ["时间", "文"], [[datetime(2026, 11, 23, 2, tzinfo=UTC), "a\x0bb"]])
    assert list(read_rows(file, "x.xlsx"))[1] == (2, [datetime(2026, 11, 23, 10), "ab"])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (2306.0, "2306"),
        (True, "是"),
        (datetime(2026, 1, 31), "2026-01-31"),
        (datetime(2026, 1, 31, 8, 30), "2026-01-31 08:30:00"),
        (date(2026, 1, 31), "2026-01-31"),
        ("　１３８ ", "138"),
    ],
)
def test_a_cell_as_a_person_reads_it(value, text):
    assert cell_text(value) == text
