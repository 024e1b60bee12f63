"""A run cleanses only the files of which something differs, and leaves what a run from nothing would."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import (
    CleansedCell,
    CleansedFile,
    CleansedText,
    FieldMapping,
    Row,
    SheetReading,
    SkippedRow,
    SourceFile,
    SourceRecord,
    SourceSheet,
)
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from aidiscover_pipelines.inventory.cleansing import changes
from aidiscover_pipelines.inventory.cleansing.exemptions import redo_rule, undo_rule
from aidiscover_pipelines.inventory.cleansing.stage import cleanse_records
from resources.scratch_store import ScratchStore

ACME, RUN = TenantId("acme"), RunRef("r")
WRITTEN = (CleansedCell, CleansedText, CleansedFile, SkippedRow)
FIELDS = ["asset_name", "memory_mb", "mac_address"]
SHEETS = [("a", 1), ("b", 1), ("b", 2), ("c", 1)]


class Watched(ScratchStore):
    """Knows of which files records were read; with `broken`, reading that file's fails."""

    def __init__(self) -> None:
        super().__init__(Tenant(ACME, "Acme"))
        self.read_of: set[str] = set()
        self.broken = ""

    def read_in_parts(self, tenant: TenantId, table: type[Row], **asked: Any) -> Iterator[pd.DataFrame]:
        if table is SourceRecord:
            self.read_of.add(asked["file_id"])
            if asked["file_id"] == self.broken:
                raise OSError("gone")
        return super().read_in_parts(tenant, table, **asked)


def portfolio() -> Watched:
    """Three files, one of two sheets; in each sheet a row without a key, a share of texts that change, one dropped."""
    store = Watched()
    file = {"sha256": "", "bytes": 1, "format": "csv", "status": "accepted", "reason": "", "warnings": []}
    sheet = {"sheet": "s", "header_row": 1, "headers": FIELDS, "rows": 8, "hidden": False}
    mapped = {"sheet": "s", "entity": "asset", "unit": None, "statistic": None, "decision": "accept"}
    mapped |= {"confidence": 1.0, "alternatives": [], "reason": ""}
    keys = [{"file_id": name, "sheet_index": at} for name, at in SHEETS]
    records = []
    for key in keys:
        address = f"{key['file_id']}.{key['sheet_index']}."
        for row in range(2, 10):
            cells = [f"srv{row}" if row != 5 else "", f"{row} GB" if row % 3 else "n/a", f"00-50-56-AA-BB-{row:02}"]
            records.append({**key, "record_id": f"{address}{row}", "row": row, "cells": cells if row != 7 else [""]})
    columns = [{"column_index": at, "header": name, "field": name} for at, name in enumerate(FIELDS, 1)]
    now = datetime.now(UTC)
    frames = {
        SourceFile: [file | {"file_id": name, "name": f"{name}.csv", "received_at": now} for name in "abc"],
        SourceSheet: [sheet | key for key in keys],
        SheetReading: [{**key, "digest": "first", "last_number": 9} for key in keys],
        SourceRecord: records,
        FieldMapping: [mapped | key | column for key in keys for column in columns],
    }
    store.replace(ACME, RUN, {table: pd.DataFrame(rows) for table, rows in frames.items()})
    return store


def changed(table: type[Row], change: Callable[[pd.DataFrame], Any]) -> Callable[[ScratchStore], None]:
    def apply(store: ScratchStore) -> None:
        rows = store.read(ACME, table)
        given = change(rows)
        store.replace(ACME, RUN, {table: rows if given is None else given})

    return apply


def read_otherwise(store: ScratchStore) -> None:
    """Another upload of file b: one row of its second sheet differs and has a new number."""
    rows, readings = store.read(ACME, SourceRecord), store.read(ACME, SheetReading)
    place = rows.index[rows["file_id"].eq("b") & rows["sheet_index"].eq(2)][0]
    of_sheet = readings["file_id"].eq("b")
    last = int(readings.loc[of_sheet, "last_number"].max()) + 1
    rows.at[place, "record_id"], rows.at[place, "cells"] = f"b.2.{last}", ["new", f"{last} GB", "x"]
    readings.loc[of_sheet, ["digest", "last_number"]] = [f"edition {last}", last]
    store.replace(ACME, RUN, {SourceRecord: rows.sort_values("record_id"), SheetReading: readings})


def leave_out(store: ScratchStore) -> None:
    row = {"record_id": "c.1.3", "file_id": "c", "sheet": "s", "row": 3, "stage": "mapping", "reason": "x", "cells": []}
    store.replace(ACME, RUN, {SkippedRow: pd.DataFrame([row])}, stage="mapping")


def of_file(name: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda rows: rows["file_id"].eq(name)


def accepted(store: ScratchStore, name: str, status: str) -> None:
    changed(SourceFile, lambda rows: rows.assign(status=rows["status"].mask(of_file(name)(rows), status)))(store)


def meant(column: str, value: str, name: str) -> Callable[[ScratchStore], None]:
    hit = of_file(name)
    return changed(
        FieldMapping,
        lambda rows: rows.assign(
            **{column: rows[column].astype(object).mask(hit(rows) & rows["column_index"].eq(2), value)}
        ),
    )


# What changes -> how, and the files that are then cleansed.
CHANGES: dict[str, tuple[Callable[[ScratchStore], Any], str]] = {
    "nothing": (lambda store: None, ""),
    "a row of a file": (read_otherwise, "b"),
    "what a column means": (meant("field", "storage_total_gb", "a"), "a"),
    "its unit": (meant("unit", "MiB", "c"), "c"),
    "how sure that is": (meant("reason", "settled", "c"), ""),
    "a row that mapping leaves out": (leave_out, "c"),
    "a rule that a person undoes": (lambda store: undo_rule(store, ACME, "mac_address", "", "", "me"), "abc"),
    "a rule that stands again": (lambda store: redo_rule(store, ACME, "mac_address", "", ""), "abc"),
    "a file that goes": (lambda store: accepted(store, "a", "superseded"), ""),
    "a file that comes": (lambda store: accepted(store, "a", "accepted"), "a"),
    "a file of which reading kept no digest": (
        changed(SheetReading, lambda rows: rows.assign(digest=rows["digest"].mask(of_file("a")(rows), ""))), "a"
    ),
}  # fmt: skip


def cleansed(store: Watched) -> StageResult:
    store.read_of = set()
    return cleanse_records(store, ACME, RUN)


def stored(store: ScratchStore) -> list[pd.DataFrame]:
    return [store.read(ACME, table) for table in WRITTEN]


def assert_as_from_nothing(store: Watched, result: StageResult) -> None:
    told = stored(store)
    store.replace(ACME, RUN, {table: pd.DataFrame(columns=table.columns()) for table in WRITTEN[:3]})
    store.replace(ACME, RUN, {SkippedRow: pd.DataFrame(columns=SkippedRow.columns())}, stage="cleansing")
    assert cleansed(store) == result
    for left, right in zip(told, stored(store), strict=True):
        pd.testing.assert_frame_equal(left, right)


@pytest.mark.parametrize("name", CHANGES)
def test_a_run_after_a_change_leaves_what_a_run_from_nothing_leaves(name: str) -> None:
    change, anew = CHANGES[name]
    store = portfolio()
    if name == "a rule that stands again":
        undo_rule(store, ACME, "mac_address", "", "", "me")
    if name == "a file that comes":
        accepted(store, "a", "superseded")
    cleansed(store)
    change(store)
    result = cleansed(store)
    assert store.read_of == set(anew)
    assert_as_from_nothing(store, result)


def test_other_code_cleanses_every_file_again(monkeypatch: pytest.MonkeyPatch) -> None:
    store = portfolio()
    cleansed(store)
    monkeypatch.setattr(changes, "edition", lambda *rooms: "the next release")
    cleansed(store)
    assert store.read_of == set("abc")


def test_cells_of_files_of_which_nothing_is_known_go_with_the_first_run() -> None:
    store = portfolio()
    cleansed(store)
    store.replace(ACME, RUN, {CleansedFile: pd.DataFrame(columns=CleansedFile.columns())})
    accepted(store, "b", "superseded")
    result = cleansed(store)
    assert set(store.read(ACME, CleansedCell)["file_id"]) == set("ac")
    assert_as_from_nothing(store, result)


def test_a_run_that_ends_in_the_middle_changes_nothing_and_the_next_one_does_all() -> None:
    store = portfolio()
    cleansed(store)
    before = stored(store)
    for name in ("a row of a file", "its unit"):
        CHANGES[name][0](store)
    store.broken = "c"
    with pytest.raises(OSError, match="gone"):
        cleansed(store)
    for left, right in zip(before, stored(store), strict=True):
        pd.testing.assert_frame_equal(left, right)
    store.broken = ""
    result = cleansed(store)
    assert store.read_of == {"b", "c"}
    assert_as_from_nothing(store, result)


def test_random_changes_one_after_the_other_never_leave_anything_behind() -> None:
    dice, store = random.Random(11), portfolio()  # noqa: S311  # not for secrets
    cleansed(store)
    for _ in range(12):
        for name in dice.sample(sorted(CHANGES), 2):
            CHANGES[name][0](store)
        result = cleansed(store)
    assert_as_from_nothing(store, result)
