"""`aidiscover crew` as a person and a script use it, on PostgreSQL."""

import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from click.testing import CliRunner

from aidiscover_pipelines.cli.main import cli
from aidiscover_pipelines.domain.errors import ConfigError, InvalidCrew, MissingFile, UnknownTenant
from aidiscover_pipelines.domain.tables import Application, ApplicationFact, CrewResult, LlmCall, PatternCluster
from aidiscover_pipelines.domain.tenancy import TenantId

NAMES = ("crm", "hr")
CREW: dict[str, Any] = {
    "name": "licence_review",
    "description": "Which licences an application needs.",
    "agents": {
        "analyst": {
            "role": "Licence Analyst",
            "goal": "Find licences.",
            "backstory": "You read contracts.\nYou name what is missing.",
            "tools": ["application_facts"],
        }
    },
    "tasks": [
        {"name": "look", "description": "Look for licences.", "expected_output": "Licences.", "agent": "analyst"}
    ],
}


@pytest.fixture(autouse=True)
def environment():
    """Importing crewai sets switches for the whole process; other tests get theirs back."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def run(database_home: Path, monkeypatch):
    monkeypatch.setenv("AIDISCOVER_HOME", str(database_home))

    def invoke(*arguments: Any, code: int = 0) -> Any:
        result = CliRunner().invoke(cli, ["crew", *map(str, arguments)], standalone_mode=False)
        if result.exception is not None:
            raise result.exception
        assert result.return_value == code, result.output
        return json.loads(result.stdout) if "--json" in arguments else result.stdout

    return invoke


@pytest.fixture
def write(tmp_path):
    def written(**changed: Any) -> Path:
        path = tmp_path / "crew.yaml"
        path.write_text(yaml.safe_dump({**CREW, **changed}, sort_keys=False), encoding="utf-8")
        return path

    return written


@pytest.fixture
def portfolio(store, tenant: TenantId) -> TenantId:
    """Two applications, one of them typical of a pattern."""
    application = {"sources": [], "records": 1, "origin": "recorded", "confidence": 1.0, "matched_by": "single"}
    fact = {"field": "technology_stack", "number": None, "basis": "application"}
    store.append(
        tenant,
        {
            Application: pd.DataFrame([{"application_id": n, "name": n, **application} for n in NAMES]),
            ApplicationFact: pd.DataFrame(
                [{"application_id": n, "value": f"Java {n}", "evidence": [f"f1.1.{n}.2"], **fact} for n in NAMES]
            ),
            PatternCluster: pd.DataFrame(
                [{"cluster_id": "c01", "label": "Java", "description": "", "size": 2, "representative": "crm",
                  "traits": {"java": 1.0}, "gap_report": "", "methods": []}]
            ),
        },
    )  # fmt: skip
    return tenant


def test_a_file_becomes_a_crew_that_runs_and_its_result_is_stored(run, write, portfolio, store):
    assert run("validate", write()) == "crew licence_review is valid: sequential, 1 agents, 1 tasks\n"
    assert "crew licence_review is active as version 1" in run("create", "--tenant", portfolio, write())
    told = run("run", "--tenant", portfolio, "licence_review")
    assert told == (
        "application:crm: The tools returned 1 row of application facts.\n"
        "  - Application facts: technology stack Java crm. [f1.1.crm.2]\n"
    )
    (row,) = store.read(portfolio, CrewResult).to_dict("records")
    assert (row["crew"], row["version"], row["subject"], row["status"]) == (
        "licence_review", 1, "application:crm", "answered",
    )  # fmt: skip
    assert row["findings"][0]["evidence"] == ["f1.1.crm.2"] and row["model"].startswith("offline/")


def test_one_application_can_be_looked_at_and_is_not_asked_about_twice(run, write, portfolio, store):
    run("create", "--tenant", portfolio, write())
    first = run("run", "--tenant", portfolio, "licence_review", "--application", "hr", "--json")
    assert [result["subject"] for result in first["results"]] == ["application:hr"]
    calls = len(store.read(portfolio, LlmCall))
    again = run("run", "--tenant", portfolio, "licence_review", "--application", "hr", "--json")
    assert again["results"][0]["summary"] == first["results"][0]["summary"]
    assert len(store.read(portfolio, LlmCall)) == calls


def test_a_crew_about_the_tenant_has_one_case(run, write, portfolio):
    agent = {**CREW["agents"]["analyst"], "role": "Platform Detection", "tools": ["gap_analyser"]}
    run("create", "--tenant", portfolio, write(subject="tenant", agents={"analyst": agent}))
    (result,) = run("run", "--tenant", portfolio, "licence_review", "--json")["results"]
    assert result["subject"] == "tenant"
    with pytest.raises(ConfigError, match="it is about the tenant; leave the application out"):
        run("run", "--tenant", portfolio, "licence_review", "--application", "crm")


def test_versions_are_listed_shown_and_retired(run, write, tenant):
    run("create", "--tenant", tenant, write(), "--by", "ann")
    run("update", "--tenant", tenant, write(description="Licences and support."), "--draft", "--by", "bob")
    (listed,) = run("list", "--tenant", tenant, "--json")["crews"]
    assert (listed["crew"], listed["status"], listed["version"], listed["runs"]) == ("licence_review", "draft", 2, 1)
    assert "licence_review" in run("list", "--tenant", tenant)
    assert run("approve", "--tenant", tenant, "licence_review", "--json")["version"] == 3
    assert run("delete", "--tenant", tenant, "licence_review", "--json")["status"] == "retired"
    versions = run("show", "--tenant", tenant, "licence_review", "--versions", "--json")["versions"]
    assert [(row["version"], row["status"], row["by"]) for row in versions][:2] == [
        (1, "active", "ann"),
        (2, "draft", "bob"),
    ]
    assert [row["status"] for row in versions][2:] == ["active", "retired"]
    assert "bob" in run("show", "--tenant", tenant, "licence_review", "--versions")
    with pytest.raises(ConfigError, match="its latest version is retired"):
        run("run", "--tenant", tenant, "licence_review")


def test_what_show_prints_can_be_stored_again(run, write, tenant, tmp_path):
    run("create", "--tenant", tenant, write())
    again = tmp_path / "again.yaml"
    again.write_text(run("show", "--tenant", tenant, "licence_review"), encoding="utf-8")
    assert "backstory: |-\n      You read contracts.\n      You name what is missing." in again.read_text()
    assert run("update", "--tenant", tenant, again, "--json")["version"] == 2
    first = run("show", "--tenant", tenant, "licence_review", "--version", "1", "--json")["definition"]
    assert run("show", "--tenant", tenant, "licence_review", "--json")["definition"] == first


def test_validate_lists_every_problem_and_stores_nothing(run, write, tenant):
    broken = write(process="hierarchical", tasks=[{**CREW["tasks"][0], "agent": "nobody", "context": ["gone"]}])
    document = run("validate", broken, "--json", code=1)
    assert not document["valid"]
    assert [one["path"] for one in document["problems"]] == [
        "manager", "agents.analyst", "tasks.0.agent", "tasks.0.context.0",
    ]  # fmt: skip
    assert "cannot use crew 'licence_review': manager: is missing" in run("validate", broken, code=1)
    with pytest.raises(InvalidCrew, match="manager: is missing"):
        run("create", "--tenant", tenant, broken)
    assert run("list", "--tenant", tenant, "--json")["crews"] == []


def test_a_file_that_is_none_is_said_to_be_none(run, tmp_path, tenant):
    with pytest.raises(MissingFile, match="there is no such file"):
        run("validate", tmp_path / "none.yaml")
    bomb = tmp_path / "bomb.yaml"
    bomb.write_text("a: &a [x]\nb: [*a, *a]\n")
    assert "uses an anchor or alias" in run("validate", bomb, code=1)
    with pytest.raises(InvalidCrew, match="uses an anchor or alias"):
        run("create", "--tenant", tenant, bomb)


def test_a_drafted_crew_waits_for_approval(run, portfolio):
    wanted = "Which technologies need a licence, and what are the risks?"
    drafted = run("generate", "--tenant", portfolio, wanted, "--save", "licence_draft", "--json")
    assert (drafted["status"], drafted["drafted_by"]) == ("draft", "offline/keywords")
    assert drafted["definition"]["manager"] == "crew_manager"
    with pytest.raises(ConfigError, match="its latest version is draft; approve it"):
        run("run", "--tenant", portfolio, "licence_draft")
    run("approve", "--tenant", portfolio, "licence_draft")
    (result,) = run("run", "--tenant", portfolio, "licence_draft", "--application", "crm", "--json")["results"]
    assert (result["status"], result["reason"]) == ("answered", "")
    assert result["findings"][0]["evidence"] == ["f1.1.crm.2"]


def test_what_crews_found_out_can_be_read_again_without_running_them(run, write, portfolio):
    assert run("results", "--tenant", portfolio, "--json")["results"] == []
    run("create", "--tenant", portfolio, write())
    (found,) = run("run", "--tenant", portfolio, "licence_review", "--application", "crm", "--json")["results"]
    for which in ([], ["licence_review"]):
        (held,) = run("results", "--tenant", portfolio, *which, "--json")["results"]
        assert (held["summary"], held["findings"]) == (found["summary"], found["findings"])
    assert run("results", "--tenant", portfolio).startswith("licence_review on application:crm: ")
    assert run("results", "--tenant", portfolio, "another", "--json")["results"] == []


def test_a_draft_is_shown_before_it_runs_and_named_where_nobody_does(run, portfolio):
    told = run("generate", "--tenant", portfolio, "Which technologies need a licence?")
    assert told.startswith("name: crew_which_technologies_need_licence\n")
    assert "read it, then run 'aidiscover crew approve" in told


def test_nothing_runs_for_an_application_or_tenant_that_is_not_known(run, write, portfolio):
    run("create", "--tenant", portfolio, write())
    with pytest.raises(ConfigError, match="cannot run crew 'licence_review' on application 'erp'"):
        run("run", "--tenant", portfolio, "licence_review", "--application", "erp")
    for command in (["list"], ["run", "x"], ["generate", "Find it"], ["create", write()], ["delete", "x"]):
        with pytest.raises(UnknownTenant):
            run(command[0], "--tenant", "nobody", *command[1:])


def test_a_tenant_without_patterns_is_told_to_discover_first(run, write, tenant):
    run("create", "--tenant", tenant, write())
    assert run("run", "--tenant", tenant, "licence_review", "--json")["results"] == []
