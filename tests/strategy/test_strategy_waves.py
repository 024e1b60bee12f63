import numpy as np
import pandas as pd
import pytest

from aidiscover_pipelines.domain.tables import WaveAssignment
from aidiscover_pipelines.strategy.waves import WAVE_LEAST, plan_waves

RATED = ["low", "medium", "high", "critical"]


def plan(rows, edges, criticality=None):
    recommendations = pd.DataFrame(rows, columns=["application_id", "strategy", "priority", "risk"])
    dependencies = pd.DataFrame(edges, columns=["source_application", "target_application"], dtype=object)
    dependencies = dependencies.assign(directed=True)
    applications = recommendations[["application_id"]].assign(name=recommendations["application_id"])
    rated = criticality or dict.fromkeys(recommendations["application_id"], "low")
    facts = pd.DataFrame(
        [(key, "business_criticality", value) for key, value in rated.items()],
        columns=["application_id", "field", "value"],
    )
    return plan_waves(recommendations, dependencies, applications, facts).set_index("application_id")


@pytest.mark.parametrize("seed", range(12))
def test_nothing_moves_before_what_it_needs(seed):
    rng = np.random.default_rng(seed)
    names = [f"a{number:03d}" for number in range(150)]
    strategies = rng.choice(["rehost", "replatform", "refactor", "repurchase", "retire", "retain"], 150)
    rows = [
        (name, strategy, int(rng.integers(1, 6)), str(rng.choice(["low", "medium", "high"])))
        for name, strategy in zip(names, strategies, strict=True)
    ]
    edges = [(names[a], names[b]) for a, b in rng.integers(0, 150, (40 * (seed + 1), 2))]
    waves = plan(rows, edges, {name: str(rng.choice(RATED)) for name in names})
    moves = set(waves.index[waves["wave"] > 0])
    assert moves == {name for name, strategy, *_ in rows if strategy not in ("retire", "retain")}
    for source, target in edges:
        if source in moves and target in moves:
            assert waves.loc[target, "wave"] <= waves.loc[source, "wave"]
    for name in moves:
        assert {waves.loc[other, "wave"] for other in waves.loc[name, "moves_with"]} <= {waves.loc[name, "wave"]}


def test_the_pilot_is_small_easy_and_not_critical():
    rows = [(f"a{number}", "rehost", 1, "low") for number in range(9)] + [("big", "rehost", 1, "low")]
    waves = plan(rows, [], {**{f"a{number}": "low" for number in range(9)}, "big": "critical"})
    pilots = waves[waves["wave"] == 1]
    assert len(pilots) == 5 and "big" not in pilots.index
    assert pilots["reason"].str.startswith("pilot").all()


def test_medium_risk_fills_the_pilot_to_three_and_high_risk_never():
    rows = [("a", "rehost", 1, "low"), ("b", "rehost", 1, "medium"), ("c", "rehost", 1, "high")]
    waves = plan(rows, [])
    assert waves["wave"].to_dict() == {"a": 1, "b": 1, "c": 2}


def test_without_a_pilot_waves_start_at_one():
    waves = plan([("a", "refactor", 5, "high")], [])
    assert waves.loc["a", "wave"] == 1


def test_a_circle_moves_together_and_says_so():
    rows = [("a", "rehost", 1, "high"), ("b", "replatform", 5, "high"), ("c", "rehost", 1, "high")]
    waves = plan(rows, [("a", "b"), ("b", "a"), ("c", "a")])
    assert waves.loc["a", "moves_with"] == ["b"]
    assert "they need each other" in waves.loc["b", "reason"]
    assert "not before a" in waves.loc["c", "reason"]


def test_what_stays_says_who_still_needs_it():
    rows = [
        ("a", "rehost", 1, "low"),
        ("old", "retire", 1, "low"),
        ("host", "retain", 1, "low"),
        ("x", "retain", 1, "low"),
    ]
    waves = plan(rows, [("a", "old"), ("a", "host")])
    assert waves.loc["old", "reason"] == "does not move: retire once a no longer need it"
    assert "a must reach it" in waves.loc["host", "reason"]
    assert waves.loc["x", "reason"] == "does not move: retain"
    assert "keeps a connection to host, old" in waves.loc["a", "reason"]


def test_waves_keep_their_capacity():
    rows = [(f"a{number:03d}", "rehost", 3, "high") for number in range(70)]
    sizes = plan(rows, [])["wave"].value_counts()
    assert sizes.max() == WAVE_LEAST and len(sizes) == 4


def test_long_lists_of_names_are_cut():
    rows = [(f"n{number}", "rehost", 1, "high") for number in range(6)]
    waves = plan(rows, [("n0", f"n{number}") for number in range(1, 6)])
    assert "n1, n2, n3 and 2 more" in waves.loc["n0", "reason"]


def test_applications_that_left_the_inventory_are_left_out():
    recommendations = pd.DataFrame(
        [("gone", "rehost", 1, "low")], columns=["application_id", "strategy", "priority", "risk"]
    )
    empty = plan_waves(
        recommendations,
        pd.DataFrame(columns=["source_application", "target_application", "directed"]),
        pd.DataFrame(columns=["application_id"]),
        pd.DataFrame(columns=["application_id", "field", "value"]),
    )
    assert empty.empty and list(empty.columns) == WaveAssignment.columns()
