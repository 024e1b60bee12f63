"""Values of each asset from the cells that describe it: who states them, sums of parts, and which of them stand."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.inventory.addresses import among, sheet_keys
from aidiscover_pipelines.inventory.survivorship.agreement import Objects
from aidiscover_pipelines.inventory.survivorship.ranking import Codes
from aidiscover_pipelines.inventory.survivorship.survive import PART, survive

# Steps away from a list's own statement: a detail tab's, a sum of parts, one of the parts.
DETAIL, SUM, PART_OF_SUM = 0.1, 0.2, 0.3
# Parts that add up where a source gives several rows for one asset.
_PARTS = ("storage_used_gb", "storage_total_gb")
PART_CELLS = 500_000  # some 150 MB while they are settled


def asset_values(
    cells: pd.DataFrame, rows: pd.DataFrame, ids: Objects, most: int = PART_CELLS
) -> Iterator[pd.DataFrame]:
    """EntityValue frames, each all values of some assets from about `most` cells, in the order of asset ids.

    `cells`: those of `standing.stated`; `rows`: record_id, group, is_detail; `ids`: asset_id by group. In each frame
    the categories of entity_id are its assets.
    """
    described, row = _described(cells, rows)
    order = np.argsort(ids.astype(str), kind="stable")
    place = np.empty(len(ids), dtype=np.int64)
    place[order] = np.arange(len(ids))
    asset = place[rows["group"].to_numpy(dtype=np.int64)[row]]
    by_asset = np.argsort(asset, kind="stable")
    described, row, asset = described[by_asset], row[by_asset], asset[by_asset]
    is_detail = rows["is_detail"].to_numpy(dtype=bool)
    ends = np.cumsum(np.bincount(asset, minlength=len(ids)))
    start = 0
    while start < len(ids):
        first = int(ends[start - 1]) if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, first + most, side="right")))
        part = slice(first, int(ends[stop - 1]))
        values = cells.take(described[part])
        values = values.assign(
            entity=str(EntityKind.ASSET),
            entity_id=pd.Categorical.from_codes(asset[part] - start, pd.Index(ids[order[start:stop]])),
            note="",
            preference=DETAIL * is_detail[row[part]],
        )
        yield survive(_add_up(values.reset_index(drop=True)))
        start = stop


def _described(cells: pd.DataFrame, rows: pd.DataFrame) -> tuple[Codes, Codes]:
    """Cells that say something about an asset, and the row of `rows` that each stands in.

    Its own, and application fields of rows that name no application.
    """
    record, records = pd.factorize(cells["record_id"])
    row = pd.Index(rows["record_id"].to_numpy(object)).get_indexer(pd.Index(records, dtype=object))
    about_application = (cells["entity"] == EntityKind.APPLICATION).to_numpy()
    naming = about_application & cells["field"].isin(("application_id", "application_name")).to_numpy()
    named = np.zeros(len(records), dtype=bool)
    named[record[naming]] = True
    told = (cells["entity"] == EntityKind.ASSET).to_numpy() | (about_application & ~named[record])
    described = np.flatnonzero(told & (row >= 0)[record])
    return described, row[record[described]]


def _add_up(values: pd.DataFrame) -> pd.DataFrame:
    """Sums of parts: storage given per disk or partition. The sum stands on the first part's cell.

    Disks are summed per sheet and the largest sum is taken (a sheet of partitions repeats a sheet of disks), and only
    for assets without a total. Equal totals on several rows are one total repeated, but for rows that each tell of one
    disk. Two totals in one row are two readings of one thing; two disks in one row are two disks, be they equal.
    Sizes below zero are no sizes and count in no sum.
    """
    sizes = values["field"].isin(("disk_size_gb", *_PARTS))
    if not sizes.any():
        return values
    numeric = values[sizes & (values["number"] >= 0)]
    numeric = numeric.assign(entity_id=numeric["entity_id"].astype("str"))
    total_known = numeric.loc[numeric["field"] == "storage_total_gb", "entity_id"]
    disks = numeric[numeric["field"] == "disk_size_gb"]
    values = _put_sums(values, disks[~among(disks["entity_id"], total_known)], "storage_total_gb", "disk")
    per_disk = disks["record_id"].astype("str").unique()
    for field in _PARTS:
        readings = numeric[numeric["field"] == field]
        # Hardly any asset has two rows in a sheet: the rest need not be sorted and counted.
        readings = readings[readings.duplicated("entity_id", keep=False)]
        readings = readings.assign(sheet=sheet_keys(readings["record_id"]))
        readings = readings[readings.duplicated(["entity_id", "sheet"], keep=False)]
        readings = readings.sort_values("evidence_id", kind="stable")
        parts = readings.drop_duplicates(["entity_id", "record_id"])
        of_entity = parts.groupby(["entity_id", "sheet"])
        several = (of_entity["number"].transform("nunique") > 1) | (
            among(parts["record_id"].astype("str"), per_disk) & (of_entity["number"].transform("size") > 1)
        )
        values = _put_sums(values, parts[several], field, "row")
    return values


def _put_sums(values: pd.DataFrame, parts: pd.DataFrame, field: str, part: str) -> pd.DataFrame:
    if parts.empty:
        return values
    ordered = parts.assign(sheet=sheet_keys(parts["record_id"])).sort_values("evidence_id", kind="stable")
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
