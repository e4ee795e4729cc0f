"""Reading and writing the spreadsheets that offices pass around: .xlsx and .csv, row by row, whatever their size.

Nothing here knows what the columns mean. A file that cannot be read is refused with `InvalidInput` and what to do.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import ParseError

import openpyxl
from defusedxml.common import DefusedXmlException
from django.conf import settings
from django.utils import timezone
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from governance.errors import InvalidInput

Row = tuple[int, list[object]]

# A spreadsheet program takes a cell that begins so for a formula, and a formula can reach out of the file.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_TEXT_STARTS = (*_FORMULA_STARTS, "#")
_MAX_COLUMNS = 200
# An .xlsx is a zip: 200 MB of it can unpack to anything. Real tables unpack to 5 to 20 times their size.
_MAX_UNPACKED = 2 * 1024**3
_MAX_CELL = 200_000
_CHUNK = 1024 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    ParseError,
    DefusedXmlException,
    EOFError,
    KeyError,
    IndexError,
    AttributeError,
    TypeError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)


def read_rows(file: IO[bytes], filename: str) -> Iterator[Row]:
    """Rows of the first visible sheet, or of a CSV, as (row number from 1, values); empty rows are left out.

    `file` is binary and seekable. Values are as the file holds them: text, numbers, dates, booleans; None for an
    empty cell; empty cells at the end are cut. CSV may be UTF-8 (with or without mark), UTF-16 or GB 18030.
    Raises InvalidInput (field "file") for what cannot be read, also in the midst of the rows.
    """
    kind = _kind_of(file, filename)
    return _xlsx_rows(file) if kind == "xlsx" else _csv_rows(file)


def estimated_rows(file: IO[bytes]) -> int:
    """About how many rows the file has, for a progress bar: far quicker than reading them. 0 for what is no file."""
    file.seek(0)
    try:
        if zipfile.is_zipfile(file):
            return _rows_of_sheet(file)
        file.seek(0)
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(_CHUNK), b""))
    finally:
        file.seek(0)


def _rows_of_sheet(file: IO[bytes]) -> int:
    try:
        with zipfile.ZipFile(file) as package:
            sheets = sorted(name for name in package.namelist() if name.startswith("xl/worksheets/sheet"))
            return _rows_in(package, sheets[0]) if sheets else 0
    except _BROKEN:
        # What is wrong with it is said when it is read.
        return 0


def _rows_in(package: zipfile.ZipFile, name: str) -> int:
    with package.open(name) as sheet:
        count, tail = 0, b""
        while chunk := sheet.read(_CHUNK):
            # A tag may be cut in two by the end of a chunk.
            count += (tail + chunk).count(b"<row ")
            tail = chunk[-4:]
        return count


def _refused(message: str) -> InvalidInput:
    return InvalidInput(message, field="file", code="unreadable_file")


def _kind_of(file: IO[bytes], filename: str) -> str:
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    head = file.read(64 * 1024)
    file.seek(0)
    if not size:
        raise _refused("文件是空的。请确认选对了文件，并在表格软件中保存后再上传。")
    if size > settings.SPREADSHEET_MAX_BYTES:
        raise _refused(f"文件超过 {settings.SPREADSHEET_MAX_BYTES // 1024**2} MB。请拆成几个文件分别上传。")
    if head.startswith(_OLE):
        raise _old_or_encrypted(file)
    if head.startswith(b"PK"):
        return "xlsx"
    if _is_binary(head):
        raise _refused("不是表格文件。请上传 .xlsx 或 .csv 文件。")
    return "csv"


def _old_or_encrypted(file: IO[bytes]) -> InvalidInput:
    # An encrypted .xlsx is packed into the container of old .xls files, with this entry in its directory.
    mark = "EncryptedPackage".encode("utf-16-le")
    tail = b""
    while chunk := file.read(_CHUNK):
        if mark in tail + chunk:
            return _refused("文件设了打开密码，无法读取。请在表格软件中取消密码，另存后再上传。")
        tail = chunk[-len(mark) :]
    return _refused("这是旧版 .xls 文件。请在表格软件中“另存为” .xlsx 后再上传。")


def _is_binary(head: bytes) -> bool:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    return b"\0" in head or head.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z"))


@contextmanager
def _broken_is_said() -> Iterator[None]:
    try:
        yield
    except InvalidInput:
        raise
    except _BROKEN as error:
        raise _refused("文件已损坏或不是有效的 .xlsx 表格。请在表格软件中打开、另存为 .xlsx 后再上传。") from error


def _xlsx_rows(file: IO[bytes]) -> Iterator[Row]:
    with _broken_is_said(), warnings.catch_warnings():
        # Styles and validations that openpyxl does not know are of no interest here.
        warnings.simplefilter("ignore")
        _check_unpacked(file)
        book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        try:
            sheet = _first_visible(book)
            # Exports by other programs often state a size of one cell; the rows themselves are right.
            sheet.reset_dimensions()
            for number, row in enumerate(sheet.iter_rows(max_col=_MAX_COLUMNS, values_only=True), 1):
                if values := _trimmed([_plain(value) for value in row]):
                    yield number, values
        finally:
            book.close()


def _check_unpacked(file: IO[bytes]) -> None:
    with zipfile.ZipFile(file) as package:
        if sum(entry.file_size for entry in package.infolist()) > _MAX_UNPACKED:
            raise _refused("表格解压后过大。请删除多余的工作表和空白行，或拆成几个文件分别上传。")
        if "xl/workbook.xml" not in package.namelist():
            raise _refused("不是 .xlsx 表格（可能是改了扩展名的压缩包）。请上传 .xlsx 或 .csv 文件。")
    file.seek(0)


def _first_visible(book: Any) -> Any:
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            return sheet
    raise _refused("表格里没有可见的工作表。请取消隐藏后再上传。")


def _plain(value: object) -> object:
    if isinstance(value, str):
        return _unescaped(value).strip() or None
    return value


def _unescaped(text: str) -> str:
    """The format writes characters that XML cannot hold as _x000D_."""
    if "_x" in text:
        text = _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text)
    return text.replace("\0", "")


def _trimmed(values: list[object]) -> list[object]:
    while values and values[-1] is None:
        values.pop()
    return values


def _csv_rows(file: IO[bytes]) -> Iterator[Row]:
    encoding = _encoding_of(file)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        reader = csv.reader(text, delimiter=_delimiter_of(text))
        while True:
            start = reader.line_num + 1
            row = next(reader, None)
            if row is None:
                return
            if values := _trimmed([_plain(value) for value in row[:_MAX_COLUMNS]]):
                yield start, values
    except (csv.Error, UnicodeDecodeError) as error:
        raise _refused("CSV 文件格式有误（多为引号不成对）。请用表格软件打开、另存为 .xlsx 后再上传。") from error
    finally:
        # The caller's file stays open when the wrapper goes.
        text.detach()


def _encoding_of(file: IO[bytes]) -> str:
    head = file.read(4)
    file.seek(0)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for encoding in ("utf-8-sig", "gb18030"):
        if _decodes(file, encoding):
            return encoding
    raise _refused("无法识别文件的文字编码。请用表格软件打开，另存为 .xlsx 或“CSV UTF-8”后再上传。")


def _decodes(file: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := file.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        file.seek(0)
    return True


def _delimiter_of(text: io.TextIOWrapper) -> str:
    csv.field_size_limit(_MAX_CELL)
    line = text.readline(_MAX_CELL)
    text.seek(0)
    return max(",\t;", key=line.count)


def cell_text(value: object) -> str:
    """A cell as a person reads it: half-width, trimmed, 2306.0 as "2306", a day as "2026-01-31"."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    return unicodedata.normalize("NFKC", str(value)).strip()


def safe_cell(value: object) -> object:
    """The value for a CSV or any file without cell types: text that would start a formula gets an apostrophe first."""
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value


def write_xlsx(
    path: str | Path | IO[bytes],
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    title: str = "数据",
    mark: str = "",
) -> int:
    """Write one sheet, row by row, and say how many rows it has (without the header).

    Text stays text: what begins like a formula is stored as a string and marked so, and reads back unchanged.
    Aware datetimes are written in the platform's time zone. `mark` stands above the header, and on every printed page.
    """
    book = openpyxl.Workbook(write_only=True)
    sheet: Any = book.create_sheet(title)
    sheet.freeze_panes = "A3" if mark else "A2"
    for index, name in enumerate(header, 1):
        sheet.column_dimensions[get_column_letter(index)].width = min(60, max(10, 2.2 * len(name) + 2))
    if mark:
        _set_up_print(sheet, mark)
        sheet.append([_bold(sheet, mark)])
    sheet.append([_bold(sheet, name) for name in header])
    count = 0
    for row in rows:
        sheet.append([_written(sheet, value) for value in row])
        count += 1
    book.save(path)
    return count


def _set_up_print(sheet: Any, mark: str) -> None:
    """The mark above and below each page, wide tables on their side, the header again on every page."""
    # In a page's head and foot "&" begins a code.
    text = mark.replace("&", "&&")[:250]
    sheet.HeaderFooter.oddHeader.center.text = text
    sheet.HeaderFooter.oddFooter.left.text = text
    sheet.HeaderFooter.oddFooter.right.text = "第 &P 页，共 &N 页"
    sheet.print_title_rows = "1:2"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage = 0, True


def _bold(sheet: Worksheet, name: str) -> Any:
    cell = _text_cell(sheet, name)
    cell.font = Font(bold=True)
    return cell


def _written(sheet: Worksheet, value: object) -> object:
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value).replace(tzinfo=None)
    if isinstance(value, str):
        clean = ILLEGAL_CHARACTERS_RE.sub("", value)
        return _text_cell(sheet, clean) if clean.lstrip(" ").startswith(_TEXT_STARTS) else clean
    if value is None or isinstance(value, int | float | date | time):
        return value
    return _written(sheet, str(value))


def _text_cell(sheet: Worksheet, text: str) -> Any:
    cell: Any = WriteOnlyCell(sheet)
    cell.value = text
    # Assigning "=…" made it a formula; as a string with the prefix mark it is shown, kept and re-saved as typed.
    cell.data_type = "s"
    cell.quotePrefix = True
    return cell
