"""Which pairs of entries are worth comparing: those that share a key, an address, or the shape of a name."""

import numpy as np

from aidiscover_pipelines.inventory.resolution.evidence import KINDS, Codes, Evidence, Hashes, repeated

# All pairs of a block of at most so many entries are compared; in a larger one each with its neighbours by name.
MOST_IN_BLOCK = 30
_NEIGHBOURS = 3
# More entries than this behind one address are a gateway, and a shape of names so common tells nothing.
_MOST_PER_ADDRESS = 15
_MOST_PER_SHAPE = 20


def candidate_pairs(evidence: Evidence) -> tuple[Codes, Codes]:
    """(left, right) with left < right, each pair once: entries that share a key or whose names look alike."""
    found = [
        _block_pairs(evidence.keys[kind], evidence, _MOST_PER_ADDRESS if kind == "ip" else None)
        for kind in KINDS
        if kind not in ("domain", "fqdn")  # entries of one fully qualified name have one short name
    ]
    found += [_block_pairs(shape, evidence, _MOST_PER_SHAPE) for shape in _shapes(evidence)]
    # By sorting: numpy.unique hashes, which takes three times as long.
    pairs = np.sort(np.concatenate(found))
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]
    return pairs // len(evidence), pairs % len(evidence)


def _block_pairs(keys: Hashes, evidence: Evidence, most: int | None) -> Codes:
    """Pairs (left * n + right) of entries that share a key. `most`: larger blocks are left out altogether."""
    entry, place = np.nonzero(keys)
    several = repeated(keys[entry, place])
    entry, key = entry[several], keys[entry[several], place[several]]
    order = np.lexsort((evidence.content[entry], evidence.keys["name"][entry, 0], key))
    entry, key = entry[order], key[order]
    starts = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]])) if len(key) else np.zeros(0, dtype=np.int64)
    sizes = np.diff(np.append(starts, len(key)))
    size = np.repeat(sizes, sizes)
    if most is not None:
        entry, key, size = entry[size <= most], key[size <= most], size[size <= most]
    reach = np.where(size <= MOST_IN_BLOCK, size, _NEIGHBOURS + 1)
    parts = []
    for step in range(1, int(reach.max(initial=1))):
        same = (key[step:] == key[:-step]) & (reach[step:] > step)
        if not same.any():
            break
        one, other = entry[:-step][same], entry[step:][same]
        parts.append(np.minimum(one, other) * len(evidence) + np.maximum(one, other))
    pairs = np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
    apart: Codes = pairs[pairs // len(evidence) != pairs % len(evidence)]
    return apart


def _shapes(evidence: Evidence) -> list[Hashes]:
    """Blocks of names that one slip of the hand leaves together."""
    held = evidence.keys["name"]
    place = evidence.names.positions(held)
    return [np.where(held != 0, np.append(shape, np.uint64(0))[place], np.uint64(0)) for shape in evidence.names.shapes]
