"""Rows of one file to entries: which sheets list assets, which only tell more about assets that another sheet lists."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.inventory.addresses import reasons_frame, sheet_keys
from aidiscover_pipelines.inventory.cells import coded, evidence_ids
from aidiscover_pipelines.inventory.resolution.keys import placeholder_cells
from aidiscover_pipelines.inventory.resolution.name_likeness import hashed

# A sheet tells more about another's assets when at least this share of its rows name one of them ...
DETAIL_COVER = 0.5
# ... unless it is as full a list itself: this share of the fields per row, and hardly a name twice.
PEER_FIELDS = 0.8
PEER_UNIQUE = 0.9

_MENTION_ORDER = {"asset_id": 0, "asset_name": 1, "hostname": 2}
# Rows of one sheet that have the same of these are one entry where they have one name and no ids.
_HARDWARE_FIELDS = ("serial_number", "mac_address")

Codes = npt.NDArray[np.int64]


class Entries(NamedTuple):
    """`rows`: record (code), record_id, entry (code), sheet, is_detail, matched_by. `lists`: list code of each entry.

    `skipped`: record_id and reason.
    """

    rows: pd.DataFrame
    lists: Codes
    skipped: pd.DataFrame


def asset_records(record: Codes, record_ids: pd.Index, field: pd.Series) -> pd.DataFrame:
    """Frame (record, record_id, fields) of the records of some cells, as they come; `fields`: how many each has.

    `record` is the code of each cell's record among `record_ids`, `field` its field.
    """
    row, records = pd.factorize(record)
    codes, names = coded(field)
    told = np.zeros((len(records), len(names)), dtype=bool)
    told[row, codes] = True
    ids = pd.Series(record_ids.take(records), dtype="str")
    return pd.DataFrame({"record": records, "record_id": ids, "fields": told.sum(axis=1)})


def list_entries(cells: pd.DataFrame, record: Codes, records: pd.DataFrame) -> Entries:
    """Group asset rows into entries of their own list, then attach rows of detail sheets to the entry they name.

    `cells`: those that tell machines apart, with the code of the record of each in `record`; `records`: asset_records.
    """
    row_of = np.zeros(int(records["record"].max()) + 1, dtype=np.int64)
    row_of[records["record"]] = np.arange(len(records))
    codes, record_ids = row_of[record], records["record_id"]
    sheets = sheet_keys(record_ids)
    mentions = _mentions(cells, codes, sheets)
    rows = _rows(cells, codes, record_ids, sheets, mentions)
    rows = rows.assign(record=records["record"], fields=records["fields"])
    defined_by = _defining_sheets(rows, mentions)
    rows["definer"] = rows["sheet"].map(defined_by)
    is_detail = rows["definer"] != rows["sheet"]
    attached, skipped = _attach(rows[is_detail], rows[~is_detail], mentions)
    kept = pd.concat([rows[~is_detail], attached], ignore_index=True)
    # Entries are numbered by the address of their first row: where nothing else decides, the first goes first.
    kept = kept.sort_values("record_id", ignore_index=True)
    kept["entry"], _ = pd.factorize(kept["label"])
    lists, _ = pd.factorize(kept.drop_duplicates("entry")["definer"])
    sizes = np.bincount(kept["entry"])[kept["entry"]]
    kept["matched_by"] = np.where(sizes > 1, kept["matched_by"], "single")
    kept["is_detail"] = kept["definer"] != kept["sheet"]
    columns = ["record", "record_id", "entry", "sheet", "is_detail", "matched_by"]
    return Entries(kept[columns], np.asarray(lists, dtype=np.int64), skipped)


def _mentions(cells: pd.DataFrame, codes: Codes, sheets: pd.Series) -> pd.DataFrame:
    """Names and ids of each row, in lower case, with their order of trust. Columns: row, sheet, order, text."""
    is_mention = (cells["field"].isin(_MENTION_ORDER) & ~placeholder_cells(cells)).to_numpy()
    held = cells[is_mention]
    order, rows = held["field"].map(_MENTION_ORDER).to_numpy(dtype=np.int64), codes[is_mention]
    # Only mentions of one row and order come by their columns.
    several = pd.Series(rows * len(_MENTION_ORDER) + order).duplicated(keep=False).to_numpy()
    places = evidence_ids(held[several]).str.replace(r"^.*\.", "", regex=True)
    column = np.zeros(len(held), dtype=np.int64)
    column[several] = pd.to_numeric(places, errors="coerce").fillna(0).to_numpy(dtype=np.int64)
    mentions = pd.DataFrame(
        {
            "row": rows,
            "sheet": sheets.to_numpy()[rows],
            "order": order,
            "column": column,
            "text": held["value"].str.lower().to_numpy(),
        }
    )
    return mentions.sort_values(["order", "column"], kind="stable", ignore_index=True)


def _rows(
    cells: pd.DataFrame,
    codes: Codes,
    record_ids: pd.Series,
    sheets: pd.Series,
    mentions: pd.DataFrame,
) -> pd.DataFrame:
    """One row per asset record with its label: same id in a sheet, else same name and hardware, else the row alone.

    `called` is the label without the hardware.
    """
    rows = pd.DataFrame({"row": np.arange(len(record_ids)), "record_id": record_ids, "sheet": sheets})
    first = mentions.drop_duplicates(["row", "order"])
    found = [first[first["order"] == order].set_index("row")["text"].reindex(rows["row"]) for order in range(3)]
    name = found[1].where(found[1].notna(), found[2])
    sheet, of_id, of_name = hashed(rows["sheet"]), _codes(found[0]), _codes(name)
    # One id on rows with different names is a constant of the export or a cloned key, not an identity.
    named = pd.DataFrame({"key": sheet * np.uint64(31) + of_id, "name": of_name})[(of_id != 0) & (of_name != 0)]
    spread = named.drop_duplicates()["key"].value_counts()
    constant = np.isin(sheet * np.uint64(31) + of_id, spread.index[spread > 1].to_numpy(dtype=np.uint64))
    by_id, by_name = (of_id != 0) & ~constant, of_name != 0
    hardware = np.zeros(len(rows), dtype=np.uint64)
    held = cells["field"].isin(_HARDWARE_FIELDS).to_numpy()
    np.add.at(hardware, codes[held], hashed(cells.loc[held, "value"]))
    # Ids are told from names by an odd factor, sheets from each other by their hash.
    label = np.where(by_name, (sheet * np.uint64(7) + of_name) * np.uint64(7) + hardware + of_id, np.uint64(0))
    label = np.where(by_id, (sheet * np.uint64(5) + of_id) * np.uint64(11), label)
    alone = hashed(rows["record_id"]) * np.uint64(13)
    rows["label"] = np.where(by_id | by_name, label, alone)
    rows["called"] = np.where(by_id, label, np.where(by_name, sheet * np.uint64(7) + of_name, alone))
    rows["matched_by"] = np.where(by_id, "asset_id", "name in one file")
    return rows


def _codes(texts: pd.Series) -> npt.NDArray[np.uint64]:
    """Hash of each text, 0 where there is none."""
    known = texts.notna().to_numpy()
    codes = np.zeros(len(texts), dtype=np.uint64)
    codes[known] = hashed(texts[known])
    return codes


def _defining_sheets(rows: pd.DataFrame, mentions: pd.DataFrame) -> dict[str, str]:
    """Sheet -> the sheet of the same file whose assets it tells more about; itself where it is a list of its own."""
    stats = rows.groupby("sheet").agg(fields=("fields", "mean"), rows=("row", "size"), distinct=("called", "nunique"))
    stats["unique"] = stats["distinct"] / stats["rows"]
    stats["file"] = stats.index.str.rsplit(".", n=1).str[0]
    stats["rank"] = stats["fields"] * stats["unique"]
    several = stats.index[stats["file"].duplicated(keep=False)]
    texts = {str(sheet): frame for sheet, frame in mentions[mentions["sheet"].isin(several)].groupby("sheet")}
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
    named = telling.loc[telling["text"].isin(definer["text"]), "row"].nunique()
    return bool(named >= DETAIL_COVER * count)


def _attach(details: pd.DataFrame, own: pd.DataFrame, mentions: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Detail rows with the label of the entry they name, and those that name none or several."""
    if details.empty:
        return details, reasons_frame(pd.Series([], dtype=object))
    labels = own.set_index("row")["label"]
    defining = mentions[mentions["row"].isin(own["row"])]
    index = defining.assign(label=labels.reindex(defining["row"]).to_numpy())
    index = index.drop_duplicates(["sheet", "text", "label"])
    index = index.assign(fits=index.groupby(["sheet", "text"])["label"].transform("nunique"))
    index = index.drop_duplicates(["sheet", "text"]).rename(columns={"sheet": "definer"})
    asked = mentions.merge(details[["row", "definer"]], on="row")
    found = asked.merge(index[["definer", "text", "label", "fits"]], on=["definer", "text"])
    several = found.loc[found["fits"] > 1, "row"]
    hits = found[found["fits"] == 1].sort_values("order", kind="stable").drop_duplicates("row").set_index("row")
    attached = details[details["row"].isin(hits.index)].copy()
    attached["label"] = attached["row"].map(hits["label"])
    attached["matched_by"] = np.where(attached["row"].map(hits["order"]) == 0, "asset_id", "name in one file")
    lost = details[~details["row"].isin(hits.index)]
    reasons = np.where(
        lost["row"].isin(several),
        "detail row whose name fits several assets of its file",
        "detail row of an asset that its file does not list",
    )
    return attached, reasons_frame(pd.Series(reasons, index=lost["record_id"].to_numpy(), dtype=object))
