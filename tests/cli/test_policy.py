"""`policy` and `scenarios` as a person and a script use them, on PostgreSQL."""

import uuid
from datetime import date
from pathlib import Path

import click
import pandas as pd
import pytest

from aidiscover_pipelines.domain.errors import ConfigError, InvalidPolicy, UnknownTenant
from aidiscover_pipelines.domain.tables import Application, ApplicationFact, TenantPolicy
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from aidiscover_pipelines.strategy.policy.policy import shipped_policy
from aidiscover_pipelines.strategy.stage import draft_portfolio, settle_portfolio

TODAY = date(2026, 11, 21)
FACTS = (
    ("shop", "technology_stack", "custom Java monolith"),
    ("shop", "business_criticality", "high"),
    ("shop", "description", "data center exit; technical debt: high"),
    ("old", "lifecycle_status", "Retired"),
)
OWN = """
goal: risk
factors: {cost: 1.2}
constraints:
  - {id: old-stays, when: retired, mandates: retain, reason: "{retired} but [bound]", citation: "board, May"}
"""
CONTRADICTING = """
constraints:
  - {id: erp-stays, when: erp, mandates: retain, reason: it stays, citation: "board, May"}
  - {id: erp-goes, when: {at_least: {users: 1}}, mandates: retire, reason: it goes, citation: "board, June"}
"""


@pytest.fixture
def tenant(store) -> TenantId:
    fresh = TenantId(f"t-{uuid.uuid4().hex[:12]}")
    store.add_tenant(Tenant(fresh, "Acme"))
    facts = pd.DataFrame(
        [(key, field, value, float("nan"), ["f.1.2.1"], "application") for key, field, value in FACTS],
        columns=ApplicationFact.columns(),
    )
    named = [(key, f"The [{key}]", [], 1, "recorded", 1.0, "single") for key in ("shop", "old")]
    names = pd.DataFrame(named, columns=Application.columns())
    store.upsert(fresh, RunRef("r0"), {ApplicationFact: facts, Application: names})
    settle_portfolio(store, fresh, RunRef("r1"), draft_portfolio(store, fresh, TODAY), [], TODAY)
    return fresh


@pytest.fixture
def own(tmp_path) -> Path:
    (tmp_path / "own.yaml").write_text(OWN, encoding="utf-8")
    return tmp_path / "own.yaml"


def test_a_declaration_is_set_shown_listed_and_taken_back(run, tenant, own):
    told = run("policy", "set", own, "--tenant", tenant, "--note", "May", "--by", "eve", "--json")
    assert told["policy"].startswith(f"{shipped_policy().version}+") and told["policy"].endswith(", goal risk")
    shown = run("policy", "show", "--tenant", tenant, "--json")
    assert (shown["policy"], shown["number"], shown["declared"]["factors"]) == (told["policy"], 1, {"cost": 1.2})
    text = run("policy", "show", "--tenant", tenant)
    assert "old-stays" in text and "only retain" in text and "rehost-speed" in text
    run("policy", "reset", "--tenant", tenant, "--by", "eve")
    listed = run("policy", "history", "--tenant", tenant, "--json")["declarations"]
    assert [(row["number"], row["note"], row["document"] == {}) for row in listed] == [(2, "", True), (1, "May", False)]
    assert "the shipped policy" in run("policy", "history", "--tenant", tenant)
    assert run("policy", "show", "--tenant", tenant, "--json")["policy"] == shipped_policy().label


def test_the_goal_alone_keeps_what_else_is_declared(run, tenant, own):
    before = run("policy", "set", own, "--tenant", tenant, "--json")
    after = run("policy", "set", "--goal", "cost", "--tenant", tenant, "--json")
    assert after["declared"] == {**before["declared"], "goal": "cost"}
    with pytest.raises(InvalidPolicy, match="no goal 'fame', only balanced"):
        run("policy", "set", "--goal", "fame", "--tenant", tenant)
    with pytest.raises(click.UsageError):
        run("policy", "set", "--tenant", tenant)


def test_the_goal_alone_is_refused_while_the_declaration_does_not_fit(run, tenant, store):
    row = {"kind": "strategy", "version": 1, "document": {"switched_off": ["gone"]}, "note": "", "by": "eve"}
    store.add(tenant, TenantPolicy, pd.DataFrame([{**row, "at": pd.Timestamp("2026-11-21", tz="UTC")}]))
    assert "'gone'" in run("policy", "show", "--tenant", tenant, "--json", code=3)["faults"][0]
    assert "is not used" in run("policy", "show", "--tenant", tenant, code=3)
    with pytest.raises(ConfigError, match="no longer fits this version"):
        run("policy", "set", "--goal", "cost", "--tenant", tenant)


def test_the_shipped_policy_is_shown_without_a_tenant(run):
    assert run("policy", "show", "--json")["policy"] == shipped_policy().label
    assert "already-saas" in run("policy", "show")


def test_a_file_is_checked_without_a_tenant_all_faults_at_once(run, own, tmp_path):
    assert "own.yaml is valid" in run("policy", "check", own)
    assert run("policy", "check", own, "--json")["faults"] == []
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("goal: fame\nfactors: {cost: high}", encoding="utf-8")
    assert len(run("policy", "check", wrong, "--json", code=1)["faults"]) == 2
    assert run("policy", "check", wrong, code=1).count("; ") >= 2


def test_constraints_that_may_contradict_are_warned_of(run, tenant, tmp_path):
    file = tmp_path / "both.yaml"
    file.write_text(CONTRADICTING, encoding="utf-8")
    warnings = run("policy", "check", file, "--json", code=3)["warnings"]
    told = "erp-stays (mandates retain) and erp-goes (mandates retire) leave no strategy"
    assert f"contradictory constraints: {told}" in warnings
    assert "erp-stays" in run("policy", "check", file, code=3)
    assert "erp-stays" in run("policy", "set", file, "--tenant", tenant, code=3)


def test_scenarios_stand_side_by_side(run, tenant, own):
    document = run("scenarios", "--tenant", tenant, "--goal", "speed", "--goal", "balanced", "--policy", own, "--json")
    assert [each["name"] for each in document["scenarios"]] == ["goal speed", "goal balanced", str(own)]
    assert document["scenarios"][1]["moved"] == 0
    moved = {row["application"]: row["becomes"] for row in document["moved"]}
    assert moved["old"][str(own)] == "retain"
    text = run("scenarios", "--tenant", tenant)
    assert "goal modernisation" in text and "The [shop]" in text
    with pytest.raises(ConfigError, match="use one of balanced"):
        run("scenarios", "--tenant", tenant, "--goal", "fame")


def test_scenarios_of_nothing_and_of_nobody(run, store):
    bare = TenantId(f"t-{uuid.uuid4().hex[:12]}")
    store.add_tenant(Tenant(bare, "Bare"))
    assert "no applications to compare" in run("scenarios", "--tenant", bare)
    for words in (("scenarios",), ("policy", "show"), ("policy", "history"), ("policy", "reset")):
        with pytest.raises(UnknownTenant):
            run(*words, "--tenant", "nobody")
