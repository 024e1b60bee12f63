"""The governance stage of a run: what its models used, told from the ledger, and what retention deletes."""

from datetime import datetime
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.crew import ANSWERED
from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import AgentMemory, CrewAnswer, ToolCall
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.governance import usage
from aidiscover_pipelines.governance.budget import month_to_date
from aidiscover_pipelines.governance.memory.upkeep import clean
from aidiscover_pipelines.governance.policy import read_policy
from aidiscover_pipelines.governance.retention import clean_ledger
from aidiscover_pipelines.ports import PortfolioStore

SHOWN = 10
DAYS_SHOWN = 20


def summarise_usage(store: PortfolioStore, tenant: TenantId, run: RunRef, now: datetime) -> StageResult:
    """Tokens, cost, failures and latency by crew, model, agent, provider and day; then delete what has expired.

    rows_in counts the calls on record, rows_out those of this run; `skipped` counts this run's fallbacks by reason.
    Figures are this run's and the month's, tables are of all calls on record. Raises: ConfigError for a stored policy
    that does not hold.
    """
    policy = read_policy(store, tenant)
    calls = usage.read_calls(store, tenant)
    mine = calls[calls["run_id"] == run.run_id]
    tools = store.read(tenant, ToolCall, columns=["tool", "status"], run_id=run.run_id)
    answers = store.read(tenant, CrewAnswer, columns=["status", "reason", "seconds"], run_id=run.run_id)
    fallbacks = answers.loc[answers["status"] != ANSWERED, "reason"]
    told = usage.measure_all(mine)
    month = month_to_date(store, tenant, now)
    left = usage.budget_left(policy.budget, month)
    memories = clean(store, tenant, policy.keep_days, now)
    deleted = {**clean_ledger(store, tenant, policy, now), AgentMemory.table: sum(memories.values())}
    return StageResult(
        rows_in=len(calls),
        rows_out=len(mine),
        skipped=_counts(fallbacks.value_counts()),
        preview=_rows(usage.measure(mine, ["crew", "model"])),
        figures={
            **usage.usage(store, tenant, run.run_id),
            "fallbacks": len(fallbacks),
            "tool calls": len(tools),
            "tool calls refused or failed": int((tools["status"] != "returned").sum()),
            "failed or refused calls": told["failures"],
            "calls without a known price": told["unknown_prices"],
            "share from kept answers": round(told["cache_hits"] / max(told["calls"], 1), 4),
            "latency p50, ms": told["p50_ms"],
            "latency p95, ms": told["p95_ms"],
            "seconds in kickoffs": round(float(answers["seconds"].sum()), 2),
            "tokens this month": month.tokens,
            "USD this month": round(month.usd, 6),
            **{f"left this month: {name}": value for name, value in left.items()},
            **{f"expired and deleted: {name}": rows for name, rows in deleted.items() if rows},
        },
        charts=_charts(calls, mine),
        tables=_tables(calls),
    )


def _charts(calls: pd.DataFrame, mine: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Cost is drawn where anything cost something; days without calls are left out."""
    by_day = _by_day(calls)
    charts = {
        "Tokens by crew, this run": _bars(usage.measure(mine, ["crew"]), "tokens"),
        "Tokens by agent, this run": _bars(usage.measure(mine, ["agent"]), "tokens"),
        "Tokens by day": _bars(by_day.tail(DAYS_SHOWN), "tokens"),
        "Cost by crew, USD": _bars(usage.measure(calls, ["crew"]), "cost_usd"),
        "Cost by model, USD": _bars(usage.measure(calls, ["model"]), "cost_usd"),
        "Cost by day, USD": _bars(by_day.tail(DAYS_SHOWN), "cost_usd"),
    }
    return {title: bars for title, bars in charts.items() if any(bars.values())}


def _tables(calls: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    failed = calls[calls["error_class"] != ""]
    served = calls.assign(provider=calls["provider"].where(calls["provider"] != "", "(none asked)"))
    days = _by_day(calls).iloc[::-1]
    return {
        "by model": _rows(usage.measure(calls, ["model"])),
        "by provider": _rows(usage.measure(served, ["provider"])),
        "by agent": _rows(usage.measure(calls, ["crew", "agent"])),
        "by day": _rows(days),
        "failures": _rows(failed.groupby(["error_class", "provider"]).size().reset_index(name="calls")),
    }


def _by_day(calls: pd.DataFrame) -> pd.DataFrame:
    return usage.measure(calls.assign(day=calls["at"].dt.strftime("%Y-%m-%d")), ["day"])


def _bars(table: pd.DataFrame, measure: str) -> dict[str, float]:
    return {str(name): float(value) for name, value in zip(table.iloc[:, 0], table[measure], strict=True)}


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    shown = table.head(SHOWN).astype(object)
    return [
        {str(name): value for name, value in row.items()} for row in shown.where(shown.notna(), None).to_dict("records")
    ]


def _counts(series: pd.Series) -> dict[str, int]:
    return {str(name): int(count) for name, count in series.items()}
