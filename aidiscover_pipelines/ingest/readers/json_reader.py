"""Reads JSON records: an array of objects, an object that holds such arrays, or one object per line (NDJSON).

Nested objects become dotted columns, as in `properties.osName`. Of the two values that ServiceNow's table API gives
for a field (sysparm_display_value=all) the one is kept that means the same everywhere.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aidiscover_pipelines.domain.errors import EmptyFile, Location, UnreadableFile
from aidiscover_pipelines.ingest import limits
from aidiscover_pipelines.ingest.readers.json_source import REMEDY, arrays
from aidiscover_pipelines.ingest.sheet import NO_OBJECT, Grid, RejectedRow
from aidiscover_pipelines.ingest.text import Decoding, find_decoding, open_text

ENVELOPES = frozenset({"records", "result", "results", "value", "items", "data"})  # ServiceNow: result; Azure: value

_REFERENCE = frozenset({"value", "display_value", "link"})
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2}:\d{2})?")
_DURATION = "1970-01-01 "  # ServiceNow stores durations as moments after this one
_SEPARATORS = re.compile(r"[.,'’\s]")  # noqa: RUF001  (the Swiss thousands separator)


@dataclass(slots=True)
class _Found:
    """What the first pass learns of an array: its columns must be known before its first row."""

    keys: tuple[str, ...]
    columns: dict[str, int] = field(default_factory=dict)
    elements: int = 0
    records: int = 0


def read(path: Path) -> Iterator[Grid]:
    """One sheet for each array of records; row 1 is the header as in a spreadsheet of them.

    The sheet name is empty where the file is one table. Raises: UnreadableFile, EmptyFile.
    """
    decoding = find_decoding(path, in_lines=False)
    found = _first_pass(path, decoding)
    tables = [each for each in found if each.records or not each.elements]
    outermost = min((len(each.keys) for each in tables), default=0)
    tables = [each for each in tables if len(each.keys) == outermost]
    if not tables:
        raise UnreadableFile(path.name, "it holds no array of objects", REMEDY)
    if not any(each.elements for each in tables):
        raise EmptyFile(path.name, "its array of records is empty", "export it again with data")
    single = len(tables) == 1 and (not tables[0].keys or tables[0].keys[-1].casefold() in ENVELOPES)
    by_keys = {each.keys: each for each in tables}
    index = 0
    with open_text(path, decoding) as file:
        for keys, elements in arrays(path, file):
            table = by_keys.get(keys)
            if table:
                index += 1
                rejected: list[RejectedRow] = []
                rows = _rows(table.columns, elements, rejected)
                notes = [decoding.note] if decoding.note and index == 1 else []
                name = "" if single else ".".join(keys)
                yield Grid(index, name, rows, header_given=True, warnings=notes, rejected=rejected)
                for _ in rows:
                    pass
            for _ in elements:
                pass


def _first_pass(path: Path, decoding: Decoding) -> list[_Found]:
    found = []
    with open_text(path, decoding) as file:
        for keys, elements in arrays(path, file):
            table = _Found(keys)
            for element in elements:
                table.elements += 1
                if isinstance(element, dict):
                    table.records += 1
                    for column, _ in _pairs(path, element):
                        table.columns.setdefault(column, len(table.columns))
                    if len(table.columns) > limits.COLUMNS:
                        problem = f"its records have more than {limits.COLUMNS} different keys"
                        raise UnreadableFile(path.name, problem, "export fewer fields", Location(row=table.elements))
            _check_columns(path, table)
            found.append(table)
    return found


def _check_columns(path: Path, table: _Found) -> None:
    try:
        text = "".join(table.columns).encode()
    except UnicodeEncodeError:
        text = b"\x00"
    if b"\x00" in text:
        raise UnreadableFile(path.name, "a key holds a character that cannot be stored", REMEDY)


def _rows(columns: dict[str, int], elements: Iterator[Any], rejected: list[RejectedRow]) -> Iterator[list[str]]:
    yield list(columns)
    for number, element in enumerate(elements, 2):
        if not isinstance(element, dict):
            rejected.append((number, [_cell(element)], NO_OBJECT))
            yield []
            continue
        cells = [""] * len(columns)
        for column, text in _flat("", element):
            cells[columns[column]] = text
        yield cells


def _pairs(path: Path, record: dict[str, Any]) -> list[tuple[str, str]]:
    try:
        return list(_flat("", record))
    except RecursionError:
        raise UnreadableFile(path.name, "objects are nested too deeply", REMEDY) from None


def _flat(prefix: str, record: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in record.items():
        if type(value) is str:
            yield prefix + key, value
        elif isinstance(value, dict) and value and not _REFERENCE.issuperset(value):
            yield from _flat(f"{prefix}{key}.", value)
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
        return _meant(_cell(value.get("value")), _cell(value.get("display_value")))
    if isinstance(value, list) and not any(isinstance(item, dict | list) for item in value):
        return "; ".join(map(_cell, value))
    return json.dumps(value, ensure_ascii=False)


def _meant(raw: str, shown: str) -> str:
    """Of a field's two values the raw one for numbers and moments, the shown one for references and choices.

    A shown number has the separators of a user's language ("524,194"), a shown moment their time zone and order.
    """
    if not shown or not raw:
        return shown or raw
    if _NUMBER.fullmatch(raw) and _SEPARATORS.sub("", shown).lstrip("-").isdecimal():
        return raw
    if _MOMENT.fullmatch(raw) and not raw.startswith(_DURATION):
        return raw
    return shown
