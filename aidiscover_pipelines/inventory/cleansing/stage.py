"""The cleansing stage: reads records and what their columns mean, writes cells, what became of texts, rows left out."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import (
    CleansedCell,
    CleansedText,
    CleansingExemption,
    FieldMapping,
    Row,
    SkippedRow,
    SourceFile,
    SourceRecord,
    SourceSheet,
)
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.domain.vocabulary import CleansingOutcome, FileStatus
from aidiscover_pipelines.inventory.addresses import among, skipped_rows
from aidiscover_pipelines.inventory.cleansing.audit import (
    audit,
    cells_by_outcome,
    cells_by_reason,
    cells_by_rule,
    changes,
)
from aidiscover_pipelines.inventory.cleansing.cleanse import cleanse
from aidiscover_pipelines.inventory.cleansing.value import Exemptions
from aidiscover_pipelines.ports import PortfolioStore

_PREVIEW = ["field", "before", "after", "rule", "cells", "example"]
_PREVIEW_ROWS = 10
_EARLIER_STAGES = ["reading", "mapping"]


def cleanse_records(store: PortfolioStore, tenant: TenantId, run: RunRef) -> StageResult:
    """Normalise the mapped cells of every accepted file, but for the rules that people have undone.

    Rows that reading or mapping left out stay out. Sheets are taken one after the other, large ones in slices.
    """
    undone = store.read(tenant, CleansingExemption)
    done = _Cleansing()
    tables = (CleansedCell, CleansedText, SkippedRow)
    parts = _cleansed_parts(store, tenant, Exemptions.of(undone), done)
    store.replace_in_parts(tenant, run, tables, parts, stage="cleansing")
    texts = pd.concat(done.texts, ignore_index=True) if done.texts else audit([])
    outcomes = cells_by_outcome(texts)
    return StageResult(
        rows_in=done.rows,
        rows_out=done.entities.total(),
        skipped=dict(done.skipped.most_common()),
        preview=_preview(changes(texts)),
        figures={
            "cells_changed": outcomes[CleansingOutcome.CHANGED],
            "cells_not_readable": outcomes[CleansingOutcome.UNREAD],
            "cells_dropped": int(texts.loc[texts["value"].isna(), "cells"].sum()),
            "cells_left_as_read": outcomes[CleansingOutcome.UNDONE],
            "rules_undone": len(undone),
        },
        charts={
            "Cells by entity": {entity: float(count) for entity, count in done.entities.most_common()},
            "Cells by rule": cells_by_rule(texts),
            "Cells dropped by reason": cells_by_reason(texts),
        },
    )


@dataclass(slots=True)
class _Cleansing:
    """What cleansing came to, filled while its parts are stored: rows, cells by entity, skipped rows by reason."""

    rows: int = 0
    entities: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    texts: list[pd.DataFrame] = field(default_factory=list)


def _cleansed_parts(
    store: PortfolioStore, tenant: TenantId, undone: Exemptions, done: _Cleansing
) -> Iterator[tuple[type[Row], pd.DataFrame]]:
    files = store.read(tenant, SourceFile, columns=["file_id"], status=str(FileStatus.ACCEPTED))["file_id"].tolist()
    sheets = store.read(tenant, SourceSheet, file_id=files)
    mappings = store.read(tenant, FieldMapping, file_id=files)
    left_out = store.read(tenant, SkippedRow, columns=["record_id"], file_id=files, stage=_EARLIER_STAGES)["record_id"]
    for file_id, index in zip(sheets["file_id"], sheets["sheet_index"], strict=True):
        mapping = mappings[(mappings["file_id"] == file_id) & (mappings["sheet_index"] == index)]
        slices = _kept_slices(store, tenant, file_id, index, left_out, done)
        for part in cleanse(slices, mapping, undone):
            done.entities.update(_counted(part.cells["entity"]))
            if len(part.cells):
                yield CleansedCell, part.cells
            if len(part.texts):
                done.texts.append(part.texts)
                yield CleansedText, part.texts
            if len(part.skipped):
                done.skipped.update(_counted(part.skipped["reason"]))
                yield SkippedRow, skipped_rows(part.skipped, "cleansing", sheets)


def _kept_slices(
    store: PortfolioStore, tenant: TenantId, file_id: str, sheet_index: int, left_out: pd.Series, done: _Cleansing
) -> Iterator[pd.DataFrame]:
    """Records of one sheet in key order, some thousands at a time, without those that an earlier stage left out."""
    for records in store.read_in_parts(
        tenant, SourceRecord, columns=["record_id", "cells"], file_id=file_id, sheet_index=int(sheet_index)
    ):
        kept = records[~among(records["record_id"], left_out)]
        done.rows += len(kept)
        yield kept


def _counted(column: pd.Series) -> dict[str, int]:
    return {str(text): int(count) for text, count in column.value_counts().items()}


def _preview(texts: pd.DataFrame) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(texts[_PREVIEW].head(_PREVIEW_ROWS).to_json(orient="records"))
    return rows
