"""Old runs leave Dagster's database each night, with their events, logs and files.

A run that wrote what is current of any partition stays, however old it is: with its events the partition would turn
into one that was never materialised, and the next discovery would report all its applications again.
"""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
from pydantic import Field

ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
_EVENTS_AT_ONCE = 500
_WRITTEN = dg.DagsterEventType.ASSET_MATERIALIZATION


class KeptRuns(dg.Config):
    """How long runs are kept."""

    days: int = Field(30, gt=0, description="Runs that ended longer ago are deleted")


@dg.op
def delete_old_runs(context: dg.OpExecutionContext, config: KeptRuns) -> None:
    """Delete runs that ended before the kept days, unless something current is theirs."""
    deleted, kept = delete_runs(context.instance, datetime.now(UTC) - timedelta(days=config.days))
    context.log.info("%d runs deleted; %d as old stay for what is current of them", deleted, kept)


@dg.job(executor_def=dg.in_process_executor, description="Deletes old runs with their events, logs and files.")
def purge_runs() -> None:
    """One op, so that a person can start it with fewer days when space runs out."""
    delete_old_runs()


nightly_purge = dg.ScheduleDefinition(
    job=purge_runs, cron_schedule="40 4 * * *", default_status=dg.DefaultScheduleStatus.RUNNING
)


def delete_runs(instance: dg.DagsterInstance, ended_before: datetime) -> tuple[int, int]:
    """Counts of deleted runs, and of those as old that stay."""
    current = {
        event
        for asset in instance.get_asset_keys()
        for event in instance.get_latest_storage_id_by_partition(asset, _WRITTEN).values()
    }
    deleted = kept = 0
    for run_id in instance.get_run_ids(dg.RunsFilter(statuses=ENDED, updated_before=ended_before)):
        if any(event in current for event in _written(instance, run_id)):
            kept += 1
            continue
        instance.delete_run(run_id)
        instance.compute_log_manager.delete_logs(prefix=[run_id])
        shutil.rmtree(Path(instance.storage_directory()) / run_id, ignore_errors=True)  # most runs have none
        deleted += 1
    return deleted, kept


def _written(instance: dg.DagsterInstance, run_id: str) -> Iterator[int]:
    """Storage ids of the run's materialisations, page by page: the first current one decides."""
    cursor, has_more = None, True
    while has_more:
        page = instance.get_records_for_run(run_id, cursor=cursor, of_type=_WRITTEN, limit=_EVENTS_AT_ONCE)
        yield from (record.storage_id for record in page.records)
        cursor, has_more = page.cursor, page.has_more
