"""Ids of assets: readable, made from the strongest key, the same whatever the order of rows and files was."""

import hashlib

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.inventory.names import slug
from aidiscover_pipelines.inventory.resolution.keys import STRENGTH

# Which field names an asset, the first that it has.
_LABELS = {"asset_name": 0, "hostname": 1, "asset_id": 2}


def asset_ids(
    cells: pd.DataFrame, groups: npt.NDArray[np.int64], keys: pd.DataFrame, content: npt.NDArray[np.uint64]
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]:
    """asset_id and label (a name to show) of each group.

    `cells` with the group of each in `groups` (-1: of none), `keys`: group, kind, value, is_detail; `content`: hash of
    all that is known of each group, which tells groups of one key apart.
    """
    count = len(content)
    labels = _labels(cells, groups, count)
    strongest = _strongest(keys, count)
    rest = np.array([f"content:{each}" for each in content.tolist()], dtype=object)
    strongest = np.where(strongest == "", rest, strongest)
    digests = [hashlib.sha256(key.encode()).hexdigest()[:8] for key in strongest.tolist()]
    ids = _slugs(labels) + "-" + np.array(digests, dtype=object)
    shared = np.flatnonzero(pd.Series(ids).duplicated(keep=False))
    order = shared[np.lexsort((content[shared], ids[shared].astype(str)))]
    place = pd.Series(ids[order]).groupby(ids[order], sort=False).cumcount().to_numpy()
    again = order[place > 0]
    ids[again] = ids[again] + "-" + (place[place > 0] + 1).astype(str).astype(object)
    return ids, labels


def _labels(cells: pd.DataFrame, groups: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.object_]:
    """What most rows call a group: its name, else its host name, else its id, else "asset"."""
    held = cells["field"].isin(_LABELS).to_numpy() & (groups >= 0)
    named = cells.loc[held, ["field", "value"]]
    called = pd.DataFrame(
        {
            "group": groups[held],
            "order": named["field"].map(_LABELS).to_numpy(dtype=np.int64),
            "text": named["value"].to_numpy(),
        }
    )
    called = called[called["order"] == called.groupby("group")["order"].transform("min")]
    counted = called.groupby(["group", "text"], sort=False).size().reset_index(name="count")
    first = _first(counted.assign(count=-counted["count"]), ["count", "text"])
    labels = np.full(count, "asset", dtype=object)
    labels[first["group"].to_numpy(dtype=np.int64)] = first["text"].to_numpy(dtype=object)
    return labels


def _slugs(labels: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """names.slug of each label up to its first dot; "asset" where nothing remains."""
    texts = pd.Series(labels, dtype="str").str.replace(r"\..*$", "", regex=True)
    slugs = texts.str.lower().str.replace(r"[^a-z0-9]+", "-", regex=True).str.strip("-").str.slice(0, 40)
    ids = slugs.str.rstrip("-").to_numpy(dtype=object)
    foreign = texts.str.contains(r"[^\x00-\x7f]", regex=True).to_numpy()
    ids[foreign] = [slug(text, 40) for text in texts[foreign]]
    return np.where(ids == "", "asset", ids)


def _strongest(keys: pd.DataFrame, count: int) -> npt.NDArray[np.object_]:
    """kind:value of the strongest key of each group, '' for none; keys of detail rows only where there is no other."""
    codes, kinds = pd.factorize(keys["kind"])
    unranked = len(STRENGTH)
    ranks = np.array([STRENGTH.index(kind) if kind in STRENGTH else unranked for kind in kinds], dtype=np.int64)[codes]
    usable = np.flatnonzero(ranks < unranked)
    group = keys["group"].to_numpy(dtype=np.int64)[usable]
    rank = ranks[usable] + unranked * keys["is_detail"].to_numpy(dtype=np.int64)[usable]
    best = np.full(count, 2 * unranked, dtype=np.int64)
    np.minimum.at(best, group, rank)
    ranked = keys.take(usable[rank == best[group]])
    # File ids change with every upload of new bytes; ids of a source count without their file.
    own = (ranked["kind"] == "asset_id").to_numpy()
    value = ranked["value"].where(~own, ranked.loc[own, "value"].str.replace(r"^\S+ ", "", regex=True))
    first = _first(ranked.assign(value=value), ["value"])
    strongest = np.full(count, "", dtype=object)
    told = first["kind"].astype("str") + ":" + first["value"]
    strongest[first["group"].to_numpy(dtype=np.int64)] = told.to_numpy(dtype=object)
    return strongest


def _first(rows: pd.DataFrame, order: list[str]) -> pd.DataFrame:
    """The first row of each group in that order. Most groups have one, and texts are slow to sort."""
    several = rows["group"].duplicated(keep=False)
    chosen = rows[several].sort_values(["group", *order], kind="stable").drop_duplicates("group")
    return pd.concat([rows[~several], chosen])
