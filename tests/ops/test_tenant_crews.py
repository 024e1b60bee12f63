"""The asset crew_results: one step for each crew that is enabled, and nothing for a tenant that has none."""

import sys
import time

import dagster as dg
import pandas as pd
import pytest

from aidiscover_pipelines.crews.definition_rules import read_definition
from aidiscover_pipelines.crews.tenant_crews import create_crew, set_status
from aidiscover_pipelines.domain.crew import CaseAnswer, KickoffUsage
from aidiscover_pipelines.domain.tables import Application, ApplicationFact, CrewDefinition, CrewResult, PatternCluster
from aidiscover_pipelines.domain.tenancy import Tenant, TenantId
from assets.discovery import crew_results
from resources.scratch_store import ScratchStore

ACME = TenantId("acme")


class Runner:
    """Answers every case with its fallback and says what it was asked."""

    model = "offline/analyst-v1"

    def __init__(self) -> None:
        self.asked = []

    def answer(self, cases, run):
        for case in cases:
            self.asked.append((case.crew, case.subject))
            status, reason = ("fallback", "too tired") if case.crew == "tired" else ("answered", "")
            yield CaseAnswer(case, status, case.fallback, KickoffUsage(self.model), reason)


@pytest.fixture
def store() -> ScratchStore:
    made = ScratchStore(Tenant(ACME, "Acme"))
    application = {"name": "CRM", "sources": [], "records": 1, "origin": "recorded", "confidence": 1.0,
                   "matched_by": "single"}  # fmt: skip
    fact = {"field": "technology_stack", "value": "Java", "number": None, "evidence": ["f1"], "basis": "application"}
    cluster = {"cluster_id": "c01", "label": "", "description": "", "size": 1, "representative": "crm", "traits": {},
               "gap_report": "", "methods": []}  # fmt: skip
    made.append(
        ACME,
        {
            Application: pd.DataFrame([{"application_id": "crm", **application}]),
            ApplicationFact: pd.DataFrame([{"application_id": "crm", **fact}]),
            PatternCluster: pd.DataFrame([cluster]),
        },
    )
    return made


def define(store: ScratchStore, name: str, **changed) -> None:
    agent = {"role": "Analyst", "goal": "Find.", "backstory": "Reads.", "tools": ["application_facts"]}
    task = {"name": "look", "description": "Look.", "expected_output": "All.", "agent": "analyst"}
    document = {"name": name, "description": "Looks.", "agents": {"analyst": agent}, "tasks": [task], **changed}
    create_crew(store, ACME, read_definition(document), "ann")


def materialise(store: ScratchStore, runner: Runner) -> dg.ExecuteInProcessResult:
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("tenant", [ACME])
        resources = {"store": store, "crews": runner}
        return dg.materialize([crew_results], instance=instance, partition_key=ACME, resources=resources)


def metadata(result: dg.ExecuteInProcessResult) -> dict:
    (event,) = result.get_asset_materialization_events()
    return {name: value.value for name, value in event.materialization.metadata.items()}


def test_each_enabled_crew_is_a_step_of_its_own(store):
    for name in ("licences", "costs"):
        define(store, name)
    define(store, "asleep", enabled=False)
    runner = Runner()
    result = materialise(store, runner)
    assert sorted(runner.asked) == [("costs", "application:crm"), ("licences", "application:crm")]
    steps = {event.step_key for event in result.all_events if event.is_step_success}
    assert {"crew_results.run_tenant_crew[licences]", "crew_results.run_tenant_crew[costs]"} <= steps
    assert sorted(store.read(ACME, CrewResult)["crew"]) == ["costs", "licences"]
    assert metadata(result)["crews"] == 2


def test_a_tenant_without_crews_costs_nothing(store):
    runner = Runner()
    materialise(store, runner)  # the first one loads Dagster's own modules
    loaded, began = set(sys.modules), time.process_time()
    result = materialise(store, runner)
    assert time.process_time() - began < 2 and runner.asked == []
    assert metadata(result)["dagster/row_count"] == 0
    assert not {name for name in set(sys.modules) - loaded if name.split(".")[0] in ("crewai", "litellm")}


def test_a_crew_that_gives_no_answer_or_breaks_the_rules_by_now_is_told_and_stops_nobody(store):
    for name in ("tired", "licences", "broken"):
        define(store, name)
    (row,) = store.read(ACME, CrewDefinition, crew="broken").to_dict("records")
    row["definition"]["agents"]["analyst"]["tools"] = ["shell"]
    store.append(ACME, {CrewDefinition: pd.DataFrame([row])})
    result = materialise(store, Runner())
    told = metadata(result)["skipped"]
    assert "too tired" in told and "is no registered tool" in told
    assert sorted(store.read(ACME, CrewResult)["crew"]) == ["licences", "tired"]


def test_results_of_a_retired_crew_are_removed(store):
    define(store, "licences")
    materialise(store, Runner())
    set_status(store, ACME, "licences", "retired", "ann")
    materialise(store, Runner())
    assert store.read(ACME, CrewResult).empty
