"""Anthropic's messages.

Source: https://docs.anthropic.com/en/api/messages, .../messages-streaming and .../errors.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from resources.llm.rehearsal.exchange import Asked, CalledTool, Document, Message, Reply, plain_text
from resources.llm.rehearsal.openai_wire import pieces

_REASONS = {"stop": "end_turn", "tool_calls": "tool_use", "length": "max_tokens"}
_TYPES = {
    401: "authentication_error",
    404: "not_found_error",
    429: "rate_limit_error",
    500: "api_error",
    503: "overloaded_error",
}
_MESSAGES = {
    "rate_limit_exceeded": "This request would exceed your organization's rate limit of 5 requests per minute.",
    "insufficient_quota": "Your credit balance is too low to access the Anthropic API.",
    "server_error": "Internal server error",
    "overloaded": "Overloaded",
    "invalid_api_key": "invalid x-api-key",
    "model_not_found": "model: {model}",
    "context_length_exceeded": "prompt is too long: {tokens} tokens > 8192 maximum",
    "content_policy_violation": "Output blocked by content filtering policy",
}


def read(body: Mapping[str, Any]) -> tuple[list[Message], list[Document], bool]:
    """Messages, tools and whether a stream is wanted."""
    messages: list[Message] = []
    if system := plain_text(body.get("system")):
        messages.append({"role": "system", "content": system})
    for one in body.get("messages") or ():
        messages += _messages(str(one.get("role")), one.get("content"))
    tools = [
        {"name": tool["name"], "description": tool.get("description", ""), "parameters": tool.get("input_schema", {})}
        for tool in body.get("tools") or ()
    ]
    return messages, tools, bool(body.get("stream"))


def _messages(role: str, content: Any) -> Iterator[Document]:
    """One of Anthropic's messages is several of OpenAI's: each tool result is a message of its own there."""
    blocks = content if isinstance(content, list) else [{"type": "text", "text": content}]
    for block in blocks:
        if block["type"] == "tool_result":
            yield {"role": "tool", "content": plain_text(block.get("content")), "tool_call_id": block["tool_use_id"]}
    text = "".join(block["text"] for block in blocks if block["type"] == "text")
    used = [
        {
            "id": block["id"],
            "type": "function",
            "function": {"name": block["name"], "arguments": json.dumps(block["input"])},
        }
        for block in blocks
        if block["type"] == "tool_use"
    ]
    if used:
        yield {"role": role, "content": text, "tool_calls": used}
    elif text:
        yield {"role": role, "content": text}


def document(asked: Asked, reply: Reply) -> Document:
    """The answer as one document."""
    return {**_head(asked), "content": _blocks(reply), "stop_reason": _reason(reply), "usage": _usage(reply)}


def events(asked: Asked, reply: Reply) -> Iterator[bytes]:
    """The answer as server-sent events."""
    opening = {**_usage(reply), "output_tokens": 1}
    yield _event("message_start", {"message": {**_head(asked), "content": [], "stop_reason": None, "usage": opening}})
    for place, block in enumerate(_blocks(reply)):
        if block["type"] == "text":
            opened, deltas = {**block, "text": ""}, [{"type": "text_delta", "text": one} for one in pieces(reply.text)]
        else:
            arguments = next(call.arguments_text for call in reply.tool_calls if call.id == block["id"])
            opened = {**block, "input": {}}
            deltas = [{"type": "input_json_delta", "partial_json": one} for one in pieces(arguments)]
        yield _event("content_block_start", {"index": place, "content_block": opened})
        for delta in deltas:
            yield _event("content_block_delta", {"index": place, "delta": delta})
        yield _event("content_block_stop", {"index": place})
    yield _event(
        "message_delta",
        {
            "delta": {"stop_reason": _reason(reply), "stop_sequence": None},
            "usage": {"output_tokens": reply.completion_tokens},
        },
    )
    yield _event("message_stop", {})


def refusal(status: int, code: str, asked: Asked) -> Document:
    """The error document."""
    message = _MESSAGES.get(code, code).format(model=asked.model, tokens=asked.prompt_tokens)
    return {"type": "error", "error": {"type": _TYPES.get(status, "invalid_request_error"), "message": message}}


def _head(asked: Asked) -> Document:
    return {
        "id": f"msg_{asked.number}",
        "type": "message",
        "role": "assistant",
        "model": asked.model,
        "stop_sequence": None,
    }


def _reason(reply: Reply) -> str:
    return _REASONS[reply.reason]


def _blocks(reply: Reply) -> list[Document]:
    if reply.is_empty:
        return []
    said: list[Document] = [{"type": "text", "text": reply.text}] if reply.text or not reply.tool_calls else []
    return said + [
        {"type": "tool_use", "id": call.id, "name": call.name, "input": _input(call)} for call in reply.tool_calls
    ]


def _input(call: CalledTool) -> Any:
    return call.arguments if isinstance(call.arguments, str) else dict(call.arguments)


def _usage(reply: Reply) -> Document:
    """Anthropic counts what it had cached apart from the other input tokens."""
    return {
        "input_tokens": reply.prompt_tokens - reply.cached_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": reply.cached_tokens,
        "output_tokens": reply.completion_tokens,
    }


def _event(name: str, value: Document) -> bytes:
    return f"event: {name}\ndata: {json.dumps({'type': name, **value})}\n\n".encode()
