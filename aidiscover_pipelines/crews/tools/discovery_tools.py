"""What there is: servers, software, databases and ports, and the environments they stand in."""

from typing import Any, Literal

import pandas as pd
from pydantic import Field

from aidiscover_pipelines.crews.tools.counting import counts, values_of_facts
from aidiscover_pipelines.crews.tools.desk import Desk, TenantView
from aidiscover_pipelines.crews.tools.spec import (
    ANY,
    ROW_EVIDENCE,
    Found,
    Scoped,
    ToolSpec,
    has_portfolio,
    only,
    scope_of,
    scope_words,
    view_of,
)
from aidiscover_pipelines.domain.tables import ApplicationAsset, Asset, Dependency, EntityValue

SOFTWARE = {"software": "technologies", "operating system": "os_names"}
DATABASES = {"database": "database_engine"}
SERVERS = {"server": "kinds"}
SHOWN_OF_A_SERVER = ["os_name", "os_version", "cpu_cores", "memory_mb", "storage_total_gb", "ip_address", "location"]

DIMENSIONS: dict[str, str] = {
    "environment": "environment",
    "location": "location",
    "operating_system": "os_names",
    "os_family": "os_family",
    "platform": "virtualization_platform",
    "server_kind": "kinds",
    "cluster": "cluster_name",
    "network": "network_name",
    "status": "lifecycle_status",
    "support": "eol_status",
}
Dimension = Literal[
    "all",
    "environment",
    "location",
    "operating_system",
    "os_family",
    "platform",
    "server_kind",
    "cluster",
    "network",
    "status",
    "support",
]


class DiscoverArguments(Scoped):
    """Arguments of service_discovery."""

    kind: Literal["all", "servers", "software", "databases", "ports"] = Field("all", description="What to list")


class EnvironmentArguments(Scoped):
    """Arguments of environment_analyser."""

    dimension: Dimension = Field("all", description="Which mix to show")


def discover_services(desk: Desk, arguments: DiscoverArguments) -> Found:
    """Servers, software, databases and ports of an application with their cells; of the portfolio as counts."""
    view, application = view_of(desk), scope_of(desk, arguments)
    rows: list[dict[str, Any]] = []
    if arguments.kind in ("all", "servers"):
        rows += _servers(view, application) if application else values_of_facts(view, SERVERS, "", "kind")
    if arguments.kind in ("all", "databases"):
        rows += values_of_facts(view, DATABASES, application, "kind")
    if arguments.kind in ("all", "ports"):
        rows += _ports(view, application)
    if arguments.kind in ("all", "software"):
        rows += values_of_facts(view, SOFTWARE, application, "kind")
    about: dict[str, Any] = scope_words(desk, application)
    if not application:
        about["assets"] = counts(view.read(Asset, columns=["kind"])["kind"])
    return Found(rows, about)


def analyse_environment(desk: Desk, arguments: EnvironmentArguments) -> Found:
    """The mix of environments, locations and platforms: each value with how many applications have it."""
    view, application = view_of(desk), scope_of(desk, arguments)
    asked: dict[str, str] = (
        DIMENSIONS if arguments.dimension == "all" else {arguments.dimension: DIMENSIONS[arguments.dimension]}
    )
    rows = values_of_facts(view, asked, application)
    if arguments.dimension == "all" and not application:
        rows = _leaders(rows)
    return Found(rows, scope_words(desk, application))


def _leaders(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The most frequent values of every dimension, so that one with hundreds hides no other."""
    most = 70 // len(DIMENSIONS)
    return [row for name in DIMENSIONS for row in [each for each in rows if each["dimension"] == name][:most]]


def _servers(view: TenantView, application: str) -> list[dict[str, Any]]:
    links = view.read(ApplicationAsset, application_id=application)
    assets = view.read(Asset, asset_id=links["asset_id"].tolist())
    values = view.read(
        EntityValue, entity="asset", entity_id=links["asset_id"].tolist(), field=SHOWN_OF_A_SERVER, chosen=True
    )
    said_by = dict(zip(links["asset_id"], links["evidence_id"], strict=True))
    rows = []
    for asset in assets.itertuples(index=False):
        own = values[values["entity_id"] == asset.asset_id].drop_duplicates("field")
        rows.append(
            {
                "kind": "server",
                "asset_id": asset.asset_id,
                "name": asset.name,
                "type": asset.kind,
                **dict(zip(own["field"], own["value"], strict=True)),
                "evidence": [said_by[asset.asset_id], *own["evidence_id"]][:ROW_EVIDENCE],
            }
        )
    return rows


def _ports(view: TenantView, application: str) -> list[dict[str, Any]]:
    """Ports that recorded flows reach: of an application those that others call it on."""
    edges = view.read(Dependency, **only("target_application", application))
    flows = edges[edges["port"].notna()]
    by_port: dict[Any, pd.DataFrame] = dict(iter(flows.groupby("port", sort=True)))
    return [_port(int(port), each) for port, each in by_port.items()]


def _port(port: int, flows: pd.DataFrame) -> dict[str, Any]:
    return {
        "kind": "port",
        "value": port,
        "flows": len(flows),
        "callers": flows["source_text"].drop_duplicates().head(5).tolist(),
        "evidence": flows["evidence_id"].drop_duplicates().head(ROW_EVIDENCE).tolist(),
    }


DISCOVERY_TOOLS: tuple[ToolSpec, ...] = (
    ToolSpec(
        "service_discovery",
        "Servers, software, databases and ports found for the application, or counted over the portfolio.",
        frozenset({ANY}),
        DiscoverArguments,
        discover_services,
        has_portfolio,
    ),
    ToolSpec(
        "environment_analyser",
        "The mix of environments, locations, operating systems and platforms, with shares.",
        frozenset({ANY}),
        EnvironmentArguments,
        analyse_environment,
        has_portfolio,
    ),
)
