"""One kickoff: a crew built for one case, run once, its answer checked. The only module that knows CrewAI's classes.

Crew, agents, tools and model are built for each kickoff: a shared Crew gave one case another case's answer in tests.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, cast

from crewai import Agent, Crew, Process, Task
from crewai.llms.base_llm import BaseLLM
from crewai.tasks.task_output import TaskOutput
from crewai.tools import BaseTool
from crewai.utilities.converter import Converter, ConverterError
from crewai_core.printer import set_suppress_console_output
from pydantic import BaseModel, Field, PrivateAttr, create_model

from aidiscover_pipelines.crews.contract import Contract
from aidiscover_pipelines.crews.grounding import Unfounded, check_evidence, check_final, evidence_in, read_answer
from aidiscover_pipelines.crews.spec import CrewSpec, TaskSpec
from aidiscover_pipelines.crews.tools import TOOLS, ToolSpec
from aidiscover_pipelines.domain.crew import CaseFile
from resources.crews.economy import apply_savings, computes_here
from resources.llm.local import LocalLLM

REPAIRS = 1
# Calls of one agent on one task: a round of tools, the answer, and room for a second look.
MOST_CALLS = 6
MOST_USES_OF_A_TOOL = 4


apply_savings()


class _NoTaskLog:
    """Stands in for crewai's SQLite log of task outputs, which serves its replay command and locks between threads."""

    def reset(self) -> None:
        """Nothing is kept."""

    def update(self, task_index: int, log: Mapping[str, Any]) -> None:
        """Nothing is kept."""


class _CaseCrew(Crew):
    _task_output_handler: Any = PrivateAttr(default_factory=_NoTaskLog)


class _PlainReading(Converter):
    """Reads an answer and never asks a model to rewrite it; repair is the guardrail's, once."""

    def to_pydantic(self, current_attempt: int = 1) -> Any:
        """The contract, or the error, which crewai takes to mean that there is none."""
        try:
            return read_answer(cast(type[Contract], self.model), self.text)
        except Unfounded as problem:
            return ConverterError(str(problem))


class _CaseTool(BaseTool):
    """A registered tool over one case."""

    name: str
    description: str
    _read: Callable[[dict[str, str]], str] = PrivateAttr()

    def _run(self, **arguments: str) -> str:
        return self._read(arguments)


class Kickoff:
    """A crew at work on one case."""

    def __init__(self, crew: CrewSpec, case: CaseFile, llm: BaseLLM) -> None:
        self._crew, self._case, self._llm = crew, case, llm
        self._shown: set[str] = set()
        self._refusals: Counter[str] = Counter()
        self._problem = Unfounded()
        self._answer: dict[str, Any] = {}

    def run(self) -> dict[str, Any]:
        """The checked answer as a plain dict. Raises: Unfounded after the one repair, or what the model raised."""
        set_suppress_console_output(True)  # both are ContextVars: they hold for this kickoff only
        computes_here.set(isinstance(self._llm, LocalLLM))
        tasks = self._tasks({key: self._agent(key) for key in self._crew.agents})
        crew = _CaseCrew(
            name=self._crew.name,
            agents=list({id(task.agent): task.agent for task in tasks}.values()),
            tasks=tasks,
            process=Process.sequential,
            verbose=False,
            cache=False,
            memory=False,
            tracing=False,
        )
        try:
            crew.kickoff()
        except Exception:
            if max(self._refusals.values(), default=0) > REPAIRS:
                raise self._problem from None  # crewai's own message quotes the answer
            raise
        return self._answer

    def _agent(self, key: str) -> Agent:
        spec = self._crew.agents[key]
        return Agent(
            role=spec.role,
            goal=spec.goal,
            backstory=spec.backstory,
            llm=self._llm,
            tools=[self._tool(TOOLS[name]) for name in self._crew.tools[key] if TOOLS[name].is_useful(self._case)],
            allow_delegation=False,
            verbose=False,
            cache=False,
            max_iter=MOST_CALLS,
            max_retry_limit=0,  # retries belong to the model layer, one place
        )

    def _tasks(self, agents: Mapping[str, Agent]) -> list[Task]:
        made: dict[str, Task] = {}
        for spec in self._crew.tasks:
            made[spec.key] = Task(
                name=spec.key,
                description=spec.description,
                expected_output=spec.expected_output,
                agent=agents[spec.agent],
                context=[made[name] for name in spec.context],
                output_pydantic=spec.contract,
                converter_cls=_PlainReading,
                guardrail=self._guardrail(spec),
                guardrail_max_retries=REPAIRS,
            )
        return list(made.values())

    def _guardrail(self, spec: TaskSpec) -> Callable[[TaskOutput], tuple[bool, Any]]:
        is_last = spec == self._crew.tasks[-1]

        def guardrail(output: TaskOutput) -> tuple[bool, Any]:
            try:
                answer = self._checked(spec.contract, output.raw, is_last)
            except Unfounded as problem:
                self._refusals[spec.key] += 1
                self._problem = problem
                return False, f"{problem}. Answer again with the JSON of the contract only."
            output.raw, output.pydantic = answer.model_dump_json(), answer
            return True, output

        return guardrail

    def _checked(self, contract: type[Contract], text: str, is_last: bool) -> Contract:
        answer = read_answer(contract, text)
        content = answer.model_dump(mode="json")
        if is_last:
            check_final(self._crew, self._case, content, self._shown)
            self._answer = content
        else:
            check_evidence(content, self._shown, is_citing=False)
        return answer

    def _tool(self, spec: ToolSpec) -> _CaseTool:
        def read(arguments: dict[str, str]) -> str:
            result = spec.read(self._case, arguments)
            self._shown.update(evidence_in(result))
            return json.dumps(result, ensure_ascii=False)

        tool = _CaseTool(
            name=spec.name,
            description=spec.description,
            args_schema=_arguments(spec.name),
            max_usage_count=MOST_USES_OF_A_TOOL,  # also keeps crewai from starting threads for two calls at once
        )
        tool._read = read
        return tool


@cache
def _arguments(name: str) -> type[BaseModel]:
    """Arguments of a tool: optional texts."""
    fields: dict[str, Any] = {
        argument: (str, Field(default="", description=meaning)) for argument, meaning in TOOLS[name].arguments.items()
    }
    return create_model(f"{name}_arguments", **fields)
