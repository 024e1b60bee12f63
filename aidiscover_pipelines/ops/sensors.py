"""What starts runs: files that arrived, pushes to repositories, and an application that was looked at again."""

import hashlib
from datetime import UTC, datetime

import dagster as dg
import pandas as pd
from pydantic import BaseModel

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.tables import ApplicationRepository, ReassessmentRequest
from aidiscover_pipelines.domain.tenancy import (
    ApplicationId,
    TenantId,
    partition_key,
    split_partition_key,
    tenant_id,
)
from aidiscover_pipelines.ingest.stage import new_uploads
from aidiscover_pipelines.ops.jobs import bulk_discovery, reassess_application, refresh_plan
from aidiscover_pipelines.ops.partitions import APPLICATIONS, PARTITION_TAG, PRIORITY_TAG, TENANT_TAG, TENANTS
from aidiscover_pipelines.ops.turns import in_turn, tick_end
from aidiscover_pipelines.ports import Condition, PortfolioStore, TenantFiles

_EVER = datetime(2000, 1, 1, tzinfo=UTC)
_PUSHES = 50  # of one tenant in one tick; the rest waits for the next. The daemon creates a run in 20 to 100 ms


class PushesSeen(BaseModel):
    """The cursor of `repository_pushes`: the tenant looked at last, and when each tenant's last seen push arrived."""

    last: str = ""
    since: dict[str, datetime] = {}


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
    """At most one request for each tenant and tick; the cursor is the tenant whose folder was looked at last.

    Folders of unknown tenants are reported and not run.
    """
    ends = tick_end()
    registered = {tenant.id for tenant in store.tenants()}
    folders = files.tenants_with_uploads()
    unknown = [folder for folder in folders if folder not in registered]
    requests, last = [], context.cursor or ""
    for folder in in_turn([folder for folder in folders if folder in registered], last, ends):
        tenant = last = tenant_id(folder)
        hashes = sorted(upload.sha256 for upload in new_uploads(store, files, tenant))
        if hashes:
            requests.append(_request(tenant, hashes))
    if unknown:
        context.log.warning("landing folders of unregistered tenants: %s; run 'aidiscover tenant add NAME'", unknown)
    if not requests:
        reason = (
            f"no new settled files; folders of unregistered tenants: {unknown}" if unknown else "no new settled files"
        )
        return dg.SensorResult(skip_reason=reason, cursor=last)
    return dg.SensorResult(
        run_requests=requests,
        dynamic_partitions_requests=[TENANTS.build_add_request([str(r.partition_key) for r in requests])],
        cursor=last,
    )


def _request(tenant: TenantId, hashes: list[str]) -> dg.RunRequest:
    digest = hashlib.sha256("|".join(hashes).encode()).hexdigest()[:24]
    return dg.RunRequest(
        run_key=f"{tenant}:{digest}",
        partition_key=tenant,
        tags={TENANT_TAG: tenant, "aidiscover/new_files": str(len(hashes))},
    )


@dg.sensor(
    job=reassess_application,
    minimum_interval_seconds=15,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Looks again at the application that a repository builds, after a signed push to it.",
)
def repository_pushes(context: dg.SensorEvaluationContext, store: dg.ResourceParam[PortfolioStore]) -> dg.SensorResult:
    """One request for each application that was pushed to; the cursor tells the last push seen of each tenant.

    Several pushes to one application since the last tick ask once: its run looks at the newest commit.
    """
    ends = tick_end()
    seen = PushesSeen.model_validate_json(context.cursor or "{}")
    since = dict(seen.since)
    requests: dict[str, dg.RunRequest] = {}
    strangers: list[str] = []
    last = seen.last
    for name in in_turn([tenant.id for tenant in store.tenants()], last, ends):
        tenant = last = tenant_id(name)
        unseen = [Condition("received_at", ">", since.get(tenant, _EVER))]
        pushes, _ = store.page(tenant, ReassessmentRequest, unseen, order=["received_at"], limit=_PUSHES)
        if pushes.empty:
            continue
        since[tenant] = pushes["received_at"].max().to_pydatetime()
        newest = _newest_by_application(store, tenant, pushes, strangers)
        for turn, (application, delivery) in enumerate(newest.items()):
            key = partition_key(tenant, application)
            # Every tenant's first comes before anybody's second.
            tags = {TENANT_TAG: tenant, PRIORITY_TAG: str(-turn)}
            requests[key] = dg.RunRequest(run_key=f"{key}:{delivery}", partition_key=key, tags=tags)
    if strangers:
        context.log.warning("pushes to repositories of no known application: %s", sorted(set(strangers)))
    cursor = PushesSeen(last=last, since=since).model_dump_json()
    if not requests:
        return dg.SensorResult(skip_reason="no new push to a known application", cursor=cursor)
    return dg.SensorResult(
        run_requests=list(requests.values()),
        dynamic_partitions_requests=[APPLICATIONS.build_add_request(list(requests))],
        cursor=cursor,
    )


def _newest_by_application(
    store: PortfolioStore, tenant: TenantId, pushes: pd.DataFrame, strangers: list[str]
) -> dict[ApplicationId, str]:
    """Application -> its newest delivery, in the order of their first; repositories of none join the strangers."""
    repositories = pushes["repository_id"].unique().tolist()
    columns = ["repository_id", "application_id"]
    built = store.read(tenant, ApplicationRepository, columns=columns, repository_id=repositories).dropna()
    application_of = dict(zip(built["repository_id"], built["application_id"], strict=True))
    strangers += [repository for repository in repositories if repository not in application_of]
    return {
        ApplicationId(application_of[repository]): delivery
        for repository, delivery in zip(pushes["repository_id"], pushes["delivery_id"], strict=True)
        if repository in application_of
    }


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
