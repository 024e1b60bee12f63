"""Tables as a workbook (XLSX) that people and screen readers can use: what all sheets of the report have in common.

Every sheet is one table: a header that stays in view and repeats on each printed page, a filter, widths by what the
columns hold, no merged cells. Texts are never formulas or links. Equal content gives equal bytes.

XlsxWriter makes the book with its headers; the rows below them are written here, a fifth of its time for each cell.
"""

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from itertools import chain, repeat
from typing import Any, TypeAlias
from zipfile import ZIP_DEFLATED, ZipFile

import pandas as pd
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

# A spreadsheet program may run a cell that starts like this once the sheet is saved as CSV and opened again. Source:
# OWASP, CSV Injection. An apostrophe in front is the text mark that spreadsheet programs themselves use.
RUNNABLE = ("=", "+", "-", "@", "\t", "\r")
CELL_LIMIT = 32_767  # Excel's most characters in a cell
ROW_LIMIT = 1_000_000  # below Excel's 1,048,576 rows

_MORE = "more rows than a sheet holds; the rest is in the store"
_WIDTH_ROWS, _WIDTH_LIMIT = 200, 59
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # but tab and the ends of lines
_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")  # in XML 1.0, or shown
_ESCAPES = re.compile("(?=_x[0-9a-fA-F]{4}_)")  # as a spreadsheet program would read a character by its number
_DIMENSION = re.compile(rb'<dimension ref="[^"]*"/>')
_BLOCK = 10_000  # rows that are held as text at the same time
_SPEED = 3  # of deflate: half the time of the default for a tenth more bytes
_HEADER = {"bold": True, "bg_color": "#e8eef5", "bottom": 1, "bottom_color": "#5b6b7c"}
_SCALE = {"type": "2_color_scale", "min_type": "num", "min_value": 0, "max_type": "num", "max_value": 100,
          "min_color": "#F4F1EA", "max_color": "#86B1D6"}  # fmt: skip
A4 = 9  # as XlsxWriter counts papers

Values: TypeAlias = "Sequence[Any] | pd.Series[Any]"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: header to values (text, number, bool or missing), all of one length. `graded` columns hold 0 to 100."""

    name: str
    columns: Mapping[str, Values]
    graded: Sequence[str] = field(default=())


def workbook(sheets: Sequence[Sheet], title: str, created: datetime) -> bytes:
    """The file. `created` is UTC."""
    empty, buffer = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(empty, {"constant_memory": True}) as book:  # it writes texts in their cells
        book.set_properties({"title": title, "created": created.replace(tzinfo=None)})
        header = book.add_format(_HEADER)
        for each in sheets:
            _set_up(book.add_worksheet(each.name), each, header)
    filled = {f"xl/worksheets/sheet{number}.xml": sheet for number, sheet in enumerate(sheets, start=1)}
    with ZipFile(empty) as made, ZipFile(buffer, "w", ZIP_DEFLATED, compresslevel=_SPEED) as package:
        for part in made.namelist():
            head, end, tail = made.read(part).partition(b"</sheetData>")
            with package.open(part, "w") as file:
                sheet = filled.get(part)
                file.write(_DIMENSION.sub(_extent(sheet).encode(), head, count=1) if sheet else head)
                for rows in _blocks(sheet) if sheet else ():
                    file.write(rows.encode())
                file.write(end + tail)
    return buffer.getvalue()


def safe_text(text: str) -> str:
    """Text that no spreadsheet program takes for a formula, cut to what a cell holds."""
    cleaned = text if text.isprintable() else _CONTROL.sub("", text)
    return ("'" + cleaned if cleaned.startswith(RUNNABLE) else cleaned)[:CELL_LIMIT]


def set_up_print(page: Any) -> None:
    """Landscape on A4, as wide as the page, with the header and a footer on each."""
    page.set_landscape()
    page.set_paper(A4)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.set_footer("&L&A&RPage &P of &N")


def _set_up(page: Any, sheet: Sheet, header: Any) -> None:
    """Everything but the rows."""
    last = max(min(_length(sheet), ROW_LIMIT), 1)
    for place, (name, values) in enumerate(sheet.columns.items()):
        page.set_column(place, place, _width(name, [_cell(value) for value in _plain(values[:_WIDTH_ROWS])]))
        page.write_string(0, place, name, header)
    for name in sheet.graded:
        place = list(sheet.columns).index(name)
        page.conditional_format(1, place, last, place, _SCALE)
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, last, len(sheet.columns) - 1)
    set_up_print(page)


def _blocks(sheet: Sheet) -> Iterator[str]:
    """The rows below the header as SpreadsheetML, some at a time. Source: ECMA-376 part 1, 18.3.1 (c, is, row, v)."""
    count = _length(sheet)
    for start in range(0, min(count, ROW_LIMIT), _BLOCK):
        end = min(start + _BLOCK, count, ROW_LIMIT)
        numbers = [str(row) for row in range(start + 2, end + 2)]
        parts: list[Iterable[str]] = [repeat('<row r="'), numbers, repeat('">')]
        for lead, values in zip(_leads(sheet), sheet.columns.values(), strict=True):
            cells = _cells(values[start:end])
            if all(cells):
                parts += [repeat(lead), numbers, cells]
            else:
                parts.append(
                    [lead + number + cell if cell else "" for number, cell in zip(numbers, cells, strict=True)]
                )
        yield "".join(chain.from_iterable(zip(*parts, repeat("</row>"), strict=False)))  # repeat never ends
    if count > ROW_LIMIT:
        yield f'<row r="{ROW_LIMIT + 2}"><c r="A{ROW_LIMIT + 2}{_xml(_MORE)}</row>'


def _extent(sheet: Sheet) -> str:
    last = f"{xl_col_to_name(len(sheet.columns) - 1)}{min(_length(sheet), ROW_LIMIT + 1) + 1}"
    return '<dimension ref="' + ("A1" if last == "A1" else "A1:" + last) + '"/>'


def _leads(sheet: Sheet) -> list[str]:
    return [f'<c r="{xl_col_to_name(place)}' for place in range(len(sheet.columns))]


def _length(sheet: Sheet) -> int:
    return len(next(iter(sheet.columns.values())))


def _plain(values: Values) -> list[Any]:
    return values.tolist() if isinstance(values, pd.Series) else list(values)


def _cells(values: Values) -> list[str]:
    """What follows the address of each cell, nothing for an empty one. Each distinct value is worked out once."""
    told = _plain(values)
    known = {value: _xml(_cell(value)) for value in set(told)}
    return list(map(known.__getitem__, told))


def _xml(cell: str | float | None) -> str:
    if cell is None:
        return ""
    if not isinstance(cell, str):
        return f'"><v>{cell:.16G}</v></c>'
    space = ' xml:space="preserve"' if cell[:1].isspace() or cell[-1:].isspace() else ""
    text = _ESCAPES.sub("_x005F", cell) if "_x" in cell else cell
    return f'" t="inlineStr"><is><t{space}>{escape(text, quote=False)}</t></is></c>'


def _cell(value: Any) -> str | float | None:
    """A text, a number, or nothing for what is missing and for an empty text."""
    if isinstance(value, str) and value:
        text = safe_text(value)
        return text if text.isprintable() else _UNREADABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if value is None or value is pd.NA or value != value or value == "":
        return None
    if isinstance(value, bool) or type(value).__name__ == "bool":
        return "yes" if value else "no"
    return float(value)


def _width(header: str, cells: Sequence[str | float | None]) -> int:
    first = [
        len(cell) if isinstance(cell, str) else len(f"{cell:g}") for cell in cells[:_WIDTH_ROWS] if cell is not None
    ]
    return min(max([len(header) + 3, *first]) + 1, _WIDTH_LIMIT)
