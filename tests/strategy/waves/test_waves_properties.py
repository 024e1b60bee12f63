import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aidiscover_pipelines.strategy.waves.calendar import closures
from aidiscover_pipelines.strategy.waves.construct import first_plan
from aidiscover_pipelines.strategy.waves.document import as_planning
from aidiscover_pipelines.strategy.waves.groups import build
from aidiscover_pipelines.strategy.waves.improve import solve
from aidiscover_pipelines.strategy.waves.movers import read_movers
from aidiscover_pipelines.strategy.waves.problem import broken, cost
from aidiscover_pipelines.strategy.waves.structure import settle

NAMES = [f"a{number}" for number in range(9)]
name = st.sampled_from(NAMES)
pairs = st.lists(st.tuples(name, name).filter(lambda pair: pair[0] != pair[1]), max_size=6)
told = st.fixed_dictionaries(
    {
        "priority": st.integers(1, 5),
        "risk": st.sampled_from(["low", "medium", "high"]),
        "criticality": st.sampled_from(["low", "high"]),
        "unit": st.sampled_from(["u0", "u1", "u2"]),
        "servers": st.sets(st.sampled_from("abcdefghijkl"), max_size=4).map(sorted),
    }
)
document = st.fixed_dictionaries(
    {},
    optional={
        "capacity": st.fixed_dictionaries(
            {"applications": st.integers(1, 5)}, optional={"servers": st.integers(2, 12)}
        ),
        "together": pairs.map(lambda found: [list(pair) for pair in found[:2]]),
        "before": pairs.map(lambda found: [{"first": one, "then": other} for one, other in found[:3]]),
        "apart": pairs.map(lambda found: [list(pair) for pair in found[:3]]),
        "locked": st.lists(st.fixed_dictionaries({"application": name, "wave": st.integers(1, 4)}), max_size=2),
        "units": st.just({"at_once": 1}),
        "high_risk_share": st.sampled_from([0.3, 0.9]),
    },
)  # fmt: skip


def numbers_of(tables, planning):
    movers = read_movers(tables)
    structure = settle(tables.dependencies, movers, planning)
    return movers, structure, *build(movers, structure, planning, closures(planning, movers), tables.dependencies)


@settings(max_examples=40)
@given(applications=st.dictionaries(name, told, max_size=9), edges=pairs, declared=document)
def test_whatever_is_declared_what_must_hold_holds_and_what_does_not_is_told(inputs_of, applications, edges, declared):
    planning = as_planning(declared, "test")
    movers, structure, numbers, label = numbers_of(inputs_of(applications, edges), planning)
    solved = solve(numbers)
    waves = solved.waves[label]
    wave = dict(zip(movers.ids, waves.tolist(), strict=True))
    assert solved.cost <= solved.first and not set(broken(numbers, solved.waves)) - {"apart"}
    assert all(wave[source] >= wave[target] for source, target in edges if source in wave and target in wave)
    dropped = {(problem.rule, tuple(problem.applications)) for problem in structure.problems}
    for each in declared.get("before", []):
        first, then = each["first"], each["then"]
        if first in wave and then in wave and ("before", tuple(sorted([first, then]))) not in dropped:
            assert wave[first] < wave[then]
    for one, other in declared.get("together", []):
        if one in wave and other in wave and ("together", tuple(sorted([one, other]))) not in dropped:
            assert wave[one] == wave[other]


@settings(max_examples=25)
@given(
    applications=st.dictionaries(st.sampled_from(NAMES[:5]), told, min_size=1, max_size=5),
    edges=pairs,
    declared=document,
)
def test_of_a_few_applications_no_plan_is_cheaper(inputs_of, applications, edges, declared):
    _, _, numbers, _ = numbers_of(inputs_of(applications, edges), as_planning(declared, "test"))
    solved = solve(numbers)
    most = int(first_plan(numbers).max(initial=1)) + 1
    possible = (np.array(waves) for waves in itertools.product(range(1, most + 1), repeat=numbers.count))
    kept = set(broken(numbers, solved.waves))
    assert solved.is_proved
    assert solved.cost == min(cost(numbers, waves) for waves in possible if set(broken(numbers, waves)) <= kept)


@pytest.mark.parametrize("count", [90, 200])
def test_a_portfolio_in_parts_is_planned_better_than_in_one_pass(count, inputs_of):
    rng = np.random.default_rng(count)
    names = [f"a{number:04d}" for number in range(count)]
    applications = {
        each: {"priority": int(rng.integers(1, 6)), "risk": str(rng.choice(["low", "medium", "high"]))}
        for each in names
    }
    edges = {
        (names[max(pair)], names[min(pair)]) for pair in rng.integers(0, count, (2 * count, 2)) if pair[0] != pair[1]
    }
    _, _, numbers, _ = numbers_of(inputs_of(applications, sorted(edges)), as_planning({}, "test"))
    one, other = solve(numbers), solve(numbers)
    assert not broken(numbers, one.waves) and one.cost < 0.99 * one.first
    assert np.array_equal(one.waves, other.waves) and not one.met_wall
