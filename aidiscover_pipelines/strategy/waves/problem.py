"""The plan as a problem in numbers: groups that move as one, what must hold, and what a plan costs."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np

from aidiscover_pipelines.strategy.waves.document import Goals

RESOURCES = ("applications", "servers", "effort days", "high-risk applications")
APPLICATIONS, SERVERS, EFFORT, HIGH_RISK = range(len(RESOURCES))
UNLIMITED = 1 << 40

# What each goal is counted in, in points for each step of its weight. Two points: one application of the lowest
# priority that waits for one wave more.
URGENCY, CLOSE, RISK_EXCESS, UNIT_SPREAD, UNSTEADY, ONE_WAVE = 2, 10, 10, 5, 15, 200
# A limit gives way to goals never and to limits of more importance always: a business unit too many, then a thousandth
# of the capacity too much, then an application in a wave that is closed to it.
UNIT_LIMIT, HIGH_RISK_LIMIT, CAPACITY_LIMIT, CLOSED_LIMIT = 10**7, 10**7, 10**8, 10**12
_THOUSANDTHS = 1000


@dataclass(frozen=True)
class Problem:
    """Groups in columns; a wave is a number from 1.

    members: positions of movers. loads: (resource, group) and limits: by resource, see RESOURCES. source[i] moves at
    least lag[i] waves after target[i]. near_*: pairs to be close, with points for each wave between them. apart: the
    groups that may not share a wave, by group. fixed: wave that is given, else 0; also of the pilots. floor, latest:
    first and last wave that what must hold allows. closed: (group, wave) -> members that may not move then; its last
    column holds ever after. wish: wave of the plan before, 0 for none. urgency: points for each wave of waiting. units:
    by group. fair_risk: high-risk applications of each wave, were they spread evenly.
    """

    members: list[np.ndarray]
    loads: np.ndarray
    limits: np.ndarray
    source: np.ndarray
    target: np.ndarray
    lag: np.ndarray
    near_one: np.ndarray
    near_other: np.ndarray
    near_points: np.ndarray
    apart: dict[int, tuple[int, ...]]
    fixed: np.ndarray
    pilots: np.ndarray
    floor: np.ndarray
    latest: np.ndarray
    closed: np.ndarray
    wish: np.ndarray
    urgency: np.ndarray
    rank: np.ndarray
    units: list[tuple[int, ...]]
    units_at_once: int
    fair_risk: int
    goals: Goals

    @property
    def count(self) -> int:
        """Groups."""
        return len(self.members)

    @property
    def sizes(self) -> np.ndarray:
        """Applications of each group."""
        return np.asarray(self.loads[APPLICATIONS])

    @cached_property
    def memberships(self) -> tuple[np.ndarray, np.ndarray]:
        """Unit and group of each unit of each group."""
        sizes = [len(each) for each in self.units]
        return np.fromiter(chain.from_iterable(self.units), dtype=np.int64), np.repeat(np.arange(self.count), sizes)

    def closed_to(self, group: int, wave: int) -> int:
        """Members of the group that may not move in that wave."""
        return int(self.closed[group, min(wave, self.closed.shape[1] - 1)])


def limit_points(resource: int, limit: int) -> int:
    """Points for one unit of a resource above its limit."""
    return HIGH_RISK_LIMIT if resource == HIGH_RISK else max(1, CAPACITY_LIMIT * _THOUSANDTHS // max(int(limit), 1))


def usage(problem: Problem, waves: np.ndarray) -> np.ndarray:
    """(resource, wave) what waves hold; wave 0 is there and empty."""
    return np.array(
        [np.bincount(waves, weights=load, minlength=int(waves.max(initial=0)) + 1) for load in problem.loads]
    ).astype(np.int64)


def unit_waves(problem: Problem, waves: np.ndarray) -> np.ndarray:
    """Distinct (unit, wave) pairs, one a row."""
    units, groups = problem.memberships
    width = int(waves.max(initial=0)) + 1
    pairs = np.unique(units * width + waves[groups])  # one number for a pair sorts a hundred times faster than a row
    return np.column_stack([pairs // width, pairs % width])


def cost(problem: Problem, waves: np.ndarray) -> int:
    """Points of a plan; less is better. What must hold is not judged here, see `broken`."""
    return sum(parts(problem, waves).values())


def parts(problem: Problem, waves: np.ndarray) -> dict[str, int]:
    """Points by goal, each with its weight, and of the limits that were passed."""
    goals, held = problem.goals, usage(problem, waves)
    pairs = unit_waves(problem, waves)
    moved = (problem.wish > 0) & (waves != problem.wish)
    near = np.abs(waves[problem.near_one] - waves[problem.near_other])
    return {
        "few_waves": goals.few_waves * ONE_WAVE * int(waves.max(initial=0)),
        "early": goals.early * int(problem.urgency @ (waves - 1)),
        "risk_balance": goals.risk_balance * RISK_EXCESS * _above(held[HIGH_RISK], problem.fair_risk),
        "close": goals.close * int(problem.near_points @ near),
        "units": goals.units * UNIT_SPREAD * _spread(pairs),
        "steady": goals.steady * UNSTEADY * int(problem.sizes @ moved),
        "limits": _passed(problem, waves, held, pairs),
    }


def _passed(problem: Problem, waves: np.ndarray, held: np.ndarray, pairs: np.ndarray) -> int:
    over = sum(
        limit_points(resource, limit) * _above(held[resource], limit)
        for resource, limit in enumerate(problem.limits.tolist())
    )
    units = np.bincount(pairs[:, 1]) if len(pairs) else np.zeros(1, dtype=np.int64)
    columns = np.minimum(waves, problem.closed.shape[1] - 1)
    shut = int(problem.closed[np.arange(problem.count), columns].sum())
    return over + UNIT_LIMIT * _above(units, problem.units_at_once) + CLOSED_LIMIT * shut


def _above(values: np.ndarray, limit: int) -> int:
    return int(np.maximum(values - limit, 0).sum())


def _spread(pairs: np.ndarray) -> int:
    """Waves from the first to the last of each unit, added up. `pairs` are sorted by unit, then wave."""
    if not len(pairs):
        return 0
    starts = np.flatnonzero(np.r_[True, np.diff(pairs[:, 0]) > 0])
    ends = np.r_[starts[1:], len(pairs)] - 1
    return int((pairs[ends, 1] - pairs[starts, 1]).sum())


def broken(problem: Problem, waves: np.ndarray) -> list[str]:
    """Kinds of what must hold and does not: needs, apart, fixed, floor. Empty for a plan that may be used."""
    checks: dict[str, Callable[[], bool]] = {
        "needs": lambda: bool((waves[problem.source] < waves[problem.target] + problem.lag).any()),
        "apart": lambda: any(waves[one] == waves[other] for one, others in problem.apart.items() for other in others),
        "fixed": lambda: bool(((problem.fixed > 0) & (waves != problem.fixed)).any()),
        "floor": lambda: bool((waves < problem.floor).any() or (waves > problem.latest).any()),
    }
    return [kind for kind, is_broken in checks.items() if is_broken()]
