"""Rows of one file to entries: which sheets list assets, which only tell more about assets that another sheet lists."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from aidiscover_pipelines.inventory.addresses import reasons_frame, sheet_keys

# A sheet tells more about another's assets when at least this share of its rows name one of them ...
DETAIL_COVER = 0.5
# ... unless it is as full a list itself: this share of the fields per row, and hardly a name twice.
PEER_FIELDS = 0.8
PEER_UNIQUE = 0.9

_MENTION_ORDER = {"asset_id": 0, "asset_name": 1, "hostname": 2}


class Entries(NamedTuple):
    """`rows`: record_id, entry (code), sheet, is_detail, matched_by. `lists`: list code of each entry.

    `skipped`: record_id and reason.
    """

    rows: pd.DataFrame
    lists: "np.ndarray[tuple[int], np.dtype[np.int64]]"
    skipped: pd.DataFrame


def list_entries(cells: pd.DataFrame) -> Entries:
    """Group asset rows into entries of their own list, then attach rows of detail sheets to the entry they name."""
    mentions = _mentions(cells)
    rows = _rows(cells, mentions)
    defined_by = _defining_sheets(rows, mentions)
    rows["definer"] = rows["sheet"].map(defined_by)
    own = rows[rows["definer"] == rows["sheet"]]
    details = rows[rows["definer"] != rows["sheet"]]
    attached, skipped = _attach(details, own, mentions)
    kept = pd.concat([own, attached], ignore_index=True)
    kept["entry"], _ = pd.factorize(kept["label"])
    lists, _ = pd.factorize(kept.drop_duplicates("entry")["definer"])
    sizes = kept.groupby("entry")["record_id"].transform("size")
    kept["matched_by"] = kept["matched_by"].where(sizes > 1, "single")
    kept["is_detail"] = kept["definer"] != kept["sheet"]
    columns = ["record_id", "entry", "sheet", "is_detail", "matched_by"]
    return Entries(kept[columns], np.asarray(lists, dtype=np.int64), skipped)


def _mentions(cells: pd.DataFrame) -> pd.DataFrame:
    """Names and ids of each row, casefolded, with their order of trust. Columns: record_id, sheet, order, text."""
    held = cells[cells["field"].isin(_MENTION_ORDER)]
    column = pd.to_numeric(held["evidence_id"].str.rsplit(".", n=1).str[-1], errors="coerce").fillna(0)
    mentions = pd.DataFrame(
        {
            "record_id": held["record_id"].astype("str"),
            "sheet": sheet_keys(held["record_id"]).astype("str"),
            "order": held["field"].map(_MENTION_ORDER).astype(int),
            "column": column.astype(int),
            "text": held["value"].astype("str").str.casefold(),
        }
    )
    return mentions.sort_values(["order", "column"], kind="stable").reset_index(drop=True)


def _rows(cells: pd.DataFrame, mentions: pd.DataFrame) -> pd.DataFrame:
    """One row per asset record with its label: same id in a sheet, else same name in a sheet, else the row alone."""
    rows = cells.groupby("record_id", sort=False).agg(fields=("field", "nunique")).reset_index()
    rows["record_id"] = rows["record_id"].astype("str")
    rows["sheet"] = sheet_keys(rows["record_id"])
    first = mentions.drop_duplicates(["record_id", "order"]).pivot(index="record_id", columns="order", values="text")
    first = first.reindex(columns=range(3)).reindex(rows["record_id"]).reset_index(drop=True)
    rows["id"] = first[0].to_numpy()
    rows["name"] = first[1].where(first[1].notna(), first[2]).to_numpy()
    # One id on rows with different names is a constant of the export or a cloned key, not an identity.
    spread = rows.groupby(["sheet", "id"])["name"].transform("nunique")
    rows.loc[(spread > 1).to_numpy(), "id"] = None
    by_id, by_name = rows["id"].notna(), rows["name"].notna()
    rows["label"] = rows["record_id"].where(~by_name, rows["sheet"] + " name " + rows["name"].astype("str"))
    rows.loc[by_id, "label"] = rows["sheet"] + " id " + rows["id"].astype("str")
    rows["matched_by"] = np.where(by_id, "asset_id", "name in one file")
    identified = rows[by_id & by_name].drop_duplicates("label")
    unique = identified.drop_duplicates(["sheet", "name"], keep=False)
    index = pd.Series(unique["label"].to_numpy(), index=unique["sheet"] + "\n" + unique["name"].astype("str"))
    without_id = ~by_id & by_name
    found = (rows.loc[without_id, "sheet"] + "\n" + rows.loc[without_id, "name"].astype("str")).map(index)
    rows.loc[without_id, "label"] = found.where(found.notna(), rows.loc[without_id, "label"])
    return rows


def _defining_sheets(rows: pd.DataFrame, mentions: pd.DataFrame) -> dict[str, str]:
    """Sheet -> the sheet of the same file whose assets it tells more about; itself where it is a list of its own."""
    stats = rows.groupby("sheet").agg(
        fields=("fields", "mean"), rows=("record_id", "size"), distinct=("label", "nunique")
    )
    stats["unique"] = stats["distinct"] / stats["rows"]
    stats["file"] = stats.index.str.rsplit(".", n=1).str[0]
    stats["rank"] = stats["fields"] * stats["unique"]
    texts = {str(sheet): frame for sheet, frame in mentions.groupby("sheet")}
    defined_by: dict[str, str] = {}
    for _, sheets in stats.sort_values("rank", ascending=False, kind="stable").groupby("file", sort=True):
        definers: list[str] = []
        columns = (sheets.index, sheets["fields"], sheets["rows"], sheets["unique"])
        for sheet, fields, count, unique in zip(*(column.tolist() for column in columns), strict=True):
            owner = next((one for one in definers if _covers(texts.get(one), texts.get(sheet), count)), sheet)
            is_peer = fields >= PEER_FIELDS * float(stats["fields"][owner]) and unique >= PEER_UNIQUE
            if owner == sheet or is_peer:
                definers.append(sheet)
                owner = sheet
            defined_by[sheet] = owner
    return defined_by


def _covers(definer: pd.DataFrame | None, detail: pd.DataFrame | None, count: int) -> bool:
    """Whether most rows of a sheet name something of the definer. Running numbers say nothing across sheets."""
    if definer is None or detail is None:
        return False
    telling = detail[~detail["text"].str.fullmatch(r"\d{1,6}")]
    named = telling.loc[telling["text"].isin(definer["text"]), "record_id"].nunique()
    return bool(named >= DETAIL_COVER * count)


def _attach(details: pd.DataFrame, own: pd.DataFrame, mentions: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Detail rows with the label of the entry they name, and those that name none or several."""
    labels = own.set_index("record_id")["label"]
    index = mentions.assign(label=mentions["record_id"].map(labels)).dropna(subset="label")
    index = index.drop_duplicates(["sheet", "text", "label"])
    index = index.assign(fits=index.groupby(["sheet", "text"])["label"].transform("nunique"))
    index = index.drop_duplicates(["sheet", "text"]).rename(columns={"sheet": "definer"})
    asked = mentions.merge(details[["record_id", "definer"]], on="record_id")
    found = asked.merge(index[["definer", "text", "label", "fits"]], on=["definer", "text"])
    several = found.loc[found["fits"] > 1, "record_id"]
    hits = found[found["fits"] == 1].sort_values("order", kind="stable").drop_duplicates("record_id")
    hits = hits.set_index("record_id")
    attached = details[details["record_id"].isin(hits.index)].copy()
    attached["label"] = attached["record_id"].map(hits["label"])
    attached["matched_by"] = np.where(attached["record_id"].map(hits["order"]) == 0, "asset_id", "name in one file")
    lost = details.loc[~details["record_id"].isin(hits.index), "record_id"]
    reasons = np.where(
        lost.isin(several),
        "detail row whose name fits several assets of its file",
        "detail row of an asset that its file does not list",
    )
    return attached, reasons_frame(pd.Series(reasons, index=lost.to_numpy(), dtype=object))
