"""Exact search by CP-SAT over some groups and some waves, all else standing still.

One worker, a fixed seed and a limit in deterministic time make it repeatable; ortools is imported when it is needed.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from aidiscover_pipelines.strategy.waves.problem import (
    CLOSED_LIMIT,
    HIGH_RISK,
    ONE_WAVE,
    RISK_EXCESS,
    UNIT_LIMIT,
    UNIT_SPREAD,
    UNLIMITED,
    UNSTEADY,
    Problem,
    limit_points,
    unit_waves,
)

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

_SEED = 7


@dataclass(frozen=True, slots=True)
class Searched:
    """The plan with the groups' new waves; whether none is better, and whether the wall clock ended the search."""

    waves: np.ndarray
    is_proved: bool
    met_wall: bool


def reoptimise(
    problem: Problem, waves: np.ndarray, groups: list[int], low: int, high: int, effort: float, wall_s: float
) -> Searched:
    """Let `groups` take any of the waves `low` to `high`; `effort` is in deterministic seconds.

    The plan as it was where nothing better is found.
    """
    if not groups:
        return Searched(waves, True, False)
    model = _Neighbourhood(problem, waves, groups, low, high)
    return model.solve(effort, wall_s)


class _Neighbourhood:
    """The model: a truth value for each group and wave that it may take."""

    def __init__(self, problem: Problem, waves: np.ndarray, groups: list[int], low: int, high: int) -> None:
        from ortools.sat.python import cp_model

        self.problem, self.now, self.groups = problem, waves, groups
        self.free = set(groups)
        self.low, self.high = low, high
        self.top = max(int(waves.max(initial=1)), high)
        self.model = cp_model.CpModel()
        self.terms: list[Any] = []
        self.rest = waves.copy()
        self.follows: set[tuple[int, int]] = set()
        self.rest[groups] = 0
        self.near = self._near()
        self.takes = {group: self._choices(group) for group in groups}
        self.wave = {
            group: sum(wave * taken for wave, taken in choices.items()) for group, choices in self.takes.items()
        }
        self._needs()
        self._apart()
        self._limits()
        self._risk_balance()
        self._units()
        self._few_waves()
        self._close()

    def _choices(self, group: int) -> dict[int, "cp_model.IntVar"]:
        """Its waves, with what each costs by itself; where it is now always among them."""
        problem, goals, here = self.problem, self.problem.goals, int(self.now[group])
        floor, latest = int(problem.floor[group]), int(problem.latest[group])
        waves = sorted({here, *range(max(self.low, floor), min(self.high, latest) + 1)})
        choices = {wave: self.model.new_bool_var("") for wave in waves}
        self.model.add_exactly_one(choices.values())
        near = [(int(self.now[other]), points) for other, points in self.near.get(group, []) if other not in self.free]
        for wave, taken in choices.items():
            points = goals.early * int(problem.urgency[group]) * wave
            points += CLOSED_LIMIT * problem.closed_to(group, wave)
            points += goals.close * sum(each * abs(wave - there) for there, each in near)
            if problem.wish[group] not in (0, wave):
                points += goals.steady * UNSTEADY * int(problem.sizes[group])
            self.terms.append(points * taken)
            self.model.add_hint(taken, wave == here)
        return choices

    def _near(self) -> dict[int, list[tuple[int, int]]]:
        is_free = np.zeros(self.problem.count, dtype=bool)
        is_free[self.groups] = True
        one, other, points = self.problem.near_one, self.problem.near_other, self.problem.near_points
        chosen = is_free[one] | is_free[other]
        near: dict[int, list[tuple[int, int]]] = {}
        columns = (one[chosen].tolist(), other[chosen].tolist(), points[chosen].tolist())
        for first, second, each in zip(*columns, strict=True):
            near.setdefault(first, []).append((second, each))
            near.setdefault(second, []).append((first, each))
        return near

    def _needs(self) -> None:
        problem = self.problem
        is_free = np.zeros(problem.count, dtype=bool)
        is_free[self.groups] = True
        touched = is_free[problem.source] | is_free[problem.target]
        columns = (problem.source[touched].tolist(), problem.target[touched].tolist(), problem.lag[touched].tolist())
        for source, target, lag in zip(*columns, strict=True):
            self.follows.add((source, target))
            if source in self.free and target in self.free:
                self._follow(source, target, lag)
            else:
                later = self.wave.get(source, int(self.now[source]))
                self.model.add(later >= self.wave.get(target, int(self.now[target])) + lag)

    def _follow(self, source: int, target: int, lag: int) -> None:
        """Wave by wave: whoever has moved by then needs the other to have moved. Tighter than a sum over all waves.

        In waves that the source may not take, the wave before says as much.
        """
        for wave in self.takes[source]:
            moved = [taken for at, taken in self.takes[source].items() if at <= wave]
            before = [taken for at, taken in self.takes[target].items() if at <= wave - lag]
            if moved and len(before) < len(self.takes[target]):
                self.model.add(sum(moved) <= sum(before))

    def _apart(self) -> None:
        for group in self.groups:
            for other in self.problem.apart.get(group, ()):
                for wave, taken in self.takes[group].items():
                    if other in self.free:
                        if group < other and wave in self.takes[other]:
                            self.model.add_at_most_one(taken, self.takes[other][wave])
                    elif self.now[other] == wave:
                        self.model.add(taken == 0)

    def _limits(self) -> None:
        """Within what the rest leaves free; what is passed already may stay so, at its price."""
        for resource, limit in enumerate(self.problem.limits.tolist()):
            loads = self.problem.loads[resource]
            if limit >= UNLIMITED:
                continue
            held = np.bincount(self.rest, weights=loads, minlength=self.top + 1).astype(np.int64)
            for wave, there in self._by_wave(resource).items():
                left = limit - int(held[wave])
                most = sum(int(loads[group]) for group, _ in there)
                if most > left:
                    slack = self.model.new_int_var(0, max(most - left, 0), "")
                    used = sum(int(loads[group]) * taken for group, taken in there)
                    self.model.add(used - slack <= left)
                    self.terms.append(limit_points(resource, limit) * slack)

    def _by_wave(self, resource: int) -> dict[int, list[tuple[int, Any]]]:
        there: dict[int, list[tuple[int, Any]]] = {}
        for group in self.groups:
            if self.problem.loads[resource, group]:
                for wave, taken in self.takes[group].items():
                    there.setdefault(wave, []).append((group, taken))
        return there

    def _risk_balance(self) -> None:
        fair, loads = self.problem.fair_risk, self.problem.loads[HIGH_RISK]
        held = np.bincount(self.rest, weights=loads, minlength=self.top + 1).astype(np.int64)
        for wave, there in self._by_wave(HIGH_RISK).items():
            most = int(held[wave]) + sum(int(loads[group]) for group, _ in there)
            if most > fair:
                above = self.model.new_int_var(0, most - fair, "")
                used = sum(int(loads[group]) * taken for group, taken in there)
                self.model.add(above >= used + int(held[wave]) - fair)
                self.terms.append(self.problem.goals.risk_balance * RISK_EXCESS * above)

    def _units(self) -> None:
        """At most so many units in a wave, and each in few waves in a row."""
        problem, goals = self.problem, self.problem.goals
        mine: dict[int, list[int]] = {}
        for group in self.groups:
            for unit in problem.units[group]:
                mine.setdefault(unit, []).append(group)
        limited = problem.units_at_once < UNLIMITED
        if not mine or not (limited or goals.units):
            return
        rest: dict[int, set[int]] = {}
        for unit, wave in unit_waves(problem, self.rest).tolist():
            if wave:
                rest.setdefault(unit, set()).add(wave)
        if goals.units:
            for unit, groups in sorted(mine.items()):
                self._spread(groups, rest.get(unit, set()))
        if limited:
            self._at_once(mine, rest)

    def _spread(self, groups: list[int], there: set[int]) -> None:
        first = self.model.new_int_var(1, min(there, default=self.top), "")
        last = self.model.new_int_var(max(there, default=1), self.top, "")
        for group in groups:
            self.model.add(first <= self.wave[group])
            self.model.add(last >= self.wave[group])
        self.terms.append(self.problem.goals.units * UNIT_SPREAD * (last - first))

    def _at_once(self, mine: dict[int, list[int]], rest: dict[int, set[int]]) -> None:
        waves = sorted({wave for choices in self.takes.values() for wave in choices})
        for wave in waves:
            present = []
            for unit, groups in sorted(mine.items()):
                takers = [self.takes[group][wave] for group in groups if wave in self.takes[group]]
                if takers and wave not in rest.get(unit, ()):
                    here = self.model.new_bool_var("")
                    self.model.add_max_equality(here, takers)
                    present.append(here)
            others = sum(wave in held for held in rest.values())
            slack = self.model.new_int_var(0, len(present) + others, "")
            self.model.add(sum(present) + others - slack <= self.problem.units_at_once)
            self.terms.append(UNIT_LIMIT * slack)

    def _few_waves(self) -> None:
        """Counts only where the neighbourhood reaches the last wave."""
        others = int(self.rest.max(initial=0))
        if others < self.top:
            last = self.model.new_int_var(max(others, 1), self.top, "")
            for group in self.groups:
                self.model.add(last >= self.wave[group])
            self.terms.append(self.problem.goals.few_waves * ONE_WAVE * last)

    def _close(self) -> None:
        """Pairs within the neighbourhood; the others are counted with each choice."""
        for group in self.groups:
            for other, points in self.near.get(group, []):
                if other not in self.free or group > other:
                    continue
                between: Any = self.wave[group] - self.wave[other]
                if (other, group) in self.follows:
                    between = -between
                elif (group, other) not in self.follows:
                    apart = between
                    between = self.model.new_int_var(0, self.top, "")
                    self.model.add_abs_equality(between, apart)
                self.terms.append(self.problem.goals.close * points * between)

    def solve(self, effort: float, wall_s: float) -> Searched:
        """The best waves found within the effort."""
        from ortools.sat.python import cp_model

        self.model.minimize(sum(self.terms))
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = _SEED
        solver.parameters.linearization_level = 2  # the relaxation is tight here and leads the search
        solver.parameters.max_deterministic_time = effort
        solver.parameters.max_time_in_seconds = wall_s
        status = solver.solve(self.model)
        met_wall = solver.wall_time >= wall_s
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return Searched(self.now, False, met_wall)
        waves = self.now.copy()
        for group, choices in self.takes.items():
            waves[group] = next(wave for wave, taken in choices.items() if solver.boolean_value(taken))
        return Searched(waves, status == cp_model.OPTIMAL, met_wall)
