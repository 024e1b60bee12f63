"""A crew as data: agents, tasks in order, the contract of each task, and what may be looked at.

Texts live in agents.yaml and tasks.yaml beside the crew; they are read when a crew is first used, not at import.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from aidiscover_pipelines.crews.contract import Contract
from aidiscover_pipelines.domain.crew import CaseFile
from aidiscover_pipelines.domain.errors import ConfigError

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
    """One step: what to decide, by whom, on which earlier answers, in which shape."""

    key: str
    description: str
    expected_output: str
    agent: str
    context: tuple[str, ...]
    contract: type[Contract]


@dataclass(frozen=True)
class CrewSpec:
    """A crew. Tasks run in the order of `contracts`; the last one's answer is the crew's.

    `tools` names the tools of each agent, `composers` the offline analyst's function for each task.
    """

    name: str
    folder: Path
    contracts: Mapping[str, type[Contract]]
    tools: Mapping[str, tuple[str, ...]]
    composers: Mapping[str, Composer]
    limits: Limits

    @cached_property
    def agents(self) -> Mapping[str, AgentSpec]:
        """Agents by key. Raises: ConfigError naming the file and what it lacks."""
        return {
            key: AgentSpec(key, *(self._text("agents.yaml", key, entry, name) for name in AGENT_TEXTS))
            for key, entry in self._entries("agents.yaml").items()
        }

    @cached_property
    def tasks(self) -> tuple[TaskSpec, ...]:
        """Tasks in order. Raises: ConfigError."""
        entries = self._entries("tasks.yaml")
        if list(entries) != list(self.contracts):
            raise self._refusal("tasks.yaml", f"its tasks must be {', '.join(self.contracts)}, in that order")
        return tuple(self._task(key, entry, list(entries)) for key, entry in entries.items())

    @cached_property
    def fingerprint(self) -> str:
        """Hash of prompts and contracts: a case is asked again when either changes."""
        texts = [(self.folder / name).read_text(encoding="utf-8") for name in ("agents.yaml", "tasks.yaml")]
        schemas = [json.dumps(model.model_json_schema(), sort_keys=True) for model in self.contracts.values()]
        return hashlib.sha256("\n".join(texts + schemas).encode()).hexdigest()

    @property
    def answer(self) -> type[Contract]:
        """Contract of the last task."""
        return list(self.contracts.values())[-1]

    def _task(self, key: str, entry: Mapping[str, Any], keys: list[str]) -> TaskSpec:
        agent = self._text("tasks.yaml", key, entry, "agent")
        if agent not in self.agents:
            raise self._refusal("tasks.yaml", f"task {key!r} names agent {agent!r}, which agents.yaml lacks")
        context = tuple(entry.get("context") or ())
        if late := [name for name in context if name not in keys[: keys.index(key)]]:
            raise self._refusal("tasks.yaml", f"task {key!r} needs {late[0]!r}, which is no earlier task")
        description = self._text("tasks.yaml", key, entry, "description")
        expected = self._text("tasks.yaml", key, entry, "expected_output")
        return TaskSpec(key, description, expected, agent, context, self.contracts[key])

    def _entries(self, name: str) -> Mapping[str, Mapping[str, Any]]:
        loaded = yaml.safe_load((self.folder / name).read_text(encoding="utf-8"))
        if not isinstance(loaded, dict) or not all(isinstance(entry, dict) for entry in loaded.values()):
            raise self._refusal(name, "it must map each key to its texts")
        return loaded

    def _text(self, file: str, key: str, entry: Mapping[str, Any], name: str) -> str:
        text = entry.get(name)
        if not isinstance(text, str) or not text.strip():
            raise self._refusal(file, f"{key!r} needs a text {name!r}")
        if "{" in text or "}" in text:
            raise self._refusal(file, f"{name!r} of {key!r} holds braces, and case values never enter a prompt text")
        return text.strip()

    def _refusal(self, file: str, problem: str) -> ConfigError:
        return ConfigError(f"cannot load {file} of crew {self.name!r}: {problem}; correct {self.folder / file}")
