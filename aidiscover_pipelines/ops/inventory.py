"""Ops of the inventory: one asset for each real server, one application, the edges between them."""

import dagster as dg

from aidiscover_pipelines.inventory import stage as inventory
from aidiscover_pipelines.ops.failures import RETRY
from aidiscover_pipelines.ops.metadata import DONE, stage_output
from aidiscover_pipelines.ops.partitions import after, run_of, tenant_of
from aidiscover_pipelines.ports import PortfolioStore


@dg.op(ins=after("cleansed_records", "cloud_resources", "repository_facts"), out=DONE, retry_policy=RETRY)
def resolve_assets(context: dg.OpExecutionContext, store: dg.ResourceParam[PortfolioStore]) -> dg.Output[None]:
    """Merge rows about the same server; keep the values that lost."""
    return stage_output(context, inventory.build_inventory, store, tenant_of(context), run_of(context))


@dg.op(ins=after("cleansed_records", "cloud_resources", "inventory"), out=DONE, retry_policy=RETRY)
def resolve_applications(context: dg.OpExecutionContext, store: dg.ResourceParam[PortfolioStore]) -> dg.Output[None]:
    """Merge rows and mentions of the same application; link the assets it runs on."""
    return stage_output(context, inventory.build_applications, store, tenant_of(context), run_of(context))


@dg.op(ins=after("cleansed_records", "inventory", "applications"), out=DONE, retry_policy=RETRY)
def resolve_dependencies(context: dg.OpExecutionContext, store: dg.ResourceParam[PortfolioStore]) -> dg.Output[None]:
    """Turn relations, flows and mentions into edges between applications."""
    return stage_output(context, inventory.build_dependencies, store, tenant_of(context), run_of(context))
