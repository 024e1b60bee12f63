from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from aidiscover_pipelines.domain.tables import FieldMapping, SkippedRow, SourceFile, SourceRecord, SourceSheet
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, tenant_id
from aidiscover_pipelines.mapping.stage import map_fields, settle_mappings
from resources.scratch_store import ScratchStore

TENANT = tenant_id("acme")
SHEETS: dict[str, tuple[Sequence[str], Sequence[Sequence[str]]]] = {
    "Servers": (
        ["Server Name", "OS", "Deployment mode", "Sort order"],
        [["s1", "RHEL 8", "x", "1"], ["s2", "AIX 7", "y", "2"]],
    ),
    "TOC": (["This file", "tells"], [["a", "b"], ["c", "d"], ["e", "f"]]),
    "Blank": ([], [["left", "over"]]),
}


@pytest.fixture
def store() -> ScratchStore:
    held = ScratchStore(Tenant(TENANT, "Acme"))
    statuses = {"aaa": "accepted", "bbb": "quarantined"}
    files = [
        {"file_id": file_id, "name": file_id, "sha256": file_id, "bytes": 1, "format": "xlsx", "status": status}
        | {"reason": "", "received_at": datetime(2026, 11, 21, tzinfo=UTC), "warnings": []}
        for file_id, status in statuses.items()
    ]
    sheets = []
    records = []
    for file_id in statuses:
        for index, (sheet, (headers, rows)) in enumerate(SHEETS.items(), start=1):
            base = {"file_id": file_id, "sheet_index": index}
            described = {"sheet": sheet, "header_row": 1, "headers": headers, "rows": len(rows), "hidden": False}
            sheets.append(base | described)
            records.extend(
                base | {"record_id": f"{file_id}.{index}.{row}", "row": row, "cells": cells}
                for row, cells in enumerate(rows, start=2)
            )
    frames = {SourceFile: pd.DataFrame(files), SourceSheet: pd.DataFrame(sheets), SourceRecord: pd.DataFrame(records)}
    held.replace(TENANT, RunRef("intake"), frames)
    return held


def test_only_accepted_files_are_mapped_and_left_out_rows_are_recorded(store: ScratchStore) -> None:
    result = map_fields(store, TENANT, RunRef("r1"))
    mappings, skipped = store.read(TENANT, FieldMapping), store.read(TENANT, SkippedRow)
    assert set(mappings["file_id"]) == {"aaa"}
    assert len(mappings) == result.rows_out == 6
    assert result.rows_in == 6
    assert set(skipped["stage"]) == {"mapping"}
    assert skipped["record_id"].tolist() == ["aaa.2.2", "aaa.2.3", "aaa.2.4", "aaa.3.2"]
    assert skipped["sheet"].tolist() == ["TOC"] * 3 + ["Blank"]
    assert result.skipped == {
        "sheet left out: it is a table of contents or an explanation": 3,
        "sheet left out: it has no header row": 1,
    }
    assert result.figures["columns"] == 6
    assert sum(result.charts["Columns by decision"].values()) == 6
    assert result.charts["Sheets by what their rows describe"] == {"asset": 1.0, "left out": 1.0}
    assert 0 < len(result.preview) <= 10


def test_mapping_again_changes_nothing_and_keeps_other_stages_skipped_rows(store: ScratchStore) -> None:
    other = {
        "record_id": "aaa.1.9",
        "file_id": "aaa",
        "sheet": "Servers",
        "row": 9,
        "stage": "reading",
        "reason": "empty",
        "cells": [],
    }
    store.upsert(TENANT, RunRef("r0"), {SkippedRow: pd.DataFrame([other])})
    map_fields(store, TENANT, RunRef("r1"))
    once = store.read(TENANT, FieldMapping)
    map_fields(store, TENANT, RunRef("r2"))
    pd.testing.assert_frame_equal(once, store.read(TENANT, FieldMapping))
    assert store.read(TENANT, SkippedRow)["stage"].value_counts().to_dict() == {"mapping": 4, "reading": 1}


def test_a_tenant_without_files_gets_empty_tables() -> None:
    empty = ScratchStore(Tenant(TENANT, "Acme"))
    result = map_fields(empty, TENANT, RunRef("r1"))
    assert (result.rows_in, result.rows_out, result.skipped) == (0, 0, {})
    assert empty.read(TENANT, FieldMapping).empty


def test_only_blank_sheets_are_all_skipped() -> None:
    held = ScratchStore(Tenant(TENANT, "Acme"))
    file = {
        "file_id": "aaa",
        "name": "a",
        "sha256": "a",
        "bytes": 1,
        "format": "csv",
        "status": "accepted",
        "reason": "",
        "warnings": [],
    }
    sheet = {"file_id": "aaa", "sheet_index": 1, "sheet": "x", "header_row": 0, "headers": [], "rows": 1}
    sheet["hidden"] = False
    record = {"record_id": "aaa.1.1", "file_id": "aaa", "sheet_index": 1, "row": 1, "cells": ["x"]}
    file_rows = pd.DataFrame([file | {"received_at": datetime(2026, 11, 21, tzinfo=UTC)}])
    frames = {SourceFile: file_rows, SourceSheet: pd.DataFrame([sheet]), SourceRecord: pd.DataFrame([record])}
    held.replace(TENANT, RunRef("intake"), frames)
    assert map_fields(held, TENANT, RunRef("r1")).skipped == {"sheet left out: it has no header row": 1}


def mapping(column: int, **changes: Any) -> dict[str, Any]:
    return {
        "file_id": "aaa",
        "sheet_index": 1,
        "sheet": "Servers",
        "entity": "asset",
        "column_index": column,
        "header": f"h{column}",
        "field": "storage_total_gb",
        "unit": "GB",
        "statistic": None,
        "confidence": 0.7,
        "decision": "review",
        "alternatives": [{"field": "disk_size_gb", "confidence": 0.2}],
        "reason": "resembles",
    } | changes


def answer(column: int, field: str | None, why: str = "one disk per row") -> dict[str, Any]:
    return {"file_id": "aaa", "sheet_index": 1, "column_index": column, "field": field, "why": why}


@pytest.fixture
def reviewed(store: ScratchStore) -> ScratchStore:
    rows = [mapping(1), mapping(2), mapping(3), mapping(4), mapping(5, decision="accept"), mapping(6)]
    store.replace(TENANT, RunRef("r1"), {FieldMapping: pd.DataFrame(rows)})
    return store


def test_answers_settle_columns_in_review_within_their_alternatives(reviewed: ScratchStore) -> None:
    answers = [
        answer(1, "disk_size_gb"),
        answer(2, "storage_total_gb", ""),
        answer(3, None, "a flag"),
        answer(4, "os_name"),
        answer(5, None),
        answer(99, None),
        answer(6, "ignore"),
    ]
    result = settle_mappings(reviewed, TENANT, RunRef("r2"), answers)
    held = reviewed.read(TENANT, FieldMapping).set_index("column_index")
    assert held.loc[1, ["field", "decision", "confidence"]].tolist() == ["disk_size_gb", "review", 0.2]
    assert held.loc[1, "alternatives"] == [{"field": "storage_total_gb", "confidence": 0.7}]
    assert held.loc[1, "reason"] == "resembles; settled: one disk per row"
    assert held.loc[2, ["field", "decision"]].tolist() == ["storage_total_gb", "review"]
    assert held.loc[2, "reason"] == "resembles; settled: no reason given"
    assert held.loc[3, "decision"] == held.loc[6, "decision"] == "ignore"
    assert pd.isna(held.loc[3, "field"])
    assert held.loc[3, "confidence"] == pytest.approx(0.3)
    assert held.loc[4, "field"] == held.loc[5, "field"] == "storage_total_gb"
    assert held.loc[5, "decision"] == "accept"
    assert result.figures["settled by the crew"] == 4
    assert result.figures["answers refused"] == 3
    assert result.skipped == {
        "the field is not among the column's alternatives": 1,
        "the column is not in review": 1,
        "the column is not known": 1,
    }


def test_no_answers_settle_nothing(reviewed: ScratchStore) -> None:
    before = reviewed.read(TENANT, FieldMapping)
    result = settle_mappings(reviewed, TENANT, RunRef("r2"), [])
    assert result.figures["settled by the crew"] == 0
    # The asset's metadata are those of its last step: they show the mapping, whether a crew had anything to say or not.
    assert result.rows_out == len(before)
    assert result.preview
    pd.testing.assert_frame_equal(before, reviewed.read(TENANT, FieldMapping))
