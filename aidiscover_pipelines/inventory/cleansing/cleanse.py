"""Rows as read, plus what their columns mean, to normalised cells: one per non-empty mapped cell."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.domain.canonical import BY_NAME, is_field_of
from aidiscover_pipelines.domain.questionnaire import NOT_APPLICABLE
from aidiscover_pipelines.domain.tables import CleansedCell, CleansedText
from aidiscover_pipelines.domain.vocabulary import EntityKind, MappingDecision
from aidiscover_pipelines.inventory.addresses import reasons_frame
from aidiscover_pipelines.inventory.cleansing.audit import audit
from aidiscover_pipelines.inventory.cleansing.columns import Locale, read_values, sheet_locale
from aidiscover_pipelines.inventory.cleansing.relate import column_roles, relate_within_rows
from aidiscover_pipelines.inventory.cleansing.rules import Rule, Step
from aidiscover_pipelines.inventory.cleansing.text import is_null, tidy
from aidiscover_pipelines.inventory.cleansing.value import Exemptions, Value
from aidiscover_pipelines.inventory.cleansing.vocabularies import TRUE_WORDS

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
    """What one used column means; `place` counts from 1, `role` as in `relate.column_roles`."""

    place: int
    header: str
    field: str
    unit: str | None
    statistic: str | None
    role: str = ""


class Distinct(NamedTuple):
    """The distinct texts of one column, tidied, with the steps that took, and the position of each row's text.

    Blank texts have position -1. `raw` are the texts as read.
    """

    raw: list[str]
    texts: list[str]
    steps: list[tuple[Step, ...]]
    codes: npt.NDArray[np.intp]


class Cleansed(NamedTuple):
    """Cells (CleansedCell columns), what became of texts (CleansedText columns), rows left out (record_id, reason)."""

    cells: pd.DataFrame
    texts: pd.DataFrame
    skipped: pd.DataFrame


def cleanse(records: pd.DataFrame, mappings: pd.DataFrame, exemptions: Exemptions | None = None) -> Cleansed:
    """Melt SourceRecord rows by their FieldMapping rows and normalise every cell. No rows: empty frames."""
    undone = exemptions or Exemptions()
    sheets = [
        _cleanse_sheet(rows, mappings[(mappings["file_id"] == file_id) & (mappings["sheet_index"] == index)], undone)
        for (file_id, index), rows in records.groupby(["file_id", "sheet_index"], sort=True)
    ]
    texts = _joined([sheet.texts for sheet in sheets], CleansedText.columns())
    return Cleansed(
        _joined([sheet.cells for sheet in sheets], CleansedCell.columns()),
        texts,
        _joined([sheet.skipped for sheet in sheets], ["record_id", "reason"]),
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


def _joined(frames: Sequence[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=columns)


def _cleanse_sheet(rows: pd.DataFrame, mapping: pd.DataFrame, exemptions: Exemptions) -> Cleansed:
    """One sheet. Reasons are given in the order they are checked; the first one stands."""
    record_ids = rows["record_id"].to_numpy(dtype=object)
    entity = next((str(kind) for kind in mapping["entity"] if isinstance(kind, str)), None)
    reasons = pd.Series("", index=record_ids, dtype=object)
    if entity is None:
        reasons[:] = "its sheet lists no assets, applications or dependencies"
        return Cleansed(
            _joined([], CleansedCell.columns()), _joined([], CleansedText.columns()), reasons_frame(reasons)
        )
    table = pd.DataFrame(rows["cells"].tolist(), dtype=object).to_numpy(dtype=object)
    reasons.loc[~_has_text(table)] = "empty row"
    marked = _mark(reasons, table, mapping)
    columns = [column for column in _columns(mapping) if column.place <= table.shape[1] and column.place not in marked]
    open_rows = np.flatnonzero((reasons == "").to_numpy())
    distinct = [_distinct(table[open_rows, column.place - 1]) for column in columns]
    pairs = list(zip(columns, distinct, strict=True))
    locale = sheet_locale([(column.field, told.texts) for column, told in pairs])
    parts = [
        _cells(told, _values(told, column, locale, exemptions), record_ids, open_rows, column, entity)
        for column, told in pairs
    ]
    cells = _joined(parts, [*CleansedCell.columns(), "outcome", "relative", "role", "row"])
    cells = relate_within_rows(cells, exemptions)
    cells["file_id"] = str(mapping["file_id"].iloc[0])
    with_value = cells["value"].notna().to_numpy()
    _check_keys(reasons, cells[with_value], entity)
    kept = (reasons == "").to_numpy()[cells["row"].to_numpy(dtype=np.intp)]
    return Cleansed(
        cells.loc[with_value & kept, CleansedCell.columns()],
        # A dropped cell may be why its row is left out, so it is told of all the same.
        audit(cells[kept | ~with_value]),
        reasons_frame(reasons[reasons != ""]),
    )


def _columns(mapping: pd.DataFrame) -> list[Column]:
    used = mapping[(mapping["decision"] != MappingDecision.IGNORE) & mapping["field"].notna()]
    names = ("column_index", "header", "field", "unit", "statistic")
    rows = zip(*(used[name].tolist() for name in names), strict=True)
    columns = [Column(int(i), str(header), str(field), _text(u), _text(s)) for i, header, field, u, s in rows]
    roles = column_roles([(column.field, column.header) for column in columns])
    return [column._replace(role=roles.get(place, "")) for place, column in enumerate(columns)]


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


def _distinct(column: npt.NDArray[np.object_]) -> Distinct:
    codes, found = pd.factorize(pd.Series(column, dtype="str"))
    raw = [str(text) for text in found.tolist()]
    tidied = [tidy(text) for text in raw]
    places = [place for place, (text, _) in enumerate(tidied) if text]
    position = np.full(len(tidied) + 1, -1)
    position[places] = np.arange(len(places))
    return Distinct(
        [raw[place] for place in places],
        [tidied[place][0] for place in places],
        [tidied[place][1] for place in places],
        position[codes],
    )


def _values(distinct: Distinct, column: Column, locale: Locale, exemptions: Exemptions) -> list[Value]:
    """Value of each distinct text, with every step from the text as read. Rules that a person has undone are."""
    header = column.header.strip().casefold()
    values: list[Value | None] = [_said_plainly(text, header) for text in distinct.texts]
    unread = [place for place, value in enumerate(values) if value is None]
    texts = [distinct.texts[place] for place in unread]
    for place, value in zip(unread, read_values(texts, column.field, column.unit, column.header, locale), strict=True):
        values[place] = value
    return [
        exemptions.applied(value.after(steps), raw, column.field)
        for value, steps, raw in zip(values, distinct.steps, distinct.raw, strict=True)
        if value
    ]


def _said_plainly(text: str, header: str) -> Value | None:
    """A dropped value for a text that stands for nothing; an unfilled custom attribute often repeats its own name.

    That a question does not apply is an answer, whatever kind of value its field has, and stays as it is.
    """
    if text.casefold() == NOT_APPLICABLE:
        return Value(NOT_APPLICABLE)
    if is_null(text):
        return Value(None, steps=(Step(Rule.NULL_WORD, "stands for nothing"),))
    if text.casefold() == header:
        return Value(None, steps=(Step(Rule.REPEATED_HEADER, "repeats its header"),))
    return None


def _cells(
    distinct: Distinct,
    values: list[Value],
    record_ids: npt.NDArray[np.object_],
    rows: npt.NDArray[np.intp],
    column: Column,
    entity: str,
) -> pd.DataFrame:
    """Cells of one column: the values of its distinct texts, dealt out to their rows. `row` is a row's position."""
    table = pd.DataFrame(
        {
            "value": pd.Series([value.text for value in values], dtype=object),
            "number": pd.Series([value.number for value in values], dtype=float),
            "transform": pd.Series([value.transform for value in values], dtype=object),
            "rule": pd.Series([value.rule for value in values], dtype=object),
            "outcome": pd.Series([value.outcome for value in values], dtype=object),
            "relative": pd.Series([value.relative for value in values], dtype=object),
            "original": pd.Series(distinct.raw, dtype=object),
        }
    )
    present = distinct.codes >= 0
    cells = table.take(distinct.codes[present]).reset_index(drop=True)
    cells["row"] = rows[present]
    cells["record_id"] = record_ids[rows[present]]
    cells["evidence_id"] = cells["record_id"].astype("str") + f".{column.place}"
    cells["entity"] = str(cell_entity(entity, column.field))
    cells["field"] = column.field
    cells["statistic"] = column.statistic
    cells["role"] = column.role
    return cells


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _check_keys(reasons: pd.Series, cells: pd.DataFrame, entity: str) -> None:
    for fields, reason in KEYS[entity]:
        keyed = np.zeros(len(reasons), dtype=bool)
        keyed[cells.loc[cells["field"].isin(fields), "row"].to_numpy(dtype=np.intp)] = True
        reasons[~keyed & (reasons == "").to_numpy()] = reason
