"""Connections to cloud accounts: how a tenant's accounts are reached. Secrets come from a prompt or stdin only."""

from typing import TYPE_CHECKING, Any

import click

from aidiscover_pipelines.cli.corrections import by_option
from aidiscover_pipelines.cli.output import (
    DONE,
    FAILED,
    NEEDS_REVIEW,
    console,
    counted,
    emit,
    json_option,
    messages,
    table,
)
from aidiscover_pipelines.cli.portfolio import tenant_option
from aidiscover_pipelines.cli.runs import open_portfolio
from aidiscover_pipelines.cli.secrets import open_sealed, read_secrets
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import tenant_id

if TYPE_CHECKING:
    from aidiscover_pipelines.domain.tables import CloudConnection
    from resources.secrets.sealed import StoredSecret

CHECKED = ("cloud", "account", "region", "service", "operation", "outcome", "permission", "reason")

cloud_argument = click.argument("cloud")
name_argument = click.argument("name")


@click.group()
def cloud() -> None:
    """Connect a tenant to its cloud accounts, check what the credentials may, print least-privilege policies."""


@cloud.command()
@cloud_argument
@name_argument
@tenant_option
@click.option(
    "--method", default="ambient", show_default=True, help="How credentials are found; a wrong one lists all."
)
@click.option(
    "--set", "to_set", multiple=True, metavar="NAME=VALUE", help="An option of the cloud; may be given again."
)
@click.option("--endpoint", default="", help="Instead of the cloud's own endpoints, such as a test server.")
@by_option
@json_option
def add(
    cloud: str, name: str, tenant: str, method: str, to_set: tuple[str, ...], endpoint: str, by: str, as_json: bool
) -> int:
    """Store a connection, or replace it. Secrets are read from a hidden prompt, or from standard input."""
    from resources.clouds.connections import checked_connection, store_connection
    from resources.clouds.options import cloud_options

    of = tenant_id(tenant)
    row = checked_connection(cloud, name, method, _pairs(to_set), endpoint, by)
    store, secrets = open_sealed()
    store.tenant(of, f"connect {cloud} {name!r}")  # before anybody types a secret
    stored = cloud_options(cloud).methods[method].stores
    wanted = [stored if part == "secret" else part for part in row.sealed]
    values = read_secrets(f"connect {cloud} {name!r}", wanted) if wanted else []
    is_new = store_connection(store, secrets, of, row, dict(zip(row.sealed, values, strict=True)))
    if stored:
        hint = f"the {stored} is sealed here; a reference would keep none: {', '.join(_references(cloud))}"
        messages.print(hint, markup=False, highlight=False, soft_wrap=True)
    if as_json:
        emit({"tenant": of, "new": is_new, **_document(row, secrets.names(of))})
    else:
        told = f"{cloud} {name} of tenant {of} {'connected' if is_new else 'replaced'}"
        console.print(f"{told}; try it: aidiscover cloud check --tenant {of} {cloud}", markup=False, soft_wrap=True)
    return DONE


@cloud.command(name="list")
@tenant_option
@json_option
def list_connections(tenant: str, as_json: bool) -> int:
    """List the tenant's connections; where it has none, what the settings stand for."""
    from resources.clouds.connections import stored_connections

    of = tenant_id(tenant)
    store, secrets = open_sealed()
    rows, kept = stored_connections(store, of), secrets.names(of)
    ambient = [] if rows else list(Settings.from_environment().clouds)
    if as_json:
        emit({"tenant": of, "connections": [_document(row, kept) for row in rows], "from_settings": ambient})
        return DONE
    if not rows:
        told = f"{', '.join(ambient)} with ambient credentials, as AIDISCOVER_CLOUDS says" if ambient else "none"
        console.print(f"tenant {of} has no connection of its own; scanned: {told}", markup=False, soft_wrap=True)
        return DONE
    shown = [[row.cloud, row.name, row.method, _told(row), row.by, f"{row.at:%Y-%m-%d %H:%M}"] for row in rows]
    console.print(table(f"Cloud connections of {of}", ["cloud", "name", "method", "options", "by", "at (UTC)"], shown))
    return DONE


@cloud.command()
@cloud_argument
@name_argument
@tenant_option
@json_option
def show(cloud: str, name: str, tenant: str, as_json: bool) -> int:
    """Show a connection: options, endpoint, and which secrets are sealed for it; never one of these."""
    from resources.clouds.connections import find_connection

    of = tenant_id(tenant)
    store, secrets = open_sealed()
    document = _document(find_connection(store, of, cloud, name), secrets.names(of))
    if as_json:
        emit({"tenant": of, **document})
        return DONE
    rows = [[key, value] for key, value in document.items() if key not in ("options", "sealed")]
    rows += [[f"option {key}", value] for key, value in document["options"].items()]
    rows += [
        [f"sealed {part}", "missing: add the connection again" if version is None else f"version {version}"]
        for part, version in document["sealed"].items()
    ]
    console.print(table(f"Connection {cloud} {name} of {of}", ["what", "value"], rows))
    return DONE


@cloud.command()
@cloud_argument
@name_argument
@tenant_option
@json_option
def remove(cloud: str, name: str, tenant: str, as_json: bool) -> int:
    """Forget a connection and what was sealed for it; what scans found stays until the next scan."""
    from resources.clouds.connections import remove_connection
    from resources.clouds.options import cloud_options

    of = tenant_id(tenant)
    cloud_options(cloud)
    was_there = remove_connection(*open_sealed(), of, cloud, name)
    if as_json:
        emit({"tenant": of, "cloud": cloud, "name": name, "removed": was_there})
    else:
        told = "removed" if was_there else "was not there"
        console.print(f"{cloud} {name!a} of tenant {of} {told}", markup=False, soft_wrap=True)
    return DONE if was_there else FAILED


@cloud.command()
@click.argument("clouds", nargs=-1, metavar="[CLOUD]...")
@tenant_option
@json_option
def check(clouds: tuple[str, ...], tenant: str, as_json: bool) -> int:
    """Try the credentials of every connection: one cheap call of each service. Nothing is stored."""
    import pandas as pd

    from aidiscover_pipelines.domain.vocabulary import ANSWERED_CALLS
    from resources.clouds.combined import open_inventory

    of = tenant_id(tenant)
    settings = Settings.from_environment()
    scopes = open_inventory(open_portfolio(settings), settings).check(of, clouds)
    coverage = pd.concat([scope.coverage for scope in scopes], ignore_index=True)
    asked = coverage.sort_values(["cloud", "account", "region", "service", "operation"])
    gaps = asked[~asked["outcome"].isin(ANSWERED_CALLS)]
    if as_json:
        emit({"tenant": of, "answered": len(asked) - len(gaps), "gaps": len(gaps), "checks": _rows(asked, CHECKED)})
    else:
        for reached, each in asked.assign(answered=asked["outcome"].isin(ANSWERED_CALLS)).groupby(["cloud", "account"]):
            told = f"{each['answered'].sum()} of {counted(len(each), 'check')} answered"
            console.print(f"{' '.join(map(str, reached))}: {told}", markup=False, highlight=False, soft_wrap=True)
        if len(gaps):
            shown = ["cloud", "account", "region", "service", "outcome", "reason"]
            console.print(table("What did not answer", shown, gaps[shown].to_numpy().tolist()))
        for name in sorted(set(gaps.loc[gaps["permission"] != "", "cloud"])):
            hint = f"what {name} has to allow for a whole scan: aidiscover cloud policy {name}"
            console.print(hint, markup=False, soft_wrap=True)
    if len(gaps) == len(asked):
        return FAILED
    return NEEDS_REVIEW if len(gaps) else DONE


@cloud.command()
@cloud_argument
@json_option
def policy(cloud: str, as_json: bool) -> int:
    """Print the least-privilege policy that a whole scan of a cloud needs, as that cloud takes it."""
    from resources.clouds import module_of
    from resources.clouds.options import cloud_options

    cloud_options(cloud)
    module = module_of(cloud)
    permissions = sorted(module.scan_permissions())
    document = module.policy_document(permissions)
    if as_json:
        emit({"cloud": cloud, "permissions": permissions, "document": document})
    else:
        click.echo(document.rstrip())
    return DONE


def _rows(coverage: Any, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    return [dict(zip(columns, row, strict=True)) for row in coverage[list(columns)].to_numpy().tolist()]


def _pairs(texts: tuple[str, ...]) -> dict[str, str]:
    """Options by name. Raises: click.UsageError."""
    pairs: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key.strip() or not value.strip():
            # Not shown: what stands there may be a secret that lost its name.
            raise click.UsageError("an option of --set is no NAME=VALUE, such as --set regions=eu-central-1.")
        if key.strip() in pairs:
            raise click.UsageError(f"--set {key.strip()!a} is given twice; part the values of a list by commas.")
        pairs[key.strip()] = value
    return pairs


def _document(row: "CloudConnection", kept: "list[StoredSecret]") -> dict[str, Any]:
    """What may be told about a connection. A sealed part has a version where `kept` knows it."""
    from resources.clouds.connections import sealed_name

    versions = {one.name: one.version for one in kept}
    sealed = {part: versions.get(sealed_name(row.cloud, row.name, part)) for part in row.sealed}
    return {**row.model_dump(exclude={"sealed"}), "sealed": sealed}


def _told(row: "CloudConnection") -> str:
    options = [f"{key}={value}" for key, value in row.options.items()]
    options += [f"endpoint={row.endpoint}"] if row.endpoint else []
    return " ".join([*options, *(f"{part}=(sealed)" for part in row.sealed)])


def _references(cloud: str) -> list[str]:
    from resources.clouds.options import cloud_options

    return [name for name, method in cloud_options(cloud).methods.items() if not method.stores]
