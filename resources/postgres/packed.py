"""Tables of many rows that live in portfolio.row_blocks, thousands of rows to a block (docs/adr/0015-row-blocks.md).

See layout.py for what the functions without a leading underscore do.

Written by runs and read whole or by an id: PostgreSQL keeps the transaction, the tenants apart and the bytes; what is
in a row is known here only. Blocks that come out as they were are left alone.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from psycopg import sql

from aidiscover_pipelines.domain.tables import (
    ApplicationAsset,
    ApplicationFact,
    Asset,
    AttributeValue,
    CleansedCell,
    CleansedText,
    ClusterMember,
    Dependency,
    EntityPresence,
    EntityValue,
    Recommendation,
    RecommendationDraft,
    Row,
    SourceRecord,
    TechnologyUse,
)
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import AnyRow, Condition
from resources.frames import (
    Kind,
    as_models,
    column_kinds,
    conform,
    decode_json,
    empty_frame,
    from_models,
    with_categories,
)
from resources.key_order import in_key_order
from resources.postgres.asked import Where, asked_for, spanning
from resources.postgres.blocks import (
    Block,
    Spans,
    as_frame,
    blocks_of,
    lies_behind,
    matching,
    may_hold,
    opened,
    places,
    spans_json,
    usual_rows,
)
from resources.postgres.bulk import Cursor
from resources.questions import check_window, checked_conditions, checked_order, checked_sums
from resources.selection import free, in_order, met

PACKED: frozenset[type[Row]] = frozenset(
    {
        *(SourceRecord, CleansedCell, CleansedText, EntityValue, EntityPresence),
        *(Asset, ApplicationAsset, Dependency, TechnologyUse, ApplicationFact, AttributeValue),
        *(ClusterMember, RecommendationDraft, Recommendation),
    }
)

HELD_BYTES = 128 << 20  # of parts that wait to be merged into blocks
_INSERTED = 16  # blocks in one message to the server: 4 MB
_FETCHED = 8

# One writer at a time, also of those that no fence keeps apart.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s || '/' || %s, 0))"
_DIRECTORY = """
    SELECT block, first, rows, spans, digest FROM portfolio.row_blocks
    WHERE tenant_id = %s AND table_name = %s ORDER BY first
"""
_COUNT = "SELECT coalesce(sum(rows), 0)::bigint FROM portfolio.row_blocks WHERE tenant_id = %s AND table_name = %s"
_DATA = "SELECT data FROM portfolio.row_blocks WHERE tenant_id = %s AND table_name = %s AND block = %s"
_INSERT = """
    INSERT INTO portfolio.row_blocks (tenant_id, table_name, first, rows, spans, digest, data)
    VALUES (%s, %s, %s, %s, %s, %s, %b)
"""
_DELETE = "DELETE FROM portfolio.row_blocks WHERE tenant_id = %s AND table_name = %s AND block = ANY(%s)"


@dataclass(frozen=True, slots=True)
class _Held:
    """A block of the directory."""

    block: int
    first: bytes
    rows: int
    spans: Spans
    digest: bytes


def read(
    cursor: Cursor,
    tenant: TenantId,
    table: type[Row],
    columns: Sequence[str],
    where: Mapping[str, Any],
    first: int | None = None,
    coded: Collection[str] = (),
) -> pd.DataFrame:
    """From the blocks that may hold such rows."""
    return decode_json(_texts(cursor, tenant, table, columns, where, first, coded), table)


def read_in_parts(
    cursor: Cursor, tenant: TenantId, table: type[Row], columns: Sequence[str], where: Mapping[str, Any]
) -> Iterator[pd.DataFrame]:
    """A frame of each block that has some of the rows."""
    for part in _parts(cursor, tenant, table, columns, asked_for(where), None):
        frame = as_frame([part], columns)
        if frame is not None:
            yield decode_json(frame, table)


def page(
    cursor: Cursor,
    tenant: TenantId,
    table: type[Row],
    conditions: Sequence[Condition],
    order: Sequence[str],
    limit: int,
    offset: int,
) -> tuple[pd.DataFrame, int]:
    """Without conditions and order from the first blocks, else from all that may hold such rows."""
    check_window(table, limit, offset)
    checked_order(table, order)
    if conditions or order:
        found = in_order(_found(cursor, tenant, table, table.columns(), conditions), table, order)
        total = len(found)
    else:
        found = _texts(cursor, tenant, table, table.columns(), {}, offset + limit)
        total = row[0] if (row := cursor.execute(_COUNT, (tenant, table.table)).fetchone()) else 0
    return decode_json(found.iloc[offset : offset + limit].reset_index(drop=True), table), total


def sums(
    cursor: Cursor, tenant: TenantId, table: type[Row], columns: Sequence[str], conditions: Sequence[Condition]
) -> dict[str, float]:
    """Of the columns and the conditions' alone."""
    checked_sums(table, columns)
    found = _found(cursor, tenant, table, list(dict.fromkeys([*columns, *table.key])), conditions)
    return {**{name: float(found[name].sum()) for name in columns}, "rows": float(len(found))}


def find(cursor: Cursor, tenant: TenantId, table: type[AnyRow], key: Mapping[str, Any]) -> AnyRow | None:
    """From the blocks that may hold the key."""
    asked = [Condition(name, "=", value) for name, value in key.items()]
    return next(iter(as_models(page(cursor, tenant, table, asked, (), 1, 0)[0], table)), None)


def put(cursor: Cursor, tenant: TenantId, table: type[Row], rows: Sequence[Row]) -> None:
    """Into the blocks of their keys."""
    append(cursor, tenant, table, conform(from_models(rows, table), table))


def append(cursor: Cursor, tenant: TenantId, table: type[Row], frame: pd.DataFrame) -> None:
    """Into the blocks of their keys."""
    _merge(cursor, tenant, table, _as_rows(frame, table), None)


def add(cursor: Cursor, tenant: TenantId, table: type[Row], frame: pd.DataFrame) -> int:
    """Nobody else writes from the look at the keys that are taken to the end of the transaction."""
    _lock(cursor, tenant, table)
    fresh = free(frame, read(cursor, tenant, table, table.key, {}), table)
    append(cursor, tenant, table, fresh)
    return len(fresh)


def delete(cursor: Cursor, tenant: TenantId, table: type[Row], conditions: Sequence[Condition]) -> int:
    """Blocks that hold nothing of it stay where they are."""
    checked = checked_conditions(table, conditions)
    _lock(cursor, tenant, table)
    held = _texts(cursor, tenant, table, table.columns(), {}, None)
    gone = met(held, checked)
    if gone.any():
        _merge(cursor, tenant, table, _as_rows(held[~gone].reset_index(drop=True), table), {})
    return int(gone.sum())


class Parts:
    """Frames on their way into one table. They wait until there are HELD_BYTES of them, then become blocks.

    Rows within `scope` that do not come again go with the first blocks; where it is None, none do. Parts in key order
    are appended; others open the blocks they fall into again.
    """

    def __init__(self, cursor: Cursor, tenant: TenantId, table: type[Row], scope: Mapping[str, Any] | None) -> None:
        self._cursor, self._tenant, self._table = cursor, tenant, table
        self._scope = scope
        self._waiting: list[pa.Table] = []
        self._bytes = 0

    def take(self, frame: pd.DataFrame) -> None:
        """Add the rows of a conformed frame."""
        self._waiting.append(_as_rows(frame, self._table))
        self._bytes += self._waiting[-1].nbytes
        if self._bytes > HELD_BYTES:
            self.finish()

    def finish(self) -> None:
        """Make blocks of what waits. Without a single row taken, what is in scope still goes."""
        if not self._waiting and self._scope is None:
            return
        rows = pa.concat_tables(self._waiting) if self._waiting else _as_rows(_empty_texts(self._table), self._table)
        _merge(self._cursor, self._tenant, self._table, rows, self._scope)
        self._waiting, self._bytes, self._scope = [], 0, None


def _as_rows(frame: pd.DataFrame, table: type[Row]) -> pa.Table:
    """A conformed frame as Arrow, its texts not copied. NaN stays a number, so that equal rows are equal bytes."""
    return pa.table(
        {
            name: frame[name].to_numpy() if frame[name].dtype.kind == "f" else pa.array(frame[name])
            for name in table.columns()
        }
    )


def _empty_texts(table: type[Row]) -> pd.DataFrame:
    """No rows, as a conformed frame has them: JSON is text."""
    frame = empty_frame(table)
    texts = [name for name, (kind, _) in column_kinds(table).items() if kind is Kind.JSON]
    return frame.astype(dict.fromkeys(texts, "str"))


def _lock(cursor: Cursor, tenant: TenantId, table: type[Row]) -> None:
    """Wait for whoever writes the table, and keep others waiting until the transaction ends."""
    cursor.execute(_LOCK, (tenant, table.table))


def _merge(cursor: Cursor, tenant: TenantId, table: type[Row], rows: pa.Table, scope: Mapping[str, Any] | None) -> None:
    """Insert rows or overwrite those of their keys; held rows within `scope` go, all of them where it is empty.

    None keeps them all. Only blocks that the rows fall into, or that may hold rows in scope, are opened.
    """
    _lock(cursor, tenant, table)
    rows = in_key_order(rows, table.key)
    where = None if scope is None else asked_for(scope)
    held = [_Held(*row) for row in cursor.execute(_DIRECTORY, (tenant, table.table)).fetchall()]
    gone: list[int] = []
    if where == {} and len(held) > 2 + 2 * len(rows) // usual_rows(rows):  # far too small by now: cut anew
        gone, held = [one.block for one in held], []
    writer = _Writer(cursor, tenant, table)
    bounds = places(rows, [one.first for one in held], table.key) if held else [0, len(rows)]
    for place, (start, end) in enumerate(pairwise(bounds)):
        coming = rows.slice(start, end - start)
        if not held:
            writer.write(coming)
            continue
        one = held[place]
        if where != {}:
            if not len(coming) and (where is None or not may_hold(one.spans, where)):
                continue
            if where is None and lies_behind(coming, one.spans, table.key):
                writer.write(coming)
                continue
            coming = _merged(_data(cursor, tenant, table, one), coming, where, table)
        if not writer.write(coming, unless=one.digest):
            gone.append(one.block)
    writer.flush()
    if gone:
        cursor.execute(_DELETE, (tenant, table.table, gone))


class _Writer:
    """Sends blocks to the server, several at a time."""

    def __init__(self, cursor: Cursor, tenant: TenantId, table: type[Row]) -> None:
        self._cursor, self._tenant, self._table = cursor, tenant, table
        self._waiting: list[Block] = []

    def write(self, rows: pa.Table, unless: bytes = b"") -> bool:
        """Store rows as blocks, but for one of the digest `unless`, which is there; True where it came out again."""
        again = False
        for block in blocks_of(rows, self._table.key):
            if block.digest == unless:
                again = True
                continue
            self._waiting.append(block)
            if len(self._waiting) >= _INSERTED:
                self.flush()
        return again

    def flush(self) -> None:
        """Send what waits."""
        if self._waiting:
            self._cursor.executemany(_INSERT, [_values(self._tenant, self._table.table, one) for one in self._waiting])
        self._waiting = []


def _values(tenant: str, table_name: str, block: Block) -> tuple[Any, ...]:
    return tenant, table_name, block.first, block.rows, spans_json(block.spans), block.digest, block.data


def _merged(data: bytes, coming: pa.Table, where: Where | None, table: type[Row]) -> pa.Table:
    """What a block holds and what comes, the latter over the former; without what goes."""
    held = opened(data, table.columns(), {})
    assert held is not None  # noqa: S101 - without a condition every block opens
    if where is not None:
        held = held.filter(pc.invert(matching(held, where)))
    return in_key_order(pa.concat_tables([held, coming]).combine_chunks(), table.key)


def _data(cursor: Cursor, tenant: TenantId, table: type[Row], held: _Held) -> bytes:
    row = cursor.execute(_DATA, (tenant, table.table, held.block), binary=True).fetchone()
    assert row is not None  # noqa: S101 - the lock keeps it where it is
    data: bytes = row[0]
    return data


def _found(
    cursor: Cursor, tenant: TenantId, table: type[Row], columns: Sequence[str], conditions: Sequence[Condition]
) -> pd.DataFrame:
    """The columns of rows that meet all conditions, JSON as text. Equalities choose among the blocks."""
    checked = checked_conditions(table, conditions)
    equal = {one.column: one.value for one in checked if one.operator == "="}
    read = list(dict.fromkeys([*columns, *(one.column for one in checked)]))
    frame = _texts(cursor, tenant, table, read, equal, None)
    return frame.loc[met(frame, checked), list(columns)].reset_index(drop=True)


def _texts(
    cursor: Cursor,
    tenant: TenantId,
    table: type[Row],
    columns: Sequence[str],
    where: Mapping[str, Any],
    first: int | None,
    coded: Collection[str] = (),
) -> pd.DataFrame:
    """Rows in key order as stored."""
    frame = as_frame(_parts(cursor, tenant, table, columns, asked_for(where), first, coded), columns, coded)
    return with_categories(_empty_texts(table)[list(columns)], coded) if frame is None else frame


def _parts(
    cursor: Cursor,
    tenant: TenantId,
    table: type[Row],
    columns: Sequence[str],
    where: Where,
    first: int | None,
    coded: Collection[str] = (),
) -> Iterator[pa.Table]:
    """The rows of each block that has some, until there are `first`; of one snapshot, a few blocks at a time."""
    if first == 0 or not all(where.values()):
        return
    statement = sql.SQL("SELECT data FROM portfolio.row_blocks WHERE {} ORDER BY first").format(
        sql.SQL(" AND ").join(
            [
                sql.SQL("tenant_id = {} AND table_name = {}").format(sql.Literal(tenant), sql.Literal(table.table)),
                *(spanning(name, wanted) for name, wanted in where.items() if isinstance(wanted[0], str)),
            ]
        )
    )
    missing = first
    with cursor.connection.cursor(name="row_blocks") as blocks:
        blocks.itersize = _FETCHED
        for (data,) in blocks.execute(statement, binary=True):
            rows = opened(data, columns, where, coded)
            if rows is None:
                continue
            yield rows if missing is None else rows.slice(0, missing)
            if missing is not None and (missing := missing - len(rows)) <= 0:
                return
