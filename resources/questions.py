"""What both stores refuse to be asked, so that they answer and refuse alike: conditions, orders, sums, vectors."""

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from aidiscover_pipelines.domain.errors import Permanent
from aidiscover_pipelines.domain.tables import Row
from aidiscover_pipelines.domain.tables.row import EMBEDDING_DIMENSIONS
from aidiscover_pipelines.ports import Condition
from resources.frames import TEXT_ENCODED, Kind, check_columns, column_kinds

OPERATORS = ("=", "!=", "<", "<=", ">", ">=", "~", "^")
_TEXT_ONLY = ("~", "^")
_NUMBERS = (Kind.INT, Kind.FLOAT)


def checked_conditions(table: type[Row], conditions: Iterable[Condition]) -> list[Condition]:
    """The conditions with plain Python values. Raises: Permanent for what the column cannot be compared with."""
    given = list(conditions)
    check_columns(table, [one.column for one in given], "compare")
    return [Condition(one.column, one.operator, _checked_value(table, one)) for one in given]


def checked_order(table: type[Row], order: Iterable[str]) -> list[tuple[str, bool]]:
    """(column, whether it descends) of each name, which may begin with a minus sign. Raises: Permanent."""
    named = [(name.removeprefix("-"), name.startswith("-")) for name in order]
    check_columns(table, [name for name, _ in named], "sort")
    for name, _ in named:
        if column_kinds(table)[name][0] in TEXT_ENCODED:
            raise Permanent(f"cannot sort {table.table} by {name!r}: its values have no order; use another column")
    return named


def checked_sums(table: type[Row], columns: Sequence[str]) -> Sequence[str]:
    """The columns. Raises: Permanent when one holds no numbers."""
    check_columns(table, columns, "sum up")
    for name in columns:
        if column_kinds(table)[name][0] not in _NUMBERS:
            raise Permanent(f"cannot sum up {table.table}.{name}: it holds no numbers; use another column")
    return columns


def check_window(table: type[Row], limit: int, offset: int = 0) -> None:
    """Raises: Permanent for a negative number of rows."""
    if limit < 0 or offset < 0:
        raise Permanent(
            f"cannot read {limit} rows of {table.table} from place {offset}: neither may be negative; correct it"
        )


def checked_vector(table: type[Row], vector: Sequence[float]) -> list[float]:
    """The vector as Python floats. Raises: Permanent when the table has none, or it is none."""
    check_columns(table, ["embedding"], "search")
    plain = [float(value) for value in vector]
    if len(plain) != EMBEDDING_DIMENSIONS or not all(map(math.isfinite, plain)):
        raise Permanent(
            f"cannot search {table.table}: a vector needs {EMBEDDING_DIMENSIONS} finite numbers; "
            "correct the embedder that made it"
        )
    return plain


def _checked_value(table: type[Row], one: Condition) -> Any:
    kind, _ = column_kinds(table)[one.column]
    if one.operator not in OPERATORS or kind in TEXT_ENCODED or (one.operator in _TEXT_ONLY and kind is not Kind.TEXT):
        raise Permanent(
            f"cannot compare {table.table}.{one.column} by {one.operator!r}: use one of {' '.join(OPERATORS)} "
            "(~ and ^ for text) on a column that holds one value"
        )
    is_list = isinstance(one.value, list | tuple)
    values = [_plain(value) for value in one.value] if is_list else [_plain(one.value)]
    if (is_list and one.operator != "=") or not all(_fits(value, kind) for value in values):
        raise Permanent(
            f"cannot compare {table.table}.{one.column} by {one.operator!r}: it holds {kind}, so ask for such a value "
            "(a time with its zone; a list after = only; a missing value meets no condition)"
        )
    return values if is_list else values[0]


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    return str(value) if isinstance(value, str) else value  # an enum's member as its text


def _fits(value: Any, kind: Kind) -> bool:
    if kind is Kind.TEXT:
        return isinstance(value, str) and "\0" not in value and not any("\ud800" <= char <= "\udfff" for char in value)
    if kind is Kind.BOOL:
        return isinstance(value, bool)
    if kind is Kind.TIME:
        return isinstance(value, datetime) and value.tzinfo is not None
    return isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value)
