"""`python -m aidiscover_pipelines.cli.check_simulation`: discoveries measured at 1, 2 and 4 workers, and predicted.

A worker is a process of `aidiscover discover` at a time. Run it where nobody else computes: what other programs take
of the cores is not predicted, and the load that it prints tells how far to trust the seconds.
"""

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from aidiscover_pipelines.cli.bench_clock import clock, cpu, load, postmaster_of
from aidiscover_pipelines.cli.output import console, messages, table
from aidiscover_pipelines.cli.runs import own_home
from aidiscover_pipelines.cli.simulation import Cluster, discovery_seconds, simulate
from aidiscover_pipelines.cli.stage_costs import COSTS, add_tenant
from aidiscover_pipelines.domain.settings import Settings

TENANTS, APPLICATIONS, WORKERS = 4, 100, (1, 2, 4)
COLUMNS = ["workers", "measured, s", "predicted, s", "error", "core seconds, measured", "predicted", "load at its end"]


def measured(settings: Settings, workers: int) -> tuple[float, float]:
    """Wall seconds and core seconds of all tenants' discoveries."""
    names = [add_tenant(settings, f"w{workers}-{number}", APPLICATIONS) for number in range(TENANTS)]
    environment = os.environ | {"AIDISCOVER_HOME": str(settings.home)}

    def discover(name: str) -> None:
        command = [sys.executable, "-m", "aidiscover_pipelines.cli.main", "discover", "--tenant", name, "--json"]
        subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603

    postmaster = postmaster_of(settings)
    used, began = clock(postmaster), time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(discover, names))
    return time.perf_counter() - began, cpu(clock(postmaster).since(used))


def main() -> None:
    """Print the table."""
    stages = discovery_seconds(json.loads(COSTS.read_text()), APPLICATIONS)
    cores, rows = os.cpu_count() or 1, []
    with own_home() as settings:
        add_tenant(settings, "warms-up", 10)
        for workers in WORKERS:
            messages.print(f"{workers} workers")
            seconds, used = measured(settings, workers)
            predicted = simulate([stages] * TENANTS, Cluster(workers, cores=cores))
            error = f"{predicted.seconds / seconds - 1:+.0%}"
            core_seconds = sum(predicted.used.values())
            rows.append([workers, seconds, predicted.seconds, error, used, core_seconds, load()])
    console.print(table(f"{TENANTS} tenants of {APPLICATIONS} applications, {cores} cores", COLUMNS, rows))


if __name__ == "__main__":
    main()
