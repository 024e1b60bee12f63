"""The ledger of one kickoff: a row for each model call, each tool call and each message, written to the store.

Rows are gathered here and written together, because an offline kickoff takes milliseconds; a call that was paid for is
written at once, so that not even a killed process loses it.
"""

import hashlib
import json
import threading
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aidiscover_pipelines.domain.crew import application_in
from aidiscover_pipelines.domain.errors import ForbiddenTool
from aidiscover_pipelines.domain.tables import CrewMessage, KeptResponse, LlmCall, Row, ToolCall
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import EmbeddingCall, PortfolioStore

ARGUMENT_CHARS = 500


@dataclass(frozen=True, slots=True)
class CallScope:
    """On whose behalf a kickoff asks."""

    tenant: TenantId
    run_id: str
    kickoff_id: str
    crew: str
    subject: str

    @property
    def application_id(self) -> str:
        """The application that the case is about, or empty."""
        return application_in(self.subject)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks within a kickoff: the agent's role and the task's key."""

    agent: str = ""
    task: str = ""


@dataclass(frozen=True, slots=True)
class ToolUse:
    """What came of a tool call: returned with its text and the evidence it showed, refused, or failed with an error."""

    status: str
    error: str = ""
    latency_ms: float = 0.0
    text: str = ""
    evidence: Sequence[str] = ()


def digest(value: Any) -> str:
    """SHA-256 of text, or of a value as JSON with sorted keys."""
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class Ledger:
    """Rows of one kickoff. Thread-safe: tasks of a parallel crew share it."""

    def __init__(self, store: PortfolioStore, scope: CallScope) -> None:
        self.scope = scope
        self.calls: list[LlmCall] = []
        self._store = store
        self._lock = threading.Lock()
        self._unwritten: list[Row] = []
        self._said: dict[Asker, list[Mapping[str, Any]]] = {}
        self._steps: dict[Asker, int] = {}
        self._messages = self._unasked = 0
        self._wanted: dict[str, list[tuple[str, str, Mapping[str, Any]]]] = {}

    def next_step(self, asker: Asker) -> int:
        """Number of the call that begins now within its task, from 1."""
        with self._lock:
            self._steps[asker] = self._steps.get(asker, 0) + 1
            return self._steps[asker]

    def call(self, asker: Asker, values: Mapping[str, Any]) -> None:
        """One model call: the columns of LlmCall except those of the scope."""
        row = LlmCall(**self._scoped(), agent=asker.agent, task=asker.task, **values)
        with self._lock:
            self.calls.append(row)
            self._unwritten.append(row)

    def embedding(self, given: EmbeddingCall) -> None:
        """One request of a provider that embeds, as a call of the task `embedding`."""
        sent = {"model_asked": given.model, "provider": given.provider, "attempts": 1, "prompt_tokens": given.tokens}
        nothing = {"completion_tokens": 0, "cached_tokens": 0, "redactions": 0, "prompt_hash": "", "response_hash": ""}
        self.call(
            Asker(task="embedding"),
            {
                **sent,
                **nothing,
                "call_id": uuid.uuid4().hex,
                "step": self.next_step(Asker(task="embedding")),
                "model_served": "" if given.error else given.model,
                "cost_usd": given.cost_usd,
                "latency_ms": given.latency_ms,
                "status": "failed" if given.error else "answered",
                "error_class": given.error,
                "budget_left_tokens": None,
                "budget_left_usd": None,
                "at": datetime.now(UTC),
            },
        )

    def conversation(self, asker: Asker, call_id: str, sent: Sequence[Mapping[str, Any]], answer: Any) -> None:
        """The messages of a call that were not sent before for this task, and the answer (text or tool calls).

        A repair, and each piece of work that a manager hands on, begins anew.
        """
        with self._lock:
            before, self._said[asker] = self._said.get(asker, []), list(sent)
            goes_on = bool(before) and self._said[asker][: len(before)] == before
            new = sent[len(before) + 1 :] if goes_on else sent  # the answer comes back as the next message
            for message in [*new, _answered(answer)]:
                self._messages += 1
                self._unwritten.append(self._message(asker, call_id, message))
            calls = [] if isinstance(answer, str) else list(enumerate(answer))
            usable = [(place, one) for place, one in calls if isinstance(_arguments(one["function"]), dict)]
            self._wanted[asker.agent] = [(f"{call_id}:{place}", asker.task, one["function"]) for place, one in usable]
            self._refuse(asker, call_id, [one for one in calls if one not in usable])

    def refuse(self, asker: Asker, call_id: str, calls: Sequence[Mapping[str, Any]]) -> None:
        """Record tool calls of a model that was offered no tool."""
        with self._lock:
            self._refuse(asker, call_id, list(enumerate(calls)))

    def _refuse(self, asker: Asker, call_id: str, calls: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
        """Tool calls that reach no tool: none is offered, or the arguments are no JSON object."""
        for place, one in calls:
            refused = ToolUse("refused", ForbiddenTool.__name__)
            name = str(one["function"]["name"])
            self._unwritten.append(self._tool_row(f"{call_id}:{place}", asker, name, {}, refused))

    def tool(self, agent: str, tool: str, arguments: Mapping[str, Any], use: ToolUse) -> None:
        """One use of a tool; joined with the model call that asked for it by agent, tool and arguments."""
        with self._lock:
            tool_call_id, task = self._claim(agent, tool, arguments)
            self._unwritten.append(self._tool_row(tool_call_id, Asker(agent, task), tool, arguments, use))

    def _tool_row(
        self, tool_call_id: str, asker: Asker, tool: str, arguments: Mapping[str, Any], use: ToolUse
    ) -> ToolCall:
        return ToolCall(
            **self._scoped(),
            tool_call_id=tool_call_id,
            call_id=tool_call_id.rpartition(":")[0],
            agent=asker.agent,
            task=asker.task,
            tool=storable(tool),
            arguments=storable(_clipped(arguments)),
            result_hash=digest(use.text) if use.text else "",
            result_chars=len(use.text),
            evidence=list(use.evidence),
            status=use.status,
            error_class=use.error,
            latency_ms=use.latency_ms,
            at=datetime.now(UTC),
        )

    def keep(self, row: KeptResponse) -> None:
        """A kept answer, which is written together with the call that brought it."""
        with self._lock:
            self._unwritten.append(row)

    def write(self) -> None:
        """Write what is not written yet. What cannot be written stays for the next attempt."""
        with self._lock:
            if self._unwritten:
                self._store.put(self.scope.tenant, self._unwritten)
            self._unwritten = []

    def taken(self) -> list[Row]:
        """What is not written yet, for somebody who writes it with other rows."""
        with self._lock:
            rows, self._unwritten = self._unwritten, []
            return rows

    def _scoped(self) -> dict[str, Any]:
        scope = self.scope
        return {
            "kickoff_id": scope.kickoff_id,
            "run_id": scope.run_id,
            "application_id": scope.application_id,
            "subject": scope.subject,
            "crew": scope.crew,
        }

    def _claim(self, agent: str, tool: str, arguments: Mapping[str, Any]) -> tuple[str, str]:
        """Id and task of the request that this use answers; the first of the same tool where arguments differ."""
        wanted = self._wanted.get(agent, [])
        same = [one for one in wanted if one[2]["name"] == tool]
        exact = [one for one in same if _arguments(one[2]) == dict(arguments)]
        if not same:
            self._unasked += 1
            return f":{self.scope.kickoff_id}:{self._unasked}", ""
        chosen = (exact or same)[0]
        wanted.remove(chosen)
        return chosen[0], chosen[1]

    def _message(self, asker: Asker, call_id: str, message: Mapping[str, Any]) -> CrewMessage:
        names = ("tool_calls", "name", "tool_call_id")
        return CrewMessage(
            kickoff_id=self.scope.kickoff_id,
            number=self._messages,
            run_id=self.scope.run_id,
            crew=self.scope.crew,
            subject=self.scope.subject,
            agent=asker.agent,
            task=asker.task,
            call_id=call_id,
            role=str(message.get("role") or ""),
            content=storable(str(message.get("content") or "")),
            artefact=storable({name: message[name] for name in names if message.get(name)}),
            at=datetime.now(UTC),
        )


def storable(value: Any) -> Any:
    """The value without what no database stores: NUL characters, halves of surrogate pairs."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, Mapping):
        return {storable(str(name)): storable(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable(item) for item in value]
    return value


def _answered(answer: Any) -> dict[str, Any]:
    if isinstance(answer, str):
        return {"role": "assistant", "content": answer}
    return {"role": "assistant", "content": "", "tool_calls": list(answer)}


def _arguments(function: Mapping[str, Any]) -> Any:
    try:
        return json.loads(function["arguments"] or "{}")
    except json.JSONDecodeError:
        return None


def _clipped(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {
        str(name)[:ARGUMENT_CHARS]: value[:ARGUMENT_CHARS] if isinstance(value, str) else value
        for name, value in arguments.items()
    }
