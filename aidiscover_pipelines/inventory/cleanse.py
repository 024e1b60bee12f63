"""Rows as read, plus what their columns mean, to normalised cells: one per non-empty mapped cell."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.domain.canonical import BY_NAME, is_field_of
from aidiscover_pipelines.domain.tables import CleansedCell
from aidiscover_pipelines.domain.vocabulary import EntityKind, MappingDecision
from aidiscover_pipelines.inventory.addresses import reasons_frame
from aidiscover_pipelines.inventory.relate import per_socket_columns, relate_within_rows
from aidiscover_pipelines.inventory.values import is_null, read_values
from aidiscover_pipelines.inventory.vocabularies import TRUE_WORDS

# Hypervisor exports mark rows that are no running machines; header in lower case -> why such a row is left out.
MARKER_HEADERS: dict[str, str] = {
    "template": "virtual machine template, not a server",
    "is template": "virtual machine template, not a server",
    "srm placeholder": "SRM placeholder of a machine that runs elsewhere",
}
# A row needs one field of each group to say what it is about.
_ASSET_KEYS = frozenset({"asset_id", "asset_name", "hostname", "serial_number", "mac_address", "ip_address"})
_APPLICATION_KEYS = frozenset({"application_id", "application_name"})
KEYS: dict[str, tuple[tuple[frozenset[str], str], ...]] = {
    EntityKind.ASSET: ((_ASSET_KEYS, "no name, id or address of an asset"),),
    EntityKind.APPLICATION: ((_APPLICATION_KEYS, "no name or id of an application"),),
    EntityKind.LINK: (
        (_ASSET_KEYS, "link without an asset"),
        (_APPLICATION_KEYS, "link without an application"),
    ),
    EntityKind.DEPENDENCY: (
        (frozenset({"dep_source"}), "dependency without a source"),
        (frozenset({"dep_target"}), "dependency without a target"),
    ),
}
# In a sheet of applications these name the asset an application runs on.
_ASSET_MENTIONS = ("asset_name", "hostname", "asset_id")


class Column(NamedTuple):
    """What one used column means; `place` counts from 1."""

    place: int
    header: str
    field: str
    unit: str | None
    statistic: str | None


class Cleansed(NamedTuple):
    """Cells (CleansedCell columns), rows left out (record_id, reason), and how many cells were dropped and why."""

    cells: pd.DataFrame
    skipped: pd.DataFrame
    dropped: dict[str, int]


def cleanse(records: pd.DataFrame, mappings: pd.DataFrame) -> Cleansed:
    """Melt SourceRecord rows by their FieldMapping rows and normalise every cell. No rows: empty frames."""
    sheets = [
        _cleanse_sheet(rows, mappings[(mappings["file_id"] == file_id) & (mappings["sheet_index"] == index)])
        for (file_id, index), rows in records.groupby(["file_id", "sheet_index"], sort=True)
    ]
    dropped: dict[str, int] = {}
    for sheet in sheets:
        for reason, count in sheet.dropped.items():
            dropped[reason] = dropped.get(reason, 0) + count
    cells = [sheet.cells for sheet in sheets if len(sheet.cells)]
    skipped = [sheet.skipped for sheet in sheets if len(sheet.skipped)]
    return Cleansed(
        pd.concat(cells, ignore_index=True) if cells else pd.DataFrame(columns=CleansedCell.columns()),
        pd.concat(skipped, ignore_index=True) if skipped else pd.DataFrame(columns=["record_id", "reason"]),
        dropped,
    )


def cell_entity(sheet_entity: str, field: str) -> str:
    """What a cell describes: the sheet's entity, unless its field can only belong to another.

    In a sheet of applications, asset keys are links to assets; everything else there describes the application.
    """
    if "dependency" in BY_NAME[field].entities:
        return EntityKind.DEPENDENCY
    if sheet_entity == EntityKind.APPLICATION:
        return EntityKind.LINK if field in _ASSET_MENTIONS else EntityKind.APPLICATION
    if sheet_entity == EntityKind.ASSET:
        return EntityKind.ASSET if is_field_of(field, "asset") else EntityKind.APPLICATION
    return sheet_entity


def _cleanse_sheet(rows: pd.DataFrame, mapping: pd.DataFrame) -> Cleansed:
    """One sheet. Reasons are given in the order they are checked; the first one stands."""
    record_ids = rows["record_id"].to_numpy(dtype=object)
    entity = next((str(kind) for kind in mapping["entity"] if isinstance(kind, str)), None)
    reasons = pd.Series("", index=record_ids, dtype=object)
    if entity is None:
        reasons[:] = "its sheet lists no assets, applications or dependencies"
        return Cleansed(pd.DataFrame(columns=CleansedCell.columns()), reasons_frame(reasons), {})
    table = pd.DataFrame(rows["cells"].tolist(), dtype=object).to_numpy(dtype=object)
    reasons.loc[~_has_text(table)] = "empty row"
    marked = _mark(reasons, table, mapping)
    columns = [column for column in _columns(mapping) if column.place <= table.shape[1] and column.place not in marked]
    open_rows = (reasons == "").to_numpy()
    dropped: dict[str, int] = {}
    parts = [
        _cleanse_column(table[open_rows, column.place - 1], record_ids[open_rows], column, entity, dropped)
        for column in columns
    ]
    parts = [part for part in parts if len(part)]
    if parts:
        cells = relate_within_rows(pd.concat(parts, ignore_index=True))
        cells["file_id"] = str(mapping["file_id"].iloc[0])
    else:
        cells = pd.DataFrame(columns=CleansedCell.columns())
    _check_keys(reasons, cells, entity)
    kept = reasons.index[reasons == ""]
    cells = cells[cells["record_id"].isin(kept)]
    return Cleansed(cells[CleansedCell.columns()], reasons_frame(reasons[reasons != ""]), dropped)


def _columns(mapping: pd.DataFrame) -> list[Column]:
    used = mapping[(mapping["decision"] != MappingDecision.IGNORE) & mapping["field"].notna()]
    names = ("column_index", "header", "field", "unit", "statistic")
    rows = zip(*(used[name].tolist() for name in names), strict=True)
    columns = [Column(int(i), str(header), str(field), _text(u), _text(s)) for i, header, field, u, s in rows]
    read_as = per_socket_columns([(column.field, column.header) for column in columns])
    return [
        column._replace(
            field=read_as.get(place, {}).get("field", column.field),
            statistic=read_as.get(place, {}).get("statistic", column.statistic),
        )
        for place, column in enumerate(columns)
    ]


def _has_text(table: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
    has = np.zeros(len(table), dtype=bool)
    for column in table.T:
        texts = pd.Series(column, dtype="str").str.strip()
        has |= (texts.notna() & (texts != "")).to_numpy()
    return has


def _mark(reasons: pd.Series, table: npt.NDArray[np.object_], mapping: pd.DataFrame) -> list[int]:
    """Give rows that a marker column leaves out their reason; returns those columns, which carry nothing else."""
    columns = []
    for column_index, header in zip(mapping["column_index"], mapping["header"], strict=True):
        reason = MARKER_HEADERS.get(str(header).strip().casefold())
        if reason is None or column_index > table.shape[1]:
            continue
        columns.append(int(column_index))
        texts = pd.Series(table[:, column_index - 1], dtype="str").str.strip().str.casefold()
        hit = texts.isin(TRUE_WORDS).to_numpy() & (reasons == "").to_numpy()
        reasons[hit] = reason
    return columns


def _cleanse_column(
    texts: npt.NDArray[np.object_],
    record_ids: npt.NDArray[np.object_],
    column: Column,
    entity: str,
    dropped: dict[str, int],
) -> pd.DataFrame:
    """Cells of one column; its distinct texts are read once and dealt out to their rows."""
    trimmed = pd.Series(texts, dtype="str").str.strip()
    codes, distinct = pd.factorize(trimmed)
    originals = [str(text) for text in distinct]
    # An unfilled custom attribute often repeats its own name in the cell.
    header = column.header.strip().casefold()
    readable = [
        place for place, text in enumerate(originals) if text and not is_null(text) and text.casefold() != header
    ]
    read = read_values([originals[place] for place in readable], column.field, column.unit, column.header)
    table = pd.DataFrame(
        {
            "value": pd.Series([value.text for value in read], dtype=object),
            "number": pd.Series([value.number for value in read], dtype=float),
            "transform": pd.Series([value.transform for value in read], dtype=object),
            "relative": pd.Series([value.relative for value in read], dtype=object),
            "original": pd.Series([originals[place] for place in readable], dtype=object),
        }
    )
    slots = np.full(len(originals) + 1, -1)
    slots[readable] = np.arange(len(readable))
    slot = slots[codes]
    present = slot >= 0
    cells = table.take(slot[present]).reset_index(drop=True)
    cells["record_id"] = record_ids[present]
    for reason, count in cells.loc[cells["value"].isna(), "transform"].value_counts().items():
        dropped[str(reason)] = dropped.get(str(reason), 0) + int(count)
    cells = cells[cells["value"].notna()].reset_index(drop=True)
    cells["evidence_id"] = cells["record_id"].astype("str") + f".{column.place}"
    cells["entity"] = str(cell_entity(entity, column.field))
    cells["field"] = column.field
    cells["statistic"] = column.statistic
    return cells


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _check_keys(reasons: pd.Series, cells: pd.DataFrame, entity: str) -> None:
    for fields, reason in KEYS[entity]:
        keyed = cells.loc[cells["field"].isin(fields), "record_id"]
        missing = ~reasons.index.isin(keyed) & (reasons == "").to_numpy()
        reasons[missing] = reason
