"""`python -m aidiscover_pipelines.cli.bench_tenants [N ...]`: what a tick of the schedule and of each sensor costs."""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aidiscover_pipelines.cli.output import console, messages, table
from aidiscover_pipelines.cli.runs import dagster_instance, open_files, open_portfolio, own_home
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tables import SourceFile
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId, tenant_id
from aidiscover_pipelines.ports import Upload

if TYPE_CHECKING:
    import dagster as dg

TENANTS = (50, 1000)
FILES = 3  # of each tenant, received before: what a landing folder holds on an ordinary day
NIGHT = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
COLUMNS = ["tenants", "tick", "longest, s", "promised, s", "ticks until all had a turn"]


def ticks(tenants: int) -> list[list[Any]]:
    """Rows of the table for so many tenants."""
    from aidiscover_pipelines.ops.sensors import PushesSeen, landing_folder, repository_pushes

    with own_home() as settings:
        names = register(settings, tenants)
        store, files = open_portfolio(settings), open_files(settings)
        with dagster_instance(settings) as instance:
            sensors = {
                "schedule, every tenant due": (schedule_tick(settings, instance), 1),
                "landing folders, nothing new": sensor_ticks(
                    instance, names[-1], landing_folder, str, store=store, files=files
                ),
                "pushes, none new": sensor_ticks(
                    instance, names[-1], repository_pushes, _last_of(PushesSeen), store=store
                ),
            }
    return [[tenants, name, seconds, 1.0, count] for name, (seconds, count) in sensors.items()]


def register(settings: Settings, tenants: int) -> list[TenantId]:
    """Tenants with files that an earlier run received; what it made of them is left out."""
    import pandas as pd

    store, files = open_portfolio(settings), open_files(settings)
    names = [tenant_id(f"tenant-{number:05}") for number in range(tenants)]
    for name in names:
        store.add_tenant(Tenant(name, name))
        for number in range(FILES):
            path = settings.home / f"servers-{number}.csv"
            path.write_text(f"name,os\n{name}-{number},RHEL 9\n")
            files.receive(name, path)
        rows = [_received(upload) for upload in files.settled_uploads(name)]
        store.upsert(name, RunRef("bench"), {SourceFile: pd.DataFrame(rows)})
    return names


def _received(upload: Upload) -> dict[str, Any]:
    told = {"name": upload.name, "sha256": upload.sha256, "bytes": upload.bytes, "format": "csv", "status": "accepted"}
    return {**told, "file_id": upload.sha256[:12], "reason": "", "received_at": NIGHT, "warnings": []}


def schedule_tick(settings: Settings, instance: "dg.DagsterInstance") -> float:
    """Seconds of a tick at which every tenant is due."""
    import dagster as dg

    from aidiscover_pipelines.ops.schedules import tenant_discovery

    began = time.perf_counter()
    resources = {"store": open_portfolio(settings)}
    with dg.build_schedule_context(instance, scheduled_execution_time=NIGHT, resources=resources) as context:
        requests: Any = tenant_discovery(context)
        list(requests)
    return time.perf_counter() - began


def sensor_ticks(
    instance: "dg.DagsterInstance",
    end: TenantId,
    sensor: "dg.SensorDefinition",
    last_of: Callable[[str], str],
    **resources: Any,
) -> tuple[float, int]:
    """Seconds of the longest tick, and how many it takes until the tenants up to `end` had their turn."""
    import dagster as dg

    cursor: str | None = None
    seconds, reached = [], ""
    while True:
        began = time.perf_counter()
        with dg.build_sensor_context(instance, cursor=cursor, resources=resources) as context:
            result: Any = sensor(context)
            cursor = str(result.cursor)
        seconds.append(time.perf_counter() - began)
        before, reached = reached, last_of(cursor)
        if reached == end or reached <= before:  # a tick that passes the end goes on with the first
            return max(seconds), len(seconds)


def _last_of(model: Any) -> Callable[[str], str]:
    return lambda cursor: str(model.model_validate_json(cursor).last)


def main(counts: tuple[int, ...]) -> None:
    """Print the table."""
    rows = []
    for count in counts:
        messages.print(f"{count} tenants")
        rows += ticks(count)
    console.print(table("One tick", COLUMNS, rows))


if __name__ == "__main__":
    main(tuple(int(word) for word in sys.argv[1:]) or TENANTS)
