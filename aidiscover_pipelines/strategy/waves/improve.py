"""Better plans from a first one: single moves, then exact search over one neighbourhood after the other."""

import random
import time
from dataclasses import dataclass

import numpy as np

from aidiscover_pipelines.strategy.waves.construct import first_plan
from aidiscover_pipelines.strategy.waves.moves import FAR, NEXT, settle_down
from aidiscover_pipelines.strategy.waves.near import Link, Neighbours
from aidiscover_pipelines.strategy.waves.problem import Problem, broken, cost
from aidiscover_pipelines.strategy.waves.solver import reoptimise

# Groups and waves of a neighbourhood: what CP-SAT improves within a second. Up to WHOLE groups it gets all at once.
WHOLE, NEIGHBOURHOOD, SPAN = 70, 50, 3
# All at once has a truth value for each group and wave: where few groups wait for years, neighbourhoods are faster.
WHOLE_CHOICES = 10_000
# Rounds for each neighbourhood's worth of groups, and the fewest and most in all.
ROUNDS, ROUNDS_LEAST, ROUNDS_MOST = 3, 8, 40
# A plan with more waves may cost less: high risks spread, units kept apart. So many more are tried.
SPARE = 1
# Deterministic seconds of CP-SAT; the wall is there for a machine under load, and a plan that met it says so.
WHOLE_EFFORT, ROUND_EFFORT = 2.0, 0.15
WALL_S = 120.0
SEED = 7


@dataclass(frozen=True, slots=True)
class Solved:
    """A plan: the wave of each group. `first` is what the plan made in one pass costs."""

    waves: np.ndarray
    cost: int
    first: int
    is_proved: bool
    met_wall: bool


def solve(problem: Problem, wall_s: float = WALL_S) -> Solved:
    """The best plan found; never worse than the one made in one pass. Equal problems give equal plans."""
    began = time.monotonic()
    around = Neighbours(problem)
    waves = first_plan(problem)
    first = cost(problem, waves)
    waves = settle_down(problem, waves, around, NEXT)
    if problem.count <= WHOLE and problem.count * int(waves.max(initial=1)) <= WHOLE_CHOICES:
        everything = np.flatnonzero(problem.fixed == 0).tolist()
        better = reoptimise(problem, waves, everything, 1, int(waves.max(initial=1)) + SPARE, WHOLE_EFFORT, wall_s)
        waves = _accepted(problem, waves, better.waves)
        return Solved(waves, cost(problem, waves), first, better.is_proved, better.met_wall)
    chance = random.Random(SEED)  # noqa: S311  a repeatable choice, not a secret
    rounds = min(ROUNDS_MOST, max(ROUNDS_LEAST, ROUNDS * -(-problem.count // NEIGHBOURHOOD)))
    for number in range(rounds):
        left = wall_s - (time.monotonic() - began)
        if left <= 0:
            return Solved(waves, cost(problem, waves), first, False, True)
        low, high, chosen = _neighbourhood(problem, waves, around.near, number, chance)
        better = reoptimise(problem, waves, chosen, low, high, ROUND_EFFORT, left)
        waves = _accepted(problem, waves, better.waves)
    waves = settle_down(problem, waves, around, FAR)
    return Solved(waves, cost(problem, waves), first, False, False)


def _accepted(problem: Problem, waves: np.ndarray, better: np.ndarray) -> np.ndarray:
    """The new plan where it costs less and breaks nothing that the old one keeps."""
    if (better == waves).all() or cost(problem, better) >= cost(problem, waves):
        return waves
    return better if set(broken(problem, better)) <= set(broken(problem, waves)) else waves


def _neighbourhood(
    problem: Problem, waves: np.ndarray, near: list[list[Link]], number: int, chance: random.Random
) -> tuple[int, int, list[int]]:
    """A few waves in a row, and of the groups in them one and those near it, filled up with others."""
    last = int(waves.max())
    low = 1 + number % max(1, last - SPAN + 2) if number % 2 else chance.randint(1, max(1, last - SPAN + 1))
    high = min(last, low + SPAN - 1)
    inside = np.flatnonzero((waves >= low) & (waves <= high) & (problem.fixed == 0)).tolist()
    if len(inside) <= NEIGHBOURHOOD:
        return low, high, inside
    allowed = set(inside)
    chosen: dict[int, None] = {}
    waiting = [chance.choice(inside)]
    while waiting and len(chosen) < NEIGHBOURHOOD // 2:
        group = waiting.pop(0)
        if group in chosen:
            continue
        chosen[group] = None
        waiting += sorted(other for other, _ in near[group] if other in allowed and other not in chosen)
    others = [group for group in inside if group not in chosen]
    return low, high, sorted([*chosen, *chance.sample(others, min(len(others), NEIGHBOURHOOD - len(chosen)))])
