"""How far discovery is automated, by group of assets, and what a person declares about access."""

from datetime import UTC, datetime
from typing import Any

import click

from aidiscover_pipelines.cli.corrections import by_option
from aidiscover_pipelines.cli.output import DONE, console, emit, json_option, table
from aidiscover_pipelines.cli.portfolio import tenant_option
from aidiscover_pipelines.cli.runs import open_portfolio
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import tenant_id

_GROUPS = ("group", "tier", "assets", "automation %", "methods", "to be asked")


@click.group()
def platform() -> None:
    """See the automation tier of a tenant and of each group of its assets; declare air gaps."""


@platform.command()
@tenant_option
@json_option
def show(tenant: str, as_json: bool) -> int:
    """Show tier, facts, methods and strategy as the last discovery found them, for the tenant and for each group."""
    from aidiscover_pipelines.domain.errors import ConfigError
    from aidiscover_pipelines.domain.tables import PlatformAssessment
    from aidiscover_pipelines.tiers.access import declared_air_gaps
    from aidiscover_pipelines.tiers.stage import group_row

    name, store = tenant_id(tenant), open_portfolio(Settings.from_environment())
    store.tenant(name, "show the automation tier")
    row = store.find(name, PlatformAssessment, scope="tenant")
    if row is None:
        raise ConfigError(
            f"cannot show the automation tier of tenant {name!r}: it has not been assessed; "
            f"run 'aidiscover discover --tenant {name}'"
        )
    declared = list(declared_air_gaps(store, name))
    document: dict[str, Any] = {"tenant": name, **row.model_dump(exclude={"scope"}), "declared_air_gapped": declared}
    if as_json:
        emit(document)
        return DONE
    shown = ("tier", "automation_percent", "methods", "justification", "strategy", "decided_by", "declared_air_gapped")
    texts = [
        [each, ", ".join(document[each]) if isinstance(document[each], list) else document[each]] for each in shown
    ]
    console.print(table(f"Automation of {name}", ["what", "value"], texts))
    groups = [[group_row(group)[column] for column in _GROUPS] for group in row.groups]
    console.print(table("Groups of assets", list(_GROUPS), groups))
    return DONE


@platform.command()
@click.option(
    "--air-gapped", "names", multiple=True, help="Group as 'platform show' names it; '*' is the whole tenant."
)
@click.option("--connected", is_flag=True, help="Nothing is air-gapped: take the declaration in force back.")
@tenant_option
@click.option("--note", default="", help="Why; it stands in the history.")
@by_option
@json_option
def declare(names: tuple[str, ...], connected: bool, tenant: str, note: str, by: str, as_json: bool) -> int:
    """Declare what nothing reaches, in place of what was declared before; tiers follow in the next run."""
    from aidiscover_pipelines.strategy.declarations import declare as declare_document
    from aidiscover_pipelines.tiers.access import AIR_GAPPED, KIND

    if connected == bool(names):
        raise click.UsageError("Give '--air-gapped' for each group, or '--connected'.")
    name, store = tenant_id(tenant), open_portfolio(Settings.from_environment())
    store.tenant(name, "declare what is air-gapped")
    document = {AIR_GAPPED: sorted({each.strip() for each in names} - {""})}
    version = declare_document(store, name, KIND, document, " ".join(note.split()), by, datetime.now(UTC))
    if as_json:
        emit({"tenant": name, "version": version, **document})
        return DONE
    said = ", ".join(document[AIR_GAPPED]) or "nothing"
    console.print(f"air-gapped from now on: {said}; tiers follow in the next discovery", markup=False)
    return DONE
