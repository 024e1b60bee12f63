"""Scored pairs to groups: the sure ones first, then groups with groups; what contradicts itself is taken apart."""

import heapq
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.inventory.resolution.candidates import candidate_pairs
from aidiscover_pipelines.inventory.resolution.evidence import Codes, Evidence, Flags, Hashes
from aidiscover_pipelines.inventory.resolution.similarity import ACCEPT, SURE, Bits, Scores, list_repeats, score_pairs

# Rounds: what is sure joins first; what it knows together then finds, or keeps out, what is less sure.
ROUNDS = (SURE, ACCEPT)
# A group is doubtful where two members have no more bits than this; its parts join from so many bits between them on.
DOUBT, LEAST_BETWEEN = 0.0, 3.0
# Two ways to join that are nearer than this are the same to us, and where they exclude each other neither is taken.
AS_GOOD = 0.5
# Members of a group that are compared all with all; in larger groups each with its neighbours by content.
_MOST_COMPARED = 40

Apart = tuple[Codes, Codes]
# Part -> other part -> (bits between them, pairs of members that give them).
_Between = dict[int, dict[int, tuple[float, int]]]


class Groups(NamedTuple):
    """Group code of each entry; by group the bits and key of its weakest link (inf and '' for an entry alone).

    `open_pairs`: pairs of entries (left, right, bits, key) that were accepted, yet ended in different groups.
    """

    group: Codes
    weakest: Bits
    key: npt.NDArray[np.object_]
    open_pairs: pd.DataFrame


class _Links(NamedTuple):
    left: Codes
    right: Codes
    bits: Bits
    key: npt.NDArray[np.object_]

    def where(self, kept: Flags) -> "_Links":
        return _Links(self.left[kept], self.right[kept], self.bits[kept], self.key[kept])


def group_entries(evidence: Evidence, joined: Apart, apart: Apart) -> Groups:
    """Groups of entries that are one machine. `joined` and `apart` are pairs that a person said are one, or are not."""
    group = components(*joined, len(evidence))
    count = int(group.max(initial=-1)) + 1
    weakest, key = np.full(count, np.inf), np.full(count, "", dtype=object)
    said = np.unique(group[joined[0]])
    weakest[said], key[said] = np.inf, "person"
    repeats = None
    open_links = _Links(*(np.zeros(0, dtype=np.int64),) * 2, np.zeros(0), np.zeros(0, dtype=object))
    for least in ROUNDS:
        known = evidence if np.array_equal(group, np.arange(len(evidence))) else evidence.merged(group)
        left, right = candidate_pairs(known)
        if repeats is None:
            repeats = list_repeats(known, left, right)
        forbidden = _codes(group[apart[0]], group[apart[1]], len(known))
        scores = _forbid(score_pairs(known, left, right, repeats), left, right, forbidden, len(known))
        kept = scores.bits >= least
        links = _Links(left, right, scores.bits, scores.key).where(kept)
        part = _joined(known, links, repeats, forbidden)
        inside = part[links.left] == part[links.right]
        weakest, key = _with_weakest(part, links.where(inside), weakest, key)
        open_links = links.where(~inside)
        representative = _representatives(group, evidence.content)
        open_links = open_links._replace(left=representative[open_links.left], right=representative[open_links.right])
        group = part[group]
    return Groups(group, weakest, key, pd.DataFrame(open_links._asdict()))


def components(left: Codes, right: Codes, count: int) -> Codes:
    """Group code of each of `count` things from pairs of them."""
    if not len(left):
        return np.arange(count, dtype=np.int64)
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    graph = coo_matrix((np.ones(len(left), dtype=bool), (left, right)), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _codes(left: Codes, right: Codes, count: int) -> Codes:
    return np.unique(np.minimum(left, right) * count + np.maximum(left, right))


def _forbid(scores: Scores, left: Codes, right: Codes, forbidden: Codes, count: int) -> Scores:
    """What a person said to be two things has no bits at all."""
    if not len(forbidden):
        return scores
    hit = np.isin(np.minimum(left, right) * count + np.maximum(left, right), forbidden)
    return scores._replace(bits=np.where(hit, -np.inf, scores.bits))


def _representatives(group: Codes, content: Hashes) -> Codes:
    """One entry of each group, the first by content."""
    order = np.lexsort((content, group))
    return order[np.unique(group[order], return_index=True)[1]]


def _joined(known: Evidence, links: _Links, repeats: Bits, forbidden: Codes) -> Codes:
    """Part of each node: linked nodes together, unless members of such a group speak against each other."""
    count = len(known)
    part = components(links.left, links.right, count)
    left, right = _inner_pairs(part, known.content)
    if not len(left):
        return part
    bits = _forbid(score_pairs(known, left, right, repeats), left, right, forbidden, count).bits
    doubtful = np.unique(part[left[bits <= DOUBT]])
    if not len(doubtful):
        return part
    held = np.isin(part[left], doubtful)
    split = _taken_apart(left[held], right[held], bits[held], known.content)
    part = np.where(np.isin(part, doubtful), count + split, part)
    return np.unique(part, return_inverse=True)[1].astype(np.int64)


def _inner_pairs(group: Codes, content: Hashes) -> tuple[Codes, Codes]:
    """All pairs of members of each group of three or more; in large groups those near by content."""
    order = np.lexsort((content, group))
    ordered, sizes = group[order], np.bincount(group)[group[order]]
    reach = np.where(sizes < 3, 0, np.minimum(sizes, _MOST_COMPARED))
    left, right = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for step in range(1, int(reach.max(initial=1))):
        same = (ordered[step:] == ordered[:-step]) & (reach[step:] > step)
        left.append(order[:-step][same])
        right.append(order[step:][same])
    return np.concatenate(left), np.concatenate(right)


def _taken_apart(left: Codes, right: Codes, bits: Bits, content: Hashes) -> Codes:
    """Average linkage within doubtful groups; by entry, where numbers of entries of other groups mean nothing."""
    part = np.arange(len(content), dtype=np.int64)
    frame = pd.DataFrame(
        {"left": left, "right": right, "bits": bits, "root": components(left, right, len(content))[left]}
    )
    for _, held in frame.groupby("root", sort=False):
        _agglomerate(held["left"].tolist(), held["right"].tolist(), held["bits"].tolist(), part, content)
    return part


def _agglomerate(left: list[int], right: list[int], bits: list[float], part: Codes, content: Hashes) -> None:
    """Join parts in place, most bits between them first. Equal bits: first by content, so that no order of rows counts.

    A part that could as well join another, which excludes the first, joins neither.
    """
    between: _Between = {}
    for one, other, told in zip(left, right, bits, strict=True):
        between.setdefault(one, {})[other] = between.setdefault(other, {})[one] = (told, 1)
    first = {entry: int(content[entry]) for entry in between}
    queue: list[tuple[float, int, int, int, int, tuple[float, int]]] = []

    def offer(one: int, other: int) -> None:
        total, count = between[one][other]
        if _mean(total, count) >= LEAST_BETWEEN:
            low, high = sorted((first[one], first[other]))
            heapq.heappush(queue, (-_mean(total, count), low, high, one, other, (total, count)))

    for one, others in between.items():
        for other in others:
            if one < other:
                offer(one, other)
    while queue:
        negative, _, _, one, other, offered = heapq.heappop(queue)
        # Outdated offers stay in the queue: their parts are gone or have other bits between them by now.
        if between.get(one, {}).get(other) != offered:
            continue
        sides = sorted(((one, other), (other, one)), key=lambda side: first[side[0]])
        torn = next((node for node, mate in sides if _torn(between, node, mate, -negative)), None)
        if torn is not None:
            for third in between.pop(torn):
                del between[third][torn]
            continue
        for third, (more, count) in between.pop(other).items():
            del between[third][other]
            if third != one:
                held = between[one].get(third, (0.0, 0))
                between[one][third] = between[third][one] = (held[0] + more, held[1] + count)
        first[one] = min(first[one], first[other])
        part[part == part[other]] = part[one]
        for third in between[one]:
            offer(one, third)


def _mean(total: float, count: int) -> float:
    """Rounded, so that the order in which bits were added up decides nothing."""
    return round(total / count, 6)


def _torn(between: _Between, node: int, mate: int, best: float) -> bool:
    """Whether a node could as well join a third that its mate excludes."""
    for third, (total, count) in between[node].items():
        if third != mate and _mean(total, count) >= round(best - AS_GOOD, 6):
            against = between[mate].get(third)
            if against is not None and _mean(*against) <= DOUBT:
                return True
    return False


def _with_weakest(
    part: Codes, links: _Links, weakest: Bits, key: npt.NDArray[np.object_]
) -> tuple[Bits, npt.NDArray[np.object_]]:
    """Weakest link of each new group: of its strongest tree, or one that a member had before."""
    count = len(part)
    members = pd.DataFrame({"group": part, "bits": weakest, "key": key})
    if len(links.left):
        # The tree of least cost is the tree of most bits. Bits are positive here; a cost of 0 would be no edge.
        from scipy.sparse import coo_matrix
        from scipy.sparse.csgraph import minimum_spanning_tree

        tree = minimum_spanning_tree(coo_matrix((1.0 / links.bits, (links.left, links.right)), shape=(count, count)))
        rows, columns = tree.tocoo().row.astype(np.int64), tree.tocoo().col.astype(np.int64)
        codes = links.left * count + links.right
        order = np.argsort(codes)
        found = order[np.searchsorted(codes, rows * count + columns, sorter=order)]
        least = np.full(count, np.inf)
        np.minimum.at(least, part[links.left[found]], links.bits[found])
        # Of several trees as strong, any may come out: the key is the first of all links that are as weak.
        weak = links.where(links.bits == least[part[links.left]])
        chosen = pd.DataFrame({"group": part[weak.left], "bits": weak.bits, "key": weak.key})
        members = pd.concat([members, chosen], ignore_index=True)
    members = members.sort_values(["group", "bits", "key"], kind="stable").drop_duplicates("group")
    return members["bits"].to_numpy(dtype=float), members["key"].to_numpy(dtype=object)
