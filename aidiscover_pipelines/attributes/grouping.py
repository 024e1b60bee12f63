"""Values and evidence per group, without a pandas call per group: the frames behind have a million rows."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

EVIDENCE_LIMIT = 5
JOIN_LIMIT = 50
"""Distinct values named in a joined text; an application on 800 addresses is not read address by address."""


class Groups:
    """Rows of a frame grouped by keys, groups in key order, rows of a group in the frame's order."""

    def __init__(self, frame: pd.DataFrame, keys: list[str]) -> None:
        codes = frame.groupby(keys, sort=True, observed=True).ngroup().to_numpy()
        self._order = np.argsort(codes, kind="stable")
        self._starts = np.flatnonzero(np.diff(codes[self._order], prepend=-1)) if len(frame) else self._order
        self._ends = np.append(self._starts[1:], len(frame)) if len(frame) else self._order
        self.keys = frame[keys].iloc[self._order[self._starts]].reset_index(drop=True).astype(object)

    def lists(self, column: "pd.Series[Any]", limit: int | None = None) -> list[list[Any]]:
        """Values of each group, at most `limit`."""
        values = column.to_numpy(dtype=object)[self._order].tolist()
        ends = self._ends if limit is None else np.minimum(self._ends, self._starts + limit)
        return [values[start:end] for start, end in zip(self._starts.tolist(), ends.tolist(), strict=True)]

    def evidence(self, column: "pd.Series[Any]") -> "pd.Series[Any]":
        """At most EVIDENCE_LIMIT addresses of each group."""
        return pd.Series(self.lists(column, EVIDENCE_LIMIT), dtype=object)

    def any(self, column: "pd.Series[Any]") -> "pd.Series[bool]":
        """Whether any row of each group is true."""
        return pd.Series(self._reduce(np.maximum, column.to_numpy(dtype=bool)), dtype=bool)

    def max(self, column: "pd.Series[Any]") -> "pd.Series[float]":
        """Largest number of each group; NaN where it has none."""
        return pd.Series(self._reduce(np.fmax, column.to_numpy(dtype=float)), dtype=float)

    def min(self, column: "pd.Series[Any]") -> "pd.Series[float]":
        """Smallest number of each group; NaN where it has none."""
        return pd.Series(self._reduce(np.fmin, column.to_numpy(dtype=float)), dtype=float)

    def distinct(self, codes: npt.NDArray[np.intp]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Rows that say something for the first time in their group, groups in order, and how many each group has."""
        groups = np.repeat(np.arange(len(self._starts)), self._ends - self._starts)
        pairs = groups * (codes.max(initial=0) + 1) + codes[self._order]
        _, first = np.unique(pairs, return_index=True)
        return self._order[first], np.bincount(groups[first], minlength=len(self._starts))

    def first(self, column: "pd.Series[Any]") -> "pd.Series[Any]":
        """First value of each group."""
        return pd.Series(column.to_numpy(dtype=object)[self._order[self._starts]], dtype=object)

    def sizes(self) -> "pd.Series[float]":
        """Rows of each group."""
        return pd.Series((self._ends - self._starts).astype(float))

    def sum(self, column: "pd.Series[Any]") -> "pd.Series[float]":
        """Sum of each group."""
        return pd.Series(self._reduce(np.add, column.to_numpy(dtype=float)), dtype=float)

    def mean(self, column: "pd.Series[Any]") -> "pd.Series[float]":
        """Mean of each group."""
        return self.sum(column) / self.sizes()

    def mean_known(self, column: "pd.Series[Any]") -> "pd.Series[float]":
        """Mean of what is known in each group; NaN where nothing is."""
        known = column.notna()
        count = self.sum(known)
        return (self.sum(column.fillna(0.0)) / count.where(count > 0)).astype(float)

    def _reduce(self, ufunc: np.ufunc, values: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
        return ufunc.reduceat(values[self._order], self._starts) if len(values) else values


def joined(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Distinct `value`s of each group joined by '; ' in alphabetical order. Columns: keys, value, evidence, conflict.

    Beyond JOIN_LIMIT values the text ends in '+n more'. Evidence is the first address of each of the first values.
    """
    groups = Groups(frame, keys)
    codes, distinct = pd.factorize(frame["value"])
    firsts, sizes = groups.distinct(codes)
    told = np.asarray(distinct, dtype=object)[codes[firsts]]
    cells = frame["evidence_id"].to_numpy(dtype=object)[firsts]
    ends = np.cumsum(sizes)
    starts = ends - sizes
    # Most groups say one thing; only the others are joined one by one.
    texts = told[starts] if len(told) else told
    evidence = [[cell] for cell in (cells[starts] if len(cells) else cells).tolist()]
    for group in np.flatnonzero(sizes > 1).tolist():
        said = sorted(zip(told[starts[group] : ends[group]], cells[starts[group] : ends[group]], strict=True))
        more = len(said) - JOIN_LIMIT
        values = [value for value, _ in said[:JOIN_LIMIT]]
        texts[group] = "; ".join(values if more <= 0 else [*values, f"+{more} more"])
        evidence[group] = list(dict.fromkeys(cell for _, cell in said[:EVIDENCE_LIMIT]))
    return groups.keys.assign(
        value=pd.Series(texts, dtype=object),
        evidence=pd.Series(evidence, dtype=object),
        conflict=groups.any(frame["conflict"]),
    )


def number_texts(numbers: "pd.Series[float]") -> "pd.Series[Any]":
    """Numbers as people write them: two decimals at most, no trailing zeros."""
    rounded = numbers.to_numpy(dtype=float).round(2)
    return pd.Series([f"{number:.10g}" for number in rounded.tolist()], index=numbers.index, dtype=object)
