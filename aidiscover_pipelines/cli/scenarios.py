"""What the plan would be under another goal or policy, side by side; nothing is stored."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aidiscover_pipelines.cli.output import DONE, console, counted, emit, json_option, table
from aidiscover_pipelines.cli.portfolio import tenant_option
from aidiscover_pipelines.cli.runs import open_portfolio
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import tenant_id

if TYPE_CHECKING:
    from aidiscover_pipelines.strategy.policy.policy import Policy

_ROWS_SHOWN = 40
_TODAY = "today"


@click.command()
@tenant_option
@click.option("--goal", "goals", multiple=True, help="A goal; may be given again. All others when nothing is named.")
@click.option(
    "--policy",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A tenant's policy file instead of the one in force; may be given again.",
)
@json_option
def scenarios(tenant: str, goals: tuple[str, ...], files: tuple[Path, ...], as_json: bool) -> int:
    """Compare today's plan with what other goals or policy files would make of it, and list what moves."""
    from aidiscover_pipelines.strategy.policy.overlay import read_overlay
    from aidiscover_pipelines.strategy.policy.policy import shipped_policy
    from aidiscover_pipelines.strategy.policy.tenant import policy_in_force
    from aidiscover_pipelines.strategy.scenarios.comparison import compare
    from aidiscover_pipelines.strategy.scenarios.scenarios import other_goals

    name, store = tenant_id(tenant), open_portfolio(Settings.from_environment())
    store.tenant(name, "compare scenarios")
    current = policy_in_force(store, name).policy
    asked: dict[str, Policy] = {f"goal {goal}": current.towards(goal) for goal in goals}
    asked |= {str(file): read_overlay(file).over(shipped_policy()) for file in files}
    document = compare(store, name, datetime.now(UTC).date(), current, asked or other_goals(current))
    if as_json:
        emit({"tenant": name, **document})
    else:
        _show(document)
    return DONE


def _show(document: dict[str, Any]) -> None:
    if not document["applications"]:
        console.print("there are no applications to compare", markup=False)
        return
    columns = [{"name": _TODAY, "moved": "", **document["today"]}, *document["scenarios"]]
    names = [column["name"] for column in columns]
    rows = [[strategy, *(column["counts"][strategy] for column in columns)] for strategy in columns[0]["counts"]]
    rows.append(["moved", *(column["moved"] for column in columns)])
    rows.append(["mean confidence", *(column["mean_confidence"] for column in columns)])
    rows.append(["effort, person days", *(_range(column["effort_days"]) for column in columns)])
    rows.append(["cost, USD a month", *(_range(column["cost_month"]) for column in columns)])
    held = counted(document["held_by_people"], "application")
    console.print(table(f"{document['policy']}; people hold {held} in every scenario", ["", *names], rows))
    moved = document["moved"]
    shown = [
        [row["name"], row["today"], *(row["becomes"].get(name, "") for name in names[1:]), _why(row["why"])]
        for row in moved[:_ROWS_SHOWN]
    ]
    if shown:
        title = counted(len(moved), "application") + " would move"
        console.print(table(title, ["application", _TODAY, *names[1:], "what moves it"], shown))
    if len(moved) > _ROWS_SHOWN:
        console.print(f"... and {len(moved) - _ROWS_SHOWN} more; --json lists all", markup=False)


def _range(band: dict[str, int] | None) -> str:
    if band is None:
        return "switched off"
    return f"{band['low']:,} to {band['high']:,}, {band['unknown']:,} unknown"


def _why(whys: dict[str, str]) -> str:
    """Each distinct reason once."""
    return "\n".join(dict.fromkeys(whys.values()))
