"""The three ways to share work, with the offline analyst and with a model that is waited for."""

import json
import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest

from aidiscover_pipelines.cli.processes import measured
from aidiscover_pipelines.crews.cases import case_file
from aidiscover_pipelines.crews.definition_rules import read_definition
from aidiscover_pipelines.crews.generic.crew import crew_of
from aidiscover_pipelines.crews.generic.offline import fallback
from aidiscover_pipelines.crews.tenant_crews import create_crew
from aidiscover_pipelines.domain.crew import CaseFile
from aidiscover_pipelines.domain.tables import LlmCall, ToolCall
from aidiscover_pipelines.domain.tenancy import TenantId
from resources.crews.runner import CrewAIRunner
from resources.llm.local import tool_call
from resources.llm.scripted import ScriptedBackend
from resources.memory.embedding import WordsEmbedder
from resources.scratch_store import ScratchStore

TENANT = TenantId("acme")
LOOKS = {"technology": "application_facts", "risks": "risk_factors", "gaps": "attribute_gaps"}
PROCESSES = ("sequential", "parallel", "hierarchical")
DELEGATE = "delegate_work_to_coworker"


def document(process: str, **changed: Any) -> dict[str, Any]:
    """Three analysts who look at different things, and a writer who joins what they found."""
    text = {"goal": "Report what is recorded.", "backstory": "You read facts."}
    agents = {key: {"role": f"{key.title()} Analyst", **text, "tools": [tool]} for key, tool in LOOKS.items()}
    agents["writer"] = {"role": "Writer", **text}
    looks = [
        {"name": f"look_at_{key}", "description": f"Look at {key}.", "expected_output": key, "agent": key}
        for key in LOOKS
    ]
    join = {"name": "join", "description": "Join.", "expected_output": "All.", "agent": "writer"}
    led = process == "hierarchical"
    return {
        "name": "review",
        "description": "Review.",
        "process": process,
        "agents": agents | ({"boss": {"role": "Boss", **text}} if led else {}),
        "tasks": [*looks, {**join, "context": [look["name"] for look in looks]}],
        **({"manager": "boss"} if led else {}),
        **changed,
    }


@pytest.fixture
def case_of(memory_store):
    """Stores a crew for the tenant and makes a case for it."""

    def made(crew: dict[str, Any]) -> CaseFile:
        definition = read_definition(crew)
        create_crew(memory_store, TENANT, definition, "ann")
        sections = {
            "application_facts": [{"field": "technology_stack", "value": "Java 8", "evidence": ["f1.1.1.1"]}],
            "risk_factors": [{"risk": "out of support", "level": "high", "evidence": ["f1.1.1.2"]}],
            "attribute_gaps": [{"attribute": "user_load", "state": "missing", "evidence": ["f1.1.1.3"]}],
        }
        return case_file(TENANT, crew_of(definition), "application:crm", sections, fallback(sections))

    return made


@pytest.mark.parametrize("process", PROCESSES)
def test_a_users_crew_answers_offline_in_every_process(offline, case_of, memory_store, process, capfd):
    (answer,) = offline.answer([case_of(document(process))])
    assert (answer.status, answer.reason) == ("answered", "")
    assert [finding["evidence"] for finding in answer.answer["findings"]] == [["f1.1.1.1"], ["f1.1.1.2"], ["f1.1.1.3"]]
    assert answer.usage.llm_calls == {"sequential": 7, "parallel": 7, "hierarchical": 15}[process]
    assert capfd.readouterr() == ("", "")
    tools = memory_store.read(TENANT, ToolCall)
    own = tools[tools["tool"] != DELEGATE]
    assert sorted(own["tool"]) == sorted(LOOKS.values()) and set(tools["status"]) == {"returned"}
    assert sorted(own["task"]) == sorted(f"look_at_{key}" for key in LOOKS)
    assert set(tools["call_id"]) <= set(memory_store.read(TENANT, LlmCall)["call_id"])


@pytest.mark.parametrize("process", PROCESSES)
def test_the_answer_is_the_same_each_time(offline, case_of, process):
    case = case_of(document(process))
    first, second = offline.answer([case, case])
    assert first.answer == second.answer


def test_work_that_a_manager_hands_on_is_recorded_under_its_task(offline, case_of, memory_store):
    list(offline.answer([case_of(document("hierarchical"))]))
    tools = memory_store.read(TENANT, ToolCall)
    handed = tools[tools["tool"] == DELEGATE]
    assert sorted(zip(handed["agent"], handed["task"], strict=True)) == [
        ("Boss", "join"), ("Boss", "look_at_gaps"), ("Boss", "look_at_risks"), ("Boss", "look_at_technology"),
    ]  # fmt: skip
    assert sorted(row["coworker"] for row in handed["arguments"]) == [
        "Gaps Analyst", "Risks Analyst", "Technology Analyst", "Writer",
    ]  # fmt: skip
    calls = memory_store.read(TENANT, LlmCall)
    assert set(calls.loc[calls["agent"] == "Risks Analyst", "task"]) == {"look_at_risks"}


def test_a_manager_who_may_choose_asks_everybody_who_has_tools(offline, case_of, memory_store):
    crew = document("hierarchical")
    crew["tasks"] = [{"name": "review", "description": "Review it.", "expected_output": "All."}]
    (answer,) = offline.answer([case_of(crew)])
    assert answer.status == "answered" and len(answer.answer["findings"]) == 3
    assert len(memory_store.read(TENANT, ToolCall, tool=DELEGATE)) == 3


def _findings(evidence: list[str]) -> str:
    finding = [{"statement": "Found.", "evidence": evidence}] if evidence else []
    return json.dumps({"summary": "s", "findings": finding, "evidence": evidence})


def _shown(messages: Any) -> list[str]:
    return sorted({f"f1.1.1.{n}" for n in range(1, 9) if f"f1.1.1.{n}" in str(messages)})


def test_tasks_of_a_parallel_crew_are_waited_for_together(scripted, case_of):
    """Three calls meet at a barrier, which they could not if one waited for another."""
    together = threading.Barrier(3, timeout=20)

    def script(messages, task):
        if task.name != "join":
            together.wait()
        return _findings(_shown(messages))

    (answer,) = scripted(script).answer([case_of(document("parallel"))])
    assert (answer.status, answer.reason) == ("answered", "")
    assert answer.answer["evidence"] == ["f1.1.1.1", "f1.1.1.2", "f1.1.1.3"]


def test_nothing_is_at_work_when_a_parallel_kickoff_has_failed(scripted, case_of, memory_store):
    finished = []

    def script(messages, task):
        if task.name == "look_at_technology":
            raise ConnectionError("gone")
        time.sleep(0.2)
        finished.append(task.name)
        return _findings(_shown(messages))

    (answer,) = scripted(script).answer([case_of(document("parallel"))])
    assert (answer.status, answer.reason) == ("fallback", "ConnectionError: gone")
    assert sorted(finished) == ["look_at_gaps", "look_at_risks"]
    assert answer.answer["summary"].startswith("No answer of the crew stands")


class Boss:
    """A model whose manager says what a test wants, and whose workers report what their tools showed."""

    def __init__(self, *turns: Any) -> None:
        self.turns, self.heard = list(turns), []

    def __call__(self, messages: Any, task: Any) -> Any:
        if "You are Boss" in str(messages[0]["content"]):
            self.heard.append(str(messages[-1]["content"]))
            turn = self.turns.pop(0)
            return turn if isinstance(turn, str) else [tool_call(0, DELEGATE, turn)]
        return _findings(_shown(messages))


@pytest.fixture
def led(tmp_path, memory_store, run, case_of):
    """Answers one led case with a Boss; the backend calls workers' tools first and leaves the manager to its script."""

    class Backend(ScriptedBackend):
        def complete(self, request):
            if any(tool["function"]["name"] == DELEGATE for tool in request.tools):
                said = self._script(request.messages, request.task)
                if isinstance(said, str):
                    return self.answered(request, self._model, text=said)
                return self.answered(request, self._model, calls=said)
            return super().complete(request)

    def answer(boss: Boss):
        crew = document("hierarchical")
        crew["tasks"] = [{"name": "review", "description": "Review it.", "expected_output": "All."}]
        backend = Backend(boss)
        runner = CrewAIRunner(
            "scripted/boss",
            tmp_path,
            memory_store,
            lambda *_: backend,
            lambda *_: backend,
            lambda _: WordsEmbedder(),
            1,
        )
        return next(iter(runner.answer([case_of(crew)], run)))

    return SimpleNamespace(answer=answer)


def test_delegated_work_comes_back_as_fenced_json_and_carries_evidence(led):
    boss = Boss({"task": "Look.", "context": "", "coworker": " risks ANALYST "}, _findings(["f1.1.1.2"]))
    answer = led.answer(boss)
    assert (answer.status, answer.answer["evidence"]) == ("answered", ["f1.1.1.2"])
    assert boss.heard[1].startswith("```json\n{") and "f1.1.1.2" in boss.heard[1]


def test_a_coworker_that_does_not_exist_is_refused_with_those_that_do(led, memory_store):
    boss = Boss({"task": "Look.", "context": "", "coworker": "Hacker"}, _findings([]), _findings([]))
    answer = led.answer(boss)
    assert answer.status == "fallback" and "cites no evidence" in answer.reason
    assert "nobody has that role; use one of Technology Analyst, Risks Analyst, Gaps Analyst, Writer" in boss.heard[1]
    assert list(memory_store.read(TENANT, ToolCall)["status"]) == ["refused"]


def test_a_manager_cannot_use_its_workers_tools_or_crewais_question_tool(led, memory_store):
    tried = [tool_call(0, "application_facts", {}), tool_call(1, "ask_question_to_coworker", {"question": "?"})]
    said = [tried, _findings(["f1.1.1.1"]), _findings(["f1.1.1.1"])]
    answer = led.answer(lambda messages, task: said.pop(0))
    assert answer.status == "fallback" and "stand in no tool result" in answer.reason
    assert "returned" not in set(memory_store.read(TENANT, ToolCall)["status"])


def test_a_manager_who_only_delegates_is_stopped(led, memory_store):
    boss = Boss(*[{"task": "Look.", "context": "", "coworker": "Writer"}] * 50)
    assert led.answer(boss).status == "fallback"
    assert len(memory_store.read(TENANT, LlmCall)) < 40


def test_a_manager_is_told_of_a_coworkers_failure_and_cannot_claim_what_nobody_found(led):
    class Broken(Boss):
        def __call__(self, messages: Any, task: Any) -> Any:
            if "You are Boss" not in str(messages[0]["content"]):
                raise TimeoutError("no answer in 60 s")
            return super().__call__(messages, task)

    boss = Broken({"task": "Look.", "context": "", "coworker": "Writer"}, _findings([]), _findings([]))
    assert led.answer(boss).status == "fallback"
    assert "no answer in 60 s" in boss.heard[1]


@pytest.mark.parametrize(("process", "calls"), [("sequential", 7), ("parallel", 7), ("hierarchical", 15)])
def test_the_figures_of_the_page_are_measured_on_crews_that_answer(tmp_path, process, calls):
    figures = measured(ScratchStore(), process, tmp_path, 0, kickoffs=1)
    assert figures["calls"] == calls and figures["wall"] > 0
