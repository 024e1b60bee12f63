"""Two runs side by side: what each asked and what it cost."""

from datetime import timedelta

import pytest

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.tables import LlmCall, SettledRun, ToolCall
from aidiscover_pipelines.governance.comparison import compare_calls, list_runs, resolve_run


@pytest.fixture
def two_runs(ledger, add, now):
    """Run aaa: two calls of one kickoff; run bbb: one dearer call; run ccc settled and asked nobody."""
    call = {"crew": "assessment", "prompt_tokens": 100, "completion_tokens": 10, "cost_usd": 0.1, "latency_ms": 10.0}
    old = call | {"run_id": "aaa", "kickoff_id": "k1", "at": now - timedelta(days=1)}
    add(*ledger, LlmCall, old, old | {"status": "failed", "error_class": "ProviderDown", "cost_usd": 0.0})
    add(*ledger, LlmCall, call | {"run_id": "bbb", "kickoff_id": "k2", "crew": "discovery", "cost_usd": 0.5})
    tool = {"crew": "assessment", "run_id": "aaa", "tool": "policy_scores", "status": "returned"}
    add(*ledger, ToolCall, tool, tool | {"status": "refused"}, tool | {"run_id": "bbb", "crew": "discovery"})
    add(*ledger, SettledRun, {"run_id": "ccc", "recommendations": 7, "changed": 2, "at": now + timedelta(days=1)})
    return ledger


def test_runs_are_listed_newest_first_with_what_they_used_and_settled(two_runs):
    runs = list_runs(*two_runs)
    assert [run["run_id"] for run in runs] == ["ccc", "bbb", "aaa"]
    assert (runs[0]["calls"], runs[0]["first_call"], runs[0]["recommendations"], runs[0]["changed"]) == (0, None, 7, 2)
    assert (runs[2]["calls"], runs[2]["tokens"], runs[2]["cost_usd"], runs[2]["failures"]) == (2, 220, 0.1, 1)
    assert runs[2]["recommendations"] is None
    assert runs[2]["first_call"] == "2026-11-20T12:00:00+00:00"


def test_each_measure_comes_as_a_pair_in_total_and_by_crew(two_runs):
    told = compare_calls(*two_runs, "aaa", "bbb")
    total = told["total"]
    assert (total["kickoffs"], total["calls"], total["tool_calls"]) == ([1, 1], [2, 1], [2, 1])
    assert (total["tokens"], total["cost_usd"], total["failures"]) == ([220, 110], [0.1, 0.5], [1, 0])
    assert [(crew["crew"], crew["calls"]) for crew in told["crews"]] == [("assessment", [2, 0]), ("discovery", [0, 1])]
    assert told["statuses"] == {"answered": [1, 1], "failed": [1, 0]}
    assert told["failures"] == {"ProviderDown": [1, 0]}
    assert (told["tools"], told["tools_refused_or_failed"]) == ({"policy_scores": [2, 1]}, [1, 0])


def test_a_run_may_be_given_by_the_beginning_of_its_id(two_runs):
    runs = list_runs(*two_runs)
    assert resolve_run(runs, two_runs[1], "a") == "aaa"
    with pytest.raises(ConfigError, match=r"cannot find run 'x' of tenant .*the latest are ccc, bbb, aaa") as refused:
        resolve_run(runs, two_runs[1], "x")
    assert "\n" not in str(refused.value)


def test_a_tenant_without_runs_has_none(ledger):
    assert list_runs(*ledger) == []
    with pytest.raises(ConfigError, match="the latest are none"):
        resolve_run([], ledger[1], "x")
