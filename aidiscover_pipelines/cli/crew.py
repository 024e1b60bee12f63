"""A tenant's own crews: write, check, store, draft, approve and run them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from aidiscover_pipelines.cli.corrections import by_option
from aidiscover_pipelines.cli.output import DONE, FAILED, NEEDS_REVIEW, console, emit, json_option, messages, table
from aidiscover_pipelines.cli.portfolio import tenant_option
from aidiscover_pipelines.cli.runs import open_portfolio
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import TenantId, tenant_id

file_argument = click.argument("file", type=click.Path(path_type=Path))
draft_option = click.option("--draft", is_flag=True, help="Store it without letting it run; see 'crew approve'.")


@click.group()
def crew() -> None:
    """Define, draft and run crews of your own; see docs/crews.md."""


@crew.command(name="list")
@tenant_option
@json_option
def list_crews(tenant: str, as_json: bool) -> int:
    """List a tenant's crews, with the version that runs."""
    from aidiscover_pipelines.crews.tenant_crews import crews_of

    name = tenant_id(tenant)
    rows = crews_of(open_portfolio(Settings.from_environment()), name)
    if as_json:
        emit({"tenant": name, "crews": [_told(row) for row in rows]})
        return DONE
    columns = ["crew", "status", "version", "runs", "process", "subject", "drafted by", "by"]
    shown = [[_told(row)[column.replace(" ", "_")] for column in columns] for row in rows]
    console.print(table(f"Crews of {name}", columns, shown))
    return DONE


@crew.command()
@tenant_option
@click.argument("name")
@click.option("--version", type=int, help="A version that is not the latest.")
@click.option("--versions", "list_versions", is_flag=True, help="List all versions instead.")
@json_option
def show(tenant: str, name: str, version: int | None, list_versions: bool, as_json: bool) -> int:
    """Print a definition as YAML, ready to be changed and stored again."""
    from aidiscover_pipelines.crews.definition_text import as_yaml
    from aidiscover_pipelines.crews.tenant_crews import definition_of, versions_of

    store, of = open_portfolio(Settings.from_environment()), tenant_id(tenant)
    rows = versions_of(store, of, name)
    if list_versions:
        if as_json:
            emit({"tenant": of, "crew": name, "versions": [_told(row) for row in rows]})
        else:
            shown = [
                [row["version"], row["status"], row["drafted_by"], row["by"], f"{row['at']:%F %H:%M}"] for row in rows
            ]
            console.print(table(f"Versions of {name}", ["version", "status", "drafted by", "by", "at"], shown))
        return DONE
    wanted = version or rows[-1]["version"]
    definition = definition_of(store, of, name, wanted)
    if as_json:
        emit({"tenant": of, **_told(rows[wanted - 1]), "definition": definition.model_dump(mode="json")})
    else:
        click.echo(as_yaml(definition), nl=False)
    return DONE


@crew.command()
@file_argument
@json_option
def validate(file: Path, as_json: bool) -> int:
    """List everything that is wrong with a definition; stores nothing."""
    from aidiscover_pipelines.crews.definition_rules import check_document
    from aidiscover_pipelines.domain.errors import InvalidCrew

    try:
        definition, problems = check_document(_read(file), file.name)
        if definition is not None:
            _check_with_crewai(definition)
    except InvalidCrew as problem:
        problems = [problem]
    if as_json:
        told = [{"path": one.path, "problem": one.problem, "message": str(one)} for one in problems]
        emit({"file": str(file), "valid": not problems, "problems": told})
    else:
        for one in problems:
            console.print(str(one), markup=False, highlight=False, soft_wrap=True)
        if not problems and definition is not None:
            console.print(f"crew {definition.name} is valid: {_size(definition)}", markup=False)
    return FAILED if problems else DONE


@crew.command()
@tenant_option
@file_argument
@draft_option
@by_option
@json_option
def create(tenant: str, file: Path, draft: bool, by: str, as_json: bool) -> int:
    """Store a new crew from a YAML or JSON file; bulk discovery runs it from now on."""
    from aidiscover_pipelines.crews.tenant_crews import create_crew

    return _store_definition(create_crew, tenant, file, draft, by, as_json)


@crew.command()
@tenant_option
@file_argument
@draft_option
@by_option
@json_option
def update(tenant: str, file: Path, draft: bool, by: str, as_json: bool) -> int:
    """Store a new version of a crew; earlier ones stay on file."""
    from aidiscover_pipelines.crews.tenant_crews import update_crew

    return _store_definition(update_crew, tenant, file, draft, by, as_json)


@crew.command()
@tenant_option
@click.argument("name")
@by_option
@json_option
def approve(tenant: str, name: str, by: str, as_json: bool) -> int:
    """Let a draft run, or bring back a retired crew."""
    from aidiscover_pipelines.crews.tenant_crews import ACTIVE

    return _set_status(tenant, name, ACTIVE, by, as_json)


@crew.command()
@tenant_option
@click.argument("name")
@by_option
@json_option
def delete(tenant: str, name: str, by: str, as_json: bool) -> int:
    """Retire a crew: it runs no more, and its versions stay on file."""
    from aidiscover_pipelines.crews.tenant_crews import RETIRED

    return _set_status(tenant, name, RETIRED, by, as_json)


@crew.command()
@tenant_option
@click.argument("assignment")
@click.option("--save", "name", help="Name to store the draft under; made of the first words when left out.")
@by_option
@json_option
def generate(tenant: str, assignment: str, name: str | None, by: str, as_json: bool) -> int:
    """Have a crew drafted for an assignment in your words; it runs once you approve it."""
    from aidiscover_pipelines.crews.definition_text import as_yaml
    from aidiscover_pipelines.crews.drafting import name_for
    from aidiscover_pipelines.crews.tenant_crews import DRAFT, save_draft
    from resources.crews.definitions import draft_definition

    settings, of = Settings.from_environment(), tenant_id(tenant)
    store = open_portfolio(settings)
    store.tenant(of, "draft a crew")
    definition, drafted_by, repaired = draft_definition(settings, store, of, assignment, name or name_for(assignment))
    _check_with_crewai(definition)
    version = save_draft(store, of, definition, by, drafted_by)
    if as_json:
        told = {"tenant": of, "crew": definition.name, "version": version, "status": DRAFT}
        emit({**told, "drafted_by": drafted_by, "repaired": repaired, "definition": definition.model_dump(mode="json")})
        return DONE
    click.echo(as_yaml(definition), nl=False)
    if drafted_by.startswith("offline/"):
        note = "drafted by keywords, without a model: it chose analysts, it did not understand the assignment"
        messages.print(note, markup=False)
    for one in repaired:
        messages.print(f"repaired: {one}", markup=False, highlight=False)
    return _stored(of, definition.name, version, DRAFT, False)


@crew.command()
@tenant_option
@click.argument("name")
@click.option("--application", help="Application id; the typical one of each pattern when left out.")
@json_option
def run(tenant: str, name: str, application: str | None, as_json: bool) -> int:
    """Run a crew now and store what it found; cases that were answered before are not asked again."""
    import uuid

    from aidiscover_pipelines.crews.generic.stage import run_crew
    from aidiscover_pipelines.domain.crew import ANSWERED
    from aidiscover_pipelines.domain.tenancy import RunRef
    from resources.crews.open import open_runner

    settings, of = Settings.from_environment(), tenant_id(tenant)
    store = open_portfolio(settings)
    store.tenant(of, f"run crew {name!r}")
    wanted = None if application is None else [application]
    results = run_crew(store, open_runner(settings, store), of, RunRef(str(uuid.uuid4())), name, wanted)
    if as_json:
        emit({"tenant": of, "crew": name, "results": results})
    else:
        for result in results:
            _print(result)
        if not results:
            messages.print(f"nothing to look at yet: run 'aidiscover discover --tenant {of}' first", markup=False)
    return DONE if all(result["status"] == ANSWERED for result in results) else NEEDS_REVIEW


@crew.command()
@tenant_option
@click.argument("name", required=False)
@json_option
def results(tenant: str, name: str | None, as_json: bool) -> int:
    """Show what crews found out last about each subject; of one crew, or of all."""
    from aidiscover_pipelines.domain.tables import CrewResult

    of = tenant_id(tenant)
    store = open_portfolio(Settings.from_environment())
    store.tenant(of, "show what crews found out")
    held = store.read(of, CrewResult) if name is None else store.read(of, CrewResult, crew=name)
    found = held.sort_values(["crew", "subject"]).to_dict("records")
    rows = [{str(column): row[column] for column in row} for row in found]
    if as_json:
        emit({"tenant": of, "results": rows})
        return DONE
    for row in rows:
        _print({**row, "subject": f"{row['crew']} on {row['subject']}"})
    if not rows:
        messages.print(f"nothing found out yet; see 'aidiscover crew list --tenant {of}'", markup=False)
    return DONE


def _store_definition(
    store_it: Callable[..., int], tenant: str, file: Path, draft: bool, by: str, as_json: bool
) -> int:
    from aidiscover_pipelines.crews.tenant_crews import ACTIVE, DRAFT

    name, definition, status = tenant_id(tenant), _checked(file), DRAFT if draft else ACTIVE
    version = store_it(open_portfolio(Settings.from_environment()), name, definition, by, status=status)
    return _stored(name, definition.name, version, status, as_json)


def _set_status(tenant: str, name: str, status: str, by: str, as_json: bool) -> int:
    from aidiscover_pipelines.crews.tenant_crews import set_status

    of = tenant_id(tenant)
    version = set_status(open_portfolio(Settings.from_environment()), of, name, status, by)
    return _stored(of, name, version, status, as_json)


def _print(result: dict[str, Any]) -> None:
    heading = f"{result['subject']}: {result['summary']}"
    lines = [heading, *(f"  - {one['statement']} [{', '.join(one['evidence'])}]" for one in result["findings"])]
    if result["reason"]:
        lines.append(f"  no answer of the crew stands: {result['reason']}")
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _stored(tenant: TenantId, name: str, version: int, status: str, as_json: bool) -> int:
    if as_json:
        emit({"tenant": tenant, "crew": name, "version": version, "status": status})
        return DONE
    then = {
        "draft": f"read it, then run 'aidiscover crew approve --tenant {tenant} {name}'",
        "active": f"'aidiscover crew run --tenant {tenant} {name}', or the next discovery, runs it",
        "retired": f"'aidiscover crew approve --tenant {tenant} {name}' brings it back",
    }
    console.print(f"crew {name} is {status} as version {version}; {then[status]}", markup=False, soft_wrap=True)
    return DONE


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """A stored version without its texts."""
    columns = ("crew", "version", "status", "drafted_by", "by", "at", "runs")
    told = {column: row[column] for column in columns if column in row}
    return {**told, **{name: row["definition"].get(name) for name in ("process", "subject", "enabled")}}


def _size(definition: Any) -> str:
    return f"{definition.process}, {len(definition.agents)} agents, {len(definition.tasks)} tasks"


def _read(file: Path) -> Any:
    from aidiscover_pipelines.crews.definition_text import MOST_BYTES, read_text
    from aidiscover_pipelines.domain.errors import MissingFile, UnreadableFile

    try:
        with file.open("rb") as opened:
            return read_text(opened.read(MOST_BYTES + 1), file.name)
    except FileNotFoundError:
        raise MissingFile(str(file), "there is no such file", "check the path") from None
    except OSError as error:
        raise UnreadableFile(str(file), error.strerror or "it cannot be read", "check its permissions") from None


def _checked(file: Path) -> Any:
    """The definition in a file. Raises: InvalidCrew, InputError."""
    from aidiscover_pipelines.crews.definition_rules import read_definition

    definition = read_definition(_read(file), file.name)
    _check_with_crewai(definition)
    return definition


def _check_with_crewai(definition: Any) -> None:
    from resources.crews.definitions import check_with_crewai

    check_with_crewai(definition, Settings.from_environment().home)
