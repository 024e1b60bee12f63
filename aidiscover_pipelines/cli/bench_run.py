"""`python -m aidiscover_pipelines.cli.bench_run HOME TENANT report|inventory FOLDER...`: discoveries, measured.

Each folder's files are put into the landing folder, the sensor is ticked, and what it asks for is run in this process
on the embedded database. A process of its own, so that its peak of memory is that of one portfolio. What a worker loads
before it takes work is loaded before the clock starts. Prints JSON: a list of runs.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aidiscover_pipelines.cli.bench_clock import StageClock, clock, postmaster_of
from aidiscover_pipelines.cli.runs import dagster_instance, open_files, run_job
from aidiscover_pipelines.domain.errors import ConfigError, Permanent
from aidiscover_pipelines.domain.settings import OFFLINE_MODEL, Settings
from aidiscover_pipelines.domain.tables import PortfolioReport
from aidiscover_pipelines.domain.tenancy import TenantId
from resources.postgres import open_store, starting

if TYPE_CHECKING:
    import dagster as dg

    from aidiscover_pipelines.ports import PortfolioStore

INVENTORY = "inventory"
# The stages of `--rows`: from the landing folder to the machines that the rows are about.
TO_INVENTORY = ("source_files", "source_records", "field_mappings", "cleansed_records", "inventory")
Run = dict[str, Any]


def measured(
    settings: Settings,
    tenant: TenantId,
    folders: Sequence[Path],
    *,
    to_inventory: bool = False,
    flame: Path | None = None,
) -> list[Run]:
    """The runs of the folders' files, one after the other, in one new process; with what that process used besides.

    `flame`: where py-spy writes its picture of the process. Raises: Permanent where the process fails, ConfigError
    where there is no py-spy.
    """
    profiler = [] if flame is None else _profiler(flame)
    until = INVENTORY if to_inventory else "report"
    command = [*profiler, sys.executable, "-m", __spec__.name, str(settings.home), tenant, until, *map(str, folders)]
    before = clock(postmaster_of(settings))
    ended = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)  # noqa: S603
    if ended.returncode:
        raise Permanent(
            f"cannot measure the discovery of {folders[0]}: its process ended with code {ended.returncode}; "
            "what it said stands above; put that right and measure again"
        )
    whole = clock(postmaster_of(settings)).since(before)
    # The profiler writes to the same place what it is doing.
    runs: list[Run] = json.loads(next(line for line in ended.stdout.splitlines() if line.startswith("[{")))
    runs[0]["process"] = {
        part: round(max(seconds - sum(run[part] for run in runs), 0.0), 3) for part, seconds in whole.items()
    }
    return runs


def _profiler(flame: Path) -> list[str]:
    found = shutil.which("py-spy", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")
    if found is None:
        raise ConfigError("cannot draw a flame graph: py-spy is not installed; run 'pip install py-spy'")
    form = "flamegraph" if flame.suffix == ".svg" else "speedscope"
    return [found, "record", "--rate", "100", "--format", form, "--output", str(flame), "--"]


def run_here(settings: Settings, tenant: TenantId, folder: Path, stages: StageClock, assets: Sequence[str]) -> Run:
    """Upload to report, measured in this process.

    Raises: Permanent where the sensor asks for no run, or the run fails; a bench has nothing to say then.
    """
    from aidiscover_pipelines.governance.usage import usage
    from aidiscover_pipelines.reporting.stage import summary

    store, files = open_store(settings), open_files(settings)
    stages.taken()
    began = clock(postmaster_of(settings))
    paths = sorted(folder.iterdir())
    for path in paths:
        files.receive(tenant, path)
    stages.note("upload")
    request = _ticked(settings, store, tenant)
    stages.note("sensor tick")
    outcome = run_job(settings, "bulk_discovery", str(request.partition_key), assets=assets)
    if not outcome.succeeded:
        raise Permanent(f"cannot measure a discovery: it failed at {outcome.failure}; run 'aidiscover demo' to see why")
    stages.note("end of run")
    used = clock(postmaster_of(settings)).since(began)
    reports = [Path(path) for path in store.read(tenant, PortfolioReport, columns=["path"])["path"]]
    found = summary(store, tenant)
    rows = found["records"]
    taken = stages.taken()
    kickoffs = usage(store, tenant, outcome.run_id)["kickoffs"]
    store.close()
    return {
        **used,
        "files": len(paths),
        "bytes_read": sum(path.stat().st_size for path in paths),
        "bytes_reported": sum(path.stat().st_size for path in reports),
        "rows": rows,
        "rows_per_second": round(rows / used["wall"]),
        "peak_mib": max(stage["peak_mib"] for stage in taken),
        "reader_peak_mib": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
        "kickoffs": kickoffs,
        "found": {name: found[name] for name in ("assets", "applications", "dependencies")},
        "stages": taken,
    }


def _ticked(settings: Settings, store: "PortfolioStore", tenant: TenantId) -> "dg.RunRequest":
    """What the landing folder's sensor asks for."""
    with dagster_instance(settings) as instance:
        import dagster as dg

        from aidiscover_pipelines.ops.sensors import landing_folder

        resources = {"store": store, "files": open_files(settings)}
        with dg.build_sensor_context(instance=instance, resources=resources) as context:
            result = landing_folder(context)
    requests = result.run_requests if isinstance(result, dg.SensorResult) else None
    if not requests or [request.partition_key for request in requests] != [tenant]:
        raise Permanent(
            f"cannot measure a discovery: the sensor asked for {requests} and not for one run of tenant {tenant!r}; "
            "report this as a bug"
        )
    return requests[0]


def main() -> None:
    """Run what the arguments say and print the runs."""
    home, tenant, until, *folders = sys.argv[1:]
    settings = replace(Settings.from_environment(), home=Path(home), database_url="", model=OFFLINE_MODEL)
    from resources.llm.environment import import_crewai

    with starting(settings):  # the database is up before the clock starts
        import_crewai(settings.home)
        import aidiscover_pipelines.definitions  # noqa: F401  what a worker preloads
        import resources.crews.kickoff  # noqa: F401
    open_store(settings).close()
    stages = StageClock(postmaster_of(settings))
    assets = TO_INVENTORY if until == INVENTORY else ()
    runs = [run_here(settings, TenantId(tenant), Path(folder), stages, assets) for folder in folders]
    sys.stdout.write(f"\n{json.dumps(runs)}\n")


if __name__ == "__main__":
    main()
