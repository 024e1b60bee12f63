"""Where the header of a sheet is, and what it names: below its title, above its data, or nowhere.

A header may take several rows: groups over the names ("Disk" over "Size" and "Used" reads "Disk - Size"), a row of
units under them ("Memory" over "GB" reads "Memory (GB)"), a row that explains the columns.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aidiscover_pipelines.ingest.cell_kinds import (
    KIND_SHARE,
    TEXT,
    column_kinds,
    is_measure,
    is_unit_or_type,
    kind_of,
    shape_of,
    template_of,
)

SCANNED_ROWS = 50
MISSES = 5  # rows as wide as the table that are no header: after so many the table has none
WIDTH_SHARE = 0.5  # titles and notes fill less than half of the table's columns
FULL_SHARE = 0.8  # a row this full is no title
LABEL_SHARE = 0.8  # a year or a number among header labels is common, a row of them is data
REPEATED_SHARE = 1 / 3  # labels that stand in other rows too: then the row is data itself
EXPLAINING_WORDS = 3  # cells of a row that explains the columns have as many words
GROUP_WORDS = 4
TITLE_WORDS = 3  # of a list's only header
NAME_WORDS = 6  # of what it lists: more are prose
GROUP_ROWS = 2  # above the names
LOOK_BELOW = 5

ABOVE_HEADER = "title or note above the header row"
GROUP_ROW = "group titles above the header row; they are part of the headers"
UNIT_ROW = "units under the header row; they are part of the headers"
EXPLAINING_ROW = "explanation of the columns under the header row"

_LISTED = re.compile(
    r"name|server|host|system|machine|comput|device|\bvms?\b|\bips?\b|fqdn|app|anwendung|rechner|serveur|nom\b|aplica"
    r"|nombre|servidor|nome|naam|toepassing|名|サーバ|ホスト|アプリ|服务器|服務器|主机|应用|系统",
    re.IGNORECASE,
)

NumberedRow = tuple[int, list[str]]
Spans = Mapping[int, Sequence[range]]  # row number -> the columns (from 0) that each of its wide merged cells covers


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a sheet. Indexes count the filled rows that were given, not the sheet's own numbers.

    `at`: the row that names the columns; `data_from`: the first row below the header; `not_data`: every other row
    before `data_from` with the reason. `names`: one per column of row `at`, blanks single and none at the ends.
    """

    at: int
    names: list[str]
    data_from: int
    not_data: dict[int, str]


def find_header(rows: Sequence[NumberedRow], spans: Spans | None = None) -> Header | None:
    """The header among the first filled rows of a sheet; None where no row looks like one."""
    scan = _Scan([*rows[:SCANNED_ROWS]], spans or {})
    at = _first_candidate(scan) if scan.width > 1 else _head_of_list(scan)
    if at is None:
        return None
    while (better := _better_below(scan, at)) is not None:
        at = better
    groups = _groups_above(scan, at)
    if _data_above(scan, at - len(groups), at):
        return None
    names = _composed(scan, at, groups)
    not_data = dict.fromkeys(range(at), ABOVE_HEADER) | dict.fromkeys(groups, GROUP_ROW)
    data_from = at + 1
    while data_from < len(scan.rows) and (reason := _reason_below(scan, at, data_from)):
        if reason == UNIT_ROW:
            names = _with_units(names, scan.rows[data_from][1])
        not_data[data_from] = reason
        data_from += 1
    return Header(at, names, data_from, not_data)


@dataclass(slots=True)
class _Scan:
    rows: list[NumberedRow]
    spans: Spans
    kinds: list[list[str]] = field(init=False)
    filled: list[int] = field(init=False)
    width: int = field(init=False)

    def __post_init__(self) -> None:
        self.kinds = [[kind_of(cell) for cell in cells] for _, cells in self.rows]
        self.filled = [sum(map(bool, kinds)) for kinds in self.kinds]
        # The widest row but one: a single overlong row must not make the header look like a title.
        self.width = sorted(self.filled)[-2] if len(self.filled) > 2 else max(self.filled, default=0)

    def columns(self, index: int) -> list[int]:
        """Columns that a row fills."""
        return [column for column, kind in enumerate(self.kinds[index]) if kind]

    def is_next(self, upper: int, lower: int) -> bool:
        """Whether no blank row lies between two rows of the scan."""
        return self.rows[lower][0] - self.rows[upper][0] == lower - upper

    def kinds_below(self, index: int) -> dict[int, str]:
        """Kind of each column that holds values of one kind below a row; columns of text have none."""
        return column_kinds(self.kinds[index + 1 :])


def _first_candidate(scan: _Scan) -> int | None:
    misses = 0
    for index, filled in enumerate(scan.filled):
        if filled < max(2, scan.width * WIDTH_SHARE):
            continue
        if _is_header(scan, index):
            return index
        misses += 1
        if misses == MISSES:
            return None
    return None


def _is_header(scan: _Scan, index: int) -> bool:
    below = scan.kinds_below(index)
    columns = scan.columns(index)
    kinds = scan.kinds[index]
    # A value is a label where the column below holds another kind: a month over its costs.
    labels = sum(1 for column in columns if kinds[column] == TEXT or below.get(column, kinds[column]) != kinds[column])
    if labels < LABEL_SHARE * len(columns):
        return False
    cells = scan.rows[index][1]
    if sum(cells[column].rstrip().endswith((":", "：")) for column in columns) * 3 >= len(columns):  # noqa: RUF001
        return False  # "Customer: ACME, Author: Ann"
    return _recurring(scan, index, columns) < max(2, REPEATED_SHARE * len(columns))


def _recurring(scan: _Scan, index: int, columns: Sequence[int]) -> int:
    """How many labels of a row are values of their own column; one with the column's numbering counts twice."""
    cells = scan.rows[index][1]
    near = range(index - GROUP_ROWS, index + GROUP_ROWS + 1)
    grouped = any(scan.rows[other][0] in scan.spans for other in near if 0 <= other < len(scan.rows))
    repeated: set[int] = set()
    for other, (_, row) in enumerate(scan.rows):
        # A name merged over the rows of a grouped header stands in each of them.
        if other == index or (grouped and other in near and scan.is_next(*sorted((other, index)))):
            continue
        same = [column for column in columns if column < len(row) and row[column] == cells[column]]
        if len(same) < len(columns):  # else the header row itself stands there again
            repeated.update(same)
    numbered = sum(_is_numbered(scan, index, column) for column in columns if column not in repeated)
    return len(repeated) + 2 * numbered


def _is_numbered(scan: _Scan, index: int, column: int) -> bool:
    """Whether a cell with digits is one of the values below it, as "web01" over "db02" and "app03"."""
    cell = scan.rows[index][1][column]
    below = [row[column] for _, row in scan.rows[index + 1 :] if column < len(row) and row[column].strip()]
    if not shape_of(cell) or len(below) < 2:
        return False
    template, count = Counter(map(template_of, below)).most_common(1)[0]
    if count >= KIND_SHARE * len(below):  # "Column1" over "srv01" and "srv02" is not one of them
        return template == template_of(cell)
    return sum(shape_of(other) == shape_of(cell) for other in below) >= KIND_SHARE * len(below)


def _head_of_list(scan: _Scan) -> int | None:
    """The first row of a single column, where it is the name of what follows and that is no prose."""
    if len(scan.rows) < 2:
        return None
    if len(scan.rows) < 2:
        return None
    first = scan.columns(0)
    title, *values = (
        cells[first[0]].strip() for index, (_, cells) in enumerate(scan.rows) if scan.columns(index) == first
    )
    if len(values) < len(scan.rows) - 1 or title in values or scan.kinds[0][first[0]] != TEXT or shape_of(title):
        return None
    words = len(title.split())
    if words <= TITLE_WORDS and _LISTED.search(title) and title[-1] not in ".:;,!?":
        return 0 if max(len(value.split()) for value in values) <= NAME_WORDS else None
    names = sum(" " not in value for value in values)
    return 0 if words == 1 and title[-1] not in ".:;,!?" and names >= FULL_SHARE * len(values) else None


def _better_below(scan: _Scan, at: int) -> int | None:
    """A row under a candidate that names columns the candidate leaves open, and unlike data: then it is the header."""
    named = set(scan.columns(at))
    for index in range(at + 1, min(at + 1 + LOOK_BELOW, len(scan.rows))):
        if not set(scan.columns(index)) - named or not _is_header(scan, index):
            continue
        next_row = index == at + 1 and scan.is_next(at, index)
        if next_row and _merged_groups(scan, at, index) * 2 >= scan.filled[at]:
            return index
        below = scan.kinds_below(index)
        contrast = [column for column in below if scan.kinds[index][column : column + 1] == [TEXT]]
        typed_between = any(
            scan.kinds[row][column : column + 1] == [below[column]]
            for row in range(at + 1, index)
            for column in contrast
        )
        enough = 1 if next_row or not scan.is_next(at, index) else 2
        filled_kinds = sum(scan.kinds[index][column : column + 1] not in ([], [""]) for column in below)
        if len(contrast) >= enough and len(contrast) == filled_kinds and not typed_between:
            return index
    return None


def _merged_groups(scan: _Scan, upper: int, lower: int) -> int:
    """How many merged cells of a row stand over several names of the row below."""
    names = set(scan.columns(lower))
    return sum(len(names & set(span)) > 1 for span in scan.spans.get(scan.rows[upper][0], ()))


def _groups_above(scan: _Scan, at: int) -> list[int]:
    groups: list[int] = []
    for index in range(at - 1, max(at - 1 - GROUP_ROWS, -1), -1):
        if not scan.is_next(index, at) or not _is_group_row(scan, index, at):
            break
        groups.insert(0, index)
    return groups


def _is_group_row(scan: _Scan, upper: int, at: int) -> bool:
    number, cells = scan.rows[upper]
    columns, names = scan.columns(upper), set(scan.columns(at))
    if any(scan.kinds[upper][column] != TEXT for column in columns):
        return False
    if number in scan.spans:
        # A lone merged cell over the first columns is the sheet's title.
        lone_title = len(columns) == 1 and columns[0] <= min(names)
        return not lone_title and _merged_groups(scan, upper, at) > 0
    if len(columns) < 2 or any(_is_remark(cells[column]) for column in columns):
        return False
    covered = [len(names & set(span)) for span in _open_spans(columns, max(names) + 1)]
    open_between = any(column not in columns for column in names if columns[0] < column < columns[-1])
    complements = any(column not in names for column in columns)
    if len(columns) == 2 and not complements:
        return open_between and min(covered) > 1
    return complements or (open_between and sum(count > 1 for count in covered) * 2 >= len(covered))


def _is_remark(text: str) -> bool:
    return len(text.split()) > GROUP_WORDS or text.rstrip().endswith((":", ".")) or ": " in text


def _open_spans(columns: Sequence[int], width: int) -> list[range]:
    """Columns under each title of a row without merged cells: up to the next title."""
    return [range(start, end) for start, end in zip(columns, [*columns[1:], width], strict=True)]


def _data_above(scan: _Scan, top: int, at: int) -> bool:
    """Whether a full row above the header holds what the columns below it hold: then the table has no header."""
    below = scan.kinds_below(at)
    for index in range(top):
        if scan.filled[index] < max(2, FULL_SHARE * scan.width):
            continue
        kinds = scan.kinds[index]
        agreeing = sum(kinds[column : column + 1] == [kind] for column, kind in below.items())
        if agreeing and agreeing >= KIND_SHARE * sum(kinds[column : column + 1] not in ([], [""]) for column in below):
            return True
        columns = scan.columns(index)
        if not _is_header(scan, index) and _recurring(scan, index, columns) >= max(2, REPEATED_SHARE * len(columns)):
            return True
    return False


def _composed(scan: _Scan, at: int, groups: Sequence[int]) -> list[str]:
    cells = scan.rows[at][1]
    width = max(len(scan.rows[index][1]) for index in (at, *groups))
    levels = [_spread(scan, index, at, width) for index in groups]
    levels.append([clean_name(cell) for cell in cells] + [""] * (width - len(cells)))
    return [" - ".join(dict.fromkeys(filter(None, parts))) for parts in zip(*levels, strict=True)]


def _spread(scan: _Scan, index: int, at: int, width: int) -> list[str]:
    """Titles of a group row, each over all the columns it stands for."""
    number, cells = scan.rows[index]
    columns = scan.columns(index)
    spans = scan.spans.get(number) or _open_spans(columns, width)
    titles = [clean_name(cell) for cell in cells] + [""] * (width - len(cells))
    names = set(scan.columns(at))
    for span in spans:
        for column in span:
            if column in names and column < width and span.start < width:
                titles[column] = titles[span.start]
    return titles


def clean_name(text: str) -> str:
    """A header's text on one line: line breaks and runs of any blanks become one blank."""
    return " ".join(text.split())


def _reason_below(scan: _Scan, at: int, index: int) -> str:
    """Why a row right under the header is no data; empty where it is data."""
    if index - at > 2 or not scan.is_next(at, index):
        return ""
    cells, columns = scan.rows[index][1], scan.columns(index)
    if _recurring(scan, index, columns) and not all(is_unit_or_type(cells[column]) for column in columns):
        return ""
    units = sum(is_measure(cells[column]) for column in columns)
    if units and all(is_unit_or_type(cells[column]) for column in columns):
        below = scan.kinds_below(index)
        measured = [column for column in columns if is_measure(cells[column])]
        over_numbers = sum(column in below for column in measured)
        last = index + 1 == len(scan.rows)
        return UNIT_ROW if last or over_numbers * 2 >= len(measured) else ""
    if len(columns) > 1 and all(is_unit_or_type(cells[column]) for column in columns):
        return EXPLAINING_ROW if scan.kinds_below(index) else ""
    below = scan.kinds_below(index)
    contrast = [column for column in below if column in columns]
    explains = sum(len(cells[column].split()) >= EXPLAINING_WORDS or len(cells[column]) > 40 for column in columns)
    if contrast and all(scan.kinds[index][column] in (TEXT, "prose") for column in contrast):
        return EXPLAINING_ROW if explains * 2 > len(columns) and len(columns) > 1 else ""
    return ""


def _with_units(names: list[str], units: Sequence[str]) -> list[str]:
    folded = []
    for name, cell in zip(names, [*units, *[""] * len(names)], strict=False):
        unit = clean_name(cell).strip("()[] ")
        told = not unit or not is_measure(unit) or unit.casefold() in re.split(r"[\s()\[\]_]+", name.casefold())
        folded.append(name if told or not name else f"{name} ({unit})")
    return folded
