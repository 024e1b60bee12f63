"""Frames in and out of PostgreSQL as CSV, written and read by Arrow: no Python object for each cell.

In COPY's CSV an unquoted nothing is NULL and a quoted one is the empty text; Arrow writes and reads just that.
"""

import select
from collections.abc import Sequence
from typing import Any

import pandas as pd
import psycopg
import psycopg.pq.abc
import pyarrow as pa
import pyarrow.csv
from psycopg import pq, sql

from aidiscover_pipelines.domain.tables import Row
from resources.frames import Kind, column_kinds, decode_json, empty_frame

SLICE_ROWS = 50_000  # bounds what is held as CSV at a time to some 10 MB

_ARROW: dict[Kind, Any] = {
    Kind.TEXT: pa.string(),
    Kind.INT: pa.int64(),
    Kind.FLOAT: pa.float64(),
    Kind.BOOL: pa.bool_(),
    Kind.TIME: pa.timestamp("us", "UTC"),
    Kind.JSON: pa.string(),
    Kind.VECTOR: pa.string(),
}

Cursor = psycopg.Cursor[tuple[Any, ...]]


def copy_in(cursor: Cursor, target: sql.Identifier, table: type[Row], frame: pd.DataFrame) -> None:
    """COPY a conformed frame into `target`, which has the table's columns."""
    kinds = column_kinds(table)
    schema = pa.schema([(name, _ARROW[kind]) for name, (kind, _) in kinds.items()])
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(target, _names(table))
    options = pyarrow.csv.WriteOptions(include_header=False)
    with cursor.copy(statement) as copy:
        for start in range(0, len(frame), SLICE_ROWS):
            part = pa.Table.from_pandas(frame[start : start + SLICE_ROWS], schema=schema, preserve_index=False)
            buffer = pa.BufferOutputStream()
            pyarrow.csv.write_csv(part, buffer, options)
            copy.write(buffer.getvalue())


def copy_out(
    cursor: Cursor,
    table: type[Row],
    condition: sql.Composable,
    columns: Sequence[str],
    first: int | None,
    *,
    order: sql.Composable | None = None,
    offset: int = 0,
) -> pd.DataFrame:
    """The rows of `table` that meet `condition`, in the table's dtypes; at most `first` of them after `offset`.

    They come in key order where no other is given.
    """
    kinds = {name: column_kinds(table)[name] for name in columns}
    statement = sql.SQL(
        "COPY (SELECT {} FROM {} WHERE {} ORDER BY {} LIMIT {} OFFSET {}) TO STDOUT (FORMAT csv)"
    ).format(
        sql.SQL(", ").join(_selected(name, kind) for name, (kind, _) in kinds.items()),
        qualified(table),
        condition,
        order or sql.SQL(", ").join(map(sql.Identifier, table.key)),
        sql.SQL("ALL") if first is None else sql.Literal(first),
        sql.Literal(offset),
    )
    received = _received(cursor, statement)
    if not received:
        return empty_frame(table)[list(columns)]
    read = pyarrow.csv.read_csv(
        pa.BufferReader(received),
        read_options=pyarrow.csv.ReadOptions(column_names=list(kinds), block_size=_block_size(received)),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            # numbers with gaps are floats, whether or not these rows have any
            column_types={
                name: pa.float64() if held == (Kind.INT, True) else _ARROW[held[0]] for name, held in kinds.items()
            },
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["t"],
            false_values=["f"],
        ),
    )
    return decode_json(read.to_pandas(), table)


def _received(cursor: Cursor, statement: sql.Composed) -> bytearray:
    """Everything that a COPY TO STDOUT sends, through libpq itself: a fifth of the client time of psycopg's row loop.

    Waits outside the interpreter lock, so that other threads go on while the server sorts.
    """
    libpq = cursor.connection.pgconn
    _expect(libpq.exec_(statement.as_bytes(cursor)), pq.ExecStatus.COPY_OUT)
    ready = select.poll()
    ready.register(libpq.socket, select.POLLIN)
    received = bytearray()
    while (got := libpq.get_copy_data(1))[0] >= 0:  # -1 at the end; 0 where nothing has come yet
        if got[0]:
            received += got[1]
        else:
            ready.poll()
            libpq.consume_input()
    outcome = libpq.get_result()
    while libpq.get_result() is not None:  # the connection is free again only after the last
        pass
    _expect(outcome, pq.ExecStatus.COMMAND_OK)
    return received


def _expect(result: pq.abc.PGresult | None, status: pq.ExecStatus) -> None:
    if result is not None and result.status == status:
        return
    state = result.error_field(pq.DiagnosticField.SQLSTATE) if result is not None else None
    raise psycopg.errors.lookup(state.decode())() if state else psycopg.OperationalError("the connection broke")


def qualified(table: type[Row]) -> sql.Identifier:
    """The table with its schema."""
    return sql.Identifier("portfolio", table.table)


def _names(table: type[Row]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, table.columns()))


def _selected(name: str, kind: Kind) -> sql.Composable:
    if kind is Kind.TIME:  # ISO 8601 with zone, whatever the session's DateStyle is
        return sql.SQL("to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')").format(
            sql.Identifier(name)
        )
    return sql.Identifier(name)


def _block_size(received: bytearray) -> int:
    """Arrow splits its input into blocks and refuses a row longer than one; so small inputs are one block."""
    return max(1 << 20, min(len(received), (1 << 31) - 1))
