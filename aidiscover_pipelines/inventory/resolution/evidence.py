"""What is known of each entry of a list of assets, as numbers that pairs of entries can be compared by."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.inventory.resolution.name_likeness import Names, hashed, named

Codes = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# Kinds of keys that belong to one machine as made; what carries one of them can be told from the next.
HARDWARE = ("uuid", "cloud_id", "serial", "mac")
KINDS = (*HARDWARE, "fqdn", "domain", "name", "asset_id", "tag", "ip")
# Fields of the machine's build: no keys, but they agree where machines are the same and often differ where not.
BUILD_NUMBERS = ("cpu_cores", "memory_mb", "storage_total_gb")
SYSTEM = "os_name"
# Values of one kind that are compared; a machine with more network cards than this is known by the first, by hash.
_MOST_VALUES = 8
_SALT = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Keys and build of each entry, or of each group of entries. Row i of every table is entry i.

    `keys`: kind, also list and system -> (n, k) hashes of its values in rising order, 0 where there is none.
    `carriers`: kind -> (n, k) how many differently named machines carry that value, at least 1; for names, how many
    different UUIDs, serials or MACs go by it. `numbers`: field -> (n, k) values, NaN where there is none. `names`:
    what stands behind the hashes of names. `systems`: texts by hash, in rising order of hash. `content`: (n,) hash of
    all that is known, which orders entries whatever the order of rows and files was.
    """

    keys: Mapping[str, Hashes]
    carriers: Mapping[str, Numbers]
    numbers: Mapping[str, Numbers]
    names: Names
    systems: pd.Series
    content: Hashes

    def __len__(self) -> int:
        """Number of entries."""
        return len(self.content)

    def has(self, kind: str) -> Flags:
        """Which entries have a key of the kind."""
        return np.asarray((self.keys[kind] != 0).any(axis=1))

    def shares(self, kind: str, left: Codes, right: Codes) -> Flags:
        """Which pairs have a value of the kind in common."""
        shared = np.zeros(len(left), dtype=bool)
        ours, theirs = self.keys[kind][left], self.keys[kind][right]
        for one in ours.T:
            for other in theirs.T:
                shared |= (one == other) & (one != 0)
        return shared

    def fewest_carriers(self, kind: str, left: Codes, right: Codes) -> Numbers:
        """For each pair how many machines carry the value it shares; the fewest of those it shares, inf for none."""
        fewest = np.full(len(left), np.inf)
        ours, theirs, counts = self.keys[kind][left], self.keys[kind][right], self.carriers[kind][left]
        for place, one in enumerate(ours.T):
            for other in theirs.T:
                shared = (one == other) & (one != 0)
                fewest[shared] = np.minimum(fewest[shared], counts[shared, place])
        return fewest

    def merged(self, group: Codes) -> "Evidence":
        """Evidence of groups of entries (codes 0 to m - 1): everything that any member knows."""
        count = int(group.max(initial=-1)) + 1
        keys = {}
        for kind, table in self.keys.items():
            entry, place = np.nonzero(table)
            keys[kind] = _wide(group[entry], table[entry, place], count)
        numbers = {}
        for field, values in self.numbers.items():
            entry, place = np.nonzero(~np.isnan(values))
            bits = _wide(group[entry], values[entry, place].view(np.uint64) + np.uint64(1), count)
            numbers[field] = np.where(bits != 0, (bits - np.uint64(1)).view(np.float64), np.nan)
        content = np.zeros(count, dtype=np.uint64)
        np.add.at(content, group, self.content * self.content)
        return Evidence(keys, _carriers(keys), numbers, self.names, self.systems, content)


def gather_evidence(keys: pd.DataFrame, build: pd.DataFrame, lists: Codes) -> Evidence:
    """Evidence of entries 0 to len(lists) - 1, each of the list of that code.

    `keys`: entry, kind (of KINDS), value; `build`: entry, field (of BUILD_NUMBERS or SYSTEM), value, number.
    """
    count = len(lists)
    entries = keys["entry"].to_numpy(dtype=np.int64)
    codes, named_kinds = pd.factorize(keys["kind"])
    place = {str(kind): code for code, kind in enumerate(named_kinds)}
    of_kind = {kind: np.flatnonzero(codes == place.get(kind, len(place))) for kind in KINDS}
    hashes = hashed(keys["value"])
    tables = {kind: _wide(entries[rows], hashes[rows], count) for kind, rows in of_kind.items()}
    system = build[build["field"] == SYSTEM]
    texts = system["value"].str.casefold()
    tables["system"] = _wide(system["entry"].to_numpy(dtype=np.int64), hashed(texts), count)
    tables["list"] = (lists.astype(np.uint64) + np.uint64(1))[:, None]
    numbers = {}
    for field in BUILD_NUMBERS:
        held = build[(build["field"] == field) & build["number"].notna()]
        smallest = held.groupby("entry")["number"].min()
        numbers[field] = smallest.reindex(range(count)).to_numpy(dtype=float)[:, None]
    return Evidence(
        tables,
        _carriers(tables),
        numbers,
        named(keys["value"].take(of_kind["name"]).to_numpy(dtype=object), hashes[of_kind["name"]]),
        _by_hash(hashed(texts), texts.to_numpy(dtype=object)),
        _content(tables, numbers, keys, lists),
    )


def _content(tables: Mapping[str, Hashes], numbers: Mapping[str, Numbers], keys: pd.DataFrame, lists: Codes) -> Hashes:
    """Hash of each entry and of the list that it is in; addresses of rows and ids of files are no part of it.

    The hash of a set is the sum of hashes of its members; hashes of one text under two kinds must not be one.
    """
    content = np.zeros(len(lists), dtype=np.uint64)
    for place, kind in enumerate(kind for kind in (*KINDS, "system") if kind != "asset_id"):
        content += (tables[kind] * (_SALT + np.uint64(2 * place))).sum(axis=1, dtype=np.uint64)
    for place, values in enumerate(numbers.values()):
        content += np.nan_to_num(values[:, 0]).view(np.uint64) * (_SALT + np.uint64(100 + 2 * place))
    own = keys[keys["kind"] == "asset_id"]
    bare = hashed(own["value"].str.replace(r"^\S+ ", "", regex=True)) * (_SALT + np.uint64(200))
    np.add.at(content, own["entry"].to_numpy(dtype=np.int64), bare)
    of_list = np.zeros(int(lists.max(initial=-1)) + 1, dtype=np.uint64)
    # Squared, so that moving a value from one entry of a list to another makes another list.
    np.add.at(of_list, lists, content * content)
    return np.asarray(content * _SALT + of_list[lists])


def _by_hash(hashes: Hashes, texts: npt.NDArray[np.object_]) -> pd.Series:
    distinct, first = np.unique(hashes, return_index=True)
    return pd.Series(texts[first], index=distinct, dtype="str")


def _wide(entries: Codes, codes: Hashes, count: int) -> Hashes:
    """(count, k) different values of each entry in rising order; k is the most that any entry has, at least 1."""
    order = np.lexsort((codes, entries))
    entries, codes = entries[order], codes[order]
    fresh = np.ones(len(entries), dtype=bool)
    fresh[1:] = (entries[1:] != entries[:-1]) | (codes[1:] != codes[:-1])
    entries, codes = entries[fresh], codes[fresh]
    starts = np.flatnonzero(np.diff(entries, prepend=-1))
    place = np.arange(len(entries)) - np.repeat(starts, np.diff(np.append(starts, len(entries))))
    kept = place < _MOST_VALUES
    table = np.zeros((count, int(place[kept].max(initial=0)) + 1), dtype=np.uint64)
    table[entries[kept], place[kept]] = codes[kept]
    return table


def _carriers(keys: Mapping[str, Hashes]) -> dict[str, Numbers]:
    names = keys["name"][:, 0]
    carriers = {kind: _told_apart(keys[kind], names) for kind in (*HARDWARE, "asset_id", "tag", "ip")}
    apart = [_told_apart(keys["name"], keys[kind][:, 0]) for kind in HARDWARE]
    carriers["name"] = np.maximum.reduce(apart)
    return carriers


def repeated(keys: Hashes) -> Codes:
    """Positions of keys that occur more than once. Most do not, and only these need to be looked at together."""
    order = np.argsort(keys, kind="stable")
    same = keys[order[1:]] == keys[order[:-1]]
    return np.sort(order[np.append(same, False) | np.insert(same, 0, False)]) if len(keys) else order


def _told_apart(keys: Hashes, identity: Hashes) -> Numbers:
    """(n, k) how many different identities share each key, at least 1; entries without identity count for nothing."""
    entry, place = np.nonzero(keys)
    several = repeated(keys[entry, place])
    entry, place = entry[several], place[several]
    key, who = keys[entry, place], identity[entry]
    order = np.lexsort((who, key))
    key, who = key[order], who[order]
    fresh = np.ones(len(key), dtype=bool)
    fresh[1:] = (key[1:] != key[:-1]) | (who[1:] != who[:-1])
    fresh &= who != 0
    starts = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]])) if len(key) else np.zeros(0, dtype=np.int64)
    counts = np.add.reduceat(fresh.astype(float), starts) if len(key) else np.zeros(0)
    table = np.ones(keys.shape)
    spread = np.repeat(counts, np.diff(np.append(starts, len(key))))
    table[entry[order], place[order]] = np.maximum(spread, 1.0)
    return table
