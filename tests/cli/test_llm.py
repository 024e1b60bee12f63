"""`llm`, `runs` and `cost` as a person and a script use them, on PostgreSQL."""

import csv
import io
import json
from datetime import UTC, datetime

import pandas as pd
import pytest
from click.testing import CliRunner

from aidiscover_pipelines.cli.main import cli, main
from aidiscover_pipelines.domain.tables import CrewMessage, KeptResponse, LlmCall, SettledRun, ToolCall

RUN, OTHER = "8a6f3c1e-0000-4000-8000-000000000001", "9b7f3c1e-0000-4000-8000-000000000002"
CALL = {"run_id": RUN, "kickoff_id": "k1", "crew": "assessment", "agent": "Risk Assessment", "task": "register_risks"}
CALL |= {"model_asked": "large", "model_served": "openai/gpt-4.1", "provider": "openai", "status": "answered"}
CALL |= {"prompt_tokens": 1000, "completion_tokens": 100, "cost_usd": 0.01, "application_id": "crm"}


@pytest.fixture
def used(store, tenant, database_home, monkeypatch):
    """Three calls of two runs, two tool calls and a conversation."""
    monkeypatch.setenv("AIDISCOVER_HOME", str(database_home))
    put(store, tenant, LlmCall, CALL | {"call_id": "c1"}, CALL | {"call_id": "c2", "cost_usd": None})
    failed = {"call_id": "c3", "run_id": OTHER, "status": "failed", "error_class": "ProviderDown", "cost_usd": 0.0}
    put(store, tenant, LlmCall, CALL | failed | {"kickoff_id": "k2", "prompt_tokens": 0, "completion_tokens": 0})
    tool = {"tool_call_id": "c1:0", "kickoff_id": "k1", "run_id": RUN, "tool": "=HYPERLINK(1)", "status": "refused"}
    put(store, tenant, ToolCall, tool | {"arguments": {"field": "os"}, "error_class": "ForbiddenTool"})
    said = {"kickoff_id": "k1", "run_id": RUN, "crew": "assessment", "subject": "application:crm", "agent": "Risk"}
    calls = [{"function": {"name": "risk_factors", "arguments": "{}"}}]
    put(
        store,
        tenant,
        CrewMessage,
        said | {"number": 1, "role": "user", "content": "Weigh [this] \x1b[31mnow"},
        said | {"number": 2, "role": "assistant", "content": "", "artefact": {"tool_calls": calls}},
    )
    return tenant


def put(store, tenant, table, *rows):
    blanks = {str: "", int: 0, float: 0.0, datetime: datetime.now(UTC)}
    blank = {
        name: [] if "list" in str(field.annotation) else {} if "dict" in str(field.annotation) else None
        for name, field in table.model_fields.items()
    } | {name: blanks[field.annotation] for name, field in table.model_fields.items() if field.annotation in blanks}
    store.append(tenant, {table: pd.DataFrame([blank | row for row in rows])})


def run(*words, code=0):
    result = CliRunner().invoke(cli, [str(word) for word in words], standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    assert result.return_value == code, result.output
    return result.stdout


def document(*words, code=0):
    return json.loads(run(*words, "--json", code=code))


def test_calls_are_filtered_paged_and_totalled(used):
    told = document("llm", "calls", "--tenant", used, "--run", RUN[:8], "--agent", "risk", "--limit", 1, "--page", 2)
    assert (len(told["rows"]), told["total"], told["page"], told["pages"]) == (1, 2, 2, 2)
    assert (told["totals"]["cost_usd"], told["totals"]["unknown_prices"]) == (0.01, 1)
    told = document("llm", "calls", "--tenant", used, "--where", "cost_usd>0.001", "--where", "crew=assessment")
    assert [row["call_id"] for row in told["rows"]] == ["c1"]
    told = document(
        "llm", "calls", "--tenant", used, "--status", "failed", "--application", "crm", "--since", "2026-01-01"
    )
    assert told["totals"]["failures"] == {"ProviderDown": 1}
    assert document("llm", "calls", "--tenant", used, "--provider", "nobody")["rows"] == []


def test_people_see_a_table_that_fits_and_the_totals(used):
    shown = run("llm", "calls", "--tenant", used)
    assert "page 1 of 1, 3 rows" in shown
    assert "in every row: crew assessment, task register_risks, model gpt-4.1" in shown
    assert all(len(line) <= 140 for line in shown.splitlines() if line.startswith(("┃", "│")))
    assert "unknown_prices 1" in shown and "ProviderDown 1" in shown
    assert "no row on page 4; the last is 1" in run("llm", "calls", "--tenant", used, "--page", 4)


def test_csv_has_all_columns_and_nothing_that_a_spreadsheet_would_run(used):
    rows = list(csv.DictReader(io.StringIO(run("llm", "tools", "--tenant", used, "--csv"))))
    assert list(rows[0]) == ToolCall.columns()
    assert (rows[0]["tool"], rows[0]["arguments"]) == ("'=HYPERLINK(1)", '{"field": "os"}')


def test_a_conversation_is_printed_in_order_and_harmless(used):
    shown = run("llm", "messages", "--tenant", used, "--kickoff", "k1")
    assert shown.index("1. user, Risk") < shown.index("2. assistant, Risk")
    assert "Weigh [this] �[31mnow" in shown and "\x1b" not in shown
    assert "asks risk_factors {}" in shown
    assert [row["number"] for row in document("llm", "messages", "--tenant", used, "--kickoff", "k1")["rows"]] == [1, 2]


def test_what_cannot_be_asked_is_one_line(used, capsys):
    for words, message in (
        (("llm", "calls", "--where", "price>1"), "cannot filter llm_calls by 'price>1': there is no column 'price'"),
        (("llm", "tools", "--sort", "cost"), "cannot sort tool_calls by 'cost'"),
        (("llm", "messages", "--kickoff", "zz"), "no conversation of that id is kept; such as k1"),
        (("llm", "policy", "--set", "budget.run_eur=1"), "there is no such rule; the nearest are budget.run_usd"),
        (("llm", "policy", "--set", "model_for.assessment=gpt-9"), "cannot use model 'gpt-9'"),
        (("runs", "compare", "zz", RUN), "cannot find run 'zz'"),
        (("cost", "--model", "nobody/x"), "'nobody' is no provider"),
    ):
        with pytest.raises(SystemExit) as stopped:
            main([*words, "--tenant", used])
        assert stopped.value.code == 1
        error = capsys.readouterr().err
        assert message in error
        assert "Traceback" not in error


def test_rules_are_set_typed_shown_and_unset(used):
    told = document("llm", "policy", "--tenant", used, "--set", "budget.tenant_usd=2", "--set", "models=cost")
    rules = {row["rule"]: row for row in told["rules"]}
    assert (rules["budget.tenant_usd"]["value"], rules["models"]["value"]) == (2.0, "cost")
    assert (told["month"]["usd"], told["left"]) == (0.01, {"tenant_usd": 1.99})
    shown = run("llm", "policy", "--tenant", used, "--unset", "models")
    assert "balanced" in shown and "left of tenant_usd: 1.99" in shown


def test_nothing_is_set_where_one_rule_is_wrong(used):
    from aidiscover_pipelines.domain.errors import ConfigError

    with pytest.raises(ConfigError):
        run("llm", "policy", "--tenant", used, "--set", "models=cost", "--set", "budget.run_usd=much")
    assert not any(row["is_set"] for row in document("llm", "policy", "--tenant", used)["rules"])


def test_expired_rows_are_deleted_on_demand(used, store):
    put(store, used, KeptResponse, {"prompt_hash": "p", "expires_at": datetime(2026, 1, 1, tzinfo=UTC)})
    assert document("llm", "clean", "--tenant", used)["deleted"]["llm_responses"] == 1
    assert "0 of llm_responses" in run("llm", "clean", "--tenant", used)


def test_a_dollar_budget_cannot_be_foretold_where_a_stand_in_has_no_price(used):
    run("llm", "policy", "--tenant", used, "--set", "budget.run_usd=2")
    for chain, fits, code in (("ollama", "yes", 0), ("ollama, openai_compatible/x", "unknown", 3)):
        (row,) = (
            one
            for one in document("cost", "--tenant", used, "--model", chain, "--applications", 9, code=code)["budgets"]
            if one["rule"] == "budget.run_usd"
        )
        assert row["fits"] == fits, chain


def test_runs_are_listed_and_compared(used, store):
    put(store, used, SettledRun, {"run_id": RUN, "recommendations": 5})
    assert {row["run_id"] for row in document("runs", "list", "--tenant", used)["runs"]} == {RUN, OTHER}
    told = document("runs", "compare", "--tenant", used, RUN[:4], OTHER[:4])
    assert told["total"]["calls"] == [2, 1]
    assert told["recommendations"] == {"missing": OTHER}
    shown = run("runs", "compare", "--tenant", used, RUN[:4], OTHER[:4])
    assert f"recommendations cannot be compared: run {OTHER} settled none" in shown


def test_a_cost_that_does_not_fit_says_what_would(used):
    run("llm", "policy", "--tenant", used, "--set", "budget.run_tokens=1000")
    told = document("cost", "--tenant", used, "--applications", 100, code=3)
    (row,) = (row for row in told["budgets"] if row["rule"] == "budget.run_tokens")
    assert row["fits"] == "no"
    run("llm", "policy", "--tenant", used, "--set", f"budget.run_tokens={row['set_to']}")
    assert document("cost", "--tenant", used, "--applications", 100)["budgets"][0]["fits"] == "yes"
    assert "budget.run_tokens fits" in run("cost", "--tenant", used, "--applications", 100)
