"""Rows on their way into a table: a temporary table takes them, then only what differs is written.

PostgreSQL refuses COPY into a table with row-level security, so there is a temporary table anyway.
"""

from psycopg import sql

from aidiscover_pipelines.domain.tables import Row
from aidiscover_pipelines.domain.tenancy import TenantId
from resources.frames import Kind, column_kinds
from resources.postgres.bulk import Cursor, qualified

_SAME_VALUE = "new.{0} IS NOT DISTINCT FROM held.{0}"
_SAME_VECTOR = "new.{0}::text = held.{0}::text"  # pgvector's own comparison lies in a schema that is not searched


def incoming(table: type[Row]) -> sql.Identifier:
    """The temporary table of `table`."""
    return sql.Identifier(f"incoming_{table.table}")


def create_incoming(cursor: Cursor, table: type[Row]) -> None:
    """Make it, with the columns of the row model; it goes with the transaction."""
    cursor.execute(
        sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
            incoming(table), _columns(table), qualified(table)
        )
    )


def delete_others(cursor: Cursor, table: type[Row], condition: sql.Composable) -> None:
    """Delete the rows that meet the condition and are not among the incoming, column for column."""
    cursor.execute(
        sql.SQL("DELETE FROM {} AS held WHERE {} AND NOT EXISTS (SELECT FROM {} AS new WHERE {})").format(
            qualified(table), condition, incoming(table), _same(table)
        )
    )


def insert_incoming(cursor: Cursor, tenant: TenantId, table: type[Row], on_conflict: sql.Composable) -> int:
    """Insert the incoming rows that the table does not hold, column for column. Returns how many went in."""
    statement = sql.SQL(
        "INSERT INTO {} (tenant_id, {}) SELECT {}, {} FROM {} AS new "
        "WHERE NOT EXISTS (SELECT FROM {} AS held WHERE held.tenant_id = {} AND {})"
    ).format(
        qualified(table),
        _columns(table),
        sql.Literal(tenant),
        _columns(table),
        incoming(table),
        qualified(table),
        sql.Literal(tenant),
        _same(table),
    )
    return cursor.execute(statement + on_conflict).rowcount


def _columns(table: type[Row]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, table.columns()))


def _same(table: type[Row]) -> sql.Composed:
    """Keys are compared one by one, so that an index or a hash serves; they are never missing."""
    keys = [sql.SQL("new.{0} = held.{0}").format(sql.Identifier(name)) for name in table.key]
    others = [
        sql.SQL(_SAME_VECTOR if kind is Kind.VECTOR else _SAME_VALUE).format(sql.Identifier(name))
        for name, (kind, _) in column_kinds(table).items()
        if name not in table.key
    ]
    return sql.SQL(" AND ").join([*keys, *others])
