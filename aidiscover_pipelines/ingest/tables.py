"""Several tables on one sheet: below each other after a blank row, or beside each other after a blank column.

Only what is unlike data counts as another table. One that cannot be told apart stays part of the table it stands by.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from aidiscover_pipelines.ingest.cell_kinds import TEXT, column_kinds, kind_of
from aidiscover_pipelines.ingest.header import (
    ABOVE_HEADER,
    FULL_SHARE,
    SCANNED_ROWS,
    NumberedRow,
    Spans,
    find_header,
)
from aidiscover_pipelines.ingest.sheet import Grid

_LOOK_BELOW = 12  # filled rows after a blank one that are looked at for another header
_LOOKS = 100  # after so many blank rows within one table, blank rows mean nothing in it
_KNOWN_ROWS = 200  # rows of a table by which its columns' kinds are known
_SURE_COLUMNS = 3  # a block of two columns above a table is a list of facts about it
_ENDED_ROWS = 2  # so many last rows that only one side fills: two tables beside each other


def separate(grids: Iterable[Grid]) -> Iterator[Grid]:
    """The grids of a file with each table as a grid of its own, numbered from 1, in order.

    Further tables of a sheet are called as the sheet with a number. Rows keep the sheet's numbers: blank rows stand for
    those of other tables. Each grid's rows must be taken before the next grid.
    """
    index = 0
    for grid in grids:
        name = grid.name
        for count, table in enumerate([grid] if grid.header_given else _tables(grid), 1):
            index += 1
            table.sheet_index = index
            if count > 1:
                table.name = f"{name} ({count})" if name else f"Table {count}"
            yield table


def _tables(grid: Grid) -> Iterator[Grid]:
    rows = _Rows(grid.rows, grid.spans)
    beside = rows.take_ended_side()
    grid.rows = rows.table()
    yield grid
    told = len(grid.warnings)
    while rows.another:
        table = Grid(0, grid.name, rows.table(), grid.spans, grid.hidden, rejected=grid.rejected)
        yield table
        table.warnings += grid.warnings[told:]  # what the reader said since
        told = len(grid.warnings)
    if beside:
        yield Grid(0, grid.name, beside, hidden=grid.hidden)


class _Rows:
    """The rows of a sheet, taken table by table. `another`: whether one follows the table just taken."""

    def __init__(self, rows: Iterable[list[str]], spans: Spans) -> None:
        self.another = False
        self._rows = iter(rows)
        self._spans = spans
        self._held: deque[list[str]] = deque()
        self._taken = 0

    def table(self) -> Iterator[list[str]]:
        """Rows up to the next table, after a blank one for each row of earlier tables."""
        self.another = False
        yield from ([] for _ in range(self._taken))
        header_row, header = _first_header(self._ahead(SCANNED_ROWS), self._spans)
        data: list[NumberedRow] = []
        looks = 0
        while self._held or self._fill():
            if data and looks < _LOOKS and not any(self._held[0]):
                looks += 1
                if _is_table(self._ahead(_LOOK_BELOW), self._spans, header, data):
                    self.another = True
                    return
            cells = self._held.popleft()
            self._taken += 1
            if len(data) < _KNOWN_ROWS and 0 < header_row < self._taken and any(cells):
                data.append((self._taken, cells))
            yield cells

    def take_ended_side(self) -> list[list[str]]:
        """Rows of the shorter of two tables beside each other, from row 1; empty where there is one table.

        The longer one keeps its place, on columns of its own.
        """
        ahead = self._ahead(SCANNED_ROWS)
        found = find_header(ahead, self._spans)
        if found is None:
            return []
        from_row = ahead[found.at][0]
        block = [cells for number, cells in ahead if number >= from_row]
        for gap in range(2, len(block[0]) - 2):
            if any(cells[gap].strip() for cells in block if gap < len(cells)):
                continue
            left, right = slice(gap), slice(gap + 1, None)
            for short, long in ((left, right), (right, left)):
                if _ends_first(block, short, long):
                    ended = [cells[short] if number >= from_row else [] for number, cells in enumerate(self._held, 1)]
                    self._rows = _only(chain(self._held, self._rows), from_row, long)
                    self._held = deque()
                    return ended
        return []

    def _fill(self) -> bool:
        row = next(self._rows, None)
        if row is not None:
            self._held.append(row)
        return row is not None

    def _ahead(self, count: int) -> list[NumberedRow]:
        """The next filled rows with their numbers."""
        filled = sum(map(any, self._held))
        while filled < count and self._fill():
            filled += any(self._held[-1])
        numbered = enumerate(self._held, self._taken + 1)
        return list(islice(((number, cells) for number, cells in numbered if any(cells)), count))


def _only(rows: Iterable[list[str]], from_row: int, side: slice) -> Iterator[list[str]]:
    for number, cells in enumerate(rows, 1):
        yield cells[side] if number >= from_row else cells


def _ends_first(block: Sequence[list[str]], short: slice, long: slice) -> bool:
    """Whether one side is a full table of fewer rows than the other."""
    here = [sum(1 for cell in cells[short] if cell.strip()) for cells in block]
    there = [any(cell.strip() for cell in cells[long]) for cells in block]
    rows = max((index for index, filled in enumerate(here, 1) if filled), default=0)
    if here[0] < 2 or sum(1 for cell in block[0][long] if cell.strip()) < 2:
        return False
    ended = len(block) - rows >= _ENDED_ROWS and all(there)
    return ended and rows > 1 and min(here[:rows]) >= FULL_SHARE * here[0]


def _first_header(ahead: Sequence[NumberedRow], spans: Spans) -> tuple[int, Sequence[str]]:
    """Row number and cells of the first table's header; 0 where there is none.

    A wide table below may make a narrow one look like its title: a block that is surely a table comes first.
    """
    start = 0
    for end in range(1, len(ahead)):
        if ahead[end][0] - ahead[end - 1][0] == 1:
            continue
        block, start = ahead[start:end], end
        header = find_header(block, spans)
        if header and sum(map(bool, header.names)) >= _SURE_COLUMNS:
            data = block[header.data_from :]
            number, cells = block[header.at]
            if len(data) > 1 and (_kinds(data) or any(_shares(cells, below) for _, below in ahead[end:])):
                return number, cells
    found = find_header(ahead, spans)
    return ahead[found.at] if found else (0, [])


def _is_table(ahead: Sequence[NumberedRow], spans: Spans, current: Sequence[str], data: Sequence[NumberedRow]) -> bool:
    """Whether the rows after a blank row are another table than the one whose header is `current`."""
    found = find_header(ahead, spans)
    if found is None or found.data_from >= len(ahead):
        return False
    titles = [ahead[index][1] for index, reason in found.not_data.items() if reason == ABOVE_HEADER]
    if any(len(_filled(cells)) > 1 for cells in titles):
        return False
    cells = ahead[found.at][1]
    labels = _filled(cells)
    if len(labels) < 2 or any(kind_of(cells[column]) != TEXT for column in labels) or cells == current:
        return False
    if len({cells[column].strip().casefold() for column in labels}) < len(labels):
        return False  # "unknown" twice
    if _shares(current, cells):
        return True
    known = set(_kinds(data))
    contrast = labels & set(_kinds(ahead[found.data_from :]))
    if known:
        return bool(contrast and labels & known)
    return len(contrast) > 1 or any(column >= len(current) for column in contrast)


def _shares(header: Sequence[str], cells: Sequence[str]) -> bool:
    """Whether a row names at least half of its columns, and two, as the header does."""
    told = {name.strip().casefold() for name in header} - {""}
    labels = [text for cell in cells if (text := cell.strip().casefold())]
    shared = sum(label in told for label in labels)
    return shared >= 2 and shared * 2 >= len(labels)


def _filled(cells: Sequence[str]) -> set[int]:
    return {column for column, cell in enumerate(cells) if cell.strip()}


def _kinds(rows: Iterable[NumberedRow]) -> dict[int, str]:
    return column_kinds([kind_of(cell) for cell in cells] for _, cells in rows)
