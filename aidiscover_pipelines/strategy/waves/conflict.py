"""The smallest set of declarations that cannot all hold, found by CP-SAT from assumptions."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from aidiscover_pipelines.strategy.waves.calendar import Closure
from aidiscover_pipelines.strategy.waves.document import Planning
from aidiscover_pipelines.strategy.waves.movers import Movers
from aidiscover_pipelines.strategy.waves.problem import RESOURCES, UNLIMITED, Problem

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

# Groups that an explanation looks at, and its effort in deterministic seconds for each of its searches.
_MOST_GROUPS, _EFFORT = 150, 1.0
_MOST_TOLD = 6


def smallest_conflict(
    problem: Problem,
    waves: np.ndarray,
    groups: Sequence[int],
    movers: Movers,
    closures: Sequence[Closure],
    planning: Planning,
) -> list[str]:
    """What `groups` cannot all keep, each in words; taking any one away would let the rest hold.

    Empty where they could keep it all, or nothing was proved within the effort.
    """
    told = _Told(problem, waves, _around(problem, groups), movers, closures, planning)
    core = told.core(sorted(told.labels))
    for label in list(core or []):
        smaller = told.core([other for other in core or [] if other != label])
        core = smaller if smaller is not None else core
    return _shown(core or [])


def _shown(core: list[str]) -> list[str]:
    return core if len(core) <= _MOST_TOLD else [*core[:_MOST_TOLD], f"and {len(core) - _MOST_TOLD} more like these"]


def _around(problem: Problem, groups: Sequence[int]) -> list[int]:
    """The groups, what they need and what needs them, and all that are bound to waves: the nearest first."""
    near: dict[int, set[int]] = {}
    for source, target in zip(problem.source.tolist(), problem.target.tolist(), strict=True):
        near.setdefault(source, set()).add(target)
        near.setdefault(target, set()).add(source)
    bound = set(np.flatnonzero((problem.fixed > 0) | problem.closed.any(axis=1)).tolist())
    found = dict.fromkeys(groups)
    found |= dict.fromkeys(sorted(bound & {other for group in groups for other in near.get(group, ())}))
    waiting = list(found)
    while waiting and len(found) < _MOST_GROUPS:
        for other in sorted(near.get(waiting.pop(0), ())):
            if other not in found:
                found[other] = None
                waiting.append(other)
    found |= dict.fromkeys(sorted(bound))
    return list(found)[: max(_MOST_GROUPS, len(groups))]


class _Told:
    """The constraints on some groups, each under a truth value that says whether it is assumed."""

    def __init__(
        self,
        problem: Problem,
        waves: np.ndarray,
        groups: list[int],
        movers: Movers,
        closures: Sequence[Closure],
        planning: Planning,
    ) -> None:
        from ortools.sat.python import cp_model

        self.problem, self.groups, self.names = problem, groups, movers.names
        self.model = cp_model.CpModel()
        self.labels: dict[str, cp_model.IntVar] = {}
        self.last = max(int(waves.max(initial=1)), problem.closed.shape[1]) + 1
        waves_and_none = range(self.last + 1)
        self.takes = {group: [self.model.new_bool_var("") for _ in waves_and_none] for group in groups}
        self.wave = {group: sum(wave * taken for wave, taken in enumerate(self.takes[group])) for group in groups}
        first = len(planning.frozen) + 1
        for takes in self.takes.values():
            self.model.add_exactly_one(takes[first:])
            for taken in takes[:first]:
                self.model.add(taken == 0)
        self._bounds(closures)
        self._links()
        self._limits()

    def _assumed(self, label: str) -> "cp_model.IntVar":
        if label not in self.labels:
            self.labels[label] = self.model.new_bool_var(label)
        return self.labels[label]

    def _bounds(self, closures: Sequence[Closure]) -> None:
        for group in self.groups:
            if wave := int(self.problem.fixed[group]):
                what = f"{self._called(group)} {'is locked' if wave > 1 else 'is'} in wave {wave}"
                self.model.add(self.takes[group][wave] == 1).only_enforce_if(self._assumed(what))
        group_of = {place: group for group in self.groups for place in self.problem.members[group].tolist()}
        for closure in closures:
            for group in sorted({group_of[place] for place in closure.movers.tolist() if place in group_of}):
                for wave in range(1, self.last + 1):
                    if closure.closed[min(wave, len(closure.closed) - 1)]:
                        shut = self.model.add(self.takes[group][wave] == 0)
                        shut.only_enforce_if(self._assumed(closure.what))

    def _links(self) -> None:
        problem = self.problem
        for source, target, lag in zip(
            problem.source.tolist(), problem.target.tolist(), problem.lag.tolist(), strict=True
        ):
            if source in self.wave and target in self.wave:
                verb = "is declared after" if lag else "needs"
                label = self._assumed(f"{self._called(source)} {verb} {self._called(target)}")
                self.model.add(self.wave[source] >= self.wave[target] + lag).only_enforce_if(label)
        for one, others in problem.apart.items():
            for other in others:
                if one < other and one in self.takes and other in self.takes:
                    label = self._assumed(f"{self._called(one)} and {self._called(other)} are declared apart")
                    for wave in range(1, self.last + 1):
                        pair = self.model.add(self.takes[one][wave] + self.takes[other][wave] <= 1)
                        pair.only_enforce_if(label)

    def _limits(self) -> None:
        """Each limit as one assumption for all waves; what alone is larger than a wave is told elsewhere."""
        for resource, limit in enumerate(self.problem.limits.tolist()):
            loads = self.problem.loads[resource]
            carried = [group for group in self.groups if 0 < loads[group] <= limit]
            if limit < UNLIMITED and sum(int(loads[group]) for group in carried) > limit:
                label = self._assumed(f"a wave holds {limit} {RESOURCES[resource]}")
                for wave in range(1, self.last + 1):
                    used: Any = sum(int(loads[group]) * self.takes[group][wave] for group in carried)
                    self.model.add(used <= limit).only_enforce_if(label)
        if self.problem.units_at_once < UNLIMITED:
            self._units()

    def _units(self) -> None:
        limit = self.problem.units_at_once
        label = self._assumed(f"a wave may have {limit} business units")
        units = sorted({unit for group in self.groups for unit in self.problem.units[group]})
        small = [group for group in self.groups if len(self.problem.units[group]) <= limit]
        for wave in range(1, self.last + 1):
            present = []
            for unit in units:
                takers = [self.takes[group][wave] for group in small if unit in self.problem.units[group]]
                if takers:
                    here = self.model.new_bool_var("")
                    self.model.add_max_equality(here, takers)
                    present.append(here)
            if len(present) > limit:
                self.model.add(sum(present) <= limit).only_enforce_if(label)

    def core(self, labels: Sequence[str]) -> list[str] | None:
        """Some of the labels that cannot all hold, not always the fewest; None where that is not proved."""
        from ortools.sat.python import cp_model

        self.model.clear_assumptions()
        self.model.add_assumptions([self.labels[label] for label in labels])
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.max_deterministic_time = _EFFORT
        if solver.solve(self.model) != cp_model.INFEASIBLE:
            return None
        chosen = set(solver.sufficient_assumptions_for_infeasibility())
        return [label for label in labels if self.labels[label].index in chosen]

    def _called(self, group: int) -> str:
        members = self.problem.members[group].tolist()
        return " with ".join(self.names[place] for place in members[:2]) + (" and others" if len(members) > 2 else "")
