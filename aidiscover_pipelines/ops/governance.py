"""Ops of governance: what the crews used, and the figures of the portfolio."""

from datetime import UTC, datetime

import dagster as dg

from aidiscover_pipelines.governance import stage as governance
from aidiscover_pipelines.ops.failures import RETRY
from aidiscover_pipelines.ops.metadata import DONE, stage_output
from aidiscover_pipelines.ops.partitions import after, run_of, tenant_of
from aidiscover_pipelines.ports import PortfolioStore
from aidiscover_pipelines.reporting import stage as reporting


@dg.op(
    ins=after("field_mappings", "platform_assessment", "pattern_clusters", "recommendations", "crew_results"),
    out=DONE,
    retry_policy=RETRY,
)
def summarise_llm_usage(context: dg.OpExecutionContext, store: dg.ResourceParam[PortfolioStore]) -> dg.Output[None]:
    """Calls, tokens, cost, failures and latency from the ledger; what has been kept for long enough is deleted."""
    return stage_output(
        context, governance.summarise_usage, store, tenant_of(context), run_of(context), datetime.now(UTC)
    )


@dg.op(ins=after("migration_waves", "llm_usage"), out=DONE, retry_policy=RETRY)
def record_kpis(context: dg.OpExecutionContext, store: dg.ResourceParam[PortfolioStore]) -> dg.Output[None]:
    """Figures that tell whether discovery gets better."""
    return stage_output(context, reporting.record_kpis, store, tenant_of(context), run_of(context))
