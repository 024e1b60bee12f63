"""What crews keep in mind about a tenant: searched, listed, forgotten, cleaned up."""

from datetime import UTC, datetime
from typing import Any

import click

from aidiscover_pipelines.cli.output import DONE, console, emit, json_option, table
from aidiscover_pipelines.cli.portfolio import tenant_option
from aidiscover_pipelines.cli.runs import open_portfolio
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import tenant_id

_CONTENT_CHARS = 160
_SHOWN = 20

scope_option = click.option(
    "--scope", default="/", help="Only memories in it or below it, such as /entity/crm; everywhere when left out."
)
limit_option = click.option(
    "--limit", type=click.IntRange(1, 1000), default=_SHOWN, show_default=True, help="Most memories."
)


@click.group()
def memory() -> None:
    """See and remove what crews remember."""


@memory.command()
@tenant_option
@click.argument("text")
@scope_option
@limit_option
@json_option
def search(tenant: str, text: str, scope: str, limit: int, as_json: bool) -> int:
    """Find the memories nearest to a text, best first."""
    from aidiscover_pipelines.governance.memory.memories import recall
    from resources.memory.factory import open_embedder

    settings, name = Settings.from_environment(), tenant_id(tenant)
    store = open_portfolio(settings)
    embedder = open_embedder(settings, store, name)
    found = recall(store, name, text, embedder, scope=scope, limit=limit)
    if as_json:
        emit({"tenant": name, "embedder": embedder.name, "memories": found})
    elif found:
        _print(f"Nearest to {text!r}", found, "similarity")
    else:
        console.print(f"nothing near; 'aidiscover memory list --tenant {name}' shows everything", markup=False)
    return DONE


@memory.command(name="list")
@tenant_option
@scope_option
@limit_option
@click.option("--offset", type=click.IntRange(0), default=0, help="How many of the newest to skip.")
@json_option
def list_all(tenant: str, scope: str, limit: int, offset: int, as_json: bool) -> int:
    """List memories, newest first."""
    from aidiscover_pipelines.governance.memory.upkeep import list_memories

    name = tenant_id(tenant)
    listed, total = list_memories(
        open_portfolio(Settings.from_environment()), name, scope=scope, limit=limit, offset=offset
    )
    if as_json:
        emit({"tenant": name, "total": total, "memories": listed})
    else:
        _print(f"{len(listed)} of {total} memories of {name}", listed, "importance")
    return DONE


@memory.command()
@tenant_option
@click.option("--id", "ids", multiple=True, help="Memory id, as listed; may be given again.")
@click.option("--scope", help="Everything in a scope and below it.")
@click.option("--application", help="Everything about an application, in whatever scope.")
@click.option("--all", "everything", is_flag=True, help="Everything that is remembered about the tenant.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@json_option
def forget(
    tenant: str, ids: tuple[str, ...], scope: str | None, application: str | None, everything: bool, yes: bool,
    as_json: bool,
) -> int:  # fmt: skip
    """Remove memories for good."""
    from aidiscover_pipelines.governance.memory import upkeep

    chosen = {
        f"{len(ids)} memories": bool(ids),
        f"everything in {scope!r}": scope is not None,
        f"everything about application {application!r}": application is not None,
        "everything": everything,
    }
    if sum(chosen.values()) != 1:
        raise click.UsageError("Give exactly one of '--id', '--scope', '--application', '--all'.")
    if scope is not None and not scope.strip("/"):
        raise click.UsageError(f"Scope {scope!r} is everything; give '--all' where that is meant.")
    name = tenant_id(tenant)
    (what,) = (told for told, is_chosen in chosen.items() if is_chosen)
    if not (ids or yes):
        click.confirm(f"forget {what} that crews remember of tenant {name}?", abort=True, err=True)
    store = open_portfolio(Settings.from_environment())
    if ids:
        gone = upkeep.forget(store, name, ids)
    elif application is not None:
        gone = upkeep.forget_application(store, name, application)
    else:
        gone = upkeep.forget_scope(store, name, scope or "/")
    if as_json:
        emit({"tenant": name, "forgotten": gone})
    else:
        console.print(f"forgot {gone} memories of tenant {name}", markup=False)
    return DONE


@memory.command()
@tenant_option
@json_option
def clean(tenant: str, as_json: bool) -> int:
    """Remove memories that are older than the tenant's policy keeps them; the end of each run does so too."""
    from aidiscover_pipelines.governance.memory.upkeep import clean as clean_up
    from aidiscover_pipelines.governance.policy import read_policy

    name, store = tenant_id(tenant), open_portfolio(Settings.from_environment())
    keep = read_policy(store, name).keep_days
    gone = clean_up(store, name, keep, datetime.now(UTC))
    if as_json:
        emit({"tenant": name, "keep_days": {"short_term": keep.short_term, "long_term": keep.long_term}, "gone": gone})
    else:
        told = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in gone.items() if count) or "nothing"
        console.print(
            f"removed {told}; kept for {keep.short_term} days (short term) and {keep.long_term} days", markup=False
        )
    return DONE


def _print(title: str, memories: list[dict[str, Any]], measure: str) -> None:
    rows = [
        [
            one["id"],
            one[measure],
            one["scope"],
            one["content"] if len(one["content"]) <= _CONTENT_CHARS else one["content"][: _CONTENT_CHARS - 1] + "…",
            len(one["details"].get("evidence", ())),
            one["created_at"][:16].replace("T", " "),
        ]
        for one in memories
    ]
    console.print(table(title, ["id", measure, "scope", "memory", "evidence", "said (UTC)"], rows))
