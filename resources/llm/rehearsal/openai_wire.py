"""OpenAI's chat completions, which Azure OpenAI and most gateways speak too.

Source: https://platform.openai.com/docs/api-reference/chat (request, response, streaming chunks, error object).
"""

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any

from resources.llm.rehearsal.exchange import Asked, Document, Message, Reply, plain_text

_TYPES = {401: "authentication_error", 429: "rate_limit_error", 500: "server_error", 503: "server_error"}
_MESSAGES = {
    "rate_limit_exceeded": "Rate limit reached for {model} on requests per min (RPM): Limit 3, Used 3, Requested 1.",
    "insufficient_quota": "You exceeded your current quota, please check your plan and billing details.",
    "server_error": "The server had an error while processing your request.",
    "overloaded": "The engine is currently overloaded, please try again later.",
    "invalid_api_key": "Incorrect API key provided.",
    "model_not_found": "The model `{model}` does not exist or you do not have access to it.",
    "context_length_exceeded": (
        "This model's maximum context length is 8192 tokens. However, your messages resulted in {tokens} tokens. "
        "Please reduce the length of the messages."
    ),
    "content_policy_violation": "Your request was rejected as a result of our safety system.",
}


def read(body: Mapping[str, Any]) -> tuple[list[Message], list[Document], bool]:
    """Messages, tools and whether a stream is wanted."""
    messages = [_message(one) for one in body.get("messages") or ()]
    tools = [{**tool["function"]} for tool in body.get("tools") or () if tool.get("type") == "function"]
    return messages, tools, bool(body.get("stream"))


def _message(one: Mapping[str, Any]) -> Document:
    kept = {name: one[name] for name in ("tool_calls", "tool_call_id") if one.get(name)}
    return {"role": one.get("role"), "content": plain_text(one.get("content")), **kept}


def document(asked: Asked, reply: Reply) -> Document:
    """The answer as one document."""
    message: Document = {"role": "assistant", "content": reply.text or None, "refusal": None}
    if reply.tool_calls:
        message["tool_calls"] = _tool_calls(reply)
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": reply.reason}
    choices = [] if reply.is_empty else [choice]
    return {**_head(asked, "chat.completion"), "choices": choices, "usage": _usage(reply)}


def events(asked: Asked, reply: Reply) -> Iterator[bytes]:
    """The answer as server-sent events."""
    head = _head(asked, "chat.completion.chunk")
    if not reply.is_empty:
        deltas: list[Document] = [{"role": "assistant", "content": ""}]
        deltas += [{"content": piece} for piece in pieces(reply.text)]
        for place, call in enumerate(_tool_calls(reply)):
            arguments = call["function"]["arguments"]
            opened = {**call, "index": place, "function": {"name": call["function"]["name"], "arguments": ""}}
            deltas.append({"tool_calls": [opened]})
            deltas += [
                {"tool_calls": [{"index": place, "function": {"arguments": piece}}]} for piece in pieces(arguments)
            ]
        for delta in deltas:
            yield _event({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
        yield _event({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": reply.reason}]})
    if (asked.body.get("stream_options") or {}).get("include_usage"):
        yield _event({**head, "choices": [], "usage": _usage(reply)})
    yield b"data: [DONE]\n\n"


def refusal(status: int, code: str, asked: Asked) -> Document:
    """The error document."""
    message = _MESSAGES.get(code, code).format(model=asked.model, tokens=asked.prompt_tokens)
    return {
        "error": {
            "message": message,
            "type": _TYPES.get(status, "invalid_request_error"),
            "param": None,
            "code": code,
        }
    }


def models(names: tuple[str, ...]) -> Document:
    """What GET /v1/models answers."""
    return {
        "object": "list",
        "data": [{"id": name, "object": "model", "created": 0, "owned_by": "rehearsal"} for name in names],
    }


def pieces(text: str, size: int = 16) -> list[str]:
    """A text in the portions that streams send."""
    return [text[start : start + size] for start in range(0, len(text), size)]


def _head(asked: Asked, kind: str) -> Document:
    return {"id": f"chatcmpl-{asked.number}", "object": kind, "created": int(time.time()), "model": asked.model}


def _tool_calls(reply: Reply) -> list[Document]:
    return [
        {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments_text}}
        for call in reply.tool_calls
    ]


def _usage(reply: Reply) -> Document:
    return {
        "prompt_tokens": reply.prompt_tokens,
        "completion_tokens": reply.completion_tokens,
        "total_tokens": reply.prompt_tokens + reply.completion_tokens,
        "prompt_tokens_details": {"cached_tokens": reply.cached_tokens},
    }


def _event(value: Document) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"
