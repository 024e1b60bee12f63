"""Reads OpenDocument spreadsheets (.ods) after a pass over their parts that refuses what would harm the reader."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

from aidiscover_pipelines.domain.errors import UnreadableFile, UnsupportedFormat
from aidiscover_pipelines.ingest import limits
from aidiscover_pipelines.ingest.readers.archive import check_parts, opened
from aidiscover_pipelines.ingest.readers.workbook import NO_PASSWORD, PASSWORD, check_extent, worksheets
from aidiscover_pipelines.ingest.sheet import Grid

MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"

_CONTENT = "content.xml"
_MANIFEST = "META-INF/manifest.xml"
_ROW_BYTES = 16 * limits.MIB  # a row that is not closed within so much is looked at in pieces
_TABLE = re.compile(rb'<table:table [^>]*?table:name="([^"]*)"')
_ROWS = re.compile(rb'<table:table-row[^>]*number-rows-repeated="(\d{1,9})"')
_CELL = re.compile(rb"<table:(?:covered-)?table-cell\b([^>]*)>")
_TEXT = re.compile(rb"<text:p[^>]*>([^<]{1,20})<")
_COLUMNS = re.compile(rb'number-columns-repeated="(\d{1,9})"')


def read(path: Path) -> Iterator[Grid]:
    """Every sheet in document order. Raises: UnreadableFile, UnsupportedFormat."""
    scan = _ContentScan(path)
    with opened(path) as archive:
        names = archive.namelist()
        kind = archive.read("mimetype").decode("ascii", "replace").strip() if "mimetype" in names else ""
        if not kind.startswith(MIMETYPE) or _CONTENT not in names:
            problem = "it is an OpenDocument file without a spreadsheet"
            raise UnsupportedFormat(path.name, problem, "save the table as .ods, .xlsx or .csv")
        if _MANIFEST in names and b"encryption-data" in archive.read(_MANIFEST):
            raise UnreadableFile(path.name, PASSWORD, NO_PASSWORD)
        check_parts(path, archive, scan)
    yield from worksheets(path, scan.errors)


class _ContentScan:
    """Refuses a sheet whose filled cells reach too far; empty rows and cells at its end stand for nothing.

    `errors` are the error cells, for which the reader shows nothing or 0.
    """

    def __init__(self, path: Path) -> None:
        self.errors: dict[str, dict[int, list[tuple[int, str]]]] = {}
        self._path = path
        self._sheet = ""
        self._rows = self._filled_rows = self._columns = 0

    def __call__(self, part: str, chunks: Iterator[bytes]) -> None:
        if part != _CONTENT:
            return
        rest = b""
        for chunk in chunks:
            *rows, rest = (rest + chunk).split(b"</table:table-row>")
            for row in rows:
                self._see(row)
            if len(rest) > _ROW_BYTES:
                self._see(rest)
                rest = b""

    def _see(self, row: bytes) -> None:
        table = _TABLE.search(row) if b"<table:table " in row else None
        if table:
            self._sheet = html.unescape(table[1].decode("utf-8", "replace"))
            self._rows = self._filled_rows = self._columns = 0
        repeated = _ROWS.search(row) if b"rows-repeated" in row else None
        self._rows += int(repeated[1]) if repeated else 1
        if b"value-type" not in row:
            return
        column = last = 0
        for cell in _CELL.finditer(row):
            attributes = cell[1]
            cells = _COLUMNS.search(attributes) if b"-repeated" in attributes else None
            column += int(cells[1]) if cells else 1
            if b"value-type" in attributes:
                last = column
            if b'value-type="error"' in attributes or b'value="NaN"' in attributes:
                text = _TEXT.match(row, cell.end())
                shown = html.unescape(text[1].decode("utf-8", "replace")) if text else "#N/A"
                self.errors.setdefault(self._sheet, {}).setdefault(self._rows, []).append((column - 1, shown))
        self._columns, self._filled_rows = max(self._columns, last), self._rows
        check_extent(self._path, self._sheet, self._filled_rows, self._columns)
