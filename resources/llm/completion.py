"""What passes between the governed model and whatever answers: one request, one completion, one protocol."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

Message = Mapping[str, Any]
ToolCall = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """One call as it leaves: redacted, trimmed, within budget. `tools` are OpenAI function schemas.

    `most_answer_tokens` is the limit on the answer that the budget leaves. `task` is crewai's task object, for backends
    in this process only; it never leaves.
    """

    model: str
    messages: Sequence[Message]
    tools: Sequence[Mapping[str, Any]] = ()
    most_answer_tokens: int = 4096
    task: Any = None


@dataclass(frozen=True, slots=True)
class Completion:
    """What came back: text, or tool calls as OpenAI spells them ({"id", "type", "function": {"name", "arguments"}}).

    `cost_usd` is None where no price is known. `attempts` counts requests sent, retries and failovers included.
    """

    text: str
    tool_calls: Sequence[ToolCall] = ()
    provider: str = ""
    model_served: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    cost_usd: float | None = 0.0
    attempts: int = 1
    finish_reason: str = field(default="stop")

    @property
    def answer(self) -> str | list[ToolCall]:
        """The tool calls, or the text where there are none."""
        return list(self.tool_calls) or self.text


class Backend(Protocol):
    """Answers requests. Thread-safe. `is_remote` says that what it gets leaves this machine."""

    is_remote: bool

    def complete(self, request: Request) -> Completion:
        """Raises: ProviderDown, RefusedByProvider, MissingKey, ContextOverflow; their messages quote no prompt."""

    def window(self, model: str) -> int:
        """Tokens of context that the model takes."""

    def tokens(self, model: str, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]] = ()) -> int:
        """Tokens that the messages and tools take, counted or estimated."""

    def price(self, model: str, prompt_tokens: int, completion_tokens: int) -> float | None:
        """Most US dollars that a call may cost, whoever of a chain answers; None where a price is not known."""
