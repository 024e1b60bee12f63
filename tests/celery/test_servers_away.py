"""Redis or PostgreSQL goes away: one line at the start; in mid-run the work goes on, or ends clean and is repeated."""

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from aidiscover_pipelines.cli.runs import dagster_environment, dagster_instance, open_portfolio, own_home
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tables import SourceRecord
from aidiscover_pipelines.domain.tenancy import Tenant, TenantId
from resources.postgres.embedded import ensure_server, stop_server
from tests.celery.conftest import INTAKE, Cluster, Redis, holding, is_waiting, until, upload
from tests.celery.launching import launch, wait

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "aidiscover_pipelines.cli.main"]


def test_a_worker_without_its_broker_says_so_in_one_line(tmp_path):
    environment = os.environ | {
        "AIDISCOVER_HOME": str(tmp_path),
        "AIDISCOVER_EXECUTOR": "celery-runs",
        "AIDISCOVER_BROKER_URL": "redis://:secret@127.0.0.1:1/0",
    }
    ended = subprocess.run([*COMMAND, "worker"], env=environment, capture_output=True, text=True)
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "cannot reach the broker at '127.0.0.1:1'" in ended.stderr
    assert "AIDISCOVER_BROKER_URL" in ended.stderr
    assert "secret" not in ended.stderr


@pytest.mark.slow
def test_a_run_goes_on_without_redis_and_workers_come_back_to_it(
    cluster: Cluster, redis: Redis, store, tenant, stored, monkeypatch
):
    cluster.start_worker()
    cluster.ready()
    for name, value in cluster.environment.items():
        monkeypatch.setenv(name, value)
    with dagster_instance(Settings.from_environment()) as instance:
        with holding(cluster.home, "row_blocks"):
            run = launch(instance, tenant)
            until(lambda: is_waiting(cluster.home), "the run is in mid-op")
            redis.stop()
        assert wait(instance, run) is dg.DagsterRunStatus.SUCCESS
        assert len(stored(tenant)["source_records"]) == 500
        redis.start()
        other = TenantId(f"{tenant}-b")
        store.add_tenant(Tenant(other, "Acme"))
        upload(cluster.home, other)
        assert wait(instance, launch(instance, other)) is dg.DagsterRunStatus.SUCCESS
    assert len(stored(tenant)["source_records"]) == len(stored(other)["source_records"]) == 500


@pytest.mark.slow
def test_a_run_that_loses_the_database_resumes_or_ends_and_is_finished_by_the_next(tmp_path, monkeypatch):
    tenant = TenantId("acme")
    monkeypatch.setenv("AIDISCOVER_SETTLE_SECONDS", "0")
    with own_home() as settings:
        store = open_portfolio(settings)
        store.add_tenant(Tenant(tenant, "Acme"))
        upload(settings.home, tenant)
        environment = os.environ | dagster_environment(settings)
        with dagster_instance(settings) as instance:
            instance.add_dynamic_partitions("tenant", [tenant])
        command = [sys.executable, "-m", "dagster", "asset", "materialize", "-m", "aidiscover_pipelines.definitions"]
        command += ["--select", ",".join(f"key:{name}" for name in INTAKE), "--partition", tenant]
        with (tmp_path / "run.log").open("wb") as log:
            with holding(settings.home, "row_blocks"):
                run = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log)
                until(lambda: is_waiting(settings.home) or run.poll(), "the step is in mid-op")
                assert run.poll() is None, (tmp_path / "run.log").read_text()[-2000:]
                stop_server(settings.home)
            ensure_server(settings.home)
            if run.wait():
                subprocess.run(command, env=environment, cwd=ROOT, stdout=log, stderr=log, check=True)
        assert len(store.read(tenant, SourceRecord)) == 500
        store.close()
