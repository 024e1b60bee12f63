"""Cheap improvements of a plan, one group or two at a time; they scale to any portfolio."""

from collections.abc import Sequence

import numpy as np

from aidiscover_pipelines.strategy.waves.construct import Filling
from aidiscover_pipelines.strategy.waves.problem import HIGH_RISK, RISK_EXCESS, UNSTEADY, Problem, cost

_PASSES = 4
# Partners that are tried for a group that would rather be a wave earlier.
_PARTNERS = 8

Link = tuple[int, int]


def settle_down(problem: Problem, waves: np.ndarray) -> np.ndarray:
    """Move single groups, then exchange groups of neighbouring waves, as long as that helps. Never a worse plan."""
    around = _Around(problem)
    for _ in range(_PASSES):
        moved = _exchanges(problem, _moves(problem, waves, around), around)
        if cost(problem, moved) >= cost(problem, waves):
            return waves
        waves = moved
    return waves


def neighbours(problem: Problem) -> list[list[Link]]:
    """For each group those near it, each with the points for each wave between them."""
    near: list[list[Link]] = [[] for _ in range(problem.count)]
    columns = (problem.near_one.tolist(), problem.near_other.tolist(), problem.near_points.tolist())
    for one, other, points in zip(*columns, strict=True):
        near[one].append((other, points))
        near[other].append((one, points))
    return near


class _Around:
    """For each group what it needs and what needs it, each with the lag, and what is near it."""

    def __init__(self, problem: Problem) -> None:
        self.needs: list[list[Link]] = [[] for _ in range(problem.count)]
        self.needed_by: list[list[Link]] = [[] for _ in range(problem.count)]
        self.near = neighbours(problem)
        columns = (problem.source.tolist(), problem.target.tolist(), problem.lag.tolist())
        for source, target, lag in zip(*columns, strict=True):
            self.needs[source].append((target, lag))
            self.needed_by[target].append((source, lag))


def _moves(problem: Problem, waves: np.ndarray, around: _Around) -> np.ndarray:
    """Each group once to where it costs least, the rest standing still."""
    filling = Filling.of(problem, waves)
    for group in np.argsort(problem.rank, kind="stable").tolist():
        if problem.fixed[group]:
            continue
        here = filling.take(group)
        low, high = _range(filling, group, around)
        best, there = _points(filling, group, here, around.near[group]), here
        for wave in range(low, high + 1):
            points = _points(filling, group, wave, around.near[group])
            if points < best and filling.fits(group, wave):
                best, there = points, wave
        filling.put(group, there)
    return np.array(filling.waves, dtype=np.int64)


def _exchanges(problem: Problem, waves: np.ndarray, around: _Around) -> np.ndarray:
    """In full waves nothing moves alone: one group a wave earlier for another a wave later."""
    filling = Filling.of(problem, waves)
    free = problem.fixed == 0
    for wave in range(1, int(waves.max(initial=1))):
        now = np.array(filling.waves)
        later = _keen(filling, np.flatnonzero((now == wave) & free).tolist(), wave + 1, around)
        earlier = _keen(filling, np.flatnonzero((now == wave + 1) & free).tolist(), wave, around)
        for gain, group in earlier:
            for loss, other in later[:_PARTNERS]:
                if gain + loss >= 0:
                    break
                if _exchange(filling, group, other, around):
                    later.remove((loss, other))
                    break
    moved = np.array(filling.waves, dtype=np.int64)
    return moved if cost(problem, moved) < cost(problem, waves) else waves


def _keen(filling: Filling, groups: list[int], wave: int, around: _Around) -> list[tuple[int, int]]:
    """Those that may go to that wave, each with what that would add to the points; the keenest first."""
    found = []
    for group in groups:
        low, high = _range(filling, group, around)
        if low <= wave <= high:
            near, here = around.near[group], filling.waves[group]
            found.append((_points(filling, group, wave, near) - _points(filling, group, here, near), group))
    return sorted(found)


def _exchange(filling: Filling, one: int, other: int, around: _Around) -> bool:
    """Exchange the waves of two groups where that keeps everything and costs less."""
    before = _pair(filling, one, filling.waves[one], other, filling.waves[other], around)
    first, second = filling.take(one), filling.take(other)
    if _places(filling, one, second, around):
        filling.put(one, second)
        if _places(filling, other, first, around):
            filling.put(other, first)
            if _pair(filling, one, second, other, first, around) < before:
                return True
            filling.take(other)
        filling.take(one)
    filling.put(one, first)
    filling.put(other, second)
    return False


def _pair(filling: Filling, one: int, first: int, other: int, second: int, around: _Around) -> int:
    return _points(filling, one, first, around.near[one]) + _points(filling, other, second, around.near[other])


def _places(filling: Filling, group: int, wave: int, around: _Around) -> bool:
    low, high = _range(filling, group, around)
    return low <= wave <= high and filling.fits(group, wave)


def _range(filling: Filling, group: int, around: _Around) -> Link:
    """First and last wave that the group may take while all others stay; what has no wave now does not bind."""
    problem, waves = filling.problem, filling.waves
    low = max([int(problem.floor[group]), *(waves[other] + lag for other, lag in around.needs[group])])
    bound = [waves[other] - lag for other, lag in around.needed_by[group] if waves[other]]
    return low, min([filling.last, int(problem.latest[group]), *bound])


def _points(filling: Filling, group: int, wave: int, near: Sequence[Link]) -> int:
    """What the group costs there, but for the goals and limits that depend on more than waves near it."""
    problem, goals = filling.problem, filling.problem.goals
    points = goals.early * int(problem.urgency[group]) * wave
    points += goals.close * sum(each * abs(wave - filling.waves[other]) for other, each in near)
    if problem.wish[group] not in (0, wave):
        points += goals.steady * UNSTEADY * int(problem.sizes[group])
    if high := int(problem.loads[HIGH_RISK, group]):
        held = filling.held[HIGH_RISK][wave]
        fair = problem.fair_risk
        points += goals.risk_balance * RISK_EXCESS * (max(held + high - fair, 0) - max(held - fair, 0))
    return points
