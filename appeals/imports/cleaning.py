"""Cells as hotlines export them, brought to one form: text, moments, numbers."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta, tzinfo

_UNWANTED = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]")
_BLANKS = re.compile(r"[^\S\n]+")
_AROUND_LINES = re.compile(r" ?\n ?")
_LINES = re.compile(r"\n{3,}")
# Spreadsheets show a long number like this, and have lost its last digits by then.
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+\d+")
_EXACT = 10**15

_EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 -- serials are local time
_SERIALS = (20_000, 80_000)  # 1954 to 2119
_MOMENT = re.compile(
    r"""
    (?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*日?
    (?:\s*[(（]?(?:星期|周)[一二三四五六日天][)）]?)?
    (?:[\sT]*(?P<half>上午|下午|中午|晚上|凌晨|AM|PM)?\s*
       (?P<hour>\d{1,2})\s*[:时点]\s*(?P<minute>\d{1,2})?\s*分?
       (?:\s*:?\s*(?P<second>\d{1,2})(?:[.,]\d+)?\s*秒?)?
       \s*(?P<half_after>AM|PM)?
       \s*(?P<zone>Z|[+-]\d{2}:?\d{2})?)?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_EARLIEST = 1990


class Unreadable(ValueError):
    """The cell cannot be understood; the message is Chinese and says what is expected."""


def text_of(cell: object) -> str:
    """The cell as tidy text: trimmed, runs of blanks folded, no control characters, at most one empty line in a row.

    A whole number stored as a decimal loses its ".0".
    """
    if cell is None:
        return ""
    if isinstance(cell, str):
        return _tidied(cell)
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.strftime("%Y/%m/%d %H:%M:%S")
    return str(cell)


def _tidied(text: str) -> str:
    text = text.strip()
    if text.isprintable() and "  " not in text and "\u3000" not in text:
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").replace("_x000D_", "")
    text = _BLANKS.sub(" ", _UNWANTED.sub("", text).encode("utf-8", "ignore").decode())
    return _LINES.sub("\n\n", _AROUND_LINES.sub("\n", text)).strip()


def line_of(cell: object) -> str:
    """The cell as one line of tidy text."""
    text = text_of(cell)
    return " ".join(text.split()) if "\n" in text else text


def number_text(cell: object) -> str:
    """An identifying number as text, whatever the spreadsheet made of it.

    Raises Unreadable when the spreadsheet has already lost its last digits.
    """
    if isinstance(cell, float) and abs(cell) >= _EXACT:
        raise Unreadable("在表格软件中被存成了数值，末尾数字已丢失，请把这一列设为文本格式后重新导出")
    text = line_of(cell)
    if text.startswith("'"):
        text = text[1:].strip()
    if _SCIENTIFIC.fullmatch(text):
        raise Unreadable(f"显示为“{text}”，末尾数字已丢失，请把这一列设为文本格式后重新导出")
    return text


def moment_of(cell: object, zone: tzinfo) -> datetime | None:
    """The moment in a cell, in `zone` where the cell names none; None for an empty one.

    Takes datetimes, dates, Excel serials, and text such as "2019/4/25 9:32:09", "2026年11月23日 8:05",
    "20190425093209", "2019-04-25T09:32:09+08:00". A date alone is its midnight.
    Raises Unreadable for anything else, and for years before 1990.
    """
    moment = _moment(cell, zone)
    if moment is not None and moment.year < _EARLIEST:
        raise Unreadable(f"年份是 {moment.year} 年，请核对")
    return moment


def _moment(cell: object, zone: tzinfo) -> datetime | None:
    if isinstance(cell, datetime):
        return cell.replace(microsecond=0) if cell.tzinfo else cell.replace(tzinfo=zone, microsecond=0)
    if isinstance(cell, date):
        return datetime.combine(cell, time.min, zone)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _from_number(cell, zone)
    text = unicodedata.normalize("NFKC", line_of(cell))
    return _from_text(text, zone) if text else None


def _from_number(value: float, zone: tzinfo) -> datetime:
    if math.isfinite(value) and _SERIALS[0] <= value <= _SERIALS[1]:
        return (_EXCEL_EPOCH + timedelta(seconds=round(value * 86_400))).replace(tzinfo=zone)
    return _from_text(str(int(value)) if math.isfinite(value) else str(value), zone)


def _from_text(text: str, zone: tzinfo) -> datetime:
    if match := _MOMENT.fullmatch(text):
        return _from_match(match, text, zone)
    if match := _DIGITS.fullmatch(text):
        return _build(text, zone, *(int(group or 0) for group in match.groups()))
    if _SERIAL.fullmatch(text) and _SERIALS[0] <= float(text) <= _SERIALS[1]:
        return _from_number(float(text), zone)
    raise Unreadable(f"无法识别“{text[:30]}”，请写成“2026/11/23 8:05:00”这样的形式")


def _from_match(match: re.Match[str], text: str, zone: tzinfo) -> datetime:
    year, month, day, hour, minute, second = (
        int(match[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")
    )
    half = (match["half"] or match["half_after"] or "").upper()
    if (half in {"下午", "晚上", "PM"} and hour < 12) or (half == "中午" and hour < 3):
        hour += 12
    elif half in {"上午", "凌晨", "AM"} and hour == 12:
        hour = 0
    return _build(text, _zone(match["zone"]) or zone, year, month, day, hour, minute, second)


def _zone(text: str | None) -> tzinfo | None:
    if not text:
        return None
    return UTC if text.upper() == "Z" else datetime.strptime(text.replace(":", ""), "%z").tzinfo


def _build(text: str, zone: tzinfo, year: int, month: int, day: int, hour: int, minute: int, second: int) -> datetime:
    # Some systems write midnight as the end of the day.
    extra = timedelta(days=1) if (hour, minute, second) == (24, 0, 0) else timedelta()
    try:
        return datetime(year, month, day, 0 if extra else hour, minute, second, tzinfo=zone) + extra
    except (ValueError, OverflowError):
        raise Unreadable(f"“{text[:30]}”不是有效的日期时间，请核对") from None


def degrees_of(cell: object) -> float | None:
    """A coordinate in decimal degrees; None for an empty cell. Raises Unreadable for anything else."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _finite(float(cell))
    text = unicodedata.normalize("NFKC", line_of(cell)).rstrip("°").strip()
    if not text:
        return None
    try:
        return _finite(float(text))
    except ValueError:
        raise Unreadable(f"“{text[:30]}”不是十进制度数，应如 124.8512") from None


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise Unreadable("不是有效的数字")
    return value
