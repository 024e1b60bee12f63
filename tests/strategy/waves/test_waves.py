import numpy as np
import pytest

from aidiscover_pipelines.domain.tables import PlanProblem, Wave, WaveAssignment
from aidiscover_pipelines.strategy.waves.groups import WAVE_LEAST

RATED = ["low", "medium", "high", "critical"]
EASY = {"priority": 1, "risk": "low", "criticality": "low"}
HARD = {"priority": 1, "risk": "high", "criticality": "low"}


def reasons(plan):
    return plan.assignments.set_index("application_id")["reason"]


@pytest.mark.parametrize("seed", range(2))
def test_nothing_moves_before_what_it_needs(seed, plan, waves):
    rng = np.random.default_rng(seed)
    names = [f"a{number:03d}" for number in range(150)]
    applications = {
        name: {
            "strategy": str(rng.choice(["rehost", "replatform", "refactor", "repurchase", "retire", "retain"])),
            "priority": int(rng.integers(1, 6)),
            "risk": str(rng.choice(["low", "medium", "high"])),
            "criticality": str(rng.choice(RATED)),
        }
        for name in names
    }
    edges = [(names[a], names[b]) for a, b in rng.integers(0, 150, (40 * (seed + 1), 2))]
    made = plan(applications, edges)
    wave, moves_with = (
        waves(made),
        dict(zip(made.assignments["application_id"], made.assignments["moves_with"], strict=True)),
    )
    moves = {name for name in names if wave[name] > 0}
    assert moves == {name for name, told in applications.items() if told["strategy"] not in ("retire", "retain")}
    assert all(wave[target] <= wave[source] for source, target in edges if {source, target} <= moves)
    assert all({wave[other] for other in moves_with[name]} <= {wave[name]} for name in moves)
    assert made.cost <= made.first and made.problems.empty


def test_the_pilot_is_small_easy_and_not_critical(plan, waves):
    made = plan({**{f"a{number}": EASY for number in range(9)}, "big": {**EASY, "criticality": "critical"}})
    pilots = [name for name, wave in waves(made).items() if wave == 1]
    assert len(pilots) == 5 and "big" not in pilots
    assert reasons(made)[pilots].str.startswith("pilot").all()
    assert made.waves["is_pilot"].tolist() == [True, False]


def test_medium_risk_fills_the_pilot_to_three_and_high_risk_never(plan, waves):
    made = plan({"a": EASY, "b": {**EASY, "risk": "medium"}, "c": HARD})
    assert waves(made) == {"a": 1, "b": 1, "c": 2}


def test_the_size_of_the_pilot_is_declared(plan, waves):
    easy = {f"a{number}": EASY for number in range(9)}
    assert list(waves(plan(easy, document={"pilots": {"least": 1, "most": 2}})).values()).count(1) == 2
    none = plan(easy, document={"pilots": {"least": 0, "most": 0}})
    assert set(waves(none).values()) == {1} and not none.waves["is_pilot"].any()


def test_without_a_pilot_waves_start_at_one(plan, waves):
    assert waves(plan({"a": {"strategy": "refactor", "priority": 5, "risk": "high"}})) == {"a": 1}


def test_a_circle_moves_together_and_says_so(plan):
    made = plan({"a": HARD, "b": {**HARD, "priority": 5}, "c": HARD}, [("a", "b"), ("b", "a"), ("c", "a")])
    assert made.assignments.set_index("application_id").loc["a", "moves_with"] == ["b"]
    assert reasons(made)["b"] == "moves together with a: they need each other"
    assert "not before a" in reasons(made)["c"]


def test_what_stays_says_who_still_needs_it(plan):
    applications = {
        "a": EASY,
        "old": {"strategy": "retire"},
        "host": {"strategy": "retain"},
        "x": {"strategy": "retain"},
    }
    told = reasons(plan(applications, [("a", "old"), ("a", "host")]))
    assert told["old"] == "switched off once a no longer need it"
    assert "a must reach it" in told["host"]
    assert told["x"] == "stays where it is"
    assert "keeps a connection to host, old" in told["a"]


def test_waves_keep_their_capacity(plan, waves):
    sizes = list(waves(plan({f"a{number:03d}": HARD for number in range(70)})).values())
    assert max(map(sizes.count, sizes)) == WAVE_LEAST and max(sizes) == 4


def test_long_lists_of_names_are_cut(plan):
    made = plan({f"n{number}": HARD for number in range(6)}, [("n0", f"n{number}") for number in range(1, 6)])
    assert "n1, n2, n3 and 2 more" in reasons(made)["n0"]


@pytest.mark.parametrize(
    ("applications", "count"),
    [({}, 0), ({"a": {"strategy": "retain"}, "b": {"strategy": "retire"}}, 0), ({"only": EASY}, 1)],
)
def test_nothing_all_staying_and_one_are_plans(applications, count, plan):
    made = plan(applications)
    assert len(made.waves) == count and len(made.assignments) == len(applications)
    frames = {WaveAssignment: made.assignments, Wave: made.waves, PlanProblem: made.problems}
    assert all(list(frame.columns) == table.columns() for table, frame in frames.items())


def test_applications_that_left_the_inventory_are_left_out(inputs):
    from dataclasses import replace

    from aidiscover_pipelines.strategy.waves.plan import plan_waves

    tables = inputs({"here": EASY, "gone": EASY})
    left = replace(tables, applications=tables.applications.query("name == 'here'"))
    assert plan_waves(left).assignments["application_id"].tolist() == ["here"]


def test_a_circle_of_a_thousand_moves_as_one_and_is_told_to_be_too_large(plan, waves):
    names = [f"a{number:04d}" for number in range(1000)]
    made = plan(
        dict.fromkeys(names, HARD),
        [*zip(names, [*names[1:], names[0]], strict=True)],
        {"capacity": {"applications": 40}},
    )
    assert set(waves(made).values()) == {1}
    [problem] = made.problems.to_dict("records")
    assert (
        problem["what"]
        == "a wave holds 40 applications but a0000, a0001, a0002 and 997 more that move together have 1000"
    )
    assert problem["relax"] == "raise capacity.applications to 1000, or split what moves"


def test_the_order_of_rows_makes_no_difference(plan):
    rng = np.random.default_rng(3)
    names = [f"a{number:02d}" for number in range(40)]
    told = {name: {"priority": int(rng.integers(1, 6)), "unit": f"u{number % 5}"} for number, name in enumerate(names)}
    edges = [(names[a], names[b]) for a, b in rng.integers(0, 40, (40, 2))]
    one = plan(told, edges)
    other = plan(dict(sorted(told.items(), reverse=True)), edges[::-1])
    assert one.assignments.equals(other.assignments) and one.waves.equals(other.waves)


def test_waves_count_servers_once_and_work_where_it_is_known(plan):
    made = plan(
        {"a": {**HARD, "servers": ["s1", "s2"], "days": 5, "unit": "Sales; IT"}, "b": {**HARD, "servers": ["s2"]}}
    )
    [wave] = made.waves.to_dict("records")
    assert (wave["servers"], wave["effort_days"], wave["applications"], wave["starts"]) == (2, 5.0, 2, None)
    assert wave["units"] == {"IT": 1, "Sales": 1} and wave["risks"] == {"high": 2}
    assert made.unknown_effort == 1
