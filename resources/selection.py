"""Rows of a frame that meet what is asked: what PostgreSQL answers for tables, here for frames."""

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from aidiscover_pipelines.domain.tables import Row
from aidiscover_pipelines.ports import Condition
from resources.questions import checked_order

_COMPARED: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "~": lambda column, value: column.str.lower().str.contains(value.lower(), regex=False),
    "^": lambda column, value: column.str.startswith(value),
}


def met(frame: pd.DataFrame, conditions: Iterable[Condition]) -> pd.Series:
    """Rows that meet all (checked) conditions; as in SQL, a missing value meets none."""
    hit = pd.Series(True, index=frame.index)
    for one in conditions:
        column = frame[one.column]
        compared = (
            _among(column, one.value) if isinstance(one.value, list) else _COMPARED[one.operator](column, one.value)
        )
        hit &= compared.fillna(False).astype(bool) & column.notna()
    return hit


def matches(frame: pd.DataFrame, where: Mapping[str, Any]) -> pd.Series:
    """Rows whose columns equal what is asked, or one of it where a list is."""
    hit = pd.Series(True, index=frame.index)
    for column, wanted in where.items():
        hit &= _among(frame[column], wanted) if isinstance(wanted, list) else frame[column] == wanted
    return hit


def in_order(frame: pd.DataFrame, table: type[Row], order: Sequence[str]) -> pd.DataFrame:
    """Rows that came in key order by the named columns; what is missing comes last."""
    for name, descends in reversed(checked_order(table, order)):
        frame = frame.sort_values(name, ascending=not descends, kind="stable")
    return frame


def free(frame: pd.DataFrame, held: pd.DataFrame, table: type[Row]) -> pd.DataFrame:
    """The rows whose key no held row has."""
    keys = list(table.key)
    taken = set(held[keys].itertuples(index=False, name=None))
    return frame[[row not in taken for row in frame[keys].itertuples(index=False, name=None)]]


def _among(column: pd.Series, wanted: list[Any]) -> pd.Series:
    """`isin`, which walks a text column element by element where pyarrow hashes it."""
    if not isinstance(column.dtype, pd.StringDtype):
        return column.isin(wanted)
    hit = pc.is_in(pa.array(column), value_set=pa.array(wanted, pa.large_string()))
    return pd.Series(hit.to_numpy(zero_copy_only=False), index=column.index)
