"""`review` on recommendations as a person and a script use it, on PostgreSQL, and from several processes at once."""

import subprocess
import sys
import uuid
from datetime import date

import pandas as pd
import pytest
from click.testing import CliRunner

from aidiscover_pipelines.cli.main import cli
from aidiscover_pipelines.domain.errors import ConfigError, UnknownTenant
from aidiscover_pipelines.domain.tables import Application, ApplicationFact, DataFlag, Recommendation, ReviewEntry
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from aidiscover_pipelines.strategy.stage import draft_portfolio, settle_portfolio

TODAY = date(2026, 11, 21)
FACTS = (
    ("shop", "technology_stack", "Java; Spring"),
    ("shop", "database_engine", "PostgreSQL 11"),
    ("old", "lifecycle_status", "Retired"),
)


@pytest.fixture
def tenant(store) -> TenantId:
    fresh = TenantId(f"t-{uuid.uuid4().hex[:12]}")
    store.add_tenant(Tenant(fresh, "Acme"))
    facts = pd.DataFrame(
        [(key, field, value, float("nan"), ["f.1.2.1"], "application") for key, field, value in FACTS],
        columns=ApplicationFact.columns(),
    )
    named = [(key, key, [], 1, "recorded", 1.0, "single") for key in ("shop", "old")]
    store.upsert(
        fresh,
        RunRef("r0"),
        {ApplicationFact: facts, Application: pd.DataFrame(named, columns=Application.columns())},
    )
    failed = {"subject": "application:old", "status": "fallback", "reason": "BudgetExhausted: 10 of 10 tokens used"}
    settle_portfolio(store, fresh, RunRef("r1"), draft_portfolio(store, fresh, TODAY), [failed], TODAY)
    return fresh


def answer(run, tenant, action, *more, application="shop", by="eve", code=0):
    words = ("--application", application, "--reason", "as [the board] said", "--by", by)
    return run("review", action, "--tenant", tenant, *words, *more, code=code)


def test_what_waits_is_listed_until_a_person_answers(run, tenant):
    document = run("review", "--tenant", tenant, "--json", code=3)
    assert (document["waiting"], document["columns"]) == (1, [])
    assert [(row["application"], row["kind"]) for row in document["recommendations"]] == [("old", "budget exhausted")]
    shown = run("review", "--tenant", tenant, code=3)
    assert f"right: aidiscover review approve --tenant {tenant}" in shown
    assert "old is retire (confidence" in answer(run, tenant, "approve", application="old")
    assert "nothing waits" in run("review", "--tenant", tenant)


def test_every_action_is_a_row_of_the_history_with_author_and_time(run, tenant, store):
    answer(run, tenant, "comment")
    answer(run, tenant, "approve", "--strategy", "replatform")
    answer(run, tenant, "override", "--strategy", "rehost")
    answer(run, tenant, "lock", by="ann")
    answer(run, tenant, "unlock", by="ann")
    answer(run, tenant, "withdraw")
    entries = run("review", "history", "--tenant", tenant, "--json")["entries"]
    assert [(row["action"], row["standing"]) for row in entries] == [
        ("withdraw", ""),
        ("unlock", ""),
        ("lock", "unlocked"),
        ("override", "withdrawn"),
        ("approve", "holds"),
        ("comment", ""),
    ]
    assert {row["by"] for row in entries} == {"eve", "ann"}
    assert {row["reason"] for row in entries} == {"as [the board] said"}
    assert all(row["at"] for row in entries)
    row = store.read(tenant, Recommendation, application_id="shop").iloc[0]
    assert (row["strategy"], row["decided_by"]) == ("replatform", "person")
    assert "as [the board] said" in run("review", "history", "--tenant", tenant, "--application", "shop")
    listed = run("overrides", "list", "--tenant", tenant, "--json")["overrides"]
    assert [(one["strategy"], one["kind"], one["superseded"]) for one in listed] == [
        ("replatform", "confirmation", False)
    ]


def test_a_contradiction_is_told_and_exits_with_three(run, tenant, store):
    answer(run, tenant, "approve", by="ann")
    told = answer(run, tenant, "override", "--strategy", "retire", by="bob", code=3)
    assert "contradictory: ann said replatform on" in told and "bob said retire on" in told
    flags = run("flags", "--tenant", tenant, "--problem", "contradictory reviews", "--json")["flags"]
    assert [flag["entity_id"] for flag in flags] == ["shop"]
    document = run("review", "--tenant", tenant, "--json", code=3)
    assert "contradictory reviews" in {row["kind"] for row in document["recommendations"]}


def test_many_are_approved_at_once(run, tenant):
    words = ("--reason", "read", "--by", "eve")
    document = run("review", "approve", "--tenant", tenant, "--all-above", 0.0, *words, "--json")
    assert (document["approved"], document["asking"]) == (["shop"], 1)
    told = run("review", "approve", "--tenant", tenant, "--all-above", 0.0, *words)
    assert "approved 0; left alone: 1 decided already, 1 that ask for a look of their own" in told
    with pytest.raises(ConfigError, match="it has no pattern 'c03'; there are none"):
        run("review", "approve", "--tenant", tenant, "--pattern", "c03", *words)


def test_what_cannot_be_is_one_clear_line(run, tenant):
    with pytest.raises(ConfigError, match="did you mean 'shop'"):
        answer(run, tenant, "approve", application="shpo")
    answer(run, tenant, "lock", by="ann")
    with pytest.raises(ConfigError, match=r"'ann' locked it on .* \(as \[the board\] said\)"):
        answer(run, tenant, "override", "--strategy", "retain")
    with pytest.raises(ConfigError, match="did you mean 'shop'"):
        run("review", "history", "--tenant", tenant, "--application", "shpo")
    with pytest.raises(UnknownTenant):
        answer(run, "nobody", "comment")


@pytest.mark.parametrize(
    "words",
    [
        ("approve", "--tenant", "x", "--reason", "y"),
        ("approve", "--tenant", "x", "--reason", "y", "--application", "a", "--pattern", "c01"),
        ("override", "--tenant", "x", "--application", "a", "--reason", "y"),
        ("lock", "--tenant", "x", "--application", "a"),
    ],
)
def test_a_command_that_lacks_something_is_wrong_usage(words):
    assert CliRunner().invoke(cli, ["review", *words]).exit_code == 2


def test_several_processes_at_once_leave_one_order_and_what_it_comes_to(run, tenant, store):
    strategies = ("retain", "rehost")
    words = ("review", "override", "--tenant", tenant, "--application", "shop", "--reason", "mine", "--json")
    command = [sys.executable, "-m", "aidiscover_pipelines.cli.main", *words]
    started = [
        subprocess.Popen([*command, "--strategy", strategy, "--by", strategy], stdout=subprocess.PIPE)
        for strategy in strategies
    ]
    for process in started:
        process.communicate(timeout=60)
    assert {process.returncode for process in started} <= {0, 3}
    entries = store.read(tenant, ReviewEntry)
    assert entries["number"].tolist() == [1, 2] and set(entries["by"]) == set(strategies)
    row = store.read(tenant, Recommendation, application_id="shop").iloc[0]
    assert row["strategy"] == entries["strategy"].iloc[-1]
    (what,) = store.read(tenant, DataFlag, stage="strategy", problem="contradictory reviews")["what"]
    assert all(f"{strategy} said {strategy}" in what for strategy in strategies)
