"""Where each application stands on the dependency map: a lane for each wave, linked applications near each other.

What an application needs moves before it or with it, so a line to a later wave is an order that the plan breaks.
Within a lane applications are ordered by the mean place of their neighbours (the barycentre heuristic for layered
drawings; Sugiyama, Tagawa and Toda 1981), which takes milliseconds where a force layout takes minutes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

# Beyond this a browser no longer drags the map without stutter; the most connected applications are drawn.
MOST_NODES = 20_000
LANE_WIDTH = 4.0  # of a column, in units of the distance between two applications in it
LANE_GAP = 4.0
_SWEEPS = 8
_ONE_COLUMN = 24  # applications of a lane that have room below each other whatever the size of the map
_STAYS, _UNPLANNED = 1e9, 2e9  # lanes behind all waves
_NAMES = {_STAYS: "Does not move", _UNPLANNED: "Not planned"}
_WIDER = 1.2  # how often wider than high, gaps not counted


@dataclass(frozen=True, slots=True)
class Lane:
    """One wave on the map: its name, where its first column stands and how many it has."""

    label: str
    x: float
    columns: int


@dataclass(frozen=True, slots=True)
class MapLayout:
    """nodes: row (place in the list of applications), x and y. height: of the tallest lane, in the same unit."""

    nodes: pd.DataFrame
    lanes: Sequence[Lane]
    height: int


def map_layout(applications: pd.DataFrame, dependencies: pd.DataFrame) -> MapLayout:
    """Place the applications that have a known neighbour. Frames as `PortfolioView` has them."""
    place = pd.Series(range(len(applications)), index=applications["application_id"])
    edges = dependencies[dependencies["resolved"] & (dependencies["source_id"] != dependencies["target_id"])]
    ends = np.array([edges["source_id"].map(place), edges["target_id"].map(place)], dtype=int)
    degree = np.bincount(ends.ravel(), minlength=len(applications))
    shown = np.argsort(-degree, kind="stable")[: min(MOST_NODES, int((degree > 0).sum()))]
    nodes = pd.DataFrame({"row": np.sort(shown)})
    wave = applications["wave"].astype(float).to_numpy()[nodes["row"]]
    nodes["lane"] = np.where(np.isnan(wave), _UNPLANNED, np.where(wave == 0, _STAYS, wave))
    nodes["place"] = _ordered(nodes["lane"], nodes["row"], ends)
    return _placed(nodes)


def _ordered(lane: pd.Series, row: pd.Series, ends: np.ndarray) -> "pd.Series[int]":
    """Place of each node in its lane, so that neighbours stand at about the same height."""
    at = pd.Index(row).get_indexer(pd.Index(ends.ravel())).reshape(ends.shape)
    at = at[:, (at >= 0).all(axis=0)]
    here, there = np.concatenate([at[0], at[1]]), np.concatenate([at[1], at[0]])
    count = np.bincount(here, minlength=len(row))
    size = lane.map(lane.value_counts())
    place = lane.groupby(lane).cumcount()
    for _ in range(_SWEEPS):
        height = ((place + 0.5) / size).to_numpy()
        mean = np.bincount(here, weights=height[there], minlength=len(row)) / np.maximum(count, 1)
        wanted = pd.Series((height + 2 * np.where(count, mean, height)) / 3, index=lane.index)
        order = pd.DataFrame({"lane": lane, "wanted": wanted}).sort_values(["lane", "wanted"], kind="stable").index
        place = lane.loc[order].groupby(lane.loc[order]).cumcount().reindex(lane.index)
    return place


def _placed(nodes: pd.DataFrame) -> MapLayout:
    """Lanes of columns, all about as high as the whole map is wide."""
    sizes = nodes["lane"].value_counts().sort_index()
    height = max(int(np.ceil(np.sqrt(len(nodes) * LANE_WIDTH / _WIDER))), _ONE_COLUMN)
    columns = (sizes / height).apply(np.ceil)
    starts = (columns * LANE_WIDTH + LANE_GAP).cumsum().shift(fill_value=0.0)
    per_column = nodes["lane"].map((sizes / columns).apply(np.ceil))
    taken = nodes["place"] // per_column
    top = (height - per_column) / 2
    placed = pd.DataFrame({
        "row": nodes["row"],
        "x": (nodes["lane"].map(starts) + taken * LANE_WIDTH).astype(float).round(1),
        "y": (nodes["place"] - taken * per_column + top).astype(float).round(1),
    })  # fmt: skip
    lanes = [
        Lane(_NAMES.get(lane, f"Wave {lane:.0f}"), float(starts[lane]), int(columns[lane])) for lane in sizes.index
    ]
    return MapLayout(placed, lanes, height)
