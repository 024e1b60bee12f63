"""The review queue: doubtful columns and recommendations that wait for a person, and the answers to both."""

from typing import Any

import click

from aidiscover_pipelines.cli import decisions
from aidiscover_pipelines.cli.corrections import by_option
from aidiscover_pipelines.cli.output import DONE, NEEDS_REVIEW, console, emit, json_option
from aidiscover_pipelines.cli.portfolio import tenant_option
from aidiscover_pipelines.cli.runs import open_portfolio
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import TenantId, tenant_id

_SAMPLES, _SAMPLE_CHARS = 3, 40

ids_option = click.option("--id", "ids", multiple=True, help="Column id, as listed; may be given again.")


@click.group(invoke_without_command=True)
@click.option("--tenant", help="Registered tenant, see 'aidiscover tenant list'.")
@json_option
@click.pass_context
def review(context: click.Context, tenant: str | None, as_json: bool) -> int:
    """List columns and recommendations that wait for a person, what matters most first; exits with 3 while any does."""
    if context.invoked_subcommand is not None:
        return DONE
    if tenant is None:
        raise click.UsageError("Missing option '--tenant'.")
    name = tenant_id(tenant)
    columns, recommendations = _waiting(name), decisions.waiting_recommendations(name)
    found = len(columns) + len(recommendations)
    if as_json:
        answer = [*_how(name), *decisions.how_to_answer(name)]
        emit(
            {"tenant": name, "waiting": found, "columns": columns, "recommendations": recommendations, "answer": answer}
        )
        return NEEDS_REVIEW if found else DONE
    for column in columns:
        _print(column)
    for line in _how(name) if columns else ():
        console.print(line, markup=False, soft_wrap=True)
    if recommendations:
        decisions.print_waiting(name, recommendations)
    if not found:
        console.print("nothing waits")
    return NEEDS_REVIEW if found else DONE


for command in (
    decisions.approve,
    decisions.override,
    decisions.comment,
    decisions.lock,
    decisions.unlock,
    decisions.withdraw,
    decisions.history,
):
    review.add_command(command)


@review.command()
@tenant_option
@ids_option
@click.option("--all-above", type=click.FloatRange(0, 1), help="Every waiting column at least this sure.")
@by_option
@json_option
def accept(tenant: str, ids: tuple[str, ...], all_above: float | None, by: str, as_json: bool) -> int:
    """Confirm what the mapper proposes."""
    name = tenant_id(tenant)
    if not ids and all_above is None:
        raise click.UsageError("Give '--id' or '--all-above'.")
    above = [] if all_above is None else [c["id"] for c in _waiting(name) if c["confidence"] >= all_above]
    return _answer(name, dict.fromkeys([*ids, *above]), by, as_json)


@review.command(name="set")
@tenant_option
@ids_option
@click.option("--field", required=True, help="Canonical field, or ignore.")
@by_option
@json_option
def set_field(tenant: str, ids: tuple[str, ...], field: str, by: str, as_json: bool) -> int:
    """Say what a column means instead."""
    if not ids:
        raise click.UsageError("Missing option '--id'.")
    return _answer(tenant_id(tenant), dict.fromkeys(ids, field), by, as_json)


def _print(column: dict[str, Any]) -> None:
    """Three lines: which column, what it is read as, what that rests on."""
    where = column["file"] if column["sheet"] == column["file"] else f"{column['file']} / {column['sheet']}"
    others = ", ".join(f"{other['field']} {other['confidence']:.2f}" for other in column["alternatives"])
    lines = (
        f"{column['id']}  {column['header']!r} of {where}, {column['rows']} rows: {' | '.join(column['samples'])}",
        f"    read as {column['field']} {column['confidence']:.2f}{f', or {others}' if others else ''}",
        f"    why: {column['reason']}",
    )
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _answer(tenant: TenantId, answers: dict[str, Any], by: str, as_json: bool) -> int:
    from aidiscover_pipelines.mapping.learning import answer_review

    stored = answer_review(open_portfolio(Settings.from_environment()), tenant, answers, by)
    left = len(_waiting(tenant))
    if as_json:
        emit({"tenant": tenant, "corrections": stored, "waiting": left})
    else:
        console.print(f"{len(stored)} answers stored, {left} columns wait", markup=False)
        console.print(f"the next 'aidiscover discover --tenant {tenant}' uses them", markup=False)
    return NEEDS_REVIEW if left else DONE


def _waiting(tenant: TenantId) -> list[dict[str, Any]]:
    """The queue as the document shows it."""
    from aidiscover_pipelines.mapping.learning import sample_values, waiting

    store = open_portfolio(Settings.from_environment())
    queue = waiting(store, tenant)
    told = (
        "id",
        "file",
        "sheet",
        "header",
        "field",
        "unit",
        "statistic",
        "confidence",
        "alternatives",
        "rows",
        "reason",
    )
    columns = []
    for row, values in zip(queue.to_dict("records"), sample_values(store, tenant, queue), strict=True):
        shown = {name: row[name] if isinstance(row[name], list) or row[name] == row[name] else None for name in told}
        columns.append({**shown, "samples": [text[:_SAMPLE_CHARS] for text in dict.fromkeys(values)][:_SAMPLES]})
    return columns


def _how(tenant: TenantId) -> list[str]:
    return [
        f"right: aidiscover review accept --tenant {tenant} --id ID (or --all-above 0.8)",
        f"wrong: aidiscover review set --tenant {tenant} --id ID --field FIELD (or --field ignore)",
        f"then:  aidiscover discover --tenant {tenant}",
    ]
