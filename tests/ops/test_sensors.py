"""Uploads start runs: one for each tenant and tick, by content, never for a folder that nobody registered."""

import os
import time

import dagster as dg
import pytest

from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, tenant_id
from aidiscover_pipelines.ingest.stage import receive_uploads
from aidiscover_pipelines.ops.sensors import landing_folder, plan_refresh
from resources.landing import LocalTenantFiles
from resources.scratch_store import ScratchStore

ACME = tenant_id("acme")
CSV = "name,os\nsrv01,RHEL 8\n"


@pytest.fixture
def store():
    return ScratchStore(Tenant(ACME, "Acme"), Tenant(tenant_id("globex"), "Globex"))


@pytest.fixture
def files(tmp_path):
    return LocalTenantFiles(tmp_path, settle_s=1)


def land(tmp_path, tenant, name, text=CSV, age_s=60):
    path = tmp_path / "uploads" / tenant / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (time.time() - age_s,) * 2)


def tick(store, files):
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(instance=instance, resources={"store": store, "files": files})
        return landing_folder(context)


def test_two_files_of_one_tenant_start_one_run(store, files, tmp_path):
    land(tmp_path, "acme", "a.csv")
    land(tmp_path, "acme", "b.csv", CSV + "srv02,RHEL 9\n")
    land(tmp_path, "globex", "a.csv")
    result = tick(store, files)
    assert sorted(request.partition_key for request in result.run_requests) == ["acme", "globex"]
    assert result.run_requests[0].tags["aidiscover/new_files"] == "2"
    assert result.dynamic_partitions_requests[0].partition_keys == ["acme", "globex"]


def test_the_same_content_asks_under_the_same_key_and_known_content_asks_not_at_all(store, files, tmp_path):
    land(tmp_path, "acme", "a.csv")
    first, second = tick(store, files), tick(store, files)
    assert first.run_requests[0].run_key == second.run_requests[0].run_key
    receive_uploads(store, files, ACME, RunRef("r1"))
    assert not tick(store, files).run_requests


def test_half_written_files_wait(store, files, tmp_path):
    land(tmp_path, "acme", "fresh.csv", age_s=0)
    land(tmp_path, "acme", "b.csv.part")
    result = tick(store, files)
    assert not result.run_requests
    assert "no new settled files" in result.skip_reason.skip_message


def test_a_folder_of_an_unknown_tenant_is_reported_and_not_run(store, files, tmp_path):
    land(tmp_path, "stranger", "a.csv")
    result = tick(store, files)
    assert not result.run_requests
    assert "stranger" in result.skip_reason.skip_message


@pytest.mark.parametrize(("tags", "partition"), [({"dagster/partition": "acme/crm"}, "acme"), ({}, None)])
def test_a_reassessed_application_refreshes_the_plan_of_its_tenant(tags, partition):
    @dg.op
    def nothing():
        pass

    @dg.job(tags=tags)
    def reassessed():
        nothing()

    with dg.DagsterInstance.ephemeral() as instance:
        run = reassessed.execute_in_process(instance=instance)
        context = dg.build_run_status_sensor_context(
            sensor_name="plan_refresh",
            dagster_event=run.get_run_success_event(),
            dagster_instance=instance,
            dagster_run=run.dagster_run,
        )
        answer = plan_refresh(context)
    assert getattr(answer, "partition_key", None) == partition
