"""Merging by keys where some things must stay apart: entries of one source list are never merged with each other."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

Codes = npt.NDArray[np.int64]


class Merge(NamedTuple):
    """Group code of each entry, the weakest key that merged each group ('' where none), and refused merges."""

    group: Codes
    matched_by: npt.NDArray[np.object_]
    refused: int


def unmerged(count: int) -> Merge:
    """Every entry on its own."""
    return Merge(np.arange(count, dtype=np.int64), np.full(count, "", dtype=object), 0)


def merge_step(so_far: Merge, lists: Codes, left: Codes, right: Codes, key: str) -> Merge:
    """Join the groups of each pair (left[i], right[i]) of entries.

    `lists` is the source list of each entry. Where a join would bring two entries of one list together, its pairs are
    taken one by one, in their order, and those that would do so are refused.
    """
    a, b = so_far.group[left], so_far.group[right]
    apart = a != b
    a, b = a[apart], b[apart]
    count = len(so_far.matched_by)
    joined = _components(a, b, count)
    entry_groups = joined[so_far.group]
    clashing = np.unique(entry_groups[_repeats(entry_groups, lists)])
    refused = 0
    if len(clashing):
        doubtful = np.isin(joined[a], clashing)
        kept, refused = _one_by_one(a[doubtful], b[doubtful], so_far.group, lists)
        a = np.concatenate([a[~doubtful], a[doubtful][kept]])
        b = np.concatenate([b[~doubtful], b[doubtful][kept]])
        joined = _components(a, b, count)
    sizes = np.bincount(joined)
    matched_by = np.full(len(sizes), "", dtype=object)
    matched_by[joined] = so_far.matched_by
    matched_by[sizes > 1] = key
    return Merge(joined[so_far.group], matched_by, so_far.refused + refused)


def entered_twice(keys: pd.DataFrame, lists: Codes) -> Codes:
    """For each entry the entry it repeats, itself where it repeats none.

    A list that has one machine under two ids gives both the same UUID or serial number and the same name; a cloned key
    stands under different names, and two machines of one name have different keys. `keys`: entry, kind, value.
    """
    names = keys.loc[keys["kind"] == "name", ["entry", "value"]].rename(columns={"value": "name"})
    hardware = keys.loc[keys["kind"].isin(("uuid", "serial")), ["entry", "kind", "value"]].merge(names, on="entry")
    hardware["source"] = lists[hardware["entry"].to_numpy(dtype=np.int64)]
    first = hardware.groupby(["source", "kind", "value", "name"])["entry"].transform("min")
    joined = _components(first.to_numpy(dtype=np.int64), hardware["entry"].to_numpy(dtype=np.int64), len(lists))
    # The first entry of each component stands for it.
    _, representative = np.unique(joined, return_index=True)
    return np.asarray(representative[joined], dtype=np.int64)


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


def _one_by_one(a: Codes, b: Codes, groups: Codes, lists: Codes) -> tuple[npt.NDArray[np.bool_], int]:
    """Which pairs can be joined in order without bringing two entries of one list together; and how many cannot."""
    involved = set(a.tolist()) | set(b.tolist())
    members: dict[int, set[int]] = {group: set() for group in involved}
    for group, source in zip(groups.tolist(), lists.tolist(), strict=True):
        if group in members:
            members[group].add(source)
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
