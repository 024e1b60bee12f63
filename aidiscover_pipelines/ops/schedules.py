"""When tenants are discovered by themselves: each tenant's own cron, nightly unless it says otherwise."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
from cronsim import CronSim

from aidiscover_pipelines.ops.jobs import bulk_discovery
from aidiscover_pipelines.ops.partitions import TENANT_TAG, TENANTS
from aidiscover_pipelines.ops.turns import rotated
from aidiscover_pipelines.ports import PortfolioStore

TICK = timedelta(minutes=15)


@dg.schedule(
    job=bulk_discovery,
    cron_schedule="*/15 * * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Starts the bulk discovery of each tenant whose cron fell due since the last tick.",
)
def tenant_discovery(
    context: dg.ScheduleEvaluationContext, store: dg.ResourceParam[PortfolioStore]
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """One run for each due tenant, each day another one first; the run key keeps a repeated tick from doubling it."""
    now = context.scheduled_execution_time.astimezone(UTC)
    due = rotated([t.id for t in store.tenants() if is_due(t.cron, now - TICK, now)], now.toordinal())
    if not due:
        yield dg.SkipReason(f"no tenant's cron falls into the {TICK} before {now:%Y-%m-%d %H:%M} UTC")
    known = set(context.instance.get_dynamic_partitions(str(TENANTS.name)))
    context.instance.add_dynamic_partitions(str(TENANTS.name), [tenant for tenant in due if tenant not in known])
    for tenant in due:
        yield dg.RunRequest(run_key=f"{tenant}:{now.isoformat()}", partition_key=tenant, tags={TENANT_TAG: tenant})


def is_due(cron: str, after: datetime, until: datetime) -> bool:
    """Whether the cron fires in (after, until]."""
    return next(CronSim(cron, after)) <= until
