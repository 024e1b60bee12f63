"""Where the header row of a sheet is: below its title, above its data, or nowhere."""

import re
from collections import Counter
from collections.abc import Collection, Sequence

SCANNED_ROWS = 50
MISSES = 5  # rows as wide as the table that are no header: after so many the table has none
WIDTH_SHARE = 0.5  # titles and notes fill less than half of the table's columns
LABEL_SHARE = 0.8  # a year or a number among header labels is common, a row of them is data
REPEATED_SHARE = 1 / 3  # labels that stand in other rows too: then the row is data itself
LABEL_CHARS = 250

_VALUE = re.compile(
    r"[-+(]?[\d.,:\s%$€£]*\d[\d.,:\s%)]*"  # numbers, amounts, times, IPv4 addresses
    r"|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ].*)?"  # dates
    r"|true|false|\S+@\S+\.\S+|\w+://.*",
    re.IGNORECASE,
)

NumberedRow = tuple[int, list[str]]


def find_header(rows: Sequence[NumberedRow], banners: Collection[int] = ()) -> int | None:
    """Index of the header among the non-blank rows of a sheet; None where no row looks like one.

    `banners` are numbers of rows with horizontally merged cells: group titles when a fuller row of labels follows.
    """
    scanned = rows[:SCANNED_ROWS]
    widths = [_filled(cells) for _, cells in scanned]
    # The widest row but one: a single overlong row must not make the header look like a title.
    width = sorted(widths)[-2] if len(widths) > 2 else max(widths, default=0)
    misses = 0
    for index, (number, _) in enumerate(scanned):
        if widths[index] < max(2, width * WIDTH_SHARE):
            continue
        if _is_header(scanned, index) and not (number in banners and _is_fuller_header(scanned, widths, index + 1)):
            return index
        misses += 1
        if misses == MISSES:
            return None
    return None


def _is_fuller_header(rows: Sequence[NumberedRow], widths: Sequence[int], index: int) -> bool:
    return index < len(rows) and widths[index] > widths[index - 1] and _is_header(rows, index)


def _is_header(rows: Sequence[NumberedRow], index: int) -> bool:
    cells = rows[index][1]
    filled = [cell for cell in cells if cell.strip()]
    labels = sum(map(_is_label, filled))
    if labels < LABEL_SHARE * len(filled):
        return False
    # Labels that stand elsewhere in their own column are values.
    repeated: Counter[int] = Counter()
    for _, other in (*rows[:index], *rows[index + 1 :]):
        same = [
            column for column, (label, cell) in enumerate(zip(cells, other, strict=False)) if label and label == cell
        ]
        if len(same) < len(filled):  # else the header row itself stands there again
            repeated.update(same)
    return len(repeated) < max(2, REPEATED_SHARE * len(filled))


def _is_label(text: str) -> bool:
    return len(text) <= LABEL_CHARS and not _VALUE.fullmatch(text.strip())


def _filled(cells: Sequence[str]) -> int:
    return sum(1 for cell in cells if cell and not cell.isspace())
