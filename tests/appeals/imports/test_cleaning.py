"""Cells as hotlines export them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from appeals.imports.cleaning import Unreadable, degrees_of, line_of, moment_of, number_text, text_of

ZONE = ZoneInfo("Asia/Shanghai")
MOMENT = datetime(2019, 4, 25, 9, 32, 9, tzinfo=ZONE)


@pytest.mark.parametrize(
    "cell",
    [
        "2019/4/25 9:32:09", "2019-04-25 09:32:09", "2019.4.25 9:32:09", "２０１９/４/２５　９：３２：０９",
        "2019年4月25日 9:32:09", "2019年4月25日9时32分9秒", "2019年4月25日 上午9:32:09", "2019-04-25T09:32:09",
        "2019-04-25T09:32:09.000+08:00", "2019-04-25T01:32:09Z", "20190425093209", 20190425093209,
        "2019/4/25 星期四 9:32:09", "\t2019/4/25   9:32:09\n", datetime(2019, 4, 25, 9, 32, 9),
        datetime(2019, 4, 25, 1, 32, 9, tzinfo=UTC), 43580.397326388885, "43580.397326388885", "2019/4/25 9:32:09 AM",
    ],
)  # fmt: skip
def test_one_moment_in_many_forms(cell: object) -> None:
    assert moment_of(cell, ZONE) == MOMENT


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026年11月23日 8:05", datetime(2026, 11, 23, 8, 5, tzinfo=ZONE)),
        ("2026/11/23 下午3:05", datetime(2026, 11, 23, 15, 5, tzinfo=ZONE)),
        ("2026/11/23 12:05 AM", datetime(2026, 11, 23, 0, 5, tzinfo=ZONE)),
        ("2026-11-23 24:00:00", datetime(2026, 11, 24, 0, 0, tzinfo=ZONE)),
        ("2026-11-23", datetime(2026, 11, 23, tzinfo=ZONE)),
        ("20261123", datetime(2026, 11, 23, tzinfo=ZONE)),
        (20261123, datetime(2026, 11, 23, tzinfo=ZONE)),
        (date(2026, 11, 23), datetime(2026, 11, 23, tzinfo=ZONE)),
        (46349, datetime(2026, 11, 23, tzinfo=ZONE)),
        ("", None),
        (None, None),
        ("  \t", None),
    ],
)
def test_moments(cell: object, expected: datetime | None) -> None:
    assert moment_of(cell, ZONE) == expected


@pytest.mark.parametrize(
    "cell",
    ["昨天", "4/25/2019", "2019-13-01", "2019-02-29 08:00", "2019-04-25 25:00", "19-4-25", "1899-01-01", True,
     float("nan"), float("inf"), "=NOW()", 12, "9" * 400],
)  # fmt: skip
def test_what_is_no_moment_is_said(cell: object) -> None:
    with pytest.raises(Unreadable):
        moment_of(cell, ZONE)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("\n\t\t\t 路灯  不亮 \r\n\r\n\r\n\r\n请 修复\t。 \n\t", "路灯 不亮\n\n请 修复 。"),
        ("含\x00空\x07字\u200b符\ufeff", "含空字符"),
        ("　全角　　空格　", "全角 空格"),
        ("行一_x000D_\n行二", "行一\n行二"),
        ("半个\ud83d表情", "半个表情"),
        ("正常文字", "正常文字"),
        (2549, "2549"),
        (2549.0, "2549"),
        (12.5, "12.5"),
        (True, "是"),
        (None, ""),
        ("=1+1", "=1+1"),
    ],
)
def test_text_is_tidied(cell: object, expected: str) -> None:
    assert text_of(cell) == expected


def test_a_line_has_no_breaks() -> None:
    assert line_of("路灯\n\n不亮\n请修") == "路灯 不亮 请修"


@pytest.mark.parametrize("cell", [2.0260001e19, "2.026E+19", "1.23457E+15"])
def test_a_number_that_lost_its_digits_is_refused(cell: object) -> None:
    with pytest.raises(Unreadable, match="末尾数字已丢失"):
        number_text(cell)


@pytest.mark.parametrize(("cell", "expected"), [("'0012", "0012"), (13812344080.0, "13812344080"), (" A 1 ", "A 1")])
def test_numbers_stay_as_they_are(cell: object, expected: str) -> None:
    assert number_text(cell) == expected


@pytest.mark.parametrize(("cell", "expected"), [("124.85°", 124.85), (124, 124.0), ("", None), (None, None)])
def test_degrees(cell: object, expected: float | None) -> None:
    assert degrees_of(cell) == expected


@pytest.mark.parametrize("cell", ["东经124度", "nan", float("inf"), "1,2"])
def test_what_is_no_coordinate_is_said(cell: object) -> None:
    with pytest.raises(Unreadable):
        degrees_of(cell)
