"""Which protocol speaks where: one row for each endpoint that answers prompts."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from resources.llm.rehearsal import anthropic_wire, ollama_wire, openai_wire
from resources.llm.rehearsal.exchange import Asked, Document, Message, Reply


@dataclass(frozen=True, slots=True)
class Wire:
    """An endpoint. `read` gives messages, tools and whether a stream is wanted; `path` is how the URL's path ends."""

    name: str
    path: str
    read: Callable[[Mapping[str, Any]], tuple[list[Message], list[Document], bool]]
    document: Callable[[Asked, Reply], Document]
    events: Callable[[Asked, Reply], Iterator[bytes]]
    refusal: Callable[[int, str, Asked], Document]
    stream_type: str = "text/event-stream"
    counts_cached: bool = True


WIRES: tuple[Wire, ...] = (
    Wire(
        "openai",
        "/chat/completions",
        openai_wire.read,
        openai_wire.document,
        openai_wire.events,
        openai_wire.refusal,
    ),
    Wire(
        "anthropic",
        "/v1/messages",
        anthropic_wire.read,
        anthropic_wire.document,
        anthropic_wire.events,
        anthropic_wire.refusal,
    ),
    Wire(
        "ollama_chat",
        "/api/chat",
        ollama_wire.read_chat,
        ollama_wire.chat_document,
        ollama_wire.chat_events,
        ollama_wire.refusal,
        "application/x-ndjson",
        counts_cached=False,
    ),
    Wire(
        "ollama",
        "/api/generate",
        ollama_wire.read_generate,
        ollama_wire.generate_document,
        ollama_wire.generate_events,
        ollama_wire.refusal,
        "application/x-ndjson",
        counts_cached=False,
    ),
)


def wire_at(path: str) -> Wire | None:
    """The endpoint that a path names, if any."""
    return next((wire for wire in WIRES if path.partition("?")[0].endswith(wire.path)), None)
