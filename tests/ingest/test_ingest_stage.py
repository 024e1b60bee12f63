"""The intake from a path to stored rows, over real folders and a store in memory."""

import json
import os
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

from aidiscover_pipelines.domain.errors import StillChanging, UnknownTenant
from aidiscover_pipelines.domain.tables import SkippedRow, SourceFile, SourceRecord, SourceSheet
from aidiscover_pipelines.domain.tenancy import RunRef
from aidiscover_pipelines.ingest.stage import ingest_paths, load_file, new_uploads, read_records, receive_uploads
from aidiscover_pipelines.ports import Upload
from resources.landing import LocalTenantFiles
from resources.scratch_store import ScratchStore
from tests.ingest.conftest import ACME

GOOD = "name,cpu\nweb,8\ndb,16\n"


def written(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def landed(files: LocalTenantFiles, name: str, content: str) -> Path:
    folder = files.root / "uploads" / ACME
    folder.mkdir(parents=True, exist_ok=True)
    return written(folder, name, content)


def statuses(store: ScratchStore) -> list[tuple[str, str]]:
    held = store.read(ACME, SourceFile)
    return sorted(zip(held["name"], held["status"], strict=True))


def test_one_bad_path_never_stops_the_others(store: ScratchStore, files: LocalTenantFiles, tmp_path: Path) -> None:
    paths = [
        tmp_path / "absent.csv",
        tmp_path,
        written(tmp_path, "empty.csv", ""),
        written(tmp_path, "page.xls", "<html></html>"),
        written(tmp_path, "good.csv", GOOD + "a,b,c\n"),
        written(tmp_path, "same.csv", GOOD + "a,b,c\n"),
    ]
    outcomes = ingest_paths(store, files, ACME, paths)
    assert [outcome.status for outcome in outcomes] == [
        "missing", "missing", "quarantined", "quarantined", "accepted", "duplicate",
    ]  # fmt: skip
    rejected = [{"row": 4, "reason": "more filled cells than there are headers; correct the row"}]
    assert outcomes[4].sheets == (
        {"sheet": "good.csv", "hidden": False, "rows": 2, "rejected": 1, "rejected_rows": rejected},
    )
    assert all(
        "\n" not in outcome.reason and bool(outcome.reason) for outcome in outcomes if outcome is not outcomes[4]
    )
    assert [upload.name for upload in files.settled_uploads(ACME)] == ["good.csv"]
    quarantined = sorted(path.name for path in (files.root / "quarantine" / ACME).iterdir())
    assert [name.split("-")[0] for name in quarantined] == ["empty", "empty", "page", "page"]
    assert all(path.exists() for path in paths[1:])


def test_a_bad_file_does_not_take_the_place_of_a_waiting_good_one(
    store: ScratchStore, files: LocalTenantFiles, tmp_path: Path
) -> None:
    ingest_paths(store, files, ACME, [written(tmp_path, "a.csv", GOOD)])
    [outcome] = ingest_paths(store, files, ACME, [written(tmp_path, "a.csv", "prose only\n")])
    assert outcome.status == "quarantined"
    assert files.settled_uploads(ACME)[0].path.read_text() == GOOD


def test_a_path_that_cannot_be_opened_is_reported(store: ScratchStore, files: LocalTenantFiles, tmp_path: Path) -> None:
    [outcome] = ingest_paths(store, files, ACME, [tmp_path / ("x" * 300)])
    assert outcome.status == "missing"
    assert "cannot be opened" in outcome.reason


def test_an_unknown_tenant_is_refused_before_anything_is_copied(files: LocalTenantFiles, tmp_path: Path) -> None:
    with pytest.raises(UnknownTenant, match="ingest 1 file"):
        ingest_paths(ScratchStore(), files, ACME, [written(tmp_path, "a.csv", GOOD)])
    assert not files.root.exists()


def test_accepted_bytes_are_a_duplicate_even_when_they_left_the_landing_folder(
    store: ScratchStore, files: LocalTenantFiles, tmp_path: Path
) -> None:
    upload = landed(files, "a.csv", GOOD)
    receive_uploads(store, files, ACME, RunRef("r1"))
    upload.unlink()
    [outcome] = ingest_paths(store, files, ACME, [written(tmp_path, "b.csv", GOOD)])
    assert outcome.status == "duplicate"


def test_uploads_are_kept_recorded_and_known_afterwards(store: ScratchStore, files: LocalTenantFiles) -> None:
    landed(files, "a.csv", GOOD)
    landed(files, "copy of a.csv", GOOD)
    landed(files, "bad.csv", "%PDF-1.7")
    assert len(new_uploads(store, files, ACME)) == 3
    result = receive_uploads(store, files, ACME, RunRef("r1"))
    assert (result.rows_in, result.rows_out, result.skipped) == (3, 2, {"already known": 1})
    assert result.figures == {"accepted": 1, "quarantined": 1, "superseded": 0}
    assert [(row["name"], row["status"], row["bytes"]) for row in result.preview] == [
        ("bad.csv", "quarantined", 8),
        ("a.csv", "accepted", 21),
        ("copy of a.csv", "accepted", 21),
    ]
    held = store.read(ACME, SourceFile, name="a.csv").iloc[0]
    assert (held["format"], held["file_id"]) == ("csv", held["sha256"][:12])
    assert files.original(ACME, held["sha256"]).read_text() == GOOD
    assert new_uploads(store, files, ACME) == []
    again = receive_uploads(store, files, ACME, RunRef("r2"))
    assert (again.rows_in, again.rows_out, again.skipped) == (2, 0, {"already known": 2})


def test_no_uploads_are_a_result(store: ScratchStore, files: LocalTenantFiles) -> None:
    received = receive_uploads(store, files, ACME, RunRef("r1"))
    read = read_records(store, files, ACME, RunRef("r1"))
    assert (received.rows_in, received.rows_out, read.rows_in, read.rows_out) == (0, 0, 0, 0)
    assert list(store.read(ACME, SourceRecord).columns) == SourceRecord.columns()


def test_a_newer_file_of_the_same_name_supersedes_the_older(store: ScratchStore, files: LocalTenantFiles) -> None:
    landed(files, "a.csv", GOOD)
    receive_uploads(store, files, ACME, RunRef("r1"))
    landed(files, "a.csv", GOOD + "mail,4\n")
    result = receive_uploads(store, files, ACME, RunRef("r2"))
    assert result.figures == {"accepted": 1, "quarantined": 0, "superseded": 1}
    read_records(store, files, ACME, RunRef("r2"))
    assert len(store.read(ACME, SourceRecord)) == 3


def test_an_upload_that_changes_meanwhile_waits(store: ScratchStore, tmp_path: Path) -> None:
    class ChangingFiles(LocalTenantFiles):
        def keep_original(self, upload: Upload) -> Path:
            raise StillChanging("changed")

    files = ChangingFiles(tmp_path, settle_s=0)
    landed(files, "a.csv", GOOD)
    result = receive_uploads(store, files, ACME, RunRef("r1"))
    assert result.skipped == {"still being written; taken up by the next run": 1}
    assert store.read(ACME, SourceFile).empty


def test_records_carry_the_address_of_their_row(store: ScratchStore, files: LocalTenantFiles) -> None:
    folder = landed(files, "a.json", json.dumps([{"name": "web"}])).parent
    with xlsxwriter.Workbook(folder / "b.xlsx") as book:
        book.add_worksheet("TOC").write(0, 0, "Contents")
        sheet = book.add_worksheet("Servers")
        sheet.write_row(0, 0, ["name", "cpu"])
        sheet.write_row(1, 0, ["web", 8])
        sheet.write_row(3, 0, ["Total", 8])
    receive_uploads(store, files, ACME, RunRef("r1"))
    result = read_records(store, files, ACME, RunRef("r1"))
    ids = store.read(ACME, SourceFile).set_index("name")["file_id"]
    book_id = ids["b.xlsx"]
    records = store.read(ACME, SourceRecord, file_id=book_id)
    assert records.to_dict("records") == [
        {"record_id": f"{book_id}.2.2", "file_id": book_id, "sheet_index": 2, "row": 2, "cells": ["web", "8"]}
    ]
    sheets = store.read(ACME, SourceSheet, file_id=book_id)
    assert sheets[["sheet", "header_row", "rows"]].values.tolist() == [["TOC", 0, 0], ["Servers", 1, 1]]
    assert sheets["headers"].tolist() == [[], ["name", "cpu"]]
    skipped = store.read(ACME, SkippedRow)
    assert skipped["record_id"].tolist() == [f"{book_id}.1.1", f"{book_id}.2.4"]
    assert set(skipped["stage"]) == {"reading"}
    assert store.read(ACME, SourceSheet, sheet="a.json")["header_row"].tolist() == [1]
    assert (result.rows_in, result.rows_out, sum(result.skipped.values())) == (4, 2, 2)
    assert result.figures == {
        "files": 2, "sheets": 3, "unreadable files": 0, "superseded files": 0, "warnings": 0,
    }  # fmt: skip
    assert result.charts == {"Rows by file": {"a.json": 1, "b.xlsx": 1}}
    lines = sorted((row["file"], row["sheet"], row["rows"], row["rejected"]) for row in result.preview)
    assert lines == [("a.json", "a.json", 1, 0), ("b.xlsx", "Servers", 1, 1), ("b.xlsx", "TOC", 0, 1)]


def test_warnings_of_reading_stay_with_the_file_and_are_told_at_the_door(
    store: ScratchStore, files: LocalTenantFiles, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("Name,Ort\nweb\x1b[31m,K\xf6ln\n".encode("latin-1"))
    [outcome] = ingest_paths(store, files, ACME, [path])
    assert [warning.partition(",")[0] for warning in outcome.warnings] == [
        "read as Windows-1252",
        "1 cell holds control characters (such as terminal codes)",
    ]
    receive_uploads(store, files, ACME, RunRef("r1"))
    assert read_records(store, files, ACME, RunRef("r1")).figures["warnings"] == 2
    assert store.read(ACME, SourceFile)["warnings"][0] == list(outcome.warnings)
    assert read_records(store, files, ACME, RunRef("r2")).figures["warnings"] == 2


def test_rejected_rows_keep_their_cells_for_correction(store: ScratchStore, files: LocalTenantFiles) -> None:
    landed(files, "a.csv", GOOD + "x,y,z\nn\0l,1\n")
    receive_uploads(store, files, ACME, RunRef("r1"))
    read_records(store, files, ACME, RunRef("r1"))
    assert store.read(ACME, SkippedRow)["cells"].tolist() == [["x", "y", "z"], ["n\u2400l", "1"]]


def test_one_file_is_loaded_in_full_or_as_a_sample_of_its_rows(store: ScratchStore, tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", "name,cpu\n" + "".join(f"srv{n},{n}\n" for n in range(50)))
    load_file(store, ACME, RunRef("r1"), path, first=5)
    assert store.read(ACME, SourceSheet)["rows"].tolist() == [50]
    assert store.read(ACME, SourceRecord)["row"].tolist() == [2, 3, 4, 5, 6]
    load_file(store, ACME, RunRef("r1"), path)
    assert len(store.read(ACME, SourceRecord)) == 50


def test_reading_again_replaces_only_what_reading_wrote(store: ScratchStore, files: LocalTenantFiles) -> None:
    other = dict.fromkeys(SkippedRow.columns(), "x") | {"row": 1, "stage": "mapping", "cells": []}
    store.upsert(ACME, RunRef("r0"), {SkippedRow: pd.DataFrame([other])})
    landed(files, "a.csv", GOOD + "x,y,z\n")
    receive_uploads(store, files, ACME, RunRef("r1"))
    for run in ("r1", "r2"):
        read_records(store, files, ACME, RunRef(run))
    assert sorted(store.read(ACME, SkippedRow)["stage"]) == ["mapping", "reading"]
    assert len(store.read(ACME, SourceRecord)) == 2


def test_an_unreadable_file_is_quarantined_and_its_predecessor_counts_again(
    store: ScratchStore, files: LocalTenantFiles
) -> None:
    landed(files, "a.csv", GOOD)
    receive_uploads(store, files, ACME, RunRef("r1"))
    landed(files, "a.csv", 'name,cpu\nweb,"8\n')
    receive_uploads(store, files, ACME, RunRef("r2"))
    result = read_records(store, files, ACME, RunRef("r2"))
    assert statuses(store) == [("a.csv", "accepted"), ("a.csv", "quarantined")]
    assert "never closed" in store.read(ACME, SourceFile, status="quarantined")["reason"][0]
    assert len(store.read(ACME, SourceRecord)) == result.rows_out == 2
    assert result.figures["unreadable files"] == 1
    assert files.settled_uploads(ACME) == []
    assert any("never closed" in row["reason"] for row in result.preview)


def test_a_predecessor_that_cannot_be_read_either_is_quarantined_too(
    store: ScratchStore, files: LocalTenantFiles
) -> None:
    for content in ('name,cpu\nweb,"7\n', 'name,cpu\nweb,"8\n'):
        landed(files, "a.csv", content)
        receive_uploads(store, files, ACME, RunRef("r1"))
    assert read_records(store, files, ACME, RunRef("r1")).figures["unreadable files"] == 2
    assert statuses(store) == [("a.csv", "quarantined")] * 2


def test_a_lost_original_is_reported_and_the_rest_is_read(store: ScratchStore, files: LocalTenantFiles) -> None:
    landed(files, "a.csv", GOOD)
    landed(files, "b.csv", GOOD + "mail,4\n")
    receive_uploads(store, files, ACME, RunRef("r1"))
    lost = store.read(ACME, SourceFile, name="a.csv")["sha256"][0]
    os.unlink(files.original(ACME, lost))  # noqa: PTH108
    assert read_records(store, files, ACME, RunRef("r1")).rows_out == 3
    assert statuses(store) == [("a.csv", "quarantined"), ("b.csv", "accepted")]
