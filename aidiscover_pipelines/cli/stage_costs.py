"""`python -m aidiscover_pipelines.cli.stage_costs`: measures what each stage of a discovery costs, for `simulate`.

Writes stage_costs.json: for each size of portfolio the stages in the order of a run, with the seconds that each keeps a
core of the worker and a core of the database busy. CPU seconds and not wall, which on a shared machine is mostly
waiting for a core. What is left of the process (its start and its end) is a stage of its own.
"""

import json
import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aidiscover_pipelines.cli.bench_clock import load, machine
from aidiscover_pipelines.cli.bench_run import measured
from aidiscover_pipelines.cli.output import messages
from aidiscover_pipelines.cli.runs import open_files, open_portfolio, own_home
from aidiscover_pipelines.demo.generate import write_portfolio, write_portfolio_files
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import Tenant, TenantId, tenant_id

COSTS = Path(__file__).with_name("stage_costs.json")
SIZES = (100, 1000, 4000)


def add_tenant(settings: Settings, name: str, applications: int) -> TenantId:
    """A tenant whose generated portfolio lies in its landing folder."""
    from aidiscover_pipelines.ingest.stage import ingest_paths

    tenant = Tenant(tenant_id(name), name)
    store = open_portfolio(settings)
    store.add_tenant(tenant)
    with tempfile.TemporaryDirectory() as folder:
        ingest_paths(store, open_files(settings), tenant.id, write_portfolio_files(Path(folder), applications))
    return tenant.id


def measure(settings: Settings, applications: int) -> dict[str, Any]:
    """A discovery in a process of its own: its stages, its start and end as the first of them, its peak memory."""
    tenant = tenant_id(f"of-{applications}")
    store = open_portfolio(settings)
    store.add_tenant(Tenant(tenant, tenant))
    with tempfile.TemporaryDirectory() as folder:
        write_portfolio(Path(folder), applications)
        (run,) = measured(settings, tenant, [Path(folder)])
    process = {"stage": "process", **run["process"]}
    stages = [{part: stage[part] for part in ("stage", "worker", "database")} for stage in (process, *run["stages"])]
    return {"applications": applications, "peak_mib": run["peak_mib"], "stages": stages}


def _one_stage_a_line(document: dict[str, Any]) -> str:
    text = json.dumps(document, indent=1)
    return re.sub(r"{\s*(\"stage\"[^}]*?)\s*}", lambda found: "{" + " ".join(found[1].split()) + "}", text) + "\n"


def main() -> None:
    """Measure and write the file."""
    sizes = []
    with own_home() as settings:
        add_tenant(settings, "warms-up", 10)
        for applications in SIZES:
            messages.print(f"{applications} applications")
            sizes.append(measure(settings, applications))
    document = {"measured": f"{datetime.now(UTC):%Y-%m-%d}", "machine": machine(), "load": load(), "sizes": sizes}
    COSTS.write_text(_one_stage_a_line(document))


if __name__ == "__main__":
    main()
