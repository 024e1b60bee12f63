"""The jobs: a tenant in bulk, its clouds alone, one application, and the plan refreshed after one changed."""

import dagster as dg

TENANT_ASSETS = (
    "source_files",
    "source_records",
    "field_mappings",
    "cleansed_records",
    "cloud_resources",
    "repository_facts",
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

# Executed as AIDISCOVER_EXECUTOR says, in one process unless it says otherwise.
bulk_discovery = dg.define_asset_job(
    "bulk_discovery",
    selection=dg.AssetSelection.assets(*TENANT_ASSETS),
    description="Everything for one tenant, from its uploads to its report.",
)
# In process: a step in a process of its own costs seconds of imports, on a worker one, in this one 0.1 s
# (docs/adr/0003).
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
cloud_scan = dg.define_asset_job(
    "cloud_scan",
    selection=dg.AssetSelection.assets("cloud_resources"),
    executor_def=dg.in_process_executor,
    description="What a tenant's cloud accounts know, without the discovery that builds on it.",
)
JOBS = (bulk_discovery, cloud_scan, reassess_application, refresh_plan)
