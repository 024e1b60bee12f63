"""Sheets of a workbook that calamine can open (.xlsx, .xlsm, .xlsb, .xls, .ods), each row made when it is taken.

Formulas are never evaluated: their stored results count.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from aidiscover_pipelines.domain.errors import Location, UnreadableFile
from aidiscover_pipelines.ingest import limits
from aidiscover_pipelines.ingest.readers.cell_text import EXACT_INTEGER, TEXTS
from aidiscover_pipelines.ingest.sheet import Grid

SAVE_AGAIN = "open it in a spreadsheet program, save it as .xlsx and upload it again"
PASSWORD = "it is password protected"  # noqa: S105  (a message)
NO_PASSWORD = "save it without a password and upload it again"  # noqa: S105
SHEET_CELLS = 32 * limits.MIB  # the native reader takes some 30 bytes for each cell of the used rectangle, empty or not

Errors = Mapping[int, Collection[tuple[int, str]]]  # row number -> columns (from 0) and texts of its error cells


def worksheets(path: Path, errors: Mapping[str, Errors] | None = None) -> Iterator[Grid]:
    """Every worksheet in workbook order, hidden ones too. `errors`, by sheet name, replace the reader's "" or 0.

    Raises: UnreadableFile, with the sheet if known.
    """
    with path.open("rb") as file, _faults(path):
        workbook = CalamineWorkbook.from_filelike(file)  # from_path would go by the suffix
    sheets = workbook.sheets_metadata
    if len(sheets) > limits.SHEETS:
        problem = f"it has {len(sheets)} sheets, more than {limits.SHEETS}"
        raise UnreadableFile(path.name, problem, "split it into several workbooks")
    for index, meta in enumerate(sheets, 1):
        if meta.typ == SheetTypeEnum.WorkSheet:
            hidden = meta.visible != SheetVisibleEnum.Visible
            yield _grid(path, workbook, index, meta.name, hidden, (errors or {}).get(meta.name, {}))


def check_extent(path: Path, sheet: str, rows: int, columns: int) -> None:
    """Refuse a sheet whose used rectangle is larger than any table. Raises: UnreadableFile."""
    remedy = "delete what stands far from the table"
    if columns > limits.COLUMNS:
        problem = f"the sheet {sheet!r} reaches to column {columns}, more than {limits.COLUMNS}"
        raise UnreadableFile(path.name, problem, remedy, Location(sheet=sheet))
    if rows * columns > SHEET_CELLS:
        problem = f"the sheet {sheet!r} spans {rows} rows by {columns} columns, more than {SHEET_CELLS} cells"
        raise UnreadableFile(path.name, problem, f"{remedy}, or save it as CSV", Location(sheet=sheet))


def _grid(path: Path, workbook: CalamineWorkbook, index: int, name: str, hidden: bool, errors: Errors) -> Grid:
    with _faults(path, name):
        sheet = workbook.get_sheet_by_index(index - 1)
        merged = sheet.merged_cell_ranges or ()
    check_extent(path, name, sheet.total_height, sheet.total_width)
    warnings: list[str] = []
    spans: dict[int, list[range]] = {}
    below: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, right) in merged:
        if right > left:
            spans.setdefault(top + 1, []).append(range(left, right + 1))
        elif bottom > top:
            below.setdefault(top + 1, []).append((left, bottom + 1))
    return Grid(index, name, _rows(sheet, below, errors, warnings), spans=spans, hidden=hidden, warnings=warnings)


@contextmanager
def _faults(path: Path, sheet: str | None = None) -> Iterator[None]:
    """Tell what the native reader met. It panics on some damage, and a panic is no Exception."""
    where = "the workbook is damaged" if sheet is None else f"the sheet {sheet!r} is damaged or missing"
    try:
        yield
    except PasswordError:
        raise UnreadableFile(path.name, PASSWORD, NO_PASSWORD) from None
    except CalamineError as error:
        problem = f"{where} ({type(error).__name__})"
        raise UnreadableFile(path.name, problem, SAVE_AGAIN, Location(sheet=sheet)) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise UnreadableFile(path.name, where, SAVE_AGAIN, Location(sheet=sheet)) from None


def _rows(
    sheet: CalamineSheet, below: Mapping[int, list[tuple[int, int]]], errors: Errors, warnings: list[str]
) -> Iterator[list[str]]:
    """Rows from row 1 and column 1. A value merged over rows holds for each of them, one over columns is a title."""
    left = [""] * (sheet.start[1] if sheet.start else 0)
    large: list[int] = []
    merged: dict[int, tuple[int, str]] = {}
    count = 0

    def float_text(number: float) -> str:
        if abs(number) >= EXACT_INTEGER:
            large.append(count)
        return TEXTS[float](number)

    texts = TEXTS | {float: float_text}
    for row in sheet.iter_rows():
        count += 1
        cells = left + [cell if type(cell) is str else texts[type(cell)](cell) for cell in row]
        for column, text in errors.get(count, ()):
            if column < len(cells):
                cells[column] = text
        for column, (last, text) in merged.items():
            if count <= last and column < len(cells):
                cells[column] = text
        for column, last in below.get(count, ()):
            if column < len(cells):
                merged[column] = (last, cells[column])
        yield cells
    if large:
        example = f"the first one in row {large[0]}"
        warnings.append(f"numbers with more digits than a spreadsheet keeps: {len(large)}, {example}; check them")
    if errors:
        first = min(errors)
        example = f"the first one, {next(iter(errors[first]))[1]}, in row {first}"
        total = sum(map(len, errors.values()))
        warnings.append(f"errors of formulas in place of values: {total}, {example}; mend the formulas")
