"""What a run used, told from the ledger, and what retention deletes at its end."""

from datetime import timedelta

import pytest

from aidiscover_pipelines.domain.tables import CrewAnswer, CrewMessage, KeptResponse, LlmCall, ToolCall
from aidiscover_pipelines.domain.tenancy import RunRef
from aidiscover_pipelines.governance.budget import month_to_date
from aidiscover_pipelines.governance.policy import LlmPolicy, set_rule
from aidiscover_pipelines.governance.retention import clean_ledger
from aidiscover_pipelines.governance.stage import summarise_usage
from aidiscover_pipelines.governance.usage import MEASURES, measure, measure_all, read_calls, usage

RUN = RunRef("r2")


@pytest.fixture
def used(ledger, add, now):
    """Run r1 last month; run r2 now with one kept answer, one call without a price and one failure."""
    store, tenant = ledger
    call = {"crew": "assessment", "provider": "openai", "model_asked": "large", "model_served": "openai/gpt-4.1"}
    call |= {"prompt_tokens": 100, "completion_tokens": 20, "cost_usd": 0.5, "latency_ms": 100.0, "run_id": "r2"}
    call |= {"kickoff_id": "k1"}
    add(
        store,
        tenant,
        LlmCall,
        call | {"run_id": "r1", "at": now - timedelta(days=30)},
        call,
        call | {"latency_ms": 300.0, "crew": "discovery", "agent": "Data Quality"},
        call | {"status": "cached", "prompt_tokens": 0, "completion_tokens": 0, "cost_usd": 0.0, "latency_ms": 1.0},
        call | {"cost_usd": None, "latency_ms": 200.0},
        call
        | {"status": "failed", "error_class": "ProviderDown", "model_served": "", "cost_usd": 0.0}
        | {"prompt_tokens": 0, "completion_tokens": 0, "latency_ms": 400.0},
    )
    add(store, tenant, ToolCall, {"run_id": "r2", "tool": "a", "status": "returned"}, {"run_id": "r2", "tool": "b"})
    answer = {"crew": "assessment", "run_id": "r2", "seconds": 1.5}
    add(store, tenant, CrewAnswer, answer, answer | {"status": "fallback", "reason": "every provider failed"})
    return ledger


def test_a_run_used_what_the_ledger_says(used):
    assert usage(*used, "r2") == {"kickoffs": 2, "llm_calls": 5, "tokens": 360, "cost_usd": 1.0}
    assert usage(*used, "never") == {"kickoffs": 0, "llm_calls": 0, "tokens": 0, "cost_usd": 0.0}


def test_the_month_begins_on_its_first_day(used, now):
    month = month_to_date(*used, now)
    assert (month.tokens, month.usd) == (360, 1.0)


def test_measures_leave_waiting_for_kept_answers_out_of_latency(used):
    calls = read_calls(*used, ["r2"])
    assert measure_all(calls) == {
        "kickoffs": 1,
        "calls": 5,
        "tokens": 360,
        "cost_usd": 1.0,
        "unknown_prices": 1,
        "failures": 1,
        "cache_hits": 1,
        "p50_ms": 250.0,
        "p95_ms": 385.0,
    }
    by_model = measure(calls, ["model"]).set_index("model")["calls"].to_dict()
    assert by_model == {"large": 1, "openai/gpt-4.1": 4}


def test_no_calls_measure_as_zeros(ledger):
    assert measure_all(read_calls(*ledger)) == dict.fromkeys(MEASURES, 0)


def test_the_stage_tells_the_run_the_month_and_what_is_left(used, now):
    set_rule(*used, "budget.tenant_usd", 4.0, "ann")
    told = summarise_usage(*used, RUN, now)
    assert (told.rows_in, told.rows_out) == (6, 5)
    assert told.skipped == {"every provider failed": 1}
    figures = told.figures
    assert (figures["kickoffs"], figures["fallbacks"], figures["tool calls"]) == (2, 1, 2)
    assert (figures["failed or refused calls"], figures["calls without a known price"]) == (1, 1)
    assert figures["share from kept answers"] == 0.2
    assert (figures["USD this month"], figures["left this month: tenant_usd"]) == (1.0, 3.0)
    assert told.charts["Tokens by crew, this run"] == {"assessment": 240.0, "discovery": 120.0}
    assert told.charts["Cost by day, USD"] == {"2026-10-22": 0.5, "2026-11-21": 1.0}
    assert told.tables["failures"] == [{"error_class": "ProviderDown", "provider": "openai", "calls": 1}]
    assert [row["day"] for row in told.tables["by day"]] == ["2026-11-21", "2026-10-22"]


def test_an_empty_ledger_is_a_result(ledger, now):
    told = summarise_usage(*ledger, RUN, now)
    assert (told.rows_in, told.rows_out, told.preview, told.charts) == (0, 0, [], {})
    assert (told.figures["tokens"], told.figures["latency p95, ms"]) == (0, 0)


def test_each_table_is_cleaned_by_its_own_rule(ledger, add, now):
    for table in (LlmCall, ToolCall, CrewMessage):
        add(*ledger, table, {"at": now - timedelta(days=401)}, {"at": now - timedelta(days=91)}, {"at": now})
    expires = {"expires_at": now + timedelta(days=1)}
    add(*ledger, KeptResponse, {"at": now - timedelta(days=31), **expires}, {"at": now, **expires})
    add(*ledger, KeptResponse, {"at": now, "expires_at": now - timedelta(seconds=1)})
    deleted = clean_ledger(*ledger, LlmPolicy(), now)
    assert deleted == {"llm_responses": 2, "crew_messages": 2, "llm_calls": 1, "tool_calls": 1}
    assert clean_ledger(*ledger, LlmPolicy(), now) == dict.fromkeys(deleted, 0)


def test_calls_of_the_month_stay_while_they_count_against_a_monthly_budget(used, now):
    forgetful = {"keep_days": {"ledger": 0}}
    kept = LlmPolicy.model_validate({**forgetful, "budget": {"tenant_usd": 1}})
    later = now + timedelta(minutes=1)
    assert clean_ledger(*used, kept, later)["llm_calls"] == 1
    assert clean_ledger(*used, LlmPolicy.model_validate(forgetful), later)["llm_calls"] == 5
