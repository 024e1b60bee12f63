"""What backends in this process share: token estimates, no price, no window, tool calls as OpenAI spells them."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from aidiscover_pipelines.crews.text import unfenced
from resources.llm.completion import Completion, Message, Request, ToolCall

CHARS_PER_TOKEN = 4  # the estimate crewai itself falls back to
WINDOW = 10_000_000


class LocalBackend(ABC):
    """Base of backends that answer here. They cost nothing and nothing leaves; tokens are estimated from characters."""

    is_remote = False

    def __init__(self, provider: str) -> None:
        self.provider = provider

    @abstractmethod
    def complete(self, request: Request) -> Completion:
        """See Backend."""

    def window(self, model: str) -> int:
        """See Backend: as much as there is."""
        return WINDOW

    def tokens(self, model: str, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]] = ()) -> int:
        """See Backend."""
        return -(-sum(len(str(message.get("content") or "")) for message in messages) // CHARS_PER_TOKEN)

    def price(self, model: str, prompt_tokens: int, completion_tokens: int) -> float | None:
        """See Backend: free."""
        return 0.0

    def answered(self, request: Request, model: str, text: str = "", calls: Sequence[ToolCall] = ()) -> Completion:
        """A completion with its estimated tokens."""
        length = len(text) + len(json.dumps(calls) if calls else "")
        return Completion(
            text,
            calls,
            self.provider,
            model,
            prompt_tokens=self.tokens(request.model, request.messages),
            completion_tokens=-(-length // CHARS_PER_TOKEN),
            finish_reason="tool_calls" if calls else "stop",
        )


def tool_call(number: int, name: str, arguments: dict[str, Any]) -> ToolCall:
    """A tool call as OpenAI spells it."""
    return {
        "id": f"call_{number}",
        "type": "function",
        "function": {"name": name, "arguments": json.dumps(arguments)},
    }


def tool_results(messages: Sequence[Message]) -> dict[str, Any]:
    """What tools returned in this conversation, by tool name; text that is no JSON (an error message) is left out."""
    results = {}
    for message in messages:
        if message.get("role") == "tool":
            try:
                results[str(message.get("name"))] = json.loads(unfenced(str(message["content"])))
            except json.JSONDecodeError:
                continue
    return results
