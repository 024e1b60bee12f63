"""Runs of the Dagster jobs from the command line, in this process, recorded in the same instance that the UI shows."""

import gc
import os
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aidiscover_pipelines.cli.output import stage_progress
from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import hint_at_application

if TYPE_CHECKING:
    import dagster as dg

    from aidiscover_pipelines.ports import PortfolioStore, TenantFiles

_STATEMENT_TIMEOUT_MS, _POOL_RECYCLE_S = 900_000, 3_600

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """A finished run. `seconds` maps an asset to the time its steps took; checks and loading are named apart."""

    run_id: str
    succeeded: bool
    failure: str
    seconds: dict[str, float] = field(default_factory=dict)


def open_portfolio(settings: Settings) -> "PortfolioStore":
    """The store, its server started when it is not up yet; closed when the command that opened it is over."""
    from resources.postgres import open_store

    store = open_store(settings)
    if command := click.get_current_context(silent=True):
        command.call_on_close(store.close)
    return store


def open_for_a_run(settings: Settings) -> "PortfolioStore":
    """`open_portfolio` of a command that runs a job whatever it finds: what jobs need loads while the server starts."""
    from resources.postgres import starting

    with starting(settings), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as in `dagster_instance`
        import aidiscover_pipelines.definitions  # noqa: F401
    return open_portfolio(settings)


@contextmanager
def own_home() -> Iterator[Settings]:
    """Settings with a data directory and an embedded database of their own, both gone afterwards."""
    # A short path: the database's socket lies below it, and socket paths are limited to about 100 bytes.
    with tempfile.TemporaryDirectory(prefix="aid-") as folder:
        settings = replace(Settings.from_environment(), home=Path(folder), database_url="")
        try:
            yield settings
        finally:
            from resources.postgres.embedded import stop_server

            stop_server(settings.home)


def open_files(settings: Settings) -> "TenantFiles":
    """Landing folders and reports below the data directory."""
    from resources.landing import LocalTenantFiles

    return LocalTenantFiles(settings.home, settings.settle_s)


def dagster_environment(settings: Settings) -> dict[str, str]:
    """Environment that lets a Dagster process find its home and its database; starts the server when needed."""
    from resources.postgres import connect
    from resources.postgres.dagster_home import write_dagster_home

    urls = connect(settings)
    return {
        "AIDISCOVER_HOME": str(settings.home),
        "AIDISCOVER_DAGSTER_URL": urls.dagster,
        "DAGSTER_HOME": str(write_dagster_home(settings)),
        "DAGSTER_DISABLE_TELEMETRY": "yes",
    }


@contextmanager
def dagster_instance(settings: Settings) -> Iterator["dg.DagsterInstance"]:
    """The instance that the UI and the daemon use too."""
    os.environ.update(dagster_environment(settings))
    with warnings.catch_warnings():
        # Dagster and dagster-postgres warn about their own insides, also during a run; a user can do nothing about it.
        warnings.simplefilter("ignore")
        import dagster as dg

        with dg.DagsterInstance.get() as instance:
            # Keeps connections open; without it every event and query connects anew, 2 ms each and 900 in a run.
            instance.optimize_for_webserver(_STATEMENT_TIMEOUT_MS, _POOL_RECYCLE_S, max_overflow=4)
            yield instance


def run_job(
    settings: Settings,
    job_name: str,
    partition_key: str,
    config: Mapping[str, Mapping[str, Any]] | None = None,
    assets: Sequence[str] = (),
) -> RunOutcome:
    """Execute one job on one partition and wait for it, with a progress bar on a terminal.

    `config` is that of ops: asset -> op -> fields. `assets`: only these of the job's, where there are any.
    """
    began = time.perf_counter()
    with dagster_instance(settings) as instance:
        import dagster as dg

        from aidiscover_pipelines.definitions import defs
        from aidiscover_pipelines.ops.partitions import APPLICATIONS, TENANTS

        partitions = APPLICATIONS if "/" in partition_key else TENANTS
        known = instance.get_dynamic_partitions(str(partitions.name))
        if partition_key not in known:
            if partitions is APPLICATIONS:
                tenant, _, application = partition_key.partition("/")
                ids = [key.partition("/")[2] for key in known if key.startswith(f"{tenant}/")]
                hint = hint_at_application(application, ids) if ids else f"run 'aidiscover discover --tenant {tenant}'"
                raise ConfigError(
                    f"cannot reassess application {application!r} of tenant {tenant!r}: the inventory has no "
                    f"application of that id; {hint}"
                )
            instance.add_dynamic_partitions(str(partitions.name), [partition_key])
        job = defs.resolve_job_def(job_name)
        gc.freeze()  # what is loaded by now stays for good
        loaded = time.perf_counter()
        stages = sum(op.output_defs[0].dagster_type.is_nothing for op in job.graph.iterate_op_defs() if op.output_defs)
        ops = {
            asset: {"ops": {op: {"config": fields} for op, fields in held.items()}}
            for asset, held in (config or {}).items()
        }
        with stage_progress(stages):
            result = job.execute_in_process(
                instance=instance,
                partition_key=partition_key,
                raise_on_error=False,
                run_config={**QUIET, "ops": ops},
                asset_selection=[dg.AssetKey(asset) for asset in assets] or None,
            )
    seconds = {"loading": loaded - began, **_seconds_by_asset(result), "total": time.perf_counter() - began}
    return RunOutcome(
        result.run_id, result.success, _first_failure(result), {k: round(v, 3) for k, v in seconds.items()}
    )


def _seconds_by_asset(result: "dg.ExecuteInProcessResult") -> dict[str, float]:
    """Step keys read asset.op or asset_checks; a fan-out's steps add up."""
    seconds: dict[str, float] = {}
    for event in result.all_events:
        if event.is_step_success:
            asset = str(event.step_key).partition(".")[0]
            asset = "checks" if asset.endswith(("_checks", "_budget")) else asset
            seconds[asset] = seconds.get(asset, 0.0) + event.step_success_data.duration_ms / 1000
    return seconds


def _first_failure(result: "dg.ExecuteInProcessResult") -> str:
    for event in result.all_events:
        if event.is_step_failure:
            failure = event.step_failure_data
            description = failure.user_failure_data.description if failure.user_failure_data else None
            return f"{event.step_key}: {description or _root_cause(failure.error)}"
        if event.is_job_failure:
            return f"its start: {_root_cause(event.job_failure_data.error)}"
    return "" if result.success else "an unknown step; see the run in the UI"


def _root_cause(error: Any) -> str:
    """The message of the error that began it, without its class."""
    if error is None:
        return "unknown error"
    while error.cause is not None:
        error = error.cause
    return str(error.message).strip().partition(f"{error.cls_name}: ")[2] or str(error.message).strip()
