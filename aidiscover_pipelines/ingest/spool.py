"""Rows on their way from the child to the parent: lines of text that are copied on and never parsed row by row.

A data row is `number TAB cells`, a rejected one `number TAB cells TAB reason`, with the cells as a JSON array. Lines
come in chunks; a sheet knows the places of its chunks.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from aidiscover_pipelines.domain.errors import EmptyFile
from aidiscover_pipelines.ingest.sheet import Grid, RejectedRow, table_of

CHUNK_BYTES = 4 * 1024 * 1024  # what either process holds of the rows at a time

Place = tuple[int, int]  # offset and length in bytes

_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


@dataclass(slots=True)
class SheetRead:
    """One sheet of a file that was read. `rows` counts its data rows, `rejected` the others by reason.

    `row_chunks` and `rejected_chunks` are the places of what was kept of both.
    """

    sheet_index: int
    sheet: str
    hidden: bool
    header_row: int
    headers: list[str]
    rows: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    row_chunks: list[Place] = field(default_factory=list)
    rejected_chunks: list[Place] = field(default_factory=list)


class SpoolWriter:
    """Writes the rows of grids; `sheets` has the SheetRead fields of each."""

    def __init__(self, spool: IO[bytes], first: int | None = None) -> None:
        self.sheets: list[dict[str, Any]] = []
        self._spool = spool
        self._first = first
        self._offset = 0

    def add(self, grid: Grid) -> None:
        """Take every row of a grid. Of the data rows, and of the rejected ones, the `first` are kept."""
        table = table_of(grid)
        read = SheetRead(grid.sheet_index, grid.name, grid.hidden, table.header_row, table.headers)
        reasons: Counter[str] = Counter()
        kept, refused = _Chunks(self, read.row_chunks), _Chunks(self, read.rejected_chunks)
        rows, first = 0, self._first
        for number, cells, reason in table.rows:
            if not reason:
                rows += 1
                if first is None or rows <= first:
                    kept.add(f"{number}\t{_json(cells)}\n")
                continue
            reasons[reason] += 1
            if first is None or reasons.total() <= first:
                refused.add(f"{number}\t{_json([_storable(cell) for cell in cells])}\t{reason}\n")
        kept.close()
        refused.close()
        read.rows, read.rejected, read.warnings = rows, dict(reasons), table.warnings
        self.sheets.append(asdict(read))

    def check_not_empty(self, path: Path) -> None:
        """Raises: EmptyFile with the commonest reason, where no sheet has a data row."""
        if any(sheet["rows"] for sheet in self.sheets):
            return
        reasons = sum((Counter(sheet["rejected"]) for sheet in self.sheets), Counter[str]())
        why = "".join(f" ({reason})" for reason, _ in reasons.most_common(1))
        problem = f"no data rows were found under a header{why}"
        raise EmptyFile(path.name, problem, "check the export and upload it again")

    def write(self, lines: Sequence[str], places: list[Place]) -> None:
        """One chunk; its place is added to `places`."""
        chunk = "".join(lines).encode()
        self._spool.write(chunk)
        places.append((self._offset, len(chunk)))
        self._offset += len(chunk)


class _Chunks:
    """Collects lines until there are enough for a chunk."""

    def __init__(self, writer: SpoolWriter, places: list[Place]) -> None:
        self._writer, self._places = writer, places
        self._lines: list[str] = []
        self._chars = 0

    def add(self, line: str) -> None:
        self._lines.append(line)
        self._chars += len(line)
        if self._chars > CHUNK_BYTES:
            self.close()

    def close(self) -> None:
        if self._lines:
            self._writer.write(self._lines, self._places)
            self._lines.clear()
            self._chars = 0


def chunks(spool: IO[bytes], places: Sequence[Place]) -> Iterator[bytes]:
    """The chunks at the places, one at a time."""
    for offset, length in places:
        spool.seek(offset)
        yield spool.read(length)


def rejected_rows(spool: IO[bytes], sheet: SheetRead) -> Iterator[RejectedRow]:
    """The kept rejected rows of a sheet."""
    for chunk in chunks(spool, sheet.rejected_chunks):
        for line in chunk.decode().rstrip("\n").split("\n"):
            number, cells, reason = line.split("\t")
            yield int(number), json.loads(cells), reason


def _json(cells: list[str]) -> str:
    text = '["' + '","'.join(cells) + '"]'
    # Most rows need no escape: then the quotation marks are those just put in.
    if text.isprintable() and "\\" not in text and text.count('"') == 2 * len(cells):
        return text
    return _encode(cells)


def _storable(cell: str) -> str:
    """The text with visible signs for what no database takes: NUL, and half of a surrogate pair."""
    if cell.isprintable():
        return cell
    return cell.replace("\0", "\u2400").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
