"""The values of a sheet's different texts, dealt out to the rows that hold them: cells, and what became of texts."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas.api.types import union_categoricals

from aidiscover_pipelines.domain.canonical import BY_NAME, is_field_of
from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.inventory.cleansing.encoded import Encoded
from aidiscover_pipelines.inventory.cleansing.readings import Column, Readings, Told

# In a sheet of applications these name the asset an application runs on.
_ASSET_MENTIONS = ("asset_name", "hostname", "asset_id")
_TEXT = pa.large_string()


class Sheet(NamedTuple):
    """A sheet whose texts are read; `columns`, `encoded` and `readings` are parallel.

    `record_ids` (large_string) and `reasons` have an entry for each row; the reason is empty where the row is used.
    """

    file_id: str
    entity: str
    record_ids: Any
    columns: Sequence[Column]
    encoded: Sequence[Encoded]
    readings: Sequence[Readings]
    reasons: npt.NDArray[np.object_]


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


def cells_of_used_rows(sheet: Sheet, columns: Sequence[int], rows: slice) -> pd.DataFrame:
    """CleansedCell rows of some rows and columns, by address: every value of a row that is used.

    Beside them `place` and `row`, as `cells_to_relate` gives them. Texts that repeat are categories.
    """
    columns = sorted(columns, key=lambda at: str(sheet.columns[at].place))
    codes = [sheet.encoded[at].codes[rows] for at in columns]
    used = np.asarray(sheet.reasons[rows] == "", dtype=bool)
    held = np.column_stack([sheet.readings[at].valued[each] & used for at, each in zip(columns, codes, strict=True)])
    row, column = np.nonzero(held)
    # Texts are taken column by column; where each of them goes when rows are gone through one after the other.
    of_column = held.sum(axis=0)
    order = (held.cumsum(axis=0) + (of_column.cumsum() - of_column) - 1)[held]
    texts = [each[kept] for each, kept in zip(codes, held.T, strict=True)]
    kinds: list[Told] = []
    told = []
    for at, each in zip(columns, texts, strict=True):
        told.append(sheet.readings[at].told[each] + len(kinds))
        kinds += sheet.readings[at].kinds

    def dealt(name: str) -> Any:
        parts = [
            getattr(sheet.readings[at], name).take(pa.array(each)) for at, each in zip(columns, texts, strict=True)
        ]
        return pa.concat_arrays(parts).take(pa.array(order)).to_pandas()

    number = np.concatenate([sheet.readings[at].number[each] for at, each in zip(columns, texts, strict=True)])
    kind = np.concatenate(told)[order]
    places = [str(sheet.columns[at].place) for at in columns]
    record_ids = sheet.record_ids[rows]
    of_columns: dict[str, Sequence[str | None]] = {
        "file_id": [sheet.file_id] * len(columns),
        "entity": [str(cell_entity(sheet.entity, sheet.columns[at].field)) for at in columns],
        "field": [sheet.columns[at].field for at in columns],
        "statistic": [sheet.columns[at].statistic for at in columns],
    }
    frame = {
        "evidence_id": pc.binary_join_element_wise(
            record_ids.take(pa.array(row)), pa.array(places, _TEXT).take(pa.array(column)), pa.scalar(".", _TEXT)
        ).to_pandas(),
        "record_id": pd.Categorical.from_codes(row, record_ids.to_pandas()),
        **{name: _categories(told_of, column) for name, told_of in of_columns.items()},
        "value": dealt("value"),
        "number": number[order],
        "original": dealt("raw"),
        **{name: _categories([getattr(each, name) for each in kinds], kind) for name in ("transform", "rule")},
        "place": np.array([sheet.columns[at].place for at in columns])[column],
        "row": row + rows.start,
    }
    return pd.DataFrame(frame)


def in_order(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Cells of several frames by address: by row, then by place as texts sort."""
    known = frames[0]
    coded = {
        name: union_categoricals([_coded(frame[name]) for frame in frames])
        for name in known.columns
        if isinstance(known[name].dtype, pd.CategoricalDtype)
    }
    rest = [name for name in known.columns if name not in coded]
    cells = pd.concat([frame[rest] for frame in frames], ignore_index=True).assign(**coded)
    place, places = pd.factorize(cells["place"])
    rank = np.argsort(np.argsort(places.astype(str)))
    return cells.take(np.argsort(cells["row"].to_numpy(dtype=np.int64) * len(places) + rank[place], kind="stable"))


def _coded(texts: pd.Series) -> pd.Categorical:
    if isinstance(texts.dtype, pd.CategoricalDtype):
        coded: pd.Categorical = texts.array
        return coded
    codes, distinct = pd.factorize(texts.astype("str"))
    return pd.Categorical.from_codes(codes, distinct)


def _categories(texts: Sequence[str | None], codes: npt.NDArray[np.int64]) -> pd.Categorical:
    """Categories of texts of which some may be the same, or missing."""
    code, distinct = pd.factorize(pd.Series(list(texts), dtype="str"))
    return pd.Categorical.from_codes(code[codes], distinct)


def cells_to_relate(sheet: Sheet, columns: Iterable[int], rows: slice) -> pd.DataFrame:
    """The same for every cell, dropped or not, of every row; beside CleansedCell outcome, relative, role, place, row.

    `place` is the column, from 1, and `row` the position of the row in the sheet.
    """
    parts = []
    for at in columns:
        readings, codes = sheet.readings[at], sheet.encoded[at].codes[rows]
        held = np.flatnonzero(readings.present[codes])
        parts.append(
            _dealt(sheet, at, rows, held)
            | {name: _of_kinds(readings, name, codes[held]) for name in ("outcome", "relative")}
            | {"role": _constant(sheet.columns[at].role, len(held))}
            | {"place": pa.repeat(sheet.columns[at].place, len(held)), "row": pa.array(held + rows.start)}
        )
    return _frame(parts)


def touched_texts(sheet: Sheet, at: int) -> pd.DataFrame:
    """For `audit`: the texts of a column that did not stay as they were, by the first row that holds each.

    A dropped cell may be why its row is left out, so it is told of all the same; any other only of rows that are used.
    """
    column, codes, readings = sheet.columns[at], sheet.encoded[at].codes, sheet.readings[at]
    outcomes = np.array([kind.outcome for kind in readings.kinds], dtype=object)
    touched = np.append((outcomes != "")[readings.told], False)
    if not touched.any():
        return pd.DataFrame()
    held = (touched & readings.present)[codes]
    rows = np.flatnonzero(held & (~readings.valued[codes] | (sheet.reasons == "")))
    texts, first, cells = np.unique(codes[rows], return_index=True, return_counts=True)
    order = np.argsort(first)
    texts, rows = texts[order], rows[first[order]]
    told = {
        "evidence_id": _addresses(sheet.record_ids.take(pa.array(rows)), column),
        "field": _constant(column.field, len(texts)),
        "original": readings.raw.take(pa.array(texts)),
        "value": readings.value.take(pa.array(texts)),
        **{name: _of_kinds(readings, name, texts) for name in ("rule", "transform", "outcome")},
        "cells": pa.array(cells[order]),
        "place": pa.repeat(column.place, len(texts)),
    }
    return _frame([told])


def _dealt(sheet: Sheet, at: int, rows: slice, held: npt.NDArray[np.intp]) -> dict[str, Any]:
    """Arrays of the CleansedCell columns of one column; `held` are positions among the rows."""
    column, readings, codes = sheet.columns[at], sheet.readings[at], sheet.encoded[at].codes[rows]
    ids = sheet.record_ids[rows]
    record_ids = ids if len(held) == len(ids) else ids.take(pa.array(held))
    texts = codes[held]
    return {
        "evidence_id": _addresses(record_ids, column),
        "record_id": record_ids,
        "file_id": _constant(sheet.file_id, len(held)),
        "entity": _constant(str(cell_entity(sheet.entity, column.field)), len(held)),
        "field": _constant(column.field, len(held)),
        "value": readings.value.take(pa.array(texts)),
        "number": pa.array(readings.number[texts]),
        "statistic": _constant(column.statistic, len(held)),
        "original": readings.raw.take(pa.array(texts)),
        "transform": _of_kinds(readings, "transform", texts),
        "rule": _of_kinds(readings, "rule", texts),
    }


def _frame(parts: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Arrays of several columns below each other."""
    joined = {name: pa.chunked_array([part[name] for part in parts]) for name in (parts[0] if parts else {})}
    frame: pd.DataFrame = pa.table(joined).to_pandas()
    return frame


def _addresses(record_ids: Any, column: Column) -> Any:
    return pc.binary_join_element_wise(record_ids, pa.scalar(str(column.place), _TEXT), pa.scalar(".", _TEXT))


def _constant(text: str | None, length: int) -> Any:
    return pa.repeat(pa.scalar(text, _TEXT), length)


def _of_kinds(readings: Readings, name: str, texts: npt.NDArray[np.int32]) -> Any:
    told = pa.array([getattr(kind, name) for kind in readings.kinds], _TEXT)
    return told.take(pa.array(readings.told[texts]))
