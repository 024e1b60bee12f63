"""Facts as one array per field, aligned to the applications, so that a rule reads as a sentence over whole columns."""

from functools import cached_property
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

Texts = npt.NDArray[np.object_]
Flags = npt.NDArray[np.bool_]
_Item = TypeVar("_Item", bound=np.generic)
Numbers = npt.NDArray[np.float64]


class WideFacts:
    """Columns over the applications in their order. A missing text is the empty text, a missing number NaN."""

    def __init__(self, applications: pd.DataFrame, facts: pd.DataFrame) -> None:
        self.ids = applications["application_id"].to_numpy(dtype=object)
        row = pd.Index(self.ids).get_indexer(pd.Index(facts["application_id"].astype(object)))
        known = facts.assign(row=row)[row >= 0]
        self._columns = dict(iter(known.groupby(known["field"].astype(object), sort=False)))

    def __len__(self) -> int:
        return len(self.ids)

    def text(self, field: str) -> Texts:
        """Values as text."""
        return self._filled(field, "value", np.full(len(self), "", dtype=object))

    def words(self, field: str) -> "pd.Series[str]":
        """Values in lower case, for searching."""
        return pd.Series(self.text(field), dtype=object).str.lower()

    def number(self, field: str) -> Numbers:
        """Values as numbers."""
        return self._filled(field, "number", np.full(len(self), np.nan))

    def has(self, field: str) -> Flags:
        """Where the fact is known."""
        flags: Flags = self.text(field) != ""
        return flags

    def conflict(self, field: str) -> Flags:
        """Where sources disagree on it."""
        return self._filled(field, "conflict", np.zeros(len(self), dtype=bool))

    def evidence(self, field: str) -> Texts:
        """Lists of addresses; empty lists where the fact is unknown."""
        out = self._nothing.copy()
        if field in self._columns:
            frame = self._columns[field]
            out[frame["row"].to_numpy()] = frame["evidence"].to_numpy(dtype=object)
        return out

    @cached_property
    def _nothing(self) -> Texts:
        return pd.Series([[] for _ in range(len(self))], dtype=object).to_numpy()

    def _filled(self, field: str, column: str, out: npt.NDArray[_Item]) -> npt.NDArray[_Item]:
        if field in self._columns:
            frame = self._columns[field]
            out[frame["row"].to_numpy()] = frame[column].to_numpy(dtype=out.dtype)
        return out
