"""Cheap improvements of a plan, one group or two at a time; they scale to any portfolio.

What a step would add to the points is worked out for all groups of a wave in one go; only steps that promise
something are looked at one by one, as the plan then stands.
"""

from collections.abc import Sequence

import numpy as np

from aidiscover_pipelines.strategy.waves.construct import Filling
from aidiscover_pipelines.strategy.waves.near import Link, Neighbours
from aidiscover_pipelines.strategy.waves.problem import APPLICATIONS, HIGH_RISK, RISK_EXCESS, UNSTEADY, Problem, cost

# Most passes over all groups; portfolios of 1,000 to 100,000 applications settle after five to ten.
_PASSES = 10
# Partners that are tried for a group that would rather be in an earlier wave.
_PARTNERS = 8
# After so many groups in a row without an exchange the two waves are left: limits forbid what points promise.
_FRUITLESS = 30
# How far apart the two waves of an exchange are: at first next to each other, in the end farther as well.
NEXT, FAR = (1,), (1, 2, 3, 4, 6, 8)


def settle_down(problem: Problem, waves: np.ndarray, around: Neighbours, steps: Sequence[int]) -> np.ndarray:
    """Move single groups, then exchange groups of two waves, as long as that helps. Never a worse plan."""
    filling = Filling.of(problem, waves)
    best, points = waves, cost(problem, waves)
    for _ in range(_PASSES):
        _moves(filling, around)
        _exchanges(filling, around, steps)
        moved = np.array(filling.waves, dtype=np.int64)
        after = cost(problem, moved)
        if after >= points:
            break
        best, points = moved, after
    return best


def _moves(filling: Filling, around: Neighbours) -> None:
    """Each group that a wave with room draws, once to where it costs least, the rest standing still."""
    problem = filling.problem
    waves, risk = np.array(filling.waves, dtype=np.int64), _held(filling, HIGH_RISK)
    room = problem.limits[APPLICATIONS] - _held(filling, APPLICATIONS)
    groups = np.flatnonzero(problem.fixed == 0)
    low, high = around.bounds(waves, groups)
    drawn = np.zeros(len(groups), dtype=bool)
    for wave in (np.flatnonzero(room[1:] > 0) + 1).tolist():
        may = np.flatnonzero((low <= wave) & (wave <= high) & (problem.sizes[groups] <= room[wave]))
        drawn[may] |= _added_by_all(problem, around, waves, risk, groups[may], wave) < 0
    chosen = groups[drawn]
    for group in chosen[np.argsort(problem.rank[chosen], kind="stable")].tolist():
        here, high_risk = filling.waves[group], filling.loads[group][HIGH_RISK]
        first, last = _range(filling, group, around)
        best, there = 0, here
        for wave in range(first, last + 1):
            points = _added(filling, group, here, wave, around.near[group])
            points += _risk_added(filling, here, wave, high_risk)
            if points < best and filling.fits(group, wave):
                best, there = points, wave
        if there != here:
            filling.take(group)
            filling.put(group, there)


def _exchanges(filling: Filling, around: Neighbours, steps: Sequence[int]) -> None:
    """In full waves nothing moves alone: one group goes to an earlier wave for another that goes to a later one."""
    is_free, waves = filling.problem.fixed == 0, np.array(filling.waves, dtype=np.int64)
    for step in steps:
        for wave in range(1, filling.last - step + 1):
            risk = _held(filling, HIGH_RISK)
            later, earlier = (
                _keen(filling.problem, around, waves, risk, np.flatnonzero((waves == here) & is_free), there)
                for here, there in ((wave, wave + step), (wave + step, wave))
            )
            fruitless = 0
            for gain, group in earlier:
                if not later or gain + later[0][0] >= 0 or fruitless == _FRUITLESS:
                    break
                fruitless += 1
                for place, (loss, other) in enumerate(later[:_PARTNERS]):
                    if gain + loss >= 0:
                        break
                    if _exchange(filling, group, other, around):
                        waves[group], waves[other] = wave, wave + step
                        del later[place]
                        fruitless = 0
                        break


def _keen(
    problem: Problem, around: Neighbours, waves: np.ndarray, risk: np.ndarray, groups: np.ndarray, wave: int
) -> list[tuple[int, int]]:
    """Those that may go to that wave, each with what that would add to the points; the keenest first."""
    low, high = around.bounds(waves, groups)
    groups = groups[(low <= wave) & (wave <= high)]
    points = _added_by_all(problem, around, waves, risk, groups, wave)
    order = np.argsort(points, kind="stable")
    return list(zip(points[order].tolist(), groups[order].tolist(), strict=True))


def _added_by_all(
    problem: Problem, around: Neighbours, waves: np.ndarray, risk: np.ndarray, groups: np.ndarray, wave: int
) -> np.ndarray:
    """Points that each of the groups would add by going to that wave alone. `risk`: high risks that waves hold."""
    goals, here, wish = problem.goals, waves[groups], problem.wish[groups]
    high = problem.loads[HIGH_RISK, groups]

    def above(held: np.ndarray) -> np.ndarray:
        return np.asarray(np.maximum(held - problem.fair_risk, 0))

    uneven = above(risk[wave] + high) - above(risk[wave]) - above(risk[here]) + above(risk[here] - high)
    unsteady = np.where(wish > 0, (wish != wave).astype(np.int64) - (wish != here), 0)
    return np.asarray(
        goals.early * problem.urgency[groups] * (wave - here)
        + goals.close * around.farther(waves, groups, wave)
        + goals.steady * UNSTEADY * problem.sizes[groups] * unsteady
        + goals.risk_balance * RISK_EXCESS * np.where(here == wave, 0, uneven)
    )


def _exchange(filling: Filling, one: int, other: int, around: Neighbours) -> bool:
    """Exchange the waves of two groups where that keeps everything and costs less. What fails most is asked first."""
    first, second = filling.waves[one], filling.waves[other]
    if not filling.has_room_instead(one, other, second) or not filling.has_room_instead(other, one, first):
        return False
    points = _added(filling, one, first, second, around.near[one], other)
    points += _added(filling, other, second, first, around.near[other], one)
    riskier = filling.loads[one][HIGH_RISK] - filling.loads[other][HIGH_RISK]
    if points + _risk_added(filling, first, second, riskier) >= 0:
        return False
    filling.take(one)
    filling.take(other)
    if _may_take(filling, one, second, around):
        filling.put(one, second)
        if _may_take(filling, other, first, around):
            filling.put(other, first)
            return True
        filling.take(one)
    filling.put(one, first)
    filling.put(other, second)
    return False


def _may_take(filling: Filling, group: int, wave: int, around: Neighbours) -> bool:
    low, high = _range(filling, group, around)
    return low <= wave <= high and filling.fits(group, wave)


def _range(filling: Filling, group: int, around: Neighbours) -> Link:
    """First and last wave that the group may take while all others stay; what has no wave now does not bind."""
    problem, waves = filling.problem, filling.waves
    low = max([int(problem.floor[group]), *(waves[other] + lag for other, lag in around.needs[group])])
    bound = [waves[other] - lag for other, lag in around.needed_by[group] if waves[other]]
    return low, min([filling.last, int(problem.latest[group]), *bound])


def _added(filling: Filling, group: int, here: int, there: int, near: list[Link], partner: int = -1) -> int:
    """Points of urgency, closeness and steadiness; a partner that goes the other way stays as far as it is."""
    problem, goals, waves = filling.problem, filling.problem.goals, filling.waves
    points = goals.early * int(problem.urgency[group]) * (there - here)
    for other, each in near:
        if other != partner:
            points += goals.close * each * (abs(there - waves[other]) - abs(here - waves[other]))
    if wish := int(problem.wish[group]):
        points += goals.steady * UNSTEADY * filling.loads[group][APPLICATIONS] * ((wish != there) - (wish != here))
    return points


def _risk_added(filling: Filling, here: int, there: int, more: int) -> int:
    """Points of the balance where so many high risks more go there than come back."""
    if not more or here == there:
        return 0
    left, right, fair = filling.held[HIGH_RISK][here], filling.held[HIGH_RISK][there], filling.problem.fair_risk
    before = max(left - fair, 0) + max(right - fair, 0)
    after = max(left - more - fair, 0) + max(right + more - fair, 0)
    return filling.problem.goals.risk_balance * RISK_EXCESS * (after - before)


def _held(filling: Filling, resource: int) -> np.ndarray:
    """What waves hold of a resource, by wave; wave 0 is there."""
    return np.array([filling.held[resource][wave] for wave in range(filling.last + 1)], dtype=np.int64)
