"""Hands the intake of a tenant to the broker, as the daemon does with a run of its queue."""

from pathlib import Path

import dagster as dg
from dagster._core.definitions.reconstruct import (  # noqa: TID251 - what a launch makes of a job
    ReconstructableJob,
    ReconstructableRepository,
)

from tests.celery.conftest import INTAKE, until

_ASSETS = frozenset(map(dg.AssetKey, INTAKE))
_ROOT = Path(__file__).resolve().parents[2]


def intake_job() -> ReconstructableJob:
    """The bulk discovery as a worker finds it."""
    module = ReconstructableRepository.for_module("aidiscover_pipelines.definitions", "defs", str(_ROOT))
    return module.get_reconstructable_job("bulk_discovery").get_subset(asset_selection=_ASSETS)


def launch(instance: dg.DagsterInstance, tenant: str) -> str:
    """The id of the run."""
    job = intake_job()
    instance.add_dynamic_partitions("tenant", [tenant])
    run = instance.create_run_for_job(
        job.get_definition(),
        tags={"dagster/partition": tenant},
        job_code_origin=job.get_python_origin(),
        asset_selection=_ASSETS,
    )
    instance.launch_run(run.run_id, workspace=None)
    return run.run_id


def wait(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRunStatus:
    until(lambda: instance.get_run_by_id(run_id).is_finished, f"run {run_id} ends")
    return instance.get_run_by_id(run_id).status
