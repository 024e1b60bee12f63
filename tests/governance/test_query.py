"""The ledger answers questions: filters as text, pages, totals over all that match."""

from datetime import timedelta

import pytest

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.tables import LlmCall, ToolCall
from aidiscover_pipelines.governance.query import ask_ledger, comparison, counts, run_condition, since, until
from aidiscover_pipelines.ports import Condition

RUN = "8a6f3c1e-0000-4000-8000-000000000001"


@pytest.fixture
def calls(ledger, add, now):
    """Six calls: two dear, one cached, one without a price, one failed, one refused."""
    store, tenant = ledger
    common = {"run_id": RUN, "crew": "assessment", "prompt_tokens": 100, "completion_tokens": 10, "cost_usd": 0.0}
    rows = [
        {"cost_usd": 0.02, "model_served": "openai/gpt-4.1", "budget_left_tokens": 900},
        {"cost_usd": 0.03, "model_served": "openai/gpt-4.1"},
        {"status": "cached", "prompt_tokens": 0, "completion_tokens": 0},
        {"cost_usd": None, "model_served": "openai_compatible/llama", "crew": "discovery"},
        {"status": "failed", "error_class": "ProviderDown", "prompt_tokens": 0, "completion_tokens": 0},
        {"status": "refused", "error_class": "BudgetExhausted", "prompt_tokens": 0, "completion_tokens": 0},
    ]
    add(
        store,
        tenant,
        LlmCall,
        *(common | row | {"call_id": f"c{n}", "at": now - timedelta(days=n)} for n, row in enumerate(rows)),
    )
    return ledger


def ids(ledger, *conditions, **options):
    return [row["call_id"] for row in ask_ledger(*ledger, LlmCall, conditions, **options).rows]


def test_totals_are_over_all_that_match_and_not_over_the_page(calls):
    page = ask_ledger(*calls, LlmCall, limit=2, number=2)
    assert ([row["call_id"] for row in page.rows], page.total, page.pages) == (["c2", "c3"], 6, 3)
    assert page.totals == {
        "rows": 6,
        "prompt_tokens": 300,
        "completion_tokens": 30,
        "cached_tokens": 0,
        "cost_usd": 0.05,
        "redactions": 0,
        "statuses": {"answered": 3, "cached": 1, "failed": 1, "refused": 1},
        "failures": {"BudgetExhausted": 1, "ProviderDown": 1},
        "unknown_prices": 1,
        "cache_hits": 1,
    }


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("cost_usd>0.02", ["c1"]),
        ("cost_usd >= 0.02", ["c0", "c1"]),
        ("model_served~GPT", ["c0", "c1"]),
        ("crew!=assessment", ["c3"]),
        ("budget_left_tokens<1000", ["c0"]),
        ("error_class=ProviderDown", ["c4"]),
        ("at<2026-11-17", ["c5"]),
        ("at>=2026-11-20T12:00", ["c0", "c1"]),
        ("at>=2026-11-20T13:00+01:00", ["c0", "c1"]),
    ],
)
def test_comparisons_are_read_by_the_type_of_their_column(calls, text, found):
    assert ids(calls, comparison(LlmCall, text)) == found


def test_days_include_their_end_and_runs_may_be_given_by_their_beginning(calls):
    assert ids(calls, since("2026-11-20"), until("2026-11-20")) == ["c1"]
    assert ids(calls, until("2026-11-19T12:00")) == ["c2", "c3", "c4", "c5"]
    assert len(ids(calls, run_condition("8a6f3c1e"))) == len(ids(calls, run_condition(RUN))) == 6
    assert ids(calls, run_condition("ffff")) == []


def test_rows_sort_by_any_columns_and_come_as_json_values(calls):
    assert ids(calls, order=["-cost_usd", "-at"], limit=3) == ["c1", "c0", "c2"]
    row = ask_ledger(*calls, LlmCall, [Condition("call_id", "=", "c3")]).rows[0]
    assert (row["cost_usd"], row["budget_left_tokens"], row["at"]) == (None, None, "2026-11-18T12:00:00.000+00:00")
    row = ask_ledger(*calls, LlmCall, [Condition("call_id", "=", "c0")]).rows[0]
    assert (row["budget_left_tokens"], type(row["budget_left_tokens"])) == (900, int)


def test_tool_calls_have_totals_of_their_own(ledger, add):
    add(*ledger, ToolCall, {"tool": "policy_scores", "status": "returned", "result_chars": 40})
    add(*ledger, ToolCall, {"tool": "drop_table", "status": "refused", "error_class": "ForbiddenTool"})
    page = ask_ledger(*ledger, ToolCall, order=["tool"])
    assert [row["tool"] for row in page.rows] == ["drop_table", "policy_scores"]
    assert page.totals == {
        "rows": 2,
        "result_chars": 40,
        "statuses": {"refused": 1, "returned": 1},
        "failures": {"ForbiddenTool": 1},
    }
    assert counts(*ledger, ToolCall, "tool") == {"drop_table": 1, "policy_scores": 1}


def test_an_empty_ledger_and_a_page_behind_the_last_are_no_errors(ledger):
    page = ask_ledger(*ledger, LlmCall, number=7)
    assert (page.rows, page.total, page.pages, page.totals["cost_usd"]) == ([], 0, 0, 0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "cost>1",
            r"there is no column 'cost', perhaps 'cost_usd' is meant; the columns are call_id, kickoff_id, run_id",
        ),
        ("tenant_id=globex", "there is no column 'tenant_id'"),
        ("cost_usd>much", "'much' is not a number"),
        ("step=1.5", "'1.5' is not a whole number"),
        ("cost_usd~1", "~ looks for text, and cost_usd holds none"),
        ("cost_usd", "it is no comparison; write column, one of"),
        ("at>yesterday", "cannot read 'yesterday' as a time"),
    ],
)
def test_a_comparison_that_cannot_be_read_is_refused_in_one_line(text, message):
    with pytest.raises(ConfigError, match=message) as refused:
        comparison(LlmCall, text)
    assert "\n" not in str(refused.value)


def test_lists_cannot_be_compared_and_unknown_columns_not_sorted_by(ledger):
    with pytest.raises(ConfigError, match="evidence holds a list or a map"):
        comparison(ToolCall, "evidence=f1")
    with pytest.raises(ConfigError, match="cannot sort llm_calls by '-price': there is no column 'price'"):
        ask_ledger(*ledger, LlmCall, order=["-price"])


def test_quotes_in_a_value_are_data(calls):
    assert ids(calls, comparison(LlmCall, "crew=x' OR '1'='1")) == []
