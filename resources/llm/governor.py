"""The way of every model call: choose, redact, fit, look among kept answers, keep to the budget, ask, record.

Knows neither crewai nor litellm; `model.py` puts it before the one, a Backend hides the other.
"""

import json
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from aidiscover_pipelines.domain.errors import BudgetExhausted, ContextOverflow, FailedCall, ProviderDown
from aidiscover_pipelines.domain.tables import KeptResponse
from aidiscover_pipelines.governance.budget import BudgetBook, Used
from aidiscover_pipelines.governance.kept import KeptAnswers, prompt_key
from aidiscover_pipelines.governance.ledger import Asker, Ledger, digest
from aidiscover_pipelines.governance.window import fit
from resources.llm.completion import Backend, Completion, Request, ToolCall

Messages = Sequence[Mapping[str, Any]]
Answer = str | list[ToolCall]

SUMMARISE = "Summarise the text for a colleague in at most {most} tokens. Keep every id, number and name. Text:\n{text}"
REFUSALS = (BudgetExhausted, ContextOverflow)


class Redaction(Protocol):
    """Takes out what may not leave, and puts back what may be put back. One for each kickoff."""

    count: int

    def redact(self, messages: Messages) -> list[dict[str, Any]]:
        """The messages with pseudonyms."""

    def restore(self, answer: Any) -> Any:
        """An answer (text or tool calls) with pseudonyms put back."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for all kickoffs of a run: who may be asked, what it may cost, what was answered before.

    `chain` names the models behind `backend`, so that another configuration is not given their kept answers.
    `offline` answers where every provider fails; None where the tenant does not allow it.
    """

    backend: Backend
    chain: str
    book: BudgetBook
    kept: KeptAnswers
    offline: Backend | None = None


class Governor:
    """Asks on behalf of one kickoff. Thread-safe as far as its backend is."""

    def __init__(self, rules: Rules, ledger: Ledger, redaction: Redaction | None = None) -> None:
        self._rules, self._ledger = rules, ledger
        self._redaction = redaction if rules.backend.is_remote else None
        self._kept_keys: list[str] = []
        self._counting = threading.Lock()

    @property
    def is_remote(self) -> bool:
        """Whether what is asked leaves this machine."""
        return self._rules.backend.is_remote

    def ask(self, messages: Messages, tools: Messages, asker: Asker, model: str, task: Any = None) -> Answer:
        """The answer: text, or tool calls. Raises: what the backend raises, BudgetExhausted, ContextOverflow."""
        call = self._call(asker, model)
        said: list[dict[str, Any]] = []
        try:
            said, call.redactions = self._redacted(messages)
            answer = self._kept_or_asked(call, self._fitted(said, tools, asker, model), tools, task)
        except Exception as error:
            call.failed(error)
            if isinstance(error, ProviderDown) and self._rules.offline is not None:
                return self._offline_answer(self._rules.offline, messages, said, tools, asker, model, task)
            raise
        if not tools and not isinstance(answer, str):
            self._ledger.refuse(asker, call.call_id, answer)
            answer = json.dumps(answer)  # crewai would take the list for the final answer
        self._ledger.conversation(asker, call.call_id, said, answer)
        call.answered(answer)
        if self.is_remote:
            self._ledger.write()
        return answer if self._redaction is None else self._redaction.restore(answer)

    def forget_answers(self) -> None:
        """Drop the kept answers of this kickoff, because what they led to could not stand."""
        self._rules.kept.forget(self._kept_keys)

    def _call(self, asker: Asker, model: str) -> "_Call":
        return _Call(self._ledger, self._rules.book, asker, model)

    def _redacted(self, messages: Messages) -> tuple[list[dict[str, Any]], int]:
        if self._redaction is None:
            return [dict(message) for message in messages], 0
        with self._counting:  # tasks of a parallel crew share the count
            before = self._redaction.count
            return self._redaction.redact(messages), self._redaction.count - before

    def _fitted(self, said: list[dict[str, Any]], tools: Messages, asker: Asker, model: str) -> list[dict[str, Any]]:
        backend = self._rules.backend

        def summarise(text: str, most: int) -> str:
            prompt = [{"role": "user", "content": SUMMARISE.format(most=most, text=text)}]
            own = self._call(Asker(asker.agent, f"{asker.task} (summary)"), model)
            answer = self._kept_or_asked(own, prompt, (), None)
            own.answered(answer)
            return str(answer)

        def count(part: Sequence[Mapping[str, Any]]) -> int:
            return backend.tokens(model, part, tools)

        return fit(said, backend.window(model), count, summarise, model).messages

    def _kept_or_asked(self, call: "_Call", sent: list[dict[str, Any]], tools: Messages, task: Any) -> Answer:
        call.prompt_hash = prompt_key(f"{call.model} of {self._rules.chain}", sent, tools)
        return self._kept_answer(call) or self._asked(call, sent, tools, task)

    def _kept_answer(self, call: "_Call") -> Answer | None:
        if not self.is_remote:
            return None
        row = self._rules.kept.find(call.prompt_hash)
        if row is None:
            return None
        self._kept_keys.append(call.prompt_hash)
        call.took_kept(row)
        answer: Answer = row.response["text"] if "text" in row.response else row.response["tool_calls"]
        return answer

    def _asked(self, call: "_Call", sent: list[dict[str, Any]], tools: Messages, task: Any) -> Answer:
        rules, model, asker = self._rules, call.model, call.asker
        prompt_tokens = rules.backend.tokens(model, sent, tools)
        admission = rules.book.admit(
            self._ledger.scope, asker, prompt_tokens, lambda *tokens: rules.backend.price(model, *tokens)
        )
        used = Used()
        try:
            completion = rules.backend.complete(Request(model, sent, tools, admission.answer_tokens, task))
            used = _used(completion)
        except FailedCall as error:
            used = _used(error)
            raise
        finally:
            rules.book.settle(admission, used)
        call.took(completion)
        if self.is_remote:
            self._keep(call, completion)
        return completion.answer

    def _keep(self, call: "_Call", completion: Completion) -> None:
        response = {"tool_calls": list(completion.tool_calls)} if completion.tool_calls else {"text": completion.text}
        row = self._rules.kept.row(
            call.prompt_hash,
            {
                "crew": self._ledger.scope.crew,
                "model_asked": call.model,
                "model_served": completion.model_served,
                "provider": completion.provider,
                "response": response,
                "prompt_tokens": completion.prompt_tokens,
                "completion_tokens": completion.completion_tokens,
                "cost_usd": completion.cost_usd,
            },
        )
        if row is not None:
            self._kept_keys.append(call.prompt_hash)
            self._ledger.keep(row)

    def _offline_answer(
        self,
        offline: Backend,
        messages: Messages,
        said: Messages,
        tools: Messages,
        asker: Asker,
        model: str,
        task: Any,
    ) -> Answer:
        """The offline analyst in place of providers that are all down, as the tenant's policy allows.

        It reads the messages as they are; the conversation on file stays the redacted one.
        """
        call = self._call(asker, model)
        call.prompt_hash = prompt_key("offline", messages, tools)
        completion = offline.complete(Request(model, messages, tools, task=task))
        call.took(completion)
        self._ledger.conversation(asker, call.call_id, said, completion.answer)
        call.answered(completion.answer)
        return completion.answer


def _used(call: Completion | FailedCall) -> Used:
    return Used(call.prompt_tokens + call.completion_tokens, call.cost_usd or 0.0)


class _Call:
    """The ledger row of one call, as it comes together."""

    def __init__(self, ledger: Ledger, book: BudgetBook, asker: Asker, model: str) -> None:
        self.asker, self.model = asker, model
        self.call_id = uuid.uuid4().hex
        self.prompt_hash = ""
        self.redactions = 0
        self._ledger, self._book = ledger, book
        self._step = ledger.next_step(asker)
        self._at, self._began = datetime.now(UTC), time.perf_counter()
        self._got = Completion("", provider="", attempts=0)
        self._status = "answered"

    def took(self, completion: Completion) -> None:
        """A model answered."""
        self._got = completion

    def took_kept(self, row: KeptResponse) -> None:
        """A kept answer is used: nothing was sent, nothing is paid."""
        self._status = "cached"
        self._got = Completion("", provider=row.provider, model_served=row.model_served, attempts=0)

    def answered(self, answer: Answer) -> None:
        """Record the call with its answer."""
        self._record(self._status, "", digest(answer))

    def failed(self, error: Exception) -> None:
        """Record the call with its failure; a refusal is one that this layer made before anything was sent."""
        status = "refused" if isinstance(error, REFUSALS) else "failed"
        self._got = Completion("", attempts=0)
        if isinstance(error, FailedCall):
            names = ("provider", "attempts", "prompt_tokens", "completion_tokens", "cost_usd")
            self._got = Completion("", **{name: getattr(error, name) for name in names})
        self._record(status, type(error).__name__, "")
        with suppress(ConnectionError):  # the failure itself is what the caller needs to hear
            self._ledger.write()

    def _record(self, status: str, error: str, response: str) -> None:
        got, left = self._got, self._book.left(self._ledger.scope, self.asker)
        self._ledger.call(
            self.asker,
            {
                "call_id": self.call_id,
                "step": self._step,
                "provider": got.provider,
                "model_asked": self.model,
                "model_served": got.model_served,
                "attempts": got.attempts,
                "prompt_tokens": got.prompt_tokens,
                "completion_tokens": got.completion_tokens,
                "cached_tokens": got.cached_tokens,
                "cost_usd": got.cost_usd,
                "latency_ms": round((time.perf_counter() - self._began) * 1000, 3),
                "status": status,
                "error_class": error,
                "prompt_hash": self.prompt_hash,
                "response_hash": response,
                "redactions": self.redactions,
                "budget_left_tokens": left[0],
                "budget_left_usd": left[1],
                "at": self._at,
            },
        )
