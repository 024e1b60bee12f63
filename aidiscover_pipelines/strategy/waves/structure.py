"""Which declared constraints can hold with each other and with the dependencies, whatever the capacity.

Constraints are taken in the order of their importance: dependencies, what has started, locks, together, before, apart.
One that contradicts those before it is dropped, and the chain that it contradicts is told.
"""

import hashlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.tables import PlanProblem
from aidiscover_pipelines.strategy.waves.document import Planning
from aidiscover_pipelines.strategy.waves.links import Links, chain, circles, path, step
from aidiscover_pipelines.strategy.waves.movers import Movers
from aidiscover_pipelines.strategy.waves.order import needed_first


@dataclass(frozen=True, slots=True)
class Declared:
    """A constraint that a person declared: links between movers, or the wave of one."""

    rule: str
    what: str
    movers: tuple[int, ...]
    relax: str
    links: tuple[tuple[int, int, int, str], ...] = ()
    lock: int = 0


@dataclass(frozen=True, slots=True)
class Structure:
    """What must hold. fixed: wave that each mover is locked in, else 0. apart: pairs of movers."""

    links: Links
    fixed: np.ndarray
    apart: list[tuple[int, int]]
    problems: list[PlanProblem]


def problem_row(rule: str, what: str, relax: str, applications: Sequence[str], dropped: bool = True) -> PlanProblem:
    """A row of PlanProblem; its id is the same as long as it is about the same."""
    about = "\n".join([rule, what, *sorted(applications)])
    return PlanProblem(
        problem_id=hashlib.sha256(about.encode()).hexdigest()[:12],
        rule=rule,
        what=what,
        applications=sorted(applications),
        relax=relax,
        dropped=dropped,
    )


def settle(dependencies: pd.DataFrame, movers: Movers, planning: Planning) -> Structure:
    """The constraints that can all hold, and a problem for each that cannot."""
    started = started_waves(planning, movers)
    links, late = _needs(dependencies, movers, started)
    structure = Structure(links, np.zeros_like(started), [], late)
    for declared in (_locks(planning, movers), _together(planning, dependencies, movers), _before(planning, movers)):
        over = [each for each in declared if _is_over(each, started)]
        told = [_dropped(each, f"{each.what}, and a wave of theirs has started", movers) for each in over]
        structure = replace(structure, problems=[*structure.problems, *told])
        rest = [each for each in declared if not _is_over(each, started)]
        structure = _keep(rest, structure, movers, len(planning.frozen) + 1)
    return _keep_apart(planning, structure, movers)


def started_waves(planning: Planning, movers: Movers) -> np.ndarray:
    """Wave of each mover where that has started, else 0."""
    return np.where(np.isin(movers.wave, planning.frozen), movers.wave, 0)


def _needs(dependencies: pd.DataFrame, movers: Movers, started: np.ndarray) -> tuple[Links, list[PlanProblem]]:
    """Directed dependencies between movers. Those of started waves bind no more; the ones broken there are told."""
    directed, count = dependencies[dependencies["directed"].astype(bool)], max(len(movers.ids), 1)
    source, target = (movers.positions(directed[f"{end}_application"]) for end in ("source", "target"))
    source, target = np.divmod(np.unique((source * count + target)[(source >= 0) & (target >= 0)]), count)
    later = (started[target] == 0) | (started[target] > started[source])
    broken = (started[source] > 0) & later & (source != target)
    problems = [
        problem_row(
            "started",
            f"{movers.names[one]} moves in wave {started[one]}, which has started, before {movers.names[other]}, "
            "which it needs",
            f"keep a connection from {movers.names[one]} to where {movers.names[other]} is now until that moves too",
            [movers.ids[one], movers.ids[other]],
        )
        for one, other in zip(source[broken].tolist(), target[broken].tolist(), strict=True)
    ]
    binds = (source != target) & (started[source] == 0) & (started[target] == 0)
    source, target = source[binds], target[binds]
    return Links(source, target, np.zeros(len(source), dtype=np.int64), [""] * len(source)), problems


def _locks(planning: Planning, movers: Movers) -> list[Declared]:
    found = []
    for number, lock in enumerate(planning.locked):
        place = movers.position(lock.application)
        if place is not None and not (movers.wave[place] == lock.wave and lock.wave in planning.frozen):
            what = f"{movers.names[place]} is locked in wave {lock.wave}"
            found.append(Declared("lock", what, (place,), f"change locked[{number}]", lock=lock.wave))
    return found


def _together(planning: Planning, dependencies: pd.DataFrame, movers: Movers) -> list[Declared]:
    """Declared ones first: what is only measured is less important."""
    found = []
    for number, names in enumerate(planning.together):
        places = _positions(names, movers)
        if len(places) > 1:
            what = f"{_and(places, movers)} are declared together"
            bound = tuple(link for pair in itertools.pairwise(places) for link in _bound(*pair, what))
            found.append(Declared("together", what, places, f"change together[{number}]", bound))
    return found + _strong(planning, dependencies, movers)


def _strong(planning: Planning, dependencies: pd.DataFrame, movers: Movers) -> list[Declared]:
    if planning.together_from is None:
        return []
    strong = dependencies[dependencies["strength"].astype(float) >= planning.together_from]
    ends = strong[["source_application", "target_application"]].dropna().drop_duplicates()
    pairs = {
        (min(one, other), max(one, other))
        for one, other in zip(*(ends[end].map(movers.places.get) for end in ends), strict=True)
        if pd.notna(one) and pd.notna(other) and one != other
    }
    found = []
    for one, other in sorted((int(one), int(other)) for one, other in pairs):
        what = f"{movers.names[one]} and {movers.names[other]} are bound by {planning.together_from} or more"
        found.append(Declared("together", what, (one, other), "raise together_from", _bound(one, other, what)))
    return found


def _before(planning: Planning, movers: Movers) -> list[Declared]:
    found = []
    for number, each in enumerate(planning.before):
        first, then = movers.position(each.first), movers.position(each.then)
        if first is not None and then is not None:
            what = f"{movers.names[first]} is declared before {movers.names[then]}"
            link = ((then, first, 1, what),)
            found.append(Declared("before", what, (first, then), f"remove or turn before[{number}]", link))
    return found


def _is_over(declared: Declared, started: np.ndarray) -> bool:
    """Whether what has started contradicts it, or leaves nothing of it."""
    return any(started[mover] > 0 for mover in declared.movers) and not (
        declared.rule == "before" and started[declared.movers[0]] > 0
    )


def _keep(declared: Sequence[Declared], structure: Structure, movers: Movers, first_open: int) -> Structure:
    """As many as can hold, in their order. Halving finds the few that cannot among many."""
    if not declared:
        return structure
    links = structure.links.and_also(link for each in declared for link in each.links)
    fixed = structure.fixed.copy()
    clash = ""
    for each in declared:
        if each.lock:
            mover = each.movers[0]
            if fixed[mover] not in (0, each.lock):
                clash = f"{each.what}, but it is locked in wave {fixed[mover]} as well"
            fixed[mover] = each.lock
    clash = clash or collision(links, fixed, movers.names, first_open)
    if not clash:
        return replace(structure, links=links, fixed=fixed)
    if len(declared) == 1:
        told = _dropped(declared[0], clash, movers)
        return replace(structure, problems=[*structure.problems, told])
    middle = len(declared) // 2
    structure = _keep(declared[:middle], structure, movers, first_open)
    return _keep(declared[middle:], structure, movers, first_open)


def collision(links: Links, fixed: np.ndarray, names: list[str], first_open: int) -> str:
    """What cannot hold at the same time, in words; empty where all can."""
    label = circles(links, len(names))
    inside = np.flatnonzero((links.lag > 0) & (label[links.source] == label[links.target]))
    if len(inside):
        edge = int(inside[-1])  # the one that came last, so the one that will be dropped
        then, first = int(links.source[edge]), int(links.target[edge])
        return f"{links.why[edge]}, but {path(links, first, then, names)}"
    locked = np.flatnonzero(fixed)
    by_circle: dict[int, int] = {}
    for mover in locked.tolist():
        other = by_circle.setdefault(int(label[mover]), mover)
        if fixed[other] != fixed[mover]:
            reasons = f"{path(links, other, mover, names)}, {path(links, mover, other, names)}"
            return f"{_lock_text(other, fixed, names)} and {_lock_text(mover, fixed, names)}, but {reasons}"
    return _too_late(links, label, fixed, names, first_open)


def _too_late(links: Links, label: np.ndarray, fixed: np.ndarray, names: list[str], first_open: int) -> str:
    """A lock before the earliest wave that the chain of needs below it allows; empty where there is none."""
    wanted = np.zeros(label.max(initial=-1) + 1, dtype=np.int64)
    np.maximum.at(wanted, label, fixed)
    if not wanted.any():
        return ""
    earliest = np.full(len(wanted), first_open, dtype=np.int64)
    by: dict[int, int] = {}
    below: dict[int, list[int]] = {}
    across = label[links.source] != label[links.target]
    for edge in np.flatnonzero(across).tolist():
        below.setdefault(int(label[links.source[edge]]), []).append(edge)
    for group in needed_first(label[links.source][across], label[links.target][across], np.zeros(len(wanted))):
        for edge in below.get(group, []):
            bound = earliest[label[links.target[edge]]] + links.lag[edge]
            if bound > earliest[group]:
                earliest[group], by[group] = bound, edge
        if wanted[group]:
            if earliest[group] > wanted[group]:
                return _chain_to(group, by, links, label, fixed, names, first_open)
            if wanted[group] > earliest[group]:
                earliest[group] = wanted[group]
                by.pop(group, None)
    return ""


def _chain_to(
    group: int,
    by: dict[int, int],
    links: Links,
    label: np.ndarray,
    fixed: np.ndarray,
    names: list[str],
    first_open: int,
) -> str:
    late = next(mover for mover in np.flatnonzero(label == group).tolist() if fixed[mover])
    steps, here = [], group
    while here in by:
        steps.append(step(links, by[here], names))
        here = int(label[links.target[by[here]]])
    below = [mover for mover in np.flatnonzero(label == here).tolist() if fixed[mover] and mover != late]
    end = f", and {_lock_text(below[0], fixed, names)}" if below else f", and wave {first_open} is the first to plan"
    return f"{_lock_text(late, fixed, names)}{', but ' + chain(steps) if steps else ''}{end}"


def _lock_text(mover: int, fixed: np.ndarray, names: list[str]) -> str:
    return f"{names[mover]} is locked in wave {fixed[mover]}"


def _keep_apart(planning: Planning, structure: Structure, movers: Movers) -> Structure:
    links, fixed = structure.links, structure.fixed
    label = circles(links, len(movers.ids))
    kept, told = [], []
    for number, (one, other) in _apart(planning, movers):
        both = f"{movers.names[one]} and {movers.names[other]} are declared apart"
        reason = ""
        if label[one] == label[other]:
            there, back = (path(links, *ends, movers.names) for ends in ((one, other), (other, one)))
            reason = f"but must move together: {there}" + (f", {back}" if back != there else "")
        elif fixed[one] and fixed[one] == fixed[other]:
            reason = f"but both are to move in wave {fixed[one]}"
        if reason:
            ids = [movers.ids[one], movers.ids[other]]
            told.append(problem_row("apart", f"{both}, {reason}", f"remove them from apart[{number}]", ids))
        else:
            kept.append((one, other))
    return replace(structure, apart=kept, problems=[*structure.problems, *told])


def _apart(planning: Planning, movers: Movers) -> Iterator[tuple[int, tuple[int, int]]]:
    seen = set()
    for number, names in enumerate(planning.apart):
        for one, other in itertools.combinations(sorted(_positions(names, movers)), 2):
            if (one, other) not in seen:
                seen.add((one, other))
                yield number, (one, other)


def _dropped(declared: Declared, clash: str, movers: Movers) -> PlanProblem:
    what = clash if declared.what in clash else f"{declared.what}, but {clash}"
    return problem_row(declared.rule, what, declared.relax, [movers.ids[mover] for mover in declared.movers])


def _positions(names: Sequence[str], movers: Movers) -> tuple[int, ...]:
    position: Callable[[str], int | None] = movers.position
    return tuple(dict.fromkeys(place for place in map(position, names) if place is not None))


def _bound(one: int, other: int, what: str) -> tuple[tuple[int, int, int, str], ...]:
    return ((one, other, 0, what), (other, one, 0, what))


def _and(places: Sequence[int], movers: Movers) -> str:
    names = [movers.names[place] for place in places]
    return f"{', '.join(names[:-1])} and {names[-1]}"
