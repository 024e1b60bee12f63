"""Single rows in and out of PostgreSQL as models: a ledger writes a few at a time, and a frame costs milliseconds."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import sql

from aidiscover_pipelines.domain.errors import Permanent
from aidiscover_pipelines.domain.tables import Row
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import AnyRow
from resources.frames import ENCODER, JSON_NUL, TEXT_ENCODED, Kind, check_columns, column_kinds
from resources.postgres.bulk import Cursor, qualified

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def insert_models(cursor: Cursor, tenant: TenantId, table: type[AnyRow], rows: Sequence[AnyRow]) -> None:
    """Insert rows of one table, or overwrite those of the same key. Raises: Permanent for text no store can hold."""
    names = ("tenant_id", *table.columns())
    columns, values = sql.SQL(", ").join(map(sql.Identifier, names)), sql.SQL(", ").join(sql.Placeholder() * len(names))
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(qualified(table), columns, values)
    # One order of keys for all writers, so that two that write the same rows do not wait for each other.
    ordered = sorted(rows, key=lambda row: tuple(getattr(row, name) for name in table.key))
    cursor.executemany(statement + overwriting(table), [(tenant, *_values(table, row)) for row in ordered])


def find_model(cursor: Cursor, tenant: TenantId, table: type[AnyRow], key: Mapping[str, Any]) -> AnyRow | None:
    """The row of that key, or None."""
    check_columns(table, key, "find")
    condition = sql.SQL(" AND ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in ("tenant_id", *key))
    statement = sql.SQL("SELECT {} FROM {} WHERE {} LIMIT 1").format(model_columns(table), qualified(table), condition)
    row = cursor.execute(statement, (tenant, *key.values())).fetchone()
    return None if row is None else as_model(table, row)


def model_columns(table: type[Row]) -> sql.Composed:
    """The columns as `as_model` takes them."""
    return sql.SQL(", ").join(
        sql.SQL("{}::text").format(sql.Identifier(name)) if kind in TEXT_ENCODED else sql.Identifier(name)
        for name, (kind, _) in column_kinds(table).items()
    )


def as_model(table: type[AnyRow], row: Sequence[Any]) -> AnyRow:
    """A row of `model_columns`, after which anything may follow, as its model."""
    return table.model_validate(
        {
            name: json.loads(value) if kind in TEXT_ENCODED else value
            for (name, (kind, _)), value in zip(column_kinds(table).items(), row, strict=False)
        }
    )


def overwriting(table: type[Row]) -> sql.Composed:
    """The clause that overwrites a row of the same key."""
    others = [sql.Identifier(name) for name in table.columns() if name not in table.key]
    return sql.SQL(" ON CONFLICT (tenant_id, {}) DO UPDATE SET {}").format(
        sql.SQL(", ").join(map(sql.Identifier, table.key)),
        sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(name) for name in others),
    )


def _values(table: type[AnyRow], row: AnyRow) -> list[Any]:
    return [_value(table, name, kind, getattr(row, name)) for name, (kind, _) in column_kinds(table).items()]


def _value(table: type[AnyRow], name: str, kind: Kind, value: Any) -> Any:
    if value is not None and kind in TEXT_ENCODED:
        try:
            value = ENCODER.encode(value)
        except (TypeError, ValueError):
            raise Permanent(f"cannot store {table.table}.{name}: it is not JSON; correct what made the row") from None
    if isinstance(value, str) and (
        _UNSTORABLE.search(value) or (kind in TEXT_ENCODED and "\\u0000" in value and JSON_NUL.search(value))
    ):
        raise Permanent(
            f"cannot store {table.table}.{name}: a text holds a NUL character or half of a surrogate pair, which "
            "PostgreSQL cannot store; correct what made the row"
        )
    return value
