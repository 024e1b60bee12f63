"""Crews with a provider: real crewai, real litellm, a real HTTP server on loopback, the ledger in PostgreSQL."""

import json
import re

import pandas as pd
import pytest

from aidiscover_pipelines.domain.errors import ConfigError, MissingKey
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tables import CrewMessage, LlmCall, ToolCall
from aidiscover_pipelines.domain.tenancy import RunRef
from aidiscover_pipelines.governance.policy import set_rule
from resources.crews.open import open_runner
from resources.llm.rehearsal import RehearsalServer, Reply, answering

OPTIONS = ("strategy", "rationale", "considered", "next_steps", "evidence")
RUN = RunRef("run-1")


def answers_of(case):
    """What a sound model says to each task of an assessment: told apart by the tools offered."""
    fallback = dict(case.fallback)
    options = json.dumps({name: fallback[name] for name in OPTIONS})
    risks = json.dumps({"risks": fallback["risks"], "evidence": fallback["evidence"]})

    def text(asked):
        if not asked.offered:
            return json.dumps(fallback)
        return risks if "risk_factors" in asked.offered else options

    return text


def number_in(asked):
    """Number of the case that a conversation is about: its evidence ids hold it."""
    return int(re.search(r"f1\.1\.(\d+)\.", str(asked.messages)).group(1))


@pytest.fixture
def runner(tmp_path, store, monkeypatch):
    """A runner whose provider is the rehearsal server."""

    def made(server, model="openai/gpt-4o-mini", **settings):
        monkeypatch.setenv("OPENAI_API_KEY", "test-key-0123456789")
        monkeypatch.setenv("OPENAI_BASE_URL", server.openai_url)
        values = {"AIDISCOVER_HOME": str(tmp_path), "AIDISCOVER_MODEL": model, **settings}
        return open_runner(Settings.from_environment(values), store)

    return made


def told(rows: pd.DataFrame) -> list[tuple[int, int, int]]:
    return sorted(zip(rows["prompt_tokens"], rows["completion_tokens"], rows["cached_tokens"], strict=True))


def test_the_ledger_says_of_an_assessment_what_the_server_says(runner, store, tenant, assessment_case, capfd):
    case = assessment_case(1, tenant=tenant)
    with RehearsalServer(answering(answers_of(case))) as server:
        (answer,) = runner(server).answer([case], RUN)
        log = server.log
    assert (answer.status, answer.reason) == ("answered", "")
    assert answer.answer == case.fallback
    calls = store.read(tenant, LlmCall)
    assert len(log) == len(calls) == 5 and set(calls["status"]) == {"answered"} and set(calls["attempts"]) == {1}
    in_time = calls.sort_values("at")
    assert told(in_time) == sorted((one.prompt_tokens, one.completion_tokens, one.cached_tokens) for one in log)
    for row, line in zip(in_time.to_dict("records"), log, strict=True):
        assert (row["prompt_tokens"], row["completion_tokens"]) == (line.prompt_tokens, line.completion_tokens)
        assert row["model_served"] == f"openai/{line.model}"
        assert row["cost_usd"] == pytest.approx((line.prompt_tokens * 0.15 + line.completion_tokens * 0.6) / 1e6)
    tools = store.read(tenant, ToolCall)
    assert sorted(tools["tool"]) == sorted(name for line in log for name in line.tools_called)
    assert set(tools["call_id"]) <= set(calls["call_id"]) and set(tools["status"]) == {"returned"}
    assert answer.usage.cost_usd == pytest.approx(calls["cost_usd"].sum())
    assert capfd.readouterr() == ("", "")


def test_the_ledger_is_exact_for_sixty_four_crews_at_once(runner, store, tenant, assessment_case):
    cases = {f"app-{number}": assessment_case(number, tenant=tenant) for number in range(64)}

    def script(asked):
        name = f"app-{number_in(asked)}"
        answer = json.loads(answers_of(cases[name])(asked))
        if "rationale" in answer:
            answer["rationale"] = f"reason for {name}."
        return json.dumps(answer)

    with RehearsalServer(answering(script)) as server:
        made = runner(server, AIDISCOVER_MODEL_LIMITS="openai=64:0:0")
        made._threads = 64
        answers = list(made.answer(list(cases.values()), RUN))
        log = server.log
    assert {answer.status for answer in answers} == {"answered"}, {answer.reason for answer in answers}
    calls = store.read(tenant, LlmCall)
    # A first prompt names no case, so where one was answered already the others are given the kept answer.
    assert len(calls) == 320 and set(calls["status"]) == {"answered", "cached"}
    asked = calls[calls["status"] == "answered"]
    assert told(asked) == sorted((one.prompt_tokens, one.completion_tokens, one.cached_tokens) for one in log)
    assert set(calls.groupby("kickoff_id").size()) == {5}
    tools = store.read(tenant, ToolCall)
    assert tools["tool_call_id"].is_unique and len(tools) == 64 * len(set(tools["tool"]))
    joined = tools.merge(calls, on="call_id", suffixes=("", "_call"))
    assert len(joined) == len(tools)
    assert (joined["application_id"] == joined["application_id_call"]).all()
    assert (joined["agent"] == joined["agent_call"]).all()


def test_running_again_after_a_failure_pays_no_call_twice(runner, store, tenant, assessment_case):
    case = assessment_case(1, tenant=tenant)
    with RehearsalServer(answering(answers_of(case)), faults={5: "wrong_key"}) as server:
        (first,) = runner(server).answer([case], RUN)
        assert first.status == "fallback" and len(server.log) == 5
        (second,) = runner(server).answer([case], RunRef("run-2"))
        assert second.status == "answered" and len(server.log) == 6
    again = store.read(tenant, LlmCall, run_id="run-2")
    assert again["status"].value_counts().to_dict() == {"cached": 4, "answered": 1}
    assert again["cost_usd"].sum() == pytest.approx(again.loc[again["status"] == "answered", "cost_usd"].sum())


def test_a_budget_of_the_run_is_never_passed_and_the_reason_says_how_to_go_on(runner, store, tenant, assessment_case):
    set_rule(store, tenant, "budget.run_tokens", 30_000, "test")
    cases = [assessment_case(number, tenant=tenant) for number in range(12)]

    with RehearsalServer(answering(lambda asked: answers_of(cases[number_in(asked)])(asked))) as server:
        answers = list(runner(server).answer(cases, RUN))
        used = sum(line.prompt_tokens + line.completion_tokens for line in server.log)
    calls = store.read(tenant, LlmCall)
    assert used == int(calls["prompt_tokens"].sum() + calls["completion_tokens"].sum()) <= 30_000
    reasons = [answer.reason for answer in answers if "BudgetExhausted" in answer.reason]
    assert reasons and all("run 'aidiscover discover --tenant" in reason for reason in reasons)
    assert (calls["status"] == "refused").sum() >= len(reasons)


def test_a_budget_in_dollars_holds_when_a_dearer_provider_stands_in(
    runner, store, tenant, assessment_case, monkeypatch
):
    set_rule(store, tenant, "budget.run_usd", 0.12, "test")
    cases = [assessment_case(number, tenant=tenant) for number in range(6)]
    with RehearsalServer(
        answering(lambda asked: answers_of(cases[number_in(asked)])(asked)), faults={"gpt-4o-mini": "server_error"}
    ) as server:
        monkeypatch.setenv("ANTHROPIC_API_KEY", "test-key-0123456789")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        answers = list(runner(server, "openai/gpt-4o-mini, anthropic/claude-sonnet-4-6").answer(cases, RUN))
    calls = store.read(tenant, LlmCall)
    assert set(calls.loc[calls["status"] == "answered", "model_served"]) == {"anthropic/claude-sonnet-4-6"}
    assert 0 < calls["cost_usd"].sum() <= 0.12
    assert any("BudgetExhausted" in answer.reason for answer in answers)


def test_a_provider_that_is_down_leaves_the_policy_or_where_allowed_the_analyst(runner, store, tenant, assessment_case):
    case = assessment_case(1, tenant=tenant)
    with RehearsalServer(faults={"*": "server_error"}) as server:
        made = runner(server, AIDISCOVER_MODEL_SECONDS="2")
        (answer,) = made.answer([case], RUN)
        assert answer.status == "fallback" and answer.reason.startswith("ProviderDown")
        set_rule(store, tenant, "offline_fallback", True, "test")
        (allowed,) = made.answer([case], RunRef("run-2"))
    assert allowed.status == "answered" and allowed.usage.model.startswith("offline/")
    rows = store.read(tenant, LlmCall, run_id="run-2")
    assert set(rows["status"]) == {"failed", "answered"}
    assert set(rows.loc[rows["status"] == "answered", "model_served"]) == {"offline/analyst-v1"}


def test_a_missing_key_stops_the_run_with_the_variable_and_the_keyless_way(
    runner, tenant, assessment_case, monkeypatch
):
    with RehearsalServer() as server:
        made = runner(server)
        monkeypatch.delenv("OPENAI_API_KEY")
        with pytest.raises(MissingKey, match=r"OPENAI_API_KEY.*unset AIDISCOVER_MODEL to work offline"):
            list(made.answer([assessment_case(1, tenant=tenant)], RUN))
        with pytest.raises(ConfigError, match="no provider"):
            runner(server, model="nobody/none")


def test_wrong_tool_names_and_arguments_get_a_line_and_the_crew_goes_on(runner, store, tenant, assessment_case):
    from resources.llm.rehearsal import CalledTool

    case = assessment_case(1, tenant=tenant)
    sound = answering(answers_of(case))

    def script(asked):
        if asked.offered and not asked.called:
            return Reply(tool_calls=[CalledTool("delete_everything"), CalledTool(asked.offered[0], {"tenant": "acme"})])
        if asked.offered and len(asked.called) == 2:
            return Reply(tool_calls=[CalledTool(name) for name in asked.offered])
        return sound(asked)

    with RehearsalServer(script) as server:
        (answer,) = runner(server).answer([case], RUN)
    assert answer.status == "answered", answer.reason
    refused = store.read(tenant, ToolCall, status="refused")
    assert set(refused["error_class"]) == {"ForbiddenTool"}
    assert "delete_everything" in set(refused["tool"])
    heard = store.read(tenant, CrewMessage, role="tool")["content"]
    assert heard.str.contains("an argument is not known").any()
