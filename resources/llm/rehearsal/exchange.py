"""One exchange with the rehearsal server, whatever the wire: what was asked, what is replied, what was answered."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

Document = dict[str, Any]
Message = Document

CHARS_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. `messages` are in OpenAI's form with plain text, `tools` are {"name", "description", "parameters"}.

    `headers` are lower-case and hold no key. `body` is the document as it came.
    """

    number: int
    wire: str
    model: str
    messages: Sequence[Message]
    tools: Sequence[Mapping[str, Any]]
    wants_stream: bool
    headers: Mapping[str, str]
    body: Mapping[str, Any] = field(repr=False)

    @property
    def offered(self) -> tuple[str, ...]:
        """Names of the tools."""
        return tuple(str(tool["name"]) for tool in self.tools)

    @property
    def called(self) -> tuple[str, ...]:
        """Names of the tools that were called earlier in this conversation, in order."""
        calls = [call for message in self.messages for call in message.get("tool_calls") or ()]
        return tuple(str(call["function"]["name"]) for call in calls)

    @property
    def prompt_tokens(self) -> int:
        """Estimate over messages and tools."""
        return tokens(canonical([self.messages, self.tools]))

    @property
    def prompt_hash(self) -> str:
        """SHA-256 of the messages: equal where two requests say the same, on whatever wire."""
        return hashlib.sha256(canonical(self.messages).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class CalledTool:
    """A tool call of a reply. Arguments given as text go out as they are, valid JSON or not."""

    name: str
    arguments: Mapping[str, Any] | str = field(default_factory=dict)
    id: str = ""

    @property
    def arguments_text(self) -> str:
        """Arguments as JSON text."""
        return self.arguments if isinstance(self.arguments, str) else json.dumps(self.arguments)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model says. Token counts that are left out are estimated; cached tokens are part of the prompt's."""

    text: str = ""
    tool_calls: Sequence[CalledTool] = ()
    prompt_tokens: int = -1
    completion_tokens: int = -1
    cached_tokens: int = 0
    is_cut: bool = False
    is_empty: bool = False

    @property
    def reason(self) -> str:
        """Why it ended: length, tool_calls or stop."""
        return "length" if self.is_cut else "tool_calls" if self.tool_calls else "stop"

    def counted(self, asked: Asked) -> "Reply":
        """The same with ids and all token counts."""
        calls = tuple(
            replace(call, id=call.id or f"call_{asked.number}_{place}") for place, call in enumerate(self.tool_calls)
        )
        said = self.text + "".join(call.name + call.arguments_text for call in calls)
        return replace(
            self,
            tool_calls=calls,
            prompt_tokens=asked.prompt_tokens if self.prompt_tokens < 0 else self.prompt_tokens,
            completion_tokens=tokens(said) if self.completion_tokens < 0 else self.completion_tokens,
        )


Script = Callable[[Asked], Reply]


def answering(text: str | Callable[[Asked], str] = "{}") -> Script:
    """A script that calls every offered tool once, all in one turn with no arguments, and then says the text."""

    def script(asked: Asked) -> Reply:
        if waiting := [name for name in asked.offered if name not in asked.called]:
            return Reply(tool_calls=[CalledTool(name) for name in waiting])
        return Reply(text if isinstance(text, str) else text(asked))

    return script


@dataclass(frozen=True, slots=True)
class Answered:
    """One line of the server's log.

    `status` is 0 where no status line was sent. `is_whole` says that a complete, well-formed answer left; only then are
    there token counts, for a client cannot know others. `seconds` runs from the request's arrival to the answer's end.
    """

    number: int
    wire: str
    model: str
    status: int
    fault: str
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    tools_offered: tuple[str, ...]
    tools_called: tuple[str, ...]
    prompt_hash: str
    is_whole: bool
    seconds: float
    asked: Asked = field(repr=False)


def tokens(text: str) -> int:
    """Estimate of the tokens in a text."""
    return -(-len(text) // CHARS_PER_TOKEN)


def canonical(value: Any) -> str:
    """JSON that is the same for equal values."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def plain_text(content: Any) -> str:
    """The text of a message's content, which is text, nothing, or a list of parts."""
    if isinstance(content, list):
        return "".join(plain_text(part.get("text", "")) if isinstance(part, dict) else str(part) for part in content)
    return "" if content is None else str(content)
