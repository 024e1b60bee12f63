"""Reads delimited text: comma, semicolon, tab or pipe, any line end, any encoding that `read_text` knows."""

import contextlib
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from aidiscover_pipelines.domain.errors import Location, UnreadableFile
from aidiscover_pipelines.ingest import limits
from aidiscover_pipelines.ingest.sheet import SheetRows, sheet_rows
from aidiscover_pipelines.ingest.text import read_text

DELIMITERS = ",;\t|"

_SAMPLE_CHARS = 64 * limits.KIB  # below the cell limit, so that no cell of the sample exceeds it
_SAMPLE_ROWS = 100
_DECLARED = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)


def read(path: Path) -> list[SheetRows]:
    """The one table of a text file; its sheet name is empty, because the file's name stands for it.

    Raises: UnreadableFile with the row, for an encoding fault, a quote that is never closed, or a limit.
    """
    text = read_text(path)
    declared = _DECLARED.match(text)  # Excel writes and hides this line
    if declared:
        text, delimiter = text[declared.end() :], declared[1]
    else:
        delimiter = find_delimiter(text)
    return [sheet_rows(1, "", _grid(path, text, delimiter))]


def find_delimiter(text: str) -> str:
    """The delimiter that cuts the first rows into the most columns with the most agreement; comma where none does."""
    sample = text[:_SAMPLE_CHARS]
    if len(text) > len(sample):
        sample = sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1] or sample
    return max(DELIMITERS, key=lambda delimiter: _agreement(sample, delimiter))


def _agreement(sample: str, delimiter: str) -> float:
    """Columns times the square of the share of rows that have them; 0 for a single column."""
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    counts = Counter(len(cells) for cells in islice(reader, _SAMPLE_ROWS) if cells)
    columns, rows = max(counts.items(), key=lambda item: (item[0] > 1, item[1]), default=(1, 0))
    return columns * (rows / counts.total()) ** 2 if columns > 1 else 0.0


def _grid(path: Path, text: str, delimiter: str) -> list[list[str]]:
    try:
        return _rows(path, text, delimiter, strict=True)
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            problem, remedy = "a quotation mark is never closed", "close or double the quotation mark"
            raise UnreadableFile(path.name, problem, remedy, Location(row=_last_row(text, delimiter))) from None
    try:
        # A quote inside an unquoted cell, as in `19" rack`, is no reason to refuse a file.
        return _rows(path, text, delimiter, strict=False)
    except csv.Error:
        row = _last_row(text, delimiter)
        problem = f"row {row} has a cell longer than {limits.CELL_CHARS} characters, perhaps an unclosed quotation mark"
        raise UnreadableFile(path.name, problem, "correct that row", Location(row=row)) from None


def _rows(path: Path, text: str, delimiter: str, *, strict: bool) -> list[list[str]]:
    csv.field_size_limit(limits.CELL_CHARS)
    rows = list(islice(csv.reader(_lines(path, text), delimiter=delimiter, strict=strict), limits.ROWS + 1))
    if len(rows) > limits.ROWS:
        raise UnreadableFile(path.name, f"it has more than {limits.ROWS} rows", "split it into several files")
    return rows


def _last_row(text: str, delimiter: str) -> int:
    """Number of the row in which strict reading stops."""
    row = 1
    with contextlib.suppress(csv.Error):
        for _ in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            row += 1
    return row


def _lines(path: Path, text: str) -> Iterator[str]:
    for number, line in enumerate(io.StringIO(text, newline=""), 1):
        if len(line) > limits.LINE_CHARS:
            problem = f"line {number} is longer than {limits.LINE_CHARS} characters"
            raise UnreadableFile(path.name, problem, "check that it is a table with line ends", Location(row=number))
        yield line
