"""What people said about identity: which entries are one thing, and which are two, whatever their keys say.

A decision is anchored on keys that outlive new uploads. `forced` turns all decisions of a tenant into pairs of entries,
for assets (kinds of keys.STRENGTH) and for applications (kinds id and name) alike.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.domain.tables import IdentityDecision
from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.inventory.resolution.keys import STRENGTH

SAME, DIFFERENT = "same", "different"
# Kinds that anchor a decision, strongest first. Addresses are handed on, so they anchor nothing; nor does a domain.
ANCHORS: dict[EntityKind, tuple[str, ...]] = {
    EntityKind.ASSET: tuple(kind for kind in STRENGTH if kind not in ("ip", "tag")),
    EntityKind.APPLICATION: ("id", "name"),
}

Pairs = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]


class Forced(NamedTuple):
    """Pairs of entries to join and to keep apart, and the ids of decisions that a later one contradicts."""

    joined: Pairs
    apart: Pairs
    overruled: list[str]


def forced(decisions: pd.DataFrame, keys: pd.DataFrame, entity: EntityKind) -> Forced:
    """What decisions (IdentityDecision rows) mean for entries with these keys (entry, kind, value).

    An entry is on a side where the strongest kind of key that both have agrees. Of decisions that contradict each other
    the later wins; joined pairs never contradict pairs to keep apart. No decisions: no pairs.
    """
    own = decisions[decisions["entity"].astype("str") == str(entity)]
    own = own.sort_values(["at", "decision_id"], ascending=False, kind="stable")
    joined = _Settled()
    apart: list[tuple[int, int]] = []
    overruled: list[str] = []
    for row in own.to_dict("records"):
        left, right = (entries_of(row[side], keys, entity) for side in ("left_keys", "right_keys"))
        if not left or not right:
            continue
        if row["verdict"] == SAME:
            # One by one: where a later decision took part of an asset away, the rest still joins.
            done = sum(joined.join(one, other, apart) for one in left for other in right) > 0
        else:
            open_pairs = [(one, other) for one in left for other in right if not joined.are_one(one, other)]
            done = bool(open_pairs)
            apart += open_pairs
        if not done:
            overruled.append(str(row["decision_id"]))
    return Forced(_pairs(joined.pairs), _pairs(apart), overruled)


def key_texts(keys: pd.DataFrame, entity: EntityKind) -> list[str]:
    """Anchors (kind:value) among keys (kind, value), sorted; an id of a source stands without its file."""
    held = keys[keys["kind"].isin(ANCHORS[entity])]
    return sorted(
        {f"{kind}:{_without_file(kind, value)}" for kind, value in zip(held["kind"], held["value"], strict=True)}
    )


def entries_of(side: Sequence[str], keys: pd.DataFrame, entity: EntityKind) -> list[int]:
    """Entries that one side of a decision (kind:value texts) means, in the order of their keys."""
    wanted: dict[str, set[str]] = {}
    for text in side:
        kind, _, value = text.partition(":")
        wanted.setdefault(kind, set()).add(value)
    held = keys[keys["kind"].isin(list(wanted))].reset_index(drop=True)
    values = held["value"].where(held["kind"] != "asset_id", held["value"].str.replace(r"^\S+ ", "", regex=True))
    agrees = np.zeros(len(held), dtype=bool)
    for kind, texts in wanted.items():
        agrees |= (held["kind"] == kind).to_numpy() & values.isin(texts).to_numpy()
    touched = held[held["entry"].isin(held.loc[agrees, "entry"])]
    rank = touched["kind"].astype("str").map({kind: place for place, kind in enumerate(ANCHORS[entity])})
    told = pd.DataFrame(
        {"entry": touched["entry"], "rank": rank, "agrees": agrees[held["entry"].isin(touched["entry"])]}
    )
    strongest = told[told["rank"] == told.groupby("entry")["rank"].transform("min")]
    meant = touched.assign(value=values)
    meant = meant[meant["entry"].isin(strongest.loc[strongest["agrees"], "entry"])]
    # Numbers of entries follow the order of rows, which must decide nothing.
    named: dict[int, list[tuple[str, str]]] = {}
    for entry, kind, value in zip(meant["entry"], meant["kind"], meant["value"], strict=True):
        named.setdefault(int(entry), []).append((str(kind), str(value)))
    return sorted(named, key=lambda entry: (sorted(named[entry]), entry))


def decision_rows(*rows: dict[str, Any]) -> pd.DataFrame:
    """IdentityDecision frame of rows; none: an empty one."""
    return pd.DataFrame(list(rows), columns=IdentityDecision.columns())


class _Settled:
    """Entries joined so far; small, so plain dictionaries do."""

    def __init__(self) -> None:
        self._parent: dict[int, int] = {}
        self.pairs: list[tuple[int, int]] = []

    def are_one(self, one: int, other: int) -> bool:
        return self._root(one) == self._root(other)

    def join(self, one: int, other: int, apart: list[tuple[int, int]]) -> bool:
        """Join two entries, unless that would join a pair to keep apart."""
        before = dict(self._parent)
        self._parent[self._root(other)] = self._root(one)
        if any(self.are_one(*pair) for pair in apart):
            self._parent = before
            return False
        if one != other:
            self.pairs.append((one, other))
        return True

    def _root(self, entry: int) -> int:
        while entry in self._parent and self._parent[entry] != entry:
            entry = self._parent[entry]
        return entry


def _pairs(pairs: Sequence[tuple[int, int]]) -> Pairs:
    left, right = np.array(list(pairs), dtype=np.int64).reshape(-1, 2).T
    return left, right


def _without_file(kind: str, value: str) -> str:
    return str(value).partition(" ")[2] if kind == "asset_id" else str(value)
