"""The CSV in which a person corrects rejected rows: how it is written, and how it is read as what it was made from.

One line for each row, under the headers of its sheet, and a last column with the reason. A row with more cells than
headers has the rest under headers of their own. Cells that a spreadsheet program would take for a formula stand behind
an apostrophe, which goes again when the file comes back.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

REASON_HEADER = "aidiscover: reason"
EXTRA_CELLS = "a cell is left under 'aidiscover: extra cell'; move it under its header and leave that column empty"

_EXTRA_HEADER = "aidiscover: extra cell"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # CSV injection: what spreadsheet programs evaluate
_ESCAPED = (*_FORMULA, "'")

_Row = tuple[int, list[str], str]  # row number, cells, reason


def correction_text(headers: Sequence[str], rows: Sequence[tuple[Sequence[str], str]]) -> bytes:
    """The file for rows of (cells, reason): CSV in UTF-8 with a byte-order mark, as spreadsheet programs want it."""
    width = max([len(headers), *(len(cells) for cells, _ in rows)])
    extra = [f"{_EXTRA_HEADER} {number}" for number in range(1, width - len(headers) + 1)]
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([*map(_escaped, headers), *extra, REASON_HEADER])
    for cells, reason in rows:
        writer.writerow([*map(_escaped, cells), *[""] * (width - len(cells)), reason])
    return text.getvalue().encode("utf-8-sig")


def is_correction(headers: Sequence[str]) -> bool:
    """Whether a header row is that of a file written here, also after a spreadsheet program saved it."""
    return REASON_HEADER in headers


def original_columns(headers: Sequence[str], rows: Iterable[_Row]) -> tuple[list[str], Iterator[_Row]]:
    """Headers and rows as they were before: without reasons, extra columns and apostrophes.

    A row that still has an extra cell is rejected again.
    """
    extra = [index for index, header in enumerate(headers) if header.startswith(_EXTRA_HEADER)]
    added = {headers.index(REASON_HEADER), *extra}
    return [_unescaped(header) for index, header in enumerate(headers) if index not in added], _original_rows(
        rows, extra, added
    )


def _original_rows(rows: Iterable[_Row], extra: Sequence[int], added: set[int]) -> Iterator[_Row]:
    for number, cells, reason in rows:
        own = [_unescaped(cell) for index, cell in enumerate(cells) if index not in added]
        left = [_unescaped(cells[index]) for index in extra if index < len(cells)]
        if not reason and any(cell.strip() for cell in left):
            yield number, own + left, EXTRA_CELLS
        else:
            yield number, own, reason


def _escaped(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_ESCAPED) else cell


def _unescaped(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_ESCAPED) else cell
