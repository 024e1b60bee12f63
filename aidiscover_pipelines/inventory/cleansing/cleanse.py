"""Rows as read, plus what their columns mean, to normalised cells: one per non-empty mapped cell."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from aidiscover_pipelines.domain.tables import CleansedCell
from aidiscover_pipelines.domain.vocabulary import EntityKind, MappingDecision
from aidiscover_pipelines.inventory.addresses import reasons_frame
from aidiscover_pipelines.inventory.cleansing.audit import audit, touched_cells
from aidiscover_pipelines.inventory.cleansing.columns import sheet_locale
from aidiscover_pipelines.inventory.cleansing.dealt import (
    Sheet,
    cells_of_used_rows,
    cells_to_relate,
    in_order,
    touched_texts,
)
from aidiscover_pipelines.inventory.cleansing.encoded import Encoded, encode_sheet
from aidiscover_pipelines.inventory.cleansing.readings import Column, open_column, read_texts
from aidiscover_pipelines.inventory.cleansing.relate import column_roles, relate_within_rows, related_columns
from aidiscover_pipelines.inventory.cleansing.value import Exemptions
from aidiscover_pipelines.inventory.cleansing.vocabularies import TRUE_WORDS

PART_ROWS = 20_000  # of a sheet, whose cells go out together: some hundred thousand
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


class Cleansed(NamedTuple):
    """Cells (CleansedCell columns), what became of texts (CleansedText columns), rows left out (record_id, reason)."""

    cells: pd.DataFrame = pd.DataFrame(columns=CleansedCell.columns())
    texts: pd.DataFrame = audit([])
    skipped: pd.DataFrame = pd.DataFrame(columns=["record_id", "reason"])


def cleanse(
    slices: Iterable[pd.DataFrame], mapping: pd.DataFrame, exemptions: Exemptions | None = None
) -> Iterator[Cleansed]:
    """Melt the SourceRecord rows of one sheet by its FieldMapping rows and normalise every cell.

    The rows come in slices and the cells go out in parts, by address, whose sizes change nothing in them; texts that
    repeat are categories. The last part has no cells but what became of texts, and the rows left out.
    """
    undone = exemptions or Exemptions()
    entity = next((str(kind) for kind in mapping["entity"] if isinstance(kind, str)), None)
    if entity is None:
        ids = [record_id for rows in slices for record_id in rows["record_id"]]
        reason = "its sheet lists no assets, applications or dependencies"
        yield Cleansed(skipped=reasons_frame(pd.Series(reason, index=ids, dtype=object)))
        return
    sheet = _read(slices, mapping, entity, undone)
    relatives = [{kind.relative for kind in readings.kinds} for readings in sheet.readings]
    related = related_columns([(each.field, each.role, each.statistic) for each in sheet.columns], relatives)
    alone = [at for at in range(len(sheet.columns)) if at not in related]
    texts = [touched_texts(sheet, at) for at in alone]
    for start in range(0, len(sheet.reasons), PART_ROWS):
        rows = slice(start, start + PART_ROWS)
        parts = [cells_of_used_rows(sheet, alone, rows)] if alone else []
        if related:
            others = relate_within_rows(cells_to_relate(sheet, related, rows), undone)
            valued, used = others["value"].notna(), sheet.reasons[others["row"].to_numpy()] == ""
            texts.append(touched_cells(others[used | ~valued]))
            parts = [in_order([*parts, others[valued & used]])]
        yield from (Cleansed(cells[CleansedCell.columns()]) for cells in parts)
    left_out = np.flatnonzero(sheet.reasons != "")
    ids = sheet.record_ids.take(pa.array(left_out)).to_pylist()
    yield Cleansed(texts=audit(texts), skipped=reasons_frame(pd.Series(sheet.reasons[left_out], index=ids)))


def _read(slices: Iterable[pd.DataFrame], mapping: pd.DataFrame, entity: str, exemptions: Exemptions) -> Sheet:
    """What the texts of a whole sheet mean. Reasons are given in the order they are checked; the first one stands."""
    headers = zip(mapping["column_index"].tolist(), mapping["header"].tolist(), strict=True)
    known = ((int(place), MARKER_HEADERS.get(str(header).strip().casefold())) for place, header in headers)
    markers = {place: reason for place, reason in known if reason}
    columns = [column for column in _columns(mapping) if column.place not in markers]
    told = encode_sheet(slices, [*markers, *(column.place for column in columns)])
    reasons = np.where(told.empty, "empty row", "").astype(object)
    for place, reason in markers.items():
        reasons[_is_true(told.columns[place]) & (reasons == "")] = reason
    encoded = [told.columns[column.place].within(reasons == "") for column in columns]
    opened = [open_column(texts.raw, column, exemptions) for texts, column in zip(encoded, columns, strict=True)]
    locale = sheet_locale([(column.field, texts.texts) for texts, column in zip(opened, columns, strict=True)])
    readings = [read_texts(texts, column, locale, exemptions) for texts, column in zip(opened, columns, strict=True)]
    sheet = Sheet(str(mapping["file_id"].iloc[0]), entity, told.record_ids, columns, encoded, readings, reasons)
    _check_keys(sheet)
    return sheet


def _columns(mapping: pd.DataFrame) -> list[Column]:
    used = mapping[(mapping["decision"] != MappingDecision.IGNORE) & mapping["field"].notna()]
    names = ("column_index", "header", "field", "unit", "statistic")
    rows = zip(*(used[name].tolist() for name in names), strict=True)
    columns = [Column(int(i), str(header), str(field), _text(u), _text(s)) for i, header, field, u, s in rows]
    roles = column_roles([(column.field, column.header) for column in columns])
    return [column._replace(role=roles.get(place, "")) for place, column in enumerate(columns)]


def _is_true(marker: Encoded) -> npt.NDArray[np.bool_]:
    words = [text.strip().casefold() in TRUE_WORDS for text in marker.raw.to_pylist()]
    return np.array([*words, False], dtype=bool)[marker.codes]


def _check_keys(sheet: Sheet) -> None:
    """Give rows without a key their reason. Cells of keys are never related to others, so what they give is known."""
    for fields, reason in KEYS[sheet.entity]:
        keyed = np.zeros(len(sheet.reasons), dtype=bool)
        for column, encoded, readings in zip(sheet.columns, sheet.encoded, sheet.readings, strict=True):
            if column.field in fields:
                keyed |= readings.valued[encoded.codes]
        sheet.reasons[~keyed & (sheet.reasons == "")] = reason


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
