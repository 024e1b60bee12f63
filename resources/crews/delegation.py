"""How the manager of a hierarchical crew hands work on: crewai's own tool in name and arguments, but recorded.

crewai's tool makes a task without a name and offers a second tool for questions. Here the work keeps the key and the
limits of the task that it is part of, the ledger has a row for it, and one coworker works at a time.
"""

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, cast

from crewai import Agent, Task
from crewai.tools import BaseTool
from pydantic import BaseModel, Field, PrivateAttr

from aidiscover_pipelines.crews.contract import Contract
from aidiscover_pipelines.crews.grounding import Unfounded, read_answer
from aidiscover_pipelines.crews.processes import DELEGATE
from aidiscover_pipelines.crews.text import clipped, fenced
from resources.crews.case_tools import ToolBox

# Each coworker of the largest crew once.
MOST_DELEGATIONS = 8
WORK_CHARS = 4000


class Work(BaseModel):
    """What crewai's own tool takes."""

    task: str = Field(description="The work, with everything that the coworker needs to know")
    context: str = Field("", description="What is known already")
    coworker: str = Field(description="Role of the coworker, as listed")


class DelegateWork(BaseTool):
    """The tool of one manager on one task."""

    name: str = DELEGATE
    description: str = ""
    args_schema: type[BaseModel] = Work
    _box: ToolBox = PrivateAttr()
    _manager: str = PrivateAttr()
    _of: Task = PrivateAttr()
    _coworkers: Mapping[str, Agent] = PrivateAttr()

    def _run(self, task: str, coworker: str, context: str = "") -> str:
        began = time.perf_counter()
        arguments = {"task": task, "context": context, "coworker": coworker}
        agent = self._coworkers.get(_role(coworker))
        if agent is None:
            self._box.delegated(self._manager, arguments, began, "refused", "ForbiddenTool")
            roles = ", ".join(each.role for each in self._coworkers.values())
            return f"cannot delegate: nobody has that role; use one of {roles}"
        try:
            said = agent.execute_task(self._part(task, agent), clipped(context, WORK_CHARS))
        except Exception as problem:
            self._box.delegated(self._manager, arguments, began, "failed", type(problem).__name__)
            raise
        text = fenced(self._answer(str(said)))
        self._box.delegated(self._manager, arguments, began, "returned", text=text)
        return text

    def _part(self, work: str, agent: Agent) -> Task:
        """The work as a task of its own, with the key, the limits and the shape of what it is part of."""
        return Task(
            name=self._of.name,
            description=f"{clipped(work, WORK_CHARS)}\n\nThis is part of the following task.\n{self._of.description}",
            expected_output=self._of.expected_output,
            output_pydantic=self._of.output_pydantic,
            agent=agent,
            context=[],
        )

    def _answer(self, text: str) -> str:
        """The coworker's answer as JSON; what fits no contract goes on as text, since the manager's must fit anyway."""
        try:
            return read_answer(cast(type[Contract], self._of.output_pydantic), text).model_dump_json()
        except Unfounded:
            return json.dumps({"text": clipped(text, WORK_CHARS)}, ensure_ascii=False)


def delegation(box: ToolBox, manager: Any, task: Task, coworkers: Sequence[Any]) -> DelegateWork:
    """The manager's tool for one task, to be used on these coworkers."""
    roles = ", ".join(agent.role for agent in coworkers)
    tool = DelegateWork(
        description=f"Have one of your coworkers do a piece of work. Their roles: {roles}. They know nothing of the "
        "task but what you tell them.",
        max_usage_count=MOST_DELEGATIONS,  # also keeps crewai from starting threads for two calls at once
    )
    tool._box, tool._manager, tool._of = box, manager.role, task
    tool._coworkers = {_role(agent.role): agent for agent in coworkers}
    return tool


def _role(text: str) -> str:
    return " ".join(text.split()).strip("\"'").casefold()
