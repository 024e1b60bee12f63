"""The command that asks the dependency graph: what an application needs, who needs it, circles, hubs, islands."""

from typing import TYPE_CHECKING, Any

import click

from aidiscover_pipelines.cli.output import DONE, console, emit, json_option, table
from aidiscover_pipelines.cli.portfolio import tenant_option
from aidiscover_pipelines.cli.runs import open_portfolio
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import TenantId, tenant_id

if TYPE_CHECKING:
    import pandas as pd

    from aidiscover_pipelines.inventory.dependencies.graph import Graph
    from aidiscover_pipelines.ports import PortfolioStore

_SHOWN = 20
_EDGE_COLUMNS = ["source_text", "target_text", "kind", "port", "directed", "strength", "observations", "evidence"]


@click.command()
@tenant_option
@click.option("--application", default="", help="Id or name to start from: what it needs, or who needs it.")
@click.option(
    "--direction",
    type=click.Choice(["needs", "needed-by", "both"]),
    default="needs",
    show_default=True,
    help="Which way to walk; both also follows edges that only say that two go together.",
)
@click.option("--depth", type=click.IntRange(min=1), default=None, help="Steps from the application; all if left out.")
@click.option("--cycles", "view", flag_value="cycles", help="Only the circles, in which each needs all others.")
@click.option("--hubs", "view", flag_value="hubs", help="Only the most needed applications.")
@click.option("--islands", "view", flag_value="islands", help="Only the parts that nothing connects.")
@json_option
def graph(tenant: str, application: str, direction: str, depth: int | None, view: str | None, as_json: bool) -> int:
    """Ask the dependency graph: counts, circles, hubs and islands, or what one application needs and who needs it."""
    name = tenant_id(tenant)
    store = open_portfolio(Settings.from_environment())
    store.tenant(name, "ask its dependency graph")
    if application and view:
        raise click.ClickException(f"--application and --{view} ask two things; leave one out")
    document = {"tenant": name} | (
        _around(store, name, application, direction, depth) if application else _portfolio(store, name, view)
    )
    if as_json:
        emit(document)
    else:
        _show(document)
    return DONE


def _portfolio(store: "PortfolioStore", tenant: TenantId, view: str | None) -> dict[str, Any]:
    from aidiscover_pipelines.domain.tables import Application, Dependency
    from aidiscover_pipelines.inventory.dependencies.graph import (
        application_graph,
        cycles,
        graph_figures,
        hubs,
        islands,
    )

    applications = store.read(tenant, Application, columns=["application_id", "name"])
    names = _names(applications)
    edges = store.read(tenant, Dependency, columns=["source_application", "target_application", "directed"])
    made = application_graph(edges, applications["application_id"])
    document: dict[str, Any] = {"figures": graph_figures(made)}
    if view in (None, "cycles"):
        document["cycles"] = cycles(made)
    if view in (None, "hubs"):
        document["hubs"] = [
            {"application": hub, "name": names.get(hub, hub), "needed_by": count} for hub, count in hubs(made, _SHOWN)
        ]
    if view in (None, "islands"):
        document["islands"] = islands(made)
    return document


def _around(
    store: "PortfolioStore", tenant: TenantId, application: str, direction: str, depth: int | None
) -> dict[str, Any]:
    from aidiscover_pipelines.domain.tables import Application, Dependency
    from aidiscover_pipelines.domain.vocabulary import EntityKind
    from aidiscover_pipelines.inventory.dependencies.graph import application_graph
    from aidiscover_pipelines.reporting.explain import find_entity

    applications = store.read(tenant, Application, columns=["application_id", "name"])
    names = _names(applications)
    application = find_entity(store, tenant, EntityKind.APPLICATION, application, "walk from")
    edges = store.read(tenant, Dependency)
    made = application_graph(edges, applications["application_id"])
    touching = edges[(edges["source_application"] == application) | (edges["target_application"] == application)]
    shown = touching[_EDGE_COLUMNS].astype(object)
    return {
        "application": application,
        "name": names[application],
        "direction": direction,
        "depth": depth,
        "reached": _reached(made, application, direction, depth, names),
        "edges": shown.where(shown.notna(), None).to_dict("records"),
    }


def _reached(
    made: "Graph", application: str, direction: str, depth: int | None, names: dict[str, str]
) -> list[dict[str, Any]]:
    from aidiscover_pipelines.inventory.dependencies.graph import DIRECTIONS, reach

    walked = next(known for known in DIRECTIONS if known == direction)
    rows = reach(made, application, walked, depth)
    return [
        {"application": found, "name": names.get(found, found), "depth": int(steps), "via": via}
        for found, steps, via in zip(rows["application_id"], rows["depth"], rows["via"], strict=True)
    ]


def _names(applications: "pd.DataFrame") -> dict[str, str]:
    return dict(zip(applications["application_id"], applications["name"], strict=True))


def _show(document: dict[str, Any]) -> None:
    if "figures" in document:
        console.print(table("Graph", ["figure", "value"], [[key, value] for key, value in document["figures"].items()]))
    if document.get("cycles"):
        rows = [[len(circle), _listed(circle)] for circle in document["cycles"][:_SHOWN]]
        console.print(table("Circles: each needs all others", ["applications", "which"], rows))
    if document.get("hubs"):
        rows = [[hub["application"], hub["name"], hub["needed_by"]] for hub in document["hubs"]]
        console.print(table("Hubs", ["application", "name", "needed by"], rows))
    if document.get("islands"):
        rows = [[len(part), _listed(part)] for part in document["islands"][:_SHOWN]]
        console.print(table("Islands: nothing connects one with another", ["applications", "which"], rows))
    if "reached" in document:
        rows = [[found["depth"], found["application"], found["name"], found["via"]] for found in document["reached"]]
        title = f"{document['name']}: {document['direction']}, {len(rows)} applications"
        console.print(table(title, ["depth", "application", "name", "via"], rows[:_SHOWN]))
        if len(rows) > _SHOWN:
            console.print(f"... and {len(rows) - _SHOWN} more; --json lists all", markup=False)
        columns = _EDGE_COLUMNS[:-1]
        edges = [[edge[column] for column in columns] for edge in document["edges"][:_SHOWN]]
        console.print(table("Its edges", columns, edges))


def _listed(ids: list[str]) -> str:
    more = len(ids) - 5
    return ", ".join(ids[:5]) + (f" and {more} more" if more > 0 else "")
