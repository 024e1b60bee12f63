"""Two workers take runs, or the steps of one; one that is killed in mid-op loses nothing and doubles nothing."""

import subprocess
import sys
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest

from aidiscover_pipelines.cli.runs import dagster_instance
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import Tenant, TenantId
from tests.celery.conftest import INTAKE, Cluster, holding, is_waiting, until, upload
from tests.celery.launching import intake_job, launch, wait

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def two_workers(cluster: Cluster) -> Cluster:
    """Their application takes runs and steps alike: only who hands out differs."""
    cluster.start_worker()
    cluster.start_worker()
    cluster.ready()
    return cluster


@pytest.fixture
def instance(two_workers: Cluster, monkeypatch: pytest.MonkeyPatch):
    two_workers.executor = "celery-runs"
    for name, value in two_workers.environment.items():
        monkeypatch.setenv(name, value)
    with dagster_instance(Settings.from_environment()) as instance:
        yield instance


def assert_as_read_once(told: dict[str, pd.DataFrame]) -> None:
    assert len(told["source_records"]) == 500
    assert len(told["source_sheets"]) == len(told["source_files"]) == 1


def test_workers_take_a_run_each_and_write_the_same_tables(instance, two_workers, store, tenant, stored):
    other = TenantId(f"{tenant}-b")
    store.add_tenant(Tenant(other, "Acme"))
    upload(two_workers.home, other)
    with holding(two_workers.home, "row_blocks"):
        runs = [launch(instance, name) for name in (tenant, other)]
        until(lambda: all(worker.is_busy() for worker in two_workers.workers), "each worker has a run")
    assert [wait(instance, run) for run in runs] == [dg.DagsterRunStatus.SUCCESS] * 2
    first, second = stored(tenant), stored(other)
    assert_as_read_once(first)
    for name, frame in first.items():
        pd.testing.assert_frame_equal(second[name], frame)


def test_a_run_whose_worker_is_killed_fails_and_its_re_execution_finishes_it(instance, two_workers, tenant, stored):
    with holding(two_workers.home, "row_blocks"):
        lost = launch(instance, tenant)
        until(lambda: is_waiting(two_workers.home), "the run is in mid-op")
        two_workers.busy().kill_executing()
        assert wait(instance, lost) is dg.DagsterRunStatus.FAILURE
    assert stored(tenant)["source_records"].empty
    until(lambda: instance.get_run_by_id(lost).tags.get("dagster/will_retry") == "true", "the daemon is to retry it")
    # What the daemon does then.
    again = dg.ReexecutionOptions.from_failure(lost, instance)
    tags = {"dagster/partition": tenant}
    with dg.execute_job(intake_job(), instance, tags=tags, reexecution_options=again) as finished:
        assert finished.success
        assert "source_files.receive_uploads" not in {event.step_key for event in finished.all_events}
    assert_as_read_once(stored(tenant))


def test_a_step_whose_worker_is_killed_is_executed_again_by_another(two_workers, tenant, stored, tmp_path):
    two_workers.executor = "celery-steps"
    command = [sys.executable, "-m", "dagster", "asset", "materialize", "-m", "aidiscover_pipelines.definitions"]
    selected = ["--select", ",".join(f"key:{name}" for name in INTAKE), "--partition", tenant]
    environment = two_workers.environment
    with dagster_instance(Settings.from_environment(environment)) as instance:
        instance.add_dynamic_partitions("tenant", [tenant])
    with (
        (tmp_path / "run.log").open("wb") as log,
        subprocess.Popen([*command, *selected], env=environment, cwd=ROOT, stdout=log, stderr=log) as run,
        holding(two_workers.home, "row_blocks"),
    ):
        until(lambda: is_waiting(two_workers.home) or run.poll(), "the step is in mid-op")
        assert run.poll() is None, (tmp_path / "run.log").read_text()[-2000:]
        steps = sum(worker.said("] received") for worker in two_workers.workers)
        two_workers.busy().kill_executing()
        until(lambda: sum(worker.said("] received") for worker in two_workers.workers) > steps, "the step comes again")
    assert run.returncode == 0, (tmp_path / "run.log").read_text()[-2000:]
    assert_as_read_once(stored(tenant))
