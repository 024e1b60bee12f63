"""How much two entries look like one machine: evidence for and against, added up in bits (log2 of odds)."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.inventory.resolution.evidence import HARDWARE, SYSTEM, Codes, Evidence, Flags, Hashes
from aidiscover_pipelines.inventory.resolution.name_likeness import SIMILAR_NAME

Bits = npt.NDArray[np.float64]

# Bits that sharing a key adds, and that having different ones takes away. A shared key is worth less the more machines
# carry it (log2 of their number): clones and placeholders end at nothing. Set by hand, tuned on seed 1 of
# demo/noisy_estate.py; docs/adr/0010 has what they reach on other seeds and on an estate made by another generator.
AGREES = {"cloud_id": 12.0, "uuid": 9.0, "serial": 8.0, "mac": 8.0, "asset_id": 9.0, "tag": 5.0, "name": 7.5, "ip": 5.0}
DIFFERS = {"cloud_id": -8.0, "uuid": -5.0, "serial": -5.0, "mac": -2.5, "ip": -1.0, "domain": -4.0}
# A build that agrees is worth as much as it is rare, up to these bits; a resized or repartitioned machine differs.
BUILD_AGREES = {"cpu_cores": 2.0, "memory_mb": 2.5, "storage_total_gb": 5.0, "os_name": 3.0}
BUILD_DIFFERS = {"cpu_cores": -1.5, "memory_mb": -2.0, "storage_total_gb": -0.5, "os_name": -1.5}
OTHER_SYSTEM = -4.0
MOST_BUILD = 8.0
# A clone has the build of what it was cloned from: beside a shared UUID and another name it says little.
MOST_BUILD_OF_CLONE = 2.0
# A list that has every machine once, as most do, speaks so much against two of its entries being one.
SAME_LIST = -8.0
# Share of entries that lists repeat where nothing is known of them, and how many entries that is worth.
_USUAL_REPEATS, _USUAL_WEIGHT = 0.02, 20.0

# Two entries are one machine from so many bits on; what has more than the first is joined before anything else.
SURE, ACCEPT = 10.0, 6.0
# Bits of the weakest link -> share of groups that were one machine, on seeds 1 to 3 of demo/noisy_estate.py with 8,000
# records, three levels of noise and three sets of columns. Ends at 0.99: an estate that somebody made proves no more.
CONFIDENCE = ((6.0, 0.95), (6.5, 0.98), (8.0, 0.99))
# Names alike are weaker than their bits where letters of a name mean something: measured the same way.
MOST_CONFIDENCE = {"similar name": 0.92}

# Sizes this close are one size, rounded: memory is counted with and without what the firmware keeps.
SAME_NUMBER = {"cpu_cores": 0.0, "memory_mb": 0.03, "storage_total_gb": 0.005}


class Scores(NamedTuple):
    """Bits of each pair, and the strongest key that it shares ("build" where it shares none)."""

    bits: Bits
    key: npt.NDArray[np.object_]


def score_pairs(evidence: Evidence, left: Codes, right: Codes, repeats: Bits) -> Scores:
    """Compare entries left[i] and right[i]. `repeats`: share of each list's entries that it has twice, by list code."""
    shares = {kind: evidence.shares(kind, left, right) for kind in ("fqdn", "domain", "name", *AGREES)}
    both = {kind: evidence.has(kind)[left] & evidence.has(kind)[right] for kind in (*DIFFERS, "name", "asset_id")}
    bits = np.zeros(len(left))
    for kind, worth in AGREES.items():
        told = worth - np.log2(evidence.fewest_carriers(kind, left, right)[shares[kind]])
        bits[shares[kind]] += np.maximum(told, 0.0)
    alike = _name_bits(evidence, left, right, both["name"] & ~shares["name"])
    bits += alike
    # Another name is told once, not again by its domain.
    both["domain"] &= alike >= 0
    for kind, cost in DIFFERS.items():
        bits[both[kind] & ~shares[kind]] += cost
    anchored = shares["serial"] | shares["mac"] | shares["ip"] | shares["cloud_id"]
    copied = shares["uuid"] & ~anchored & (alike < 0)
    build = _build_bits(evidence, left, right)
    bits += np.minimum(build, np.where(copied, MOST_BUILD_OF_CLONE, MOST_BUILD))
    inside = evidence.shares("list", left, right)
    bits += _same_list(evidence, left, right, inside, shares, both, repeats)
    key = _keys_shared(shares, alike)
    key[inside & (key == "name")] = "name in one file"
    # Machines of one build are bought by the dozen.
    bits[key == "build"] = np.minimum(bits[key == "build"], ACCEPT - 1.0)
    return Scores(np.round(bits, 6), key)


def list_repeats(evidence: Evidence, left: Codes, right: Codes) -> Bits:
    """Share of each list's entries that it has twice by hardware key or address and name: most lists none.

    A spreadsheet that was put together from several exports has most machines twice; in it two rows are no evidence of
    two machines.
    """
    lists = evidence.keys["list"][:, 0].astype(np.int64) - 1
    inside = lists[left] == lists[right]
    left, right = left[inside], right[inside]
    same = np.zeros(len(left), dtype=bool)
    for kind in (*HARDWARE, "ip"):
        same |= evidence.shares(kind, left, right)
    named = evidence.has("name")
    same &= evidence.shares("name", left, right) | ~(named[left] & named[right])
    repeated = np.zeros(len(evidence), dtype=bool)
    repeated[left[same]] = repeated[right[same]] = True
    size = np.bincount(lists)
    hits = np.bincount(lists, weights=repeated, minlength=len(size))
    return np.asarray((hits + _USUAL_REPEATS * _USUAL_WEIGHT) / (size + _USUAL_WEIGHT))


def confidence(bits: Bits, key: npt.NDArray[np.object_]) -> Bits:
    """Probability that groups with such weakest links are one machine each: 1 for an entry alone or a person's word."""
    points, shares = zip(*CONFIDENCE, strict=True)
    sure = np.where(np.isfinite(bits), np.interp(bits, points, shares), 1.0)
    most = pd.Series(key).map(MOST_CONFIDENCE).fillna(1.0).to_numpy(dtype=float)
    return np.asarray(np.minimum(sure, most))


def _same_list(
    evidence: Evidence,
    left: Codes,
    right: Codes,
    inside: Flags,
    shares: dict[str, Flags],
    both: dict[str, Flags],
    repeats: Bits,
) -> Bits:
    """Against entries of one list, unless it repeats machines; its names are its keys where it has no ids."""
    other_id = both["asset_id"] & ~shares["asset_id"]
    by_name = shares["name"] & ~other_id
    shared = np.append(np.clip(np.log2(repeats / (1.0 - repeats)), SAME_LIST, 0.0), 0.0)
    lists = evidence.keys["list"].astype(np.int64) - 1
    # Of several lists in common the one that speaks most against it.
    against = np.zeros(len(left))
    for one in lists[left].T:
        for other in lists[right].T:
            against = np.minimum(against, np.where(one == other, shared[one], 0.0))
    # A list that gives each entry an id and a name of its own says three times that they are two.
    other_name = other_id & both["name"] & ~shares["name"]
    against *= 1.0 + other_id + other_name
    return np.where(inside & ~by_name, against, 0.0)


def _name_bits(evidence: Evidence, left: Codes, right: Codes, compared: Flags) -> Bits:
    """Bits of names that are not the same, by the pair of names most alike; 0 where not compared."""
    bits = np.zeros(len(left))
    places = np.flatnonzero(compared)
    best = np.full(len(places), -np.inf)
    positions, count = evidence.names.positions(evidence.keys["name"]), len(evidence.names.hashes)
    for one in positions[left[places]].T:
        for other in positions[right[places]].T:
            there = np.flatnonzero((one >= 0) & (other >= 0))
            low, high = np.minimum(one[there], other[there]), np.maximum(one[there], other[there])
            pairs, back = np.unique(low * count + high, return_inverse=True)
            told = evidence.names.likeness(pairs // max(count, 1), pairs % max(count, 1))
            best[there] = np.maximum(best[there], told[back])
    bits[places] = best
    return bits


def _positions(texts: pd.Series, hashes: Hashes) -> Codes:
    """Position in `texts` of each hash, -1 for none."""
    return np.where(hashes != 0, np.searchsorted(texts.index.to_numpy(), hashes), -1).astype(np.int64)


def _build_bits(evidence: Evidence, left: Codes, right: Codes) -> Bits:
    bits = np.zeros(len(left))
    for field, values in evidence.numbers.items():
        rarity = np.minimum(_rarity(values), BUILD_AGREES[field])
        known = np.zeros(len(left), dtype=bool)
        agreed = np.zeros(len(left))
        for place, ours in enumerate(values[left].T):
            for other, theirs in enumerate(values[right].T):
                both = ~np.isnan(ours) & ~np.isnan(theirs)
                known |= both
                close = both & (np.abs(ours - theirs) <= SAME_NUMBER[field] * np.maximum(np.abs(ours), np.abs(theirs)))
                rare = np.minimum(rarity[left, place], rarity[right, other])
                agreed = np.where(close, np.maximum(agreed, rare), agreed)
        bits += np.where(agreed > 0, agreed, np.where(known, BUILD_DIFFERS[field], 0.0))
    return bits + _system_bits(evidence, left, right)


def _rarity(values: Bits) -> Bits:
    """Bits of each value: log2 of how rare it is among those known; a little even where all have it."""
    known = values[~np.isnan(values)]
    distinct, counts = np.unique(known, return_counts=True)
    place = np.minimum(np.searchsorted(distinct, values), max(len(distinct) - 1, 0))
    return np.asarray(np.maximum(-np.log2(counts[place] / len(known)), 0.01)) if len(known) else np.zeros(values.shape)


def _system_bits(evidence: Evidence, left: Codes, right: Codes) -> Bits:
    """Of several systems the pair that agrees best."""
    table = evidence.keys["system"]
    positions, count = _positions(evidence.systems, table), len(evidence.systems)
    frequency = np.bincount(positions[positions >= 0], minlength=count)
    words = [_words(text) for text in evidence.systems.tolist()]
    best = np.full(len(left), -np.inf)
    for one in positions[left].T:
        for other in positions[right].T:
            there = (one >= 0) & (other >= 0)
            pairs, back = np.unique(
                np.minimum(one, other)[there] * count + np.maximum(one, other)[there], return_inverse=True
            )
            told = [
                min(-np.log2(frequency[a] / frequency.sum()), BUILD_AGREES[SYSTEM])
                if a == b
                else _other_system(words[a], words[b])
                for a, b in ((int(pair) // count, int(pair) % count) for pair in pairs)
            ]
            best[there] = np.maximum(best[there], np.asarray(told, dtype=float)[back])
    return np.where(np.isinf(best), 0.0, best)


def _words(system: str) -> frozenset[str]:
    return frozenset(system.replace("microsoft", "").replace("(", " ").replace(")", " ").split())


def _other_system(one: frozenset[str], other: frozenset[str]) -> float:
    """One may say less than the other ("Ubuntu" and "Ubuntu 22.04"); no word in common is another system."""
    if one <= other or other <= one:
        return 0.5
    words = {word for word in one & other if not word[0].isdigit() and word not in ("linux", "server", "enterprise")}
    return BUILD_DIFFERS[SYSTEM] if words else OTHER_SYSTEM


def _keys_shared(shares: dict[str, Flags], alike: Bits) -> npt.NDArray[np.object_]:
    """Name of the strongest key of each pair."""
    key = np.full(len(alike), "build", dtype=object)
    key[alike == SIMILAR_NAME] = "similar name"
    key[shares["ip"]] = "ip"
    key[shares["ip"] & (alike == SIMILAR_NAME)] = "ip and similar name"
    for kind in ("tag", "name", "asset_id", "fqdn", "mac", "serial", "cloud_id", "uuid"):
        key[shares[kind]] = kind
    return key
