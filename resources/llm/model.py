"""The model that crewai's agents hold: it hands every call to the governor and adds nothing."""

from collections.abc import Callable
from typing import Any

from crewai.llms.base_llm import BaseLLM
from pydantic import BaseModel, PrivateAttr

from aidiscover_pipelines.governance.ledger import Asker
from resources.llm.completion import ToolCall

# (messages, tools, who asks, crewai's task) -> text or tool calls
Ask = Callable[[list[dict[str, Any]], list[dict[str, Any]], Asker, Any], str | list[ToolCall]]


class GovernedLLM(BaseLLM):
    """One for each kickoff. Emits no events: prompts stay out of crewai's event bus, the ledger knows every call."""

    llm_type: str = "governed"
    _ask: Ask = PrivateAttr()

    def call(
        self,
        messages: str | list[Any],
        tools: list[dict[str, Any]] | None = None,
        callbacks: list[Any] | None = None,
        available_functions: dict[str, Any] | None = None,
        from_task: Any = None,
        from_agent: Any = None,
        response_model: type[BaseModel] | None = None,
    ) -> str | list[ToolCall]:
        said = [{"role": "user", "content": messages}] if isinstance(messages, str) else list(messages)
        asker = Asker(getattr(from_agent, "role", ""), getattr(from_task, "name", None) or "")
        return self._ask(said, tools or [], asker, from_task)

    # Retries belong to the backend; crewai would wrap this method to repeat a rate-limited call three times.
    call._crewai_rate_limit_wrapped = True  # type: ignore[attr-defined]

    async def acall(self, *arguments: Any, **keywords: Any) -> str | list[ToolCall]:
        import asyncio

        return await asyncio.to_thread(self.call, *arguments, **keywords)

    acall._crewai_rate_limit_wrapped = True  # type: ignore[attr-defined]

    def supports_function_calling(self) -> bool:
        return True

    def supports_stop_words(self) -> bool:
        return False

    def get_context_window_size(self) -> int:
        """Large: the governor fits prompts. crewai would swap long tool results for file references (default 4096)."""
        return 10_000_000

    def get_input_tokens_count(
        self, messages: str | list[Any], tools: Any = None, response_model: type[BaseModel] | None = None
    ) -> int:
        """Not used: crewai counts to trim, and here the governor trims."""
        return 0


def build_model(ask: Ask) -> GovernedLLM:
    """A model for one kickoff."""
    llm = GovernedLLM(model="governed")
    llm._ask = ask
    return llm
