"""First plans: what is needed first, each group in the first wave that has room for it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from aidiscover_pipelines.strategy.waves.order import needed_first
from aidiscover_pipelines.strategy.waves.problem import APPLICATIONS, HIGH_RISK, RESOURCES, UNLIMITED, Problem, cost

# Limits that a group may pass where no wave has room within all of them: the least important give way first.
_UNITS, _RISK, _CAPACITY, _CLOSED = 1, 2, 4, 8
_GIVING_WAY = (0, _UNITS, _UNITS | _RISK, _UNITS | _RISK | _CAPACITY, _CLOSED, _UNITS | _RISK | _CAPACITY | _CLOSED)


class Filling:
    """What waves hold while a plan is made: `waves` of the groups, 0 for none yet, and `held` by resource and wave."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.waves = [0] * problem.count
        # Lists: numbers are looked up one by one, which takes an array five times as long.
        self.loads: list[list[int]] = problem.loads.T.tolist()
        self.limits: list[int] = problem.limits.tolist()
        self.held: list[defaultdict[int, int]] = [defaultdict(int) for _ in self.limits]
        self.units: defaultdict[int, dict[int, int]] = defaultdict(dict)
        self.last = 0
        self._is_shut: list[bool] = np.asarray(problem.closed.any(axis=1)).tolist()

    @classmethod
    def of(cls, problem: Problem, waves: np.ndarray) -> "Filling":
        """As `waves` fill it."""
        filling = cls(problem)
        for group, wave in enumerate(waves.tolist()):
            filling.put(group, wave)
        return filling

    def put(self, group: int, wave: int) -> None:
        """Place a group that has no wave."""
        self.waves[group] = wave
        self.last = max(self.last, wave)
        self._add(group, wave, 1)

    def take(self, group: int) -> None:
        """Remove a group from its wave."""
        wave, self.waves[group] = self.waves[group], 0
        self._add(group, wave, -1)

    def _add(self, group: int, wave: int, sign: int) -> None:
        for held, load in zip(self.held, self.loads[group], strict=True):
            held[wave] += sign * load
        there = self.units[wave]
        for unit in self.problem.units[group]:
            there[unit] = there.get(unit, 0) + sign

    def fits(self, group: int, wave: int, without: int = 0) -> bool:
        """Whether the wave has room for it within the limits, but those that may be passed."""
        problem, loads = self.problem, self.loads[group]
        if not without & _CAPACITY and not self._has_room(loads, wave, range(HIGH_RISK)):
            return False
        if any(self.waves[other] == wave for other in problem.apart.get(group, ())):
            return False
        if not without & _CLOSED and self._is_shut[group] and problem.closed_to(group, wave):
            return False
        if not without & _RISK and not self._has_room(loads, wave, (HIGH_RISK,)):
            return False
        return bool(without & _UNITS) or self._has_units(group, wave)

    def has_room_instead(self, group: int, other: int, wave: int) -> bool:
        """Whether the loads of a group are within the limits of a wave that another one leaves."""
        return self._has_room(self.loads[group], wave, range(len(self.limits)), self.loads[other])

    def _has_room(
        self, loads: list[int], wave: int, resources: Iterable[int], left: Sequence[int] = (0,) * len(RESOURCES)
    ) -> bool:
        """Within the limit, or alone in the wave: what is larger than a wave gets one of its own."""
        held = self.held
        if held[APPLICATIONS][wave] == left[APPLICATIONS]:
            return True
        for resource in resources:
            if loads[resource] and held[resource][wave] + loads[resource] - left[resource] > self.limits[resource]:
                return False
        return True

    def _has_units(self, group: int, wave: int) -> bool:
        if self.problem.units_at_once >= UNLIMITED:
            return True
        there = {unit for unit, count in self.units[wave].items() if count}
        more = there | set(self.problem.units[group])
        return not there or len(more) <= self.problem.units_at_once or more == there


def first_plan(problem: Problem) -> np.ndarray:
    """The cheapest of a few plans made in one pass: wave after wave, first fit, and near the plan before."""
    order = needed_first(problem.source, problem.target, _keys(problem))
    starts = [_fill(problem, order, one_after_the_other=True), _fill(problem, order)]
    if problem.wish.any():
        starts.append(_fill(problem, order, near_before=True))
    return min(starts, key=lambda waves: cost(problem, waves))


def _fill(
    problem: Problem, order: list[int], one_after_the_other: bool = False, near_before: bool = False
) -> np.ndarray:
    filling = Filling(problem)
    needed: dict[int, list[tuple[int, int]]] = {}
    floors, fixed, wishes = (column.tolist() for column in (problem.floor, problem.fixed, problem.wish))
    for source, target, lag in zip(problem.source.tolist(), problem.target.tolist(), problem.lag.tolist(), strict=True):
        needed.setdefault(source, []).append((target, lag))
    for group in np.flatnonzero(problem.fixed).tolist():
        filling.put(group, fixed[group])
    reached = 1
    for group in order:
        if fixed[group]:
            continue
        floor = max([floors[group], *(filling.waves[other] + lag for other, lag in needed.get(group, []))])
        wanted = max(floor, wishes[group] if near_before else 0, reached if one_after_the_other else 0)
        wave = _first_fit(filling, group, floor, wanted)
        reached = max(reached, wave)
        filling.put(group, wave)
    return np.array(filling.waves, dtype=np.int64)


def _keys(problem: Problem) -> np.ndarray:
    """Whose last open wave comes soon goes first, with what it needs; then by rank."""
    end = np.full(problem.count, problem.closed.shape[1], dtype=np.int64)
    for group in np.flatnonzero(problem.closed.any(axis=1)).tolist():
        is_open = np.flatnonzero(problem.closed[group, 1:] == 0)
        if problem.closed[group, -1] and len(is_open):
            end[group] = is_open[-1] + 1
    end = np.minimum(end, problem.latest)
    order = needed_first(problem.source, problem.target, np.zeros(problem.count))
    needed: dict[int, list[int]] = {}
    for source, target in zip(problem.source.tolist(), problem.target.tolist(), strict=True):
        needed.setdefault(source, []).append(target)
    for group in reversed(order):
        for other in needed.get(group, []):
            end[other] = min(end[other], end[group])
    keys: np.ndarray = end * (int(problem.rank.max(initial=0)) + 1) + problem.rank
    return keys


def _first_fit(filling: Filling, group: int, floor: int, wanted: int) -> int:
    """The first wave with room from the wanted one on, then from the floor on; then limits give way."""
    problem = filling.problem
    latest = int(problem.latest[group])
    end = min(latest, max(filling.last, wanted, problem.closed.shape[1]) + 1)
    for start, without in ((wanted, 0), *((floor, without) for without in _GIVING_WAY)):
        for wave in range(start, end + 1):
            if filling.fits(group, wave, without):
                return wave
    return min(floor, latest)
