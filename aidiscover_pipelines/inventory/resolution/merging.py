"""Merging by keys where some things must stay apart: entries of one source list are never merged with each other."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

Codes = npt.NDArray[np.int64]
NO_PAIRS: tuple[Codes, Codes] = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


class Merge(NamedTuple):
    """Group code of each entry, the weakest key that merged each group ('' where none), and refused merges."""

    group: Codes
    matched_by: npt.NDArray[np.object_]
    refused: int


def merge_step(
    so_far: Merge, lists: Codes, left: Codes, right: Codes, key: str, apart: tuple[Codes, Codes] = NO_PAIRS
) -> Merge:
    """Join the groups of each pair (left[i], right[i]) of entries.

    `lists` is the source list of each entry; `apart` are pairs of entries that a person said are two. Where a join
    would bring two entries of one list together, or such a pair, its pairs are taken one by one, in their order, and
    those that would do so are refused.
    """
    a, b = so_far.group[left], so_far.group[right]
    new = a != b
    a, b = a[new], b[new]
    count = len(so_far.matched_by)
    joined = _components(a, b, count)
    entry_groups = joined[so_far.group]
    parted = entry_groups[apart[0]]
    clashing = np.union1d(entry_groups[_repeats(entry_groups, lists)], parted[parted == entry_groups[apart[1]]])
    refused = 0
    if len(clashing):
        doubtful = np.isin(joined[a], clashing)
        kept, refused = _one_by_one(a[doubtful], b[doubtful], so_far.group, lists, apart)
        a = np.concatenate([a[~doubtful], a[doubtful][kept]])
        b = np.concatenate([b[~doubtful], b[doubtful][kept]])
        joined = _components(a, b, count)
    sizes = np.bincount(joined)
    matched_by = np.full(len(sizes), "", dtype=object)
    matched_by[joined] = so_far.matched_by
    matched_by[sizes > 1] = key
    return Merge(joined[so_far.group], matched_by, so_far.refused + refused)


def merged_by_people(count: int, joined: tuple[Codes, Codes]) -> Merge:
    """Every entry on its own, but for what people said is one."""
    group = _components(*joined, count)
    matched_by = np.full(int(group.max(initial=-1)) + 1, "", dtype=object)
    matched_by[np.unique(group[joined[0]])] = "person"
    return Merge(group, matched_by, 0)


def pairs_by_key(keys: pd.DataFrame, lists: Codes) -> tuple[Codes, Codes, int]:
    """(first entry, other entry) of every key value, from columns entry and value.

    Values that one list uses for two entries tell nothing (clones, constants); the third result counts them.
    """
    held = keys.drop_duplicates(["value", "entry"]).sort_values(["value", "entry"], kind="stable")
    held = held.assign(source=lists[held["entry"].to_numpy(dtype=np.int64)])
    cloned = held.loc[held.duplicated(["value", "source"]), "value"].unique()
    held = held[~held["value"].isin(cloned)]
    first = held.groupby("value")["entry"].transform("first").to_numpy(dtype=np.int64)
    other = held["entry"].to_numpy(dtype=np.int64)
    apart = first != other
    return first[apart], other[apart], len(cloned)


def _components(a: Codes, b: Codes, count: int) -> Codes:
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    graph = coo_matrix((np.ones(len(a), dtype=bool), (a, b)), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _repeats(groups: Codes, lists: Codes) -> npt.NDArray[np.bool_]:
    """Entries whose group already holds an entry of the same list."""
    order = np.lexsort((lists, groups))
    same = (np.diff(groups[order]) == 0) & (np.diff(lists[order]) == 0)
    repeats = np.zeros(len(groups), dtype=bool)
    repeats[order[1:][same]] = True
    return repeats


def _one_by_one(
    a: Codes, b: Codes, groups: Codes, lists: Codes, apart: tuple[Codes, Codes]
) -> tuple[npt.NDArray[np.bool_], int]:
    """Which pairs can be joined in order without bringing together what must stay apart; and how many cannot."""
    involved = set(a.tolist()) | set(b.tolist())
    members: dict[int, set[int]] = {group: set() for group in involved}
    for group, source in zip(groups.tolist(), lists.tolist(), strict=True):
        if group in members:
            members[group].add(source)
    # A pair to keep apart stands in a list of its own, which has a number below all others.
    for place, pair in enumerate(zip(groups[apart[0]].tolist(), groups[apart[1]].tolist(), strict=True), start=1):
        for group in members.keys() & pair:
            members[group].add(-place)
    parent = {group: group for group in involved}

    def root(group: int) -> int:
        while parent[group] != group:
            parent[group] = parent[parent[group]]
            group = parent[group]
        return group

    kept = np.zeros(len(a), dtype=bool)
    refused = 0
    for place, (one, other) in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
        top, under = root(one), root(other)
        if top != under and members[top] & members[under]:
            refused += 1
            continue
        kept[place] = True
        if top != under:
            members[top] |= members[under]
            parent[under] = top
    return kept, refused
