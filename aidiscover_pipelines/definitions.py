"""The roof: everything composed into one code location. Loading connects to nothing and imports no agent library."""

import dagster as dg

from aidiscover_pipelines.ops.checks import all_checks
from aidiscover_pipelines.ops.jobs import JOBS
from aidiscover_pipelines.ops.schedules import tenant_discovery
from aidiscover_pipelines.ops.sensors import landing_folder, plan_refresh
from assets import application, discovery, governance, intake, inventory, strategy
from assets.declare import ASSET_TABLES
from resources.catalogue import RESOURCES

defs = dg.Definitions(
    assets=dg.load_assets_from_modules([intake, inventory, discovery, strategy, governance, application]),
    asset_checks=all_checks(ASSET_TABLES),
    jobs=JOBS,
    schedules=[tenant_discovery],
    sensors=[landing_folder, plan_refresh],
    resources=RESOURCES,
    executor=dg.in_process_executor,
)
