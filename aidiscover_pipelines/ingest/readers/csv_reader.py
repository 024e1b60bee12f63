"""Reads delimited text row by row: comma, semicolon, tab, pipe or caret, any line end, any encoding that is told."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

from aidiscover_pipelines.domain.errors import Location, UnreadableFile
from aidiscover_pipelines.ingest import limits
from aidiscover_pipelines.ingest.sheet import Grid
from aidiscover_pipelines.ingest.text import Decoding, find_decoding, open_text

DELIMITERS = ",;\t|^"

_SAMPLE_CHARS = 64 * limits.KIB  # below the cell limit, so that no cell of the sample exceeds it
_SAMPLE_ROWS = 100
_DECLARED = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_PADDED = re.compile(r"\S {2,}\S")


def read(path: Path) -> Iterator[Grid]:
    """The one table of a text file; its sheet name is empty, because the file's name stands for it.

    Raises: UnreadableFile with the row, for an encoding fault, a quote that is never closed, or a limit; before the
    first row where the encoding or the delimiter cannot be told.
    """
    decoding = find_decoding(path)
    with open_text(path, decoding) as file:
        sample = file.read(_SAMPLE_CHARS + 1)
    declared = _DECLARED.match(sample)  # Excel writes and hides this line
    delimiter = declared[1] if declared else find_delimiter(sample)
    if delimiter is None:
        delimiter = ","
        _refuse_fixed_widths(path, sample)
    notes = [decoding.note] if decoding.note else []
    yield Grid(1, "", _rows(path, decoding, delimiter, hidden_lines=1 if declared else 0), warnings=notes)


def find_delimiter(sample: str) -> str | None:
    """The delimiter that cuts the first rows into the most columns with the most agreement; None where none does."""
    if len(sample) > _SAMPLE_CHARS:
        sample = sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1] or sample[:_SAMPLE_CHARS]
    best = max(DELIMITERS, key=lambda delimiter: _agreement(sample, delimiter))
    return best if _agreement(sample, best) else None


def _agreement(sample: str, delimiter: str) -> float:
    """Columns times the square of the share of rows that have them; 0 for a single column."""
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    counts = Counter(len(cells) for cells in islice(reader, _SAMPLE_ROWS) if cells)
    columns, rows = max(counts.items(), key=lambda item: (item[0] > 1, item[1]), default=(1, 0))
    return columns * (rows / counts.total()) ** 2 if columns > 1 else 0.0


def _refuse_fixed_widths(path: Path, sample: str) -> None:
    lines = [line for line in sample.splitlines()[:_SAMPLE_ROWS] if line.strip()]
    if len(lines) > 1 and all(map(_PADDED.search, lines)):
        problem = "its columns are set apart by blanks only, so where one ends cannot be told"
        raise UnreadableFile(path.name, problem, "export it with commas, semicolons or tabs between the columns")


def _rows(path: Path, decoding: Decoding, delimiter: str, hidden_lines: int) -> Iterator[list[str]]:
    csv.field_size_limit(limits.CELL_CHARS)
    given = 0
    with open_text(path, decoding) as file:
        _skip_lines(file, hidden_lines)
        try:
            for row in csv.reader(file, delimiter=delimiter, strict=True):
                yield row
                given += 1
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                raise _unclosed(path, given + 1) from None
        else:
            return
    # A quote inside a quoted cell, as in `"19" rack"`, is no reason to refuse a file: read on less strictly.
    with open_text(path, decoding) as file:
        _skip_lines(file, hidden_lines)
        lines = _Lines(file)
        lenient = islice(csv.reader(lines, delimiter=delimiter), given, None)
        try:
            for row in lenient:
                given += 1
                if lines.exhausted:
                    raise _unclosed(path, given)
                yield row
        except csv.Error:
            raise _overlong(path, given + 1) from None


class _Lines:
    """A file's lines, and whether more were asked for than there are: only a row with an open quote does that."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.exhausted = False

    def __iter__(self) -> Iterator[str]:
        yield from self._file
        self.exhausted = True


def _skip_lines(file: TextIO, count: int) -> None:
    for _ in range(count):
        file.readline()


def _unclosed(path: Path, row: int) -> UnreadableFile:
    problem, remedy = f"a quotation mark is never closed (row {row})", "close or double the quotation mark"
    return UnreadableFile(path.name, problem, remedy, Location(row=row))


def _overlong(path: Path, row: int) -> UnreadableFile:
    problem = f"row {row} has a cell longer than {limits.CELL_CHARS} characters, perhaps an unclosed quotation mark"
    return UnreadableFile(path.name, problem, "correct that row", Location(row=row))
