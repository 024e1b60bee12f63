"""Values of each asset from the cells that describe it: who states them, sums of parts, and which of them stand."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.inventory.addresses import among, sheet_keys
from aidiscover_pipelines.inventory.cells import coded, evidence_ids, texts
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

    `cells`: those of `standing.stated`; `rows`: record (its code, cells.coded), group, is_detail; `ids`: asset_id by
    group. In each frame the categories of entity_id are its assets.
    """
    runs = _runs(cells, rows)
    order = pc.sort_indices(pa.array(ids, pa.large_string())).to_numpy()
    place = np.empty(len(ids), dtype=np.int64)
    place[order] = np.arange(len(ids))
    asset = place[rows["group"].to_numpy(dtype=np.int64)[runs.row]]
    by_asset = np.argsort(asset, kind="stable")
    runs, asset = runs.take(by_asset), asset[by_asset]
    is_detail = rows["is_detail"].to_numpy(dtype=bool)[runs.row]
    ends = np.cumsum(np.bincount(asset, weights=runs.length, minlength=len(ids)).astype(np.int64))
    start = 0
    while start < len(ids):
        first = int(ends[start - 1]) if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, first + most, side="right")))
        part = slice(*np.searchsorted(asset, (start, stop)).tolist())
        length = runs.length[part]
        values = cells.take(runs.cells(part))
        values = values.assign(
            entity=str(EntityKind.ASSET),
            entity_id=pd.Categorical.from_codes(
                np.repeat(asset[part] - start, length), pd.Index(ids[order[start:stop]])
            ),
            value=texts(values["value"]),
            evidence_id=evidence_ids(values),
            note="",
            preference=np.repeat(DETAIL * is_detail[part], length),
        )
        yield survive(_add_up(values.reset_index(drop=True)))
        start = stop


class _Runs(NamedTuple):
    """Cells that say something about an asset, as runs of neighbours: where each starts, its length and its row."""

    start: Codes
    length: Codes
    row: Codes

    def take(self, places: Codes) -> "_Runs":
        return _Runs(self.start[places], self.length[places], self.row[places])

    def cells(self, part: slice) -> Codes:
        """Positions of the cells of some runs."""
        length = self.length[part]
        return np.repeat(self.start[part] - np.cumsum(length) + length, length) + np.arange(length.sum())


def _runs(cells: pd.DataFrame, rows: pd.DataFrame) -> _Runs:
    """Cells of the records in `rows`: those about the asset, and about applications where the record names none."""
    record, records = coded(cells["record_id"])
    row = np.full(len(records), -1, dtype=np.int64)
    row[rows["record"]] = np.arange(len(rows))
    about_application = (cells["entity"] == EntityKind.APPLICATION).to_numpy()
    naming = about_application & cells["field"].isin(("application_id", "application_name")).to_numpy()
    named = np.zeros(len(records), dtype=bool)
    named[record[naming]] = True
    told = (cells["entity"] == EntityKind.ASSET).to_numpy() | (about_application & ~named[record])
    told &= (row >= 0)[record]
    # A run ends where another record's cells begin, and where cells are left out.
    begins = told & (np.diff(record, prepend=-1) != 0)
    begins[1:] |= told[1:] & ~told[:-1]
    start = np.flatnonzero(begins)
    length = np.add.reduceat(told, start, dtype=np.int64) if len(start) else start
    return _Runs(start, length, row[record[start]])


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
