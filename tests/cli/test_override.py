"""`override` and `overrides` as a person and a script use them, on PostgreSQL."""

import uuid
from datetime import date

import pandas as pd
import pytest
from click.testing import CliRunner

from aidiscover_pipelines.cli.main import cli
from aidiscover_pipelines.domain.errors import ConfigError, UnknownTenant
from aidiscover_pipelines.domain.tables import Application, ApplicationFact, Recommendation
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
    """A tenant with two applications; the crew contradicts the policy on one and gave no answer on the other."""
    fresh = TenantId(f"t-{uuid.uuid4().hex[:12]}")
    store.add_tenant(Tenant(fresh, "Acme"))
    facts = pd.DataFrame(
        [(key, field, value, float("nan"), ["f.1.2.1"], "application") for key, field, value in FACTS],
        columns=ApplicationFact.columns(),
    )
    named = [(key, key, [], 1, "recorded", 1.0, "single") for key in ("shop", "old")]
    names = pd.DataFrame(named, columns=Application.columns())
    store.upsert(fresh, RunRef("r0"), {ApplicationFact: facts, Application: names})
    contrary = {"subject": "application:shop", "status": "answered", "model": "m", "answer": {"strategy": "refactor"}}
    failed = {"subject": "application:old", "status": "fallback", "reason": "BudgetExhausted: 10 of 10 tokens used"}
    settle_portfolio(store, fresh, RunRef("r1"), draft_portfolio(store, fresh, TODAY), [contrary, failed], TODAY)
    return fresh


def decide(run, tenant, *more, application="shop", strategy="rehost", reason="no time for [more]"):
    words = ("--application", application, "--strategy", strategy, "--reason", reason, "--by", "eve", *more)
    return run("override", "--tenant", tenant, *words)


def test_what_waits_is_listed_with_the_reason_until_a_person_answers(run, tenant):
    document = run("overrides", "waiting", "--tenant", tenant, "--json", code=3)
    kinds = {row["application"]: row["kind"] for row in document["recommendations"]}
    assert kinds == {"shop": "disagreement", "old": "budget exhausted"} and document["waiting"] == 2
    assert "the crew would choose refactor" in run("overrides", "waiting", "--tenant", tenant, code=3).replace(
        "\n", " "
    )
    decide(run, tenant, strategy="replatform")
    decide(run, tenant, application="old", strategy="retire")
    assert "nothing waits" in run("overrides", "waiting", "--tenant", tenant)


def test_an_override_is_told_stored_listed_and_removed(run, tenant, store):
    told = decide(run, tenant)
    assert "shop is rehost instead of replatform, which policy had chosen (confidence 0.84)" in told
    assert f"next: aidiscover report --tenant {tenant}" in told
    row = store.read(tenant, Recommendation, application_id="shop").iloc[0]
    assert (row["strategy"], row["decided_by"], row["review"]) == ("rehost", "person", "")
    listed = run("overrides", "list", "--tenant", tenant, "--json")["overrides"]
    assert [(one["strategy"], one["kind"], one["by"]) for one in listed] == [("rehost", "override", "eve")]
    assert "no time for [more]" in run("overrides", "list", "--tenant", tenant)
    key = listed[0]["override_id"]
    document = run("overrides", "remove", "--tenant", tenant, "--id", key, "--json")
    assert (document["removed"], document["undecided"]) == ([key], ["shop"])
    assert run("overrides", "list", "--tenant", tenant, "--json")["overrides"] == []


def test_a_confirmation_is_told_as_one(run, tenant):
    assert "shop stays replatform, confirmed" in decide(run, tenant, strategy="replatform")
    again = decide(run, tenant, "--json", application="old", strategy="retire")
    assert (again["kind"], again["tenant"]) == ("confirmation", tenant)


def test_a_hard_constraint_is_warned_about(run, tenant):
    assert "a hard constraint speaks against rehost: it is recorded as" in decide(run, tenant, application="old")


def test_agreement_counts_who_was_upheld(run, tenant):
    decide(run, tenant)
    decide(run, tenant, application="old", strategy="retire")
    document = run("overrides", "agreement", "--tenant", tenant, "--json")
    policy = document["agreement"][0]
    assert (policy["kind"], policy["name"], policy["upheld"], policy["answers"]) == ("decider", "policy", 1, 2)
    assert (policy["shift"], document["least_answers"]) == (0.0, 10)
    assert "1 of 2" in run("overrides", "agreement", "--tenant", tenant)


def test_what_is_not_known_is_one_clear_line(run, tenant):
    with pytest.raises(ConfigError, match="did you mean 'shop'"):
        decide(run, tenant, application="shpo")
    with pytest.raises(ConfigError, match="'lift' is no strategy"):
        decide(run, tenant, strategy="lift")
    for command in (("list",), ("waiting",), ("agreement",), ("remove", "--id", "x")):
        with pytest.raises(UnknownTenant):
            run("overrides", *command, "--tenant", "nobody")
    with pytest.raises(UnknownTenant):
        decide(run, "nobody")


def test_a_command_that_lacks_something_is_wrong_usage():
    arguments = ["override", "--tenant", "x", "--application", "y", "--strategy", "rehost"]
    assert CliRunner().invoke(cli, arguments).exit_code == 2
