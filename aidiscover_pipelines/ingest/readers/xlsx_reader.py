"""Reads Excel workbooks, every worksheet, hidden ones too. Formulas are never evaluated: their stored results count."""

import math
import zlib
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile, ZipInfo

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum

from aidiscover_pipelines.domain.errors import Location, UnreadableFile, UnsupportedFormat
from aidiscover_pipelines.ingest import limits
from aidiscover_pipelines.ingest.sheet import SheetRows, sheet_rows

WORKBOOK = "xl/workbook.xml"

_EXACT_INTEGER = 1e15  # above it a float no longer shows every digit of an integer
_SAVE_AGAIN = "open it in a spreadsheet program, save it as .xlsx and upload it again"


def read(path: Path) -> list[SheetRows]:
    """Every worksheet in workbook order. Raises: UnreadableFile (with the sheet if known), UnsupportedFormat."""
    check_archive(path)
    try:
        workbook = CalamineWorkbook.from_path(path)
    except CalamineError as error:
        raise UnreadableFile(path.name, f"the workbook is damaged ({type(error).__name__})", _SAVE_AGAIN) from None
    worksheets = [(index, meta) for index, meta in enumerate(workbook.sheets_metadata, 1)]
    if len(worksheets) > limits.SHEETS:
        problem = f"it has {len(worksheets)} sheets, more than {limits.SHEETS}"
        raise UnreadableFile(path.name, problem, "split it into several workbooks")
    return [
        _sheet(path, workbook, index, meta.name) for index, meta in worksheets if meta.typ == SheetTypeEnum.WorkSheet
    ]


def check_archive(path: Path) -> None:
    """Refuse a ZIP that is damaged, unpacks to too much, or holds no workbook, before anything parses it."""
    try:
        with ZipFile(path) as archive:
            members = archive.infolist()
            _check_sizes(path, members)
            damaged = archive.testzip()
    except (BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        problem = f"the file is cut off, damaged or encrypted ({type(error).__name__})"
        raise UnreadableFile(path.name, problem, "wait for the copy to finish or export it again") from None
    if damaged:
        raise UnreadableFile(path.name, f"its part {damaged!r} is damaged", "export or copy it again")
    names = [member.filename for member in members]
    if WORKBOOK not in names:
        problem = "it is a ZIP archive without an Excel workbook (.xlsx or .xlsm)"
        raise UnsupportedFormat(path.name, problem, "upload the tables themselves as XLSX, CSV or JSON")
    if len(set(names)) < len(names):
        raise UnreadableFile(path.name, "it holds two parts of the same name", _SAVE_AGAIN)


def _check_sizes(path: Path, members: Iterable[ZipInfo]) -> None:
    total = sum(member.file_size for member in members)
    if total > limits.UNPACKED_BYTES:
        problem = f"it unpacks to {total // limits.MIB} MiB, more than {limits.UNPACKED_BYTES // limits.MIB}"
        raise UnreadableFile(path.name, problem, "split it, or save the sheets as CSV")
    for member in members:
        ratio = member.file_size / max(member.compress_size, 1)
        if member.file_size > limits.RATIO_FROM_BYTES and ratio > limits.UNPACKED_RATIO:
            problem = f"its part {member.filename!r} unpacks to {ratio:.0f} times its size"
            raise UnreadableFile(path.name, problem, "export it again, or save the sheets as CSV")


def _sheet(path: Path, workbook: CalamineWorkbook, index: int, name: str) -> SheetRows:
    try:
        sheet = workbook.get_sheet_by_index(index - 1)
    except CalamineError as error:
        problem = f"the sheet {name!r} is damaged or missing ({type(error).__name__})"
        raise UnreadableFile(path.name, problem, _SAVE_AGAIN, Location(sheet=name)) from None
    if sheet.total_width > limits.COLUMNS:
        problem = f"the sheet {name!r} reaches to column {sheet.total_width}, more than {limits.COLUMNS}"
        raise UnreadableFile(path.name, problem, "delete what stands far right of the table", Location(sheet=name))
    grid = [
        [cell if type(cell) is str else _text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)
    ]
    return sheet_rows(index, name, grid, _spread_merged(sheet, grid))


def _spread_merged(sheet: CalamineSheet, grid: list[list[str]]) -> set[int]:
    """Repeat vertically merged values in each row they cover. Returns numbers of rows with horizontally merged cells.

    A value that spans rows holds for each of them; one that spans columns is a title over them.
    """
    banners: set[int] = set()
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        if right > left:
            banners.add(top + 1)
            continue
        for row in grid[top + 1 : bottom + 1]:
            row[left] = grid[top][left]
    return banners


def _text(cell: Any) -> str:
    return _TEXTS[type(cell)](cell)


def _float(number: float) -> str:
    if number.is_integer() and abs(number) < _EXACT_INTEGER:
        return str(int(number))
    return repr(number) if math.isfinite(number) else ""


def _datetime(moment: datetime) -> str:
    return moment.date().isoformat() if moment.time() == time() else moment.isoformat()


def _duration(span: timedelta) -> str:
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"


_TEXTS: dict[type, Callable[[Any], str]] = {
    str: str,
    float: _float,
    int: str,
    bool: lambda cell: "TRUE" if cell else "FALSE",
    datetime: _datetime,
    date: date.isoformat,
    time: time.isoformat,
    timedelta: _duration,
}
