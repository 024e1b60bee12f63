"""Blocks: thousands of rows of one table as one value, compressed Arrow, with what tells whether to open it.

A block is an Arrow IPC stream (its body zstd) and describes itself: names and types, no model of ours. Rows lie in key
order within a block, and blocks of a table do not overlap. Texts that repeat are in the block's dictionary once.
"""

import hashlib
import json
import struct
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc

BLOCK_ROWS = 16_384  # 0.2 MB of cells; half of it opens a single row 1 ms sooner and takes 6 % more to store
BLOCK_BYTES = 4 << 20  # before compression; bounds blocks of long rows, such as recommendations
_SPANNED_TEXT = 200  # a longer text tells too little for its length

_LOOKED_AT = 512  # first rows of a block, which show whether texts of a column repeat
_REPEATED = 4  # times that a text stands there, on average, for a dictionary to pay

_WRITTEN = pa.ipc.IpcWriteOptions(compression=pa.Codec("zstd", 1))

Spans = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Block:
    """Rows to store. `first` sorts as the key of its first row does; `spans`: column -> its least and greatest text."""

    first: bytes
    rows: int
    spans: Spans
    digest: bytes
    data: bytes


def blocks_of(rows: pa.Table, key: Sequence[str]) -> Iterator[Block]:
    """Rows in key order as blocks of up to twice the usual rows, so that a block does not split each time it grows."""
    usual = usual_rows(rows)
    size = usual if len(rows) > 2 * usual else len(rows)
    for start in range(0, len(rows), size or 1):
        part = _alone(rows.slice(start, size))
        data = _encoded(part)
        yield Block(key_at(part, 0, key), len(part), _spans(part, key), hashlib.sha256(data).digest(), data)


def usual_rows(rows: pa.Table) -> int:
    """How many rows like these make a block."""
    taken: int = rows.nbytes
    return min(BLOCK_ROWS, 1 + BLOCK_BYTES * len(rows) // max(1, taken))


def key_at(rows: pa.Table, place: int, key: Sequence[str]) -> bytes:
    """Bytes that sort as the row's key: texts hold no NUL, so one ends them; integers are shifted above zero."""
    parts = [rows[name][place].as_py() for name in key]
    return b"".join(
        part.encode() + b"\0" if isinstance(part, str) else struct.pack(">Q", part + 2**63) for part in parts
    )


def places(rows: pa.Table, firsts: Sequence[bytes], key: Sequence[str]) -> list[int]:
    """Where the rows of each block begin and the last ends; whatever lies below the first block belongs to it."""
    inner = [bisect_left(range(len(rows)), first, key=lambda place: key_at(rows, place, key)) for first in firsts[1:]]
    return [0, *inner, len(rows)]


def opened(
    data: bytes, columns: Sequence[str], where: Mapping[str, Sequence[Any]], coded: Collection[str] = ()
) -> pa.Table | None:
    """These columns of a block's rows that meet `where` (column -> any of these); None where no row does.

    Those of `coded` may come as dictionaries.
    """
    schema = pa.ipc.open_stream(data).schema
    if not where:
        return _spelled_out(_stored(data, schema, columns), columns, coded)
    hit = matching(_stored(data, schema, list(where)), where)
    found = pc.sum(hit).as_py()
    if not found:
        return None
    rows = _stored(data, schema, columns)
    return _spelled_out(rows if found == len(rows) else rows.filter(hit), columns, coded)


def matching(rows: pa.Table, where: Mapping[str, Sequence[Any]]) -> pa.ChunkedArray:
    """Which rows hold one of the asked values in every column of `where`, which names at least one."""
    hits = [_is_any_of(rows[name], wanted) for name, wanted in where.items()]
    hit = hits[0]
    for other in hits[1:]:
        hit = pc.and_(hit, other)
    return hit


def _is_any_of(column: pa.ChunkedArray, wanted: Sequence[Any]) -> pa.ChunkedArray:
    """Of texts in a dictionary each is compared once; nothing is equal to what is missing."""
    if not pa.types.is_dictionary(column.type):
        return pc.is_in(column, value_set=pa.array(wanted, column.type), skip_nulls=True)
    values = pa.array(wanted, column.type.value_type)
    hits = [
        pc.is_in(chunk.dictionary, value_set=values).take(chunk.indices).fill_null(False) for chunk in column.chunks
    ]
    return pa.chunked_array(hits, pa.bool_())


def may_hold(spans: Spans, where: Mapping[str, Sequence[Any]]) -> bool:
    """False where the spans rule out that a row meets `where`."""
    return all(
        name not in spans or any(spans[name][0] <= value <= spans[name][1] for value in wanted)
        for name, wanted in where.items()
    )


def lies_behind(rows: pa.Table, spans: Spans, key: Sequence[str]) -> bool:
    """Whether the spans of a block's keys show that rows, which are some in key order, follow all of its own."""
    for name in key:
        if name not in spans:
            return False
        first, greatest = rows[name][0].as_py(), spans[name][1]
        if first != greatest:
            return bool(first > greatest)
    return False


def as_frame(parts: Iterable[pa.Table], columns: Sequence[str], coded: Collection[str] = ()) -> pd.DataFrame | None:
    """The parts below each other, JSON still as text, those of `coded` as categories; None where there is none.

    Each column is joined by itself, so the whole is never there twice.
    """
    chunks: dict[str, list[pa.Array]] = {name: [] for name in columns}
    for part in parts:
        for name in columns:
            chunks[name] += part[name].chunks
    if not any(chunks.values()):
        return None
    return pd.DataFrame(
        {name: _categories(chunks.pop(name)) if name in coded else _series(chunks.pop(name)) for name in columns},
        copy=False,
    )


def _series(chunks: list[pa.Array]) -> pd.Series:
    """Texts stay Arrow's; of numbers a copy is made, since nobody could assign to Arrow's."""
    joined: pd.Series = pa.concat_arrays(chunks).to_pandas()
    return joined if isinstance(joined.dtype, pd.StringDtype) else joined.copy()


def _categories(chunks: list[pa.Array]) -> pd.Categorical:
    encoded = [each if pa.types.is_dictionary(each.type) else each.dictionary_encode() for each in chunks]
    joined = pa.chunked_array(encoded).unify_dictionaries()
    codes = np.concatenate([each.indices.fill_null(-1).to_numpy(zero_copy_only=False) for each in joined.chunks])
    return pd.Categorical.from_codes(codes, joined.chunk(0).dictionary.to_pandas())


def _alone(rows: pa.Table) -> pa.Table:
    """A copy in one piece: a slice would be written with bytes of its neighbours, and equal rows not be equal bytes."""
    columns = [pa.concat_arrays([*column.chunks, pa.array([], column.type)]) for column in rows.columns]
    return pa.table(dict(zip(rows.column_names, columns, strict=True)))


def _encoded(rows: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    compact = pa.table({name: _compact(rows[name]) for name in rows.column_names})
    with pa.ipc.new_stream(sink, compact.schema, options=_WRITTEN) as stream:
        stream.write_table(compact)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def _compact(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if not pa.types.is_large_string(column.type):
        return column
    looked_at = column.slice(0, _LOOKED_AT)
    return column.dictionary_encode() if len(looked_at) >= _REPEATED * len(looked_at.unique()) else column


def _stored(data: bytes, schema: pa.Schema, columns: Sequence[str]) -> pa.Table:
    """The columns as they lie in the block, texts that repeat in dictionaries."""
    chosen = pa.ipc.IpcReadOptions(included_fields=[schema.get_field_index(name) for name in columns])
    return pa.ipc.open_stream(data, options=chosen).read_all()


def _spelled_out(rows: pa.Table, columns: Sequence[str], coded: Collection[str]) -> pa.Table:
    """The columns in this order, with no dictionaries but in those of `coded`."""
    return pa.table({name: rows[name] if name in coded else _without_dictionary(rows[name]) for name in columns})


def _without_dictionary(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if not pa.types.is_dictionary(column.type):
        return column
    return pa.chunked_array([each.dictionary_decode() for each in column.chunks], column.type.value_type)


def _spans(rows: pa.Table, key: Sequence[str]) -> Spans:
    """Of the texts that rows are asked by and lie close to the order: keys and ids."""
    spans = {}
    for field in rows.schema:
        if pa.types.is_large_string(field.type) and (field.name in key or field.name.endswith("_id")):
            ends = pc.min_max(rows[field.name])
            least, greatest = ends["min"].as_py(), ends["max"].as_py()
            if least is not None and max(len(least), len(greatest)) <= _SPANNED_TEXT:
                spans[field.name] = (least, greatest)
    return spans


def spans_json(spans: Spans) -> str:
    """As JSONB takes it."""
    return json.dumps(spans)
