"""Rows that wait for their part of the portfolio, compressed: a sixth of what they are as a frame."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.ipc

from aidiscover_pipelines.attributes.wide import Codes

_PACKED = pa.ipc.IpcWriteOptions(compression=pa.Codec("lz4"))


class Shelf:
    """Rows of frames with these columns by part; those of a part stay in the order in which they came."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = list(columns)
        self._held: defaultdict[int, list[pa.Buffer]] = defaultdict(list)

    def put(self, rows: pd.DataFrame, places: Codes, part: Codes) -> None:
        """Add the rows at these places, each to its part."""
        if not len(places):
            return
        told = pa.table({name: pa.array(rows[name]) for name in self._columns})
        order = np.argsort(part, kind="stable")
        parts, first = np.unique(part[order], return_index=True)
        for number, chosen in zip(parts.tolist(), np.split(places[order], first[1:]), strict=True):
            self._held[number].append(_packed(told.take(pa.array(chosen))))

    def taken(self, part: int) -> pd.DataFrame:
        """The rows of a part, which leave the shelf."""
        tables = [pa.ipc.open_stream(each).read_all() for each in self._held.pop(part, ())]
        if not tables:
            return pd.DataFrame(columns=self._columns)
        frame: pd.DataFrame = pa.concat_tables(tables).to_pandas()
        return frame


def _packed(rows: pa.Table) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema, options=_PACKED) as stream:
        stream.write_table(rows)
    return sink.getvalue()
