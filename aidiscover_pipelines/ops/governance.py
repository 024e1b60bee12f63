"""Ops of governance: what the crews used, and the figures of the portfolio."""

import dagster as dg

from aidiscover_pipelines.crews import stage as crews_stage
from aidiscover_pipelines.ops.failures import RETRY
from aidiscover_pipelines.ops.metadata import DONE, stage_output
from aidiscover_pipelines.ops.partitions import after, run_of, tenant_of
from aidiscover_pipelines.ports import PortfolioStore
from aidiscover_pipelines.reporting import stage as reporting


@dg.op(
    ins=after("field_mappings", "platform_assessment", "pattern_clusters", "recommendations"),
    out=DONE,
    retry_policy=RETRY,
)
def summarise_llm_usage(context: dg.OpExecutionContext, store: dg.ResourceParam[PortfolioStore]) -> dg.Output[None]:
    """Kickoffs, calls, tokens and cost by crew and model."""
    return stage_output(context, crews_stage.summarise_usage, store, tenant_of(context), run_of(context))


@dg.op(ins=after("migration_waves", "llm_usage"), out=DONE, retry_policy=RETRY)
def record_kpis(context: dg.OpExecutionContext, store: dg.ResourceParam[PortfolioStore]) -> dg.Output[None]:
    """Figures that tell whether discovery gets better."""
    return stage_output(context, reporting.record_kpis, store, tenant_of(context), run_of(context))
