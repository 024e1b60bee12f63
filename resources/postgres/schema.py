"""The portfolio's tables as SQLAlchemy Core, made from the row models: what the migrations must add up to.

Text sorts by code point (collation "C"), as pandas sorts it, so both stores answer in the same order. Every key begins
with the tenant. Tables of many rows share `row_blocks` (resources/postgres/packed.py). The tests compare this with the
migrated database; nothing creates tables from it.
"""

from typing import Any

from pgvector.sqlalchemy import VECTOR
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Identity,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.types import TypeEngine

from aidiscover_pipelines.domain.tables import TABLES, Row
from aidiscover_pipelines.domain.tables.row import EMBEDDING_DIMENSIONS
from resources.frames import Kind, column_kinds
from resources.postgres.packed import PACKED

SCHEMA = "portfolio"
TENANT_SETTING = "app.tenant_id"

_TYPES: dict[Kind, TypeEngine[Any]] = {
    Kind.TEXT: Text(collation="C"),
    Kind.INT: BigInteger(),
    Kind.FLOAT: Double(),
    Kind.BOOL: Boolean(),
    Kind.TIME: TIMESTAMP(timezone=True),
    Kind.JSON: JSONB(),
    Kind.VECTOR: VECTOR(EMBEDDING_DIMENSIONS),
}

metadata = MetaData(schema=SCHEMA)

tenants = Table(
    "tenants",
    metadata,
    Column("id", _TYPES[Kind.TEXT], primary_key=True),
    Column("name", _TYPES[Kind.TEXT], nullable=False),
    Column("cron", _TYPES[Kind.TEXT], nullable=False),
    Column("created_at", _TYPES[Kind.TIME], nullable=False, server_default=text("now()")),
)

write_fences = Table(
    "write_fences",
    metadata,
    Column("tenant_id", _TYPES[Kind.TEXT], ForeignKey(f"{SCHEMA}.tenants.id", ondelete="CASCADE"), primary_key=True),
    Column("table_name", _TYPES[Kind.TEXT], primary_key=True),
    Column("run_id", _TYPES[Kind.TEXT], nullable=False),
    Column("started_at", _TYPES[Kind.TIME], nullable=False),
    Column("attempt", Integer(), nullable=False),
)

row_blocks = Table(
    "row_blocks",
    metadata,
    Column("tenant_id", _TYPES[Kind.TEXT], primary_key=True),
    Column("table_name", _TYPES[Kind.TEXT], primary_key=True),
    Column("block", BigInteger(), Identity(always=True), primary_key=True),
    Column("first", LargeBinary(), nullable=False),
    Column("rows", BigInteger(), nullable=False),
    Column("spans", JSONB(), nullable=False),
    Column("digest", LargeBinary(), nullable=False),
    Column("data", LargeBinary(), nullable=False),
)


def _stored(table: type[Row]) -> Table:
    columns = [
        Column(name, _TYPES[kind], primary_key=name in table.key, nullable=nullable)
        for name, (kind, nullable) in column_kinds(table).items()
    ]
    return Table(table.table, metadata, Column("tenant_id", _TYPES[Kind.TEXT], primary_key=True), *columns)


STORED: dict[type[Row], Table] = {table: _stored(table) for table in TABLES if table not in PACKED}
