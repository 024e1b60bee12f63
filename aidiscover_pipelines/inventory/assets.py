"""Cells that describe assets to one list of assets without duplicates, each with all its values and their evidence."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.domain.tables import Asset, DataFlag, EntityValue
from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.inventory.resolution.ambiguous import KEPT_APART, asset_flags
from aidiscover_pipelines.inventory.resolution.asset_ids import asset_ids
from aidiscover_pipelines.inventory.resolution.clustering import Groups, group_entries
from aidiscover_pipelines.inventory.resolution.evidence import BUILD_NUMBERS, SYSTEM, gather_evidence
from aidiscover_pipelines.inventory.resolution.identity import decision_rows, forced
from aidiscover_pipelines.inventory.resolution.keys import asset_keys, placeholder_cells, with_host_names
from aidiscover_pipelines.inventory.resolution.similarity import confidence
from aidiscover_pipelines.inventory.resolution.source_lists import list_entries
from aidiscover_pipelines.inventory.survivorship.asset_values import asset_values
from aidiscover_pipelines.inventory.survivorship.kinds import asset_kinds

# How sure it is that rows of one list are one entry: ids and names within one file are that source's own statement.
ENTRY_CONFIDENCE = {"single": 1.0, "asset_id": 0.99, "name in one file": 0.95}

Codes = npt.NDArray[np.int64]


class ResolvedAssets(NamedTuple):
    """Assets, their values, which record describes which asset, rows left out (record_id, reason), flags and counts."""

    assets: pd.DataFrame
    values: pd.DataFrame
    record_assets: pd.DataFrame
    skipped: pd.DataFrame
    flags: pd.DataFrame
    kept_apart: int


class Matched(NamedTuple):
    """Assets without their values. `rows`: record_id, entry, sheet, is_detail, matched_by, group, asset_id.

    `labels`: a name of each group; `ids`: its asset_id. `keys`: entry, group, kind, value, cell (position in `cells`).
    `cells`: the cells of assets. `overruled`: ids of decisions that later ones contradict.
    """

    rows: pd.DataFrame
    ids: npt.NDArray[np.object_]
    labels: npt.NDArray[np.object_]
    groups: Groups
    keys: pd.DataFrame
    cells: pd.DataFrame
    skipped: pd.DataFrame
    overruled: list[str]


def resolve_assets(cells: pd.DataFrame, decisions: pd.DataFrame | None = None) -> ResolvedAssets:
    """Merge rows about the same asset. Only rows of asset sheets and cloud scans create assets. No cells: empty.

    `decisions`: IdentityDecision rows, what people said about identity.
    """
    matched = match_assets(cells, decisions)
    if matched is None:
        return ResolvedAssets(
            pd.DataFrame(columns=Asset.columns()),
            pd.DataFrame(columns=EntityValue.columns()),
            pd.DataFrame(columns=["record_id", "asset_id"]),
            pd.DataFrame(columns=["record_id", "reason"]),
            pd.DataFrame(columns=DataFlag.columns()),
            0,
        )
    cells = cells.reset_index(drop=True)
    values = asset_values(_described(cells, matched.rows, matched.skipped), matched.rows)
    flags = _flags(matched)
    return ResolvedAssets(
        _assets(matched, values),
        values,
        matched.rows[["record_id", "asset_id"]],
        matched.skipped,
        flags,
        int(flags["problem"].isin(KEPT_APART).sum()),
    )


def match_assets(cells: pd.DataFrame, decisions: pd.DataFrame | None = None) -> Matched | None:
    """Which rows are one asset; None where no cell describes an asset."""
    own = cells[cells["entity"] == EntityKind.ASSET].reset_index(drop=True)
    if own.empty:
        return None
    own = with_host_names(own)
    entries = list_entries(own)
    of_cell = _entries_of_cells(own, entries.rows)
    keys = asset_keys(own).drop(columns="record_id")
    keys["entry"] = of_cell[keys["cell"].to_numpy()]
    keys = keys[keys["entry"] >= 0].reset_index(drop=True)
    build = own.loc[own["field"].isin((*BUILD_NUMBERS, SYSTEM)), ["field", "value", "number"]]
    build["entry"] = of_cell[build.index.to_numpy()]
    evidence = gather_evidence(keys, build[build["entry"] >= 0], entries.lists)
    said = forced(decision_rows() if decisions is None else decisions, keys, EntityKind.ASSET)
    groups = group_entries(evidence, said.joined, said.apart)
    rows = entries.rows.assign(group=groups.group[entries.rows["entry"].to_numpy()])
    content = np.zeros(len(groups.weakest), dtype=np.uint64)
    np.add.at(content, groups.group, evidence.content * evidence.content)
    keys = keys.assign(group=groups.group[keys["entry"].to_numpy()])
    is_detail = _details(own, rows)[keys["cell"].to_numpy()]
    ids, labels = asset_ids(own, _of_cells(groups.group, of_cell), keys.assign(is_detail=is_detail), content)
    rows["asset_id"] = ids[rows["group"].to_numpy()]
    return Matched(rows, ids, labels, groups, keys, own, entries.skipped, said.overruled)


def _entries_of_cells(cells: pd.DataFrame, rows: pd.DataFrame) -> Codes:
    """Entry of each cell, -1 where its row was left out."""
    codes, records = pd.factorize(cells["record_id"])
    entry = pd.Series(rows["entry"].to_numpy(), index=rows["record_id"]).reindex(records)
    return entry.fillna(-1).to_numpy(dtype=np.int64)[codes]


def _of_cells(group: Codes, of_cell: Codes) -> Codes:
    return np.where(of_cell >= 0, group[of_cell], -1)


def _details(cells: pd.DataFrame, rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Which cells are of detail rows."""
    details = rows.loc[rows["is_detail"], "record_id"]
    return cells["record_id"].isin(details).to_numpy() if len(details) else np.zeros(len(cells), dtype=bool)


def _described(cells: pd.DataFrame, rows: pd.DataFrame, skipped: pd.DataFrame) -> pd.DataFrame:
    """Cells that say something about an asset: its own, and application fields of rows that name no application."""
    about_application = cells["entity"] == EntityKind.APPLICATION
    naming = about_application & cells["field"].isin(("application_id", "application_name"))
    wanted = (cells["entity"] == EntityKind.ASSET) & ~cells["record_id"].isin(skipped["record_id"])
    beside = cells.loc[about_application, "record_id"]
    beside = beside[beside.isin(rows["record_id"]) & ~beside.isin(cells.loc[naming, "record_id"])]
    wanted[beside.index] = True
    return cells if wanted.all() else cells[wanted]


def _flags(matched: Matched) -> pd.DataFrame:
    placeholders = matched.cells.loc[placeholder_cells(matched.cells), ["value", "field", "evidence_id"]]
    return asset_flags(
        matched.keys,
        matched.cells,
        matched.ids,
        matched.labels,
        placeholders,
        matched.groups.open_pairs,
        matched.overruled,
    )


def _assets(matched: Matched, values: pd.DataFrame) -> pd.DataFrame:
    rows, groups = matched.rows, matched.groups
    group = rows["group"].to_numpy()
    local = rows.assign(sure=rows["matched_by"].map(ENTRY_CONFIDENCE).to_numpy(dtype=float))
    local = local.sort_values(["group", "sure"], kind="stable").drop_duplicates("group")
    across = groups.key != ""
    chosen = values[values["chosen"].astype(bool)]
    assets = pd.DataFrame(
        {
            "asset_id": matched.ids,
            "name": _chosen_names(chosen, matched),
            "kind": asset_kinds(chosen, matched.cells, rows).reindex(matched.ids).fillna("unknown").to_numpy(),
            "sources": _sources(rows, len(matched.ids)),
            "records": np.bincount(group, minlength=len(matched.ids)),
            "matched_by": np.where(across, groups.key, local["matched_by"].to_numpy(dtype=object)),
            "confidence": np.round(np.minimum(confidence(groups.weakest, groups.key), local["sure"].to_numpy()), 3),
        }
    )
    return assets.sort_values("asset_id", ignore_index=True)[Asset.columns()]


def _sources(rows: pd.DataFrame, count: int) -> list[list[str]]:
    """file_ids of each group, sorted."""
    files, names = pd.factorize(rows["sheet"].str.replace(r"\..*$", "", regex=True), sort=True)
    pairs = np.unique(rows["group"].to_numpy(dtype=np.int64) * len(names) + files)
    listed = np.asarray(names, dtype=object)[pairs % len(names)].tolist()
    ends = np.searchsorted(pairs // len(names), np.arange(count + 1)).tolist()
    return [listed[start:end] for start, end in pairwise(ends)]


def _chosen_names(chosen: pd.DataFrame, matched: Matched) -> npt.NDArray[np.object_]:
    names = chosen[chosen["field"].isin(("asset_name", "hostname"))].sort_values("field", kind="stable")
    first = names.drop_duplicates("entity_id").set_index("entity_id")["value"].reindex(matched.ids)
    return np.where(first.notna().to_numpy(), first.to_numpy(dtype=object), matched.labels)
