"""Runs of a tenant: which there were, and how two of them differ in what they asked of models and tools."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.tables import LlmCall, SettledRun, ToolCall
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.governance.usage import MEASURES, measure, measure_all, read_calls
from aidiscover_pipelines.ports import PortfolioStore

RETURNED = "returned"
LATEST_NAMED = 3
SHOWN_ID_CHARS = 8


def list_runs(store: PortfolioStore, tenant: TenantId) -> list[dict[str, Any]]:
    """Runs that asked a model or settled recommendations, the newest first.

    {"run_id", "began", "first_call", "last_call", "calls", "tokens", "cost_usd", "failures", "recommendations",
    "changed"}; times are ISO 8601 in UTC, None where the run made no call or settled nothing, as are the last two.
    """
    columns = ["run_id", "prompt_tokens", "completion_tokens", "cost_usd", "error_class", "at"]
    calls = store.read(tenant, LlmCall, columns=columns)
    calls = calls.assign(
        tokens=calls["prompt_tokens"] + calls["completion_tokens"], failed=calls["error_class"] != "", one=1
    )
    asked = calls.groupby("run_id").agg(
        first_call=("at", "min"),
        last_call=("at", "max"),
        calls=("one", "sum"),
        tokens=("tokens", "sum"),
        cost_usd=("cost_usd", "sum"),
        failures=("failed", "sum"),
    )
    settled = store.read(tenant, SettledRun).set_index("run_id")
    table = asked.join(settled, how="outer")
    table["began"] = table["at"].fillna(table["first_call"])
    rows = table.sort_values("began", ascending=False, kind="stable").reset_index().to_dict("records")
    return [_run({str(name): value for name, value in row.items()}) for row in rows]


def resolve_run(runs: Sequence[Mapping[str, Any]], tenant: TenantId, given: str) -> str:
    """The id of a run given by its beginning. Raises: ConfigError naming the latest runs."""
    ids = [str(run["run_id"]) for run in runs]
    if given in ids:
        return given
    found = [run_id for run_id in ids if given and run_id.startswith(given)]
    if len(found) == 1:
        return found[0]
    problem = f"{len(found)} runs begin so" if found else "no run of that id asked a model or settled recommendations"
    latest = ", ".join((found or ids)[:LATEST_NAMED]) or "none"
    raise ConfigError(
        f"cannot find run {given!r} of tenant {tenant!r}: {problem}; the latest are {latest}; "
        f"see 'aidiscover runs list --tenant {tenant}'"
    )


def compare_calls(store: PortfolioStore, tenant: TenantId, first: str, second: str) -> dict[str, Any]:
    """What two runs asked: each measure as [first, second], in total and by crew, statuses and uses by tool.

    {"total": {measure: pair}, "crews": [{"crew", measure: pair}], "statuses": {status: pair}, "failures": {class:
    pair}, "tools": {tool: pair}, "tools_refused_or_failed": pair}; measures are tool_calls and usage.MEASURES.
    """
    runs = (first, second)
    calls = read_calls(store, tenant, runs)
    tools = store.read(tenant, ToolCall, columns=["run_id", "crew", "tool", "status"], run_id=list(runs))
    by_crew = measure(calls, ["run_id", "crew"])
    crews = sorted({*calls["crew"], *tools["crew"]})
    return {
        "total": {
            "tool_calls": _pair(tools["run_id"], runs),
            **_joined([measure_all(calls[calls["run_id"] == run]) for run in runs]),
        },
        "crews": [
            {
                "crew": crew,
                "tool_calls": _pair(tools.loc[tools["crew"] == crew, "run_id"], runs),
                **_joined([_row(by_crew, run, crew) for run in runs]),
            }
            for crew in crews
        ],
        "statuses": _by_value(calls, "status", runs),
        "failures": _by_value(calls[calls["error_class"] != ""], "error_class", runs),
        "tools": _by_value(tools, "tool", runs),
        "tools_refused_or_failed": _pair(tools.loc[tools["status"] != RETURNED, "run_id"], runs),
    }


def _run(row: Mapping[str, Any]) -> dict[str, Any]:
    counted = {name: int(_number(row[name])) for name in ("calls", "tokens", "failures")}
    settled = pd.notna(row["recommendations"])
    return {
        "run_id": row["run_id"],
        **{name: _time(row[name]) for name in ("began", "first_call", "last_call")},
        **counted,
        "cost_usd": round(_number(row["cost_usd"]), 6),
        "application": row["application_id"] or None if settled else None,
        "recommendations": int(row["recommendations"]) if settled else None,
        "changed": int(row["changed"]) if settled else None,
    }


def _number(value: Any) -> float:
    return 0.0 if pd.isna(value) else float(value)


def _time(value: Any) -> str | None:
    return None if pd.isna(value) else str(value.isoformat(timespec="seconds"))


def _pair(runs_of_rows: pd.Series, runs: tuple[str, str]) -> list[int]:
    return [int((runs_of_rows == run).sum()) for run in runs]


def _by_value(rows: pd.DataFrame, column: str, runs: tuple[str, str]) -> dict[str, list[int]]:
    return {value: _pair(rows.loc[rows[column] == value, "run_id"], runs) for value in sorted(set(rows[column]))}


def _row(by_crew: pd.DataFrame, run: str, crew: str) -> dict[str, float | int]:
    mine = by_crew[(by_crew["run_id"] == run) & (by_crew["crew"] == crew)]
    return {name: mine[name].fillna(0).tolist()[0] if len(mine) else 0 for name in MEASURES}


def _joined(measured: list[dict[str, float | int]]) -> dict[str, list[float | int]]:
    return {name: [one[name] for one in measured] for name in MEASURES}
