"""Rows in key order, one of each key, with Arrow: what is in order already costs one comparison of neighbours."""

from collections.abc import Sequence
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc


def is_in_key_order(rows: pa.Table, key: Sequence[str]) -> bool:
    """Whether each row's key is above the one before it: in order, and no key twice. Texts by code point."""
    rises = None
    for name in reversed(key):
        column = rows[name]
        later, earlier = column.slice(1), column.slice(0, max(0, len(column) - 1))
        above = pc.greater(later, earlier)
        rises = above if rises is None else pc.or_(above, pc.and_(pc.equal(later, earlier), rises))
    return pc.all(rises).as_py() is not False


def in_key_order(rows: pa.Table, key: Sequence[str]) -> pa.Table:
    """The rows by key; of several with one key the last stays."""
    if is_in_key_order(rows, key):
        return rows
    ordered = rows.take(pc.sort_indices(rows, [(name, "ascending") for name in key]))  # stable: the last is last
    if is_in_key_order(ordered, key):
        return ordered
    names = [pc.not_equal(ordered[name].slice(0, len(ordered) - 1), ordered[name].slice(1)) for name in key]
    differs = reduce(pc.or_, names)
    return ordered.filter(pa.chunked_array([*differs.chunks, pa.array([True])]))
