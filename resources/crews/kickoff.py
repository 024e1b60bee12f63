"""One kickoff: a crew built for one case, run once, its answer checked.

Crew, agents, tools and model are built for each kickoff: a shared Crew gave one case another case's answer in tests.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from typing import Any, cast

from crewai import Agent, Crew, Process, Task
from crewai.llms.base_llm import BaseLLM
from crewai.tasks.task_output import TaskOutput
from crewai.tools import BaseTool
from crewai.utilities.converter import Converter, ConverterError
from crewai_core.printer import set_suppress_console_output
from pydantic import PrivateAttr

from aidiscover_pipelines.crews.contract import Contract
from aidiscover_pipelines.crews.grounding import Unfounded, check_evidence, check_final, read_answer
from aidiscover_pipelines.crews.processes import at_the_same_time
from aidiscover_pipelines.crews.spec import CrewSpec, TaskSpec
from aidiscover_pipelines.crews.tools import TOOLS
from resources.crews.case_tools import ToolBox, at_work
from resources.crews.delegation import MOST_DELEGATIONS, delegation
from resources.crews.economy import apply_savings
from resources.crews.executor import ChainExecutor

REPAIRS = 1
# Calls of one agent on one task: a round of tools, the answer, and room for a second look.
MOST_CALLS = 6
# A manager that hands work on one piece at a time, and then answers.
MOST_CALLS_LEADING = MOST_DELEGATIONS + 2


apply_savings()


class _NoTaskLog:
    """Stands in for crewai's SQLite log of task outputs, which serves its replay command and locks between threads."""

    def reset(self) -> None:
        """Nothing is kept."""

    def update(self, task_index: int, log: Mapping[str, Any]) -> None:
        """Nothing is kept."""


class _CaseAgent(Agent):
    def create_agent_executor(self, tools: list[BaseTool] | None = None, task: Task | None = None) -> None:
        """For a task only: crewai makes one before the first task, too, with all prompts, and fits it to each."""
        if task is not None:
            super().create_agent_executor(tools, task)


class _CaseCrew(Crew):
    _task_output_handler: Any = PrivateAttr(default_factory=_NoTaskLog)
    _tools: ToolBox = PrivateAttr()

    def _update_manager_tools(self, task: Task, tools: list[BaseTool]) -> list[BaseTool]:
        """The manager's one tool for this task, in place of crewai's two."""
        coworkers = [task.agent] if task.agent and task.agent is not self.manager_agent else self.agents
        return [delegation(self._tools, self.manager_agent, task, coworkers)]


class _CaseTask(Task):
    """Remembers what it started, so that nothing is at work when the kickoff is over."""

    _started: Future[TaskOutput] | None = PrivateAttr(default=None)

    def execute_async(self, *arguments: Any, **keywords: Any) -> Future[TaskOutput]:
        """See Task."""
        self._started = super().execute_async(*arguments, **keywords)
        return self._started


class _PlainReading(Converter):
    """Reads an answer and never asks a model to rewrite it; repair is the guardrail's, once."""

    def to_pydantic(self, current_attempt: int = 1) -> Any:
        """The contract, or the error, which crewai takes to mean that there is none."""
        try:
            return read_answer(cast(type[Contract], self.model), self.text)
        except Unfounded as problem:
            return ConverterError(str(problem))


class Kickoff:
    """A crew at work on one case."""

    def __init__(self, crew: CrewSpec, tools: ToolBox, llm: BaseLLM) -> None:
        self._crew, self._tools, self._llm = crew, tools, llm
        self._refusals: Counter[str] = Counter()
        self._problem = Unfounded()
        self._given: dict[str, Contract] = {}
        self._answer: dict[str, Any] = {}

    def run(self) -> dict[str, Any]:
        """The checked answer as a plain dict. Raises: Unfounded after the one repair, or what the model raised."""
        set_suppress_console_output(True)  # these are ContextVars: they hold for this kickoff only
        at_work.set(self._tools)
        agents = {key: self._agent(key) for key in self._crew.agents}
        tasks = self._tasks(agents)
        manager = agents.pop(self._crew.manager, None)
        crew = _CaseCrew(
            name=self._crew.name,
            agents=list(agents.values()),
            tasks=tasks,
            process=Process.sequential if manager is None else Process.hierarchical,
            manager_agent=manager,
            verbose=False,
            cache=False,
            memory=False,
            tracing=False,
        )
        crew._tools = self._tools
        try:
            crew.kickoff()
        except Exception:
            if max(self._refusals.values(), default=0) > REPAIRS:
                raise self._problem from None  # crewai's own message quotes the answer
            raise
        finally:
            wait([task._started for task in tasks if task._started is not None])
        return self._answer

    def _agent(self, key: str) -> Agent:
        spec, desk = self._crew.agents[key], self._tools.desk
        return _CaseAgent(
            role=spec.role,
            goal=spec.goal,
            backstory=spec.backstory,
            llm=self._llm,
            executor_class=ChainExecutor,
            tools=[self._tools.tool(spec.role, name) for name in self._crew.tools[key] if TOOLS[name].is_offered(desk)],
            allow_delegation=key == self._crew.manager,
            verbose=False,
            cache=False,
            max_iter=MOST_CALLS_LEADING if key == self._crew.manager else MOST_CALLS,
            max_retry_limit=0,  # retries belong to the model layer, one place
        )

    def _tasks(self, agents: Mapping[str, Agent]) -> list[_CaseTask]:
        made: dict[str, _CaseTask] = {}
        together = at_the_same_time(self._crew)
        for spec in self._crew.tasks:
            made[spec.key] = _CaseTask(
                name=spec.key,
                description=spec.description,
                expected_output=spec.expected_output,
                agent=agents.get(spec.agent),  # None where the manager chooses
                async_execution=spec.key in together,
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
                answer = self._checked(spec, output.raw, is_last)
            except Unfounded as problem:
                self._refusals[spec.key] += 1
                self._problem = problem
                return False, f"{problem}. Answer again with the JSON of the contract only."
            output.raw, output.pydantic = answer.model_dump_json(), answer
            return True, output

        return guardrail

    def _checked(self, spec: TaskSpec, text: str, is_last: bool) -> Contract:
        answer = read_answer(spec.contract, text)
        content, case = answer.model_dump(mode="json"), self._tools.desk.case
        check_evidence(content, self._tools.shown, is_citing=False)
        if self._crew.join and (problem := self._crew.limits(case, content)):
            raise Unfounded(problem)  # told to who said it, not to who comes last
        self._given[spec.key] = answer
        if is_last:
            whole = self._crew.whole(self._given).model_dump(mode="json")
            check_final(self._crew, case, whole, self._tools.shown)
            self._answer = whole
        return answer
