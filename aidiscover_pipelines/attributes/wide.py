"""Facts as one array per field, aligned to the applications, so that a rule reads as a sentence over whole columns."""

import re
import unicodedata
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.domain.questionnaire import NOT_APPLICABLE

Texts = npt.NDArray[np.object_]
Flags = npt.NDArray[np.bool_]
_Item = TypeVar("_Item", bound=np.generic)
Numbers = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Cited = npt.NDArray[np.int64]

EVIDENCE_LIMIT = 5
NO_CELL = -1
"""In place of the code of an address, where there are fewer."""
CITED = [f"cell_{place}" for place in range(EVIDENCE_LIMIT)]
"""Columns of frames that cite evidence: codes of addresses (cells.Addresses), filled up with NO_CELL."""


class WideFacts:
    """Columns over the applications in their order. A missing text is the empty text, a missing number NaN."""

    def __init__(self, applications: pd.DataFrame, facts: pd.DataFrame) -> None:
        self.ids = applications["application_id"].to_numpy(dtype=object)
        told, distinct = pd.factorize(facts["application_id"])
        row = pd.Index(self.ids).get_indexer(pd.Index(np.asarray(distinct, dtype=object)))[told]
        fields, names = pd.factorize(facts["field"])
        order = np.argsort(fields, kind="stable")
        order = order[row[order] >= 0]
        ends = np.searchsorted(fields[order], np.arange(len(names)), side="right")
        held = np.split(order, ends[:-1]) if len(names) else []
        self._rows = {str(name): rows for name, rows in zip(names, held, strict=True) if len(rows)}
        self._row, self._facts = row, {str(name): facts[name].to_numpy() for name in facts.columns}
        self._words: dict[str, tuple[npt.NDArray[np.intp], list[str]]] = {}

    def __len__(self) -> int:
        return len(self.ids)

    def text(self, field: str) -> Texts:
        """Values as text; that the field does not apply is none."""
        texts = self._filled(field, "value", np.full(len(self), "", dtype=object))
        texts[texts == NOT_APPLICABLE] = ""
        return texts

    def denied(self, field: str) -> Flags:
        """Where a person says that the field does not apply."""
        flags: Flags = self._filled(field, "value", np.full(len(self), "", dtype=object)) == NOT_APPLICABLE
        return flags

    def matches(self, field: str, pattern: str) -> Flags:
        """Where a pattern is found in the value, without case and accents. Each distinct value is read once."""
        codes, distinct = self._distinct(field)
        search = re.compile(without_accents(pattern)).search
        flags: Flags = np.array([search(text) is not None for text in distinct], dtype=bool)[codes]
        return flags

    def found(self, field: str, pattern: str) -> Texts:
        """What a pattern finds in the value, its first group; empty where nothing."""
        codes, distinct = self._distinct(field)
        search = re.compile(without_accents(pattern)).search
        told = [(match[1] or "") if (match := search(text)) else "" for text in distinct]
        texts: Texts = np.array(told, dtype=object)[codes]
        return texts

    def _distinct(self, field: str) -> tuple[npt.NDArray[np.intp], list[str]]:
        if field not in self._words:
            codes, distinct = pd.factorize(self.text(field))
            self._words[field] = codes, [folded(text) for text in distinct]
        return self._words[field]

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

    def figure(self, field: str, name: str) -> Numbers:
        """validity, agreement, trust or age of the fact; NaN where nothing was said."""
        return self._filled(field, name, np.full(len(self), np.nan))

    def note(self, field: str, name: str) -> Texts:
        """A text column of the fact: basis, why or problem; empty where nothing was said."""
        return self._filled(field, name, np.full(len(self), "", dtype=object))

    def evidence(self, field: str) -> Cited:
        """Codes of addresses, shape (applications, EVIDENCE_LIMIT); NO_CELL where there is none."""
        out: Cited = np.full((len(self), EVIDENCE_LIMIT), NO_CELL, dtype=np.int64)
        for place, name in enumerate(CITED):
            self._filled(field, name, out[:, place])
        return out

    def _filled(self, field: str, column: str, out: npt.NDArray[_Item]) -> npt.NDArray[_Item]:
        if field in self._rows:
            rows = self._rows[field]
            out[self._row[rows]] = self._facts[column][rows].astype(out.dtype)
        return out


def folded(text: str) -> str:
    """Lower case without accents; letters of every script stay."""
    return without_accents(text.casefold())


def without_accents(text: str) -> str:
    """Letters of every script without their marks; a pattern keeps its meaning."""
    letters = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
