"""The command that answers "why": from an attribute or a value back to the cells that it comes from."""

import click

from aidiscover_pipelines.cli.output import DONE, console, emit, json_option
from aidiscover_pipelines.cli.portfolio import tenant_option
from aidiscover_pipelines.cli.runs import open_portfolio
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import tenant_id


@click.command()
@tenant_option
@click.option("--application", default="", help="Id or name of an application.")
@click.option("--asset", default="", help="Id or name of an asset.")
@click.option("--attribute", default="all", show_default=True, help="One of the 22 attributes of the application.")
@click.option("--field", default="", help="Values of one canonical field instead, such as memory_mb.")
@json_option
def explain(tenant: str, application: str, asset: str, attribute: str, field: str, as_json: bool) -> int:
    """Show where a conclusion comes from: values, those that lost and why, cells, cleansing, mapping, source, run."""
    from aidiscover_pipelines.domain.vocabulary import EntityKind
    from aidiscover_pipelines.reporting.explain import explain as chain
    from aidiscover_pipelines.reporting.explain_text import explained

    if bool(application) == bool(asset):
        raise click.UsageError("say what to explain: either --application or --asset")
    if attribute != "all" and (asset or field):
        raise click.UsageError("--attribute is about an application; take --field alone for its values or an asset's")
    kind = EntityKind.ASSET if asset else EntityKind.APPLICATION
    name = tenant_id(tenant)
    store = open_portfolio(Settings.from_environment())
    document = chain(store, name, kind, asset or application, attribute, field)
    if as_json:
        emit(document)
        return DONE
    for line in explained(document):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    return DONE
