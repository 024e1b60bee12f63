"""What models were used for: calls, tokens, cost, failures and latency, added up from the ledger."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.tables import CrewAnswer, LlmCall
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.governance.budget import Used, used
from aidiscover_pipelines.governance.policy import Budget
from aidiscover_pipelines.ports import Condition, PortfolioStore

CACHED = "cached"
# What is added up; hashes and ids of single calls stay in the store.
COUNTED = [
    "kickoff_id",
    "run_id",
    "crew",
    "agent",
    "task",
    "provider",
    "model_asked",
    "model_served",
    "prompt_tokens",
    "completion_tokens",
    "cached_tokens",
    "cost_usd",
    "latency_ms",
    "status",
    "error_class",
    "at",
]
MEASURES = ["kickoffs", "calls", "tokens", "cost_usd", "unknown_prices", "failures", "cache_hits", "p50_ms", "p95_ms"]


def usage(store: PortfolioStore, tenant: TenantId, run_id: str) -> dict[str, float | int]:
    """What one run used: kickoffs, llm_calls, tokens and cost_usd. Reused answers count for the run that asked."""
    of_run = Condition("run_id", "=", run_id)
    spent, calls = used(store, tenant, of_run), store.sums(tenant, LlmCall, [], [of_run])["rows"]
    kickoffs = len(store.read(tenant, CrewAnswer, columns=["crew"], run_id=run_id))
    return {"kickoffs": kickoffs, "llm_calls": int(calls), "tokens": spent.tokens, "cost_usd": round(spent.usd, 6)}


def budget_left(budget: Budget, month: Used) -> dict[str, float | int]:
    """What is left of the tenant's month by rule; only for limits that are set. Negative where it was lowered since."""
    left: dict[str, float | int] = {}
    if budget.tenant_tokens is not None:
        left["tenant_tokens"] = budget.tenant_tokens - month.tokens
    if budget.tenant_usd is not None:
        left["tenant_usd"] = round(budget.tenant_usd - month.usd, 6)
    return left


def read_calls(store: PortfolioStore, tenant: TenantId, runs: Sequence[str] | None = None) -> pd.DataFrame:
    """The calls on record, or those of some runs: columns COUNTED and `model`, the one that answered or was asked."""
    scope: dict[str, Any] = {} if runs is None else {"run_id": list(runs)}
    calls = store.read(tenant, LlmCall, columns=COUNTED, **scope)
    return calls.assign(model=calls["model_served"].where(calls["model_served"] != "", calls["model_asked"]))


def measure(calls: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """MEASURES for each group of calls, in the order of the group's names. No calls: no rows.

    `unknown_prices` counts calls whose cost nobody knows: `cost_usd` is then too low. Latency is that of calls that
    were really made: neither kept answers nor calls refused before anything was sent.
    """
    told = calls.assign(
        tokens=calls["prompt_tokens"] + calls["completion_tokens"],
        unknown=calls["cost_usd"].isna(),
        failed=calls["error_class"] != "",
        hit=calls["status"] == CACHED,
        kickoff=calls["kickoff_id"].where(calls["kickoff_id"] != ""),
        waited=calls["latency_ms"].where(~calls["status"].isin([CACHED, "refused"])),
    )
    grouped = told.groupby(list(by), sort=True)
    table = grouped.agg(
        kickoffs=("kickoff", "nunique"),
        calls=("status", "size"),
        tokens=("tokens", "sum"),
        cost_usd=("cost_usd", "sum"),
        unknown_prices=("unknown", "sum"),
        failures=("failed", "sum"),
        cache_hits=("hit", "sum"),
        p50_ms=("waited", "median"),
        p95_ms=("waited", lambda values: values.quantile(0.95)),
    )
    return table.reset_index().round({"cost_usd": 6, "p50_ms": 1, "p95_ms": 1})[[*by, *MEASURES]]


def measure_all(calls: pd.DataFrame) -> dict[str, float | int]:
    """MEASURES over all calls in one; zeros where there are none."""
    told = measure(calls.assign(all=""), ["all"]).fillna(0)
    return {name: told[name].tolist()[0] if len(told) else 0 for name in MEASURES}
