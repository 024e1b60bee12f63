"""Cells that describe assets to one list of assets without duplicates, each with all its values and their evidence."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.domain.tables import Asset, EntityValue
from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.inventory.cells import coded, evidence_ids, texts
from aidiscover_pipelines.inventory.resolution.ambiguous import KEPT_APART, asset_flags
from aidiscover_pipelines.inventory.resolution.asset_ids import asset_ids
from aidiscover_pipelines.inventory.resolution.clustering import Groups, group_entries
from aidiscover_pipelines.inventory.resolution.evidence import BUILD_NUMBERS, SYSTEM, gather_evidence
from aidiscover_pipelines.inventory.resolution.identity import decision_rows, forced
from aidiscover_pipelines.inventory.resolution.keys import KEY_FIELDS, asset_keys, placeholder_cells, with_host_names
from aidiscover_pipelines.inventory.resolution.similarity import confidence
from aidiscover_pipelines.inventory.resolution.source_lists import asset_records, list_entries
from aidiscover_pipelines.inventory.survivorship.asset_values import asset_values
from aidiscover_pipelines.inventory.survivorship.kinds import SCANNED
from aidiscover_pipelines.inventory.survivorship.summaries import AssetSummaries

# How sure it is that rows of one list are one entry: ids and names within one file are that source's own statement.
ENTRY_CONFIDENCE = {"single": 1.0, "asset_id": 0.99, "name in one file": 0.95}

# Of what tells machines apart; the other fields only say how full a list is.
_IDENTITY_FIELDS = frozenset((*KEY_FIELDS, *BUILD_NUMBERS, SYSTEM, "hypervisor_host"))
_IDENTITY_COLUMNS = ("evidence_id", "record_id", "place", "file_id", "field", "value", "number")

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
    """Assets without their values.

    `rows`: record (its code, cells.coded), record_id, entry, sheet, is_detail, matched_by, group, asset_id.
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
    matched = match_assets(cells, decisions) or nothing_matched(cells)
    summaries = AssetSummaries(scanned_assets(matched))
    parts = [pd.DataFrame(columns=EntityValue.columns())]
    for part in asset_values(cells, matched.rows, matched.ids):
        summaries.take(part)
        parts.append(part.astype({"entity_id": "str"}))
    flags = flagged(matched)
    return ResolvedAssets(
        list_assets(matched, summaries.frame()),
        pd.concat(parts[1:] or parts, ignore_index=True),
        matched.rows[["record_id", "asset_id"]],
        matched.skipped,
        flags,
        int(flags["problem"].isin(KEPT_APART).sum()),
    )


def nothing_matched(cells: pd.DataFrame) -> Matched:
    """What there is where no cell describes an asset."""
    names: npt.NDArray[np.object_] = np.zeros(0, dtype=object)
    codes = np.zeros(0, dtype=np.int64)
    rows = {"record": codes, "record_id": names, "entry": codes, "sheet": names, "is_detail": codes == 1}
    keys = {"entry": codes, "group": codes, "kind": names, "value": names, "cell": codes}
    open_pairs = {"left": codes, "right": codes, "bits": np.zeros(0), "key": names}
    return Matched(
        pd.DataFrame({**rows, "matched_by": names, "group": codes, "asset_id": names}),
        names,
        names,
        Groups(codes, np.zeros(0), names, pd.DataFrame(open_pairs)),
        pd.DataFrame(keys),
        cells[:0],
        pd.DataFrame(columns=["record_id", "reason"]),
        [],
    )


def match_assets(cells: pd.DataFrame, decisions: pd.DataFrame | None = None) -> Matched | None:
    """Which rows are one asset; None where no cell describes an asset."""
    of_assets = np.flatnonzero(cells["entity"] == EntityKind.ASSET)
    if not len(of_assets):
        return None
    record, record_ids = coded(cells["record_id"])
    fields = cells["field"].take(of_assets)
    listed = asset_records(record[of_assets], record_ids, fields)
    telling = of_assets[fields.isin(_IDENTITY_FIELDS).to_numpy()]
    own = cells[[name for name in _IDENTITY_COLUMNS if name in cells]].take(telling).reset_index(drop=True)
    own = with_host_names(own.assign(value=texts(own["value"])))
    entries = list_entries(own, record[telling], listed)
    of_cell = _by_record(entries.rows["record"], entries.rows["entry"], len(record_ids))[record[telling]]
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
    is_detail = _by_record(rows["record"], rows["is_detail"], len(record_ids)) == 1
    is_detail = is_detail[record[telling[keys["cell"].to_numpy()]]]
    ids, labels = asset_ids(own, _of_cells(groups.group, of_cell), keys.assign(is_detail=is_detail), content)
    rows["asset_id"] = ids[rows["group"].to_numpy()]
    return Matched(rows, ids, labels, groups, keys, own, entries.skipped, said.overruled)


def _by_record(record: pd.Series, told: "pd.Series | Codes", count: int) -> Codes:
    """What is told of some of `count` records by their code, -1 of the others."""
    out = np.full(count, -1, dtype=np.int64)
    out[record] = told
    return out


def _of_cells(group: Codes, of_cell: Codes) -> Codes:
    return np.where(of_cell >= 0, group[of_cell], -1)


def key_values(cells: pd.DataFrame, matched: Matched, fields: Sequence[str]) -> pd.DataFrame:
    """Frame (entity_id, field, value, evidence_id) of what cells of assets say in some fields."""
    record, records = coded(cells["record_id"])
    row = _by_record(matched.rows["record"], np.arange(len(matched.rows)), len(records))[record]
    asked = (cells["entity"] == EntityKind.ASSET) & cells["field"].isin(fields) & (row >= 0)
    held, ids = cells[asked], matched.rows["asset_id"].to_numpy(object)[row[asked]]
    return pd.DataFrame(
        {"entity_id": ids, "field": held["field"], "value": texts(held["value"]), "evidence_id": evidence_ids(held)}
    )


def under_ids(matched: Matched, kept: Mapping[str, str]) -> Matched:
    """The same with other ids. `kept`: id now -> id it shall have."""
    if not kept:
        return matched
    ids = np.array([kept.get(one, one) for one in matched.ids], dtype=object)
    return matched._replace(ids=ids, rows=matched.rows.assign(asset_id=ids[matched.rows["group"].to_numpy()]))


def flagged(matched: Matched) -> pd.DataFrame:
    """DataFlag frame of what resolution could not settle."""
    unset = matched.cells[placeholder_cells(matched.cells)]
    placeholders = unset[["value", "field"]].assign(evidence_id=evidence_ids(unset))
    return asset_flags(
        matched.keys,
        matched.cells,
        matched.ids,
        matched.labels,
        placeholders,
        matched.groups.open_pairs,
        matched.overruled,
    )


def scanned_assets(matched: Matched) -> "pd.Series[str]":
    """asset_id of what cloud scans returned."""
    return matched.rows.loc[matched.rows["sheet"].str.startswith(SCANNED), "asset_id"]


def list_assets(matched: Matched, summaries: pd.DataFrame) -> pd.DataFrame:
    """Asset frame in the order of ids. `summaries`: name and kind by asset_id (AssetSummaries.frame)."""
    rows, groups = matched.rows, matched.groups
    group = rows["group"].to_numpy()
    local = rows.assign(sure=rows["matched_by"].map(ENTRY_CONFIDENCE).to_numpy(dtype=float))
    local = local.sort_values(["group", "sure"], kind="stable").drop_duplicates("group")
    across = groups.key != ""
    told = summaries.reindex(matched.ids)
    assets = pd.DataFrame(
        {
            "asset_id": matched.ids,
            "name": np.where(told["name"].notna(), told["name"].to_numpy(dtype=object), matched.labels),
            "kind": told["kind"].to_numpy(dtype=object),
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
