"""Evidence ids turned into what a person can look up: file, sheet, row, header and the cell as it was read."""

from collections.abc import Iterable

import pandas as pd

from aidiscover_pipelines.domain.tables import CleansedCell, CloudCell, FieldMapping, SourceFile, SourceSheet
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import PortfolioStore

COLUMNS = ("file", "sheet", "row", "header", "original", "transform", "text")
PLACE = ("file", "sheet", "row", "header", "file_id", "sheet_index", "column_index")
CELL = ("field", "value", "original", "transform", "rule")
_ORIGINAL_LIMIT = 160  # a cell may hold a page of text; the report shows enough to recognise it
_STEP = " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} "


def resolve_evidence(store: PortfolioStore, tenant: TenantId, ids: Iterable[str]) -> pd.DataFrame:
    """Look up source cells. Index: evidence_id; columns: COLUMNS, all text.

    `text` reads "file > sheet > row n > header = original". An id whose cell is gone keeps what the id itself says:
    file, sheet and row; an id that is no address stays as it is. No ids: an empty frame, and nothing is read.
    """
    places = source_cells(store, tenant, ids)
    places["original"] = _cut(places["original"].astype(str))
    places["text"] = _texts(places)
    return places[list(COLUMNS)]


def source_cells(store: PortfolioStore, tenant: TenantId, ids: Iterable[str]) -> pd.DataFrame:
    """Source cells in full. Index: evidence_id; columns: PLACE and CELL, all text, empty where nothing is known.

    Of a cloud's cell the record stands for the sheet and the field for the header. No ids: empty, nothing is read.
    """
    wanted = sorted(set(ids))
    if not wanted:
        return pd.DataFrame(columns=[*PLACE, *CELL], index=pd.Index([], name="evidence_id", dtype=str), dtype=str)
    cells = store.read(tenant, CleansedCell, columns=["evidence_id", *CELL], evidence_id=wanted)
    places = _addresses(pd.Index(wanted, name="evidence_id")).merge(cells, on="evidence_id", how="left")
    places = _with_names(places, store, tenant)
    found = set(cells["evidence_id"])
    unknown = [evidence_id for evidence_id in wanted if evidence_id not in found]
    cloud = store.read(tenant, CloudCell, evidence_id=unknown) if unknown else None
    if cloud is not None and len(cloud):
        places = pd.concat(
            [places[~places["evidence_id"].isin(cloud["evidence_id"])], _cloud_places(cloud)], ignore_index=True
        )
    return places.fillna("").set_index("evidence_id").sort_index()[[*PLACE, *CELL]]


def _addresses(ids: pd.Index) -> pd.DataFrame:
    """Split file_id.sheet.row.column; texts of another shape leave the parts empty."""
    parts = ids.to_series().str.extract(
        r"^(?P<file_id>[^.]+)\.(?P<sheet_index>\d+)\.(?P<row>\d+)\.(?P<column_index>\d+)$"
    )
    return parts.reset_index()


def _with_names(places: pd.DataFrame, store: PortfolioStore, tenant: TenantId) -> pd.DataFrame:
    file_ids = sorted(set(places["file_id"].dropna()))
    files = store.read(tenant, SourceFile, file_id=file_ids)[["file_id", "name"]].rename(columns={"name": "file"})
    sheets = store.read(tenant, SourceSheet, file_id=file_ids)[["file_id", "sheet_index", "sheet"]]
    headers = store.read(tenant, FieldMapping, file_id=file_ids)[["file_id", "sheet_index", "column_index", "header"]]
    sheets = sheets.astype({"sheet_index": str})
    headers = headers.astype({"sheet_index": str, "column_index": str})
    return (
        places.merge(files, on="file_id", how="left")
        .merge(sheets, on=["file_id", "sheet_index"], how="left")
        .merge(headers, on=["file_id", "sheet_index", "column_index"], how="left")
    )


def _cloud_places(cells: pd.DataFrame) -> pd.DataFrame:
    """A cloud's answer has no row and no header: the record and the field stand in for them."""
    return pd.DataFrame({
        "evidence_id": cells["evidence_id"],
        "file": cells["file_id"] + " account",
        "sheet": cells["record_id"],
        "row": "",
        "header": cells["field"],
        "file_id": cells["file_id"],
        "sheet_index": "",
        "column_index": "",
        **{name: cells[name] for name in CELL},
    })  # fmt: skip


def _texts(places: pd.DataFrame) -> pd.Series:
    file = places["file"].where(places["file"] != "", places["file_id"])
    file = file.where(file != "", places.index.to_series())
    # A CSV's only table is named after its file; saying it twice helps nobody.
    sheet = (_STEP + places["sheet"]).where((places["sheet"] != "") & (places["sheet"] != places["file"]), "")
    row = (_STEP + "row " + places["row"]).where(places["row"] != "", "")
    header = (_STEP + places["header"]).where(places["header"] != "", "")
    value = (" = " + places["original"]).where(places["original"] != "", "")
    note = (" (" + places["transform"] + ")").where(places["transform"] != "", "")
    return file + sheet + row + header + value + note


def _cut(text: pd.Series) -> pd.Series:
    flat = text.str.replace(r"\s+", " ", regex=True).str.strip()
    return flat.where(flat.str.len() <= _ORIGINAL_LIMIT, flat.str.slice(0, _ORIGINAL_LIMIT) + "\N{HORIZONTAL ELLIPSIS}")
