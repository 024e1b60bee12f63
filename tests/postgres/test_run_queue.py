"""The run queue and the pools of a real instance: one run at a time for each tenant, everybody in turn."""

import threading
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pytest
from dagster._core.remote_origin import GrpcServerCodeLocationOrigin, RemoteRepositoryOrigin  # noqa: TID251
from dagster._core.storage.dagster_run import NOT_FINISHED_STATUSES  # noqa: TID251
from dagster._daemon.run_coordinator.queued_run_coordinator_daemon import QueuedRunCoordinatorDaemon

from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.ops.partitions import PARTITION_TAG, PRIORITY_TAG, TENANT_TAG
from aidiscover_pipelines.ops.pools import MODELS
from resources.postgres.dagster_home import URL_VARIABLE, write_dagster_home
from resources.postgres.embedded import ensure_server

# Dagster's own launcher for tests: it notes what the queue lets through and starts nothing.
NOTING = "run_launcher:\n  module: dagster._core.test_utils\n  class: MockedRunLauncher\n"
LOCATION = GrpcServerCodeLocationOrigin(host="localhost", port=1, location_name="aidiscover")
ORIGIN = RemoteRepositoryOrigin(LOCATION, "aidiscover").get_job_origin("discovery")


@dg.job
def discovery():
    pass


@pytest.fixture
def instance(database_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(URL_VARIABLE, ensure_server(database_home).dagster)
    path = write_dagster_home(Settings.from_environment({"AIDISCOVER_HOME": str(tmp_path)})) / "dagster.yaml"
    path.write_text(path.read_text() + NOTING)
    with dg.DagsterInstance.from_config(str(path.parent)) as instance:
        # The database is that of all tests, and a run of another one that never ended would hold a place.
        for run in instance.get_runs(dg.RunsFilter(statuses=list(NOT_FINISHED_STATUSES))):
            instance.delete_run(run.run_id)
        yield instance
        for job in (discovery.name, "asking"):
            for run in instance.get_runs(dg.RunsFilter(job_name=job)):
                instance.delete_run(run.run_id)


@pytest.fixture
def queue(instance):
    """Ticks the queue; gives back the keys that it let through, in order."""
    daemon = QueuedRunCoordinatorDaemon(interval_seconds=5)
    workspace = SimpleNamespace(instance=instance, create_request_context=lambda: None)

    def tick():
        seen = len(instance.run_launcher.queue())
        list(daemon.run_iteration(workspace))
        return [run.tags[PARTITION_TAG] for run in instance.run_launcher.queue()[seen:]]

    with daemon:
        yield tick


def ask(instance, key, priority=0):
    tags = {PARTITION_TAG: key, TENANT_TAG: key.partition("/")[0], PRIORITY_TAG: str(priority)}
    return instance.create_run_for_job(
        discovery, tags=tags, status=dg.DagsterRunStatus.QUEUED, remote_job_origin=ORIGIN
    )


def end(instance, run):
    instance.report_run_failed(instance.get_run_by_id(run.run_id))


def test_two_tenants_run_beside_each_other_and_each_one_run_at_a_time(instance, queue):
    bulk = ask(instance, "acme")
    ask(instance, "acme/crm")
    ask(instance, "acme")
    ask(instance, "globex")
    assert queue() == ["acme", "globex"]
    assert queue() == []
    end(instance, bulk)
    assert queue() == ["acme/crm"]


def test_a_tenant_that_asks_for_much_waits_behind_the_first_run_of_every_other(instance, queue):
    first = ask(instance, "acme/a", 0)
    ask(instance, "acme/b", -1)
    for tenant in ("t1", "t2", "t3", "t4"):
        ask(instance, tenant)
    assert queue() == ["acme/a", "t1", "t2", "t3"], "four runs at once, in the order in which they were asked for"
    end(instance, first)
    assert queue() == ["t4"]


def test_a_pool_holds_back_a_step_until_a_run_of_anybody_gives_its_slot_back(instance):
    slots = instance.event_log_storage
    slots.set_concurrency_slots(MODELS, 1)
    assert slots.claim_concurrency_slot(MODELS, "another-run", "ask").is_claimed
    seen = []

    def give_back():
        seen.append("given back")
        slots.free_concurrency_slots_for_run("another-run")

    @dg.op(pool=MODELS)
    def ask_models():
        seen.append("asked")

    @dg.job(executor_def=dg.in_process_executor)
    def asking():
        ask_models()

    other = threading.Timer(0.5, give_back)
    other.start()
    try:
        assert asking.execute_in_process(instance=instance).success
    finally:
        other.join()
        slots.delete_concurrency_limit(MODELS)
    assert seen == ["given back", "asked"]
