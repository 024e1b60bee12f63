"""Registered tools as crewai calls them: checked, fenced, counted and written to the ledger, whatever the model asked.

A model that asks for a tool which its role does not have, or with wrong arguments, gets one line that says so.
"""

import json
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from crewai.hooks.tool_hooks import ToolCallHookContext, register_before_tool_call_hook
from crewai.tools import BaseTool
from pydantic import PrivateAttr

from aidiscover_pipelines.crews.grounding import evidence_in
from aidiscover_pipelines.crews.processes import DELEGATE
from aidiscover_pipelines.crews.text import fenced
from aidiscover_pipelines.crews.tools import TOOLS, Desk, ToolSpec, check_call
from aidiscover_pipelines.domain.errors import DiscoveryError, ForbiddenTool
from aidiscover_pipelines.governance.ledger import Ledger, ToolUse
from aidiscover_pipelines.governance.sensitivity import STANDARD, Classes, withhold

MOST_USES_OF_A_TOOL = 4


@dataclass(slots=True)
class ToolBox:
    """The tools of one kickoff: what they read, what they have shown, who may use which."""

    desk: Desk
    ledger: Ledger
    classes: Classes = STANDARD
    shown: set[str] = field(default_factory=set)
    allowed: dict[str, set[str]] = field(default_factory=dict)

    def tool(self, role: str, name: str) -> "CaseTool":
        """A tool in the hands of an agent."""
        spec = TOOLS[name]
        self.allowed.setdefault(role, set()).add(name)
        made = CaseTool(
            name=name,
            description=spec.description,
            args_schema=spec.schema,
            max_usage_count=MOST_USES_OF_A_TOOL,  # also keeps crewai from starting threads for two calls at once
        )
        made._use = lambda arguments: self._used(role, spec, arguments)
        return made

    def refuse(self, role: str, name: str, arguments: Mapping[str, Any]) -> None:
        """Record that a tool was asked for that the role does not have."""
        self.ledger.tool(role, name, arguments, ToolUse("refused", ForbiddenTool.__name__))

    def delegated(
        self, role: str, arguments: Mapping[str, Any], began: float, status: str, error: str = "", text: str = ""
    ) -> None:
        """Record that a manager handed work on; what the coworker's tools showed is in rows of its own."""
        self.ledger.tool(role, DELEGATE, arguments, ToolUse(status, error, _ms_since(began), text))

    def _used(self, role: str, spec: ToolSpec, arguments: Mapping[str, Any]) -> str:
        began = time.perf_counter()
        try:
            check_call(role, spec.name, arguments)
            result = spec.read(self.desk, arguments)
        except Exception as problem:
            status = "refused" if isinstance(problem, ForbiddenTool) else "failed"
            use = ToolUse(status, type(problem).__name__, _ms_since(began))
            self.ledger.tool(role, spec.name, arguments, use)
            if isinstance(problem, DiscoveryError):
                return str(problem)  # one line that the model can act on
            raise
        result, _ = withhold(result, self.desk.remote, self.classes)
        evidence = sorted(set(evidence_in(result)))
        self.shown.update(evidence)
        text = fenced(json.dumps(result, ensure_ascii=False))
        self.ledger.tool(role, spec.name, arguments, ToolUse("returned", "", _ms_since(began), text, evidence))
        return text


class CaseTool(BaseTool):
    """A registered tool over one case. Arguments are checked by the tool itself, so that a wrong one gets an answer."""

    name: str
    description: str
    _use: Callable[[Mapping[str, Any]], str] = PrivateAttr()

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """The tool's answer as fenced JSON, or one line that says what is wrong."""
        limit = self._claim_usage()
        return limit if limit is not None else self._use(kwargs)

    def _run(self, **kwargs: Any) -> str:
        return self._use(kwargs)


# The tools of the kickoff that is at work here; crewai's threads take a copy of the context along.
at_work: ContextVar[ToolBox | None] = ContextVar("at_work", default=None)


def only_own_tools(context: ToolCallHookContext) -> bool | None:
    """Crewai asks before each tool call: False stops the call of a tool that the agent's role does not have."""
    box = at_work.get()
    role = getattr(context.agent, "role", "")
    if box is None or context.tool_name in box.allowed.get(role, ()):
        return None
    if context.tool_name == DELEGATE and context.tool is not None:
        return None
    box.refuse(role, context.tool_name, context.tool_input)
    return False


register_before_tool_call_hook(only_own_tools)


def _ms_since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 3)
