"""The dtypes a stored frame has, whatever store it comes from, and what a frame must satisfy to be stored.

text -> str, int -> int64, int with gaps -> float64, float -> float64, bool -> bool, datetime -> datetime64[us, UTC],
JSON -> object holding Python lists and dicts, vector -> object holding lists of float. Missing is NaN (NaT for times).
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache
from types import NoneType
from typing import Any, get_args, get_origin

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from aidiscover_pipelines.domain.errors import Permanent
from aidiscover_pipelines.domain.tables import Row
from aidiscover_pipelines.domain.tables.row import EMBEDDING_DIMENSIONS
from aidiscover_pipelines.ports import AnyRow
from resources import key_order

# JSON writes NUL as \u0000; an odd number of backslashes before the u tells it from an escaped backslash.
JSON_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    INT = "int"
    FLOAT = "float"
    BOOL = "bool"
    TIME = "time"
    JSON = "json"
    VECTOR = "vector"


# Stored as text, parsed when read: pgvector writes and reads a vector as a JSON list of numbers.
TEXT_ENCODED = frozenset({Kind.JSON, Kind.VECTOR})


_KINDS: tuple[tuple[type, Kind], ...] = (  # bool before int: it is a subclass of it
    (str, Kind.TEXT),
    (bool, Kind.BOOL),
    (int, Kind.INT),
    (float, Kind.FLOAT),
    (datetime, Kind.TIME),
    (list, Kind.JSON),
    (dict, Kind.JSON),
)


@cache
def column_kinds(table: type[Row]) -> Mapping[str, tuple[Kind, bool]]:
    """Column -> (kind, whether it may be empty), in stored order. Raises: TypeError for a type no store can hold."""
    return {name: _kind(table, name, field.annotation) for name, field in table.model_fields.items()}


def _kind(table: type[Row], name: str, annotation: Any) -> tuple[Kind, bool]:
    choices = [choice for choice in get_args(annotation) if choice is not NoneType]
    nullable = NoneType in get_args(annotation)
    held = choices[0] if nullable and len(choices) == 1 else annotation
    if held == list[float]:
        return Kind.VECTOR, nullable
    held = get_origin(held) or held
    for python_type, kind in _KINDS:
        if isinstance(held, type) and issubclass(held, python_type):
            return kind, nullable
    raise TypeError(f"cannot store {table.__name__}.{name}: no column type for {annotation!r}; add it to Kind")


def empty_frame(table: type[Row]) -> pd.DataFrame:
    """No rows, right columns and dtypes."""
    return pd.DataFrame({name: _cast(pd.Series([], dtype=object), *kind) for name, kind in column_kinds(table).items()})


def conform(frame: pd.DataFrame, table: type[Row]) -> pd.DataFrame:
    """The table's columns in order and in their dtypes, one row per key (the last wins), a new index.

    JSON and vector columns come back as JSON text; `decode_json` undoes it. One whose dtype is str holds such text
    already and is taken as it is. Texts may be categories. Raises: Permanent naming table and column.
    """
    missing = [name for name in table.columns() if name not in frame.columns]
    if missing:
        raise _refusal(table, missing[0], "the frame has no such column")
    frame = frame.assign(**{name: _spelled_out(frame[name]) for name in table.columns() if _is_coded(frame[name])})
    unique = frame if is_in_key_order(frame, table) else frame.drop_duplicates(list(table.key), keep="last")
    columns = {name: _checked(unique[name], table, name) for name in table.columns()}
    return pd.DataFrame(columns).reset_index(drop=True)


def _is_coded(column: pd.Series) -> bool:
    return isinstance(column.dtype, pd.CategoricalDtype) and isinstance(column.cat.categories.dtype, pd.StringDtype)


def _spelled_out(column: pd.Series) -> pd.Series:
    """A column of categories as texts; by Arrow, which takes a tenth of what pandas takes."""
    codes = pa.array(column.cat.codes.to_numpy(), mask=(column.cat.codes < 0).to_numpy())
    texts = pa.array(column.cat.categories, pa.large_string()).take(codes)
    return pd.Series(texts.to_pandas().array, index=column.index)


def is_in_key_order(frame: pd.DataFrame, table: type[Row]) -> bool:
    """Whether a look at neighbours shows that rows are in key order and no key comes twice; for texts as str only."""
    keys = [frame[name] for name in table.key]
    if not all(isinstance(key.dtype, pd.StringDtype) or key.dtype.kind == "i" for key in keys):
        return frame.empty
    return key_order.is_in_key_order(pa.table(dict(zip(table.key, map(pa.array, keys), strict=True))), table.key)


def decode_json(frame: pd.DataFrame, table: type[Row]) -> pd.DataFrame:
    """Parse the JSON and vector text columns of a conformed frame; no value is shared between rows."""
    texts = [name for name, (kind, _) in column_kinds(table).items() if kind in TEXT_ENCODED and name in frame.columns]
    return frame.assign(**{name: pd.Series(parse_all(frame[name]), index=frame.index, dtype=object) for name in texts})


def with_categories(frame: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
    """A frame with the texts of some columns as categories."""
    coded = {name: pd.factorize(frame[name]) for name in names}
    return frame.assign(**{name: pd.Categorical.from_codes(*found) for name, found in coded.items()})


def parse_all(texts: pd.Series) -> list[Any]:
    """One parser call for the whole column: four times as fast as one call for each value."""
    parsed: list[Any] = json.loads("[" + ",".join(texts.tolist()) + "]")
    return parsed


def check_columns(table: type[Row], named: Iterable[str], attempted: str) -> None:
    """Raises: Permanent when a column is named that the table lacks."""
    for name in named:
        if name not in table.model_fields:
            raise Permanent(
                f"cannot {attempted} {table.table} by {name!r}: it has no such column; see {table.__name__}"
            )


def _checked(series: pd.Series, table: type[Row], name: str) -> pd.Series:
    kind, nullable = column_kinds(table)[name]
    if kind is Kind.VECTOR and not all(len(vector) == EMBEDDING_DIMENSIONS for vector in series):
        raise _refusal(table, name, f"a vector does not have {EMBEDDING_DIMENSIONS} numbers")
    if kind in TEXT_ENCODED:
        return _encoded(series, table, name)
    try:
        if not nullable and series.isna().any():
            raise _refusal(table, name, f"{int(series.isna().sum())} values are missing")
        cast = _cast(series, kind, nullable)
    except UnicodeEncodeError:
        raise _refusal(table, name, "a text holds half of a surrogate pair, which is no character") from None
    except (TypeError, ValueError, OverflowError):
        raise _refusal(table, name, f"values of dtype {series.dtype} do not convert to {kind}") from None
    if kind is Kind.TEXT and _holds_nul(cast):
        raise _refusal(table, name, "a text holds a NUL character, which PostgreSQL cannot store")
    return cast


def _holds_nul(texts: pd.Series) -> bool:
    """Looks at the bytes of all texts at once: in UTF-8 no other character has a byte of zero."""
    for held in pa.chunked_array(pa.array(texts), pa.large_string()).chunks:
        _, ends, data = held.buffers()
        first, last = np.frombuffer(ends, np.int64)[[held.offset, held.offset + len(held)]] if len(held) else (0, 0)
        if last > first and np.frombuffer(data, np.uint8)[first:last].min() == 0:
            return True
    return False


def _cast(series: pd.Series, kind: Kind, nullable: bool) -> pd.Series:
    if kind is Kind.TEXT:
        return series.astype("str")
    if kind is Kind.TIME:
        return pd.to_datetime(series, utc=True).astype("datetime64[us, UTC]")
    if kind in TEXT_ENCODED:
        return series.astype(object)
    if kind is Kind.BOOL:
        return series.astype(bool)
    numbers = pd.to_numeric(series).astype("float64")
    if kind is Kind.FLOAT:
        return numbers
    if (numbers.dropna() % 1 != 0).any():
        raise ValueError("not whole numbers")
    return numbers if nullable else pd.to_numeric(series).astype("int64")


def _encoded(series: pd.Series, table: type[Row], name: str) -> pd.Series:
    if isinstance(series.dtype, pd.StringDtype):
        return _checked_text(series, table, name)
    try:
        texts = [_json_text(value) for value in series.tolist()]
    except (TypeError, ValueError):
        raise _refusal(
            table, name, "a value is not JSON: NaN and infinity are not, nor are objects of other classes"
        ) from None
    if any("\\u0000" in text and JSON_NUL.search(text) for text in texts):
        raise _refusal(table, name, "a text holds a NUL character, which PostgreSQL cannot store")
    if any(text[0] not in "[{" for text in texts):
        raise _refusal(table, name, "a value is neither a list nor a dict")
    try:
        return pd.Series(texts, index=series.index, dtype="str")
    except UnicodeEncodeError:
        raise _refusal(table, name, "a text holds half of a surrogate pair, which is no character") from None


def _json_text(value: Any) -> str:
    """JSON text of a value. orjson takes a tenth of the time; what it would write otherwise is left to ENCODER.

    That is NaN and infinity, which it writes as null, integers of more than 64 bits and objects of other classes.
    """
    try:
        text = orjson.dumps(value, option=_AS_WE_DO).decode()
    except orjson.JSONEncodeError:
        return ENCODER.encode(value)
    return ENCODER.encode(value) if "null" in text else text


def _checked_text(series: pd.Series, table: type[Row], name: str) -> pd.Series:
    """JSON text from outside; that it is JSON throughout shows when a database or a reader parses it."""
    texts = pa.array(series)
    opened = pc.or_(pc.starts_with(texts, "["), pc.starts_with(texts, "{"))
    if pc.sum(opened).as_py() not in (None, len(texts)):
        raise _refusal(table, name, "a value is neither a list nor a dict")
    escaped = series[pc.match_substring(texts, "\\u0000").to_numpy(zero_copy_only=False)]
    if any(map(JSON_NUL.search, escaped)):
        raise _refusal(table, name, "a text holds a NUL character, which PostgreSQL cannot store")
    return series


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(type(value).__name__)


_AS_WE_DO = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain)


def _refusal(table: type[Row], column: str, problem: str) -> Permanent:
    return Permanent(f"cannot store {table.table}.{column}: {problem}; correct the stage that made the frame")


def from_models(rows: Iterable[Row], table: type[Row]) -> pd.DataFrame:
    """Those of the rows that are of this table, as a frame."""
    return pd.DataFrame([row.model_dump() for row in rows if type(row) is table], dtype=object)


def as_models(frame: pd.DataFrame, table: type[AnyRow]) -> list[AnyRow]:
    """The rows of a stored frame as models; what is missing is None."""
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [table.model_validate({str(name): value for name, value in row.items()}) for row in rows]
