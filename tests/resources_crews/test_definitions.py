"""Definitions meet CrewAI's own schema, and models that draft them are governed like any other."""

import json
from types import SimpleNamespace

import pytest

from aidiscover_pipelines.crews.definition_rules import read_definition
from aidiscover_pipelines.crews.drafting_offline import DRAFTED_BY
from aidiscover_pipelines.domain.errors import BudgetExhausted, InvalidCrew
from aidiscover_pipelines.domain.tables import CrewMessage, LlmCall
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.governance.policy import set_rule
from resources.crews.definitions import as_crewai_spells_it, check_with_crewai, draft_definition, draft_with
from resources.llm.scripted import ScriptedBackend

TENANT = TenantId("acme")
DRAFT = {
    "description": "Which licences an application needs.",
    "agents": {
        "analyst": {"role": "Licence Analyst", "goal": "Find.", "backstory": "Reads.", "tools": ["application_facts"]}
    },
    "tasks": [{"name": "look", "description": "Look.", "expected_output": "Licences.", "agent": "analyst"}],
}


@pytest.mark.parametrize("process", ["sequential", "parallel"])
def test_crewai_accepts_what_the_rules_accept(process, tmp_path):
    definition = read_definition({"name": "licences", "process": process, **DRAFT})
    check_with_crewai(definition, tmp_path)
    assert as_crewai_spells_it(definition)["process"] == "sequential"


def test_what_crewai_refuses_is_refused_with_its_reason(tmp_path):
    definition = read_definition({"name": "licences", **DRAFT}).model_copy(update={"tasks": []})
    with pytest.raises(InvalidCrew, match="CrewAI says: Value error, crew action requires a non-empty tasks list"):
        check_with_crewai(definition, tmp_path)


def test_a_model_drafts_under_the_tenants_ledger(memory_store, tmp_path):
    backend = ScriptedBackend(lambda messages, task: json.dumps(DRAFT), is_remote=True)
    definition, repaired = draft_with(backend, "scripted/x", memory_store, TENANT, "Find the licences", "licences")
    check_with_crewai(definition, tmp_path)
    assert (definition.process, definition.manager, repaired) == ("hierarchical", "crew_manager", [])
    (call,) = memory_store.read(TENANT, LlmCall).to_dict("records")
    assert (call["crew"], call["task"], call["kickoff_id"], call["status"]) == (
        "crew_drafting",
        "draft",
        "",
        "answered",
    )
    assert list(memory_store.read(TENANT, CrewMessage)["role"]) == ["system", "user", "assistant"]


def test_an_address_in_an_assignment_does_not_leave(memory_store):
    heard = []

    def script(messages, task):
        heard.append(str(messages))
        return json.dumps(DRAFT)

    backend = ScriptedBackend(script, is_remote=True)
    draft_with(backend, "scripted/x", memory_store, TENANT, "Find what ann.smith@acme.example owns", "owned")
    assert "ann.smith@acme.example" not in heard[0] and "Find what" in heard[0]


def test_a_draft_that_may_not_stand_is_refused_and_not_kept(memory_store):
    asked = []

    def script(messages, task):
        asked.append(messages)
        return '{"agents": {"a": {"tools": ["subprocess:Popen"]}}}'

    backend = ScriptedBackend(script, is_remote=True)
    for _ in range(2):
        with pytest.raises(InvalidCrew):
            draft_with(backend, "scripted/x", memory_store, TENANT, "Find the licences", "licences")
    assert len(asked) == 4  # asked again, not answered from what was kept
    assert len(memory_store.read(TENANT, LlmCall)) == 4


def test_drafting_keeps_to_the_budget(memory_store):
    set_rule(memory_store, TENANT, "budget.run_tokens", 300, "ann")
    with pytest.raises(BudgetExhausted):
        draft_with(
            ScriptedBackend(lambda *_: "{}"), "scripted/x", memory_store, TENANT, "Find the licences", "licences"
        )


def test_drafting_offline_asks_nobody_and_says_so(memory_store):
    settings = SimpleNamespace(model="offline/analyst-v1")
    definition, drafted_by, _ = draft_definition(settings, memory_store, TENANT, "Which risks are there?", "risks")
    assert drafted_by == DRAFTED_BY == "offline/keywords" and "risk_analyst" in definition.agents
    assert memory_store.read(TENANT, LlmCall).empty
