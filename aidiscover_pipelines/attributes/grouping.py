"""Values and evidence per group, without a pandas call per group: the frames behind have a million rows."""

from typing import Any

import numpy as np
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

    def sizes(self) -> "pd.Series[float]":
        """Rows of each group."""
        return pd.Series((self._ends - self._starts).astype(float))

    def sum(self, column: "pd.Series[Any]") -> "pd.Series[float]":
        """Sum of each group."""
        return pd.Series(self._reduce(np.add, column.to_numpy(dtype=float)), dtype=float)

    def mean(self, column: "pd.Series[Any]") -> "pd.Series[float]":
        """Mean of each group."""
        return self.sum(column) / self.sizes()

    def _reduce(self, ufunc: np.ufunc, values: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
        return ufunc.reduceat(values[self._order], self._starts) if len(values) else values


def joined(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Distinct `value`s of each group joined by '; ' in alphabetical order. Columns: keys, value, evidence, conflict.

    Beyond JOIN_LIMIT values the text ends in '+n more'. Evidence is the first address of each of the first values.
    """
    groups = Groups(frame, keys)
    texts: list[str] = []
    evidence: list[list[str]] = []
    for values, addresses in zip(groups.lists(frame["value"]), groups.lists(frame["evidence_id"]), strict=True):
        if len(values) == 1:
            texts.append(values[0])
            evidence.append(addresses)
            continue
        first = dict(zip(reversed(values), reversed(addresses), strict=True))
        distinct = sorted(first)
        more = len(distinct) - JOIN_LIMIT
        texts.append("; ".join(distinct if more <= 0 else [*distinct[:JOIN_LIMIT], f"+{more} more"]))
        evidence.append(list(dict.fromkeys(first[value] for value in distinct[:EVIDENCE_LIMIT])))
    return groups.keys.assign(
        value=pd.Series(texts, dtype=object),
        evidence=pd.Series(evidence, dtype=object),
        conflict=groups.any(frame["conflict"]),
    )


def number_texts(numbers: "pd.Series[float]") -> "pd.Series[Any]":
    """Numbers as people write them: two decimals at most, no trailing zeros."""
    rounded = numbers.to_numpy(dtype=float).round(2)
    return pd.Series([f"{number:.10g}" for number in rounded.tolist()], index=numbers.index, dtype=object)
