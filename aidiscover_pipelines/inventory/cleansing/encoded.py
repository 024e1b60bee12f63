"""The texts of a sheet, column by column: each different text once, and for every row which of them it holds.

A sheet comes in slices of rows, so that the lists of its cells are never held all at once.
"""

from collections.abc import Collection, Iterable, Mapping
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

NOWHERE = -1


class Encoded(NamedTuple):
    """One column: its different texts (large_string), and the position of each row's text, -1 where it has none."""

    raw: Any
    codes: npt.NDArray[np.int32]

    def within(self, rows: npt.NDArray[np.bool_]) -> "Encoded":
        """The column with the texts of these rows only; every other row has none."""
        if rows.all():
            return self
        codes = np.where(rows, self.codes, NOWHERE)
        used = np.unique(codes[codes >= 0])
        position = np.full(len(self.raw) + 1, NOWHERE, dtype=np.int32)
        position[used] = np.arange(len(used))
        return Encoded(self.raw.take(pa.array(used)), position[codes])


class EncodedSheet(NamedTuple):
    """A sheet: `record_ids` (large_string) and `empty` (no cell says anything) by row, `columns` by place from 1."""

    record_ids: Any
    empty: npt.NDArray[np.bool_]
    columns: Mapping[int, Encoded]


def encode_sheet(slices: Iterable[pd.DataFrame], places: Collection[int]) -> EncodedSheet:
    """The columns at these places of SourceRecord rows; short rows have no text in the columns that they lack."""
    ids: list[Any] = []
    empty = [np.zeros(0, dtype=bool)]
    chunks: dict[int, list[Any]] = {place: [] for place in places}
    for rows in slices:
        cells = rows["cells"].tolist()
        ids.append(pa.array(rows["record_id"], pa.large_string(), from_pandas=True))
        texts = pa.array(list(chain.from_iterable(cells)), pa.large_string())
        lengths = np.fromiter(map(len, cells), dtype=np.int64, count=len(cells))
        first = lengths.cumsum() - lengths
        says = np.zeros(len(cells), dtype=bool)
        for place in places:
            column = texts.take(pa.array(first + place - 1, mask=lengths < place)).dictionary_encode()
            chunks[place].append(column)
            says |= _says(column)
        empty.append(~says)
        for row in np.flatnonzero(~says).tolist():
            empty[-1][row] = not any(text and text.strip() for text in cells[row])
    columns = {place: _joined(parts) for place, parts in chunks.items()}
    return EncodedSheet(pa.chunked_array(ids, pa.large_string()).combine_chunks(), np.concatenate(empty), columns)


def _says(column: Any) -> npt.NDArray[np.bool_]:
    """Whether each row of a dictionary-encoded column holds more than blanks."""
    filled = pc.not_equal(pc.utf8_trim_whitespace(column.dictionary), "").to_numpy(zero_copy_only=False)
    return np.append(filled, False)[_codes(column)]


def _joined(parts: list[Any]) -> Encoded:
    if not parts:
        return Encoded(pa.array([], pa.large_string()), np.zeros(0, dtype=np.int32))
    unified = pa.chunked_array(parts).unify_dictionaries()
    return Encoded(unified.chunk(0).dictionary, np.concatenate([_codes(chunk) for chunk in unified.chunks]))


def _codes(column: Any) -> npt.NDArray[np.int32]:
    return np.asarray(column.indices.fill_null(NOWHERE).to_numpy(zero_copy_only=False), dtype=np.int32)
