"""Reads legacy Excel workbooks (.xls). The same container also holds encrypted workbooks and other documents."""

import struct
from collections.abc import Iterator
from pathlib import Path

from aidiscover_pipelines.domain.errors import UnreadableFile, UnsupportedFormat
from aidiscover_pipelines.ingest.readers.ole import stream_names, stream_of
from aidiscover_pipelines.ingest.readers.workbook import NO_PASSWORD, PASSWORD, SAVE_AGAIN, worksheets
from aidiscover_pipelines.ingest.sheet import Grid

_STREAMS = ("Workbook", "Book")
_ENCRYPTED = "EncryptedPackage"

# Records of [MS-XLS] 2.3
_FORMULA, _FILEPASS, _BOUNDSHEET, _BOOLERR, _BOF = 0x0006, 0x002F, 0x0085, 0x0205, 0x0809
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}


def read(path: Path) -> Iterator[Grid]:
    """Every worksheet in workbook order. Raises: UnreadableFile, UnsupportedFormat."""
    content = path.read_bytes()
    names = stream_names(content)
    if _ENCRYPTED in names:
        raise UnreadableFile(path.name, PASSWORD, NO_PASSWORD)
    stream = next((stream_of(content, name) for name in _STREAMS if name in names), None)
    if stream is None and names:
        raise UnsupportedFormat(path.name, "it is an old Office document without a workbook", SAVE_AGAIN)
    errors = _error_cells(path, stream or b"")
    del content, stream
    yield from worksheets(path, errors)


def _error_cells(path: Path, stream: bytes) -> dict[str, dict[int, list[tuple[int, str]]]]:
    """Error cells by sheet, row number and column, which the reader shows as empty. Raises: UnreadableFile."""
    sheets: dict[int, str] = {}  # by the place where the sheet begins
    errors: dict[str, dict[int, list[tuple[int, str]]]] = {}
    sheet = ""
    at = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        if kind == _FILEPASS:
            raise UnreadableFile(path.name, PASSWORD, NO_PASSWORD)
        if kind == _BOUNDSHEET and size > 8:
            begin, _, _, length, wide = struct.unpack_from("<IBBBB", stream, at + 4)
            name = stream[at + 12 : at + 12 + length * (2 if wide & 1 else 1)]
            sheets[begin] = name.decode("utf-16-le" if wide & 1 else "latin-1", "replace")
        elif kind == _BOF:
            sheet = sheets.get(at, sheet)
        elif (code := _error_code(kind, stream[at + 4 : at + 4 + size])) in _ERRORS:
            row, column = struct.unpack_from("<HH", stream, at + 4)
            errors.setdefault(sheet, {}).setdefault(row + 1, []).append((column, _ERRORS[code]))
        at += 4 + size
    return errors


def _error_code(kind: int, record: bytes) -> int | None:
    if kind == _BOOLERR and len(record) == 8 and record[7] == 1:
        return record[6]
    if kind == _FORMULA and len(record) > 14 and record[6] == 2 and record[12:14] == b"\xff\xff":
        return record[8]
    return None
