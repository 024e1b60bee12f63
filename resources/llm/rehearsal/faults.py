"""The ways a provider fails, one row each. Tests run over the table; `aidiscover llm rehearse --fault` takes a name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from resources.llm.rehearsal.exchange import Asked, CalledTool, Reply

UNKNOWN_TOOL = "format_all_disks"
BROKEN_ARGUMENTS = '{"query": "unterminated'

# silent: no byte until the client leaves; slow: a few bytes at a time; reset: RST instead of an answer;
# truncated: the connection ends half-way; not_json: a page of a proxy instead of the document
Delivery = Literal["whole", "silent", "slow", "reset", "truncated", "not_json"]


@dataclass(frozen=True, slots=True)
class Fault:
    """A refusal (`status`, and `code` as OpenAI spells it), a bad delivery, or a change of what the script replies."""

    help: str
    status: int = 200
    code: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    delivery: Delivery = "whole"
    change: Callable[[Asked, Reply], Reply] | None = None


def _call_unknown_tool(asked: Asked, reply: Reply) -> Reply:
    return Reply(tool_calls=[CalledTool(UNKNOWN_TOOL)]) if asked.tools else reply


def _break_arguments(asked: Asked, reply: Reply) -> Reply:
    return replace(reply, tool_calls=[replace(call, arguments=BROKEN_ARGUMENTS) for call in reply.tool_calls])


def _call_again(asked: Asked, reply: Reply) -> Reply:
    return Reply(tool_calls=[CalledTool(asked.offered[0])]) if asked.tools else reply


def _cut(asked: Asked, reply: Reply) -> Reply:
    return replace(_break_arguments(asked, reply), text=reply.text[: len(reply.text) // 2], is_cut=True)


FAULTS: Mapping[str, Fault] = {
    "rate_limited": Fault("429 with Retry-After: 1", 429, "rate_limit_exceeded", {"Retry-After": "1"}),
    "quota_exhausted": Fault("429 that waiting does not cure: no credit left", 429, "insufficient_quota"),
    "server_error": Fault("500", 500, "server_error"),
    "unavailable": Fault("503", 503, "overloaded"),
    "wrong_key": Fault("401", 401, "invalid_api_key"),
    "unknown_model": Fault("404", 404, "model_not_found"),
    "context_overflow": Fault("400: the prompt exceeds the context window", 400, "context_length_exceeded"),
    "content_filtered": Fault("400: the provider's safety system refuses", 400, "content_policy_violation"),
    "silent": Fault("accepts the request and never answers", delivery="silent"),
    "slow": Fault("the answer trickles, eight bytes at a time", delivery="slow"),
    "reset": Fault("the connection is reset instead of an answer", delivery="reset"),
    "truncated": Fault("the connection ends in the middle of the answer", delivery="truncated"),
    "not_json": Fault("200 with the page of a proxy instead of JSON", delivery="not_json"),
    "no_choices": Fault("200 with no choice in it", change=lambda asked, reply: replace(reply, is_empty=True)),
    "wrong_tool": Fault("calls a tool that was not offered", change=_call_unknown_tool),
    "bad_arguments": Fault("tool arguments are no JSON", change=_break_arguments),
    "tool_loop": Fault("calls the first tool again and again", change=_call_again),
    "cut_short": Fault("the answer ends at the output limit (finish reason length)", change=_cut),
}
