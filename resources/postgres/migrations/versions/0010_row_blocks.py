"""Tables of many rows become blocks of compressed rows; what they hold is carried over, tenant by tenant."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
from alembic import op
from psycopg import sql

from resources.postgres.blocks import BLOCK_ROWS, blocks_of, spans_json

revision = "0010"
down_revision = "0009"

# Frozen: the tables and keys of revision 0009, whatever the row models say later.
KEYS = {
    "source_records": ("record_id",),
    "cleansed_cells": ("evidence_id",),
    "cleansed_texts": ("evidence_id",),
    "entity_values": ("entity", "entity_id", "evidence_id"),
    "entity_presences": ("entity", "entity_id"),
    "assets": ("asset_id",),
    "application_assets": ("application_id", "asset_id"),
    "dependencies": ("dependency_id",),
    "technology_uses": ("entity", "entity_id", "evidence_id", "product", "cycle"),
    "application_facts": ("application_id", "field"),
    "attribute_values": ("application_id", "attribute"),
    "cluster_members": ("application_id",),
    "recommendations": ("application_id",),
}

_ARROW = {
    "text": pa.large_string(),
    "jsonb": pa.large_string(),
    "bigint": pa.int64(),
    "double precision": pa.float64(),
    "boolean": pa.bool_(),
    "timestamp with time zone": pa.timestamp("us", "UTC"),
}


def upgrade() -> None:
    """Run the frozen SQL beside this file, fill the blocks and drop the tables they replace."""
    driver = op.get_bind().connection.driver_connection
    assert isinstance(driver, psycopg.Connection)  # noqa: S101 - alembic is online here, its driver psycopg
    driver.execute(Path(__file__).with_suffix(".sql").read_text().encode())
    tenants = [row[0] for row in driver.execute("SELECT id FROM portfolio.tenants ORDER BY id")]
    for name, key in KEYS.items():
        table = sql.Identifier("portfolio", name)
        driver.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(table))
        for tenant in tenants:  # row-level security binds the owner too
            driver.execute("SELECT set_config('app.tenant_id', %s, true)", (tenant,))
            _pack(driver, tenant, name, key)
        driver.execute(sql.SQL("DROP TABLE {}").format(table))
    driver.execute("SELECT set_config('app.tenant_id', '', true)")


def _pack(driver: psycopg.Connection[Any], tenant: str, name: str, key: tuple[str, ...]) -> None:
    for rows in _rows(driver, name, key):
        for one in blocks_of(rows, key):
            driver.execute(
                "INSERT INTO portfolio.row_blocks (tenant_id, table_name, first, rows, spans, digest, data) "
                "VALUES (%s, %s, %s, %s, %s, %s, %b)",
                (tenant, name, one.first, one.rows, spans_json(one.spans), one.digest, one.data),
            )


def _rows(driver: psycopg.Connection[Any], name: str, key: tuple[str, ...]) -> Iterator[pa.Table]:
    """The bound tenant's rows in key order, a block's worth at a time; a missing number is NaN, as in frames."""
    found = driver.execute(
        "SELECT column_name, data_type, is_nullable = 'YES' FROM information_schema.columns "
        "WHERE table_schema = 'portfolio' AND table_name = %s AND column_name <> 'tenant_id' ORDER BY ordinal_position",
        (name,),
    ).fetchall()
    nan = sql.SQL("coalesce({0}::float8, 'NaN')")
    types = {
        column: pa.float64() if nullable and kind in ("bigint", "double precision") else _ARROW[kind]
        for column, kind, nullable in found
    }
    selected = [
        (nan if types[column] == pa.float64() else sql.SQL("{0}::text" if kind == "jsonb" else "{0}")).format(
            sql.Identifier(column)
        )
        for column, kind, _ in found
    ]
    statement = sql.SQL("SELECT {} FROM {} ORDER BY {}").format(
        sql.SQL(", ").join(selected),
        sql.Identifier("portfolio", name),
        sql.SQL(", ").join(map(sql.Identifier, key)),
    )
    with driver.cursor(name="packing") as cursor:
        cursor.execute(statement)
        while part := cursor.fetchmany(BLOCK_ROWS):
            columns = zip(*part, strict=True)
            yield pa.table(
                {name: pa.array(column, kind) for (name, kind), column in zip(types.items(), columns, strict=True)}
            )
