"""A model that follows a script, speaking the real protocol: what tests and rehearsals let crews meet.

Scripts show the ways a model goes wrong: it talks instead of answering, invents evidence, obeys a file's text, fails.
"""

from collections.abc import Callable
from typing import Any

from pydantic import PrivateAttr

from resources.llm.local import LocalLLM, Message, ToolCall, tool_call

# (messages, task) -> the text of the final answer of that task; may raise
Script = Callable[[list[Message], Any], str]


class ScriptedLLM(LocalLLM):
    """Calls every offered tool once, then says what its script says."""

    llm_type: str = "scripted"
    _script: Script = PrivateAttr()

    def decide(self, messages: list[Message], offered: list[str], task: Any) -> str | list[ToolCall]:
        """All tool calls at once, then the script's answer."""
        if offered and not any(message.get("role") == "tool" for message in messages):
            return [tool_call(number, name, {}) for number, name in enumerate(offered)]
        return self._script(messages, task)


def build_scripted(model: str, script: Script) -> ScriptedLLM:
    """A scripted model for one kickoff."""
    llm = ScriptedLLM(model=model)
    llm._script = script
    return llm
