"""Values and evidence per group, without a pandas call per group: the frames behind have a million rows."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from aidiscover_pipelines.attributes.wide import CITED, EVIDENCE_LIMIT, NO_CELL, Cited, Codes, Texts

JOIN_LIMIT = 50
"""Distinct values named in a joined text; an application on 800 addresses is not read address by address."""


class Groups:
    """Rows of a frame grouped by keys, groups in key order, rows of a group in the frame's order."""

    def __init__(self, frame: pd.DataFrame, keys: list[str]) -> None:
        codes = np.zeros(len(frame), dtype=np.int64)
        for key in keys:
            told = frame[key]
            of_key = told.to_numpy() if told.dtype.kind == "i" else pd.factorize(told, sort=True)[0]
            codes = codes * (int(of_key.max(initial=0)) + 1) + of_key
        self._arrange(codes)
        texts = {key: object for key in keys if frame[key].dtype.kind != "i"}
        self.keys = frame[keys].iloc[self.firsts].reset_index(drop=True).astype(texts)

    @classmethod
    def by(cls, codes: Codes) -> "Groups":
        """Rows grouped by a code; there is no frame to name the keys of."""
        groups = cls.__new__(cls)
        groups._arrange(codes)
        return groups

    def _arrange(self, codes: Codes) -> None:
        self._order = np.argsort(codes, kind="stable")
        self._starts = np.flatnonzero(np.diff(codes[self._order], prepend=-1)) if len(codes) else self._order
        self._ends = np.append(self._starts[1:], len(codes)) if len(codes) else self._order
        self.firsts: Codes = self._order[self._starts]

    def lists(self, column: "pd.Series[Any]", limit: int | None = None) -> list[list[Any]]:
        """Values of each group, at most `limit`."""
        values = column.to_numpy(dtype=object)[self._order].tolist()
        ends = self._ends if limit is None else np.minimum(self._ends, self._starts + limit)
        return [values[start:end] for start, end in zip(self._starts.tolist(), ends.tolist(), strict=True)]

    def cited(self, cells: "npt.ArrayLike") -> Cited:
        """The first addresses of each group."""
        held = np.append(np.asarray(cells, dtype=np.int64)[self._order], NO_CELL)
        places = self._starts[:, None] + np.arange(EVIDENCE_LIMIT)
        out: Cited = held[np.where(places < self._ends[:, None], places, len(held) - 1)]
        return out

    def any(self, column: "npt.ArrayLike") -> "pd.Series[bool]":
        """Whether any row of each group is true."""
        return pd.Series(self._reduce(np.maximum, np.asarray(column, dtype=bool)), dtype=bool)

    def max(self, column: "npt.ArrayLike") -> "pd.Series[float]":
        """Largest number of each group; NaN where it has none."""
        return pd.Series(self._reduce(np.fmax, np.asarray(column, dtype=float)), dtype=float)

    def min(self, column: "npt.ArrayLike") -> "pd.Series[float]":
        """Smallest number of each group; NaN where it has none."""
        return pd.Series(self._reduce(np.fmin, np.asarray(column, dtype=float)), dtype=float)

    def distinct(self, codes: Codes) -> tuple[Codes, Codes]:
        """Rows that say something for the first time in their group, groups in order, and how many each group has."""
        sizes = self._ends - self._starts
        groups = np.repeat(np.arange(len(sizes)), sizes)
        kept = np.repeat(sizes == 1, sizes)  # most groups say one thing; what the others repeat goes
        several = np.flatnonzero(~kept)
        pairs = groups[several] * (int(codes.max(initial=0)) + 1) + codes[self._order[several]]
        kept[several[~pd.Series(pairs).duplicated().to_numpy()]] = True
        return self._order[kept], np.bincount(groups[kept], minlength=len(sizes))

    def first(self, column: "npt.ArrayLike") -> "pd.Series[Any]":
        """First value of each group."""
        return pd.Series(np.asarray(column, dtype=object)[self.firsts], dtype=object)

    def sizes(self) -> "pd.Series[float]":
        """Rows of each group."""
        return pd.Series((self._ends - self._starts).astype(float))

    def sum(self, column: "npt.ArrayLike") -> "pd.Series[float]":
        """Sum of each group."""
        return pd.Series(self._reduce(np.add, np.asarray(column, dtype=float)), dtype=float)

    def mean(self, column: "npt.ArrayLike") -> "pd.Series[float]":
        """Mean of each group."""
        return self.sum(column) / self.sizes()

    def mean_known(self, column: "npt.ArrayLike") -> "pd.Series[float]":
        """Mean of what is known in each group; NaN where nothing is."""
        numbers = np.asarray(column, dtype=float)
        count = self.sum(~np.isnan(numbers))
        return (self.sum(np.nan_to_num(numbers)) / count.where(count > 0)).astype(float)

    def _reduce(self, ufunc: np.ufunc, values: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
        return ufunc.reduceat(values[self._order], self._starts) if len(values) else values


def joined(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Distinct `value`s of each group joined by '; ' in alphabetical order. Columns: keys, value, CITED, conflict.

    Beyond JOIN_LIMIT values the text ends in '+n more'. Cited is the first `cell` of each of the first values.
    """
    groups = Groups(frame, keys)
    codes, distinct = pd.factorize(frame["value"])
    texts, cited = joined_values(groups, codes, np.asarray(distinct, dtype=object), frame["cell"].to_numpy(np.int64))
    return groups.keys.assign(
        value=pd.Series(texts, dtype=object), conflict=groups.any(frame["conflict"]), **columns_of(cited)
    )


def joined_values(groups: Groups, codes: Codes, distinct: Texts, cells: Codes) -> tuple[Texts, Cited]:
    """`joined` of rows whose values are codes of distinct texts: the text of each group, and its evidence."""
    rows, sizes = groups.distinct(codes)
    starts = np.cumsum(sizes) - sizes
    texts: Texts = distinct[codes[rows[starts]]]
    cited: Cited = np.full((len(sizes), EVIDENCE_LIMIT), NO_CELL, dtype=np.int64)
    cited[:, 0] = cells[rows[starts]]
    several = np.flatnonzero(sizes > 1)  # most groups say one thing
    if not len(several):
        return texts, cited
    rows = rows[np.repeat(sizes > 1, sizes)]
    count = sizes[several]
    ends = np.cumsum(count)
    used, told = np.unique(codes[rows], return_inverse=True)
    words = pa.array(distinct[used], type=pa.large_string())
    rank = np.empty(len(used), dtype=np.int64)
    rank[pc.array_sort_indices(words).to_numpy()] = np.arange(len(used))
    order = np.lexsort((rank[told], np.repeat(np.arange(len(count)), count)))
    cited[several] = unrepeated(Groups.by(np.repeat(np.arange(len(count)), count)).cited(cells[rows[order]]))
    said = words.take(pa.array(told[order]))
    lists = pa.ListArray.from_arrays(pa.array(np.append(0, ends), type=pa.int32()), said)
    texts[several] = pc.binary_join(lists, pa.scalar("; ", pa.large_string())).to_numpy(zero_copy_only=False)
    for group in np.flatnonzero(count > JOIN_LIMIT).tolist():
        values = said[ends[group] - count[group] : ends[group]].to_pylist()
        texts[several[group]] = "; ".join([*values[:JOIN_LIMIT], f"+{len(values) - JOIN_LIMIT} more"])
    return texts, cited


def unrepeated(cited: Cited) -> Cited:
    """The first EVIDENCE_LIMIT addresses of each row, each once, of an array of any width."""
    kept = cited != NO_CELL
    for place in range(1, cited.shape[1]):
        kept[:, place] &= (cited[:, :place] != cited[:, place, None]).all(axis=1)
    order = np.argsort(~kept, axis=1, kind="stable")[:, :EVIDENCE_LIMIT]
    out: Cited = np.full((len(cited), EVIDENCE_LIMIT), NO_CELL, dtype=np.int64)
    told = np.where(np.take_along_axis(kept, order, axis=1), np.take_along_axis(cited, order, axis=1), NO_CELL)
    out[:, : told.shape[1]] = told
    return out


def columns_of(cited: Cited) -> dict[str, Codes]:
    """The array as columns CITED of a frame."""
    return dict(zip(CITED, cited.T, strict=True))


def number_texts(numbers: "pd.Series[float]") -> "pd.Series[Any]":
    """Numbers as people write them: two decimals at most, no trailing zeros."""
    codes, distinct = pd.factorize(numbers.to_numpy(dtype=float).round(2) + 0.0, use_na_sentinel=False)
    texts = np.array([f"{number:.10g}" for number in distinct.tolist()], dtype=object)
    return pd.Series(texts[codes], index=numbers.index, dtype=object)
