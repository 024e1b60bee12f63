"""The router on a working provider: answers, accounts, failover, rests, limits; faults are in test_provider_faults."""

import itertools
import json
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import litellm
import openai
import pytest

from aidiscover_pipelines.domain.errors import ConfigError, MissingKey, ProviderDown, RefusedByProvider
from resources.llm import limits as bounds
from resources.llm.completion import Request
from resources.llm.faults import Exchange, fault_of
from resources.llm.limits import Pace
from resources.llm.rehearsal import CalledTool, RehearsalServer, Reply, answering
from resources.llm.router import build_backend, estimated_tokens

PROMPT = [{"role": "system", "content": "You weigh."}, {"role": "user", "content": "Weigh app-1."}]
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "facts",
            "description": "Facts of the application.",
            "parameters": {"type": "object", "properties": {"field": {"type": "string"}}},
        },
    }
]
HISTORY = [
    *PROMPT,
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {"id": "call_1", "type": "function", "function": {"name": "facts", "arguments": '{"field": "os"}'}}
        ],
    },
    {"role": "tool", "tool_call_id": "call_1", "name": "facts", "content": '{"os": "AIX"}'},
]


def environment_of(server):
    return {
        "OPENAI_API_KEY": "k1",
        "OPENAI_BASE_URL": server.openai_url,
        "ANTHROPIC_API_KEY": "k2",
        "ANTHROPIC_BASE_URL": server.url,
        "OLLAMA_API_BASE": server.url,
        "OPENAI_COMPATIBLE_API_BASE": server.openai_url,
    }


def backend_to(server, models="openai", **more):
    more.setdefault("limits", "openai=64:0:0, anthropic=64:0:0")
    return build_backend(models, environment=environment_of(server), **more)


def said(text, cached=0):
    return lambda asked: Reply(text, prompt_tokens=1000, completion_tokens=100, cached_tokens=cached)


@pytest.mark.parametrize(
    ("provider", "served", "cost"),
    [
        ("openai", "openai/gpt-4.1-mini", 0.00056),
        ("anthropic", "anthropic/claude-haiku-4-5", 0.0015),
        ("ollama", "ollama/llama3.1", 0.0),
        ("openai_compatible/own", "openai_compatible/own", None),
    ],
)
def test_an_answer_says_who_gave_it_and_what_it_cost(provider, served, cost):
    with RehearsalServer(said("Retain.")) as server:
        answer = backend_to(server, provider).complete(Request("small", PROMPT))
    assert (answer.text, answer.model_served, answer.provider) == ("Retain.", served, served.partition("/")[0])
    assert (answer.prompt_tokens, answer.completion_tokens, answer.attempts) == (1000, 100, 1)
    assert answer.cost_usd == (None if cost is None else pytest.approx(cost))
    (line,) = server.log
    assert line.model == served.partition("/")[2] and line.asked.body.get("temperature", 0) == 0


def test_cached_tokens_are_counted_and_cheaper():
    with RehearsalServer(said("x", cached=800)) as server:
        answer = backend_to(server).complete(Request("small", PROMPT))
    assert answer.cached_tokens == 800
    assert answer.cost_usd == pytest.approx(200 * 0.4e-6 + 800 * 0.1e-6 + 100 * 1.6e-6)


@pytest.mark.parametrize("provider", ["openai", "anthropic", "ollama", "openai_compatible/own"])
def test_tool_calls_go_out_and_come_back_as_openai_spells_them(provider):
    def script(asked):
        if "facts" in asked.called:
            return Reply("AIX: retain.")
        return Reply(tool_calls=[CalledTool("facts", {"field": "os"})])

    with RehearsalServer(script) as server:
        backend = backend_to(server, provider)
        (call,) = backend.complete(Request("small", PROMPT, TOOLS)).tool_calls
        answer = backend.complete(Request("small", HISTORY, TOOLS))
    assert (call["type"], call["function"]["name"]) == ("function", "facts")
    assert call["id"] and json.loads(call["function"]["arguments"]) == {"field": "os"}
    assert answer.text == "AIX: retain."
    assert [one.tools_offered for one in server.log] == [("facts",)] * 2


def test_ollama_is_told_its_window_and_asked_nothing_else(monkeypatch):
    connected, connect = [], socket.socket.connect

    def look(self, address):
        connected.append(address)
        return connect(self, address)

    monkeypatch.setattr("socket.socket.connect", look)
    with RehearsalServer(said("x")) as server:
        backend = backend_to(server, "ollama/never-heard-of")
        backend.complete(Request("small", PROMPT, TOOLS))
        (line,) = server.log
        assert {f"http://{host}:{port}" for host, port in connected} == {server.url}
    assert line.asked.body["options"]["num_ctx"] > backend.window("small") > 10_000


def test_each_tier_and_each_named_model_is_asked_for_by_its_name():
    with RehearsalServer(said("x")) as server:
        backend = backend_to(server, "openai, anthropic")
        for model in ("small", "large", "anthropic/claude-opus-4-6", "openai/gpt-5.1"):
            backend.complete(Request(model, PROMPT))
        assert backend.window("anthropic/claude-opus-4-6") == 1_000_000
        # The dearest of gpt-4.1 (0.010) and claude-sonnet-4-6 (0.018), because either may answer.
        assert backend.price("large", 1000, 1000) == pytest.approx(0.018)
    assert [one.model for one in server.log] == ["gpt-4.1-mini", "gpt-4.1", "claude-opus-4-6", "gpt-5.1"]


def test_the_chains_large_models_stand_in_for_a_named_model():
    with RehearsalServer(said("x"), faults={"claude-opus-4-6": "unknown_model"}) as server:
        answer = backend_to(server).complete(Request("anthropic/claude-opus-4-6", PROMPT))
    assert (answer.model_served, answer.attempts) == ("openai/gpt-4.1", 2)


def test_a_named_model_whose_provider_has_no_key_names_the_variable():
    with RehearsalServer(said("x")) as server:
        backend = backend_to(server)
        with pytest.raises(MissingKey, match="GEMINI_API_KEY"):
            backend.complete(Request("gemini/gemini-2.5-pro", PROMPT))
        with pytest.raises(ConfigError, match=r"llm\.model_for"):
            backend.complete(Request("offline/analyst-v1", PROMPT))


def test_a_missing_key_is_told_before_anything_is_sent():
    with pytest.raises(MissingKey, match="ANTHROPIC_API_KEY"):
        build_backend("openai, anthropic", environment={"OPENAI_API_KEY": "k"})
    with pytest.raises(ConfigError, match="in this process"):
        build_backend("offline")


def test_the_key_is_the_tenants_and_is_sent_to_its_provider():
    with RehearsalServer(said("x"), key="stored") as server:
        assert backend_to(server, secrets={"llm/openai": "stored"}.get).complete(Request("small", PROMPT)).text == "x"
        with pytest.raises(RefusedByProvider, match=r"does not accept the key \(401\)"):
            backend_to(server).complete(Request("small", PROMPT))


def test_the_answer_is_limited_to_what_the_budget_leaves_and_the_model_gives():
    with RehearsalServer(said("x")) as server:
        backend = backend_to(server)
        backend.complete(Request("small", PROMPT, most_answer_tokens=77))
        backend.complete(Request("small", PROMPT, most_answer_tokens=10**9))
    assert [one.asked.body["max_tokens"] for one in server.log] == [77, 32_768]


def test_a_stand_in_with_too_small_a_window_is_not_asked():
    prompt = [{"role": "user", "content": "word " * 20_000}]
    with RehearsalServer(said("x"), faults={"*": "server_error"}) as server:
        backend = backend_to(server, "openai, ollama")
        with pytest.raises(ProviderDown, match=r"ollama/llama3\.1 takes 12288 tokens of prompt, not"):
            backend.complete(Request("small", prompt))
    assert {one.wire for one in server.log} == {"openai"}


def test_a_model_that_keeps_failing_rests_and_is_asked_again_afterwards(monkeypatch):
    monkeypatch.setattr(bounds, "REST_S", 0.6)
    monkeypatch.setattr("resources.llm.router.BACKOFF_S", 0.001)
    with RehearsalServer(said("x"), faults={"gpt-4.1-mini": "server_error"}) as server:
        backend = backend_to(server, "openai, anthropic")
        answers = [backend.complete(Request("small", PROMPT)) for _ in range(5)]
        assert [answer.attempts for answer in answers] == [4, 4, 4, 1, 1]
        only = backend_to(server)
        for words in ("; wait", "; wait", "; wait", " \\(not asked again yet\\); wait"):
            with pytest.raises(ProviderDown, match=rf"openai/gpt-4.1-mini fails \(500\){words}"):
                only.complete(Request("small", PROMPT))
        assert backend.complete(Request("large", PROMPT)).model_served == "openai/gpt-4.1"
        server.faults.clear()
        time.sleep(0.7)
        assert backend.complete(Request("small", PROMPT)).model_served == "openai/gpt-4.1-mini"


def test_a_wrong_key_is_tried_once_a_minute_and_a_bad_prompt_spoils_nothing_for_others():
    with RehearsalServer(said("x"), faults={"gpt-4.1-mini": "wrong_key", "gpt-4.1": "content_filtered"}) as server:
        backend = backend_to(server, "openai, anthropic")
        assert [backend.complete(Request("small", PROMPT)).attempts for _ in range(3)] == [2, 1, 1]
        assert [backend.complete(Request("large", PROMPT)).attempts for _ in range(3)] == [2, 2, 2]


def test_a_long_retry_after_goes_to_the_next_provider_at_once(monkeypatch):
    monkeypatch.setattr("resources.llm.router.PATIENCE_S", 0.5)  # the server says Retry-After: 1
    with RehearsalServer(said("x"), faults={"gpt-4.1-mini": "rate_limited"}) as server:
        backend, began = backend_to(server, "openai, anthropic"), time.perf_counter()
        answers = [backend.complete(Request("small", PROMPT)) for _ in range(2)]
        assert time.perf_counter() - began < 0.9
    assert [answer.attempts for answer in answers] == [2, 1]  # and rests for the time that it named


def test_attempts_are_the_requests_that_the_server_saw_over_64_threads():
    faults = dict.fromkeys(range(1, 200, 3), "server_error")
    with RehearsalServer(said("x"), faults=faults) as server:
        backend = backend_to(server, "openai, anthropic")
        with ThreadPoolExecutor(64) as pool:
            answers = list(pool.map(lambda _: backend.complete(Request("small", PROMPT)), range(128)))
    assert sum(answer.attempts for answer in answers) == len(server.log)
    assert sum(answer.prompt_tokens for answer in answers) == sum(one.prompt_tokens for one in server.log)


def test_no_more_requests_are_on_their_way_than_the_limit_says():
    now, most, lock = itertools.count(), [], threading.Lock()
    inside = 0

    def script(asked):
        nonlocal inside
        with lock:
            inside += 1
            most.append(inside)
        time.sleep(0.02)
        with lock:
            inside -= 1
        return Reply(f"{next(now)}")

    with RehearsalServer(script) as server:
        backend = backend_to(server, limits="openai=3:0:0")
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda _: backend.complete(Request("small", PROMPT)), range(32)))
    assert max(most) == 3


def test_the_pace_lets_a_burst_pass_and_then_spreads_requests_and_tokens(monkeypatch):
    clock, pauses = [100.0], []
    monkeypatch.setattr(bounds.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(bounds.time, "sleep", pauses.append)
    pace = Pace(60, 6000)
    for _ in range(12):
        pace.wait(lambda: 10)
    assert pauses == pytest.approx([1.0, 2.0])  # ten at once, then one a second
    clock[0] += 60
    pace.wait(lambda: 1500)  # fifteen seconds' worth, when nothing is owed
    pace.wait(lambda: 100)
    assert pauses[2:] == pytest.approx([6.0])
    Pace(0, 0).wait(lambda: 10**9)
    assert len(pauses) == 3


@pytest.mark.parametrize(
    "text",
    [
        "The billing application runs on two virtual machines and depends on the ledger database. " * 40,
        json.dumps([{"application_id": f"app-{n}", "technology_stack": "Java 8", "os": "AIX"} for n in range(60)]),
        "Die Anwendung läuft auf zwei Servern in Köln; größere Änderungen sind für März geplant. " * 40,
    ],
    ids=["english", "json", "german"],
)
def test_the_estimate_of_tokens_is_near_and_on_the_high_side(text):
    counted = litellm.token_counter(model="gpt-4", text=text)
    assert counted <= estimated_tokens([{"role": "user", "content": text}]) <= 1.4 * counted


def test_all_of_litellms_errors_become_faults():
    for kind in litellm.exceptions.LITELLM_EXCEPTION_TYPES:
        assert issubclass(kind, openai.OpenAIError)
        error = kind.__new__(kind)
        error.message, error.num_retries, error.max_retries = "", None, None
        error.llm_provider, error.model, error.litellm_debug_info = "", "", None
        assert fault_of(error, "openai/m", Exchange(500)).kind in ("down", "refused", "overflow")


def test_probes_ask_each_provider_of_the_chain_once_for_one_token():
    with RehearsalServer(answering("OK"), faults={"claude-haiku-4-5": "wrong_key"}) as server:
        probes = backend_to(server, "openai, anthropic").probe()
    assert [(probe.model, bool(probe.problem)) for probe in probes] == [
        ("openai/gpt-4.1-mini", False),
        ("anthropic/claude-haiku-4-5", True),
    ]
    assert [one.asked.body["max_tokens"] for one in server.log] == [1, 1]
    assert probes[1].remedy.startswith("correct the key of anthropic") and probes[0].latency_ms > 0


def test_the_layer_costs_less_than_ten_milliseconds_per_call():
    with RehearsalServer(said("x")) as server, _untraced():
        backend = backend_to(server)
        bare = openai.OpenAI(api_key="k", base_url=server.openai_url)
        calls = {
            "layer": lambda: backend.complete(Request("small", PROMPT, TOOLS)),
            "bare": lambda: bare.chat.completions.create(model="m", messages=PROMPT, tools=TOOLS),
        }
        # In turns, and of each the cheapest: what else the machine does can only make a call dearer.
        rounds = [{name: _cpu_ms(call) for name, call in calls.items()} for _ in range(50)]
        bare.close()
    cheapest = {name: min(spent[name] for spent in rounds) for name in calls}
    assert cheapest["layer"] - cheapest["bare"] < 10, cheapest


@contextmanager
def _untraced():
    """Coverage counts the lines of the layer, which is no cost of the layer."""
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(tracer)


def _cpu_ms(call):
    began = time.process_time()
    call()
    return (time.process_time() - began) * 1000
