"""Templates to texts, a column at a time: `{signal}` becomes the value that the signal was read from."""

from string import Formatter

import numpy as np
import pandas as pd

from aidiscover_pipelines.strategy.signals import SOURCE_SUFFIX, FactTable

# Long enough for a product list or half a sentence, short enough for a table cell.
SHOWN_CHARACTERS = 80


class Quoter:
    """Shows and cites the facts behind signals. Positions are row numbers of the signal frame."""

    def __init__(self, table: FactTable, frame: pd.DataFrame) -> None:
        self._frame = frame
        self._shown = table.shown
        self._evidence = table.evidence
        self._cache: dict[str, np.ndarray] = {}

    def text(self, template: str, rows: np.ndarray) -> list[str]:
        """The template filled for each row. `{a|b}` shows the first of several signals that has a value."""
        texts = np.full(len(rows), "", dtype=object)
        for literal, name, _, _ in Formatter().parse(template):
            texts = texts + literal
            if name:
                texts = texts + self._first(name.split("|"), rows)
        return list(texts)

    def cite(self, signals: tuple[str, ...], rows: np.ndarray) -> list[list[str]]:
        """Evidence ids of the fields that the signals were read from; signals that say nothing cite nothing."""
        columns = [self._cells(signal)[rows] for signal in dict.fromkeys(signals)]
        if not columns:
            return [[] for _ in rows]
        return [list(dict.fromkeys(item for cell in cells for item in cell)) for cells in zip(*columns, strict=True)]

    def _first(self, names: list[str], rows: np.ndarray) -> np.ndarray:
        best = np.full(len(rows), "", dtype=object)
        for name in names:
            asserted = self._frame[name].to_numpy()[rows] > 0 if len(names) > 1 else True
            best = np.where((best == "") & asserted, self._values(name)[rows], best)
        return best

    def _values(self, signal: str) -> np.ndarray:
        key = "shown " + signal
        if key not in self._cache:
            picked = self._picked(signal, self._shown)
            self._cache[key] = np.array([_clip(value) for value in picked], dtype=object)
        return self._cache[key]

    def _cells(self, signal: str) -> np.ndarray:
        key = "cited " + signal
        if key not in self._cache:
            says = self._frame[signal].notna().to_numpy()
            cells = np.empty(len(says), dtype=object)
            cells[:] = [
                value if isinstance(value, list) and said else []
                for value, said in zip(self._picked(signal, self._evidence), says, strict=True)
            ]
            self._cache[key] = cells
        return self._cache[key]

    def _picked(self, signal: str, facts: pd.DataFrame) -> np.ndarray:
        """The cell of each row in the column that its signal was read from; None where there is none."""
        fields = self._frame[signal + SOURCE_SUFFIX]
        codes = facts.columns.get_indexer(pd.Index(fields))
        cells = np.full(len(fields), None, dtype=object)
        found = codes >= 0
        cells[found] = facts.to_numpy(dtype=object)[np.flatnonzero(found), codes[found]]
        return cells


def _clip(value: object) -> str:
    text = " ".join(str(value).split()) if isinstance(value, str) else ""
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1].rstrip() + "…"
