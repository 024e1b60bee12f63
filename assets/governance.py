"""Group governance: what the crews used and how good discovery is."""

from aidiscover_pipelines.ops import governance as ops
from assets.declare import Produced, stage


@stage("governance")
def llm_usage(
    field_mappings: None, platform_assessment: None, pattern_clusters: None, recommendations: None, crew_results: None
) -> Produced:
    """The ledger of model calls: tokens, cost, failures and latency by crew, model, agent, provider and day."""
    return ops.summarise_llm_usage(
        field_mappings=field_mappings,
        platform_assessment=platform_assessment,
        pattern_clusters=pattern_clusters,
        recommendations=recommendations,
        crew_results=crew_results,
    )


@stage("governance")
def discovery_kpis(migration_waves: None, llm_usage: None) -> Produced:
    """Figures of the portfolio for dashboards and for comparing runs."""
    return ops.record_kpis(migration_waves=migration_waves, llm_usage=llm_usage)
