"""The roof: everything composed into one code location. Loading connects to nothing and imports no agent library."""

import dagster as dg

from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.ops.checks import all_checks
from aidiscover_pipelines.ops.jobs import JOBS
from aidiscover_pipelines.ops.retention import nightly_purge, purge_runs
from aidiscover_pipelines.ops.schedules import tenant_discovery
from aidiscover_pipelines.ops.sensors import landing_folder, plan_refresh, repository_pushes
from assets import application, discovery, governance, intake, inventory, strategy
from assets.declare import ASSET_TABLES
from resources.catalogue import RESOURCES
from resources.workers import executor_of

defs = dg.Definitions(
    assets=dg.load_assets_from_modules([intake, inventory, discovery, strategy, governance, application]),
    asset_checks=all_checks(ASSET_TABLES),
    jobs=[*JOBS, purge_runs],
    schedules=[tenant_discovery, nightly_purge],
    sensors=[landing_folder, repository_pushes, plan_refresh],
    resources=RESOURCES,
    executor=executor_of(Settings.from_environment()),
)
