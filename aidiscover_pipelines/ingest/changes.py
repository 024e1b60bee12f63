"""A new upload of a known source as a difference: which rows came, changed, went and came back."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from aidiscover_pipelines.domain.errors import InputError
from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import FieldMapping, SourceChange, SourceRecord, SourceSheet
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.domain.vocabulary import FileStatus, MappingDecision
from aidiscover_pipelines.ingest.child import read_file
from aidiscover_pipelines.ingest.comparison import Compared, Table, compare, table
from aidiscover_pipelines.ingest.frames import records_of
from aidiscover_pipelines.ingest.stamps import stamped
from aidiscover_pipelines.ingest.supersede import FileRow, files_by_hash, predecessors
from aidiscover_pipelines.ports import PortfolioStore, TenantFiles

# What says which thing a row is about, surest first.
IDENTITY = (
    *("asset_id", "serial_number", "hostname", "asset_name", "application_id", "application_name"),
    *("dep_source", "dep_target"),
)
COLUMNS = "columns"  # the change of a sheet's columns: one row without a key
COUNTED = ("added", "changed", "gone", "reappeared")
_PREVIEW = 10


class _Sheet(NamedTuple):
    """One sheet of an upload."""

    sheet_index: int
    sheet: str
    table: Table


def compare_uploads(store: PortfolioStore, files: TenantFiles, tenant: TenantId, run: RunRef) -> StageResult:
    """Compare every accepted file with the upload of its source before it; replaces its source_changes.

    rows_in counts the rows of files that have one, rows_out the changes. Changes of earlier uploads stay: they tell
    what reappeared. An upload before that cannot be read any more is told in a table.
    """
    rows = list(files_by_hash(store, tenant).values())
    accepted = [row["file_id"] for row in rows if row["status"] == FileStatus.ACCEPTED]
    names = {row["file_id"]: row["name"] for row in rows}
    frames, told, columns = [], [], []
    unread: list[dict[str, str]] = []
    for file_id, chain in predecessors(rows).items():
        try:
            before = _read(files, tenant, chain[0])
        except InputError as error:
            unread.append({"file": names[file_id], "why": str(error)})
            continue
        now = _stored(store, tenant, file_id)
        identities = _identities(store.read(tenant, FieldMapping, file_id=file_id))
        gone_before = _gone(store, tenant, chain)
        for sheet, ours, theirs in _pairs(before, now):
            compared = _compared(ours, theirs, identities)
            changes = _changes(compared, file_id, chain[0]["file_id"], sheet, gone_before)
            frames.append(changes)
            told.append(
                {"file": names[file_id], "before": chain[0]["name"], "sheet": sheet}
                | {"rows told apart by": ", ".join(compared.key) or "all cells"}
                | {change: int((changes["change"] == change).sum()) for change in COUNTED}
                | {"unchanged": compared.unchanged}
            )
            columns += _told_columns(names[file_id], sheet, compared)
    told.sort(key=lambda line: -sum(line[change] for change in COUNTED))
    changes = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=SourceChange.columns())
    store.replace(tenant, run, {SourceChange: changes}, file_id=accepted)
    counts = {change: int(sum(line[change] for line in told)) for change in COUNTED}
    return StageResult(
        rows_in=sum(counts[name] for name in ("added", "changed", "reappeared"))
        + int(sum(line["unchanged"] for line in told)),
        rows_out=len(changes),
        figures={f"rows {change} since the upload before": count for change, count in counts.items()},
        tables={
            "changes since the upload before": told[:_PREVIEW],
            "changed columns": columns[:_PREVIEW],
            "not compared with the upload before": unread[:_PREVIEW],
        },
        charts={"Changed cells by column": changed_cells(changes)},
    )


def changed_cells(changes: pd.DataFrame, most: int = 20) -> dict[str, float]:
    """Header -> changed cells, most first. `changes`: SourceChange rows, their cells as JSON text or dicts."""
    cells = changes.loc[changes["change"] == "changed", "cells"]
    headers = [header for told in cells for header in (json.loads(told) if isinstance(told, str) else told)]
    return {
        str(header): float(count) for header, count in pd.Series(headers, dtype="str").value_counts()[:most].items()
    }


def _stored(store: PortfolioStore, tenant: TenantId, file_id: str) -> list[_Sheet]:
    sheets = store.read(tenant, SourceSheet, file_id=file_id)
    records = store.read(tenant, SourceRecord, columns=["record_id", "sheet_index", "row", "cells"], file_id=file_id)
    found = []
    for index, sheet, headers in zip(sheets["sheet_index"], sheets["sheet"], sheets["headers"], strict=True):
        rows = records[records["sheet_index"] == index].sort_values("row", kind="stable")
        found.append(_Sheet(int(index), str(sheet), table(headers, rows["record_id"].tolist(), rows["cells"].tolist())))
    return found


def _read(files: TenantFiles, tenant: TenantId, row: FileRow) -> list[_Sheet]:
    """The sheets of an upload from its kept bytes. Raises: InputError."""
    found = []
    with read_file(files.original(tenant, row["sha256"]), row["name"]) as read:
        for sheet in read.sheets:
            parts = list(records_of(read, sheet))
            numbers = [number for part in parts for number in part["row"].tolist()]
            texts = [text for part in parts for text in part["cells"].tolist()]
            ids = [f"{row['file_id']}.{sheet.sheet_index}.{number}" for number in numbers]
            cells = json.loads("[" + ",".join(texts) + "]")
            found.append(_Sheet(sheet.sheet_index, sheet.sheet, table(sheet.headers, ids, cells)))
    return found


def _identities(mappings: pd.DataFrame) -> dict[int, list[int]]:
    """Sheet -> places, from 0, of the columns that say which thing a row is about, surest first."""
    used = mappings[(mappings["decision"] != MappingDecision.IGNORE) & mappings["field"].isin(IDENTITY)]
    used = used.assign(rank=used["field"].map({field: rank for rank, field in enumerate(IDENTITY)}))
    used = used.sort_values(["rank", "column_index"], kind="stable")
    return {
        int(str(index)): (rows["column_index"].astype(int) - 1).tolist()
        for index, rows in used.groupby("sheet_index", sort=True)
    }


def _pairs(before: Sequence[_Sheet], now: Sequence[_Sheet]) -> list[tuple[str, _Sheet | None, _Sheet | None]]:
    """(name, before, now) of sheets, by name without stamps; the only sheet of an upload goes with the other's only.

    Two sheets of one name are told apart by their place among them.
    """
    old, new = _by_name(before), _by_name(now)
    if len(old) == 1 and len(new) == 1:
        return [(now[0].sheet, before[0], now[0])]
    names = [*new, *(name for name in old if name not in new)]
    shown = {name: (new.get(name) or old[name]).sheet for name in names}
    return [(shown[name] + name[1], old.get(name), new.get(name)) for name in names]


def _by_name(sheets: Sequence[_Sheet]) -> dict[tuple[str, str], _Sheet]:
    found: dict[tuple[str, str], _Sheet] = {}
    for sheet in sheets:
        base = stamped(sheet.sheet).base
        number = sum(name == base for name, _ in found)
        found[base, f" #{number + 1}" if number else ""] = sheet
    return found


def _compared(before: _Sheet | None, now: _Sheet | None, identities: Mapping[int, Sequence[int]]) -> Compared:
    """A sheet that came or went is all its rows, and says nothing of columns."""
    nothing = table([], [], [])
    if before is None or now is None:
        alone = compare(before.table if before else nothing, now.table if now else nothing, [])
        return alone._replace(columns={}, moved=False)
    return compare(before.table, now.table, [now.table.headers[place] for place in identities.get(now.sheet_index, ())])


def _gone(store: PortfolioStore, tenant: TenantId, chain: Sequence[FileRow]) -> set[tuple[str, str]]:
    """(sheet without stamps, key) of rows that were gone in an upload before."""
    earlier = [row["file_id"] for row in chain]
    gone = store.read(tenant, SourceChange, columns=["sheet", "row_key"], file_id=earlier, change="gone")
    return {(stamped(str(sheet)).base, str(key).casefold()) for sheet, key in gone.itertuples(index=False)}


def _changes(
    compared: Compared, file_id: str, previous: str, sheet: str, gone_before: set[tuple[str, str]]
) -> pd.DataFrame:
    """SourceChange rows of one sheet; cells as JSON text."""
    rows = compared.rows
    base = stamped(sheet).base
    back = [
        change == "added" and (base, key.casefold()) in gone_before
        for key, change in zip(rows["row_key"], rows["change"], strict=True)
    ]
    rows = rows.assign(change=rows["change"].mask(pd.Series(back, index=rows.index, dtype=bool), "reappeared"))
    if compared.columns or compared.moved:
        cells = json.dumps(compared.columns, ensure_ascii=False)
        line = pd.DataFrame(
            [{"row_key": "", "change": COLUMNS, "record_id": "", "previous_record_id": "", "cells": cells}]
        )
        rows = pd.concat([line.astype("str"), rows], ignore_index=True)
    return rows.assign(file_id=file_id, previous_file_id=previous, sheet=sheet)[SourceChange.columns()]


def _told_columns(file: str, sheet: str, compared: Compared) -> list[dict[str, Any]]:
    """Columns that came, went, moved or were renamed, in words."""
    told = [f"{old!r} is called {new!r} now" for old, new in compared.columns.values() if old and new]
    told += [f"{new!r} is new" for old, new in compared.columns.values() if not old]
    told += [f"{old!r} is gone" for old, new in compared.columns.values() if not new]
    told += ["the order of the columns changed"] if compared.moved else []
    return [{"file": file, "sheet": sheet, "what": what} for what in told]
