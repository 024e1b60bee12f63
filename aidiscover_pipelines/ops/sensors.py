"""What starts runs: files that arrived in a landing folder, and an application that was looked at again."""

import hashlib

import dagster as dg

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.tenancy import TenantId, split_partition_key, tenant_id
from aidiscover_pipelines.ingest.stage import new_uploads
from aidiscover_pipelines.ops.jobs import bulk_discovery, reassess_application, refresh_plan
from aidiscover_pipelines.ops.partitions import PARTITION_TAG, TENANT_TAG, TENANTS
from aidiscover_pipelines.ports import PortfolioStore, TenantFiles


@dg.sensor(
    job=bulk_discovery,
    minimum_interval_seconds=15,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Starts one bulk discovery for each tenant with uploads whose content was not seen before.",
)
def landing_folder(
    context: dg.SensorEvaluationContext,
    store: dg.ResourceParam[PortfolioStore],
    files: dg.ResourceParam[TenantFiles],
) -> dg.SensorResult:
    """One request for each tenant and tick. Folders of unknown tenants are reported and not run."""
    registered = {tenant.id for tenant in store.tenants()}
    requests, unknown = [], []
    for folder in files.tenants_with_uploads():
        if folder not in registered:
            unknown.append(folder)
            continue
        tenant = tenant_id(folder)
        hashes = sorted(upload.sha256 for upload in new_uploads(store, files, tenant))
        if hashes:
            requests.append(_request(tenant, hashes))
    if unknown:
        context.log.warning("landing folders of unregistered tenants: %s; run 'aidiscover tenant add NAME'", unknown)
    if not requests:
        reason = (
            f"no new settled files; folders of unregistered tenants: {unknown}" if unknown else "no new settled files"
        )
        return dg.SensorResult(skip_reason=reason)
    return dg.SensorResult(
        run_requests=requests,
        dynamic_partitions_requests=[TENANTS.build_add_request([str(r.partition_key) for r in requests])],
    )


def _request(tenant: TenantId, hashes: list[str]) -> dg.RunRequest:
    digest = hashlib.sha256("|".join(hashes).encode()).hexdigest()[:24]
    return dg.RunRequest(
        run_key=f"{tenant}:{digest}",
        partition_key=tenant,
        tags={TENANT_TAG: tenant, "aidiscover/new_files": str(len(hashes))},
    )


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    monitored_jobs=[reassess_application],
    request_job=refresh_plan,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Refreshes waves and report of a tenant after one of its applications was looked at again.",
)
def plan_refresh(context: dg.RunStatusSensorContext) -> dg.RunRequest | dg.SkipReason:
    """Several applications re-run in one minute ask once for each; the plan that is current makes later ones cheap."""
    key = context.dagster_run.tags.get(PARTITION_TAG, "")
    try:
        tenant, _ = split_partition_key(key)
    except ConfigError as error:
        return dg.SkipReason(str(error))
    return dg.RunRequest(run_key=context.dagster_run.run_id, partition_key=tenant, tags={TENANT_TAG: tenant})
