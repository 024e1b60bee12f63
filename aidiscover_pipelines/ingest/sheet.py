"""A grid of cell texts becomes one table: its header, then its rows one by one, each as data or with a reason why not.

The reader contract: `read(path) -> Iterator[Grid]`. A grid's rows are made while they are taken, and nothing here holds
more of them than the look-ahead for the header.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from aidiscover_pipelines.domain.errors import Location, UnreadableFile
from aidiscover_pipelines.ingest import limits
from aidiscover_pipelines.ingest.characters import CharacterFlags
from aidiscover_pipelines.ingest.corrections import is_correction, original_columns
from aidiscover_pipelines.ingest.header import Header, NumberedRow, Spans, find_header

NUL = "a cell holds a NUL character; remove it"
SURROGATE = "a cell holds half of a character (a lone surrogate); retype it"
LONG_CELL = f"a cell is longer than {limits.CELL_CHARS} characters; shorten it"
NO_HEADER = "the sheet has no header row with a table beneath"
FAULTY_HEADER = "a row above the data cannot be read, so the header row is not certain; correct that row"
REPEATED_KEY = "another column has the same header as the first one, so a row has two names; rename one"
REPEATED_NAME = "two columns have the same header but for capitals or blanks, so they cannot be told apart; rename one"
REPEATED_HEADER = "the header row again"
TOTALS = "totals row"
BELOW_TABLE = "note below the table"
NO_OBJECT = "not a record with named fields"
TOO_MANY_CELLS = "more filled cells than there are headers; correct the row"

LOOKAHEAD_ROWS = 200  # filled rows that are seen before the header and the width are settled
_WIDE_TABLE = 10  # headers; exports of products have more, tables written by hand fewer
_NOTE_HEADERS = 3  # in a table this wide, a last block of single cells is a note
_HELD_NOTES = 1000  # single cells below a blank row that are held back until it shows whether the table goes on

_TOTALS = re.compile(
    r"(?:grand[ -]?|sub[ -]?)?totals?|sum|summe|gesamt(?:summe)?|zwischensumme|total g[eé]n[eé]ral|sous-total|somme"
    r"|suma(?: total)?|total general|totale(?: generale)?|somma|totaal|итого|всего|razem|合計|小計|总计|合计|합계",
    re.IGNORECASE,
)
_NUMERIC = re.compile(r"[-+(]?[\d.,\s%$€£']*[)%]?")

RejectedRow = tuple[int, list[str], str]  # row number, cells, reason
SortedRow = tuple[int, list[str], str]  # the same, with an empty reason for data
_FilledRow = tuple[int, list[str], str, bool]  # ... and whether a blank row stands directly above


@dataclass(slots=True)
class Grid:
    """One sheet as a reader gives it. `rows` are taken once, in order; the first one is row 1, a blank one is [] or "".

    `name` is empty where the file's name stands for the sheet. `spans`: the columns that merged cells of a row cover.
    `header_given`: row 1 is the header, nothing is detected. `warnings` and `rejected` (rows the reader itself refuses;
    their place in `rows` stays blank) may grow until `rows` is exhausted.
    """

    sheet_index: int
    name: str
    rows: Iterable[list[str]]
    spans: Spans = field(default_factory=dict)
    hidden: bool = False
    header_given: bool = False
    warnings: list[str] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)


@dataclass(slots=True)
class Table:
    """A grid whose header is settled. `rows` gives every filled row once: data with an empty reason, or rejected.

    `header_row` is 0 where none was found: then `headers` is empty and every row is rejected. A data row has exactly
    one text for each header; empty cells are "". `warnings` are complete when `rows` is exhausted.
    """

    header_row: int
    headers: list[str]
    rows: Iterator[SortedRow]
    warnings: list[str]


def table_of(grid: Grid) -> Table:
    """Settle the header from the first filled rows. Rows are padded or cut in place.

    Raises: UnreadableFile where there are more columns than any inventory has.
    """
    flags = CharacterFlags()
    filled = _filled_rows(grid, flags)
    ahead = list(islice(filled, LOOKAHEAD_ROWS))
    sound: list[NumberedRow] = [(number, cells) for number, cells, fault, _ in ahead if not fault]
    given = grid.header_given or bool(sound and is_correction(sound[0][1]))
    header = _given(sound) if given else find_header(sound, grid.spans)
    if header is None:
        return Table(0, [], _all_rejected(grid, flags, chain(ahead, filled), NO_HEADER), grid.warnings)
    header_row = sound[header.at][0]
    problem = _header_problem(grid, header_row, header.names, [number for number, _, fault, _ in ahead if fault])
    if problem:
        return Table(0, [], _all_rejected(grid, flags, chain(ahead, filled), problem), grid.warnings)
    headers = _headers(grid.name, header, sound)
    not_data = {sound[index][0]: reason for index, reason in header.not_data.items()} | {header_row: ""}
    rows = _sorted_rows(grid, flags, headers, sound[header.at][1], not_data, chain(ahead, filled))
    if is_correction(headers):
        headers, rows = original_columns(headers, rows)
    return Table(header_row, headers, rows, grid.warnings)


def _given(rows: Sequence[NumberedRow]) -> Header | None:
    return Header(0, rows[0][1], 1, {}) if rows else None


def _filled_rows(grid: Grid, flags: CharacterFlags) -> Iterator[_FilledRow]:
    below_blank = False
    for number, cells in enumerate(grid.rows, 1):
        if number > limits.ROWS:
            problem = f"it has more than {limits.ROWS} rows"
            raise UnreadableFile(grid.name, problem, "split it into several files", Location(grid.name or None, number))
        if grid.rejected:
            yield from _taken(grid.rejected)
        text = "".join(cells)
        if not text or text.isspace():
            below_blank = True
            continue
        fault = ""
        if not text.isprintable():
            fault = _unstorable(text)
            flags.see_unprintable(number, text, cells)
        if not text.isascii():
            flags.see_letters(number, text, cells)
        if len(text) > limits.CELL_CHARS and max(map(len, cells)) > limits.CELL_CHARS:
            fault = fault or LONG_CELL
        yield number, cells, fault, below_blank
        below_blank = False
    yield from _taken(grid.rejected)


def _taken(rejected: list[RejectedRow]) -> list[_FilledRow]:
    taken = [(number, cells, reason, False) for number, cells, reason in rejected]
    rejected.clear()
    return taken


def _unstorable(text: str) -> str:
    if "\x00" in text:
        return NUL
    try:
        text.encode()
    except UnicodeEncodeError:
        return SURROGATE
    return ""


def _all_rejected(grid: Grid, flags: CharacterFlags, rows: Iterable[_FilledRow], problem: str) -> Iterator[SortedRow]:
    for number, cells, fault, _ in rows:
        yield number, cells, fault or problem
    grid.warnings += flags.warnings()


def _header_problem(grid: Grid, header_row: int, header: Sequence[str], faulty: Sequence[int]) -> str:
    if faulty and faulty[0] < header_row:
        return FAULTY_HEADER
    texts = [text for cell in header if (text := cell.strip())]
    names = [text.casefold() for text in texts]
    if len(set(names)) == len(names):
        return ""
    if names[0] in names[1:]:
        return REPEATED_KEY
    # Wide exports of products do repeat a header (RVTools vNetwork has "Type" and "type"), and most of their columns
    # are plain all the same; where there are few, the ones that cannot be told apart are what the table is about.
    if len(names) < _WIDE_TABLE and not grid.header_given:
        return REPEATED_NAME
    twice = sorted({text for text, name in zip(texts, names, strict=True) if names.count(name) > 1})
    grid.warnings.append(f"more than one column is headed {', '.join(map(repr, twice))}; each is read on its own")
    return ""


def _headers(sheet: str, header: Header, rows: Sequence[NumberedRow]) -> list[str]:
    """Header texts, without trailing columns that are empty as far as is seen ahead."""
    named = max((index for index, name in enumerate(header.names, 1) if name), default=0)
    physical = len(header.names)
    if named < physical:
        beyond = (row[named:physical] for _, row in rows[header.data_from :])
        used = max((index for row in beyond for index, cell in enumerate(row, 1) if cell), default=0)
        physical = named + used
    if physical > limits.COLUMNS:
        raise UnreadableFile(
            sheet,
            f"its table has {physical} columns, more than {limits.COLUMNS}",
            "remove the columns that describe nothing, or split the file",
            Location(sheet or None, rows[header.at][0], limits.COLUMNS + 1),
        )
    return header.names[:physical]


def _sorted_rows(
    grid: Grid,
    flags: CharacterFlags,
    headers: Sequence[str],
    header_cells: Sequence[str],
    not_data: Mapping[int, str],
    filled: Iterable[_FilledRow],
) -> Iterator[SortedRow]:
    """`not_data` gives the reason for rows around the header, and none for the header row itself."""
    width = len(headers)
    again = [*header_cells, *[""] * width][:width]
    data = 0
    notes: list[NumberedRow] = []
    for number, cells, fault, below_blank in filled:
        if fault or number in not_data:
            if reason := fault or not_data[number]:
                yield number, cells, reason
            continue
        if len(cells) < width:
            cells.extend([""] * (width - len(cells)))
        elif len(cells) > width:
            if any(cell and not cell.isspace() for cell in cells[width:]):
                yield number, cells, TOO_MANY_CELLS
                continue
            del cells[width:]
        if cells == again:
            yield number, cells, REPEATED_HEADER
            continue
        if _is_totals(cells):
            yield number, cells, TOTALS
            continue
        if notes or below_blank:
            if data and width >= _NOTE_HEADERS and len(notes) < _HELD_NOTES and sum(map(bool, cells)) <= 1:
                notes.append((number, cells))
                continue
            yield from ((*note, "") for note in notes)
            data += len(notes)
            notes.clear()
        data += 1
        yield number, cells, ""
    yield from ((*note, BELOW_TABLE) for note in notes)
    grid.warnings += flags.warnings()


def _is_totals(cells: Sequence[str]) -> bool:
    first = cells[0] or next(filter(None, cells), "")
    if len(first) > 30 or not _TOTALS.fullmatch(first.strip().rstrip(": ")):
        return False
    return all(_NUMERIC.fullmatch(cell) for cell in cells if cell is not first)
