"""The offline analyst: calls the task's own tools once, then composes the contract from what they returned.

Deterministic, free, and never on the network; its records say `offline/...`. What it says is in crews/*/offline.py.
"""

from typing import Any

from aidiscover_pipelines.crews.processes import DELEGATE
from aidiscover_pipelines.crews.spec import CrewSpec
from aidiscover_pipelines.crews.tools import TOOLS
from aidiscover_pipelines.domain.errors import Permanent
from resources.llm.completion import Completion, Request
from resources.llm.local import LocalBackend, tool_call, tool_results

WORK = "Do the task below with your tools and report what they show."


class OfflineAnalyst(LocalBackend):
    """Speaks for every agent of one crew."""

    def __init__(self, model: str, crew: CrewSpec) -> None:
        super().__init__("offline")
        self._model, self._crew = model, crew

    def complete(self, request: Request) -> Completion:
        """Tool calls until every tool of the agent was asked, then the composed contract."""
        task = request.task
        if any(tool["function"]["name"] == DELEGATE for tool in request.tools):
            return self._as_manager(request)
        offered = [tool["function"]["name"] for tool in request.tools]
        agent = next(key for key, spec in self._crew.agents.items() if spec.role == task.agent.role)
        own = [name for name in self._crew.tools[agent] if name in offered and not _needs_arguments(name)]
        results = tool_results(request.messages)
        answered = {str(message.get("name")) for message in request.messages if message.get("role") == "tool"}
        if unasked := [name for name in own if name not in answered]:
            return self.answered(request, self._model, calls=[tool_call(n, name, {}) for n, name in enumerate(unasked)])
        if failed := [name for name in own if name not in results]:
            raise Permanent(f"cannot compose {task.name}: tool {failed[0]!r} gave no result; see the tool's error")
        return self._composed(request, results)

    def _as_manager(self, request: Request) -> Completion:
        """Hands the task to its agent, or to each that has tools, and composes from what comes back."""
        crew, task = self._crew, next(spec for spec in self._crew.tasks if spec.key == request.task.name)
        others = [key for key in crew.agents if key != crew.manager]
        coworkers = [task.agent] if task.agent else [key for key in others if crew.tools[key]] or others
        replies = [tool_results([message]) for message in request.messages if message.get("name") == DELEGATE]
        if unasked := coworkers[len(replies) :]:
            work = [{"task": WORK, "context": "", "coworker": crew.agents[key].role} for key in unasked]
            calls = [tool_call(number, DELEGATE, arguments) for number, arguments in enumerate(work)]
            return self.answered(request, self._model, calls=calls)
        if not all(replies):
            raise Permanent(f"cannot compose {task.key}: a coworker gave no result; see the error of {DELEGATE!r}")
        return self._composed(request, {f"coworker {number}": reply[DELEGATE] for number, reply in enumerate(replies)})

    def _composed(self, request: Request, results: dict[str, Any]) -> Completion:
        task = request.task
        earlier = {one.name: one.output.pydantic for one in task.context or [] if one.output is not None}
        composed = self._crew.composers[task.name](results, earlier)
        return self.answered(request, self._model, text=composed.model_dump_json())


def _needs_arguments(tool: str) -> bool:
    """Whether a tool can only be used by somebody who chooses arguments, which is nothing the analyst does."""
    return any(field.is_required() for field in TOOLS[tool].schema.model_fields.values())
