"""Waves: who moves when, so that nothing moves before what it needs.

Applications that need each other in a circle move together. A pilot of a few easy applications goes first (AWS: 3 to 5,
low in risk and criticality, loosely coupled), then waves of a declared capacity.
"""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from aidiscover_pipelines.domain.tables import WaveAssignment
from aidiscover_pipelines.domain.vocabulary import RiskLevel, Strategy

STAYS = (Strategy.RETIRE.value, Strategy.RETAIN.value)
PILOT_LEAST, PILOT_MOST = 3, 5
# Teams move tens of applications a wave; a large portfolio gets larger waves rather than more than twenty of them.
WAVE_LEAST, WAVES_MOST = 20, 20
RISK_ORDER = {RiskLevel.LOW.value: 0, RiskLevel.MEDIUM.value: 1, RiskLevel.HIGH.value: 2}
CRITICALITY_ORDER = {"low": 0, "medium": 1, "high": 2, "critical": 3}
# Unknown criticality is no reason to be first: it ranks with high.
CRITICALITY_UNKNOWN = 2
PILOT_CRITICALITY = 1
SHOWN = 3

Rank = tuple[int, int, int, str]


@dataclass(frozen=True, slots=True)
class Group:
    """Applications that move as one: a circle of dependencies, mostly a single one. `needs` are other groups."""

    members: tuple[str, ...]
    rank: Rank
    needs: tuple[int, ...]


def plan_waves(
    recommendations: pd.DataFrame, dependencies: pd.DataFrame, applications: pd.DataFrame, facts: pd.DataFrame
) -> pd.DataFrame:
    """WaveAssignment of every recommended application that is still in the inventory, by application_id.

    Wave 0 does not move (retire, retain). For movers: wave(needed) <= wave(needing), always. Empty input: empty frame.
    """
    known = recommendations[recommendations["application_id"].isin(applications["application_id"])]
    if known.empty:
        return pd.DataFrame(columns=WaveAssignment.columns())
    moving = known[~known["strategy"].astype("str").isin(STAYS)]
    ranks = _ranks(moving, facts)
    edges = _edges(dependencies, set(known["application_id"]))
    groups, order = _groups(ranks, edges)
    waves, pilots = _assign(groups, order)
    called = dict(zip(applications["application_id"], applications["name"], strict=True))
    return _assignments(known, groups, waves, pilots, edges, called)


def _ranks(moving: pd.DataFrame, facts: pd.DataFrame) -> dict[str, Rank]:
    """Who goes first among equals: priority, then risk, then criticality; the id makes it repeatable."""
    rated = facts[facts["field"] == "business_criticality"].drop_duplicates("application_id")
    levels = rated.set_index("application_id")["value"].astype("str").str.strip().str.lower().map(CRITICALITY_ORDER)
    criticality = moving["application_id"].map(levels).fillna(CRITICALITY_UNKNOWN).astype(int)
    risk = moving["risk"].astype("str").map(RISK_ORDER).fillna(len(RISK_ORDER)).astype(int)
    ids = moving["application_id"].tolist()
    return dict(zip(ids, zip(moving["priority"].astype(int), risk, criticality, ids, strict=True), strict=True))


def _edges(dependencies: pd.DataFrame, known: set[str]) -> pd.DataFrame:
    """Distinct edges between two different known applications: source needs target. Undirected ones order nothing."""
    directed = dependencies[dependencies["directed"].astype(bool)]
    pairs = directed[["source_application", "target_application"]].dropna().drop_duplicates()
    inside = pairs["source_application"].isin(known) & pairs["target_application"].isin(known)
    return pairs[inside & (pairs["source_application"] != pairs["target_application"])]


def _groups(ranks: dict[str, Rank], edges: pd.DataFrame) -> tuple[list[Group], list[int]]:
    """Groups, and their order: needed first, among free ones the best rank first."""
    import networkx as nx

    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(sorted(ranks))
    between = edges[edges["source_application"].isin(ranks) & edges["target_application"].isin(ranks)]
    graph.add_edges_from(zip(between["source_application"], between["target_application"], strict=True))
    circles = nx.condensation(graph)
    groups = []
    for node in circles:
        members = tuple(sorted(circles.nodes[node]["members"]))
        # A circle is as hard as its hardest member.
        groups.append(Group(members, max(ranks[member] for member in members), tuple(circles.successors(node))))
    return groups, _needed_first(groups)


def _needed_first(groups: list[Group]) -> list[int]:
    waiting = [len(group.needs) for group in groups]
    needed_by: list[list[int]] = [[] for _ in groups]
    for position, group in enumerate(groups):
        for need in group.needs:
            needed_by[need].append(position)
    ready = [(group.rank, position) for position, group in enumerate(groups) if not group.needs]
    heapq.heapify(ready)
    order = []
    while ready:
        _, position = heapq.heappop(ready)
        order.append(position)
        for waiter in needed_by[position]:
            waiting[waiter] -= 1
            if not waiting[waiter]:
                heapq.heappush(ready, (groups[waiter].rank, waiter))
    return order


def _assign(groups: list[Group], order: list[int]) -> tuple[dict[int, int], set[int]]:
    """Wave of each group. Filling waves along an order that puts the needed first cannot break a dependency."""
    pilots = _pilots(groups, order)
    waves = dict.fromkeys(pilots, 1)
    movers = sum(len(group.members) for group in groups)
    capacity = max(WAVE_LEAST, -(-movers // WAVES_MOST))
    wave, filled = (2, 0) if pilots else (1, 0)
    for position in order:
        if position in waves:
            continue
        size = len(groups[position].members)
        if filled and filled + size > capacity:
            wave, filled = wave + 1, 0
        waves[position] = wave
        filled += size
    return waves, set(pilots)


def _pilots(groups: list[Group], order: Iterable[int]) -> list[int]:
    """Single applications that need no mover, low in risk first; medium risk only until there are three.

    High risk and high or unknown criticality never pilot, so there may be fewer than three, or none.
    """
    free = [
        position
        for position in order
        if not groups[position].needs
        and len(groups[position].members) == 1
        and groups[position].rank[2] <= PILOT_CRITICALITY
    ]
    low = [position for position in free if groups[position].rank[1] == 0]
    medium = [position for position in free if groups[position].rank[1] == 1]
    return low[:PILOT_MOST] if len(low) >= PILOT_LEAST else [*low, *medium][:PILOT_LEAST]


def _assignments(
    known: pd.DataFrame,
    groups: list[Group],
    waves: dict[int, int],
    pilots: set[int],
    edges: pd.DataFrame,
    called: dict[str, str],
) -> pd.DataFrame:
    group_of = {member: position for position, group in enumerate(groups) for member in group.members}
    needs = edges.groupby("source_application")["target_application"].agg(sorted).to_dict()
    needed_by = edges.groupby("target_application")["source_application"].agg(sorted).to_dict()
    rows: list[tuple[str, int, str, list[str]]] = []
    for application, strategy in sorted(zip(known["application_id"], known["strategy"].astype("str"), strict=True)):
        position = group_of.get(application)
        if position is None:
            movers = [name for name in needed_by.get(application, []) if name in group_of]
            rows.append((application, 0, _why_it_stays(strategy, _names(movers, called)), []))
            continue
        circle = [member for member in groups[position].members if member != application]
        staying = [name for name in needs.get(application, []) if name not in group_of]
        earlier = [name for name in needs.get(application, []) if name in group_of and name not in circle]
        together, before, connected = (_names(ids, called) for ids in (circle, earlier, staying))
        reason = _why_then(position in pilots, together, before, connected)
        rows.append((application, waves[position], reason, circle))
    return pd.DataFrame(rows, columns=WaveAssignment.columns())


def _why_it_stays(strategy: str, movers: str) -> str:
    if strategy == Strategy.RETIRE:
        return "does not move: retire" + (f" once {movers} no longer need it" if movers else "")
    return "does not move: retain" + (f"; {movers} must reach it from the cloud" if movers else "")


def _why_then(is_pilot: bool, together: str, before: str, connected: str) -> str:
    reasons = []
    if is_pilot:
        reasons.append("pilot: easy, not critical, needs no other mover")
    if together:
        reasons.append(f"moves together with {together}: they need each other")
    if before:
        reasons.append(f"not before {before}, which it needs")
    if connected:
        reasons.append(f"keeps a connection to {connected}, which does not move")
    return "; ".join(reasons) or "by priority and risk; waits for nothing"


def _names(ids: list[str], called: dict[str, str]) -> str:
    """The first names, as people know them; empty for none."""
    more = len(ids) - SHOWN
    return ", ".join(called[each] for each in ids[:SHOWN]) + (f" and {more} more" if more > 0 else "")
