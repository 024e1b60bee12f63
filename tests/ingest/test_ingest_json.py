"""JSON records in the shapes that products export, and the constructs that parsers disagree about."""

import json
from pathlib import Path
from typing import Any

import pytest

from aidiscover_pipelines.domain.errors import EmptyFile, InputError, UnreadableFile
from aidiscover_pipelines.ingest import limits
from aidiscover_pipelines.ingest.sheet import LONG_CELL, NO_OBJECT, NUL, SURROGATE
from tests.ingest.conftest import ReadTable, ReadTables


@pytest.fixture
def sheets_of(tmp_path: Path, read_tables: ReadTables):
    def read(content: Any) -> list[ReadTable]:
        path = tmp_path / "export.json"
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return read_tables(path, "json")

    return read


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
def test_records_are_found_in_arrays_envelopes_and_lines(sheets_of, content: Any) -> None:
    [sheet] = sheets_of(content)
    assert (sheet.name, sheet.header_row, sheet.headers) == ("", 1, ["name", "cpu", "ram"])
    assert sheet.rows == [(2, ["web", "8", ""]), (3, ["db", "", "1.5"])]


def test_several_arrays_are_several_sheets(sheets_of) -> None:
    servers, applications = sheets_of({"servers": [{"name": "web"}], "applications": [{"id": "A1"}]})
    assert (servers.name, applications.name) == ("servers", "applications")


def test_cells_become_text(sheets_of) -> None:
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
    [sheet] = sheets_of([record])
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


def test_records_that_cannot_be_stored_are_rejected(sheets_of) -> None:
    content = '[{"a": "x\\u0000"}, {"a": "\\ud800"}, 7, {"a": ""}, {"a": "%s"}, {"a": "ok"}]' % ("x" * 140_000)
    [sheet] = sheets_of(content)
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
        ('[{"a\\ud800": 1}]', "key holds a character"),
        ('{"a": [1], "a": []}', r"same key twice \('a'\)"),
        ('{"a": [{"b": 1}] 7}', "',' is missing"),
        ('{"a": [{"b": 1}], 7: 8}', "a key is no text"),
        ('{"a": [{"b": 1}]', "ends in the middle"),
        ('{"a": ' * 3000 + "1" + "}" * 3000, "nested too deeply"),
        ("{}", "no array of objects"),
    ],
)
def test_what_parsers_disagree_about_is_refused(sheets_of, content: str, problem: str) -> None:
    with pytest.raises(UnreadableFile, match=problem):
        sheets_of(content)


def test_an_empty_array_is_an_empty_file(sheets_of) -> None:
    with pytest.raises(EmptyFile, match="array of records is empty"):
        sheets_of({"records": []})


def test_row_and_column_limits_hold(sheets_of, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ROWS", 1)
    monkeypatch.setattr(limits, "COLUMNS", 1)
    for content, problem in (
        ([{"a": 1}, {"a": 2}], "more than 1 rows"),
        ([{"a": 1, "b": 2}], "more than 1 different keys"),
    ):
        with pytest.raises(InputError, match=problem):
            sheets_of(content)


def test_of_two_values_of_a_field_the_one_is_kept_that_means_the_same_everywhere(sheets_of) -> None:
    fields = {
        "ram": ("524194", "524,194", "524194"),
        "cost": ("1234.5", "1.234,50", "1234.5"),
        "price": ("1000", "$1,000.00", "$1,000.00"),
        "discovered": ("2024-08-16 07:25:56", "08/16/24 00:25:56", "2024-08-16 07:25:56"),
        "bought": ("2024-08-16", "16.08.2024", "2024-08-16"),
        "outage": ("1970-01-01 00:10:00", "10 Minutes", "10 Minutes"),
        "install_status": ("1", "Installed", "Installed"),
        "criticality": ("2", "2 - high", "2 - high"),
        "assigned_to": ("6816f79cc0a8016401c5a33be04be441", "Ann Lee", "Ann Lee"),
        "unknown": ("-1", "-1", "-1"),
        "virtual": ("false", "false", "false"),
        "name": ("web01", "web01", "web01"),
        "empty": ("", "", ""),
    }
    record = {field: {"value": raw, "display_value": shown} for field, (raw, shown, _) in fields.items()}
    [sheet] = sheets_of({"result": [record]})
    kept = dict(zip(sheet.headers, sheet.rows[0][1], strict=True))
    assert kept == {field: meant for field, (_, _, meant) in fields.items()}


def test_arrays_under_two_keys_and_documents_over_several_lines_are_found(sheets_of) -> None:
    [odata] = sheets_of({"d": {"results": [{"name": "web"}], "__count": "1"}})
    assert (odata.name, odata.rows) == ("", [(2, ["web"])])
    [documents] = sheets_of('{\n "name": "web"\n}\n{\n "name": "db"\n}\n')
    assert documents.rows == [(2, ["web"]), (3, ["db"])]


def test_records_are_read_across_blocks(sheets_of) -> None:
    records = [{"name": f"srv{number}", "note": "x" * 1000, "n": number} for number in range(3000)]
    for content in (json.dumps(records), "\n".join(map(json.dumps, records))):
        [sheet] = sheets_of(content)
        assert len(sheet.rows) == 3000
        assert sheet.rows[-1][1] == ["srv2999", "x" * 1000, "2999"]
    broken = json.dumps(records, indent=0).replace('"srv2500"', "srv2500")
    with pytest.raises(UnreadableFile, match=r"line 12503: it is not JSON"):
        sheets_of(broken)
