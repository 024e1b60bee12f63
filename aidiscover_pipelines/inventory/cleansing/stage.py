"""The cleansing stage: reads records and what their columns mean, writes cells, what became of texts, rows left out."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pandas as pd

from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import (
    CleansedCell,
    CleansedFile,
    CleansedText,
    CleansingExemption,
    FieldMapping,
    Row,
    SheetReading,
    SkippedRow,
    SourceFile,
    SourceRecord,
    SourceSheet,
)
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.domain.vocabulary import CleansingOutcome, FileStatus
from aidiscover_pipelines.inventory.addresses import among, files_of, skipped_rows
from aidiscover_pipelines.inventory.cleansing.audit import cells_by_outcome, cells_by_reason, cells_by_rule, changes
from aidiscover_pipelines.inventory.cleansing.changes import digests
from aidiscover_pipelines.inventory.cleansing.cleanse import cleanse
from aidiscover_pipelines.inventory.cleansing.value import Exemptions
from aidiscover_pipelines.inventory.figures import PREVIEW_ROWS, counted, preview
from aidiscover_pipelines.ports import PortfolioStore

STAGE = "cleansing"

_PREVIEW = ["field", "before", "after", "rule", "cells", "example"]
_EARLIER_STAGES = ["reading", "mapping"]


def cleanse_records(store: PortfolioStore, tenant: TenantId, run: RunRef) -> StageResult:
    """Normalise the mapped cells of every accepted file, but for the rules that people have undone.

    Rows that reading or mapping left out stay out. Files of which nothing differs since they were last cleansed stay
    as they are stored; figures are of all. Sheets are taken one after the other, large ones in slices.
    """
    inputs = _inputs(store, tenant)
    held = store.read(tenant, CleansedFile)
    kept = held[held["digest"].ne("") & held["digest"].eq(held["file_id"].map(inputs.digests))]
    texts = store.read(tenant, CleansedText)
    done = _Cleansed([kept], [texts[among(files_of(texts["evidence_id"]), kept["file_id"])]])
    anew = inputs.digests.index.difference(kept["file_id"].tolist())

    def parts() -> Iterator[tuple[type[Row], pd.DataFrame]]:
        for file_id in anew:
            yield from _file_parts(store, tenant, file_id, inputs, done)
        yield CleansedText, pd.concat(done.texts, ignore_index=True)

    # Where no file is kept everything goes, also what is stored of files of which nothing is known.
    gone = held.loc[~held["file_id"].isin(inputs.digests.index), "file_id"]
    scope: dict[str, Any] = {"file_id": [*anew, *gone]} if len(kept) else {}
    tables = (CleansedCell, CleansedText, CleansedFile, SkippedRow)
    store.replace_in_parts(tenant, run, tables, parts(), stage=STAGE, **scope)
    skipped = store.read(tenant, SkippedRow, columns=["reason"], file_id=inputs.digests.index.tolist(), stage=STAGE)
    return _result(pd.concat(done.files), pd.concat(done.texts), counted(skipped["reason"]), len(inputs.undone))


class _Inputs(NamedTuple):
    """Rows of the accepted files that cleansing reads, but for the records themselves, and what people have undone.

    `digests`: file_id -> digest, see `changes.digests`.
    """

    sheets: pd.DataFrame
    mappings: pd.DataFrame
    left_out: pd.DataFrame
    undone: pd.DataFrame
    digests: "pd.Series[str]"


@dataclass(slots=True)
class _Cleansed:
    """CleansedFile and CleansedText frames: those that are kept, then of each file that is cleansed."""

    files: list[pd.DataFrame]
    texts: list[pd.DataFrame]


@dataclass(slots=True)
class _Counts:
    """Of one file, filled while it is cleansed: rows that no earlier stage left out, cells by entity."""

    rows: int = 0
    cells: Counter[str] = field(default_factory=Counter)


def _inputs(store: PortfolioStore, tenant: TenantId) -> _Inputs:
    files = store.read(tenant, SourceFile, columns=["file_id"], status=str(FileStatus.ACCEPTED))["file_id"].tolist()
    mappings = store.read(tenant, FieldMapping, file_id=files)
    columns = ["record_id", "file_id"]
    left_out = store.read(tenant, SkippedRow, columns=columns, file_id=files, stage=_EARLIER_STAGES)
    undone = store.read(tenant, CleansingExemption)
    told = digests(files, store.read(tenant, SheetReading, file_id=files), mappings, left_out, undone)
    return _Inputs(store.read(tenant, SourceSheet, file_id=files), mappings, left_out, undone, told)


def _file_parts(
    store: PortfolioStore, tenant: TenantId, file_id: str, inputs: _Inputs, done: _Cleansed
) -> Iterator[tuple[type[Row], pd.DataFrame]]:
    """All that cleansing one file comes to, but for its texts, which go into `done`, as what is told of it does."""
    sheets = inputs.sheets[inputs.sheets["file_id"] == file_id]
    mappings = inputs.mappings[inputs.mappings["file_id"] == file_id]
    left_out = inputs.left_out.loc[inputs.left_out["file_id"] == file_id, "record_id"]
    undone, counts = Exemptions.of(inputs.undone), _Counts()
    for index in sheets["sheet_index"].tolist():
        slices = _kept_slices(store, tenant, file_id, index, left_out, counts)
        for part in cleanse(slices, mappings[mappings["sheet_index"] == index], undone):
            counts.cells.update(counted(part.cells["entity"]))
            if len(part.cells):
                yield CleansedCell, part.cells
            if len(part.texts):
                done.texts.append(part.texts)
            if len(part.skipped):
                yield SkippedRow, skipped_rows(store, tenant, part.skipped, STAGE)
    told = {"file_id": file_id, "digest": inputs.digests[file_id], "rows": counts.rows, "cells": dict(counts.cells)}
    done.files.append(pd.DataFrame([told]))
    yield CleansedFile, done.files[-1]


def _kept_slices(
    store: PortfolioStore, tenant: TenantId, file_id: str, sheet_index: int, left_out: pd.Series, counts: _Counts
) -> Iterator[pd.DataFrame]:
    """Records of one sheet in key order, some thousands at a time, without those that an earlier stage left out."""
    for records in store.read_in_parts(
        tenant, SourceRecord, columns=["record_id", "cells"], file_id=file_id, sheet_index=sheet_index
    ):
        kept = records[~among(records["record_id"], left_out)]
        counts.rows += len(kept)
        yield kept


def _result(files: pd.DataFrame, texts: pd.DataFrame, skipped: dict[str, int], undone: int) -> StageResult:
    """Of CleansedFile and CleansedText rows in any order."""
    outcomes = cells_by_outcome(texts)
    entities = sum(map(Counter, files["cells"]), Counter[str]())
    return StageResult(
        rows_in=int(files["rows"].sum()),
        rows_out=entities.total(),
        skipped=skipped,
        preview=preview(changes(texts, first=PREVIEW_ROWS), _PREVIEW),
        figures={
            "cells_changed": outcomes[CleansingOutcome.CHANGED],
            "cells_not_readable": outcomes[CleansingOutcome.UNREAD],
            "cells_dropped": int(texts.loc[texts["value"].isna(), "cells"].sum()),
            "cells_left_as_read": outcomes[CleansingOutcome.UNDONE],
            "rules_undone": undone,
        },
        charts={
            "Cells by entity": {
                name: float(entities[name]) for name in sorted(entities, key=lambda e: (-entities[e], e))
            },
            "Cells by rule": cells_by_rule(texts),
            "Cells dropped by reason": cells_by_reason(texts),
        },
    )
