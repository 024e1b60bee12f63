"""Reads JSON records: an array of objects, an object that holds such arrays, or one object per line (NDJSON).

Nested objects become dotted columns, as in `properties.osName`; a ServiceNow reference becomes what it displays.
"""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from aidiscover_pipelines.domain.errors import EmptyFile, Location, UnreadableFile
from aidiscover_pipelines.ingest import limits
from aidiscover_pipelines.ingest.sheet import NO_OBJECT, RejectedRow, SheetRows, fault_of
from aidiscover_pipelines.ingest.text import read_text

ENVELOPES = frozenset({"records", "result", "results", "value", "items", "data"})  # ServiceNow: result; Azure: value

_REFERENCE = frozenset({"value", "display_value", "link"})
_NUMBER_CHARS = 64
_EXACT_INTEGER = 1e15
_REMEDY = "export it again as an array of objects, or as CSV"


class _Refused(ValueError):
    """A construct that JSON parsers disagree about."""


def read(path: Path) -> list[SheetRows]:
    """One sheet for each array of records; row 1 is the header as in a spreadsheet of them.

    The sheet name is empty where the file is one table. Raises: UnreadableFile, EmptyFile.
    """
    text = read_text(path)
    try:
        document = _parse(text)
    except (_Refused, ValueError, RecursionError) as error:
        document = _parse_lines(path, text, error)
    tables = list(_tables(document))
    if not tables:
        raise UnreadableFile(path.name, "it holds no array of objects", _REMEDY)
    if not any(records for _, records in tables):
        raise EmptyFile(path.name, "its array of records is empty", "export it again with data")
    return [_sheet(path, index, name, records) for index, (name, records) in enumerate(tables, 1)]


def _parse(text: str) -> Any:
    return json.loads(
        text, parse_int=_integer, parse_float=_float, parse_constant=_refuse_constant, object_pairs_hook=_object
    )


def _parse_lines(path: Path, text: str, whole: Exception) -> list[Any]:
    """One document per line. Where not even the first line is one, the fault of the whole text is told."""
    documents = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            documents.append(_parse(line))
        except (_Refused, ValueError, RecursionError) as error:
            fault = error if documents else whole
            row = number if documents else getattr(whole, "lineno", number)
            problem = f"line {row}: {_fault_text(fault)}"
            raise UnreadableFile(path.name, problem, _REMEDY, Location(row=row)) from None
    return documents


def _fault_text(fault: Exception) -> str:
    if isinstance(fault, json.JSONDecodeError):
        return f"it is not JSON at column {fault.colno} ({fault.msg})"
    return str(fault) if isinstance(fault, _Refused) else "objects are nested too deeply"


def _tables(document: Any) -> Iterator[tuple[str, list[Any]]]:
    """Arrays of records with the key they stand under; the empty name for the only one."""
    if isinstance(document, list):
        if not document or any(isinstance(record, dict) for record in document):
            yield "", document
    elif isinstance(document, dict):
        arrays = {
            key: value
            for key, value in document.items()
            if isinstance(value, list) and (not value or any(isinstance(record, dict) for record in value))
        }
        enveloped = [key for key in arrays if key.casefold() in ENVELOPES]
        if enveloped and len(arrays) == 1:
            yield "", arrays[enveloped[0]]
        else:
            yield from arrays.items()


def _sheet(path: Path, index: int, name: str, records: list[Any]) -> SheetRows:
    if len(records) > limits.ROWS:
        raise UnreadableFile(path.name, f"it has more than {limits.ROWS} records", "split it into several files")
    columns: dict[str, int] = {}
    flat: list[tuple[int, list[tuple[str, str]]]] = []
    rejected: list[RejectedRow] = []
    for number, record in enumerate(records, 2):
        if not isinstance(record, dict):
            rejected.append((number, [_cell(record)], NO_OBJECT))
            continue
        pairs = list(_pairs("", record))
        texts = [text for _, text in pairs]
        if fault := fault_of(texts):
            rejected.append((number, texts, fault))
        elif any(texts):
            for key, _ in pairs:
                columns.setdefault(key, len(columns))
            flat.append((number, pairs))
    headers = list(columns)
    if len(headers) > limits.COLUMNS:
        problem = f"its records have {len(headers)} different keys, more than {limits.COLUMNS}"
        raise UnreadableFile(path.name, problem, "export fewer fields", Location(sheet=name or None))
    if fault_of(headers):
        raise UnreadableFile(path.name, "a key holds a character that cannot be stored", _REMEDY)
    return SheetRows(index, name, 1 if headers else 0, headers, _rows(columns, flat), rejected)


def _rows(columns: dict[str, int], flat: list[tuple[int, list[tuple[str, str]]]]) -> list[tuple[int, list[str]]]:
    rows = []
    for number, pairs in flat:
        cells = [""] * len(columns)
        for key, text in pairs:
            cells[columns[key]] = text
        rows.append((number, cells))
    return rows


def _pairs(prefix: str, record: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in record.items():
        if type(value) is str:
            yield prefix + key, value
        elif isinstance(value, dict) and value and not _REFERENCE.issuperset(value):
            yield from _pairs(f"{prefix}{key}.", value)
        else:
            yield prefix + key, _cell(value)


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dict) and _REFERENCE.issuperset(value):
        return _cell(value.get("display_value") or value.get("value"))
    if isinstance(value, list) and not any(isinstance(item, dict | list) for item in value):
        return "; ".join(map(_cell, value))
    return json.dumps(value, ensure_ascii=False)


def _integer(digits: str) -> str:
    if len(digits) > _NUMBER_CHARS:
        raise _Refused(f"a number has more than {_NUMBER_CHARS} digits")
    return digits


def _float(digits: str) -> str:
    number = float(digits)
    if not math.isfinite(number) or len(digits) > _NUMBER_CHARS:
        raise _Refused("a number is too large")
    return str(int(number)) if number.is_integer() and abs(number) < _EXACT_INTEGER else digits


def _refuse_constant(name: str) -> NoReturn:
    raise _Refused(f"{name} is not a JSON value")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):
        raise _Refused("an object names the same key twice")
    return record
