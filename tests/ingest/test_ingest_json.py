"""JSON records in the shapes that products export, and the constructs that parsers disagree about."""

import json
from pathlib import Path
from typing import Any

import pytest

from aidiscover_pipelines.domain.errors import EmptyFile, InputError, UnreadableFile
from aidiscover_pipelines.ingest import limits
from aidiscover_pipelines.ingest.readers.json_reader import read
from aidiscover_pipelines.ingest.sheet import LONG_CELL, NO_OBJECT, NUL, SURROGATE, SheetRows


def sheets_of(folder: Path, content: Any) -> list[SheetRows]:
    path = folder / "export.json"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return read(path)


@pytest.mark.parametrize(
    "content",
    [
        [{"name": "web", "cpu": 8}, {"name": "db", "ram": 1.5}],
        {"result": [{"name": "web", "cpu": 8}, {"name": "db", "ram": 1.5}], "count": 2},
        {"value": [{"name": "web", "cpu": 8.0}, {"name": "db", "ram": 1.5}]},
        '{"name": "web", "cpu": 8}\n\n{"name": "db", "ram": 1.5}\n',
        b'\xef\xbb\xbf[{"name": "web", "cpu": 8}, {"name": "db", "ram": 1.5}]',
        '[{"name": "web", "cpu": 8}, {"name": "db", "ram": 1.5}]'.encode("utf-16"),
    ],
)
def test_records_are_found_in_arrays_envelopes_and_lines(tmp_path: Path, content: Any) -> None:
    [sheet] = sheets_of(tmp_path, content)
    assert (sheet.sheet, sheet.header_row, sheet.headers) == ("", 1, ["name", "cpu", "ram"])
    assert sheet.rows == [(2, ["web", "8", ""]), (3, ["db", "", "1.5"])]


def test_several_arrays_are_several_sheets(tmp_path: Path) -> None:
    servers, applications = sheets_of(tmp_path, {"servers": [{"name": "web"}], "applications": [{"id": "A1"}]})
    assert (servers.sheet, applications.sheet, applications.sheet_index) == ("servers", "applications", 2)


def test_cells_become_text(tmp_path: Path) -> None:
    record = {
        "owner": {"value": "6816f79c", "display_value": "Ann", "link": "https://cmdb"},
        "state": {"value": "1", "link": "https://cmdb"},
        "nothing": None,
        "empty": {},
        "active": True,
        "gone": False,
        "ips": ["10.0.0.1", "10.0.0.2"],
        "disks": [{"gb": 1}],
        "properties": {"os": {"name": "Linux"}},
        "serial": "007",
        "big": 12345678901234567890,
        "exact": 0.1,
    }
    [sheet] = sheets_of(tmp_path, [record])
    assert dict(zip(sheet.headers, sheet.rows[0][1], strict=True)) == {
        "owner": "Ann",
        "state": "1",
        "nothing": "",
        "empty": "",
        "active": "TRUE",
        "gone": "FALSE",
        "ips": "10.0.0.1; 10.0.0.2",
        "disks": '[{"gb": "1"}]',
        "properties.os.name": "Linux",
        "serial": "007",
        "big": "12345678901234567890",
        "exact": "0.1",
    }


def test_records_that_cannot_be_stored_are_rejected(tmp_path: Path) -> None:
    content = '[{"a": "x\\u0000"}, {"a": "\\ud800"}, 7, {"a": ""}, {"a": "%s"}, {"a": "ok"}]' % ("x" * 140_000)
    [sheet] = sheets_of(tmp_path, content)
    assert sheet.rows == [(7, ["ok"])]
    assert [(row, why) for row, _, why in sheet.rejected] == [(2, NUL), (3, SURROGATE), (4, NO_OBJECT), (6, LONG_CELL)]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("[" * 200_000 + "]" * 200_000, "nested too deeply"),
        ('[{"a": NaN}]', "NaN is not"),
        ('[{"a": 1, "a": 2}]', "same key twice"),
        ('[{"a": %s}]' % ("9" * 5000), "digits"),
        ('[{"a": 1e999}]', "too large"),
        ('[{"a": 1}]garbage', "not JSON"),
        ('[{"a": 1}, {"a"', "line 1"),
        ('{"a": 1}\n{"a": \n', "line 2"),
        ('"text"', "no array of objects"),
        ("[1, 2]", "no array of objects"),
        ('{"a": 1}', "no array of objects"),
        ('[{"a\\u0000": 1}]', "key holds a character"),
    ],
)
def test_what_parsers_disagree_about_is_refused(tmp_path: Path, content: str, problem: str) -> None:
    with pytest.raises(UnreadableFile, match=problem):
        sheets_of(tmp_path, content)


def test_an_empty_array_is_an_empty_file(tmp_path: Path) -> None:
    with pytest.raises(EmptyFile, match="array of records is empty"):
        sheets_of(tmp_path, {"records": []})


def test_row_and_column_limits_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ROWS", 1)
    monkeypatch.setattr(limits, "COLUMNS", 1)
    for content, problem in (([{"a": 1}, {"a": 2}], "1 records"), ([{"a": 1, "b": 2}], "2 different keys")):
        with pytest.raises(InputError, match=problem):
            sheets_of(tmp_path, content)
