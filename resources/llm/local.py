"""A BaseLLM that answers in this process: the protocol, the events and the token counts, without a provider."""

import json
from abc import abstractmethod
from typing import Any, cast

from crewai.events.types.llm_events import LLMCallType
from crewai.llms.base_llm import BaseLLM, llm_call_context
from pydantic import BaseModel

Message = dict[str, Any]
ToolCall = dict[str, Any]
CHARS_PER_TOKEN = 4  # the estimate crewai itself falls back to


class LocalLLM(BaseLLM):
    """Answers by `decide`. One instance per kickoff, so that its token counts are the kickoff's."""

    llm_type: str = "local"
    provider: str = "offline"

    @abstractmethod
    def decide(self, messages: list[Message], offered: list[str], task: Any) -> str | list[ToolCall]:
        """A final answer as text, or tool calls. `offered` names the tools of this call."""

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
        said: list[Message] = [{"role": "user", "content": messages}] if isinstance(messages, str) else list(messages)
        who = {"from_task": from_task, "from_agent": from_agent}
        with llm_call_context() as call_id:
            self._emit_call_started_event(messages=cast(Any, said), tools=tools, **who)
            try:
                answer = self.decide(said, [tool["function"]["name"] for tool in tools or []], from_task)
            except Exception as error:
                self._emit_call_failed_event(error=type(error).__name__, **who)
                raise
            usage = self._usage(said, answer)
            self._track_token_usage_internal(usage)
            self._emit_call_completed_event(
                response=answer,
                call_type=LLMCallType.TOOL_CALL if isinstance(answer, list) else LLMCallType.LLM_CALL,
                messages=cast(Any, said),
                usage=usage,
                finish_reason="tool_calls" if isinstance(answer, list) else "stop",
                response_id=call_id,
                **who,
            )
            return answer

    async def acall(self, *arguments: Any, **keywords: Any) -> str | list[ToolCall]:
        return self.call(*arguments, **keywords)

    def supports_function_calling(self) -> bool:
        return True

    def supports_stop_words(self) -> bool:
        return False

    def get_context_window_size(self) -> int:
        """Large: below four times a tool result, crewai swaps the result for a file reference (its default is 4096)."""
        return 1_000_000

    def get_input_tokens_count(
        self, messages: str | list[Any], tools: Any = None, response_model: type[BaseModel] | None = None
    ) -> int:
        texts = [messages] if isinstance(messages, str) else [str(one.get("content") or "") for one in messages]
        return -(-sum(map(len, texts)) // CHARS_PER_TOKEN)

    def _usage(self, said: list[Message], answer: str | list[ToolCall]) -> dict[str, Any]:
        text = answer if isinstance(answer, str) else json.dumps(answer)
        prompt, completion = self.get_input_tokens_count(said), -(-len(text) // CHARS_PER_TOKEN)
        return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def tool_call(number: int, name: str, arguments: dict[str, Any]) -> ToolCall:
    """A tool call as OpenAI spells it."""
    return {
        "id": f"call_{number}",
        "type": "function",
        "function": {"name": name, "arguments": json.dumps(arguments)},
    }


def tool_results(messages: list[Message]) -> dict[str, Any]:
    """What tools returned in this conversation, by tool name; text that is no JSON (an error message) is left out."""
    results = {}
    for message in messages:
        if message.get("role") == "tool":
            try:
                results[str(message.get("name"))] = json.loads(str(message["content"]))
            except json.JSONDecodeError:
                continue
    return results
