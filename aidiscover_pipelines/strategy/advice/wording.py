"""Templates to texts, a column at a time: `{signal}` becomes the value that the signal was read from."""

from collections.abc import Iterable
from itertools import chain
from string import Formatter

import numpy as np
import pandas as pd
import pyarrow as pa

from aidiscover_pipelines.domain.excerpts import MOST_ITEMS, clipped, first_items, items_of
from aidiscover_pipelines.strategy.signals import SOURCE_SUFFIX, FactTable, asked_of_texts

# Long enough for a product list or half a sentence, short enough for a table cell.
SHOWN_CHARACTERS = 80
# Words for codes, and the unit of what is stored without one.
_IN_WORDS = {"eol": "out of support", "eol_soon": "support ends soon", "supported": "in support"}
_PERCENT = "cpu_util_pct"


class Quoter:
    """Shows and cites the facts behind signals. Positions are row numbers of the signal frame."""

    def __init__(self, table: FactTable, frame: pd.DataFrame) -> None:
        self._frame = frame
        self._table = table
        self._texts: dict[str, tuple[np.ndarray, list[object], bool]] = {}
        self._shown: dict[tuple[str, str], np.ndarray] = {}
        self._evidence: dict[str, np.ndarray] = {}
        self._origins: dict[str, tuple[np.ndarray, list[str]]] = {}

    def text(self, template: str, rows: np.ndarray) -> list[str]:
        """The template filled for each row. `{a|b}` shows the first of several signals that has a value."""
        texts = np.full(len(rows), "", dtype=object)
        for literal, name, _, _ in Formatter().parse(template):
            texts = texts + literal
            if name:
                texts = texts + self._first(name.split("|"), rows)
        return list(texts)

    def recorded(self, field: str, rows: np.ndarray) -> np.ndarray:
        """What the field says, as shown; empty where nothing is recorded."""
        return self._shown_of(field, "")[rows] if field in self._table.shown else np.full(len(rows), "", dtype=object)

    def cite(self, signals: tuple[str, ...], rows: np.ndarray) -> list[list[str]]:
        """Evidence ids of the fields that the signals were read from; signals that say nothing cite nothing.

        Lists may be shared; nobody changes them.
        """
        columns = [self._cells(signal, rows).tolist() for signal in dict.fromkeys(signals)]
        if not columns:
            return [[] for _ in rows]
        if len(columns) == 1:
            return list(columns[0])
        return [list(dict.fromkeys(chain.from_iterable(cells))) for cells in zip(*columns, strict=True)]

    def _first(self, names: list[str], rows: np.ndarray) -> np.ndarray:
        best = np.full(len(rows), "", dtype=object)
        for name in names:
            asserted = self._frame[name].to_numpy()[rows] > 0 if len(names) > 1 else True
            best = np.where((best == "") & asserted, self._values(name, rows), best)
        return best

    def _values(self, signal: str, rows: np.ndarray) -> np.ndarray:
        """What the signal was read from, as shown; empty where there is nothing."""
        values = np.full(len(rows), "", dtype=object)
        for field, places in self._by_field(signal, rows):
            values[places] = self._shown_of(field, signal)[rows[places]]
        return values

    def _cells(self, signal: str, rows: np.ndarray) -> np.ndarray:
        """The cells that the signal was read from; an empty list where there are none."""
        cells = np.empty(len(rows), dtype=object)
        cells.fill([])
        says = self._frame[signal].notna().to_numpy()[rows]
        for field, places in self._by_field(signal, rows):
            told = places[says[places]]
            cells[told] = self._evidence_of(field)[rows[told]]
        return cells

    def _by_field(self, signal: str, rows: np.ndarray) -> list[tuple[str, np.ndarray]]:
        """The fields that the signal was read from, and the places in `rows` where it was that one."""
        if signal not in self._origins:
            codes, names = pd.factorize(self._frame[signal + SOURCE_SUFFIX])
            self._origins[signal] = (codes, [str(name) for name in names])
        codes, fields = self._origins[signal]
        own = codes[rows]
        return [(field, np.flatnonzero(own == code)) for code, field in enumerate(fields) if field in self._table.shown]

    def _shown_of(self, field: str, signal: str) -> np.ndarray:
        """The field's texts; of long lists the items that the signal was read from, if any, come first."""
        if field not in self._texts:
            places, distinct = pd.factorize(self._table.shown[field])
            self._texts[field] = places, list(distinct), any(_is_long(text) for text in distinct)
        codes, texts, is_long = self._texts[field]
        key = field, signal if is_long else ""
        if key not in self._shown:
            spoken = _spoken_of(texts, field, signal) if is_long else frozenset()
            shown = [_excerpt(_in_words(field, text), spoken) for text in texts]
            self._shown[key] = np.array([*shown, ""], dtype=object)[codes]
        return self._shown[key]

    def _evidence_of(self, field: str) -> np.ndarray:
        """Lists of cell addresses; the application's id, which stands in for a name, has none."""
        if field not in self._evidence:
            cells = np.empty(len(self._table.index), dtype=object)
            cells.fill([])
            held = self._table.evidence
            self._evidence[field] = held[field].to_numpy() if field in held else cells
        return self._evidence[field]


def _in_words(field: str, value: object) -> object:
    if field == "eol_status":
        return _IN_WORDS.get(str(value), value)
    return f"{value} %" if field == _PERCENT else value


def _is_long(value: object) -> bool:
    return isinstance(value, str) and value.count("; ") >= MOST_ITEMS


def _spoken_of(texts: Iterable[object], field: str, signal: str) -> frozenset[str]:
    """Items of the long lists among the texts in which that signal is read."""
    items = sorted({item for text in texts if _is_long(text) for item in items_of(str(text))[0]})
    lowered = pa.array([item.lower() for item in items], type=pa.string())
    found = [asked.found_in(lowered) for asked in asked_of_texts().get(field, []) if asked.signal == signal]
    return frozenset(items[place] for hits in found for place in np.flatnonzero(hits))


def _excerpt(value: object, spoken: frozenset[str]) -> str:
    if not isinstance(value, str):
        return ""
    text = " ".join(value.split())
    if _is_long(text):
        items, more = items_of(text)
        text = first_items(sorted(items, key=lambda item: item not in spoken), more)
    return clipped(text, SHOWN_CHARACTERS)
