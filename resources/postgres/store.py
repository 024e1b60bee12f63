"""The portfolio store over PostgreSQL. Row-level security keeps tenants apart even where a query forgets to."""

import logging
import weakref
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pandas as pd
import psycopg
from psycopg import sql
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import PoolResetState

from aidiscover_pipelines.domain.errors import StaleWrite, UnknownTenant
from aidiscover_pipelines.domain.tables import Row
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from aidiscover_pipelines.ports import AnyRow, Condition
from resources.frames import Kind, as_models, check_columns, column_kinds, conform, from_models, with_categories
from resources.postgres.bulk import Cursor, copy_in, copy_out, qualified
from resources.postgres.faults import mapped_faults
from resources.postgres.incoming import create_incoming, delete_others, incoming, insert_incoming
from resources.postgres.models import find_model, insert_models, overwriting
from resources.postgres.packed import (
    PACKED,
    PackedParts,
    as_rows,
    delete_packed,
    lock,
    merge,
    page_packed,
    read_packed,
    read_packed_in_parts,
    sums_packed,
)
from resources.postgres.queries import met, read_nearest, read_page, read_sums
from resources.selection import free

_logger = logging.getLogger(__name__)

_CASTS = {
    Kind.TEXT: "text[]",
    Kind.INT: "bigint[]",
    Kind.FLOAT: "float8[]",
    Kind.BOOL: "boolean[]",
    Kind.TIME: "timestamptz[]",
}

_BIND_TENANT = """
    SELECT set_config('app.tenant_id', %(tenant)s, true), EXISTS (SELECT 1 FROM portfolio.tenants WHERE id = %(tenant)s)
"""
_FENCE = """
    INSERT INTO portfolio.write_fences AS held (tenant_id, table_name, run_id, started_at, attempt)
    VALUES (%(tenant)s, %(table)s, %(run)s, %(started)s, %(attempt)s)
    ON CONFLICT (tenant_id, table_name) DO UPDATE
    SET run_id = excluded.run_id, started_at = excluded.started_at, attempt = excluded.attempt
    WHERE (held.started_at, held.attempt) <= (excluded.started_at, excluded.attempt)
    RETURNING true
"""
_LAST_WRITER = """
    SELECT run_id, started_at, attempt FROM portfolio.write_fences
    WHERE tenant_id = %(tenant)s AND table_name = %(table)s
"""
_REGISTER = """
    INSERT INTO portfolio.tenants AS held (id, name, cron) VALUES (%s, %s, %s)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, cron = excluded.cron RETURNING held.xmax = 0
"""


class PostgresStore:
    """PortfolioStore in PostgreSQL, safe for many threads and processes.

    The tenant is bound to each transaction and to nothing longer; a write locks its tables' fences first, so writers of
    one tenant's table queue up and the one that started last wins.
    """

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        # Dagster makes a store for each run and never says goodbye to it.
        self._dispose = weakref.finalize(self, self._engine.dispose)

    def close(self) -> None:
        """Close the pooled connections; also happens when the store is garbage or the process ends."""
        self._dispose()

    def tenants(self) -> list[Tenant]:
        with self._transaction("list the tenants") as cursor:
            rows = cursor.execute("SELECT id, name, cron FROM portfolio.tenants ORDER BY id").fetchall()
        return [Tenant(*row) for row in rows]

    def tenant(self, tenant: TenantId, attempted: str) -> Tenant:
        with self._transaction(attempted) as cursor:
            row = cursor.execute("SELECT id, name, cron FROM portfolio.tenants WHERE id = %s", (tenant,)).fetchone()
        if row is None:
            raise UnknownTenant(tenant, attempted)
        return Tenant(*row)

    def add_tenant(self, tenant: Tenant) -> bool:
        with self._transaction(f"register tenant {tenant.id!r}") as cursor:
            cursor.execute(_BIND_TENANT, {"tenant": tenant.id})
            row = cursor.execute(_REGISTER, (tenant.id, tenant.name, tenant.cron)).fetchone()
        return bool(row and row[0])

    def read(
        self,
        tenant: TenantId,
        table: type[Row],
        *,
        columns: Sequence[str] | None = None,
        first: int | None = None,
        coded: Collection[str] = (),
        **where: Any,
    ) -> pd.DataFrame:
        check_columns(table, [*where, *(columns or ())], "read")
        with self._of(tenant, f"read {table.table}") as cursor:
            if table in PACKED:
                return read_packed(cursor, tenant, table, columns or table.columns(), where, first, coded)
            rows = copy_out(cursor, table, _condition(tenant, table, where), columns or table.columns(), first)
            return with_categories(rows, coded)

    def read_in_parts(
        self, tenant: TenantId, table: type[Row], *, columns: Sequence[str] | None = None, **where: Any
    ) -> Iterator[pd.DataFrame]:
        check_columns(table, [*where, *(columns or ())], "read")
        with self._of(tenant, f"read {table.table}") as cursor:
            if table in PACKED:
                yield from read_packed_in_parts(cursor, tenant, table, columns or table.columns(), where)
            else:
                yield copy_out(cursor, table, _condition(tenant, table, where), columns or table.columns(), None)

    def replace(self, tenant: TenantId, run: RunRef, frames: Mapping[type[Row], pd.DataFrame], **scope: Any) -> None:
        self._write(tenant, run, list(frames), _conformed(frames), scope)

    def replace_in_parts(
        self,
        tenant: TenantId,
        run: RunRef,
        tables: Sequence[type[Row]],
        parts: Iterable[tuple[type[Row], pd.DataFrame]],
        **scope: Any,
    ) -> None:
        self._write(tenant, run, tables, ((table, conform(frame, table)) for table, frame in parts), scope)

    def upsert(self, tenant: TenantId, run: RunRef, frames: Mapping[type[Row], pd.DataFrame]) -> None:
        self._write(tenant, run, list(frames), _conformed(frames), None)

    def put(
        self,
        tenant: TenantId,
        rows: Sequence[Row],
        *,
        instead_of: Mapping[type[Row], Sequence[Condition]] | None = None,
    ) -> None:
        tables = sorted({type(row) for row in rows}, key=lambda table: table.table)  # one order for all: no deadlock
        with self._of(tenant, f"write {', '.join(table.table for table in tables)}") as cursor:
            for table in tables:
                if table in PACKED:
                    merge(cursor, tenant, table, as_rows(conform(from_models(rows, table), table), table), None)
                else:
                    insert_models(cursor, tenant, table, [row for row in rows if type(row) is table])
            for table, conditions in (instead_of or {}).items():
                _delete(cursor, tenant, table, conditions)

    def find(self, tenant: TenantId, table: type[AnyRow], **key: Any) -> AnyRow | None:
        with self._of(tenant, f"read {table.table}") as cursor:
            if table in PACKED:
                asked = [Condition(name, "=", value) for name, value in key.items()]
                return next(iter(as_models(page_packed(cursor, tenant, table, asked, (), 1, 0)[0], table)), None)
            return find_model(cursor, tenant, table, key)

    def append(self, tenant: TenantId, frames: Mapping[type[Row], pd.DataFrame]) -> None:
        # One order of tables and keys for all writers: no deadlock.
        conformed = sorted(_conformed(frames), key=lambda part: part[0].table)
        with self._of(tenant, f"append to {', '.join(table.table for table, _ in conformed)}") as cursor:
            for table, frame in conformed:
                if table in PACKED:
                    merge(cursor, tenant, table, as_rows(frame, table), None)
                else:
                    _insert(cursor, tenant, table, frame.sort_values(list(table.key)), overwriting(table))

    def add(self, tenant: TenantId, table: type[Row], frame: pd.DataFrame) -> int:
        with self._of(tenant, f"add to {table.table}") as cursor:
            conformed = conform(frame, table)
            if table not in PACKED:
                return _insert(cursor, tenant, table, conformed, sql.SQL(" ON CONFLICT DO NOTHING"))
            lock(cursor, tenant, table)
            fresh = free(conformed, read_packed(cursor, tenant, table, table.key, {}), table)
            merge(cursor, tenant, table, as_rows(fresh, table), None)
            return len(fresh)

    def last_writer(self, tenant: TenantId, table: type[Row]) -> RunRef | None:
        with self._of(tenant, f"read {table.table}") as cursor:
            row = cursor.execute(_LAST_WRITER, {"tenant": tenant, "table": table.table}).fetchone()
            return RunRef(*row) if row else None

    def delete(self, tenant: TenantId, table: type[Row], conditions: Sequence[Condition]) -> int:
        with self._of(tenant, f"remove rows of {table.table}") as cursor:
            return _delete(cursor, tenant, table, conditions)

    def page(
        self,
        tenant: TenantId,
        table: type[Row],
        conditions: Sequence[Condition] = (),
        *,
        order: Sequence[str] = (),
        limit: int = 50,
        offset: int = 0,
    ) -> tuple[pd.DataFrame, int]:
        with self._of(tenant, f"read {table.table}") as cursor:
            if table in PACKED:
                return page_packed(cursor, tenant, table, conditions, order, limit, offset)
            return read_page(cursor, table, met(tenant, table, conditions), order, limit, offset)

    def sums(
        self, tenant: TenantId, table: type[Row], columns: Sequence[str], conditions: Sequence[Condition] = ()
    ) -> dict[str, float]:
        with self._of(tenant, f"sum up {table.table}") as cursor:
            if table in PACKED:
                return sums_packed(cursor, tenant, table, columns, conditions)
            return read_sums(cursor, table, columns, met(tenant, table, conditions))

    def nearest(
        self,
        tenant: TenantId,
        table: type[AnyRow],
        vector: Sequence[float],
        conditions: Sequence[Condition],
        limit: int,
    ) -> list[tuple[AnyRow, float]]:
        with self._of(tenant, f"search {table.table}") as cursor:
            return read_nearest(cursor, table, vector, met(tenant, table, conditions), limit)

    def _write(
        self,
        tenant: TenantId,
        run: RunRef,
        tables: Sequence[type[Row]],
        parts: Iterable[tuple[type[Row], pd.DataFrame]],
        scope: Mapping[str, Any] | None,
    ) -> None:
        """Rows within `scope` that do not come again make room; where it is None, none do. `parts` are conformed.

        What stays as it is, a row or a block of rows, is compared and left alone: no dead rows
        (docs/adr/0011-value-layout.md, docs/adr/0015-row-blocks.md).
        """
        ordered = sorted(tables, key=lambda table: table.table)  # one order for all writers: no deadlock
        named = ", ".join(table.table for table in ordered)
        narrowed = {
            table: {name: value for name, value in (scope or {}).items() if name in table.model_fields}
            for table in ordered
        }
        with self._of(tenant, f"write {named}") as cursor:
            for table in ordered:
                _fence(cursor, tenant, table, run)
            packed = {
                table: PackedParts(cursor, tenant, table, None if scope is None else narrowed[table])
                for table in ordered
                if table in PACKED
            }
            for table in ordered:
                if table not in packed:
                    create_incoming(cursor, table)
            for table, frame in parts:
                if table in packed:
                    packed[table].take(frame)
                else:
                    copy_in(cursor, incoming(table), table, frame)
            for table in ordered:
                if table in packed:
                    packed[table].finish()
                    continue
                if scope is not None:
                    delete_others(cursor, table, _condition(tenant, table, narrowed[table]))
                insert_incoming(cursor, tenant, table, overwriting(table))
        _logger.info("wrote %s of tenant %s for run %s", named, tenant, run.run_id)

    @contextmanager
    def _of(self, tenant: TenantId, attempted: str) -> Iterator[Cursor]:
        """A transaction bound to a registered tenant. Raises: UnknownTenant."""
        with self._transaction(attempted) as cursor:
            row = cursor.execute(_BIND_TENANT, {"tenant": tenant}).fetchone()
            if not (row and row[1]):
                raise UnknownTenant(tenant, attempted)
            yield cursor

    @contextmanager
    def _transaction(self, attempted: str) -> Iterator[Cursor]:
        with mapped_faults(attempted), self._engine.begin() as connection:
            driver = connection.connection.driver_connection
            assert isinstance(driver, psycopg.Connection)  # noqa: S101 - the URL's driver is psycopg
            with driver.cursor() as cursor:
                yield cursor


def _conformed(frames: Mapping[type[Row], pd.DataFrame]) -> list[tuple[type[Row], pd.DataFrame]]:
    return [(table, conform(frame, table)) for table, frame in frames.items()]


def _engine(url: str) -> Engine:
    engine = create_engine(
        url, pool_size=5, max_overflow=5, pool_timeout=30, pool_pre_ping=True, pool_reset_on_return=None
    )
    event.listen(engine, "reset", _reset)
    return engine


def _reset(connection: Any, _record: Any, state: PoolResetState) -> None:
    """Hand a connection back with no setting of its last user (DISCARD ALL breaks psycopg's prepared statements)."""
    connection.rollback()
    if not state.terminate_only:
        connection.execute("RESET ALL")
        connection.commit()


def _fence(cursor: Cursor, tenant: TenantId, table: type[Row], run: RunRef) -> None:
    """Lock the table's fence for this tenant until the transaction ends. Raises: StaleWrite."""
    values = {
        "tenant": tenant,
        "table": table.table,
        "run": run.run_id,
        "started": run.started_at,
        "attempt": run.attempt,
    }
    if cursor.execute(_FENCE, values).fetchone():
        return
    row = cursor.execute(
        "SELECT run_id FROM portfolio.write_fences WHERE tenant_id = %(tenant)s AND table_name = %(table)s", values
    ).fetchone()
    raise StaleWrite(
        f"cannot write {table.table} of tenant {tenant!r}: run {row[0] if row else ''!r} started later and has "
        "written it; start a new run"
    )


def _delete(cursor: Cursor, tenant: TenantId, table: type[Row], conditions: Sequence[Condition]) -> int:
    """Delete what meets all conditions. Returns how many rows went."""
    if table in PACKED:
        return delete_packed(cursor, tenant, table, conditions)
    statement = sql.SQL("DELETE FROM {} WHERE {}").format(qualified(table), met(tenant, table, conditions))
    return cursor.execute(statement).rowcount


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
