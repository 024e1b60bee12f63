"""A second upload of a source as a difference: rows by their key, columns by their header."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import xlsxwriter

from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import FieldMapping, SourceChange, SourceFile, SourceRecord, SourceSheet
from aidiscover_pipelines.domain.tenancy import RunRef
from aidiscover_pipelines.ingest.changes import compare_uploads
from aidiscover_pipelines.ingest.stage import read_records, receive_uploads
from resources.landing import LocalTenantFiles
from resources.scratch_store import ScratchStore
from tests.ingest.conftest import ACME

HEADER = ["Hostname", "CPU Cores", "Memory (GB)", "Operating System"]
ROWS = [
    ["web01.acme.local", "4", "16", "Windows Server 2019"],
    ["web02.acme.local", "4", "16", "Windows Server 2019"],
    ["db01.acme.local", "8", "64", "Red Hat Enterprise Linux 8"],
    ["mail01.acme.local", "2", "8", "Ubuntu 22.04"],
]

HOSTS = ("Hostname", "Host Name")

Discover = Callable[..., StageResult]


@pytest.fixture
def discover(store: ScratchStore, files: LocalTenantFiles, tmp_path: Path) -> Discover:
    """Upload rows under a header, if any, and compare; returns the result of comparing."""

    def run(rows: list[list[str]] | None = None, header: list[str] = HEADER, name: str = "cmdb.csv") -> StageResult:
        if rows is not None:
            path = tmp_path / name
            path.write_text("\n".join([",".join(header), *(",".join(row) for row in rows)]) + "\n")
            files.receive(ACME, path)
        reference = RunRef(f"r{len(store.read(ACME, SourceFile))}")
        receive_uploads(store, files, ACME, reference)
        read_records(store, files, ACME, reference)
        map_hosts(store, reference)
        return compare_uploads(store, files, ACME, reference)

    return run


def map_hosts(store: ScratchStore, run: RunRef) -> None:
    """Host names are the only columns that say which thing a row is about."""
    mapped = {"entity": "asset", "unit": None, "statistic": None, "confidence": 1.0, "alternatives": [], "reason": ""}
    rows = [
        {"file_id": file_id, "sheet_index": index, "sheet": sheet, "column_index": place, "header": header}
        | {"field": "hostname" if header in HOSTS else None, "decision": "accept" if header in HOSTS else "ignore"}
        | mapped
        for file_id, index, sheet, headers in store.read(ACME, SourceSheet)[
            ["file_id", "sheet_index", "sheet", "headers"]
        ].itertuples(index=False)
        for place, header in enumerate(headers, start=1)
    ]
    store.replace(ACME, run, {FieldMapping: pd.DataFrame(rows, columns=FieldMapping.columns())})


def changes(store: ScratchStore) -> list[tuple[str, str, dict[str, Any]]]:
    """(change, key, cells) of the current upload."""
    current = store.read(ACME, SourceFile, status="accepted")["file_id"].tolist()
    held = store.read(ACME, SourceChange, file_id=current)
    return sorted(zip(held["change"], held["row_key"], held["cells"], strict=True), key=lambda row: row[:2])


def counts(result: StageResult) -> list[Any]:
    return [
        result.figures[f"rows {change} since the upload before"]
        for change in ("added", "changed", "gone", "reappeared")
    ]


def test_a_first_upload_has_no_changes(store: ScratchStore, discover: Discover) -> None:
    assert counts(discover(ROWS)) == [0, 0, 0, 0]
    assert changes(store) == []


def test_rows_are_added_changed_and_gone_by_their_own_key(store: ScratchStore, discover: Discover) -> None:
    discover(ROWS)
    result = discover(
        [
            ROWS[2],
            ["web01.acme.local", "8", "32", "Windows Server 2019"],
            ROWS[1],
            ["new01.acme.local", "1", "2", "Debian 12"],
        ]
    )
    assert counts(result) == [1, 1, 1, 0]
    assert changes(store) == [
        ("added", "new01.acme.local", {}),
        ("changed", "web01.acme.local", {"CPU Cores": ["4", "8"], "Memory (GB)": ["16", "32"]}),
        (
            "gone",
            "mail01.acme.local",
            {
                "CPU Cores": ["2", ""],
                "Hostname": ["mail01.acme.local", ""],
                "Memory (GB)": ["8", ""],
                "Operating System": ["Ubuntu 22.04", ""],
            },
        ),
    ]
    [line] = result.tables["changes since the upload before"]
    assert (line["rows told apart by"], line["unchanged"]) == ("Hostname", 2)
    assert result.charts["Changed cells by column"] == {"CPU Cores": 1.0, "Memory (GB)": 1.0}


def test_addresses_of_changed_rows_lead_to_both_uploads(store: ScratchStore, discover: Discover) -> None:
    discover(ROWS)
    discover([ROWS[0], ["db01.acme.local", "16", "64", "Red Hat Enterprise Linux 8"], ROWS[1], ROWS[3]])
    [row] = store.read(ACME, SourceChange).to_dict("records")
    files = store.read(ACME, SourceFile).set_index("status")["file_id"]
    [record] = store.read(ACME, SourceRecord, record_id=row["record_id"]).to_dict("records")
    assert (record["file_id"], record["row"], record["cells"][1]) == (files["accepted"], 3, "16")
    assert row["previous_record_id"] == f"{files['superseded']}.1.4"


def test_what_was_gone_and_comes_back_reappeared(store: ScratchStore, discover: Discover) -> None:
    discover(ROWS)
    discover(ROWS[:3])
    result = discover(
        [*ROWS[:3], ["mail01.acme.local", "4", "8", "Ubuntu 24.04"], ["new01.acme.local", "1", "2", "Debian 12"]]
    )
    assert counts(result) == [1, 0, 0, 1]
    assert changes(store) == [("added", "new01.acme.local", {}), ("reappeared", "mail01.acme.local", {})]


def test_what_changed_earlier_is_kept_as_history(store: ScratchStore, discover: Discover) -> None:
    for rows in (ROWS, ROWS[:3], ROWS[:2]):
        discover(rows)
    assert sorted(store.read(ACME, SourceChange)["row_key"]) == ["db01.acme.local", "mail01.acme.local"]


def test_columns_that_move_or_get_another_name_are_said_once(store: ScratchStore, discover: Discover) -> None:
    discover(ROWS)
    moved = [[row[3], row[0], row[2], row[1]] for row in ROWS]
    result = discover(moved, ["Operating System", "Host Name", "RAM GB", "CPU Cores"])
    assert counts(result) == [0, 0, 0, 0]
    assert changes(store) == [
        ("columns", "", {"Host Name": ["Hostname", "Host Name"], "RAM GB": ["Memory (GB)", "RAM GB"]})
    ]
    assert [line["what"] for line in result.tables["changed columns"]] == [
        "'Hostname' is called 'Host Name' now",
        "'Memory (GB)' is called 'RAM GB' now",
        "the order of the columns changed",
    ]


def test_columns_that_come_and_go_change_no_row(store: ScratchStore, discover: Discover) -> None:
    discover(ROWS)
    result = discover([[*row[:3], f"owner {place}"] for place, row in enumerate(ROWS)], [*HEADER[:3], "Owner"])
    assert counts(result) == [0, 0, 0, 0]
    assert changes(store) == [("columns", "", {"Operating System": ["Operating System", ""], "Owner": ["", "Owner"]})]


def test_columns_with_alike_values_in_other_rows_are_no_renaming(store: ScratchStore, discover: Discover) -> None:
    discover([[*row[:3], "yes" if place < 2 else "no"] for place, row in enumerate(ROWS)], [*HEADER[:3], "Backup"])
    discover([[*row[:3], "no" if place < 2 else "yes"] for place, row in enumerate(ROWS)], [*HEADER[:3], "Monitored"])
    assert changes(store) == [("columns", "", {"Backup": ["Backup", ""], "Monitored": ["", "Monitored"]})]


def test_rows_of_one_key_are_paired_in_order(store: ScratchStore, discover: Discover) -> None:
    many = [[f"srv{place:03}.acme.local", "4", "16", "Debian 12"] for place in range(120)]
    discover([*many, ["srv007.acme.local", "8", "32", "Debian 12"]])
    discover([*many, ["srv007.acme.local", "16", "32", "Debian 12"]])
    assert changes(store) == [("changed", "srv007.acme.local #2", {"CPU Cores": ["8", "16"]})]


def test_parts_of_a_thing_are_told_apart_by_thing_and_part(store: ScratchStore, discover: Discover) -> None:
    disks = [[f"srv{place // 2}.acme.local", f"Hard disk {place % 2 + 1}", str(40 + place)] for place in range(8)]
    header = ["Hostname", "Disk", "Capacity (GB)"]
    discover(disks, header)
    grown = [[*row[:2], "100"] if place == 3 else row for place, row in enumerate(disks)]
    result = discover(grown, header)
    assert result.tables["changes since the upload before"][0]["rows told apart by"] == "Hostname, Disk"
    assert changes(store) == [("changed", "srv1.acme.local / Hard disk 2", {"Capacity (GB)": ["43", "100"]})]


def test_rows_without_any_key_are_compared_as_a_whole(store: ScratchStore, discover: Discover) -> None:
    header = ["Colour", "Weight"]
    discover([["red", "1"], ["red", "1"], ["blue", "2"]], header)
    result = discover([["red", "1"], ["blue", "3"], ["red", "1"]], header)
    assert result.tables["changes since the upload before"][0]["rows told apart by"] == "all cells"
    assert [row[:2] for row in changes(store)] == [("added", "blue / 3"), ("gone", "blue / 2")]


def test_a_later_stamp_is_compared_with_the_stamp_before(store: ScratchStore, discover: Discover) -> None:
    discover(ROWS, name="cmdb_2026-01.csv")
    result = discover(ROWS[:3], name="cmdb_2026-02.csv")
    assert counts(result) == [0, 0, 1, 0]
    assert counts(discover(ROWS, name="cmdb_2026-03.csv")) == [0, 0, 0, 1]


def test_the_same_upload_again_finds_the_same_changes(store: ScratchStore, discover: Discover) -> None:
    discover(ROWS)
    discover(ROWS[:3])
    before = store.read(ACME, SourceChange)
    assert len(before) == 1
    assert counts(discover()) == [0, 0, 1, 0]
    assert counts(discover(ROWS[:3])) == [0, 0, 1, 0]
    pd.testing.assert_frame_equal(store.read(ACME, SourceChange), before)


def test_sheets_are_compared_by_name(
    store: ScratchStore, discover: Discover, files: LocalTenantFiles, tmp_path: Path
) -> None:
    for second in ("Disks", "Networks"):
        with xlsxwriter.Workbook(tmp_path / "cmdb.xlsx") as workbook:
            for title in ("Servers", second):
                sheet = workbook.add_worksheet(title)
                for number, row in enumerate([HEADER, *ROWS]):
                    sheet.write_row(number, 0, row)
        files.receive(ACME, tmp_path / "cmdb.xlsx")
        result = discover()
    lines = {line["sheet"]: line for line in result.tables["changes since the upload before"]}
    assert {name: (line["added"], line["gone"], line["unchanged"]) for name, line in lines.items()} == {
        "Servers": (0, 0, 4),
        "Networks": (4, 0, 0),
        "Disks": (0, 4, 0),
    }


def test_an_upload_before_that_cannot_be_read_is_said(
    store: ScratchStore, discover: Discover, files: LocalTenantFiles
) -> None:
    discover(ROWS)
    lost = files.original(ACME, store.read(ACME, SourceFile)["sha256"][0])
    discover(ROWS[:3])
    lost.unlink()
    result = discover()
    [told] = result.tables["not compared with the upload before"]
    assert told["file"] == "cmdb.csv" and "cmdb.csv" in told["why"]


def test_very_long_keys_and_odd_texts_are_kept_apart(store: ScratchStore, discover: Discover) -> None:
    header = ["Hostname", "Notes"]
    discover([[f"{'x' * 3000}{place}.acme.local", "ü\u2028é"] for place in range(3)], header)
    discover([[f"{'x' * 3000}{place}.acme.local", "other"] for place in range(3)], header)
    held = changes(store)
    assert len(held) == 3 and all(len(key) <= 200 for _, key, _ in held)


def test_a_hundred_thousand_rows_take_seconds(store: ScratchStore) -> None:
    import time

    from aidiscover_pipelines.ingest.comparison import compare, table

    headers = ["Hostname", *(f"column {place}" for place in range(30))]
    rows = [[f"srv{number}", *(["text"] * 30)] for number in range(100_000)]
    ids = [f"f.1.{number}" for number in range(100_000)]
    before = table(headers, ids, rows)
    rows[7][3] = "changed"
    began = time.process_time()
    compared = compare(before, table(headers, ids, rows[::-1]), ["Hostname"])
    assert (len(compared.rows), compared.unchanged) == (1, 99_999)
    assert time.process_time() - began < 10
