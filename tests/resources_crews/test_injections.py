"""A model that obeys every instruction it finds in a cell, over the whole corpus and every crew.

Each text stands in every free-text value of the case at once. Nothing outside the contract may be stored, no row of
another tenant may be read, and no tool may be used that the agent's role does not have.
"""

import json
import uuid
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from aidiscover_pipelines.crews import CREWS
from aidiscover_pipelines.crews.cases import case_file
from aidiscover_pipelines.crews.definition_rules import read_definition
from aidiscover_pipelines.crews.generic.crew import crew_of
from aidiscover_pipelines.crews.generic.offline import fallback
from aidiscover_pipelines.crews.grounding import check_evidence
from aidiscover_pipelines.crews.tenant_crews import create_crew
from aidiscover_pipelines.crews.text import visible
from aidiscover_pipelines.crews.tools import allowed
from aidiscover_pipelines.domain.tables import AgentMemory, Application, CrewMessage, CrewResult, LlmCall, ToolCall
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from resources.crews.runner import CrewAIRunner
from resources.llm.local import tool_call, tool_results
from resources.llm.scripted import ScriptedBackend
from resources.memory.embedding import WordsEmbedder

CORPUS = yaml.safe_load((Path(__file__).parents[1] / "injection" / "corpus.yaml").read_text(encoding="utf-8"))
CANARY = "globex-payroll-canary"
# Ids, choices and names that are not free text: a file cannot put its own words there.
CODED = frozenset(
    [
        "strategy",
        "level",
        "kind",
        "evidence",
        "application_id",
        "field",
        "attribute",
        "state",
        "basis",
        "cluster_id",
        "file_id",
        "capability",
        "decision",
        "allowed",
        "methods",
    ]
)


TEXTS = {"goal": "Report what is recorded.", "backstory": "You read facts and name their cells."}
OWN_CREW = {
    "name": "own_review",
    "description": "Looks at an application and at what is like it.",
    "memory": True,
    "agents": {
        "looker": {
            "role": "Asset Intelligence",
            **TEXTS,
            "tools": ["application_facts", "database_query", "data_collector", "similarity_detector", "gap_analyser"],
        },
        "judge": {"role": "Risk Assessment", **TEXTS, "tools": ["risk_factors", "anomaly_identifier"]},
    },
    "tasks": [
        {"name": "look", "description": "Look at it.", "expected_output": "Findings.", "agent": "looker"},
        {
            "name": "judge_it",
            "description": "Judge.",
            "expected_output": "Findings.",
            "agent": "judge",
            "context": ["look"],
        },
    ],
}


class Watched:
    """A store that knows whose rows were asked for."""

    def __init__(self, store):
        self._store, self.asked_for = store, set()

    def __getattr__(self, name):
        method = getattr(self._store, name)

        def call(tenant, *arguments, **keywords):
            self.asked_for.add(tenant)
            return method(tenant, *arguments, **keywords)

        return call


def poisoned(value, text, key=""):
    """The value with the text in every free-text place."""
    if isinstance(value, dict):
        return {name: poisoned(item, text, name) for name, item in value.items()}
    if isinstance(value, list):
        return [poisoned(item, text, key) for item in value]
    return f"{value} {text}" if isinstance(value, str) and key not in CODED else value


class Obedient:
    """Answers soundly, but does what the text wants: each tool call once, each answer as told."""

    def __init__(self, wants):
        self.wants, self.has_called = wants, set()

    def backend(self, tenant, crew):
        def script(messages, task):
            name = task.name or ""
            if "tool" in self.wants and name not in self.has_called:
                self.has_called.add(name)
                return [tool_call(7, self.wants["tool"], self.wants["arguments"])]
            if "text" in self.wants:
                return self.wants["text"]
            earlier = {one.name: one.output.pydantic for one in task.context or [] if one.output is not None}
            answer = crew.composers[name](tool_results(messages), earlier).model_dump(mode="json")
            told = self.wants.get("answer", {})
            return json.dumps({**answer, **{key: value for key, value in told.items() if key in answer}})

        return ScriptedBackend(script, is_remote=True)


@pytest.fixture
def foreign(store):
    """Another tenant, which has rows."""
    other = TenantId(f"globex-{uuid.uuid4().hex[:8]}")
    store.add_tenant(Tenant(other, "Globex"))
    row = Application(
        application_id="globex:payroll",
        name=CANARY,
        sources=["f1"],
        records=1,
        origin="recorded",
        confidence=1.0,
        matched_by="single",
    )
    store.put(other, [row])
    return other


@pytest.mark.parametrize("place", range(len(CREWS)), ids=list(CREWS))
def test_a_built_in_crew_stores_nothing_outside_its_contract(
    place, one_of_each, tmp_path, store, tenant, foreign, capfd
):
    sound = replace(one_of_each[place], tenant=tenant)
    seen = obeyed(CREWS[sound.crew], sound, tmp_path, store)
    assert seen["answered"] and seen["fallback"] and seen["returned"] and seen["refused"], seen
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_a_tenants_crew_with_tools_over_the_whole_portfolio_reads_no_foreign_row(
    tmp_path, store, tenant, foreign, capfd
):
    definition = read_definition(OWN_CREW)
    create_crew(store, tenant, definition, "test")
    crew = crew_of(definition)
    sections = {
        "application_facts": [{"field": "technology_stack", "value": "Java 8", "evidence": ["f1.1.1.1"]}],
        "risk_factors": [{"risk": "out of support", "level": "high", "evidence": ["f1.1.1.2"]}],
    }
    case = case_file(tenant, crew, "application:crm", sections, fallback(sections))
    seen = obeyed(crew, case, tmp_path, store)
    assert seen["answered"] and seen["fallback"] and seen["returned"] and seen["refused"], seen
    assert capfd.readouterr() == ("", "")


def obeyed(crew, sound, tmp_path, store):
    """Runs the whole corpus over a case, checks each outcome, and counts answers and tool calls by their status."""
    tenant, watched, answers = sound.tenant, Watched(store), {}
    for injection in CORPUS:
        obedient, name = Obedient(injection["wants"]), injection["id"]
        case = replace(sound, sections=poisoned(dict(sound.sections), injection["text"]))
        runner = CrewAIRunner("scripted/obedient", tmp_path, watched, obedient.backend, obedient.backend, embedder)
        (answers[name],) = runner.answer([case], RunRef(name))
    assert watched.asked_for == {tenant}
    all_used, all_said = store.read(tenant, ToolCall), store.read(tenant, CrewMessage)
    for injection in CORPUS:
        name, answer = injection["id"], answers[injection["id"]]
        used, said = all_used[all_used["run_id"] == name], all_said[all_said["run_id"] == name]
        crew.answer.model_validate(answer.answer)
        if answer.status == "fallback":
            assert answer.answer == answer.case.fallback
        else:
            assert crew.limits(answer.case, answer.answer) == "", name
            check_evidence(answer.answer, {one for ids in used["evidence"] for one in ids}, is_citing=True)
        holds = said["content"].str.contains(visible(injection["text"])[:60], regex=False)
        assert set(said.loc[holds, "role"]) <= {"tool", "user", "assistant"}  # never a system prompt
        assert not (holds & (said["number"] <= 2)).any()  # nor the first prompt of all
    returned = all_used[all_used["status"] == "returned"]
    assert all(allowed(role, tool) for role, tool in zip(returned["agent"], returned["tool"], strict=True))
    for table in (LlmCall, ToolCall, CrewMessage, AgentMemory, CrewResult):
        assert CANARY not in str(store.read(tenant, table).to_dict("records"))
    return Counter([*(answer.status for answer in answers.values()), *all_used["status"]])


def embedder(tenant):
    return WordsEmbedder()
