"""The failure table: what a call becomes under each fault of a provider, on each wire, alone and with a stand-in."""

import logging
import time

import pytest

from aidiscover_pipelines.domain.errors import ContextOverflow, ProviderDown, RefusedByProvider
from resources.llm import router
from resources.llm.completion import Completion, Request
from resources.llm.rehearsal import FAULTS, RehearsalServer, answering
from resources.llm.router import build_backend

TOOLS = [{"type": "function", "function": {"name": "look_up", "description": "d", "parameters": {"type": "object"}}}]
SECRET = "the-prompt-that-nobody-may-quote"
TIMEOUT_S = 0.3

# Fault -> what a lone provider's call becomes, the requests it takes, and words of the message.
OUTCOMES = {
    "rate_limited": (ProviderDown, 3, "asked too often (429)"),
    "quota_exhausted": (RefusedByProvider, 1, "credit is spent (429)"),
    "server_error": (ProviderDown, 3, "fails (500)"),
    "unavailable": (ProviderDown, 3, "fails (503)"),
    "wrong_key": (RefusedByProvider, 1, "does not accept the key (401)"),
    "unknown_model": (RefusedByProvider, 1, "knows no such model (404)"),
    "context_overflow": (ContextOverflow, 1, "exceeds its window"),
    "content_filtered": (RefusedByProvider, 1, "content filter"),
    "silent": (ProviderDown, 2, "does not answer in time"),
    "slow": (ProviderDown, 2, "does not answer in time"),
    "reset": (ProviderDown, 3, "cannot be reached"),
    "truncated": (ProviderDown, 3, "no answer (cut off or invalid)"),
    "not_json": (ProviderDown, 3, "no answer (cut off or invalid)"),
    "no_choices": (ProviderDown, 3, "answers with nothing"),
    # The provider did its part; what the model says wrong is seen to by the agent's tools and the answer's contract.
    "wrong_tool": (Completion, 1, "format_all_disks"),
    "bad_arguments": (Completion, 1, "unterminated"),
    "tool_loop": (Completion, 1, "look_up"),
    "cut_short": (Completion, 1, "unterminated"),
}
# What a wire cannot tell apart: Ollama and Anthropic have no code for these, and litellm reads an empty answer its way.
OTHERWISE = {
    ("anthropic", "quota_exhausted"): (ProviderDown, 3, "asked too often (429)"),
    ("ollama", "quota_exhausted"): (ProviderDown, 3, "asked too often (429)"),
    ("ollama", "content_filtered"): (RefusedByProvider, 1, "does not take the request (400)"),
    ("ollama", "no_choices"): (ProviderDown, 3, "no answer (cut off or invalid)"),
}
WIRES = ("openai", "anthropic", "ollama", "azure", "openai_compatible")
CASES = [(wire, fault) for wire in WIRES for fault in OUTCOMES]


def environment_of(provider, server):
    prefix = provider.upper()
    return {
        "openai": {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": server.openai_url},
        "openai_compatible": {"OPENAI_COMPATIBLE_API_BASE": server.openai_url},
        "azure": {"AZURE_API_KEY": "k", "AZURE_API_BASE": server.url, "AZURE_API_VERSION": "2024-10-21"},
        "ollama": {"OLLAMA_API_BASE": server.url},
    }.get(provider, {f"{prefix}_API_KEY": "k", f"{prefix}_BASE_URL": server.url})


def named(provider):
    return "openai_compatible/some-model" if provider == "openai_compatible" else provider


def ask(backend):
    return backend.complete(Request("small", [{"role": "user", "content": SECRET}], TOOLS))


@pytest.fixture
def stand_in():
    with RehearsalServer(answering("from the stand-in")) as server:
        yield server


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    """Retries do not wait; what they would have waited is listed."""
    pauses = []
    monkeypatch.setattr(router.time, "sleep", pauses.append)
    return pauses


def test_the_table_has_a_row_for_every_fault():
    assert set(OUTCOMES) == set(FAULTS)


@pytest.mark.parametrize(("wire", "fault"), CASES)
def test_a_lone_provider_with_a_fault(wire, fault, caplog):
    outcome, requests, words = OTHERWISE.get((wire, fault), OUTCOMES[fault])
    with RehearsalServer(answering("{}"), faults={"*": fault}, pace_s=TIMEOUT_S / 4) as server:
        backend = build_backend(named(wire), timeout_s=TIMEOUT_S, environment=environment_of(wire, server))
        if outcome is Completion:
            answer = ask(backend)
            assert words in str(answer.tool_calls) and answer.attempts == requests
            return
        with caplog.at_level(logging.DEBUG), pytest.raises(outcome) as caught:
            ask(backend)
    error = caught.value
    assert words in str(error) and f"{wire}/" in str(error) and "; " in str(error)
    assert (error.provider, error.attempts) == (wire, requests)
    if fault not in ("silent", "slow"):  # the server writes these into its log when it notices that the client left
        assert len(server.log) == requests
    assert SECRET not in caplog.text + str(error)
    assert error.__cause__ is None and error.__context__ is None  # litellm's error, which may quote the prompt
    assert caplog.text.count(f"{wire}/") >= requests  # each request that failed is logged


@pytest.mark.parametrize(
    ("wire", "fault"),
    [case for case in CASES if case[0] in WIRES[:3] and OUTCOMES[case[1]][0] is not Completion],
)
def test_a_provider_with_a_fault_and_a_stand_in(wire, fault, stand_in):
    _, requests, _ = OTHERWISE.get((wire, fault), OUTCOMES[fault])
    with RehearsalServer(answering("{}"), faults={"*": fault}, pace_s=TIMEOUT_S / 4) as server:
        second = "anthropic" if wire != "anthropic" else "openai"
        both = {**environment_of(wire, server), **environment_of(second, stand_in)}
        backend = build_backend(f"{named(wire)}, {second}", timeout_s=TIMEOUT_S, environment=both)
        answer = ask(backend)
    assert (answer.provider, answer.attempts) == (second, requests + 1)
    assert answer.tool_calls[0]["function"]["name"] == "look_up"
    assert len(stand_in.log) == 1


@pytest.mark.parametrize(("wire", "second"), [("openai", "anthropic"), ("anthropic", "openai")])
def test_answers_that_hold_nothing_are_counted_because_they_are_paid_for(wire, second, stand_in):
    with RehearsalServer(faults={"*": "no_choices"}) as server:
        environment = {**environment_of(wire, server), **environment_of(second, stand_in)}
        with pytest.raises(ProviderDown) as caught:
            ask(build_backend(wire, environment=environment))
        alone = list(server.log)
        answer = ask(build_backend(f"{wire}, {second}", environment=environment))
        both = [*server.log[len(alone) :], *stand_in.log]
    for told, log in ((caught.value, alone), (answer, both)):
        assert told.prompt_tokens == sum(one.prompt_tokens for one in log)
        assert told.completion_tokens == sum(one.completion_tokens for one in log)
    assert 0 < caught.value.cost_usd < answer.cost_usd


def test_a_provider_that_nobody_listens_for_is_down_within_a_moment():
    backend = build_backend("openai", environment={"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"})
    began = time.perf_counter()
    with pytest.raises(ProviderDown, match="cannot be reached"):
        ask(backend)
    assert time.perf_counter() - began < 2


def test_an_answer_that_trickles_is_given_up_when_its_time_is_over():
    with RehearsalServer(answering("{}"), faults={"*": "slow"}, pace_s=0.05) as server:
        backend = build_backend("openai", timeout_s=0.5, environment=environment_of("openai", server))
        began = time.perf_counter()
        with pytest.raises(ProviderDown, match="in time"):
            ask(backend)
    assert 1.0 <= time.perf_counter() - began < 3.0  # two requests


@pytest.mark.parametrize(("fault", "pauses"), [("rate_limited", [1.0, 1.0]), ("server_error", 2)])
def test_retry_after_is_kept_and_otherwise_pauses_grow(fault, pauses, no_pauses):
    with RehearsalServer(answering("{}"), faults={"*": fault}) as server, pytest.raises(ProviderDown):
        ask(build_backend("openai", environment=environment_of("openai", server)))
    if isinstance(pauses, list):
        assert no_pauses == pauses
    else:
        assert len(no_pauses) == pauses and 0.25 <= no_pauses[0] <= 0.5 <= no_pauses[1] <= 1.0


def test_all_refusals_are_permanent_and_one_provider_that_is_down_makes_it_worth_waiting():
    with (
        RehearsalServer(faults={"*": "wrong_key"}) as refusing,
        RehearsalServer(faults={"*": "server_error"}) as failing,
    ):
        refused = {**environment_of("openai", refusing), **environment_of("anthropic", refusing)}
        with pytest.raises(RefusedByProvider) as caught:
            ask(build_backend("openai, anthropic", environment=refused))
        assert "openai/gpt-4.1-mini does not accept the key (401)" in str(caught.value)
        assert "anthropic/claude-haiku-4-5 does not accept the key (401)" in str(caught.value)
        mixed = {**environment_of("openai", refusing), **environment_of("anthropic", failing)}
        with pytest.raises(ProviderDown, match=r"does not accept the key \(401\).*fails \(500\)"):
            ask(build_backend("openai, anthropic", environment=mixed))
