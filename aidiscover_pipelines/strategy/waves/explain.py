"""Which limits a plan passes, and which declarations leave no other way: a smallest set that cannot all hold."""

from collections.abc import Iterator, Sequence

import numpy as np

from aidiscover_pipelines.domain.tables import PlanProblem
from aidiscover_pipelines.strategy.waves.calendar import Closure, wave_dates
from aidiscover_pipelines.strategy.waves.conflict import smallest_conflict
from aidiscover_pipelines.strategy.waves.document import Planning
from aidiscover_pipelines.strategy.waves.movers import Movers
from aidiscover_pipelines.strategy.waves.problem import HIGH_RISK, RESOURCES, Problem, unit_waves, usage
from aidiscover_pipelines.strategy.waves.structure import problem_row as row

_NAMES_SHOWN = 3
# Where in the document each limit stands.
_LIMIT_KEYS = ("capacity.applications", "capacity.servers", "capacity.effort_days", "high_risk_share")
_NO_BETTER = "no better way was found in the time that the search has"


def passed_limits(
    problem: Problem,
    waves: np.ndarray,
    movers: Movers,
    planning: Planning,
    closures: Sequence[Closure],
    started: np.ndarray,
) -> list[PlanProblem]:
    """A row for each limit that the plan had to pass, in open waves; what has started is as it is."""
    context = _Context(problem, waves, movers, planning, closures)
    open_groups = np.array([not started[members].any() for members in problem.members], dtype=bool)
    return [
        *_capacity(context, open_groups),
        *_units(context, open_groups),
        *_closed(context, open_groups),
        *_apart(context),
    ]


class _Context:
    """A plan with what words need: names, dates, and why things are as they are."""

    def __init__(
        self, problem: Problem, waves: np.ndarray, movers: Movers, planning: Planning, closures: Sequence[Closure]
    ) -> None:
        self.problem, self.waves, self.movers, self.planning = problem, waves, movers, planning
        self.closures = closures

    def ids(self, groups: Sequence[int]) -> list[str]:
        return [self.movers.ids[place] for group in groups for place in self.problem.members[group].tolist()]

    def names(self, groups: Sequence[int]) -> str:
        places = [place for group in groups for place in self.problem.members[group].tolist()]
        return self.named(places)

    def named(self, places: Sequence[int]) -> str:
        shown = [self.movers.names[place] for place in places[:_NAMES_SHOWN]]
        more = len(places) - len(shown)
        if more:
            return f"{', '.join(shown)} and {more} more"
        return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))

    def wave(self, wave: int) -> str:
        dates = wave_dates(self.planning, wave)
        return f"wave {wave} ({dates[-1][0]} to {dates[-1][1]})" if len(dates) == wave else f"wave {wave}"

    def because(self, groups: Sequence[int], rule: str) -> str:
        told = smallest_conflict(self.problem, self.waves, groups, self.movers, self.closures, self.planning)
        return "; ".join(told) if told else f"{rule}: {_NO_BETTER}"


def _capacity(context: _Context, is_open: np.ndarray) -> Iterator[PlanProblem]:
    problem, waves = context.problem, context.waves
    held = usage(problem, np.where(is_open, waves, 0))
    for resource, wave in zip(*np.nonzero(held > problem.limits[:, None]), strict=True):
        if wave == 0:
            continue
        limit, kind = int(problem.limits[resource]), RESOURCES[resource]
        rule = "risk" if resource == HIGH_RISK else "capacity"
        inside = np.flatnonzero((waves == wave) & is_open & (problem.loads[resource] > 0))
        large = [group for group in inside.tolist() if problem.loads[resource, group] > limit]
        total = int(held[resource, wave])
        if large:
            size = int(problem.loads[resource, large].max())
            together = " that move together have" if len(problem.members[large[0]]) > 1 else " alone has"
            what = f"a wave holds {limit} {kind} but {context.names(large[:1])}{together} {size}"
            yield row(rule, what, f"raise {_LIMIT_KEYS[resource]} to {size}, or split what moves", context.ids(large))
            continue
        reason = context.because(inside.tolist(), f"a wave holds {limit} {kind}")
        what = f"{context.wave(int(wave))} has {total} {kind} and may hold {limit}: {reason}"
        relax = f"raise {_LIMIT_KEYS[resource]} to {total}, or relax one of the others named"
        yield row(rule, what, relax, context.ids(inside.tolist()))


def _units(context: _Context, is_open: np.ndarray) -> Iterator[PlanProblem]:
    problem, limit = context.problem, context.problem.units_at_once
    pairs = unit_waves(problem, np.where(is_open, context.waves, 0))
    counts = np.bincount(pairs[:, 1]) if len(pairs) else np.zeros(1, dtype=np.int64)
    for wave in np.flatnonzero(counts > limit).tolist():
        if wave == 0:
            continue
        inside = np.flatnonzero((context.waves == wave) & is_open).tolist()
        large = [group for group in inside if len(problem.units[group]) > limit]
        if large:
            size = max(len(problem.units[group]) for group in large)
            what = f"a wave may have {limit} business units but {context.names(large[:1])} belong to {size}"
        else:
            reason = context.because(inside, f"a wave may have {limit} business units")
            what = f"{context.wave(wave)} has {counts[wave]} business units and may have {limit}: {reason}"
        yield row("unit", what, f"raise units.at_once to {counts[wave]}", context.ids(large or inside))


def _closed(context: _Context, is_open: np.ndarray) -> Iterator[PlanProblem]:
    problem = context.problem
    of_mover = {place: group for group, members in enumerate(problem.members) for place in members.tolist()}
    for closure in context.closures:
        broken: dict[int, list[int]] = {}
        for place in closure.movers.tolist():
            wave = int(context.waves[of_mover[place]])
            if is_open[of_mover[place]] and closure.closed[min(wave, len(closure.closed) - 1)]:
                broken.setdefault(wave, []).append(place)
        for wave, places in sorted(broken.items()):
            groups = sorted({of_mover[place] for place in places})
            reason = context.because(groups, closure.what)
            reason = "no wave meets it" if reason == closure.what else reason
            verb = "moves" if len(places) == 1 else "move"
            what = f"{context.named(places)} {verb} in {context.wave(wave)} against {closure.what}: {reason}"
            relax = f"move or remove {closure.what}, or relax one of the others named"
            yield row(closure.rule, what, relax, [context.movers.ids[place] for place in places])


def _apart(context: _Context) -> Iterator[PlanProblem]:
    for one, others in context.problem.apart.items():
        for other in others:
            if one < other and context.waves[one] == context.waves[other]:
                reason = context.because([one, other], f"{context.names([one, other])} are declared apart")
                what = f"{context.names([one, other])} move in wave {context.waves[one]} and are apart: {reason}"
                yield row("apart", what, "remove them from apart", context.ids([one, other]))
