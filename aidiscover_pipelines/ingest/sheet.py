"""A grid of cell texts becomes one sheet: its header, its data rows, and the rows that are neither, with the reason."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from aidiscover_pipelines.domain.errors import Location, UnreadableFile
from aidiscover_pipelines.ingest import limits
from aidiscover_pipelines.ingest.header import NumberedRow, find_header

NUL = "a cell holds a NUL character; remove it"
SURROGATE = "a cell holds half of a character (a lone surrogate); retype it"
LONG_CELL = f"a cell is longer than {limits.CELL_CHARS} characters; shorten it"
NO_HEADER = "the sheet has no header row with a table beneath"
FAULTY_HEADER = "a row above the data cannot be read, so the header row is not certain; correct that row"
REPEATED_KEY = "another column has the same header as the first one, so a row has two names; rename one"
ABOVE_HEADER = "title or note above the header row"
REPEATED_HEADER = "the header row again"
TOTALS = "totals row"
BELOW_TABLE = "note below the table"
NO_OBJECT = "not a record with named fields"
TOO_MANY_CELLS = "more filled cells than there are headers; correct the row"

_NOTE_HEADERS = 3  # in a table this wide, a last block of single cells is a note

_TOTALS = re.compile(
    r"(?:grand[ -]?|sub[ -]?)?totals?|sum|summe|gesamt(?:summe)?|zwischensumme|total g[eé]n[eé]ral|sous-total|somme"
    r"|suma(?: total)?|total general|totale(?: generale)?|somma|totaal|итого|всего|razem|合計|小計|总计|合计|합계",
    re.IGNORECASE,
)
_NUMERIC = re.compile(r"[-+(]?[\d.,\s%$€£']*[)%]?")

RejectedRow = tuple[int, list[str], str]


@dataclass(frozen=True, slots=True)
class SheetRows:
    """One table as read. Row numbers are as a spreadsheet shows them; blank rows are neither data nor rejected.

    `header_row` is 0 where none was found: then `headers` and `rows` are empty and every filled row is in `rejected`,
    as (row number, cells, reason). Each data row has exactly one text for each header; empty cells are "".
    """

    sheet_index: int
    sheet: str
    header_row: int = 0
    headers: list[str] = field(default_factory=list)
    rows: list[NumberedRow] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)


def sheet_rows(sheet_index: int, sheet: str, grid: Iterable[list[str]], banners: Collection[int] = ()) -> SheetRows:
    """Sort the rows of a grid, whose first row is row 1. Rows are padded or cut in place.

    Raises: UnreadableFile where there are more columns than any inventory has.
    """
    rows: list[NumberedRow] = []
    rejected: list[RejectedRow] = []
    blank = gap = 0
    for number, cells in enumerate(grid, 1):
        text = "".join(cells)
        if not text or text.isspace():
            blank = number
            continue
        gap = blank
        if fault := _fault(text, cells):
            rejected.append((number, cells, fault))
        else:
            rows.append((number, cells))
    at = find_header(rows, banners)
    problem = NO_HEADER if at is None else _header_problem(rows[at], rejected)
    if at is None or problem:
        rejected += [(number, cells, problem) for number, cells in rows]
        return SheetRows(sheet_index, sheet, rejected=sorted(rejected))
    header_row, headers = rows[at][0], _headers(sheet, rows, at)
    rejected += [(number, cells, ABOVE_HEADER) for number, cells in rows[:at]]
    data, refused = _data_rows(headers, rows[at + 1 :], gap)
    return SheetRows(sheet_index, sheet, header_row, headers, data, sorted(rejected + refused))


def fault_of(cells: Sequence[str]) -> str:
    """Why a row cannot be stored as text; empty where it can."""
    return _fault("".join(cells), cells)


def _fault(text: str, cells: Sequence[str]) -> str:
    if "\x00" in text:
        return NUL
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return SURROGATE
    if len(text) > limits.CELL_CHARS and max(map(len, cells)) > limits.CELL_CHARS:
        return LONG_CELL
    return ""


def _header_problem(header: NumberedRow, rejected: Sequence[RejectedRow]) -> str:
    number, cells = header
    if rejected and rejected[0][0] < number:
        return FAULTY_HEADER
    names = [name for cell in cells if (name := cell.strip().casefold())]
    # Only the first column, which names the row: products do repeat others (RVTools vNetwork has two "Type").
    return REPEATED_KEY if names[0] in names[1:] else ""


def _headers(sheet: str, rows: Sequence[NumberedRow], at: int) -> list[str]:
    """Header texts, without trailing columns that are empty in every row."""
    number, cells = rows[at]
    named = max(index for index, cell in enumerate(cells, 1) if cell.strip())
    physical = len(cells)
    if named < physical:
        beyond = (row[named:physical] for _, row in rows[at + 1 :])
        used = max((index for row in beyond for index, cell in enumerate(row, 1) if cell), default=0)
        physical = named + used
    if physical > limits.COLUMNS:
        raise UnreadableFile(
            sheet,
            f"its table has {physical} columns, more than {limits.COLUMNS}",
            "remove the columns that describe nothing, or split the file",
            Location(sheet or None, number, limits.COLUMNS + 1),
        )
    return cells[:physical]


def _data_rows(headers: list[str], rows: list[NumberedRow], gap: int) -> tuple[list[NumberedRow], list[RejectedRow]]:
    width = len(headers)
    data: list[NumberedRow] = []
    rejected: list[RejectedRow] = []
    for number, cells in rows:
        if len(cells) < width:
            cells.extend([""] * (width - len(cells)))
        elif len(cells) > width:
            if any(cell.strip() for cell in cells[width:]):
                rejected.append((number, cells, TOO_MANY_CELLS))
                continue
            del cells[width:]
        if cells == headers:
            rejected.append((number, cells, REPEATED_HEADER))
        elif _is_totals(cells):
            rejected.append((number, cells, TOTALS))
        else:
            data.append((number, cells))
    notes = _notes_below(width, data, gap)
    if notes:
        rejected += [(number, cells, BELOW_TABLE) for number, cells in data[-notes:]]
        del data[-notes:]
    return data, rejected


def _is_totals(cells: Sequence[str]) -> bool:
    first = next(filter(None, cells), "")
    if len(first) > 30 or not _TOTALS.fullmatch(first.strip().rstrip(": ")):
        return False
    return all(_NUMERIC.fullmatch(cell) for cell in cells if cell is not first)


def _notes_below(width: int, data: Sequence[NumberedRow], gap: int) -> int:
    """How many rows at the end stand after the last blank row (`gap`) and fill one cell each, in a wide table."""
    if width < _NOTE_HEADERS or not gap:
        return 0
    for tail, (number, cells) in enumerate(reversed(data)):
        if number < gap:
            return tail
        if sum(map(bool, cells)) > 1:
            break
    return 0
