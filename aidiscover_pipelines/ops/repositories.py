"""Ops of repositories: scan what a tenant declared, and look again at what one application is built from."""

import dagster as dg

from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import ApplicationRepository
from aidiscover_pipelines.domain.tenancy import ApplicationId, RunRef, TenantId
from aidiscover_pipelines.inventory import stage as inventory
from aidiscover_pipelines.ops.failures import RETRY
from aidiscover_pipelines.ops.metadata import DONE, stage_output
from aidiscover_pipelines.ops.partitions import after, application_of, run_of, tenant_of
from aidiscover_pipelines.ports import Clock, PortfolioStore, RepositoryHosts
from aidiscover_pipelines.repositories.stage import SCANNED, scan_repositories


@dg.op(out=DONE, retry_policy=RETRY)
def read_repositories(
    context: dg.OpExecutionContext,
    store: dg.ResourceParam[PortfolioStore],
    repositories: dg.ResourceParam[RepositoryHosts],
    clock: dg.ResourceParam[Clock],
) -> dg.Output[None]:
    """Read the repositories that the tenant declared; one that cannot be read says why and keeps its last facts."""
    tenant, today = tenant_of(context), clock.today()
    return stage_output(context, scan_repositories, store, repositories, tenant, run_of(context), today)


@dg.op(ins=after("validated_attributes"), out=DONE, retry_policy=RETRY)
def refresh_repositories(
    context: dg.OpExecutionContext,
    store: dg.ResourceParam[PortfolioStore],
    repositories: dg.ResourceParam[RepositoryHosts],
    clock: dg.ResourceParam[Clock],
) -> dg.Output[None]:
    """Look at the repositories of one application again, and take over what changed."""
    tenant, application = tenant_of(context), application_of(context)
    return stage_output(context, refresh, store, repositories, clock, tenant, run_of(context), application)


def refresh(
    store: PortfolioStore,
    hosts: RepositoryHosts,
    clock: Clock,
    tenant: TenantId,
    run: RunRef,
    application: ApplicationId,
) -> StageResult:
    """Scan the application's repositories; values of applications are resolved anew only where a commit is new."""
    held = store.read(tenant, ApplicationRepository, application_id=application)
    if held.empty:
        return StageResult(rows_in=0, rows_out=0)
    result = scan_repositories(store, hosts, tenant, run, clock.today(), held["repository_id"].tolist())
    if result.figures[SCANNED]:
        inventory.refresh_standings(store, tenant, run)
        inventory.build_applications(store, tenant, run)
    return result
