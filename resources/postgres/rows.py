"""Tables with a row of PostgreSQL for each of theirs: see layout.py for what these functions do."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
from psycopg import sql

from aidiscover_pipelines.domain.tables import Row
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import AnyRow, Condition
from resources.frames import Kind, column_kinds, with_categories
from resources.postgres.bulk import Cursor, copy_in, copy_out, qualified
from resources.postgres.incoming import create_incoming, delete_others, incoming, insert_incoming
from resources.postgres.models import find_model, insert_models, overwriting
from resources.postgres.queries import met, read_page, read_sums

_CASTS = {
    Kind.TEXT: "text[]",
    Kind.INT: "bigint[]",
    Kind.FLOAT: "float8[]",
    Kind.BOOL: "boolean[]",
    Kind.TIME: "timestamptz[]",
}


def read(
    cursor: Cursor,
    tenant: TenantId,
    table: type[Row],
    columns: Sequence[str],
    where: Mapping[str, Any],
    first: int | None = None,
    coded: Collection[str] = (),
) -> pd.DataFrame:
    """By COPY."""
    return with_categories(copy_out(cursor, table, _condition(tenant, table, where), columns, first), coded)


def read_in_parts(
    cursor: Cursor, tenant: TenantId, table: type[Row], columns: Sequence[str], where: Mapping[str, Any]
) -> Iterator[pd.DataFrame]:
    """One part: what has many rows is kept in blocks."""
    yield read(cursor, tenant, table, columns, where)


def page(
    cursor: Cursor,
    tenant: TenantId,
    table: type[Row],
    conditions: Sequence[Condition],
    order: Sequence[str],
    limit: int,
    offset: int,
) -> tuple[pd.DataFrame, int]:
    """By COPY, counted by another query."""
    return read_page(cursor, table, met(tenant, table, conditions), order, limit, offset)


def sums(
    cursor: Cursor, tenant: TenantId, table: type[Row], columns: Sequence[str], conditions: Sequence[Condition]
) -> dict[str, float]:
    """By the server."""
    return read_sums(cursor, table, columns, met(tenant, table, conditions))


def find(cursor: Cursor, tenant: TenantId, table: type[AnyRow], key: Mapping[str, Any]) -> AnyRow | None:
    """By the index."""
    return find_model(cursor, tenant, table, key)


def put(cursor: Cursor, tenant: TenantId, table: type[Row], rows: Sequence[Row]) -> None:
    """By INSERT."""
    insert_models(cursor, tenant, table, rows)


def append(cursor: Cursor, tenant: TenantId, table: type[Row], frame: pd.DataFrame) -> None:
    """Sorted by key, so that two that write the same rows do not wait for each other."""
    _insert(cursor, tenant, table, frame.sort_values(list(table.key)), overwriting(table))


def add(cursor: Cursor, tenant: TenantId, table: type[Row], frame: pd.DataFrame) -> int:
    """The server says of two writers of one key which was first."""
    return _insert(cursor, tenant, table, frame, sql.SQL(" ON CONFLICT DO NOTHING"))


def delete(cursor: Cursor, tenant: TenantId, table: type[Row], conditions: Sequence[Condition]) -> int:
    """By the server."""
    statement = sql.SQL("DELETE FROM {} WHERE {}").format(qualified(table), met(tenant, table, conditions))
    return cursor.execute(statement).rowcount


class Parts:
    """Frames on their way into one table: a temporary one takes them, then only what differs is written."""

    def __init__(self, cursor: Cursor, tenant: TenantId, table: type[Row], scope: Mapping[str, Any] | None) -> None:
        self._cursor, self._tenant, self._table, self._scope = cursor, tenant, table, scope
        create_incoming(cursor, table)

    def take(self, frame: pd.DataFrame) -> None:
        """Add the rows of a conformed frame."""
        copy_in(self._cursor, incoming(self._table), self._table, frame)

    def finish(self) -> None:
        """Write what was taken."""
        if self._scope is not None:
            delete_others(self._cursor, self._table, _condition(self._tenant, self._table, self._scope))
        insert_incoming(self._cursor, self._tenant, self._table, overwriting(self._table))


def _insert(
    cursor: Cursor, tenant: TenantId, table: type[Row], frame: pd.DataFrame, on_conflict: sql.Composable
) -> int:
    """Insert the rows of a conformed frame. Returns how many rows went in."""
    if frame.empty:
        return 0
    create_incoming(cursor, table)
    copy_in(cursor, incoming(table), table, frame)
    inserted = insert_incoming(cursor, tenant, table, on_conflict)
    cursor.execute(sql.SQL("DROP TABLE {}").format(incoming(table)))
    return inserted


def _condition(tenant: TenantId, table: type[Row], where: Mapping[str, Any]) -> sql.Composed:
    """The tenant's rows whose columns equal what is asked, or one of it where a list is."""
    parts = [sql.SQL("tenant_id = {}").format(sql.Literal(tenant))]
    for name, wanted in where.items():
        values: Sequence[Any] = wanted if isinstance(wanted, list) else [wanted]
        kind, _ = column_kinds(table)[name]
        parts.append(
            sql.SQL("{} = ANY({}::{})").format(sql.Identifier(name), sql.Literal(list(values)), sql.SQL(_CASTS[kind]))
        )
    return sql.SQL(" AND ").join(parts)
