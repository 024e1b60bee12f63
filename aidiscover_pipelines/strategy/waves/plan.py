"""From the tables and a planning document to a plan: assignments, waves with dates, and what could not hold."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.tables import PlanProblem, Wave
from aidiscover_pipelines.strategy.waves.calendar import closures, wave_dates
from aidiscover_pipelines.strategy.waves.document import Planning
from aidiscover_pipelines.strategy.waves.explain import passed_limits
from aidiscover_pipelines.strategy.waves.groups import build, capacity_of
from aidiscover_pipelines.strategy.waves.improve import WALL_S, solve
from aidiscover_pipelines.strategy.waves.movers import (
    RISK_ORDER,
    Inputs,
    Movers,
    folded,
    ids_by_name,
    read_movers,
    unknown_names,
)
from aidiscover_pipelines.strategy.waves.problem import Problem, parts
from aidiscover_pipelines.strategy.waves.reasons import assignments
from aidiscover_pipelines.strategy.waves.structure import Structure, problem_row, settle, started_waves

RISKS = [*RISK_ORDER, "unknown"]


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan, ready to store: rows of WaveAssignment, Wave and PlanProblem.

    goals: points by goal, less is better. cost: their sum; first: that of the plan made in one pass. unknown_effort:
    movers whose work is not known. is_proved: no plan of about as many waves costs less. met_wall: the clock ended it.
    """

    assignments: pd.DataFrame
    waves: pd.DataFrame
    problems: pd.DataFrame
    goals: dict[str, int]
    cost: int
    first: int
    unknown_effort: int
    is_proved: bool
    met_wall: bool

    @property
    def search(self) -> str:
        """How far the search for a cheaper plan came."""
        if self.met_wall:
            return "ended by the clock; another run may find a better plan"
        return "proved best" if self.is_proved else "ended by its effort"


def plan_waves(inputs: Inputs, planning: Planning | None = None, wall_s: float = WALL_S) -> Plan:
    """The plan of every recommended application that is still in the inventory. Empty input: empty tables.

    Wave 0 does not move (retire, retain). For movers: wave(needed) <= wave(needing), always, unless the needing one's
    wave has started. What else cannot hold is dropped, the least important first, and told. Stores nothing.
    """
    planning = planning or Planning()
    movers = read_movers(inputs, planning.frozen)
    structure = settle(inputs.dependencies, movers, planning)
    shut = closures(planning, movers)
    numbers, label = build(movers, structure, planning, shut, inputs.dependencies)
    solved = solve(numbers, wall_s)
    waves = solved.waves[label]
    started = started_waves(planning, movers)
    told = [
        *structure.problems,
        *unknown(planning, inputs),
        *_staying(planning, inputs, movers),
        *_empty_frozen(planning, inputs),
        *passed_limits(numbers, solved.waves, movers, planning, shut, started),
    ]
    return Plan(
        _assigned(inputs, planning, movers, structure, numbers, waves, label),
        _wave_rows(inputs, planning, movers, numbers, waves),
        problem_rows(told),
        parts(numbers, solved.waves),
        solved.cost,
        solved.first,
        int(np.isnan(movers.effort).sum()),
        solved.is_proved,
        solved.met_wall,
    )


def unknown(planning: Planning, inputs: Inputs) -> list[PlanProblem]:
    """Names in the document that mean nothing in the inventory, with the nearest that do, or more than one thing."""
    scopes = [*planning.blackouts, *planning.windows]
    named = [name for scope in scopes for name in scope.applications]
    named += [name for names in (*planning.together, *planning.apart) for name in names]
    named += [name for each in planning.before for name in (each.first, each.then)]
    named += [each.application for each in planning.locked]
    found = {
        "application": unknown_names(named, _known(inputs.applications)),
        "business unit": unknown_names((name for scope in scopes for name in scope.units), _units(inputs.facts)),
    }
    passed_over = [
        problem_row(
            "name",
            f"the document names the {kind} {name!r}, which the inventory does not know; it is passed over",
            hint,
            [],
        )
        for kind, names in found.items()
        for name, hint in names.items()
    ]
    return [*passed_over, *_ambiguous(named, inputs.applications)]


def _known(applications: pd.DataFrame) -> Iterator[str]:
    yield from applications["application_id"]
    yield from applications["name"]


def _units(facts: pd.DataFrame) -> Iterator[str]:
    told = facts.loc[facts["field"] == "business_unit", "value"].astype("str").str.split(";").explode()
    yield from told.str.strip().unique()


def _ambiguous(named: Sequence[str], applications: pd.DataFrame) -> list[PlanProblem]:
    if not named:
        return []
    ids = set(applications["application_id"])
    called = ids_by_name(applications)
    shared = {name: called.get(folded(name), []) for name in dict.fromkeys(named) if name not in ids}
    return [
        problem_row(
            "name",
            f"{len(keys)} applications are called {name!r}; the first that moves is taken",
            f"write the id that is meant: {', '.join(sorted(keys))}",
            keys,
            dropped=False,
        )
        for name, keys in shared.items()
        if len(keys) > 1
    ]


def _staying(planning: Planning, inputs: Inputs, movers: Movers) -> list[PlanProblem]:
    """Declarations that need somebody to move whose recommendation does not."""
    asked = [("together", f"together[{place}]", names) for place, names in enumerate(planning.together)]
    asked += [("before", f"before[{place}]", (each.first, each.then)) for place, each in enumerate(planning.before)]
    asked += [("lock", f"locked[{place}]", (each.application,)) for place, each in enumerate(planning.locked)]
    if not asked:
        return []
    strategies = dict(zip(inputs.known["application_id"], inputs.known["strategy"].astype("str"), strict=True))
    called = ids_by_name(inputs.applications)
    found = []
    for rule, path, names in asked:
        moving = len({movers.position(name) for name in names} - {None})
        for name in names:
            keys = [name] if name in strategies else called.get(folded(name), [])
            staying = [key for key in keys if key in strategies]
            if movers.position(name) is None and staying:
                what = f"{path} names {name!r}, which does not move ({strategies[staying[0]]})"
                relax = f"take it out of {path}, or review its recommendation"
                found.append(problem_row(rule, what, relax, staying[:1], dropped=rule != "together" or moving < 2))
    return found


def _empty_frozen(planning: Planning, inputs: Inputs) -> list[PlanProblem]:
    """Waves declared to have started in which the stored plan has nobody."""
    empty = sorted(set(planning.frozen) - set(inputs.previous["wave"]))
    first = len(planning.frozen) + 1
    return [
        problem_row(
            "frozen",
            f"frozen names wave {wave}, in which the stored plan has nobody; the first wave to plan is {first}",
            f"take wave {wave} and later ones out of frozen, unless it really ran empty",
            [],
            dropped=False,
        )
        for wave in empty
    ]


def _assigned(
    inputs: Inputs,
    planning: Planning,
    movers: Movers,
    structure: Structure,
    numbers: Problem,
    waves: np.ndarray,
    label: np.ndarray,
) -> pd.DataFrame:
    started = started_waves(planning, movers)
    said: dict[str, list[str]] = {}
    for source, target, why in zip(
        structure.links.source.tolist(), structure.links.target.tolist(), structure.links.why, strict=True
    ):
        for place in (source, target) if why else ():
            if why not in said.setdefault(movers.ids[place], []):
                said[movers.ids[place]].append(why)
    pilots = {movers.ids[numbers.members[group][0]] for group in numbers.pilots.tolist()}
    circles = {
        movers.ids[one]: [movers.ids[other] for other in members.tolist() if other != one]
        for members in numbers.members
        if len(members) > 1
        for one in members.tolist()
    }
    locked = {movers.ids[place] for place in np.flatnonzero(structure.fixed).tolist()}
    ran = {movers.ids[place] for place in np.flatnonzero(started).tolist()}
    placed = dict(zip(movers.ids, waves.tolist(), strict=True))
    return assignments(inputs, placed, circles, pilots, ran, locked, said)


def _wave_rows(inputs: Inputs, planning: Planning, movers: Movers, numbers: Problem, waves: np.ndarray) -> pd.DataFrame:
    count = int(waves.max(initial=0))
    dates = wave_dates(planning, count)
    effort = np.nan_to_num(movers.effort)
    piloted = len(numbers.pilots) > 0
    if planning.frozen:
        before = inputs.previous_waves
        piloted = bool(before.loc[before["wave"] == 1, "is_pilot"].any())
    servers = inputs.links.assign(wave=inputs.links["application_id"].map(dict(zip(movers.ids, waves, strict=True))))
    servers_of = servers.groupby("wave")["asset_id"].nunique()
    rows: list[dict[str, Any]] = []
    for wave in range(1, count + 1):
        inside = np.flatnonzero(waves == wave)
        if not len(inside):
            continue  # waits for a window or a lock: nobody moves
        risks = np.bincount(movers.risk[inside], minlength=len(RISKS)).tolist()
        units = pd.Series([unit for place in inside.tolist() for unit in movers.units[place]], dtype="str")
        rows.append(
            {
                "wave": wave,
                "is_pilot": wave == 1 and piloted,
                "starts": dates[wave - 1][0].isoformat() if wave <= len(dates) else None,
                "ends": dates[wave - 1][1].isoformat() if wave <= len(dates) else None,
                "applications": len(inside),
                "servers": int(servers_of.get(wave, 0)),
                "effort_days": round(float(effort[inside].sum()), 1),
                "capacity": capacity_of(planning, len(movers.ids)),
                "risks": {name: number for name, number in zip(RISKS, risks, strict=True) if number},
                "units": {str(unit): int(number) for unit, number in units.value_counts().sort_index().items()},
            }
        )
    return pd.DataFrame(rows, columns=Wave.columns())


def problem_rows(problems: Sequence[PlanProblem]) -> pd.DataFrame:
    """The problems as a table, each once, by id."""
    distinct = {each.problem_id: each.model_dump() for each in problems}
    return pd.DataFrame([distinct[key] for key in sorted(distinct)], columns=PlanProblem.columns())
