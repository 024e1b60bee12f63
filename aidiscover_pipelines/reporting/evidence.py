"""Evidence ids turned into what a person can look up: file, sheet, row, header and the cell as it was read."""

from collections.abc import Iterable, Sequence

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from aidiscover_pipelines.domain.tables import (
    CleansedCell,
    CloudCell,
    FieldMapping,
    RepositoryCell,
    SourceFile,
    SourceRecord,
    SourceSheet,
)
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import PortfolioStore

COLUMNS = ("file", "sheet", "row", "header", "original", "transform", "text")
PLACE = ("file", "sheet", "row", "header", "file_id", "sheet_index", "column_index")
CELL = ("field", "value", "original", "transform", "rule")
_ORIGINAL_LIMIT = 160  # a cell may hold a page of text; the report shows enough to recognise it
_ADDRESS = r"^(?P<record>(?P<file>[^.]+)\.(?P<sheet>\d+)\.(?P<number>\d+))\.(?P<column>\d+)$"
_STEP = " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} "


def resolve_evidence(store: PortfolioStore, tenant: TenantId, ids: Iterable[str]) -> pd.DataFrame:
    """Look up source cells. Index: evidence_id; columns: COLUMNS, all text.

    `text` reads "file > sheet > row n > header = original". An id whose row is gone keeps what the id itself says:
    file, sheet and the number the row had; an id that is no address stays as it is. No ids: an empty frame, and nothing
    is read.
    """
    places = recognisable_cells(store, tenant, ids)
    places["text"] = cell_texts(places)
    return places[list(COLUMNS)]


def recognisable_cells(store: PortfolioStore, tenant: TenantId, ids: Iterable[str]) -> pd.DataFrame:
    """`source_cells` with the original on one line, cut to what it takes to recognise it."""
    places = source_cells(store, tenant, ids, ("original", "transform"))
    distinct = places["original"].unique()  # equal texts are worked on once
    return places.assign(original=places["original"].map(dict(zip(distinct, map(_short, distinct), strict=True))))


def source_cells(
    store: PortfolioStore, tenant: TenantId, ids: Iterable[str], told: Sequence[str] = CELL
) -> pd.DataFrame:
    """Source cells. Index: evidence_id; columns: PLACE and those `told` of CELL, all text, empty where unknown.

    Of the cell of a cloud or repository the record stands for the sheet and the field for the header. No ids: empty,
    nothing is read.
    """
    wanted = pd.Index(sorted(set(ids)), name="evidence_id", dtype="str")
    if wanted.empty:
        return pd.DataFrame(columns=[*PLACE, *told], index=wanted, dtype=str)
    cells = store.read(tenant, CleansedCell, columns=["evidence_id", *told], evidence_id=wanted.tolist())
    cells = cells.set_index("evidence_id").reindex(wanted)
    unknown = wanted[cells[told[0]].isna()].tolist()
    places = pd.concat([_places(wanted, store, tenant), cells], axis=1)
    for table, what in ((CloudCell, " account"), (RepositoryCell, "")) if unknown else ():
        scanned = _scanned_places(store.read(tenant, table, evidence_id=unknown), what)
        if len(scanned):
            places = pd.concat([places.drop(index=scanned.index), scanned]).sort_index()
    return places[[*PLACE, *told]].fillna("")


def _places(ids: pd.Index, store: PortfolioStore, tenant: TenantId) -> pd.DataFrame:
    """PLACE of ids of the shape file_id.sheet.number.column; missing in those of another shape. Index: evidence_id."""
    parts = pc.extract_regex(pa.array(ids, pa.string()), _ADDRESS)
    record, number, file_id, sheet, column = (
        pc.struct_field(parts, name) for name in ("record", "number", "file", "sheet", "column")
    )
    # A sheet has few columns and many rows: names are looked up once for each column.
    codes, keys = pd.factorize(pc.binary_join_element_wise(file_id, sheet, column, ".").to_pandas())
    columns = pd.Series(keys, dtype="str").str.extract(
        r"^(?P<file_id>.+)\.(?P<sheet_index>\d+)\.(?P<column_index>\d+)$"
    )
    named = _with_names(columns, store, tenant).reindex(range(-1, len(columns)))
    taken: pd.DataFrame = named.iloc[codes + 1].set_axis(ids)
    stands = _rows(store, tenant, record.to_pandas()).reset_index(drop=True)
    return taken.assign(row=stands.fillna(number.to_pandas()).array)


def _rows(store: PortfolioStore, tenant: TenantId, records: pd.Series) -> pd.Series:
    """Where each record stands now, as text: the number in its address is of the upload that had it first."""
    wanted = records.dropna().unique().tolist()
    held = store.read(tenant, SourceRecord, columns=["record_id", "row"], record_id=wanted)
    return held.set_index("record_id")["row"].astype("str").reindex(records)


def _with_names(columns: pd.DataFrame, store: PortfolioStore, tenant: TenantId) -> pd.DataFrame:
    file_ids = sorted(set(columns["file_id"].dropna()))
    files = store.read(tenant, SourceFile, file_id=file_ids)[["file_id", "name"]].rename(columns={"name": "file"})
    sheets = store.read(tenant, SourceSheet, file_id=file_ids)[["file_id", "sheet_index", "sheet"]]
    headers = store.read(tenant, FieldMapping, file_id=file_ids)[["file_id", "sheet_index", "column_index", "header"]]
    sheets = sheets.astype({"sheet_index": str})
    headers = headers.astype({"sheet_index": str, "column_index": str})
    return (
        columns.merge(files, on="file_id", how="left")
        .merge(sheets, on=["file_id", "sheet_index"], how="left")
        .merge(headers, on=["file_id", "sheet_index", "column_index"], how="left")
    )


def _scanned_places(cells: pd.DataFrame, what: str) -> pd.DataFrame:
    """What was scanned has no row and no header: the record and the field stand in for them."""
    return pd.DataFrame({
        "evidence_id": cells["evidence_id"],
        "file": cells["file_id"] + what,
        "sheet": cells["record_id"],
        "row": "",
        "header": cells["field"],
        "file_id": cells["file_id"],
        "sheet_index": "",
        "column_index": "",
        **{name: cells[name] for name in CELL},
    }).set_index("evidence_id")  # fmt: skip


def cell_texts(places: pd.DataFrame) -> pd.Series:
    """One text for each row of `recognisable_cells`, see `resolve_evidence`."""
    file = places["file"].where(places["file"] != "", places["file_id"])
    file = file.where(file != "", places.index.to_series())
    # A CSV's only table is named after its file; saying it twice helps nobody.
    sheet = (_STEP + places["sheet"]).where((places["sheet"] != "") & (places["sheet"] != places["file"]), "")
    row = (_STEP + "row " + places["row"]).where(places["row"] != "", "")
    header = (_STEP + places["header"]).where(places["header"] != "", "")
    value = (" = " + places["original"]).where(places["original"] != "", "")
    note = (" (" + places["transform"] + ")").where(places["transform"] != "", "")
    return file + sheet + row + header + value + note


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _ORIGINAL_LIMIT else flat[:_ORIGINAL_LIMIT] + "\N{HORIZONTAL ELLIPSIS}"
