"""Registered tools as crewai calls them: checked, fenced, counted and written to the ledger, whatever the model asked.

A model that asks for a tool which its role does not have, or with wrong arguments, gets one line that says so.
"""

import json
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from crewai.hooks.tool_hooks import ToolCallHookContext, register_before_tool_call_hook
from crewai.tools import BaseTool
from pydantic import PrivateAttr

from aidiscover_pipelines.crews.grounding import evidence_in
from aidiscover_pipelines.crews.text import fenced
from aidiscover_pipelines.crews.tools import TOOLS, Desk, ToolSpec, check_call
from aidiscover_pipelines.domain.errors import DiscoveryError, ForbiddenTool
from aidiscover_pipelines.governance.ledger import Ledger, digest
from aidiscover_pipelines.governance.sensitivity import STANDARD, Classes, withhold

MOST_USES_OF_A_TOOL = 4
# What crewai itself gives to the manager of a hierarchical crew.
DELEGATION = ("delegate_work_to_coworker", "ask_question_to_coworker")


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

    def refuse(self, role: str, name: str, arguments: Mapping[str, Any], error: str) -> None:
        """Record that a tool was asked for and not used."""
        self._record(role, name, arguments, time.perf_counter(), "refused", error, "", [])

    def delegated(
        self, role: str, arguments: Mapping[str, Any], began: float, status: str, error: str = "", text: str = ""
    ) -> None:
        """Record that a manager handed work on; what the coworker's tools showed is in rows of its own."""
        self._record(role, DELEGATION[0], arguments, began, status, error, text, [])

    def _used(self, role: str, spec: ToolSpec, arguments: Mapping[str, Any]) -> str:
        began = time.perf_counter()
        try:
            check_call(role, spec.name, arguments)
            result = spec.read(self.desk, arguments)
        except ForbiddenTool as problem:
            self._record(role, spec.name, arguments, began, "refused", type(problem).__name__, "", [])
            return str(problem)
        except DiscoveryError as problem:
            self._record(role, spec.name, arguments, began, "failed", type(problem).__name__, "", [])
            return str(problem)
        except Exception as problem:
            self._record(role, spec.name, arguments, began, "failed", type(problem).__name__, "", [])
            raise
        result, _ = withhold(result, self.desk.remote, self.classes)
        evidence = sorted(set(evidence_in(result)))
        self.shown.update(evidence)
        text = fenced(json.dumps(result, ensure_ascii=False))
        self._record(role, spec.name, arguments, began, "returned", "", text, evidence)
        return text

    def _record(
        self,
        role: str,
        tool: str,
        arguments: Mapping[str, Any],
        began: float,
        status: str,
        error: str,
        text: str,
        evidence: list[str],
    ) -> None:
        self.ledger.tool(
            role,
            tool,
            arguments,
            {
                "result_hash": digest(text) if text else "",
                "result_chars": len(text),
                "evidence": evidence,
                "status": status,
                "error_class": error,
                "latency_ms": round((time.perf_counter() - began) * 1000, 3),
                "at": datetime.now(UTC),
            },
        )


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
    if context.tool_name in DELEGATION and context.tool is not None:
        return None
    box.refuse(role, context.tool_name, context.tool_input, ForbiddenTool.__name__)
    return False


register_before_tool_call_hook(only_own_tools)
