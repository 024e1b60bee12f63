"""`python -m aidiscover_pipelines.cli.stage_costs`: measures what each stage of a discovery costs, for `simulate`.

Writes stage_costs.json: for each size of portfolio the stages in the order of a run, with the seconds that each keeps a
core of the worker and a core of the database busy. CPU seconds and not wall, which on a shared machine is mostly
waiting for a core. What is left of the process (its start and its end) is a stage of its own.
"""

import json
import logging
import os
import platform
import re
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aidiscover_pipelines.cli.output import messages
from aidiscover_pipelines.cli.runs import open_files, open_portfolio, own_home, run_job
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import Tenant, TenantId, tenant_id

COSTS = Path(__file__).with_name("stage_costs.json")
SIZES = (100, 1000, 4000)
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Clock:
    """CPU seconds used so far: by this process and its ended children, and by the embedded database."""

    worker: float
    database: float

    def since(self, earlier: "Clock") -> dict[str, float]:
        """What was used since then."""
        used = {"worker": self.worker - earlier.worker, "database": self.database - earlier.database}
        return {name: round(seconds, 3) for name, seconds in used.items()}


def clock(postmaster: int) -> Clock:
    """Now. The database is the postmaster of that process id with all its children, those that ended included."""
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    pids = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    return Clock(
        sum(one.ru_utime + one.ru_stime for one in used),
        cpu_of(str(postmaster), ended_children=True) + sum(cpu_of(pid) for pid in pids),
    )


def cpu_of(pid: str, *, ended_children: bool = False) -> float:
    """CPU seconds that a process used, with or without those of its children that ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:  # it ended meanwhile, and its parent counts it from now on
        return 0.0
    return sum(int(ticks) for ticks in fields[11 : 15 if ended_children else 13]) * _TICK_S


def postmaster_of(settings: Settings) -> int:
    """Process id of the embedded database."""
    return int((settings.home / "pg" / "data" / "postmaster.pid").read_text().split()[0])


class _StageClock(logging.Handler):
    """Notes the clock whenever an op says that its stage is done; what passed since the last belongs to it."""

    def __init__(self, postmaster: int) -> None:
        super().__init__()
        self._postmaster, self._last = postmaster, clock(postmaster)
        self.stages: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage() == "finished":
            self.note(str(getattr(record, "step", "")))

    def note(self, stage: str) -> None:
        now = clock(self._postmaster)
        self.stages.append({"stage": stage, **now.since(self._last)})
        self._last = now


def measured_here(settings: Settings, tenant: TenantId) -> list[dict[str, Any]]:
    """Stages of one discovery in this process."""
    open_portfolio(settings).close()  # type: ignore[attr-defined]
    stages = _StageClock(postmaster_of(settings))
    logger = logging.getLogger("aidiscover.progress")
    logger.addHandler(stages)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    outcome = run_job(settings, "bulk_discovery", tenant)
    if not outcome.succeeded:
        raise RuntimeError(f"the measured discovery failed at {outcome.failure}")
    stages.note("end_of_run")
    return stages.stages


def add_tenant(settings: Settings, name: str, applications: int) -> TenantId:
    """A tenant whose generated portfolio lies in its landing folder."""
    from aidiscover_pipelines.demo.generate import write_portfolio_files
    from aidiscover_pipelines.ingest.stage import ingest_paths

    tenant = Tenant(tenant_id(name), name)
    store = open_portfolio(settings)
    store.add_tenant(tenant)
    with tempfile.TemporaryDirectory() as folder:
        ingest_paths(store, open_files(settings), tenant.id, write_portfolio_files(Path(folder), applications))
    return tenant.id


def measure(settings: Settings, applications: int) -> dict[str, Any]:
    """A discovery in a process of its own: its stages, its start and end as the first of them, its peak memory."""
    tenant = add_tenant(settings, f"of-{applications}", applications)
    before = clock(postmaster_of(settings))
    command = [sys.executable, "-m", __spec__.name, str(settings.home), tenant]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603
    whole = clock(postmaster_of(settings)).since(before)
    found: dict[str, Any] = json.loads(printed)
    rest = {
        part: round(max(seconds - sum(stage[part] for stage in found["stages"]), 0.0), 3)
        for part, seconds in whole.items()
    }
    return {"applications": applications, **found, "stages": [{"stage": "process", **rest}, *found["stages"]]}


def _one_stage_a_line(document: dict[str, Any]) -> str:
    text = json.dumps(document, indent=1)
    return re.sub(r"{\s*(\"stage\"[^}]*?)\s*}", lambda found: "{" + " ".join(found[1].split()) + "}", text) + "\n"


def main() -> None:
    """Measure and write the file; with a home and a tenant: measure that one here and print."""
    if len(sys.argv) == 3:
        settings = Settings.from_environment(os.environ | {"AIDISCOVER_HOME": sys.argv[1]})
        stages = measured_here(settings, TenantId(sys.argv[2]))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(json.dumps({"peak_mib": peak, "stages": stages}))
        return
    sizes = []
    with own_home() as settings:
        add_tenant(settings, "warms-up", 10)
        for applications in SIZES:
            messages.print(f"{applications} applications")
            sizes.append(measure(settings, applications))
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    load = round(os.getloadavg()[0], 1)
    document = {"measured": f"{datetime.now(UTC):%Y-%m-%d}", "machine": machine, "load": load, "sizes": sizes}
    COSTS.write_text(_one_stage_a_line(document))


if __name__ == "__main__":
    main()
