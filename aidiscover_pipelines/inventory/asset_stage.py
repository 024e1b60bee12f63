"""The inventory stage: cells that describe assets to one list of assets, their values, and how far sources are trusted.

Resolution looks at the whole tenant; values are settled and stored some assets at a time, so that they are never all in
memory at once.
"""

from collections.abc import Iterator
from functools import partial

import pandas as pd

from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import (
    Asset,
    CleansedCell,
    CloudCell,
    CloudCoverage,
    DataFlag,
    EntityPresence,
    EntityValue,
    IdentityDecision,
    RepositoryCell,
    Row,
    SkippedRow,
    SourceFile,
    SourceSheet,
    SourceStanding,
)
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.inventory.addresses import skipped_rows
from aidiscover_pipelines.inventory.assets import (
    flagged,
    key_values,
    list_assets,
    match_assets,
    nothing_matched,
    scanned_assets,
    under_ids,
)
from aidiscover_pipelines.inventory.cells import read_cells
from aidiscover_pipelines.inventory.figures import counted, preview
from aidiscover_pipelines.inventory.presence import Presences, entity_presences
from aidiscover_pipelines.inventory.resolution.ambiguous import KEPT_APART
from aidiscover_pipelines.inventory.stable_ids import KEY_FIELDS, earlier_ids, renamed
from aidiscover_pipelines.inventory.survivorship.asset_values import asset_values
from aidiscover_pipelines.inventory.survivorship.standing import standings, stated
from aidiscover_pipelines.inventory.survivorship.summaries import AssetSummaries
from aidiscover_pipelines.ports import PortfolioStore

_PREVIEW = ["asset_id", "name", "kind", "records", "matched_by", "confidence"]
_CHARTED = 20


def build_inventory(store: PortfolioStore, tenant: TenantId, run: RunRef) -> StageResult:
    """Merge everything that files and clouds say about assets into one list without duplicates."""
    cells = read_cells(store, tenant, CleansedCell, CloudCell)
    standing = _standings(store, tenant, cells)
    cells = stated(cells, standing)
    matched = match_assets(cells, store.read(tenant, IdentityDecision)) or nothing_matched(cells)
    flags = flagged(matched)
    told = partial(key_values, cells, matched, KEY_FIELDS[EntityKind.ASSET])
    kept = earlier_ids(store, tenant, EntityKind.ASSET, matched.ids.tolist(), told)
    matched, flags = under_ids(matched, kept), renamed(flags, EntityKind.ASSET, kept)
    matched = matched._replace(cells=matched.cells[:0], keys=matched.keys[:0])  # not needed again; hundreds of MB
    skipped = skipped_rows(store, tenant, matched.skipped, "inventory")
    summaries = AssetSummaries(scanned_assets(matched))
    listed: list[tuple[pd.DataFrame, Presences]] = []

    def parts() -> Iterator[tuple[type[Row], pd.DataFrame]]:
        yield from ((SourceStanding, standing), (SkippedRow, skipped), (DataFlag, flags))
        for values in asset_values(cells, matched.rows, matched.ids):
            summaries.take(values)
            yield EntityValue, values
        summary = summaries.frame()
        assets = list_assets(matched, summary)
        presences = entity_presences(store, tenant, run, EntityKind.ASSET, assets, summary["digest"])
        listed.append((assets, presences))
        yield from ((Asset, assets), (EntityPresence, presences.rows))

    tables = (SourceStanding, SkippedRow, DataFlag, EntityValue, Asset, EntityPresence)
    store.replace_in_parts(tenant, run, tables, parts(), entity=str(EntityKind.ASSET), stage="inventory")
    assets, presences = listed[0]
    return StageResult(
        rows_in=int(cells.loc[cells["entity"] == EntityKind.ASSET, "record_id"].nunique()),
        rows_out=len(assets),
        skipped=counted(skipped["reason"]),
        preview=preview(assets, _PREVIEW),
        figures={
            "rows_merged": len(matched.rows) - len(assets),
            "conflicts": summaries.conflicts,
            "keys_kept_apart": int(flags["problem"].isin(KEPT_APART).sum()),
            "flags": len(flags),
            **presences.figures,
        },
        tables=presences.tables,
        charts={
            "Assets by kind": _chart(counted(assets["kind"])),
            "Assets by matching key": _chart(counted(assets["matched_by"])),
            "Conflicts by field": _chart(summaries.disputed, 10),
        },
    )


def refresh_standings(store: PortfolioStore, tenant: TenantId, run: RunRef) -> None:
    """Judge the sources again, as `build_inventory` does, after only a repository has changed."""
    cells = read_cells(store, tenant, CleansedCell, CloudCell)
    store.replace(tenant, run, {SourceStanding: _standings(store, tenant, cells)})


def _standings(store: PortfolioStore, tenant: TenantId, cells: pd.DataFrame) -> pd.DataFrame:
    """SourceStanding frame of what cells come from, and of repositories, whose cells speak of applications."""
    held = read_cells(store, tenant, RepositoryCell)
    scan = store.last_writer(tenant, CloudCoverage)  # cells that tell the same are not written again
    sheets, files = store.read(tenant, SourceSheet), store.read(tenant, SourceFile)
    known = [standings(each, sheets, files, scan.started_at.date() if scan else None) for each in (cells, held)]
    return pd.concat([frame for frame in known if len(frame)] or known[:1], ignore_index=True).sort_values(
        "sheet_key", ignore_index=True
    )


def _chart(counts: dict[str, int], most: int = _CHARTED) -> dict[str, float]:
    """The largest first; of equal ones the first by label, whatever the order of rows was."""
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return {label: float(count) for label, count in ordered[:most]}
