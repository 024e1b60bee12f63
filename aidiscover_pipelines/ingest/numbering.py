"""Numbers of rows: a row that comes again in the next upload of its source keeps its number, so its cells' addresses.

What was concluded from rows that did not change can stay as it is then, wherever in the sheet they stand now.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.domain.tables import SheetReading, SkippedRow, SourceRecord, SourceSheet
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ingest.spool import SheetRead
from aidiscover_pipelines.ports import PortfolioStore

READING = "reading"

_Ints = npt.NDArray[np.int64]


class Numbers(Protocol):
    """Numbers for the rows of one sheet, asked part by part."""

    last: int
    """The highest number that was ever given."""

    def of(self, rows: pd.DataFrame) -> _Ints:
        """A number for each row; rows: row (as a spreadsheet counts) and cells (JSON text)."""


class AsTheyStand:
    """Of a sheet that was not there before: the number of a row is where it stands."""

    def __init__(self) -> None:
        self.last = 0

    def of(self, rows: pd.DataFrame) -> _Ints:
        """See Numbers."""
        numbers = rows["row"].to_numpy(dtype=np.int64)
        self.last = max(self.last, int(numbers.max(initial=0)))
        return numbers


class AsBefore:
    """Of a sheet that is there: a row with the texts of one of its rows, of equal ones the first left, gets its number.

    Others are counted on from the highest number that was ever given: no number means two rows, even years apart.
    """

    def __init__(self, texts: _Ints, numbers: _Ints, last: int) -> None:
        order = np.lexsort((numbers, texts))
        self._numbers = numbers[order]
        self._texts, self._next, counts = np.unique(texts[order], return_index=True, return_counts=True)
        self._end = self._next + counts
        self.last = last

    def of(self, rows: pd.DataFrame) -> _Ints:
        """See Numbers."""
        texts, distinct = pd.factorize(texts_of(json.loads("[" + ",".join(rows["cells"].tolist()) + "]")))
        repeats = pd.Series(texts).groupby(texts).cumcount().to_numpy()
        place = np.searchsorted(self._texts, distinct)
        place = np.where(place < len(self._texts), place, -1)
        known = np.zeros(len(distinct), dtype=bool)
        known[place >= 0] = self._texts[place[place >= 0]] == distinct[place >= 0]
        ours = place[texts]
        found = known[texts]
        wanted = np.full(len(texts), -1)
        wanted[found] = self._next[ours[found]] + repeats[found]
        found[found] = wanted[found] < self._end[ours[found]]
        numbers = np.zeros(len(texts), dtype=np.int64)
        numbers[found] = self._numbers[wanted[found]]
        numbers[~found] = self.last + 1 + np.arange(np.count_nonzero(~found))
        self.last += int(np.count_nonzero(~found))
        np.add.at(self._next, ours[found], 1)
        return numbers


def numbers_for(store: PortfolioStore, tenant: TenantId, file_id: str, sheet: SheetRead) -> Numbers:
    """Numbers for the rows of a sheet, by what is stored of it now.

    Under other headers the same texts say something else: then no row is an earlier one.
    """
    held = store.read(tenant, SourceSheet, file_id=file_id, sheet_index=sheet.sheet_index)
    if held.empty:
        return AsTheyStand()
    texts, numbers = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for rows in _stored(store, tenant, file_id, sheet.sheet_index):
        texts.append(texts_of(rows["cells"].tolist()))
        numbers.append(rows["record_id"].str.replace(r"^.*\.", "", regex=True).to_numpy(dtype=np.int64))
    told, named = np.concatenate(texts), np.concatenate(numbers)
    given = store.read(tenant, SheetReading, file_id=file_id, sheet_index=sheet.sheet_index)["last_number"]
    last = max(int(given.max()) if len(given) else 0, int(named.max(initial=0)))
    same = held["headers"].iloc[0] == sheet.headers
    return AsBefore(told, named, last) if same else AsBefore(told[:0], named[:0], last)


def _stored(store: PortfolioStore, tenant: TenantId, file_id: str, sheet_index: int) -> Iterator[pd.DataFrame]:
    """record_id and cells of the rows of a sheet, kept or rejected by reading."""
    columns = ["record_id", "cells"]
    yield from store.read_in_parts(tenant, SourceRecord, columns=columns, file_id=file_id, sheet_index=sheet_index)
    rejected = store.read(tenant, SkippedRow, columns=columns, file_id=file_id, stage=READING)
    yield rejected[rejected["record_id"].str.startswith(f"{file_id}.{sheet_index}.")]


def texts_of(rows: Sequence[Sequence[str]]) -> _Ints:
    """One integer for the texts of each row, within this process. Two that differ are equal once in 2**64."""
    return np.fromiter((hash(tuple(row)) for row in rows), dtype=np.int64, count=len(rows))
