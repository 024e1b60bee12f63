"""Ollama's chat and generate, and what litellm asks about a model.

Source: https://github.com/ollama/ollama/blob/main/docs/api.md; streams are on unless switched off.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from resources.llm.rehearsal.exchange import Asked, Document, Message, Reply, plain_text
from resources.llm.rehearsal.openai_wire import pieces

_MESSAGES = {
    "rate_limit_exceeded": "you have reached your hourly usage limit, please try again later",
    "insufficient_quota": "you have reached your weekly usage limit, please upgrade to continue",
    "server_error": "llama runner process has terminated: exit status 2",
    "overloaded": "server busy, please try again.  maximum pending requests exceeded",
    "invalid_api_key": "unauthorized",
    "model_not_found": "model '{model}' not found",
    "context_length_exceeded": "the input length exceeds the context length",
    "content_policy_violation": "request refused",
}


def read_chat(body: Mapping[str, Any]) -> tuple[list[Message], list[Document], bool]:
    """Messages, tools and whether a stream is wanted."""
    messages = [_message(one) for one in body.get("messages") or ()]
    tools = [{**tool["function"]} for tool in body.get("tools") or ()]
    return messages, tools, bool(body.get("stream", True))


def _message(one: Mapping[str, Any]) -> Document:
    said: Document = {"role": one.get("role"), "content": plain_text(one.get("content"))}
    if one.get("tool_calls"):
        said["tool_calls"] = [
            {
                "id": call.get("id", ""),
                "type": "function",
                "function": {
                    "name": call["function"]["name"],
                    "arguments": json.dumps(call["function"].get("arguments", {})),
                },
            }
            for call in one["tool_calls"]
        ]
    if one.get("tool_call_id"):
        said["tool_call_id"] = one["tool_call_id"]
    return said


def read_generate(body: Mapping[str, Any]) -> tuple[list[Message], list[Document], bool]:
    """The prompt as one message; this call knows no tools."""
    system = [{"role": "system", "content": body["system"]}] if body.get("system") else []
    said = {"role": "user", "content": plain_text(body.get("prompt"))}
    return [*system, said], [], bool(body.get("stream", True))


def chat_document(asked: Asked, reply: Reply) -> Document:
    """The answer to a chat as one document."""
    said = {} if reply.is_empty else {"message": _said(reply, reply.text)}
    return {**_head(asked), **said, **_end(reply)}


def chat_events(asked: Asked, reply: Reply) -> Iterator[bytes]:
    """The answer to a chat, one line for each piece; tool calls come in one."""
    if not reply.is_empty:
        for piece in pieces(reply.text):
            yield _line({**_head(asked), "message": {"role": "assistant", "content": piece}, "done": False})
        if reply.tool_calls:
            yield _line({**_head(asked), "message": _said(reply, ""), "done": False})
    yield _line({**_head(asked), "message": {"role": "assistant", "content": ""}, **_end(reply)})


def generate_document(asked: Asked, reply: Reply) -> Document:
    """The answer to a prompt as one document."""
    said = {} if reply.is_empty else {"response": reply.text}
    return {**_head(asked), **said, **_end(reply)}


def generate_events(asked: Asked, reply: Reply) -> Iterator[bytes]:
    """The answer to a prompt, one line for each piece."""
    for piece in pieces("" if reply.is_empty else reply.text):
        yield _line({**_head(asked), "response": piece, "done": False})
    yield _line({**_head(asked), "response": "", **_end(reply)})


def refusal(status: int, code: str, asked: Asked) -> Document:
    """The error document."""
    return {"error": _MESSAGES.get(code, code).format(model=asked.model)}


def tags(names: tuple[str, ...]) -> Document:
    """What GET /api/tags answers."""
    return {
        "models": [
            {"name": name, "model": name, "modified_at": _now(), "size": 0, "digest": "", "details": _DETAILS}
            for name in names
        ]
    }


def show() -> Document:
    """What POST /api/show answers, for any model: one with tools and a window of 131,072 tokens."""
    return {
        "modelfile": "",
        "parameters": "",
        "template": "{{ .System }} {{ .Tools }} {{ .Prompt }}",
        "details": _DETAILS,
        "model_info": {"general.architecture": "llama", "llama.context_length": 131072},
        "capabilities": ["completion", "tools"],
    }


_DETAILS = {"format": "gguf", "family": "llama", "families": ["llama"], "parameter_size": "", "quantization_level": ""}


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _head(asked: Asked) -> Document:
    return {"model": asked.model, "created_at": _now()}


def _said(reply: Reply, text: str) -> Document:
    """Ollama gives arguments as an object; text that is no JSON stays text."""
    calls = [
        {
            "id": call.id,
            "function": {
                "index": place,
                "name": call.name,
                "arguments": call.arguments if isinstance(call.arguments, str) else dict(call.arguments),
            },
        }
        for place, call in enumerate(reply.tool_calls)
    ]
    return {"role": "assistant", "content": text, **({"tool_calls": calls} if calls else {})}


def _end(reply: Reply) -> Document:
    return {
        "done": True,
        "done_reason": "length" if reply.is_cut else "stop",
        "total_duration": 1_000_000,
        "load_duration": 0,
        "prompt_eval_count": reply.prompt_tokens,
        "prompt_eval_duration": 500_000,
        "eval_count": reply.completion_tokens,
        "eval_duration": 500_000,
    }


def _line(value: Document) -> bytes:
    return json.dumps(value).encode() + b"\n"
