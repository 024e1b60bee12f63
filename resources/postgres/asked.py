"""What is asked of a table in blocks: the values of its columns, and which blocks may hold such rows, as SQL."""

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import sql

Where = Mapping[str, Sequence[Any]]

_ASKED = 64  # values that the server compares with each block's spans one by one; of more, the least and greatest


def spanning(name: str, wanted: Sequence[str]) -> sql.Composed:
    """Blocks whose span of a column includes a value. Sorted as "C" sorts, whatever the database does by default."""
    span = sql.SQL("(spans->{0}) IS NULL OR ").format(sql.Literal(name))
    low, high = (
        sql.SQL('((spans->{}->>{}) COLLATE "C")').format(sql.Literal(name), sql.Literal(end)) for end in (0, 1)
    )
    if len(wanted) > _ASKED:
        asked = sql.SQL("({} >= {} AND {} <= {})").format(high, sql.Literal(min(wanted)), low, sql.Literal(max(wanted)))
    else:
        asked = sql.SQL(
            "EXISTS (SELECT FROM unnest({}::text[]) AS asked (value) WHERE value BETWEEN {} AND {})"
        ).format(sql.Literal(list(wanted)), low, high)
    return sql.SQL("({}{})").format(span, asked)


def asked_for(where: Mapping[str, Any]) -> Where:
    """Column -> the values asked for. An enum's member is its text; nothing is equal to what is missing."""
    listed = {name: value if isinstance(value, list) else [value] for name, value in where.items()}
    return {
        name: [str(value) if isinstance(value, str) else value for value in values if value is not None]
        for name, values in listed.items()
    }
