"""Tables as a workbook (XLSX) that people and screen readers can use: what all sheets of the report have in common.

Every sheet is one table: a header that stays in view and repeats on each printed page, a filter, widths by what the
columns hold, no merged cells. Texts are never formulas or links. Equal content gives equal bytes.
"""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

import pandas as pd
import xlsxwriter

# A spreadsheet program may run a cell that starts like this once the sheet is saved as CSV and opened again. Source:
# OWASP, CSV Injection. An apostrophe in front is the text mark that spreadsheet programs themselves use.
RUNNABLE = ("=", "+", "-", "@", "\t", "\r")
CELL_LIMIT = 32_767  # Excel's most characters in a cell
ROW_LIMIT = 1_000_000  # below Excel's 1,048,576 rows

_MORE = "more rows than a sheet holds; the rest is in the store"
_WIDTH_ROWS, _WIDTH_LIMIT = 200, 59
_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")  # in XML 1.0, or shown
_OPTIONS = {
    "constant_memory": True,  # rows are flushed as they come, so that memory stays flat
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
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
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, _OPTIONS) as book:
        book.set_properties({"title": title, "created": created.replace(tzinfo=None)})
        header = book.add_format(_HEADER)
        for sheet in sheets:
            _write(book.add_worksheet(sheet.name), sheet, header)
    return buffer.getvalue()


def safe_text(text: str) -> str:
    """Text that no spreadsheet program takes for a formula, cut to what a cell holds."""
    cleaned = text if text.isprintable() else "".join(c for c in text if c >= " " or c in "\n\t\r")
    return ("'" + cleaned if cleaned.startswith(RUNNABLE) else cleaned)[:CELL_LIMIT]


def set_up_print(page: Any) -> None:
    """Landscape on A4, as wide as the page, with the header and a footer on each."""
    page.set_landscape()
    page.set_paper(A4)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.set_footer("&L&A&RPage &P of &N")


def _write(page: Any, sheet: Sheet, header: Any) -> None:
    columns = [_cells(values) for values in sheet.columns.values()]
    count = len(columns[0])
    last = max(min(count, ROW_LIMIT), 1)
    for place, (name, cells) in enumerate(zip(sheet.columns, columns, strict=True)):
        page.set_column(place, place, _width(name, cells))
        page.write_string(0, place, name, header)
    for row, told in enumerate(zip(*(cells[:ROW_LIMIT] for cells in columns), strict=True), start=1):
        for place, cell in enumerate(told):
            if isinstance(cell, str):
                page.write_string(row, place, cell)
            elif cell is not None:
                page.write_number(row, place, cell)
    if count > ROW_LIMIT:
        page.write_string(ROW_LIMIT + 1, 0, _MORE)
    for name in sheet.graded:
        place = list(sheet.columns).index(name)
        page.conditional_format(1, place, last, place, _SCALE)
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, last, len(columns) - 1)
    set_up_print(page)


def _cells(values: Values) -> list[str | float | None]:
    """What stands in each cell. A column has few distinct values: each is worked out once."""
    plain = values.astype(object).where(values.notna(), None) if isinstance(values, pd.Series) else values
    told = list(plain)
    known = {value: _cell(value) for value in set(told)}
    return list(map(known.__getitem__, told))


def _cell(value: Any) -> str | float | None:
    """A text, a number, or nothing for what is missing and for an empty text."""
    if value is None or value is pd.NA or value != value or value == "":
        return None
    if isinstance(value, str):
        return _UNREADABLE.sub("", safe_text(value).replace("\r\n", "\n").replace("\r", "\n"))
    if isinstance(value, bool) or type(value).__name__ == "bool":
        return "yes" if value else "no"
    return float(value)


def _width(header: str, cells: Sequence[str | float | None]) -> int:
    first = [
        len(cell) if isinstance(cell, str) else len(f"{cell:g}") for cell in cells[:_WIDTH_ROWS] if cell is not None
    ]
    return min(max([len(header) + 3, *first]) + 1, _WIDTH_LIMIT)
