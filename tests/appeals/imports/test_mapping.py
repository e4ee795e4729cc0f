"""Where the headers stand, and which column is which field."""

from typing import Any

import pytest

from appeals.imports.mapping import ColumnMapping, Layout, checked, find_layout, fits, guess
from governance.errors import InvalidInput

MESSAGES = ["留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "答复意见", "答复时间"]


def layout_of(*rows: list[Any]) -> Layout:
    return find_layout((number, row) for number, row in enumerate(rows, start=1))


def test_headers_in_the_first_row() -> None:
    layout = layout_of(MESSAGES, [1, "a", "b", "2019/1/1", "c", "", ""])
    assert layout == Layout(MESSAGES, 2)
    assert guess(layout.headers).columns == {
        "source_number": "留言编号", "complainant": "留言用户", "title": "留言主题", "raised_at": "留言时间",
        "content": "留言详情", "reply": "答复意见", "replied_at": "答复时间",
    }  # fmt: skip


def test_a_title_row_and_a_note_stand_above_the_headers() -> None:
    layout = layout_of(["12345热线工单台账"], ["打印时间：2026-11-23"], [None], MESSAGES, [1, "a"])
    assert layout == Layout(MESSAGES, 5)


def test_headers_of_two_rows_with_merged_cells_above() -> None:
    upper = ["工单编号", "诉求人信息", None, "诉求内容", "受理时间"]
    lower = [None, "姓名", "联系电话", None, None]
    layout = layout_of(upper, lower, ["A1", "王女士"])
    assert layout == Layout(["工单编号", "姓名", "联系电话", "诉求内容", "受理时间"], 3)


def test_a_word_of_a_data_row_that_is_also_a_header_does_not_make_it_one() -> None:
    layout = layout_of(["工单编号", "来源", "诉求内容", "受理时间"], ["A1", "电话", "内容很长", "2026/1/1"])
    assert layout == Layout(["工单编号", "来源", "诉求内容", "受理时间"], 2)


def test_unknown_headers_are_still_headers() -> None:
    assert layout_of(["甲", "乙", "丙"], ["1", "2", "3"]) == Layout(["甲", "乙", "丙"], 2)


def test_empty_and_repeated_headers_get_names() -> None:
    layout = layout_of(["工单编号", "", "电话", "电话", None], ["1"])
    assert layout.headers == ["工单编号", "第2列", "电话", "电话（2）"]


@pytest.mark.parametrize("header", ["*工单编号", " 工单 编号 ", "工单编号：", "【工单编号】", "工单编号＊"])
def test_headers_are_known_in_spite_of_decoration(header: str) -> None:
    assert guess([header]).columns == {"source_number": header}


def test_of_two_columns_for_a_field_the_more_exact_header_counts() -> None:
    assert guess(["编号", "工单编号"]).columns == {"source_number": "工单编号"}


def test_the_column_with_the_reason_of_a_refusal_feeds_nothing() -> None:
    assert guess([*MESSAGES, "未导入原因"]).columns == guess(MESSAGES).columns


@pytest.mark.parametrize("rows", [[], [[None, ""]], [["只有一格"]]])
def test_a_file_without_headers_is_refused(rows: list[list[Any]]) -> None:
    with pytest.raises(InvalidInput) as refused:
        layout_of(*rows)
    assert refused.value.field == "file"


def test_too_many_columns_are_refused() -> None:
    with pytest.raises(InvalidInput, match="200 列"):
        layout_of(["列"] * 1000)


@pytest.mark.parametrize(
    ("columns", "field", "says"),
    [
        ({"title": "留言主题"}, "source_number", "还缺“原编号”、“诉求内容”、“诉求时间”"),
        ({"source_number": "没有的列"}, "source_number", "没有“没有的列”"),
        ({"别的": "留言编号"}, "columns", "不认识的字段"),
        (guess(MESSAGES[:6]).columns, "replied_at", "还要对应“答复时间”"),
        (guess(MESSAGES).columns | {"lon": "留言用户"}, "lat", "同时对应"),
        (guess(MESSAGES).columns | {"title": "留言用户"}, "title", "只能选一个"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused_with_the_field(columns: dict[str, str], field: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says) as refused:
        checked(ColumnMapping(columns), MESSAGES)
    assert refused.value.field == field


def test_an_unknown_channel_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        checked(ColumnMapping(guess(MESSAGES).columns, "pigeon"), MESSAGES)
    assert refused.value.field == "channel"


def test_a_template_fits_a_file_with_all_its_columns() -> None:
    mapping = guess(MESSAGES)
    assert fits(mapping, [*MESSAGES, "备注"])
    assert not fits(mapping, MESSAGES[1:])
    assert not fits(ColumnMapping(), MESSAGES)
