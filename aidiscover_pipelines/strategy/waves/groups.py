"""Movers and what must hold, as the problem in numbers; and which of them prove the way."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.vocabulary import RiskLevel
from aidiscover_pipelines.strategy.waves.calendar import Closure
from aidiscover_pipelines.strategy.waves.document import Planning
from aidiscover_pipelines.strategy.waves.links import Links, circles
from aidiscover_pipelines.strategy.waves.movers import RISK_ORDER, Movers
from aidiscover_pipelines.strategy.waves.order import needed_first
from aidiscover_pipelines.strategy.waves.problem import CLOSE, HIGH_RISK, UNLIMITED, URGENCY, Problem
from aidiscover_pipelines.strategy.waves.structure import Structure, started_waves

# Teams move tens of applications a wave; a large portfolio gets larger waves rather than more than twenty of them.
WAVE_LEAST, WAVES_MOST = 20, 20
LOW_RISK, MEDIUM_RISK = (RISK_ORDER[band.value] for band in (RiskLevel.LOW, RiskLevel.MEDIUM))
PILOT_CRITICALITY = 1
_LOWEST_PRIORITY = 6


def capacity_of(planning: Planning, movers: int) -> int:
    """Most applications of a wave."""
    return planning.capacity.applications or max(WAVE_LEAST, -(-movers // WAVES_MOST))


@dataclass(frozen=True, slots=True)
class Groups:
    """What moves as one, in columns by group: see Problem. label: group of each mover. links: between groups."""

    label: np.ndarray
    members: list[np.ndarray]
    loads: np.ndarray
    limits: np.ndarray
    links: Links
    apart: dict[int, tuple[int, ...]]
    fixed: np.ndarray
    closed: np.ndarray


def build(
    movers: Movers,
    structure: Structure,
    planning: Planning,
    closures: Sequence[Closure],
    dependencies: pd.DataFrame,
) -> tuple[Problem, np.ndarray]:
    """The problem, and the group of each mover. Groups are numbered by their first member."""
    groups = _groups(movers, structure, planning, closures)
    label, links, count = groups.label, groups.links, len(groups.members)
    latest = _latest(groups)
    pilots = np.zeros(0, dtype=np.int64) if planning.frozen else choose_pilots(groups, movers, planning)
    groups.fixed[pilots] = 1
    near_one, near_other, near_points = _near(dependencies, movers, label)
    urgency = np.bincount(label, weights=URGENCY * (_LOWEST_PRIORITY - movers.priority), minlength=count)
    problem = Problem(
        members=groups.members,
        loads=groups.loads,
        limits=groups.limits,
        source=links.source,
        target=links.target,
        lag=links.lag,
        near_one=near_one,
        near_other=near_other,
        near_points=near_points,
        apart=groups.apart,
        fixed=groups.fixed,
        pilots=pilots,
        floor=_floor(groups, latest, pilots, len(planning.frozen) + 1),
        latest=latest,
        closed=groups.closed,
        wish=_highest(movers.wave, label, count),
        urgency=urgency.astype(np.int64),
        rank=_highest(movers.rank, label, count),  # a circle is as hard as its hardest member
        units=_units(movers, groups.members),
        units_at_once=planning.units.at_once or UNLIMITED,
        fair_risk=-(-int(groups.loads[HIGH_RISK].sum()) // fewest_waves(groups.loads, groups.limits)),
        goals=planning.goals,
    )
    return problem, label


def fewest_waves(loads: np.ndarray, limits: np.ndarray) -> int:
    """Waves that the limits ask for at least."""
    return max(1, *(-(-int(load.sum()) // int(limit)) for load, limit in zip(loads, limits, strict=True)))


def _groups(movers: Movers, structure: Structure, planning: Planning, closures: Sequence[Closure]) -> Groups:
    label = _numbered(circles(structure.links, len(movers.ids)))
    count = int(label.max(initial=-1)) + 1
    order = np.argsort(label, kind="stable")
    members = np.split(order, np.searchsorted(label[order], np.arange(1, count))) if count else []
    fixed = np.maximum(started_waves(planning, movers), structure.fixed)
    return Groups(
        label,
        members,
        _loads(movers, label, count),
        _limits(planning, len(movers.ids)),
        _between(structure.links, label),
        _apart(structure, label),
        _highest(fixed, label, count),
        _closed(closures, label, count),
    )


def _highest(values: np.ndarray, label: np.ndarray, count: int) -> np.ndarray:
    """The highest value among the members of each group; 0 is the least."""
    highest = np.zeros(count, dtype=np.int64)
    np.maximum.at(highest, label, values)
    return highest


def _numbered(label: np.ndarray) -> np.ndarray:
    """Labels by first appearance: the same whatever the library calls them."""
    codes, _ = pd.factorize(label)
    return np.asarray(codes, dtype=np.int64)


def _limits(planning: Planning, movers: int) -> np.ndarray:
    capacity = planning.capacity
    applications = capacity_of(planning, movers)
    share = planning.high_risk_share
    high = max(1, int(share * applications)) if share else UNLIMITED
    return np.array(
        [applications, capacity.servers or UNLIMITED, capacity.effort_days or UNLIMITED, high], dtype=np.int64
    )


def _loads(movers: Movers, label: np.ndarray, count: int) -> np.ndarray:
    effort = np.ceil(np.nan_to_num(movers.effort)).astype(np.int64)
    columns = (np.ones(len(label)), movers.servers, effort, movers.risk == RISK_ORDER[RiskLevel.HIGH.value])
    return np.array([np.bincount(label, weights=column, minlength=count) for column in columns]).astype(np.int64)


def _between(links: Links, label: np.ndarray) -> Links:
    """Links between different groups, the tightest of each pair."""
    frame = pd.DataFrame({"source": label[links.source], "target": label[links.target], "lag": links.lag})
    across = frame[frame["source"] != frame["target"]].groupby(["source", "target"], as_index=False)["lag"].max()
    source, target, lag = (across[name].to_numpy(dtype=np.int64) for name in ("source", "target", "lag"))
    return Links(source, target, lag, [""] * len(across))


def _near(dependencies: pd.DataFrame, movers: Movers, label: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs of groups that talk to each other, with points for each wave between them."""
    source, target = (movers.positions(dependencies[f"{end}_application"]) for end in ("source", "target"))
    points = (CLOSE * dependencies["strength"].to_numpy(dtype=float)).round()
    known = (source >= 0) & (target >= 0) & ~np.isnan(points)
    ends, points = np.sort(label[np.column_stack([source[known], target[known]])]), points[known].clip(1)
    count, between = len(label), ends[:, 0] != ends[:, 1]
    pairs, place = np.unique(ends[between, 0] * count + ends[between, 1], return_inverse=True)
    summed = np.bincount(place, weights=points[between], minlength=len(pairs)).astype(np.int64)
    return pairs // max(count, 1), pairs % max(count, 1), summed


def _closed(closures: Sequence[Closure], label: np.ndarray, count: int) -> np.ndarray:
    closed = np.zeros((count, max([len(each.closed) for each in closures], default=1)), dtype=np.int64)
    mover_closed: dict[int, np.ndarray] = {}
    for each in closures:
        for mover in each.movers.tolist():
            mover_closed[mover] = each.closed | mover_closed.get(mover, np.False_)
    for mover, waves in mover_closed.items():
        closed[label[mover]] += waves
    return closed


def _apart(structure: Structure, label: np.ndarray) -> dict[int, tuple[int, ...]]:
    """Each group with those that it may not meet, both ways."""
    pairs = {(int(label[one]), int(label[other])) for one, other in structure.apart}
    apart: dict[int, set[int]] = {}
    for one, other in pairs:
        apart.setdefault(one, set()).add(other)
        apart.setdefault(other, set()).add(one)
    return {group: tuple(sorted(others)) for group, others in sorted(apart.items())}


def _units(movers: Movers, members: list[np.ndarray]) -> list[tuple[int, ...]]:
    """Business units of each group, as numbers in order of their names."""
    codes = {name: code for code, name in enumerate(sorted({name for names in movers.units for name in names}))}
    return [
        tuple(sorted({codes[name] for mover in group.tolist() for name in movers.units[mover]})) for group in members
    ]


def _latest(groups: Groups) -> np.ndarray:
    """Last wave of each group that the locks of what needs it allow."""
    links, count = groups.links, len(groups.members)
    latest = np.where(groups.fixed > 0, groups.fixed, UNLIMITED)
    if not groups.fixed.any():
        return latest
    below = _by_source(links)
    for group in reversed(needed_first(links.source, links.target, np.zeros(count))):
        for link in below.get(group, []):
            latest[links.target[link]] = min(latest[links.target[link]], latest[group] - links.lag[link])
    return latest


def _floor(groups: Groups, latest: np.ndarray, pilots: np.ndarray, first_open: int) -> np.ndarray:
    """First wave of each group: the pilots have theirs for themselves where nothing else forbids it."""
    links = groups.links
    floor = np.where(groups.fixed > 0, groups.fixed, first_open)
    if len(pilots):
        others = np.setdiff1d(np.flatnonzero(latest > 1), pilots)
        floor[others] = np.maximum(floor[others], 2)
    below = _by_source(links)
    for group in needed_first(links.source, links.target, np.zeros(len(floor))):
        for link in below.get(group, []):
            floor[group] = max(floor[group], min(floor[links.target[link]] + links.lag[link], latest[group]))
    return floor


def _by_source(links: Links) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for link, group in enumerate(links.source.tolist()):
        found.setdefault(group, []).append(link)
    return found


def choose_pilots(groups: Groups, movers: Movers, planning: Planning) -> np.ndarray:
    """Single applications that need no mover, in order of the groups.

    Low risk first; medium risk only until there are enough. High risk and high or unknown criticality never pilot, so
    there may be fewer, or none. They leave room for what is locked in their wave.
    """
    free = _may_pilot(groups, movers)
    risk = {group: movers.risk[groups.members[group][0]] for group in free}
    low = [group for group in free if risk[group] == LOW_RISK]
    enough = len(low) >= planning.pilots.least
    wanted = low if enough else [*low, *(group for group in free if risk[group] == MEDIUM_RISK)]
    most = planning.pilots.most if enough else planning.pilots.least
    there = np.flatnonzero(groups.fixed == 1).tolist()
    held = groups.loads[:, there].sum(axis=1)
    units = {unit for group in there for place in groups.members[group].tolist() for unit in movers.units[place]}
    chosen: list[int] = []
    for group in wanted:
        more, with_it = held + groups.loads[:, group], units | set(movers.units[groups.members[group][0]])
        fits = (more <= groups.limits).all() and len(with_it) <= (planning.units.at_once or UNLIMITED)
        if len(chosen) < most and fits and not {*there, *chosen} & set(groups.apart.get(group, ())):
            chosen.append(group)
            held, units = more, with_it
    return np.array(sorted(chosen), dtype=np.int64)


def _may_pilot(groups: Groups, movers: Movers) -> list[int]:
    """Who is easy enough; what was in wave 1 before first, then by rank."""
    needing = set(groups.links.source.tolist())
    column = min(1, groups.closed.shape[1] - 1)
    free = [
        (movers.wave[members[0]] != 1, movers.rank[members[0]], group)
        for group, members in enumerate(groups.members)
        if len(members) == 1
        and group not in needing
        and not groups.fixed[group]
        and not groups.closed[group, column]
        and movers.criticality[members[0]] <= PILOT_CRITICALITY
    ]
    return [group for _, _, group in sorted(free)]
