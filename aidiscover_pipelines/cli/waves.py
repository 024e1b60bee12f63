"""The plan in waves: make it, try another one, see it, and declare what it must keep to."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from aidiscover_pipelines.cli.corrections import by_option
from aidiscover_pipelines.cli.output import DONE, NEEDS_REVIEW, console, counted, emit, json_option, table
from aidiscover_pipelines.cli.portfolio import tenant_option
from aidiscover_pipelines.cli.runs import open_portfolio
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import RunRef, tenant_id

_FILE = click.Path(path_type=Path)
# Stands for the run on a plan that no run made.
_WRITTEN_BY = "waves"
_SHOWN = 30


@click.group()
def waves() -> None:
    """Plan the waves, try other plans, and declare capacity, dates and what belongs together."""


@waves.command()
@tenant_option
@click.option("--file", "path", type=_FILE, default=None, help="Planning document to try instead of the one in force.")
@click.option("--dry-run", is_flag=True, help="Show what would change against the stored plan; store nothing.")
@click.option("--capacity", type=click.IntRange(1), default=None, help="Try: most applications of a wave.")
@click.option("--start", default=None, metavar="DATE", help="Try: first day of wave 1.")
@click.option("--wave-days", type=click.IntRange(1, 366), default=None, help="Try: length of a wave, calendar days.")
@click.option("--blackout", multiple=True, metavar="FROM..TO", help="Try: days on which nothing moves; again for more.")
@json_option
def plan(
    tenant: str,
    path: Path | None,
    dry_run: bool,
    capacity: int | None,
    start: str | None,
    wave_days: int | None,
    blackout: tuple[str, ...],
    as_json: bool,
) -> int:
    """Plan the waves anew; exits with 3 where something declared could not hold."""
    from aidiscover_pipelines.strategy.waves.declared import planning_of
    from aidiscover_pipelines.strategy.waves.difference import difference
    from aidiscover_pipelines.strategy.waves.document import as_document, as_planning, read_planning
    from aidiscover_pipelines.strategy.waves.stage import preview_plan, store_plan

    tried = {"capacity": capacity, "start": start, "wave_days": wave_days, "blackout": blackout}
    if (path or any(tried.values())) and not dry_run:
        raise click.UsageError("what is only tried is not stored: add --dry-run, or use 'aidiscover waves set' first.")
    store, name = open_portfolio(Settings.from_environment()), tenant_id(tenant)
    store.tenant(name, "plan waves")
    planning = read_planning(path) if path else planning_of(store, name)
    planning = as_planning(_with(as_document(planning), tried), "what is tried")
    inputs, made = preview_plan(store, name, planning)
    changed = difference(inputs, made)
    if not dry_run:
        store_plan(store, name, RunRef(_WRITTEN_BY), made)
    if as_json:
        points = {"points": made.cost, "points_of_first_fit": made.first, "goals": made.goals, "search": made.search}
        emit({"tenant": name, **points, "stored": not dry_run, **changed})
    else:
        _tell_change(name, changed)
        _say(f"search: {made.search}; {made.cost:,} points, {made.first:,} in one pass (less is better)")
        _say("nothing was stored" if dry_run else f"stored; next: aidiscover report --tenant {name}")
    return NEEDS_REVIEW if changed["problems"] else DONE


def _with(document: dict[str, Any], tried: dict[str, Any]) -> dict[str, Any]:
    """The document with what is tried in place of what it says; blackouts are added to its own."""
    changed = {**document, **{key: tried[key] for key in ("start", "wave_days") if tried[key] is not None}}
    if tried["capacity"] is not None:
        changed["capacity"] = {**document.get("capacity", {}), "applications": tried["capacity"]}
    if tried["blackout"]:
        changed["blackouts"] = [*document.get("blackouts", []), *(_period(text) for text in tried["blackout"])]
    return changed


def _period(text: str) -> dict[str, str]:
    first, dots, last = (part.strip() for part in text.partition(".."))
    if not (first and dots and last):
        raise click.UsageError(f"'--blackout {text}' is no FROM..TO, such as 2027-03-25..2027-04-05.")
    return {"from": first, "to": last}


def _tell_change(name: str, changed: dict[str, Any]) -> None:
    counts = changed["waves"]
    until = f", until {changed['ends']['after']}" if changed["ends"]["after"] else ""
    before = f" (it was {changed['ends']['before']})" if changed["ends"]["before"] else ""
    _say(f"{counted(counts['after'], 'wave')}, {counts['before']} in the stored plan{until}{before}")
    moved = changed["moved"]
    if moved:
        rows = [[each["name"], _told(each["from"]), _told(each["to"])] for each in moved[:_SHOWN]]
        title = f"{counted(len(moved), 'application')} of {name} in another wave"
        console.print(table(title, ["application", "stored", "now"], rows))
        if len(moved) > _SHOWN:
            _say(f"and {len(moved) - _SHOWN} more; --json lists all")
    else:
        _say("no application changes its wave")
    if changed["dates"]:
        dates = [[each["wave"], each["before"] or "-", each["after"] or "-"] for each in changed["dates"][:_SHOWN]]
        console.print(table("Dates that change", ["wave", "stored", "now"], dates))
    _tell_problems(changed["problems"])


def _told(wave: int | None) -> str:
    return "-" if wave is None else "does not move" if wave == 0 else str(wave)


def _tell_problems(problems: list[dict[str, Any]]) -> None:
    if problems:
        rows = [[each["rule"], each["what"], each["relax"]] for each in problems[:_SHOWN]]
        console.print(table("What could not hold", ["rule", "what", "what to change"], rows))


@waves.command()
@tenant_option
@click.option("--wave", type=click.IntRange(0), default=None, help="Show the applications of one wave, with reasons.")
@json_option
def show(tenant: str, wave: int | None, as_json: bool) -> int:
    """Show the stored plan; exits with 3 while something declared could not hold."""
    from aidiscover_pipelines.domain.errors import ConfigError
    from aidiscover_pipelines.domain.tables import Application, PlanProblem, Wave, WaveAssignment

    store, name = open_portfolio(Settings.from_environment()), tenant_id(tenant)
    store.tenant(name, "show waves")
    held = store.read(name, Wave)
    planned = sorted(held["wave"].tolist())
    if wave and wave not in planned:
        told = f"it has {', '.join(map(str, planned))}; name one of them" if planned else "plan the waves first"
        raise ConfigError(f"cannot show wave {wave} of tenant {name!r}: the stored plan has no such wave; {told}")
    problems = store.read(name, PlanProblem).to_dict("records")
    where: dict[str, Any] = {} if wave is None else {"wave": wave}
    chosen = store.read(name, WaveAssignment, **where)
    names = store.read(name, Application, columns=["application_id", "name"]).set_index("application_id")["name"]
    assigned = chosen.assign(name=chosen["application_id"].map(names)).to_dict("records")
    if as_json:
        rows = held.where(held.notna(), None).to_dict("records")
        emit({"tenant": name, "waves": rows, "assignments": assigned, "problems": problems})
        return NEEDS_REVIEW if problems else DONE
    if wave is not None:
        shown = [[each["name"], each["application_id"], each["reason"]] for each in assigned]
        console.print(table(f"Wave {wave} of {name}", ["application", "id", "why"], shown))
        return DONE
    lines = [
        [
            f"{each['wave']}{' (pilot)' if each['is_pilot'] else ''}",
            f"{each['starts']} to {each['ends']}" if isinstance(each["starts"], str) else "-",
            f"{each['applications']} of {each['capacity']}",
            each["servers"],
            each["effort_days"] or "-",
            ", ".join(f"{count} {risk}" for risk, count in each["risks"].items()),
        ]
        for each in held.to_dict("records")
    ]
    console.print(table(f"Waves of {name}", ["wave", "dates", "applications", "servers", "person days", "risk"], lines))
    _tell_problems([{str(key): value for key, value in each.items()} for each in problems])
    return NEEDS_REVIEW if problems else DONE


@waves.command()
@click.argument("path", type=_FILE)
@click.option("--tenant", default=None, help="Also look the names up in that tenant's inventory.")
@json_option
def check(path: Path, tenant: str | None, as_json: bool) -> int:
    """Check a planning document; exits with 3 where it names what the inventory does not know."""
    from aidiscover_pipelines.strategy.waves.document import as_document, read_planning

    planning = read_planning(path)
    unknown = _unknown(tenant, planning) if tenant else []
    if as_json:
        emit({"file": str(path), "document": as_document(planning), "unknown": unknown})
    else:
        _say(f"{path.name} can be used")
        _tell_unknown(unknown)
    return NEEDS_REVIEW if unknown else DONE


@waves.command(name="set")
@tenant_option
@click.option("--file", "path", type=_FILE, required=True, help="Planning document, YAML or JSON.")
@click.option("--note", required=True, help="Why; it stands in the history.")
@by_option
@json_option
def declare(tenant: str, path: Path, note: str, by: str, as_json: bool) -> int:
    """Put a planning document in force; the next plan keeps to it."""
    from aidiscover_pipelines.strategy.waves.declared import declare as store_document
    from aidiscover_pipelines.strategy.waves.document import read_planning

    store, name = open_portfolio(Settings.from_environment()), tenant_id(tenant)
    planning = read_planning(path)
    stored = store_document(store, name, planning, note, by, datetime.now(UTC))
    unknown = _unknown(tenant, planning)
    if as_json:
        emit({"tenant": name, **stored, "unknown": unknown})
    else:
        _say(f"version {stored['version']} is in force; next: aidiscover waves plan --tenant {name}")
        _tell_unknown(unknown)
    return NEEDS_REVIEW if unknown else DONE


@waves.command()
@tenant_option
@json_option
def history(tenant: str, as_json: bool) -> int:
    """List the planning documents that were in force, the newest first."""
    from aidiscover_pipelines.strategy.waves.declared import history as versions

    name = tenant_id(tenant)
    found = versions(open_portfolio(Settings.from_environment()), name)
    if as_json:
        emit({"tenant": name, "versions": found})
        return DONE
    rows = [
        [each["version"], f"{each['at']:%Y-%m-%d %H:%M}", each["by"], each["note"], ", ".join(each["document"]) or "-"]
        for each in found
    ]
    console.print(table(f"Planning documents of {name}", ["version", "at", "by", "why", "declares"], rows))
    return DONE


def _unknown(tenant: str, planning: Any) -> list[dict[str, str]]:
    from aidiscover_pipelines.strategy.waves.plan import unknown
    from aidiscover_pipelines.strategy.waves.stage import read_inputs

    store, name = open_portfolio(Settings.from_environment()), tenant_id(tenant)
    store.tenant(name, "look up names of a planning document")
    return [{"what": each.what, "hint": each.relax} for each in unknown(planning, read_inputs(store, name))]


def _tell_unknown(unknown: list[dict[str, str]]) -> None:
    for each in unknown:
        _say(f"{each['what']}; {each['hint']}")


def _say(line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)
