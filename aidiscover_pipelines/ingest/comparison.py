"""Two uploads of one sheet, row by row: what was added, changed, and is gone; columns by header, rows by their key."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

# A key must tell nearly every row apart in both uploads, and find most rows of the shorter one in the other.
_UNIQUE = 0.98
_FOUND = 0.5
# A column that lost its header and one that got a new one are the same where they hold nearly the same values.
_SAME_VALUES = 0.8
_LONGEST_KEY = 200  # characters; PostgreSQL indexes at most 2,700 bytes
_BETWEEN = "\x1f"

Texts = npt.NDArray[np.object_]


class Table(NamedTuple):
    """One sheet of one upload; `cells` has a row per record and a column per header, blanks are empty texts."""

    headers: list[str]
    record_ids: Texts
    cells: Texts


class Compared(NamedTuple):
    """`rows`: row_key, change (added, changed or gone), record_id, previous_record_id, cells (JSON text).

    `columns`: header -> [header before, header now] of columns that came, went or were renamed; `moved` whether the
    others changed their order. `key`: headers that told the rows apart; none where only whole rows did. `unchanged`
    counts rows.
    """

    rows: pd.DataFrame
    columns: dict[str, list[str]]
    moved: bool
    key: list[str]
    unchanged: int


class _Keys(NamedTuple):
    """What tells rows apart: texts to match by, and texts to show."""

    match: pd.Index
    shown: Texts


def table(headers: Sequence[str], record_ids: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """Rows as stored, filled up to the headers' number and stripped; nameless columns are called by their place."""
    cells = np.full((len(rows), len(headers)), "", dtype=object)
    if rows:
        padded = pd.DataFrame(list(rows), dtype="str").fillna("").reindex(columns=range(len(headers)), fill_value="")
        for place in range(len(headers)):
            cells[:, place] = padded[place].str.strip().to_numpy(dtype=object)
    seen: Counter[str] = Counter()
    names = []
    for place, header in enumerate(headers, start=1):
        name = " ".join(str(header).split()) or f"column {place}"
        seen[name.casefold()] += 1
        names.append(name if seen[name.casefold()] == 1 else f"{name} ({seen[name.casefold()]})")
    return Table(names, np.array(record_ids, dtype=object), cells)


def compare(before: Table, now: Table, identity: Sequence[str]) -> Compared:
    """`identity`: headers of `now` whose columns say what a row is about, best first."""
    pairs, renamed = _same_columns(before, now)
    key, old, new = _choose_keys(before, now, pairs, identity)
    places = pd.Index(new.match).get_indexer(old.match)  # rows of `now`, -1 where gone
    kept = np.flatnonzero(places >= 0)
    added = np.setdiff1d(np.arange(len(now.cells)), places[kept])
    gone = np.flatnonzero(places < 0)
    pairs, renamed = _confirmed(before, now, pairs, renamed, kept, places[kept])
    columns = {now.headers[j]: [before.headers[i], now.headers[j]] for i, j in renamed}
    columns |= {now.headers[j]: ["", now.headers[j]] for j in range(len(now.headers)) if j not in {j for _, j in pairs}}
    columns |= {before.headers[i]: [before.headers[i], ""] for i in _others(before, [i for i, _ in pairs])}
    order = [j for _, j in sorted(pairs)]
    changed, told = _changed_cells(before, now, pairs, kept, places[kept])
    rows = pd.concat(
        [
            _rows("added", new.shown[added], now.record_ids[added], "", ["{}"] * len(added)),
            _rows(
                "changed", new.shown[places[changed]], now.record_ids[places[changed]], before.record_ids[changed], told
            ),
            _rows("gone", old.shown[gone], "", before.record_ids[gone], _last_cells(before, gone)),
        ],
        ignore_index=True,
    )
    return Compared(rows, columns, order != sorted(order), key, len(kept) - len(changed))


def _others(held: Table, used: Sequence[int]) -> list[int]:
    return [place for place in range(len(held.headers)) if place not in set(used)]


def _rows(change: str, keys: Texts, record_ids: Any, previous: Any, cells: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "row_key": pd.Series(keys, dtype="str"),
            "change": change,
            "record_id": pd.Series(record_ids, index=range(len(keys)), dtype="str"),
            "previous_record_id": pd.Series(previous, index=range(len(keys)), dtype="str"),
            "cells": pd.Series(cells, index=range(len(keys)), dtype="str"),
        }
    )


def _same_columns(before: Table, now: Table) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Places (before, now) of columns with one header, then also of those that hold nearly the same values."""
    there = {header.casefold(): place for place, header in enumerate(now.headers)}
    pairs = [(i, there[h.casefold()]) for i, h in enumerate(before.headers) if h.casefold() in there]
    lost, found = _others(before, [i for i, _ in pairs]), _others(now, [j for _, j in pairs])
    counts = {("lost", i): _counts(before.cells[:, i]) for i in lost} | {
        ("found", j): _counts(now.cells[:, j]) for j in found
    }
    likeness = sorted((-_alike(counts["lost", i], counts["found", j]), i, j) for i in lost for j in found)
    renamed: list[tuple[int, int]] = []
    for minus, i, j in likeness:
        if -minus >= _SAME_VALUES and not any(i == a or j == b for a, b in renamed):
            renamed.append((i, j))
    return sorted([*pairs, *renamed]), sorted(renamed)


def _counts(column: Texts) -> "pd.Series[int]":
    filled = column[column != ""]
    return pd.Series(filled, dtype="str").value_counts()


def _alike(ours: "pd.Series[int]", theirs: "pd.Series[int]") -> float:
    """Share of the longer column's filled cells that the other has too; columns of one value are like any other."""
    if len(ours) < 2 or len(theirs) < 2:
        return 0.0
    both = ours.index.intersection(theirs.index)
    shared = np.minimum(ours[both].to_numpy(), theirs[both].to_numpy()).sum()
    return float(shared / max(ours.sum(), theirs.sum()))


def _confirmed(
    before: Table,
    now: Table,
    pairs: list[tuple[int, int]],
    renamed: list[tuple[int, int]],
    kept: npt.NDArray[np.intp],
    places: npt.NDArray[np.intp],
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Without the renamed columns whose values are the same, but not in the same rows."""
    wrong = {
        (i, j)
        for i, j in renamed
        if len(kept) and float(np.mean(before.cells[kept, i] == now.cells[places, j])) < _SAME_VALUES
    }
    return [pair for pair in pairs if pair not in wrong], [pair for pair in renamed if pair not in wrong]


def _choose_keys(
    before: Table, now: Table, pairs: list[tuple[int, int]], identity: Sequence[str]
) -> tuple[list[str], _Keys, _Keys]:
    """The first identity column that tells rows apart and finds them again; else several; else whole rows."""
    old_place = {j: i for i, j in pairs}
    own = [now.headers.index(header) for header in identity if header in now.headers]
    own = [j for j in dict.fromkeys(own) if j in old_place]
    chosen = _best(before, now, [[j] for j in own] + ([own] if len(own) > 1 else []), old_place)
    if chosen is None and own:
        chosen = _best(before, now, [[*own, j] for _, j in pairs if j not in own], old_place, most=True)
    columns = chosen or [j for _, j in pairs]
    key = [now.headers[j] for j in chosen] if chosen else []
    return key, _keys(before, [old_place[j] for j in columns]), _keys(now, columns)


def _best(
    before: Table, now: Table, tried: Sequence[list[int]], old_place: dict[int, int], *, most: bool = False
) -> list[int] | None:
    """The first choice that is unique and finds rows again, else the unique one that finds most; None without one.

    With `most` the one that finds most: a name and a size are as unique as a name and a disk, and outlive nothing.
    """
    fallback: tuple[float, list[int]] | None = None
    for columns in tried:
        ours, theirs = _joined(before, [old_place[j] for j in columns]), _joined(now, columns)
        ours, theirs = ours[ours != ""], theirs[theirs != ""]
        unique, found = pd.Index(ours).unique(), pd.Index(theirs).unique()
        if len(unique) < _UNIQUE * len(before.cells) or len(found) < _UNIQUE * len(now.cells):
            continue
        share = len(unique.intersection(found)) / max(1, min(len(unique), len(found)))
        if share >= _FOUND and not most:
            return columns
        if fallback is None or share > fallback[0]:
            fallback = (share, columns)
    return fallback[1] if fallback else None


def _joined(held: Table, columns: Sequence[int]) -> Texts:
    """The texts of some columns of each row as one, in lower case; empty where all are."""
    if not len(held.cells) or not len(columns):
        return np.full(len(held.cells), "", dtype=object)
    texts = [pd.Series(held.cells[:, place], dtype="str") for place in columns]
    joined = texts[0].str.cat(pd.concat(texts[1:], axis=1), sep=_BETWEEN) if len(texts) > 1 else texts[0]
    return joined.str.casefold().where(joined.str.strip(_BETWEEN) != "", "").to_numpy(dtype=object)


def _keys(held: Table, columns: Sequence[int]) -> _Keys:
    """Keys of the rows. A row without one has its whole text for a key; rows of one key are numbered as they come."""
    keys = pd.Series(_joined(held, columns), dtype="str")
    blank = keys == ""
    if blank.any():
        keys = keys.where(~blank, _BETWEEN + pd.Series(_joined(held, range(len(held.headers))), dtype="str"))
    repeats = keys.groupby(keys).cumcount()
    match = keys.where(repeats == 0, keys + _BETWEEN + "#" + repeats.astype("str"))
    shown = [
        _shown([text for text in (row if is_blank else row[list(columns)]) if text], number)
        for row, is_blank, number in zip(held.cells, blank.tolist(), repeats.tolist(), strict=True)
    ]
    return _Keys(pd.Index(match), np.array(shown, dtype=object))


def _shown(texts: Sequence[str], repeats: int) -> str:
    text = " / ".join(texts) or "(blank row)"
    return (_short(text) if len(text) > _LONGEST_KEY else text) + (f" #{repeats + 1}" if repeats else "")


def _short(text: str) -> str:
    """The beginning of a text and a hash of all of it."""
    return f"{text[: _LONGEST_KEY - 15]}... {hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _changed_cells(
    before: Table,
    now: Table,
    pairs: Sequence[tuple[int, int]],
    kept: npt.NDArray[np.intp],
    places: npt.NDArray[np.intp],
) -> tuple[npt.NDArray[np.intp], list[str]]:
    """Rows of `before` with another text in a common column, and {header: [before, now]} of each as JSON text."""
    cells: dict[int, dict[str, list[str]]] = {}
    for i, j in pairs:
        ours, theirs = before.cells[kept, i], now.cells[places, j]
        for place in np.flatnonzero(ours != theirs).tolist():
            cells.setdefault(place, {})[now.headers[j]] = [ours[place], theirs[place]]
    changed = sorted(cells)
    told = [json.dumps(cells[place], ensure_ascii=False) for place in changed]
    return np.array([kept[place] for place in changed], dtype=np.intp), told


def _last_cells(held: Table, rows: npt.NDArray[np.intp]) -> list[str]:
    """The filled cells of rows that are gone, as [text, ""] each: what was last known of them."""
    return [
        json.dumps({h: [t, ""] for h, t in zip(held.headers, held.cells[row], strict=True) if t}, ensure_ascii=False)
        for row in rows.tolist()
    ]
