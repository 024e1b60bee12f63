"""The policy of the six Rs: what decides, a check of a file, and a tenant's own declaration with its history."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aidiscover_pipelines.cli.corrections import by_option
from aidiscover_pipelines.cli.output import DONE, FAILED, NEEDS_REVIEW, console, emit, json_option, messages, table
from aidiscover_pipelines.cli.portfolio import tenant_option
from aidiscover_pipelines.cli.runs import open_portfolio
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import tenant_id

if TYPE_CHECKING:
    from aidiscover_pipelines.strategy.policy.policy import Policy
    from aidiscover_pipelines.strategy.policy.tenant import InForce

_SHIPPED = "the shipped policy"
note_option = click.option("--note", default="", help="Why; it stands in the history.")


@click.group()
def policy() -> None:
    """See and change what decides between the six Rs: goal, points, hard constraints, bands."""


@policy.command()
@click.option("--tenant", default="", help="Registered tenant; the shipped policy when left out.")
@json_option
def show(tenant: str, as_json: bool) -> int:
    """Show the policy in force with the ids of its constraints and criteria; exits with 3 where it is not used."""
    from aidiscover_pipelines.strategy.policy.policy import shipped_policy
    from aidiscover_pipelines.strategy.policy.tenant import policy_in_force

    if not tenant:
        return _show(shipped_policy(), {"tenant": "", "number": 0, "declared": {}, "faults": []}, as_json)
    name, store = tenant_id(tenant), open_portfolio(Settings.from_environment())
    store.tenant(name, "show the policy")
    standing = policy_in_force(store, name)
    told = {
        "tenant": name,
        "number": standing.number,
        "declared": standing.overlay.document,
        "faults": list(standing.faults),
    }
    return _show(standing.policy, told, as_json)


@policy.command()
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def check(file: Path, as_json: bool) -> int:
    """Check a tenant's FILE, all faults at once; exits with 3 where its constraints could forbid all six Rs."""
    from aidiscover_pipelines.domain.errors import InvalidPolicy
    from aidiscover_pipelines.strategy.policy.contradictions import possible_contradictions
    from aidiscover_pipelines.strategy.policy.overlay import read_overlay
    from aidiscover_pipelines.strategy.policy.policy import shipped_policy

    try:
        checked = read_overlay(file).over(shipped_policy())
    except InvalidPolicy as error:
        if as_json:
            emit({"file": str(file), "faults": list(error.faults), "warnings": []})
        messages.print(f"aidiscover: {error}", markup=False, highlight=False, soft_wrap=True)
        return FAILED
    warnings = possible_contradictions(checked)
    if as_json:
        emit({"file": str(file), "policy": checked.label, "faults": [], "warnings": warnings})
    else:
        for warning in warnings:
            messages.print(f"for some applications, {warning}", markup=False, highlight=False, soft_wrap=True)
        console.print(f"{file.name} is valid: {checked.label}", markup=False)
    return NEEDS_REVIEW if warnings else DONE


@policy.command(name="set")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--goal", default="", help="Only the goal, or another than the file's: speed, cost, risk ...")
@tenant_option
@note_option
@by_option
@json_option
def set_policy(file: Path | None, goal: str, tenant: str, note: str, by: str, as_json: bool) -> int:
    """Put the tenant's FILE in force, or another goal alone; recommendations follow in the next run."""
    from aidiscover_pipelines.domain.errors import ConfigError
    from aidiscover_pipelines.strategy.policy.overlay import overlay_of, read_overlay
    from aidiscover_pipelines.strategy.policy.tenant import declare_policy, policy_in_force

    if file is None and not goal:
        raise click.UsageError("Give a FILE, '--goal', or both.")
    name, store = tenant_id(tenant), open_portfolio(Settings.from_environment())
    store.tenant(name, "set the policy")
    standing = policy_in_force(store, name)
    if file is None and standing.faults:
        raise ConfigError(
            f"cannot set the goal alone: the declaration of tenant {name!r} no longer fits this version "
            f"({standing.faults[0]}); correct its file and set it together with the goal"
        )
    declared = read_overlay(file) if file else standing.overlay
    if goal:
        declared = overlay_of({**declared.document, "goal": goal}, file.name if file else "--goal")
    return _told(declare_policy(store, name, declared, note, by, datetime.now(UTC)), name, as_json)


@policy.command()
@tenant_option
@note_option
@by_option
@json_option
def reset(tenant: str, note: str, by: str, as_json: bool) -> int:
    """Go back to the shipped policy; the history stays."""
    from aidiscover_pipelines.strategy.policy.overlay import Overlay
    from aidiscover_pipelines.strategy.policy.tenant import declare_policy

    name, store = tenant_id(tenant), open_portfolio(Settings.from_environment())
    return _told(declare_policy(store, name, Overlay(), note, by, datetime.now(UTC)), name, as_json)


@policy.command()
@tenant_option
@json_option
def history(tenant: str, as_json: bool) -> int:
    """List what was declared, the newest first."""
    from aidiscover_pipelines.strategy.policy.tenant import declared_policies

    name = tenant_id(tenant)
    listed = declared_policies(open_portfolio(Settings.from_environment()), name)
    if as_json:
        emit({"tenant": name, "declarations": listed})
        return DONE
    rows = [
        [row["number"], f"{row['at']:%Y-%m-%d %H:%M}", row["by"], row["note"], ", ".join(row["document"]) or _SHIPPED]
        for row in listed
    ]
    console.print(table(f"Policies of {name}", ["number", "at", "by", "note", "declares"], rows))
    return DONE


def _show(shown: "Policy", told: dict[str, Any], as_json: bool) -> int:
    code = NEEDS_REVIEW if told["faults"] else DONE
    if as_json:
        emit({**told, "policy": shown.label, **shown.model_dump(mode="json", exclude_defaults=True)})
        return code
    for fault in told["faults"]:
        messages.print(f"declaration {told['number']} is not used: {fault}", markup=False, soft_wrap=True)
    changes = ", ".join(told["declared"])
    console.print(f"{shown.label}" + (f"; the tenant declares {changes}" if changes else f"; {_SHIPPED}"), markup=False)
    constraints = [
        [
            each.id,
            f"only {each.mandates}" if each.mandates else f"not {', '.join(each.excludes)}",
            each.when,
            each.citation,
        ]
        for each in shown.constraints
    ]
    console.print(table("Hard constraints", ["id", "means", "when", "citation"], constraints))
    factors = {each.theme: shown.factor(each.theme) for each in shown.criteria}
    criteria = [
        [each.id, each.strategy, f"{each.points * factors[each.theme]:+.2f}", each.theme, each.when]
        for each in shown.criteria
    ]
    console.print(table("Arguments under this goal", ["id", "for", "points", "theme", "when"], criteria))
    return code


def _told(standing: "InForce", name: str, as_json: bool) -> int:
    """Say what is in force now; a set of constraints that could contradict is named, and asks for a look."""
    from aidiscover_pipelines.strategy.policy.contradictions import possible_contradictions

    warnings = possible_contradictions(standing.policy)
    if as_json:
        emit(
            {
                "tenant": name,
                "number": standing.number,
                "policy": standing.policy.label,
                "declared": standing.overlay.document,
                "warnings": warnings,
            }
        )
        return NEEDS_REVIEW if warnings else DONE
    for warning in warnings:
        messages.print(f"for some applications, {warning}", markup=False, highlight=False, soft_wrap=True)
    console.print(f"policy of {name}: {standing.policy.label}", markup=False)
    console.print(f"next: aidiscover scenarios --tenant {name}; aidiscover discover --tenant {name}", markup=False)
    return NEEDS_REVIEW if warnings else DONE
