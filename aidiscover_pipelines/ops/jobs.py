"""The three jobs: a tenant in bulk, one application, and the plan refreshed after one application changed."""

import dagster as dg

TENANT_ASSETS = (
    "source_files",
    "source_records",
    "field_mappings",
    "cleansed_records",
    "cloud_resources",
    "inventory",
    "applications",
    "dependencies",
    "validated_attributes",
    "platform_assessment",
    "pattern_clusters",
    "recommendations",
    "crew_results",
    "migration_waves",
    "portfolio_report",
    "llm_usage",
    "discovery_kpis",
)
APPLICATION_ASSETS = ("application_attributes", "application_recommendation")
PLAN_ASSETS = ("migration_waves", "portfolio_report", "llm_usage", "discovery_kpis")

# In process: a step in a process of its own costs seconds of imports, in this one 0.1 s (docs/adr/0003).
bulk_discovery = dg.define_asset_job(
    "bulk_discovery",
    selection=dg.AssetSelection.assets(*TENANT_ASSETS),
    executor_def=dg.in_process_executor,
    description="Everything for one tenant, from its uploads to its report.",
)
reassess_application = dg.define_asset_job(
    "reassess_application",
    selection=dg.AssetSelection.assets(*APPLICATION_ASSETS),
    executor_def=dg.in_process_executor,
    description="One application alone: its 22 attributes and its disposition.",
)
refresh_plan = dg.define_asset_job(
    "refresh_plan",
    selection=dg.AssetSelection.assets(*PLAN_ASSETS),
    executor_def=dg.in_process_executor,
    description="Waves, report and figures of one tenant from the recommendations as they stand.",
)
JOBS = (bulk_discovery, reassess_application, refresh_plan)
