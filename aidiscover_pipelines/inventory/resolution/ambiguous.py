"""What resolution could not settle: cloned keys, keys that contradict each other, records that fit two assets."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.domain.tables import DataFlag
from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.inventory.cells import evidence_ids
from aidiscover_pipelines.inventory.resolution.evidence import HARDWARE
from aidiscover_pipelines.inventory.resolution.name_likeness import hashed

STAGE = "inventory"
CLONED, PLACEHOLDER, CONTRADICTORY = "cloned key", "placeholder key", "contradictory keys"
TWO_ASSETS, DECISIONS = "matches two assets", "contradictory decisions"
KEPT_APART = (CLONED, CONTRADICTORY, TWO_ASSETS)
# A key on more assets than this was never set, rather than cloned.
_MOST_CLONES = 5
_MOST_CELLS, _MOST_NAMED = 10, 3
_WORDS = {"uuid": "UUID", "cloud_id": "cloud id", "serial": "serial number", "mac": "MAC address"}

Labels = npt.NDArray[np.object_]


def asset_flags(
    keys: pd.DataFrame,
    cells: pd.DataFrame,
    ids: Labels,
    names: Labels,
    placeholders: pd.DataFrame,
    open_pairs: pd.DataFrame,
    overruled: Iterable[str],
) -> pd.DataFrame:
    """DataFlag frame of the inventory. `ids`: asset_id by group; `names`: what people call it.

    `keys`: entry, group, kind, value and cell, its position in `cells` (address, field); `placeholders`: value, field,
    evidence_id of cells whose id nobody set; `open_pairs`: left, right, bits, key of entries that fit, yet ended
    in different groups; `overruled`: ids of decisions of people that later ones contradict.
    """
    hardware = keys[keys["kind"].isin(HARDWARE)]
    # Numbers are compared faster than texts, and hardly any key needs to be told.
    hardware = hardware.assign(code=hashed(hardware["value"]) * np.uint64(31) + hashed(hardware["kind"]))
    _, first = np.unique(keys["entry"].to_numpy(), return_index=True)
    entries = np.bincount(keys["group"].to_numpy()[first], minlength=len(ids))
    rows = [
        *_several_assets(_on_several(hardware), entries, cells, ids, names),
        *_differing(_of_several(hardware), cells, ids, names),
        *_never_set(placeholders),
        *_two_assets(open_pairs, keys, cells, ids, names),
        *(_flag(DECISIONS, "", "", decision, _OVERRULED.format(decision), []) for decision in overruled),
    ]
    frame = pd.DataFrame(rows, columns=DataFlag.columns())
    return frame.sort_values(["flag_id", "what"]).drop_duplicates("flag_id", ignore_index=True)


_OVERRULED = "a later decision says the opposite of decision {}; the later one holds"


def _flag(
    problem: str, asset: str, field: str, value: str, what: str, cells: list[str], other: str = ""
) -> dict[str, Any]:
    identity = "|".join((problem, asset, field, value, other, *sorted(cells)[:1]))
    return {
        "stage": STAGE,
        "flag_id": hashlib.sha256(identity.encode()).hexdigest()[:16],
        "problem": problem,
        "entity": str(EntityKind.ASSET),
        "entity_id": asset,
        "field": field,
        "value": value,
        "what": what,
        "evidence": sorted(cells)[:_MOST_CELLS],
    }


def _on_several(keys: pd.DataFrame) -> pd.DataFrame:
    """Keys that stand on several assets."""
    spread = keys[["code", "group"]].drop_duplicates()
    several = spread.loc[spread["code"].duplicated(keep=False), "code"]
    return keys[keys["code"].isin(several)]


def _of_several(keys: pd.DataFrame) -> pd.DataFrame:
    """Keys of assets that have several of one kind. Network cards are several by nature."""
    held = keys[keys["kind"] != "mac"]
    values = held[["group", "kind", "code"]].drop_duplicates()
    several = values[values.duplicated(["group", "kind"], keep=False)]
    return held[held["group"].isin(several["group"])]


def _several_assets(
    keys: pd.DataFrame, entries: npt.NDArray[np.intp], cells: pd.DataFrame, ids: Labels, names: Labels
) -> Iterable[dict[str, Any]]:
    """A hardware key on several assets: the one record that has it wrongly, a clone, or something nobody set.

    `entries`: how many each asset has.
    """
    carriers: dict[tuple[str, str], list[Any]] = {}
    for row in _rows(_with_addresses(keys, cells)):
        carriers.setdefault((row.kind, row.value), []).append(row)
    for (kind, value), rows in sorted(carriers.items()):
        count = Counter(group for _, group in {(row.entry, row.group) for row in rows})
        assets = sorted((str(ids[group]), str(names[group])) for group in count)
        shown, field = f"{_WORDS[kind]} {value}", str(rows[0].field)
        wrong = [group for group, times in count.items() if times == 1 < entries[group]]
        if len(wrong) == len(count) - 1 and len(count) <= _MOST_CLONES:
            home = str(names[next(group for group in count if group not in wrong)])
            for group in wrong:
                places = [row.evidence_id for row in rows if row.group == group]
                what = f"its {shown} says {home}, its other keys say {names[group]}; it went by the other keys"
                yield _flag(CONTRADICTORY, str(ids[group]), field, value, what, places)
            continue
        problem = CLONED if len(count) <= _MOST_CLONES else PLACEHOLDER
        more = f" and {len(count) - _MOST_NAMED} more" if len(count) > _MOST_NAMED else ""
        named = ", ".join(name for _, name in assets[:_MOST_NAMED]) + more
        what = f"{shown} is on {len(count)} assets whose other keys differ ({named}); it merged none of them"
        yield _flag(problem, assets[0][0], field, value, what, [row.evidence_id for row in rows])


def _differing(keys: pd.DataFrame, cells: pd.DataFrame, ids: Labels, names: Labels) -> Iterable[dict[str, Any]]:
    """Records of one asset with another serial number or UUID than most of its records."""
    unique = _with_addresses(keys, cells).drop_duplicates(["group", "kind", "value", "entry"])
    counted = unique.groupby(["group", "kind", "value"], sort=False).size().reset_index(name="count")
    counted = counted[counted.duplicated(["group", "kind"], keep=False)]
    counted = counted.sort_values(["group", "kind", "count", "value"], ascending=[True, True, False, True])
    most = counted.drop_duplicates(["group", "kind"]).rename(columns={"value": "most"})[["group", "kind", "most"]]
    held = unique.merge(most, on=["group", "kind"])
    agreeing = held.loc[held["value"] == held["most"], ["entry", "kind"]].drop_duplicates()
    other = held.merge(agreeing, on=["entry", "kind"], how="left", indicator=True)
    for row in _rows(other[other["_merge"] == "left_only"]):
        asset = str(ids[row.group])
        named = f"{_WORDS[row.kind]} {row.value}"
        what = f"its {named} is not that of other records of {names[row.group]}; merged by stronger evidence"
        yield _flag(CONTRADICTORY, asset, str(row.field), str(row.value), what, [str(row.evidence_id)])


def _never_set(placeholders: pd.DataFrame) -> Iterable[dict[str, Any]]:
    held = placeholders.assign(text=placeholders["value"].str.lower())
    for (field, text), cells in held.groupby(["field", "text"], sort=True):
        if len(cells) > 1:
            what = f"{text!r} stands on {len(cells)} rows; nobody set it, so it identifies nothing and was not used"
            yield _flag(PLACEHOLDER, "", str(field), str(text), what, cells["evidence_id"].tolist())


def _two_assets(
    open_pairs: pd.DataFrame, keys: pd.DataFrame, cells: pd.DataFrame, ids: Labels, names: Labels
) -> Iterable[dict[str, Any]]:
    """Entries that fit, yet ended apart: a third record contradicts one of them, or two assets were as good."""
    told = _with_addresses(keys[keys["entry"].isin([*open_pairs["left"], *open_pairs["right"]])], cells)
    group = dict(zip(told["entry"].tolist(), told["group"].tolist(), strict=True))
    for pair in _rows(open_pairs):
        ours, theirs = sorted((group[pair.left], group[pair.right]), key=lambda one: str(ids[one]))
        here = told.loc[told["entry"].isin((pair.left, pair.right)), "evidence_id"]
        what = f"by {pair.key} it also fits {names[theirs]} ({ids[theirs]}), which other keys contradict; kept apart"
        yield _flag(
            TWO_ASSETS, str(ids[ours]), "", str(names[ours]), what, here.drop_duplicates().tolist(), str(ids[theirs])
        )


def _with_addresses(keys: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Keys with the evidence_id and field of their cell."""
    held = cells.take(keys["cell"].to_numpy())
    return keys.assign(evidence_id=evidence_ids(held).to_numpy(), field=held["field"].to_numpy())


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    """Rows as named tuples, which pandas types as anything that a cell may be."""
    yield from frame.itertuples(index=False)
