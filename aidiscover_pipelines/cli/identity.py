"""A person's word on identity: two assets or applications are one, or rows of one are two; later runs respect it."""

import click

from aidiscover_pipelines.cli.corrections import by_option
from aidiscover_pipelines.cli.output import DONE, console, emit, json_option, table
from aidiscover_pipelines.cli.portfolio import tenant_option
from aidiscover_pipelines.cli.runs import open_portfolio
from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import tenant_id
from aidiscover_pipelines.domain.vocabulary import EntityKind

reason_option = click.option("--reason", default="", help="Why; it stands in 'identity list' and in explanations.")


@click.group()
def identity() -> None:
    """Say what is one thing and what is two; it holds from the next run on, until it is undone."""


@identity.command()
@tenant_option
@click.option("--asset", "assets", multiple=True, help="Asset id; give it twice or more.")
@click.option("--application", "applications", multiple=True, help="Application id; give it twice or more.")
@click.argument("more", nargs=-1)
@reason_option
@by_option
@json_option
def merge(
    tenant: str,
    assets: tuple[str, ...],
    applications: tuple[str, ...],
    more: tuple[str, ...],
    reason: str,
    by: str,
    as_json: bool,
) -> int:
    """Say that assets (or applications) are one: merge --asset A B, or --asset A --asset B."""
    from aidiscover_pipelines.inventory.resolution.identity_decisions import merge_entities

    entity, ids = _asked(assets, applications)
    decided = merge_entities(
        open_portfolio(Settings.from_environment()), tenant_id(tenant), entity, (*ids, *more), reason, by
    )
    return _told(tenant, decided, "are one", as_json)


@identity.command()
@tenant_option
@click.option("--asset", "assets", multiple=True, help="Asset id.")
@click.option("--application", "applications", multiple=True, help="Application id.")
@click.option("--row", "rows", multiple=True, required=True, help="Row address file.sheet.row; may be given again.")
@reason_option
@by_option
@json_option
def split(
    tenant: str,
    assets: tuple[str, ...],
    applications: tuple[str, ...],
    rows: tuple[str, ...],
    reason: str,
    by: str,
    as_json: bool,
) -> int:
    """Say that rows of one asset (or application) are another thing than its other rows."""
    from aidiscover_pipelines.inventory.resolution.identity_decisions import split_entity

    entity, ids = _asked(assets, applications)
    if len(ids) != 1:
        raise ConfigError(f"cannot split {len(ids)} {entity}s: rows are split from one; give one id")
    decided = split_entity(
        open_portfolio(Settings.from_environment()), tenant_id(tenant), entity, ids[0], rows, reason, by
    )
    return _told(tenant, decided, "are two", as_json)


@identity.command(name="list")
@tenant_option
@json_option
def list_all(tenant: str, as_json: bool) -> int:
    """List what people said, the latest first."""
    from aidiscover_pipelines.inventory.resolution.identity_decisions import list_decisions

    listed = list_decisions(open_portfolio(Settings.from_environment()), tenant_id(tenant))
    if as_json:
        emit({"tenant": tenant, "decisions": listed})
        return DONE
    if not listed:
        _say("nobody has said anything about identity")
        return DONE
    columns = ["decision_id", "entity", "verdict", "left_name", "right_name", "reason", "by"]
    rows = [
        [*(row[column] for column in columns), f"{row['at']:%Y-%m-%d %H:%M}", "overruled" if row["overruled"] else ""]
        for row in listed
    ]
    console.print(table(f"Identity decisions of {tenant}", ["id", *columns[1:], "at", ""], rows))
    return DONE


@identity.command()
@tenant_option
@click.argument("ids", nargs=-1, required=True)
@json_option
def undo(tenant: str, ids: tuple[str, ...], as_json: bool) -> int:
    """Withdraw decisions by the ids that 'identity list' shows."""
    from aidiscover_pipelines.inventory.resolution.identity_decisions import undo_decisions

    undo_decisions(open_portfolio(Settings.from_environment()), tenant_id(tenant), ids)
    if as_json:
        emit({"tenant": tenant, "undone": list(ids)})
    else:
        _say(f"undone {', '.join(ids)}; next: aidiscover discover --tenant {tenant}")
    return DONE


def _asked(assets: tuple[str, ...], applications: tuple[str, ...]) -> tuple[EntityKind, tuple[str, ...]]:
    if bool(assets) == bool(applications):
        raise click.UsageError("name assets by --asset or applications by --application, not both")
    return (EntityKind.ASSET, assets) if assets else (EntityKind.APPLICATION, applications)


def _told(tenant: str, decided: list[dict[str, object]], says: str, as_json: bool) -> int:
    if as_json:
        emit({"tenant": tenant, "decisions": decided})
        return DONE
    for row in decided:
        _say(f"decision {row['decision_id']}: {row['left_name']} and {row['right_name']} {says}")
        for overruled in row["overrules"] if isinstance(row["overrules"], list) else []:
            _say(f"it contradicts decision {overruled}, which no longer holds")
    _say(f"next: aidiscover discover --tenant {tenant}")
    return DONE


def _say(line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)
