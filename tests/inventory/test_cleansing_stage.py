"""The cleansing stage takes records from the store slice by slice and leaves nothing out and nothing twice."""

from datetime import UTC, datetime

import pandas as pd

from aidiscover_pipelines.domain.tables import (
    CleansedCell,
    CleansedText,
    FieldMapping,
    SkippedRow,
    SourceFile,
    SourceRecord,
    SourceSheet,
)
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from aidiscover_pipelines.inventory.cleansing import stage
from resources.scratch_store import ScratchStore

ACME, RUN = TenantId("acme"), RunRef("r")
FIELDS = ["asset_name", "memory_mb"]


def filled_store():
    """Two files of twelve rows; mapping has left out the first row of file a, and one row has no name."""
    store = ScratchStore(Tenant(ACME, "Acme"))
    file = {"sha256": "", "bytes": 1, "format": "csv", "status": "accepted", "reason": "", "warnings": []}
    files = [file | {"file_id": name, "name": f"{name}.csv", "received_at": datetime.now(UTC)} for name in "ab"]
    sheet = {"sheet_index": 1, "sheet": "s", "header_row": 1, "headers": FIELDS, "rows": 12, "hidden": False}
    mapped = {"sheet_index": 1, "sheet": "s", "entity": "asset", "unit": None, "statistic": None, "decision": "accept"}
    mapped |= {"confidence": 1.0, "alternatives": [], "reason": ""}
    columns = [mapped | {"column_index": at, "header": name, "field": name} for at, name in enumerate(FIELDS, 1)]
    rows = [
        {"record_id": f"{name}.1.{row}", "file_id": name, "sheet_index": 1, "row": row, "cells": [f"srv{row}", "8 GB"]}
        for name in "ab"
        for row in range(2, 14)
    ]
    rows[5]["cells"] = ["", "8 GB"]
    left_out = {"record_id": "a.1.2", "file_id": "a", "sheet": "s", "row": 2, "stage": "mapping", "reason": "x"}
    frames = {
        SourceFile: files,
        SourceSheet: [sheet | {"file_id": name} for name in "ab"],
        SourceRecord: rows,
        FieldMapping: [column | {"file_id": name} for name in "ab" for column in columns],
        SkippedRow: [left_out | {"cells": []}],
    }
    store.replace(ACME, RUN, {table: pd.DataFrame(listed) for table, listed in frames.items()})
    return store


def test_a_sheet_read_in_slices_gives_the_same_tables_and_figures(monkeypatch):
    results = []
    for rows in (1, 4, 12, 1000):
        monkeypatch.setattr("aidiscover_pipelines.inventory.cleansing.cleanse.PART_ROWS", rows)
        monkeypatch.setattr("resources.scratch_store.PART_ROWS", rows)
        store = filled_store()
        result = stage.cleanse_records(store, ACME, RUN)
        tables = [store.read(ACME, table).to_csv() for table in (CleansedCell, CleansedText, SkippedRow)]
        results.append((tables, result))
    assert all(each == results[0] for each in results)
    result = results[0][1]
    assert (result.rows_in, result.rows_out) == (23, 44)
    assert dict(result.skipped) == {"no name, id or address of an asset": 1}
    assert result.figures["cells_changed"] == 22
