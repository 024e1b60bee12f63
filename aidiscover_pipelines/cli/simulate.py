"""How long a night takes on how many machines, from the measured cost of each stage; see docs/scaling.md."""

import json
import math
from typing import Any

import click

from aidiscover_pipelines.cli.output import DONE, console, emit, json_option, table
from aidiscover_pipelines.domain.errors import ConfigError


@click.command()
@click.option("--tenants", default=50, show_default=True, type=click.IntRange(1), help="Portfolios to discover.")
@click.option("--applications", default=1000, show_default=True, type=click.IntRange(1), help="Of each tenant.")
@click.option("--workers", default=4, show_default=True, type=click.IntRange(1), help="Discoveries at one time.")
@click.option("--nodes", default=1, show_default=True, type=click.IntRange(1), help="Machines of the workers.")
@click.option("--cores", default=2, show_default=True, type=click.IntRange(1), help="Cores of each machine.")
@click.option("--database-cores", default=0, type=click.IntRange(0), help="Of a machine of its own; 0: the first node.")
@json_option
def simulate(
    tenants: int,
    applications: int,
    workers: int,
    nodes: int,
    cores: int,
    database_cores: int,
    as_json: bool,
) -> int:
    """Predict hours, use of cores and memory of discovering all tenants once, of half to one and a half that size."""
    from aidiscover_pipelines.cli.simulation import Cluster

    if nodes > 1 and not database_cores:
        raise ConfigError(
            f"cannot simulate {nodes} nodes: where the database runs is not said; give --database-cores, the cores of "
            "its machine"
        )
    document = prediction(tenants, applications, Cluster(workers, nodes, cores, database_cores))
    if as_json:
        emit(document)
    else:
        console.print(table("Predicted", ["figure", "value"], [[name, value] for name, value in document.items()]))
    return DONE


def prediction(tenants: int, applications: int, cluster: Any) -> dict[str, Any]:
    """Seconds and hours until all are done, core seconds, how busy each place is, memory of a node."""
    from aidiscover_pipelines.cli.simulation import DATABASE, discovery_seconds, peak_mib, portfolio_sizes
    from aidiscover_pipelines.cli.simulation import simulate as run
    from aidiscover_pipelines.cli.stage_costs import COSTS

    costs = json.loads(COSTS.read_text())
    sizes = portfolio_sizes(tenants, applications)
    outcome = run([discovery_seconds(costs, size) for size in sizes], cluster)
    capacity = outcome.seconds * cluster.cores * cluster.nodes
    on_nodes = sum(seconds for place, seconds in outcome.used.items() if place != DATABASE)
    largest = sorted(sizes, reverse=True)[: math.ceil(cluster.workers / cluster.nodes)]
    at_database = outcome.used[DATABASE] / (outcome.seconds * max(cluster.database_cores, 1))
    return {
        "tenants": tenants,
        "applications": applications,
        "workers": cluster.workers,
        "nodes": cluster.nodes,
        "costs measured": f"{costs['measured']}, {costs['machine']}, load {costs['load']}",
        "one discovery, core seconds": round(sum(outcome.used.values()) / tenants, 1),
        "first tenant done, seconds": round(outcome.finished[0], 1),
        "seconds": round(outcome.seconds, 1),
        "hours": round(outcome.seconds / 3600, 3),
        "nodes' cores busy, share": round(on_nodes / capacity, 3),
        "database's cores busy, share": round(at_database, 3) if cluster.database_cores else None,
        "memory of a node's workers, at most, MiB": round(sum(peak_mib(costs, size) for size in largest)),
    }
