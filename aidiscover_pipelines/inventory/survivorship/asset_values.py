"""Values of each asset from the cells that describe it: who states them, sums of parts, and which of them stand."""

import pandas as pd

from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.inventory.addresses import sheet_keys
from aidiscover_pipelines.inventory.survivorship.survive import PART, survive

# Steps away from a list's own statement: a detail tab's, a sum of parts, one of the parts.
DETAIL, SUM, PART_OF_SUM = 0.1, 0.2, 0.3
# Parts that add up where a source gives several rows for one asset.
_PARTS = ("storage_used_gb", "storage_total_gb")


def asset_values(described: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """EntityValue frame of assets. `described`: cells of `standing.stated`; `rows`: record_id, asset_id, is_detail."""
    values = described.assign(
        entity=str(EntityKind.ASSET),
        entity_id=described["record_id"].map(rows.set_index("record_id")["asset_id"]),
        sheet=sheet_keys(described["record_id"].astype("str")),
        note="",
    )
    details = rows.loc[rows["is_detail"], "record_id"]
    values["preference"] = DETAIL * values["record_id"].isin(details)
    return survive(_add_up(values))


def _add_up(values: pd.DataFrame) -> pd.DataFrame:
    """Sums of parts: storage given per disk or partition. The sum stands on the first part's cell.

    Disks are summed per sheet and the largest sum is taken (a sheet of partitions repeats a sheet of disks), and only
    for assets without a total. Equal totals on several rows are one total repeated, but for rows that each tell of one
    disk. Two totals in one row are two readings of one thing; two disks in one row are two disks, be they equal.
    Sizes below zero are no sizes and count in no sum.
    """
    numeric = values[values["number"] >= 0]
    total_known = numeric.loc[numeric["field"] == "storage_total_gb", "entity_id"]
    disks = numeric[numeric["field"] == "disk_size_gb"]
    values = _put_sums(values, disks[~disks["entity_id"].isin(total_known)], "storage_total_gb", "disk")
    per_disk = set(disks["record_id"])
    for field in _PARTS:
        readings = numeric[numeric["field"] == field]
        # Hardly any asset has two rows in a sheet: the rest need not be sorted and counted.
        readings = readings[readings.duplicated(["entity_id", "sheet"], keep=False)]
        readings = readings.sort_values("evidence_id", kind="stable")
        parts = readings.drop_duplicates(["entity_id", "record_id"])
        of_entity = parts.groupby(["entity_id", "sheet"])
        several = (of_entity["number"].transform("nunique") > 1) | (
            parts["record_id"].isin(per_disk) & (of_entity["number"].transform("size") > 1)
        )
        values = _put_sums(values, parts[several], field, "row")
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
