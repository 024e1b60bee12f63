"""A model that follows a script, speaking the real protocol: what tests and rehearsals let crews meet.

Scripts show the ways a model goes wrong: it talks instead of answering, invents evidence, obeys a file's text, fails.
"""

from collections.abc import Callable, Sequence
from typing import Any

from resources.llm.completion import Completion, Message, Request, ToolCall
from resources.llm.local import LocalBackend, tool_call

# (messages, task) -> the text of the final answer of that task, or tool calls; may raise
Script = Callable[[Sequence[Message], Any], str | list[ToolCall]]


class ScriptedBackend(LocalBackend):
    """Calls every offered tool once, then says what its script says.

    `is_remote` makes it be treated as a provider is: redacted, kept, paid for at `price`.
    """

    def __init__(self, script: Script, model: str = "scripted/test", is_remote: bool = False) -> None:
        super().__init__("scripted")
        self._script, self._model, self.is_remote = script, model, is_remote

    def complete(self, request: Request) -> Completion:
        """All tool calls at once, then the script's answer."""
        offered = [tool["function"]["name"] for tool in request.tools]
        if offered and not any(message.get("role") == "tool" for message in request.messages):
            return self.answered(request, self._model, calls=[tool_call(n, name, {}) for n, name in enumerate(offered)])
        said = self._script(request.messages, request.task)
        if isinstance(said, str):
            return self.answered(request, self._model, text=said)
        return self.answered(request, self._model, calls=said)
