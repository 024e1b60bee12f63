"""Each row of FAULTS is what it says, as a plain HTTP client and as the openai client see it."""

import json
import time

import httpx
import openai
import pytest

from aidiscover_pipelines.domain.errors import ConfigError
from resources.llm.rehearsal import FAULTS, RehearsalServer, answering
from resources.llm.rehearsal.faults import BROKEN_ARGUMENTS, UNKNOWN_TOOL

SAID = [{"role": "user", "content": "What is crm?"}]
OPENAI_TOOL = {"type": "function", "function": {"name": "facts", "parameters": {"type": "object"}}}
BODIES = {
    "/v1/chat/completions": {"model": "m", "messages": SAID, "tools": [OPENAI_TOOL]},
    "/v1/messages": {"model": "m", "messages": SAID, "max_tokens": 9, "tools": [{"name": "facts", "input_schema": {}}]},
    "/api/chat": {"model": "m", "messages": SAID, "stream": False, "tools": [OPENAI_TOOL]},
    "/api/generate": {"model": "m", "prompt": "What is crm?", "stream": False},
}
REFUSALS = [name for name, fault in FAULTS.items() if fault.status != 200]


def post(server, path, **more):
    return httpx.post(server.url + path, json=BODIES[path] | more, timeout=0.5)


@pytest.mark.parametrize("path", BODIES)
@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_has_its_status_and_an_error_that_clients_can_read(name, path):
    with RehearsalServer(faults={"m": name}) as server:
        answer = post(server, path)
        (logged,) = server.log
    assert answer.status_code == FAULTS[name].status == logged.status
    assert "error" in answer.json()
    assert answer.headers.get("Retry-After") == ("1" if name == "rate_limited" else None)
    assert (logged.fault, logged.is_whole, logged.prompt_tokens, logged.completion_tokens) == (name, False, 0, 0)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("rate_limited", openai.RateLimitError),
        ("quota_exhausted", openai.RateLimitError),
        ("server_error", openai.InternalServerError),
        ("unavailable", openai.InternalServerError),
        ("wrong_key", openai.AuthenticationError),
        ("unknown_model", openai.NotFoundError),
        ("context_overflow", openai.BadRequestError),
        ("content_filtered", openai.BadRequestError),
        ("silent", openai.APITimeoutError),
        ("reset", openai.APIConnectionError),
        ("truncated", openai.APIConnectionError),
    ],
)
def test_the_openai_client_knows_the_error(name, error):
    with (
        RehearsalServer(faults={"m": name}) as server,
        openai.OpenAI(base_url=server.openai_url, api_key="any", max_retries=0, timeout=0.5) as client,
        pytest.raises(error) as raised,
    ):
        client.chat.completions.create(model="m", messages=SAID)
    if name in REFUSALS:
        assert raised.value.code == FAULTS[name].code


@pytest.mark.parametrize("path", BODIES)
@pytest.mark.parametrize(
    ("name", "error"),
    [("silent", httpx.ReadTimeout), ("reset", httpx.ReadError), ("truncated", httpx.RemoteProtocolError)],
)
def test_a_connection_that_fails_leaves_a_line_in_the_log(name, error, path):
    with RehearsalServer(faults={"m": name}) as server:
        with pytest.raises(error):
            post(server, path)
        (logged,) = server.log
    assert (logged.status, logged.is_whole) == (200 if name == "truncated" else 0, False)


@pytest.mark.parametrize("stream", [False, True])
def test_a_slow_answer_trickles_past_every_read_timeout(stream):
    with RehearsalServer(faults={"m": "slow"}, pace_s=0.02) as server:
        began = time.perf_counter()
        answer = post(server, "/v1/chat/completions", stream=stream)  # its timeout is shorter than the answer takes
        took = time.perf_counter() - began
        (logged,) = server.log
    assert answer.status_code == 200
    assert took > 0.5
    assert logged.is_whole


def test_a_client_that_leaves_a_slow_answer_is_noticed():
    with RehearsalServer(faults={"m": "slow"}, pace_s=0.02) as server:
        with httpx.stream("POST", f"{server.openai_url}/chat/completions", json=BODIES["/v1/chat/completions"]) as one:
            next(one.iter_raw())
        (logged,) = server.wait_for(1)
    assert (logged.status, logged.is_whole, logged.prompt_tokens) == (200, False, 0)


@pytest.mark.parametrize("stream", [False, True])
def test_a_stream_breaks_off_in_the_middle_as_a_document_does(stream):
    with RehearsalServer(faults={"m": "truncated"}) as server, pytest.raises(httpx.RemoteProtocolError):
        post(server, "/v1/chat/completions", stream=stream)


@pytest.mark.parametrize("path", BODIES)
def test_a_page_instead_of_a_document_is_no_json(path):
    with RehearsalServer(faults={"m": "not_json"}) as server:
        answer = post(server, path)
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_an_answer_without_choices_is_counted_all_the_same():
    with RehearsalServer(faults={"m": "no_choices"}) as server:
        assert post(server, "/v1/chat/completions").json()["choices"] == []
        assert post(server, "/v1/messages").json()["content"] == []
        assert "message" not in post(server, "/api/chat").json()
        assert all(one.is_whole and one.prompt_tokens for one in server.log)


def test_a_model_can_call_what_nobody_offered():
    with RehearsalServer(faults={"m": "wrong_tool"}) as server:
        called = post(server, "/v1/chat/completions").json()["choices"][0]["message"]["tool_calls"]
        used = post(server, "/v1/messages").json()["content"]
        asked = post(server, "/api/chat").json()["message"]["tool_calls"]
    assert {called[0]["function"]["name"], used[0]["name"], asked[0]["function"]["name"]} == {UNKNOWN_TOOL}


def test_a_model_can_give_arguments_that_are_no_json():
    with RehearsalServer(faults={"m": "bad_arguments"}) as server:
        called = post(server, "/v1/chat/completions").json()["choices"][0]["message"]["tool_calls"]
    assert called[0]["function"]["arguments"] == BROKEN_ARGUMENTS
    with pytest.raises(json.JSONDecodeError):
        json.loads(BROKEN_ARGUMENTS)


def test_a_model_can_call_the_same_tool_for_ever():
    result = {"role": "tool", "tool_call_id": "call_1_0", "content": "{}"}
    with RehearsalServer(faults={"m": "tool_loop"}) as server:
        said = list(SAID)
        for _ in range(4):
            answer = post(server, "/v1/chat/completions", messages=said).json()
            said += [answer["choices"][0]["message"], result]
        assert [one.tools_called for one in server.log] == [("facts",)] * 4


def test_an_answer_can_end_at_the_output_limit():
    with RehearsalServer(answering("0123456789"), {"m": "cut_short"}) as server:
        choice = post(server, "/v1/chat/completions", tools=[]).json()["choices"][0]
        message = post(server, "/v1/messages", tools=[]).json()
        said = post(server, "/api/generate").json()
    assert (choice["message"]["content"], choice["finish_reason"]) == ("01234", "length")
    assert (message["content"][0]["text"], message["stop_reason"]) == ("01234", "max_tokens")
    assert (said["response"], said["done_reason"]) == ("01234", "length")


def test_the_more_exact_fault_holds():
    faults = {"*": "unavailable", "m": "server_error", ("m", 2): "rate_limited", 3: "wrong_key"}
    with RehearsalServer(faults=faults) as server:
        for model in ("m", "m", "m", "m", "other"):
            post(server, "/v1/chat/completions", model=model)
        assert [one.status for one in server.log] == [500, 429, 401, 500, 503]
        server.faults.clear()
        assert post(server, "/v1/chat/completions").status_code == 200


def test_a_client_that_tries_again_gets_through():
    with (
        RehearsalServer(faults={1: "rate_limited"}) as server,
        openai.OpenAI(base_url=server.openai_url, api_key="any", max_retries=1) as client,
    ):
        began = time.perf_counter()
        client.chat.completions.create(model="m", messages=SAID)
        assert time.perf_counter() - began > 0.9  # it obeys Retry-After
        assert [one.status for one in server.log] == [429, 200]


def test_a_fault_that_nobody_declared_is_named():
    with pytest.raises(ConfigError, match=r"'rate_limit'.*rate_limited"):
        RehearsalServer(faults={"m": "rate_limit"})
