"""The portfolio store over PostgreSQL. Row-level security keeps tenants apart even where a query forgets to."""

import logging
import weakref
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pandas as pd
import psycopg
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import PoolResetState

from aidiscover_pipelines.domain.errors import StaleWrite, UnknownTenant
from aidiscover_pipelines.domain.tables import Row
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from aidiscover_pipelines.ports import AnyRow, Condition
from resources.frames import check_columns, conform
from resources.postgres.bulk import Cursor
from resources.postgres.faults import mapped_faults
from resources.postgres.layout import layout_of
from resources.postgres.queries import met, read_nearest

_logger = logging.getLogger(__name__)

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
            return layout_of(table).read(cursor, tenant, table, columns or table.columns(), where, first, coded)

    def read_in_parts(
        self, tenant: TenantId, table: type[Row], *, columns: Sequence[str] | None = None, **where: Any
    ) -> Iterator[pd.DataFrame]:
        check_columns(table, [*where, *(columns or ())], "read")
        with self._of(tenant, f"read {table.table}") as cursor:
            yield from layout_of(table).read_in_parts(cursor, tenant, table, columns or table.columns(), where)

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
                layout_of(table).put(cursor, tenant, table, [row for row in rows if type(row) is table])
            for table, conditions in (instead_of or {}).items():
                layout_of(table).delete(cursor, tenant, table, conditions)

    def find(self, tenant: TenantId, table: type[AnyRow], **key: Any) -> AnyRow | None:
        with self._of(tenant, f"read {table.table}") as cursor:
            return layout_of(table).find(cursor, tenant, table, key)

    def append(self, tenant: TenantId, frames: Mapping[type[Row], pd.DataFrame]) -> None:
        # One order of tables and keys for all writers: no deadlock.
        conformed = sorted(_conformed(frames), key=lambda part: part[0].table)
        with self._of(tenant, f"append to {', '.join(table.table for table, _ in conformed)}") as cursor:
            for table, frame in conformed:
                layout_of(table).append(cursor, tenant, table, frame)

    def add(self, tenant: TenantId, table: type[Row], frame: pd.DataFrame) -> int:
        with self._of(tenant, f"add to {table.table}") as cursor:
            return layout_of(table).add(cursor, tenant, table, conform(frame, table))

    def last_writer(self, tenant: TenantId, table: type[Row]) -> RunRef | None:
        with self._of(tenant, f"read {table.table}") as cursor:
            row = cursor.execute(_LAST_WRITER, {"tenant": tenant, "table": table.table}).fetchone()
            return RunRef(*row) if row else None

    def delete(self, tenant: TenantId, table: type[Row], conditions: Sequence[Condition]) -> int:
        with self._of(tenant, f"remove rows of {table.table}") as cursor:
            return layout_of(table).delete(cursor, tenant, table, conditions)

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
            return layout_of(table).page(cursor, tenant, table, conditions, order, limit, offset)

    def sums(
        self, tenant: TenantId, table: type[Row], columns: Sequence[str], conditions: Sequence[Condition] = ()
    ) -> dict[str, float]:
        with self._of(tenant, f"sum up {table.table}") as cursor:
            return layout_of(table).sums(cursor, tenant, table, columns, conditions)

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
            taking = {
                table: layout_of(table).Parts(cursor, tenant, table, None if scope is None else narrowed[table])
                for table in ordered
            }
            for table, frame in parts:
                taking[table].take(frame)
            for each in taking.values():
                each.finish()
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
