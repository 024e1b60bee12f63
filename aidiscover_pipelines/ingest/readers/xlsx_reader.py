"""Reads Excel workbooks (.xlsx, .xlsm, .xlsb) after a pass over their parts that refuses what would harm the reader."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from posixpath import normpath
from zipfile import ZipFile

from lxml import etree

from aidiscover_pipelines.domain.errors import Location, UnreadableFile, UnsupportedFormat
from aidiscover_pipelines.ingest import limits
from aidiscover_pipelines.ingest.readers.archive import check_parts, opened
from aidiscover_pipelines.ingest.readers.workbook import SAVE_AGAIN, check_extent, worksheets
from aidiscover_pipelines.ingest.sheet import Grid

WORKBOOK = "xl/workbook.xml"
BINARY_WORKBOOK = "xl/workbook.bin"

_RELATIONS = "xl/_rels/workbook.xml.rels"
_ROW_BYTES = 16 * limits.MIB  # a row that is not closed within so much is looked at in pieces
_ERROR = re.compile(
    rb'<c r="([A-Z]{1,3})(\d{1,7})"[^>]*? t="e"[^>]*>(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?<v>([^<]{1,20})</v>'
)
_CELL = re.compile(rb'([A-Z]{1,3})(\d{1,7})"')


def read(path: Path) -> Iterator[Grid]:
    """Every worksheet in workbook order. Raises: UnreadableFile (with the sheet if known), UnsupportedFormat."""
    with opened(path) as archive:
        names = set(archive.namelist())
        if WORKBOOK not in names and BINARY_WORKBOOK not in names:
            problem = "it is a ZIP archive without an Excel workbook (.xlsx, .xlsm or .xlsb)"
            raise UnsupportedFormat(path.name, problem, "upload the tables themselves as XLSX, CSV or JSON")
        scan = _PartScan()
        check_parts(path, archive, scan)
        sheets = _sheet_parts(path, archive) if WORKBOOK in names else {}
    errors = {}
    for sheet, part in sheets.items():
        if part not in names:
            problem = f"the sheet {sheet!r} is damaged or missing (its part {part!r} is not in the file)"
            raise UnreadableFile(path.name, problem, SAVE_AGAIN, Location(sheet=sheet))
        check_extent(path, sheet, *scan.extents.get(part, (0, 0)))
        errors[sheet] = scan.errors.get(part, {})
    yield from worksheets(path, errors)


def _sheet_parts(path: Path, archive: ZipFile) -> Mapping[str, str]:
    """Part of each sheet by the sheet's name."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        book = etree.fromstring(archive.read(WORKBOOK), parser)
        relations = etree.fromstring(archive.read(_RELATIONS), parser)
    except (etree.XMLSyntaxError, KeyError) as error:
        raise UnreadableFile(path.name, f"the workbook is damaged ({type(error).__name__})", SAVE_AGAIN) from None
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    parts = {}
    for sheet in book.iter("{*}sheet"):
        relation = next((value for key, value in sheet.items() if key.endswith("}id")), None)
        target = targets.get(relation, "")
        parts[sheet.get("name", "")] = target.lstrip("/") if target.startswith("/") else normpath(f"xl/{target}")
    return parts


class _PartScan:
    """Extent and error cells of each sheet part, taken from its bytes as they pass."""

    def __init__(self) -> None:
        self.extents: dict[str, tuple[int, int]] = {}
        self.errors: dict[str, dict[int, list[tuple[int, str]]]] = {}

    def __call__(self, part: str, chunks: Iterator[bytes]) -> None:
        if not (part.startswith("xl/") and part.endswith(".xml") and "sheets/" in part):
            return
        rows = columns = 0
        errors: dict[int, list[tuple[int, str]]] = {}
        for piece in _row_pieces(chunks):
            # Cells stand in order, so a row's last one shows how far it reaches. A file that lies here still meets
            # the child's memory limit.
            last = _CELL.match(piece, piece.rfind(b' r="') + 4)
            if last:
                columns, rows = max(columns, _column(last[1]) + 1), max(rows, int(last[2]))
            if b't="e"' in piece:
                for column, row, text in _ERROR.findall(piece):
                    errors.setdefault(int(row), []).append((_column(column), text.decode("ascii", "replace")))
        self.extents[part] = (rows, columns)
        self.errors[part] = errors


def _row_pieces(chunks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *pieces, rest = (rest + chunk).split(b"</row>")
        yield from pieces
        if len(rest) > _ROW_BYTES:
            yield rest
            rest = b""
    yield rest


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
