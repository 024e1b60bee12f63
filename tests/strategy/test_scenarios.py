"""What-if scenarios: the goal in force gives today's plan, others say what moves and why, people's words hold."""

import time
from datetime import UTC, datetime

import pandas as pd
import pytest

from aidiscover_pipelines.domain.errors import UnknownTenant
from aidiscover_pipelines.domain.tables import Application, ApplicationFact, Recommendation, ScenarioOutcome
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from aidiscover_pipelines.strategy.draft import draft_recommendations
from aidiscover_pipelines.strategy.policy.overlay import overlay_of
from aidiscover_pipelines.strategy.policy.policy import STRATEGIES, shipped_policy
from aidiscover_pipelines.strategy.policy.tenant import declare_policy, policy_in_force
from aidiscover_pipelines.strategy.scenarios.comparison import compare
from aidiscover_pipelines.strategy.scenarios.scenarios import PLANNED, Portfolio, other_goals
from aidiscover_pipelines.strategy.signals import FactTable, read_signals
from aidiscover_pipelines.strategy.stage import draft_portfolio, settle_portfolio
from resources.scratch_store import ScratchStore

TENANT, NOW = TenantId("acme"), datetime(2026, 11, 21, 9, tzinfo=UTC)
TODAY = NOW.date()
OTHERS = ["goal cost", "goal modernisation", "goal risk", "goal speed"]
# Hangs in the balance: speed rehosts it, modernisation refactors it.
UNDECIDED = {"technology_stack": "custom Java monolith", "business_criticality": "high",
             "description": "data center exit; technical debt: high"}  # fmt: skip


@pytest.fixture
def told(portfolio, facts):
    return pd.concat([portfolio, facts(undecided=UNDECIDED)], ignore_index=True)


@pytest.fixture
def store(told):
    made = ScratchStore(Tenant(TENANT, "Acme"))
    rows = [(key, key, [], 1, "recorded", 1.0, "single") for key in told["application_id"].unique()]
    names = pd.DataFrame(rows, columns=Application.columns())
    made.replace(TENANT, RunRef("r0"), {ApplicationFact: told, Application: names})
    settle(made)
    return made


def settle(store, run="r1", answers=(), **options):
    drafts = draft_portfolio(store, TENANT, TODAY, **options)
    settle_portfolio(store, TENANT, RunRef(run), drafts, list(answers), TODAY, **options)


def compared(store, **scenarios):
    current = policy_in_force(store, TENANT).policy
    goals = {f"goal {goal}": current.towards(goal) for goal in current.goals}
    return compare(store, TENANT, TODAY, current, scenarios or goals)


def moved(document, scenario):
    return {row["application"]: row["becomes"][scenario] for row in document["moved"] if scenario in row["becomes"]}


@pytest.mark.parametrize("goal", shipped_policy().goals)
def test_the_scenario_of_the_goal_in_force_is_todays_plan(store, goal):
    declare_policy(store, TENANT, overlay_of({"goal": goal}, "test"), "", "eve", NOW)
    settle(store, "r2")
    document = compared(store)
    today, (same,) = document["today"], [each for each in document["scenarios"] if each["name"] == f"goal {goal}"]
    assert same["moved"] == 0 and moved(document, f"goal {goal}") == {}
    assert {name: same[name] for name in today} == today
    stored = store.read(TENANT, Recommendation)
    assert today["mean_confidence"] == round(float(stored["confidence"].mean()), 3)
    assert sum(today["counts"].values()) == len(stored) == document["applications"]


def test_a_scenario_is_what_a_run_under_that_goal_would_make(store):
    document = compared(store)
    for goal in shipped_policy().goals:
        declare_policy(store, TENANT, overlay_of({"goal": goal}, "test"), "", "eve", NOW)
        drafts = draft_portfolio(store, TENANT, TODAY)
        (scenario,) = [each for each in document["scenarios"] if each["name"] == f"goal {goal}"]
        counts = drafts["strategy"].value_counts()
        assert scenario["counts"] == {each.value: int(counts.get(each.value, 0)) for each in STRATEGIES}
        assert scenario["mean_confidence"] == pytest.approx(drafts["confidence"].mean(), abs=0.001)


def test_what_moves_an_application_is_told(store):
    document = compared(store)
    (row,) = [row for row in document["moved"] if row["application"] == "undecided"]
    assert (row["today"], row["becomes"]["goal speed"]) == ("refactor", "rehost")
    for scenario, strategy in row["becomes"].items():
        assert strategy != row["today"]
        assert " points better against " in row["why"][scenario] or "gains" in row["why"][scenario]


def test_a_constraint_that_moves_an_application_is_named(store):
    own = {"id": "no-java", "when": "portable_runtime", "excludes": ["rehost", "replatform", "refactor"],
           "reason": "{portable_runtime} is left behind", "citation": "board, May"}  # fmt: skip
    policy = overlay_of({"constraints": [own]}, "own").over(shipped_policy())
    document = compared(store, board=policy)
    (shop,) = [row for row in document["moved"] if row["application"] == "shop"]
    assert shop["why"]["board"].startswith("no-java forbids replatform: Java; Spring is left behind")
    declare_policy(store, TENANT, overlay_of({"constraints": [own]}, "own"), "", "eve", NOW)
    settle(store, "r2")
    document = compared(store, shipped=shipped_policy())
    whys = {row["application"]: row["why"]["shipped"] for row in document["moved"]}
    assert whys["shop"].startswith("no-java no longer forbids replatform")


def test_what_a_person_decided_holds_in_every_scenario_and_is_counted(store):
    stored = store.read(TENANT, Recommendation)
    is_theirs = stored["application_id"] == "undecided"
    stored.loc[is_theirs, ["strategy", "decided_by", "confidence"]] = ["retain", "person", 0.84]
    store.replace(TENANT, RunRef("r2"), {Recommendation: stored})
    document = compared(store)
    assert document["held_by_people"] == 1
    assert "undecided" not in {row["application"] for row in document["moved"]}


def test_a_crews_decision_stays_where_the_policy_says_what_it_said(store):
    stored = store.read(TENANT, Recommendation)
    is_theirs = stored["application_id"] == "shop"
    stored.loc[is_theirs, ["strategy", "decided_by", "confidence"]] = ["refactor", "crew", 0.6]
    store.replace(TENANT, RunRef("r2"), {Recommendation: stored})
    document = compared(store)
    assert "shop" not in moved(document, "goal balanced")
    assert document["scenarios"][0]["counts"] == document["today"]["counts"]


def test_the_outcomes_of_the_other_goals_are_stored_with_the_plan(store):
    outcomes = store.read(TENANT, ScenarioOutcome)
    assert set(outcomes["scenario"]) <= set(OTHERS) and len(outcomes)
    document = compared(store)
    for scenario in OTHERS:
        rows = outcomes[outcomes["scenario"] == scenario]
        assert dict(zip(rows["application_id"], rows["strategy"].astype(str), strict=True)) == moved(document, scenario)
    assert (outcomes["why"] != "").all()
    settle(store, "r2", application="shop")
    pd.testing.assert_frame_equal(store.read(TENANT, ScenarioOutcome), outcomes)


def test_bands_that_are_switched_off_are_not_summed(store):
    policy = overlay_of({"bands": {"cost": False}}, "own").over(shipped_policy())
    (scenario,) = compared(store, off=policy)["scenarios"]
    assert scenario["cost_month"] is None
    assert scenario["effort_days"]["low"] <= scenario["effort_days"]["high"]


def test_an_empty_portfolio_compares_nothing_and_an_unknown_tenant_is_refused():
    empty = ScratchStore(Tenant(TENANT, "Acme"))
    assert compared(empty)["applications"] == 0
    with pytest.raises(UnknownTenant):
        compare(empty, TenantId("nobody"), TODAY, shipped_policy(), {})


def test_four_scenarios_of_ten_thousand_applications_take_seconds(told, no_attributes, no_members):
    many = pd.concat(
        [told.assign(application_id=told["application_id"] + f"-{copy}") for copy in range(1_430)], ignore_index=True
    )
    plan = draft_recommendations(told, no_attributes, no_members)[PLANNED].iloc[:0]
    started = time.perf_counter()
    table = FactTable(many)
    portfolio = Portfolio(table, read_signals(table, TODAY), no_attributes, plan, shipped_policy())
    outcomes = [portfolio.under(policy) for policy in other_goals(shipped_policy()).values()]
    assert time.perf_counter() - started < 4
    assert len(outcomes[0].chosen) == 10_010
