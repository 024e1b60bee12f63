"""Old runs are deleted; those that hold what is current of a partition stay."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.ops.retention import delete_runs, nightly_purge, purge_runs
from resources.postgres.dagster_home import URL_VARIABLE, write_dagster_home
from resources.postgres.embedded import ensure_server

PARTS = dg.StaticPartitionsDefinition(["crm", "erp"])


@dg.asset(partitions_def=PARTS)
def plan() -> None:
    """A table of one partition."""


@dg.op
def nothing():
    return 1


@dg.job
def one_off():
    nothing()


def written(instance, partition):
    return dg.materialize([plan], instance=instance, partition_key=partition).run_id


def later():
    return datetime.now(UTC) + timedelta(minutes=1)


@pytest.fixture(scope="module")
def instance(database_home, tmp_path_factory):
    """On PostgreSQL, since SQLite numbers the events of each run anew; other tests' runs may lie there too."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(URL_VARIABLE, ensure_server(database_home).dagster)
        folder = write_dagster_home(Settings.from_environment({"AIDISCOVER_HOME": str(home)}))
        with dg.DagsterInstance.from_config(str(folder)) as instance:
            yield instance


def test_a_run_goes_when_everything_it_wrote_was_written_again(instance):
    replaced, current, newer = (written(instance, key) for key in ("crm", "erp", "crm"))
    deleted, kept = delete_runs(instance, later())
    assert deleted >= 1
    assert kept >= 2
    left = set(instance.get_run_ids())
    assert replaced not in left
    assert {current, newer} <= left
    assert not instance.all_logs(replaced)
    assert instance.get_materialized_partitions(plan.key) == {"crm", "erp"}


def test_a_run_that_wrote_no_partition_leaves_nothing_behind(instance):
    run = one_off.execute_in_process(instance=instance).run_id
    files = Path(instance.storage_directory()) / run
    files.mkdir(parents=True, exist_ok=True)
    delete_runs(instance, datetime.now(UTC) - timedelta(minutes=1))
    assert run in instance.get_run_ids()
    delete_runs(instance, later())
    assert run not in instance.get_run_ids()
    assert not files.exists()


def test_a_run_that_has_not_ended_stays(instance):
    going = instance.create_run_for_job(one_off, status=dg.DagsterRunStatus.STARTED)
    delete_runs(instance, later())
    assert going.run_id in instance.get_run_ids()
    instance.delete_run(going.run_id)


def test_the_nightly_job_keeps_a_month(instance):
    old = one_off.execute_in_process(instance=instance).run_id
    assert purge_runs.execute_in_process(instance=instance).success
    assert old in instance.get_run_ids()
    assert nightly_purge.job_name == purge_runs.name
