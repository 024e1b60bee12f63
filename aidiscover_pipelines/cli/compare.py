"""Runs of a tenant: a list of them, and two compared."""

from typing import Any

import click

from aidiscover_pipelines.cli.output import DONE, console, counted, emit, json_option, table
from aidiscover_pipelines.cli.portfolio import tenant_option
from aidiscover_pipelines.cli.runs import open_portfolio
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import tenant_id

_SHOWN = 20
_ID_CHARS = 8
_MEASURES = (
    ("kickoffs", "kickoffs"),
    ("calls", "model calls"),
    ("tool_calls", "tool calls"),
    ("tokens", "tokens"),
    ("cost_usd", "USD"),
    ("unknown_prices", "calls without a price"),
    ("failures", "failed or refused"),
    ("cache_hits", "kept answers"),
    ("p50_ms", "latency p50, ms"),
    ("p95_ms", "latency p95, ms"),
)


@click.group()
def runs() -> None:
    """See what runs used, and compare two of them."""


@runs.command(name="list")
@tenant_option
@json_option
def list_runs(tenant: str, as_json: bool) -> int:
    """List the runs that asked a model or settled recommendations, the newest first."""
    from aidiscover_pipelines.governance.comparison import list_runs as listed

    name = tenant_id(tenant)
    found = listed(open_portfolio(Settings.from_environment()), name)
    if as_json:
        emit({"tenant": name, "runs": found})
        return DONE
    if not found:
        console.print(f"no run yet; 'aidiscover discover --tenant {name}' makes one", markup=False)
        return DONE
    columns = ["run", "began (UTC)", "calls", "tokens", "USD", "failed", "recommendations", "changed"]
    rows = [
        [
            run["run_id"],
            run["began"][:19].replace("T", " "),
            run["calls"],
            f"{run['tokens']:,}",
            f"{run['cost_usd']:.4f}",
            run["failures"],
            run["application"] or run["recommendations"],
            run["changed"],
        ]
        for run in found[:_SHOWN]
    ]
    console.print(table(f"{counted(len(found), 'run')} of {name}", columns, rows))
    if len(found) > _SHOWN:
        console.print(f"... and {len(found) - _SHOWN} earlier; --json lists all", markup=False)
    return DONE


@runs.command()
@tenant_option
@click.argument("first")
@click.argument("second")
@json_option
def compare(tenant: str, first: str, second: str, as_json: bool) -> int:
    """Compare two runs, given by the beginning of their ids: calls, tokens, cost, latency, changed recommendations."""
    from aidiscover_pipelines.governance.comparison import compare_calls, list_runs, resolve_run
    from aidiscover_pipelines.strategy.history import changed_between

    name = tenant_id(tenant)
    store = open_portfolio(Settings.from_environment())
    known = list_runs(store, name)
    pair = resolve_run(known, name, first), resolve_run(known, name, second)
    document = {
        "tenant": name,
        "runs": [next(run for run in known if run["run_id"] == run_id) for run_id in pair],
        **compare_calls(store, name, *pair),
        "recommendations": changed_between(store, name, *pair),
    }
    if as_json:
        emit(document)
    else:
        _print(document)
    return DONE


def _print(document: dict[str, Any]) -> None:
    heads = [run["run_id"][:_ID_CHARS] for run in document["runs"]]
    rows = [["all crews", called, *map(_figure, document["total"][key])] for key, called in _MEASURES]
    for crew in document["crews"]:
        shown = [(key, called) for key, called in _MEASURES if any(crew[key])]
        rows += [[crew["crew"] or "outside crews", called, *map(_figure, crew[key])] for key, called in shown]
    rows += [["all crews", f"status {status}", *pair] for status, pair in document["statuses"].items()]
    rows += [["all crews", f"failure {kind}", *pair] for kind, pair in document["failures"].items()]
    console.print(table(f"Runs of {document['tenant']}", ["crew", "measure", *heads], rows))
    told = document["recommendations"]
    if "missing" in told:
        console.print(
            f"recommendations cannot be compared: run {told['missing']} settled none", markup=False, soft_wrap=True
        )
        return
    if told["changed"]:
        columns = ["application", "change", "strategy", "confidence", "decided by"]
        console.print(table("Changed recommendations", columns, [_changed(row) for row in told["changed"]]))
    counts = f"{len(told['changed'])} changed, {told['reworded']} in other words only, {told['same']} the same"
    console.print(f"recommendations: {counts}", markup=False)


def _changed(row: dict[str, Any]) -> list[str]:
    return [
        row["application"],
        row["change"],
        *(_turned(*row[name]) for name in ("strategy", "confidence", "decided_by")),
    ]


def _turned(before: Any, after: Any) -> str:
    if before == after:
        return str(after)
    return f"{'-' if before is None else before} -> {'-' if after is None else after}"


def _figure(value: float | int) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4f}".rstrip("0").rstrip(".")
