"""Questions beyond equality: comparisons, pages, sums, nearest vectors. Values are bound or quoted, never pasted."""

import math
from collections.abc import Sequence

import pandas as pd
from psycopg import sql

from aidiscover_pipelines.domain.tables import Row
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import AnyRow, Condition
from resources.postgres.bulk import Cursor, copy_out, qualified
from resources.postgres.models import as_model, model_columns
from resources.questions import check_window, checked_conditions, checked_order, checked_sums, checked_vector

_SQL_OPERATORS = {"=": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def met(tenant: TenantId, table: type[Row], conditions: Sequence[Condition]) -> sql.Composed:
    """WHERE clause of the tenant's rows that meet all conditions. Raises: Permanent for what is not comparable."""
    parts = [sql.SQL("tenant_id = {}").format(sql.Literal(tenant))]
    for one in checked_conditions(table, conditions):
        column = sql.Identifier(one.column)
        if isinstance(one.value, list):
            any_of = sql.SQL(", ").join(map(sql.Literal, one.value))
            # an empty list asks for nothing, which IN () cannot say
            parts.append(sql.SQL("{} IN ({})").format(column, any_of if one.value else sql.SQL("NULL")))
        elif one.operator == "~":  # collation "C", which the columns have, knows no upper case beyond ASCII
            folded = sql.SQL('position(lower({} COLLATE "default") in lower({} COLLATE "default")) > 0')
            parts.append(folded.format(sql.Literal(one.value), column))
        elif one.operator == "^":
            parts.append(sql.SQL("starts_with({}, {})").format(column, sql.Literal(one.value)))
        else:
            operator = sql.SQL(_SQL_OPERATORS[one.operator])
            parts.append(sql.SQL("{} {} {}").format(column, operator, sql.Literal(one.value)))
    return sql.SQL(" AND ").join(parts)


def read_page(
    cursor: Cursor, table: type[Row], condition: sql.Composable, order: Sequence[str], limit: int, offset: int
) -> tuple[pd.DataFrame, int]:
    """See PortfolioStore.page."""
    check_window(table, limit, offset)
    named = [
        sql.SQL("{} {} NULLS LAST").format(sql.Identifier(name), sql.SQL("DESC" if descends else "ASC"))
        for name, descends in checked_order(table, order)
    ]
    ordered = sql.SQL(", ").join([*named, *map(sql.Identifier, table.key)])
    row = cursor.execute(sql.SQL("SELECT count(*) FROM {} WHERE {}").format(qualified(table), condition)).fetchone()
    frame = copy_out(cursor, table, condition, table.columns(), limit, order=ordered, offset=offset)
    return frame, int(row[0]) if row else 0


def read_sums(cursor: Cursor, table: type[Row], columns: Sequence[str], condition: sql.Composable) -> dict[str, float]:
    """See PortfolioStore.sums."""
    summed = [
        sql.SQL("coalesce(sum({}), 0)::float8").format(sql.Identifier(name)) for name in checked_sums(table, columns)
    ]
    asked = sql.SQL(", ").join([*summed, sql.SQL("count(*)::float8")])
    row = cursor.execute(sql.SQL("SELECT {} FROM {} WHERE {}").format(asked, qualified(table), condition)).fetchone()
    return dict(zip([*columns, "rows"], row or (), strict=True))


def read_nearest(
    cursor: Cursor, table: type[AnyRow], vector: Sequence[float], condition: sql.Composable, limit: int
) -> list[tuple[AnyRow, float]]:
    """See PortfolioStore.nearest. Exact: an index over all tenants would miss rows of a small one.

    The keys alone are sorted, which keeps what is sorted small; the rows are fetched for those that are left.
    """
    check_window(table, limit)
    asked = sql.Literal("[" + ",".join(map(repr, checked_vector(table, vector))) + "]")
    keys = sql.SQL(", ").join(map(sql.Identifier, table.key))
    statement = sql.SQL(
        "SELECT {columns}, distance FROM (SELECT {keys}, portfolio.cosine_distance(embedding, {asked}) AS distance "
        "FROM {table} WHERE {condition} ORDER BY distance, {keys} LIMIT {limit}) AS near JOIN {table} AS kept "
        "USING ({keys}) WHERE {condition} ORDER BY distance, {keys}"
    ).format(
        columns=model_columns(table),
        keys=keys,
        asked=asked,
        table=qualified(table),
        condition=condition,
        limit=sql.Literal(limit),
    )
    # Not prepared: no two vectors are alike, and from the fifth on a plan that fits all takes a sixth longer.
    # A zero vector has no direction: PostgreSQL calls its distance NaN, which sorts last.
    return [
        (as_model(table, row), 1 - row[-1])
        for row in cursor.execute(statement, prepare=False).fetchall()
        if not math.isnan(row[-1])
    ]
