"""A crew as data: agents, tasks in order, the contract of each task, what may be looked at, and how the work is shared.

Built-in crews have a folder each, whose agents.yaml and tasks.yaml are read when the crew is first used; a tenant's
crews come from stored definitions (`crews.generic`).
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from aidiscover_pipelines.crews.contract import Contract
from aidiscover_pipelines.domain.crew import CaseFile
from aidiscover_pipelines.domain.errors import ConfigError

# sequential: one task after the other; parallel: tasks that do not need each other at the same time; hierarchical: a
# manager agent hands each task to the others and answers for it.
Process = Literal["sequential", "parallel", "hierarchical"]
# How hard a task is, for the choice of its model: high where something is decided, low where it is put into words.
Effort = Literal["low", "high"]

ToolResults = Mapping[str, Mapping[str, Any]]
Answers = Mapping[str, Any]
# (what the task's tools returned by tool name, answers of its context tasks by task key) -> the task's answer
Composer = Callable[[ToolResults, Answers], Contract]
# (case, final answer) -> what is out of bounds in one line, or empty
Limits = Callable[[CaseFile, Mapping[str, Any]], str]

AGENT_TEXTS = ("role", "goal", "backstory")


@dataclass(frozen=True, slots=True)
class AgentSpec:
    """Who works: the three texts that CrewAI puts in the system prompt."""

    key: str
    role: str
    goal: str
    backstory: str


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """One step: what to decide, by whom, on which earlier answers, in which shape.

    `agent` is empty where the manager chooses who works.
    """

    key: str
    description: str
    expected_output: str
    agent: str
    context: tuple[str, ...]
    contract: type[Contract]
    effort: Effort = "low"


@dataclass(frozen=True, slots=True)
class Join:
    """How the answers of all tasks, by key, become the crew's, and its shape."""

    contract: type[Contract]
    make: Callable[[Answers], Contract]


@dataclass(frozen=True)
class CrewSpec:
    """A crew. Tasks run in the order given; the last one's answer is the crew's, or `join` makes it of all of them.

    Where a crew joins, nobody copies what somebody else has said, and `limits` hold for each task's part of the answer.
    `tools` names the tools of each agent, `composers` the offline analyst's function for each task. `manager` is the
    key of the agent that leads a hierarchical crew, else empty. `memory` says whether it may recall earlier kickoffs.
    """

    name: str
    agents: Mapping[str, AgentSpec]
    tasks: tuple[TaskSpec, ...]
    tools: Mapping[str, tuple[str, ...]]
    composers: Mapping[str, Composer]
    limits: Limits
    process: Process = "sequential"
    manager: str = ""
    memory: bool = False
    join: Join | None = None

    @cached_property
    def fingerprint(self) -> str:
        """Hash of prompts, tools, process and contracts: a case is asked again when any of them changes."""
        told = {
            "agents": [asdict(agent) for agent in self.agents.values()],
            "tasks": [{**asdict(task), "contract": task.contract.model_json_schema()} for task in self.tasks],
            "tools": {agent: list(names) for agent, names in self.tools.items()},
            "process": [self.process, self.manager, self.memory],
        }
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    @property
    def answer(self) -> type[Contract]:
        """Contract of the crew's answer."""
        return self.join.contract if self.join else self.tasks[-1].contract

    def whole(self, answers: Answers) -> Contract:
        """The crew's answer from those of its tasks, by key."""
        made: Contract = self.join.make(answers) if self.join else answers[self.tasks[-1].key]
        return made


# Finds a crew by the name that a case carries. Raises: KeyError.
FindCrew = Callable[[str], CrewSpec]


class LoadedCrews(Mapping[str, CrewSpec]):
    """Crews by name, each loaded when it is first asked for."""

    def __init__(self, loaders: Mapping[str, Callable[[], CrewSpec]]) -> None:
        self._loaders = loaders

    def __getitem__(self, name: str) -> CrewSpec:
        return self._loaders[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._loaders)

    def __len__(self) -> int:
        return len(self._loaders)


def load_crew(
    folder: Path,
    *,
    contracts: Mapping[str, type[Contract]],
    tools: Mapping[str, tuple[str, ...]],
    composers: Mapping[str, Composer],
    limits: Limits,
    join: Join | None = None,
) -> CrewSpec:
    """The crew of a folder, named like it; tasks run in the order of `contracts`.

    Raises: ConfigError naming the file and what it lacks.
    """
    agents = {
        key: AgentSpec(key, *(_text(folder, "agents.yaml", key, entry, name) for name in AGENT_TEXTS))
        for key, entry in _entries(folder, "agents.yaml").items()
    }
    entries = _entries(folder, "tasks.yaml")
    if list(entries) != list(contracts):
        raise _refusal(folder, "tasks.yaml", f"its tasks must be {', '.join(contracts)}, in that order")
    tasks = tuple(_task(folder, key, entries, agents, contracts[key]) for key in entries)
    return CrewSpec(folder.name, agents, tasks, tools, composers, limits, join=join)


def _task(
    folder: Path,
    key: str,
    entries: Mapping[str, Mapping[str, Any]],
    agents: Mapping[str, AgentSpec],
    contract: type[Contract],
) -> TaskSpec:
    file, entry, keys = "tasks.yaml", entries[key], list(entries)
    agent = _text(folder, file, key, entry, "agent")
    if agent not in agents:
        raise _refusal(folder, file, f"task {key!r} names agent {agent!r}, which agents.yaml lacks")
    context = tuple(entry.get("context") or ())
    if late := [name for name in context if name not in keys[: keys.index(key)]]:
        raise _refusal(folder, file, f"task {key!r} needs {late[0]!r}, which is no earlier task")
    effort = entry.get("effort", "low")
    if effort not in get_args(Effort):
        raise _refusal(folder, file, f"effort of task {key!r} must be {' or '.join(get_args(Effort))}")
    description = _text(folder, file, key, entry, "description")
    expected = _text(folder, file, key, entry, "expected_output")
    return TaskSpec(key, description, expected, agent, context, contract, effort)


def _entries(folder: Path, name: str) -> Mapping[str, Mapping[str, Any]]:
    loaded = yaml.safe_load((folder / name).read_text(encoding="utf-8"))
    if not isinstance(loaded, dict) or not all(isinstance(entry, dict) for entry in loaded.values()):
        raise _refusal(folder, name, "it must map each key to its texts")
    return loaded


def _text(folder: Path, file: str, key: str, entry: Mapping[str, Any], name: str) -> str:
    text = entry.get(name)
    if not isinstance(text, str) or not text.strip():
        raise _refusal(folder, file, f"{key!r} needs a text {name!r}")
    if "{" in text or "}" in text:
        raise _refusal(folder, file, f"{name!r} of {key!r} holds braces, and case values never enter a prompt text")
    return text.strip()


def _refusal(folder: Path, file: str, problem: str) -> ConfigError:
    return ConfigError(f"cannot load {file} of crew {folder.name!r}: {problem}; correct {folder / file}")
