"""Next year's days from a table and from the words of a notice, against what was announced for 2025 and 2026."""

from datetime import date

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.calendars.announced import Announcement, from_rows, from_text
from governance.calendars.defaults import announced_days
from governance.errors import InvalidInput

# Facts of the two announced years (dates and weekdays), in words of the tests' own.
TEXTS = {
    2025: """
        一、元旦：1月1日（周三）放假1天。
        二、春节：1月28日（除夕，周二）至2月4日（周二）放假，共8天。1月26日（周日）、2月8日（周六）上班。
        三、清明节：4月4日（周五）至6日（周日）放假，共3天。
        四、劳动节：5月1日（周四）至5日（周一）放假，共5天。4月27日（周日）上班。
        五、端午节：5月31日（周六）至6月2日（周一）放假，共3天。
        六、国庆节、中秋节：10月1日（周三）至8日（周三）放假，共8天；9月28日（周日）和10月11日（周六）上班。
    """,
    2026: """
        元旦：1月1日（周四）至3日（周六）放假，共3天。1月4日（周日）上班。
        春节：2月15日（星期日）至23日（星期一）放假，共9天。2月14日（星期六）、2月28日（星期六）上班。
        清明节：4月4日（周六）至6日（周一）放假，共3天。
        劳动节：5月1日（周五）至5日（周二）放假，共5天，5月9日（周六）上班。
        端午节：6月19日（周五）至21日（周日）放假，共3天。
        中秋节：9月25日（周五）至27日（周日）放假，共3天。
        国庆节：10月1日（周四）至7日（周三）放假，共7天。9月20日（周日）、10月10日（周六）上班。
    """,
}


def kinds(announcement: Announcement) -> dict[date, str]:
    return {day.date: day.kind for day in announcement.days}


@pytest.mark.parametrize("year", TEXTS)
def test_a_notices_words_give_the_announced_year(year: int) -> None:
    read = from_text(TEXTS[year], year)
    assert read.refused == ()
    found = kinds(read)
    # Where the words say nothing a plain week holds.
    for day in (date.fromordinal(date(year, 1, 1).toordinal() + number) for number in range(365)):
        works = found.get(day, "workday" if day.weekday() < 5 else "holiday") == "workday"
        assert works == chinese_calendar.is_workday(day), day
    names = {day.date: day.name for day in read.days}
    for row in announced_days(year):
        assert names[row.date][:2] == row.name[:2] or year == 2025, row.date


@pytest.mark.parametrize("year", TEXTS)
def test_the_same_year_as_a_table(year: int) -> None:
    words = {"holiday": "休息", "workday": "上班"}
    rows = [(1, ["名称", "日期（年月日）", "类型"])]
    rows += [(n, [day.name, day.date, words[day.kind]]) for n, day in enumerate(from_text(TEXTS[year], year).days, 2)]
    assert from_rows(rows, year) == from_text(TEXTS[year], year)


@pytest.mark.parametrize(
    ("text", "field", "words"),
    [
        ("元旦：1月1日（周五）放假", "日期", "2026年1月1日是周四，文中写的是周五"),
        ("元旦：1月1日至3日放假，共4天", "日期", "写明共 4 天，按日期算是 3 天"),
        ("元旦：1月32日放假", "日期", "不存在"),
        ("元旦：1月5日至3日放假", "日期", "请核对先后"),
        ("元旦：2025年12月31日放假", "日期", "不在 2026 年内"),
        ("元旦：1月5日上班", "类型", "本来就上班"),
        ("元旦：1月1日另行安排", "类型", "没有写“放假”或“上班”"),
        ("元旦：3日放假", "日期", "没有写明月份"),
        ("1月1日放假", "名称", "哪个节日"),
    ],
)
def test_words_that_cannot_be_are_refused_with_the_reason(text: str, field: str, words: str) -> None:
    (refused,) = from_text(text, 2026).refused
    assert (refused.field, refused.row) == (field, refused.row)
    assert words in refused.reason


def test_a_range_over_new_year_keeps_what_lies_in_the_year() -> None:
    read = from_text("元旦：2025年12月31日至2026年1月2日放假", 2026)
    assert list(kinds(read)) == [date(2026, 1, 1), date(2026, 1, 2)]
    assert "不在 2026 年内" in read.refused[0].reason


@pytest.mark.parametrize("text", ["", "各单位要做好值班。", "元旦" * 20_000])
def test_a_text_without_days_says_what_to_paste(text: str) -> None:
    with pytest.raises(InvalidInput):
        from_text(text, 2026)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (["昨天", "休息", "元旦"], "日期"), (["2026-02-30", "休息", "元旦"], "日期"),
        (["2027-01-01", "休息", "元旦"], "日期"), (["2026-01-01", "也许", "元旦"], "类型"),
        (["2026-01-05", "上班", "元旦"], "类型"), (["2026-01-04", "上班", ""], "名称"),
        (["2026-01-01", "休息", None], "名称"), (["2026-01-01", "休息", "长" * 33], "名称"), ([10**30, "休息"], "日期"),
        (["2026-01-01", "休息", "\x00"], "名称"), ([None, None, "元旦"], "日期"), ([True, "休息", "元旦"], "日期"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_is_refused_by_its_field(row: list, field: str) -> None:
    read = from_rows([(1, ["日期", "类型", "名称"]), (2, row), (3, ["1月1日", "放假", "元旦"])], 2026)
    assert [(refused.row, refused.field) for refused in read.refused] == [(2, field)]
    assert list(kinds(read)) == [date(2026, 1, 1)]


def test_a_day_of_two_kinds_is_refused_twice_and_one_written_twice_counts_once() -> None:
    head = (1, ["日期", "安排", "节日"])
    rows = [head, (2, ["2026-01-04", "上班", "元旦"]), (3, ["2026/1/4", "休息", "元旦"]), (4, ["1.1", "休", "元旦"]),
            (5, ["1月1日（周四）", "休息", "元旦"])]  # fmt: skip
    read = from_rows(rows, 2026)
    assert [refused.row for refused in read.refused] == [2, 3]
    assert list(kinds(read)) == [date(2026, 1, 1)]


@pytest.mark.parametrize("rows", [[], [(1, ["姓名", "电话"])], [(1, ["日期", "名称"])]])
def test_a_table_without_the_columns_says_which(rows: list) -> None:
    with pytest.raises(InvalidInput) as refused:
        from_rows(rows, 2026)
    assert refused.value.field == "file"


PIECES = [
    "元旦", "：", "1月", "12月", "32日", "1日", "31日", "（周四）", "(周六)", "至", "、", "放假", "上班", "共3天",
    "。", "\n",
    "9999年", "0000年", "2026年", "99999年", "１日", "²日", "农历", "，", "20日",
]  # fmt: skip
PASTED = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=25).map("".join)


@given(PASTED, st.integers(2000, 2100))
@settings(max_examples=500, deadline=None)
def test_whatever_is_pasted_is_read_or_refused(text: str, year: int) -> None:
    try:
        read = from_text(text, year)
    except InvalidInput:
        return
    assert all(day.date.year == year for day in read.days)
    assert read.days or read.refused


CELLS = st.one_of(
    st.none(), st.text(max_size=12), st.integers(), st.floats(), st.booleans(), st.dates(), st.datetimes(),
    st.sampled_from(["2026-01-01", "1月1日", "9999-99-99", "休息", "上班", "元旦"]),
)  # fmt: skip


@given(st.lists(st.lists(CELLS, max_size=4), max_size=6))
@settings(max_examples=400, deadline=None)
def test_whatever_a_table_holds_is_read_or_refused(rows: list) -> None:
    read = from_rows([(1, ["日期", "类型", "名称"]), *enumerate(rows, 2)], 2026)
    assert len(read.days) + len(read.refused) <= len(rows)
