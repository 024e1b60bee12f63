"""Ops of a tenant's own crews: one step for each crew that is enabled, so that each has its own log and retry."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from aidiscover_pipelines.crews.generic import stage as own_crews
from aidiscover_pipelines.ops.failures import RETRY, translated
from aidiscover_pipelines.ops.metadata import DONE, stage_output
from aidiscover_pipelines.ops.partitions import after, run_of, tenant_of
from aidiscover_pipelines.ops.pools import MODELS
from aidiscover_pipelines.ports import CrewRunner, PortfolioStore


@dg.op(ins=after("recommendations"), out=dg.DynamicOut(str), retry_policy=RETRY)
def plan_tenant_crews(
    context: dg.OpExecutionContext, store: dg.ResourceParam[PortfolioStore]
) -> Iterator[dg.DynamicOutput[str]]:
    """The tenant's crews that are active and enabled; none for most tenants."""
    with translated():
        names, _ = own_crews.enabled_crews(store, tenant_of(context))
    for name in names:
        yield dg.DynamicOutput(name, mapping_key=name)


@dg.op(retry_policy=RETRY, pool=MODELS)
def run_tenant_crew(
    context: dg.OpExecutionContext,
    store: dg.ResourceParam[PortfolioStore],
    crews: dg.ResourceParam[CrewRunner],
    name: str,
) -> list[dict[str, Any]]:
    """Run one crew on the tenant, or on the typical application of each pattern."""
    with translated():
        return own_crews.run_crew(store, crews, tenant_of(context), run_of(context), name)


@dg.op(out=DONE, retry_policy=RETRY)
def settle_crew_results(
    context: dg.OpExecutionContext, store: dg.ResourceParam[PortfolioStore], results: list[list[dict[str, Any]]]
) -> dg.Output[None]:
    """What the crews found out, and which could not run."""
    found = [row for rows in results for row in rows]
    return stage_output(context, own_crews.summarise_results, store, tenant_of(context), found)
