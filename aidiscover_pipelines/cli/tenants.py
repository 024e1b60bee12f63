"""The tenant registry: a landing folder of an unregistered name is never run."""

from datetime import UTC, datetime

import click
from cronsim import CronSim, CronSimError

from aidiscover_pipelines.cli.output import DONE, console, emit, json_option, table
from aidiscover_pipelines.cli.runs import open_portfolio
from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import DEFAULT_CRON, Tenant, tenant_id


@click.group()
def tenant() -> None:
    """Register and list tenants."""


@tenant.command()
@click.argument("name")
@click.option("--title", default="", help="Name to show on reports; the tenant's id when left out.")
@click.option("--cron", default=DEFAULT_CRON, show_default=True, help="When its bulk discovery runs, in UTC.")
@json_option
def add(name: str, title: str, cron: str, as_json: bool) -> int:
    """Register a tenant, or change its title and cron."""
    settings = Settings.from_environment()
    added = Tenant(tenant_id(name), title or name, checked_cron(cron))
    is_new = open_portfolio(settings).add_tenant(added)
    folder = settings.home / "uploads" / added.id
    folder.mkdir(parents=True, exist_ok=True)
    if as_json:
        emit({"tenant": added.id, "name": added.name, "cron": added.cron, "new": is_new, "uploads": str(folder)})
    else:
        console.print(
            f"tenant {added.id} {'registered' if is_new else 'updated'}; uploads go to {folder}", markup=False
        )
    return DONE


@tenant.command(name="list")
@json_option
def list_tenants(as_json: bool) -> int:
    """List registered tenants."""
    tenants = open_portfolio(Settings.from_environment()).tenants()
    if as_json:
        emit({"tenants": [{"tenant": t.id, "name": t.name, "cron": t.cron} for t in tenants]})
    else:
        console.print(table("Tenants", ["tenant", "name", "cron (UTC)"], [[t.id, t.name, t.cron] for t in tenants]))
    return DONE


def checked_cron(cron: str) -> str:
    """The cron as given. Raises: ConfigError when it cannot be read."""
    try:
        CronSim(cron, datetime.now(UTC))
    except CronSimError as error:
        raise ConfigError(
            f"cannot schedule with cron {cron!r}: {error}; use five fields in UTC, such as '0 2 * * *' for every night"
        ) from None
    return cron
