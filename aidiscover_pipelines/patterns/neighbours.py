"""For every application those most like it, and groups of applications that are all but equal."""

import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.domain.tables import SimilarityGroup
from aidiscover_pipelines.patterns.agreement import SHARED_FROM, Comparable, comparable
from aidiscover_pipelines.patterns.features import OTHER, FeatureTable, Flags, Matrix, Rows
from aidiscover_pipelines.patterns.nearest import nearest_rows

MOST_SIMILAR = 5
"""Applications told as most like one."""
LEAST_LIKE = 0.5
"""Similarity from which one application is told as like another."""
ALL_BUT_EQUAL = 0.9
"""Similarity, as both see it, from which two applications belong in one group."""
LEAST_KNOWN = 0.5
"""Weight of what must be known of an application, as a share of all features, before it is all but equal to another."""

_CANDIDATES = 16  # nearest by distance, of which the most alike by Gower's coefficient are told
_SHARED_TOLD = 5
_AT_A_TIME = 20_000  # applications compared with their candidates at a time, so that memory stays flat


def find_neighbours(table: FeatureTable) -> tuple[list[list[dict[str, Any]]], pd.DataFrame]:
    """ClusterMember.similar of each application, and SimilarityGroup rows by group_id."""
    compared = comparable(table)
    count = len(table.ids)
    near = nearest_rows(table.matrix, min(_CANDIDATES, count - 1)) if count > 1 else np.zeros((count, 0), dtype=np.intp)
    similar: list[list[dict[str, Any]]] = []
    edges = []
    for start in range(0, count, _AT_A_TIME):
        told, close = _compared(compared, np.arange(start, min(start + _AT_A_TIME, count)), near)
        similar += told
        edges.append(close)
    return similar, _groups(compared, np.vstack(edges) if edges else np.zeros((0, 3)))


def _compared(compared: Comparable, rows: Rows, near: Rows) -> tuple[list[list[dict[str, Any]]], Matrix]:
    """The most similar of the rows' candidates; and pairs that are all but equal as (left, right, similarity)."""
    left, right = np.repeat(rows, near.shape[1]), near[rows].ravel()
    found = right >= 0
    left, right = left[found], right[found]
    agreement = compared.agreement(left, right)
    similarity = compared.similarity(left, agreement).round(3)
    both_ways = np.minimum(similarity, compared.similarity(right, agreement).round(3))
    enough = _enough(compared)
    equal = (both_ways >= ALL_BUT_EQUAL) & enough[left] & enough[right]
    close = np.column_stack([left[equal], right[equal], both_ways[equal]])
    order = np.lexsort((right, -similarity, left))
    order = order[similarity[order] >= LEAST_LIKE]
    rank = np.arange(len(order)) - np.searchsorted(left[order], left[order])
    best = order[rank < MOST_SIMILAR]
    shared = _shared(compared, agreement[best])
    told: list[list[dict[str, Any]]] = [[] for _ in rows]
    for place, other, likeness, words in zip(
        (left[best] - rows[0]).tolist() if len(rows) else [],
        compared.table.ids[right[best]].tolist(),
        similarity[best].tolist(),
        shared,
        strict=True,
    ):
        told[place].append({"application": other, "similarity": likeness, "shared": words})
    return told, close


def _enough(compared: Comparable) -> Flags:
    """Whether enough is known of an application to call it all but equal to another."""
    enough: Flags = (compared.told > 0) & (compared.told >= LEAST_KNOWN * compared.weights.sum())
    return enough


def _shared(compared: Comparable, agreement: Matrix) -> list[list[str]]:
    """Labels of the features on which each pair agrees, those that weigh most first."""
    order = np.argsort(-compared.weights, kind="stable")
    agreed = np.nan_to_num(agreement)[:, order] >= SHARED_FROM
    labels = [compared.features[i].label for i in order]
    # Few combinations occur: each is worded once.
    combinations, which = np.unique(np.packbits(agreed, axis=1), axis=0, return_inverse=True)
    worded = [
        [labels[i] for i in np.flatnonzero(bits)[:_SHARED_TOLD]]
        for bits in np.unpackbits(combinations, axis=1, count=len(labels)).astype(bool)
    ]
    return [worded[i] for i in which.ravel().tolist()]


def _groups(compared: Comparable, edges: Matrix) -> pd.DataFrame:
    """Stars in the graph of pairs that are all but equal: who has most such neighbours takes those that are free.

    No chains, so that the ends of a group are still alike. Applications equal in everything stand for one another.
    """
    table = compared.table
    enough = _enough(compared)
    _, first, node = np.unique(table.matrix.round(6), axis=0, return_index=True, return_inverse=True)
    node = node.ravel()
    centre = np.full(len(first), -1, dtype=np.intp)
    least = np.ones(len(first))
    ends = node[edges[:, :2].astype(np.intp)]
    pairs = pd.DataFrame({"left": ends[:, 0], "right": ends[:, 1], "similarity": edges[:, 2]})
    both = pd.concat([pairs, pairs.rename(columns={"left": "right", "right": "left"})])
    both = both[both["left"] != both["right"]].sort_values(["left", "right"]).drop_duplicates(["left", "right"])
    left, right, likeness = (both[name].to_numpy() for name in ("left", "right", "similarity"))
    bounds = np.searchsorted(left, np.arange(len(first) + 1))
    degree = np.diff(bounds) + np.bincount(node, minlength=len(first)) - 1
    for leader in np.lexsort((first, -degree)):
        if centre[leader] >= 0 or degree[leader] == 0 or not enough[first[leader]]:
            continue
        around = slice(bounds[leader], bounds[leader + 1])
        free = centre[right[around]] < 0
        centre[right[around][free]] = leader
        centre[leader] = leader
        least[leader] = likeness[around][free].min(initial=1.0)
    return _group_rows(compared, centre[node], least)


def _group_rows(compared: Comparable, centre: Rows, least: Matrix) -> pd.DataFrame:
    table = compared.table
    rows = np.flatnonzero(centre >= 0)
    rows = rows[np.argsort(centre[rows], kind="stable")]
    centres, starts, sizes = np.unique(centre[rows], return_index=True, return_counts=True)
    common = _common(table, rows, starts) if len(rows) else []
    groups = []
    for leader, start, size, shared in zip(centres.tolist(), starts.tolist(), sizes.tolist(), common, strict=True):
        if size < 2:
            continue
        members = sorted(table.ids[rows[start : start + size]].tolist())
        groups.append(
            {
                "group_id": "g" + hashlib.sha256("\n".join(members).encode()).hexdigest()[:10],
                "members": members,
                "size": size,
                "similarity": float(least[leader]),
                "common": shared,
            }
        )
    return pd.DataFrame(groups, columns=SimilarityGroup.columns()).sort_values("group_id").reset_index(drop=True)


def _common(table: FeatureTable, rows: Rows, starts: npt.NDArray[np.intp]) -> list[dict[str, Any]]:
    """Feature -> value that all of a group have, for groups of rows that begin at `starts`."""
    flags, numbers = table.flags[rows], table.numbers[rows]
    every = np.logical_and.reduceat(flags, starts, axis=0)
    some = np.logical_or.reduceat(flags, starts, axis=0)
    lowest, highest = np.minimum.reduceat(numbers, starts, axis=0), np.maximum.reduceat(numbers, starts, axis=0)
    found = []
    for group in range(len(starts)):
        values: dict[str, list[str]] = {}
        mixed = {table.names[i][0].key for i in np.flatnonzero(every[group] != some[group]).tolist()}
        for i in np.flatnonzero(every[group]).tolist():
            feature, value = table.names[i]
            if value == OTHER:
                mixed.add(feature.key)
            values.setdefault(feature.key, []).append(value)
        common: dict[str, Any] = {key: "; ".join(told) for key, told in values.items() if key not in mixed}
        for i in np.flatnonzero(lowest[group] == highest[group]).tolist():
            common[table.amounts[i].key] = float(lowest[group, i])
        found.append(common)
    return found
