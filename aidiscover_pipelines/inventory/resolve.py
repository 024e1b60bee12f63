"""Cells that describe assets to one list of assets without duplicates, each with all its values and their evidence."""

import hashlib
from typing import NamedTuple

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.tables import Asset, EntityValue
from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.inventory.addresses import sheet_keys
from aidiscover_pipelines.inventory.keys import (
    MATCH_CONFIDENCE,
    SAME_NAME,
    STRENGTH,
    asset_keys,
    names_differ,
    similar_names,
)
from aidiscover_pipelines.inventory.kinds import asset_kinds
from aidiscover_pipelines.inventory.merging import Codes, Merge, entered_twice, merge_step, pairs_by_key, unmerged
from aidiscover_pipelines.inventory.names import slug
from aidiscover_pipelines.inventory.source_lists import list_entries
from aidiscover_pipelines.inventory.survive import PART, survive

# Fields a hypervisor or cloud measures itself; for all others the business's own records are nearer the truth.
MEASURED_FIELDS = frozenset(
    (
        "power_state",
        "cpu_cores",
        "cpu_sockets",
        "memory_mb",
        "storage_total_gb",
        "storage_used_gb",
        "cluster_name",
        "hypervisor_host",
        "virtualization_platform",
        "hostname",
    )
)
# Rows of a source that has two of these come from a hypervisor or a cloud, whatever the file is called.
_PLATFORM_SIGNS = ("hypervisor_host", "cluster_name", "power_state")
# Steps of preference below a list's own statement: a detail tab's, a sum of parts, one of the parts.
DETAIL, SUM, PART_OF_SUM = 0.1, 0.2, 0.3
# Parts that add up where a source gives several rows for one asset.
_PARTS = ("storage_used_gb", "storage_total_gb")
# More entries than this behind one IP address are a gateway or a cluster, not one machine with two names.
_MOST_PER_ADDRESS = 6


class ResolvedAssets(NamedTuple):
    """Assets, their values, which record describes which asset, rows left out (record_id, reason), and counts."""

    assets: pd.DataFrame
    values: pd.DataFrame
    record_assets: pd.DataFrame
    skipped: pd.DataFrame
    kept_apart: int


def resolve_assets(cells: pd.DataFrame) -> ResolvedAssets:
    """Merge rows about the same asset. Only rows of asset sheets and cloud scans create assets. No cells: empty."""
    own = cells[cells["entity"] == EntityKind.ASSET]
    if own.empty:
        return _nothing()
    entries = list_entries(own)
    keys = asset_keys(own).merge(entries.rows[["record_id", "entry", "is_detail"]], on="record_id")
    keys = keys.sort_values("is_detail", kind="stable").drop(columns="record_id")
    same_as = entered_twice(keys, entries.lists)
    keys = keys.assign(entry=same_as[keys["entry"].to_numpy()])
    entries = entries._replace(rows=entries.rows.assign(entry=same_as[entries.rows["entry"].to_numpy()]))
    keys = keys.drop_duplicates(["entry", "kind", "value"], ignore_index=True)
    merged, kept_apart = _merge(keys, entries.lists)
    rows = entries.rows.assign(group=merged.group[entries.rows["entry"].to_numpy()])
    described = _described(cells, rows)
    identities = _identities(rows, keys, merged, own)
    rows["asset_id"] = identities["asset_id"].reindex(rows["group"]).to_numpy()
    values = _values(described, rows)
    assets = _assets(rows, identities, merged, values, own)
    return ResolvedAssets(assets, values, rows[["record_id", "asset_id"]], entries.skipped, kept_apart)


def _nothing() -> ResolvedAssets:
    return ResolvedAssets(
        pd.DataFrame(columns=Asset.columns()),
        pd.DataFrame(columns=EntityValue.columns()),
        pd.DataFrame(columns=["record_id", "asset_id"]),
        pd.DataFrame(columns=["record_id", "reason"]),
        0,
    )


def _merge(keys: pd.DataFrame, lists: Codes) -> tuple[Merge, int]:
    """Merge entries by each key, strongest first; also how many keys were set aside as cloned or contradicted."""
    merged = unmerged(len(lists))
    names = _short_names(keys, len(lists))
    kept_apart = 0
    for kind in STRENGTH[:-1]:
        left, right, set_aside = pairs_by_key(keys[keys["kind"] == kind], lists)
        kept_apart += set_aside
        if kind not in ("fqdn", "name"):
            differ = names_differ(names.iloc[left], names.iloc[right])
            kept_apart += int(differ.sum())
            left, right = left[~differ], right[~differ]
        elif kind == "name":
            apart = _contradicted(keys, left, right)
            kept_apart += int(apart.sum())
            left, right = left[~apart], right[~apart]
        merged = merge_step(merged, lists, left, right, kind)
    left, right = _same_address(keys, names)
    merged = merge_step(merged, lists, left, right, "ip and similar name")
    return merged, kept_apart + merged.refused


def _short_names(keys: pd.DataFrame, count: int) -> pd.DataFrame:
    """Up to two short names per entry."""
    named = keys[keys["kind"] == "name"].drop_duplicates(["entry", "value"])
    place = named.groupby("entry").cumcount()
    wide = named.assign(place=place)[place < 2].pivot(index="entry", columns="place", values="value")
    return wide.reindex(index=range(count), columns=range(2)).astype(object)


def _contradicted(keys: pd.DataFrame, left: Codes, right: Codes) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Pairs of one short name that are different machines: other domains, or other UUID and other MACs as well."""
    domains = keys[keys["kind"] == "fqdn"].assign(value=lambda rows: rows["value"].str.split(".", n=1).str[1])
    other_domain = _disjoint(domains, left, right)
    other_ids = _disjoint(keys[keys["kind"] == "uuid"], left, right)
    other_macs = _disjoint(keys[keys["kind"] == "mac"], left, right)
    return other_domain | (other_ids & other_macs)


def _disjoint(keys: pd.DataFrame, left: Codes, right: Codes) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Pairs of entries that both have such keys and share none."""
    having = np.isin(left, keys["entry"]) & np.isin(right, keys["entry"])
    places = np.flatnonzero(having)
    ours = pd.DataFrame({"place": places, "entry": left[places]}).merge(keys[["entry", "value"]], on="entry")
    theirs = pd.DataFrame({"place": places, "entry": right[places]}).merge(keys[["entry", "value"]], on="entry")
    shared = ours.merge(theirs, on=["place", "value"])["place"]
    having[shared.to_numpy(dtype=np.int64)] = False
    return having


def _same_address(keys: pd.DataFrame, names: pd.DataFrame) -> tuple[Codes, Codes]:
    """Pairs of entries with one IP address and nearly one name."""
    held = keys[keys["kind"] == "ip"]
    users = held.groupby("value")["entry"].transform("size")
    held = held.loc[users.between(2, _MOST_PER_ADDRESS), ["entry", "value"]]
    pairs = held.merge(held, on="value", suffixes=("", "_other"))
    pairs = pairs[pairs["entry"] < pairs["entry_other"]].drop_duplicates(["entry", "entry_other"])
    left, right = pairs["entry"].to_numpy(dtype=np.int64), pairs["entry_other"].to_numpy(dtype=np.int64)
    ours = names[0].to_numpy(dtype=object)[left]
    theirs = names[0].to_numpy(dtype=object)[right]
    both = pd.notna(ours) & pd.notna(theirs)
    close = similar_names(ours[both].tolist(), theirs[both].tolist(), SAME_NAME)
    return left[both][close], right[both][close]


def _described(cells: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Cells that say something about an asset: its own, and application fields of rows that name no application."""
    here = cells[cells["record_id"].isin(rows["record_id"])]
    own = here["entity"] == EntityKind.ASSET
    about_application = here["entity"] == EntityKind.APPLICATION
    named = here.loc[here["field"].isin(("application_id", "application_name")), "record_id"]
    return here[own | (about_application & ~here["record_id"].isin(named))]


def _identities(rows: pd.DataFrame, keys: pd.DataFrame, merged: Merge, cells: pd.DataFrame) -> pd.DataFrame:
    """asset_id of each group: readable name and a hash of the strongest key, so that it outlives new uploads."""
    ranked = keys.assign(group=merged.group[keys["entry"].to_numpy(dtype=np.int64)])
    # Row addresses and file ids change with every upload of new bytes; ids of a source count without their file.
    ranked["value"] = ranked["value"].where(ranked["kind"] != "asset_id", ranked["value"].str.split(" ", n=1).str[1])
    ranked["rank"] = ranked["kind"].map({kind: rank for rank, kind in enumerate(STRENGTH)})
    ranked = (
        ranked.sort_values(["group", "is_detail", "rank", "value"], kind="stable")
        .drop_duplicates("group")
        .set_index("group")
    )
    groups = rows.groupby("group")["record_id"].min().rename("record").to_frame()
    labels = cells[cells["field"].isin(("asset_name", "hostname", "asset_id"))].sort_values(["field", "evidence_id"])
    labels = labels.assign(group=labels["record_id"].map(rows.set_index("record_id")["group"])).dropna(subset="group")
    # "asset_name" first, then "hostname", then ids.
    order = labels["field"].map({"asset_name": 0, "hostname": 1, "asset_id": 2})
    labels = labels.assign(order=order).sort_values(["order", "evidence_id"], kind="stable").drop_duplicates("group")
    groups["label"] = labels.set_index("group")["value"].reindex(groups.index).fillna("asset")
    strongest = (ranked["kind"] + ":" + ranked["value"]).reindex(groups.index)
    strongest = strongest.where(strongest.notna(), "row:" + groups["record"])
    digests = [hashlib.sha256(key.encode()).hexdigest()[:8] for key in strongest]
    groups["asset_id"] = [
        f"{slug(label.split('.')[0], 40) or 'asset'}-{digest}"
        for label, digest in zip(groups["label"], digests, strict=True)
    ]
    groups = groups.sort_values(["asset_id", "record"], kind="stable")
    repeats = groups.groupby("asset_id").cumcount()
    groups["asset_id"] = groups["asset_id"].where(repeats == 0, groups["asset_id"] + "-" + (repeats + 1).astype("str"))
    return groups.sort_index()


def _values(described: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    values = described.assign(
        entity=str(EntityKind.ASSET),
        entity_id=described["record_id"].map(rows.set_index("record_id")["asset_id"]),
        sheet=sheet_keys(described["record_id"].astype("str")),
        note="",
    )
    platform = _platform_sheets(values)
    measured = values["field"].isin(MEASURED_FIELDS)
    details = rows.loc[rows["is_detail"], "record_id"]
    is_detail = values["record_id"].isin(details)
    values["preference"] = np.where(measured == values["sheet"].isin(platform), 0.0, 1.0) + DETAIL * is_detail
    return survive(_add_up(values))


def _platform_sheets(values: pd.DataFrame) -> pd.Index:
    """Sheets filled by a hypervisor or a cloud."""
    signs = values[values["field"].isin(_PLATFORM_SIGNS)].groupby("sheet")["field"].nunique()
    return signs.index[signs >= 2]


def _add_up(values: pd.DataFrame) -> pd.DataFrame:
    """Sums of parts: storage given per disk or partition. The sum stands on the first part's cell.

    Disks are summed per sheet and the largest sum is taken (a sheet of partitions repeats a sheet of disks), and only
    for assets without a total. Equal totals on several rows are one total repeated.
    """
    numeric = values[values["number"].notna()]
    total_known = numeric.loc[numeric["field"] == "storage_total_gb", "entity_id"]
    disks = numeric[(numeric["field"] == "disk_size_gb") & ~numeric["entity_id"].isin(total_known)]
    values = _put_sums(values, disks, "storage_total_gb", "disk")
    for field in _PARTS:
        parts = numeric[numeric["field"] == field]
        spread = parts.groupby(["entity_id", "sheet"])["number"].transform("nunique")
        values = _put_sums(values, parts[spread > 1], field, "row")
    return values


def _put_sums(values: pd.DataFrame, parts: pd.DataFrame, field: str, part: str) -> pd.DataFrame:
    if parts.empty:
        return values
    ordered = parts.sort_values("evidence_id", kind="stable")
    sums = ordered.groupby(["entity_id", "sheet"]).agg(
        total=("number", "sum"), count=("number", "size"), cell=("evidence_id", "first")
    )
    sums = sums.sort_values("total", ascending=False, kind="stable").reset_index().drop_duplicates("entity_id")
    sums = sums.set_index("cell")
    hit = values["evidence_id"].isin(sums.index) & (values["field"] == str(parts["field"].iloc[0]))
    found = sums.reindex(values.loc[hit, "evidence_id"])
    values.loc[hit, "field"] = field
    values.loc[hit, "number"] = found["total"].to_numpy()
    values.loc[hit, "value"] = [format(total, ".10g") for total in found["total"]]
    values.loc[hit, "note"] = [f"sum of {count} {part}{'s' if count > 1 else ''}" for count in found["count"]]
    rest = values["evidence_id"].isin(parts["evidence_id"]) & (values["field"] == field) & ~hit
    values.loc[rest, "note"] = PART
    values.loc[hit, "preference"] += SUM
    values.loc[rest, "preference"] += PART_OF_SUM
    return values


def _assets(
    rows: pd.DataFrame, identities: pd.DataFrame, merged: Merge, values: pd.DataFrame, cells: pd.DataFrame
) -> pd.DataFrame:
    file_ids = cells.drop_duplicates("record_id").set_index("record_id")["file_id"]
    per_row = rows.assign(file_id=rows["record_id"].map(file_ids))
    sources = per_row.drop_duplicates(["asset_id", "file_id"]).sort_values("file_id").groupby("asset_id")["file_id"]
    local = per_row.assign(sure=per_row["matched_by"].map(MATCH_CONFIDENCE)).sort_values("sure", kind="stable")
    weakest = local.drop_duplicates("group").set_index("group")["matched_by"].sort_index()
    across = pd.Series(merged.matched_by).reindex(weakest.index)
    matched_by = across.where(across != "", weakest)
    sure = np.minimum(
        weakest.map(MATCH_CONFIDENCE), across.where(across != "", "single").map(MATCH_CONFIDENCE).fillna(1.0)
    )
    chosen = values[values["chosen"]]
    assets = pd.DataFrame(
        {
            "asset_id": identities["asset_id"],
            "name": _chosen_names(chosen, identities),
            "kind": asset_kinds(chosen, cells, rows).reindex(identities["asset_id"]).fillna("unknown").to_numpy(),
            "sources": sources.agg(list).reindex(identities["asset_id"]).to_numpy(),
            "records": rows.groupby("group").size(),
            "matched_by": matched_by,
            "confidence": sure.round(3),
        }
    )
    return assets.sort_values("asset_id", ignore_index=True)[Asset.columns()]


def _chosen_names(chosen: pd.DataFrame, identities: pd.DataFrame) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
    names = chosen[chosen["field"].isin(("asset_name", "hostname"))].sort_values("field", kind="stable")
    first = names.drop_duplicates("entity_id").set_index("entity_id")["value"]
    found = first.reindex(identities["asset_id"])
    return found.where(found.notna(), identities["label"].to_numpy()).to_numpy(dtype=object)
