"""`python -m aidiscover_pipelines.cli.bench_pages [KEYS]`: server time of the Dagster pages at many application keys.

Fills a data directory of its own with application keys that are all materialised, and asks the webserver what the pages
ask it (their GraphQL, cut to the fields that grow). The browser's drawing is not measured.
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

import httpx

from aidiscover_pipelines.cli.bench_clock import cpu_of
from aidiscover_pipelines.cli.output import console, messages, table
from aidiscover_pipelines.cli.runs import dagster_environment, dagster_instance, own_home
from aidiscover_pipelines.domain.settings import Settings

KEYS, TENANT_KEYS, ROUNDS = 100_000, 1000, 3
COLUMNS = ["page", "first, s", "then, s", "CPU, s", "bytes", "promised, s"]
START_S, ANSWER_S = 120.0, 120.0
_ASSET = '[{path: ["%s"]}]'
PAGES = {
    "asset list: the graph with its assets": "{assetNodes {id assetKey {path} groupName kinds isPartitioned}}",
    "asset overview: latest events of all assets": (
        "{assetNodes {assetKey {path} assetMaterializations(limit: 1) {runId timestamp partition}}}"
    ),
    "asset list: counts of partitions": (
        f"{{assetNodes(assetKeys: {_ASSET % 'application_recommendation'}) "
        "{partitionStats {numMaterialized numFailed numPartitions numMaterializing}}}"
    ),
    "partitions of application_recommendation": (
        f"{{assetNodes(assetKeys: {_ASSET % 'application_recommendation'}) "
        "{partitionKeysByDimension {name partitionKeys} assetPartitionStatuses "
        "{... on DefaultPartitionStatuses {materializedPartitions failedPartitions unmaterializedPartitions "
        "materializingPartitions}}}}"
    ),
    "partitions of recommendations (tenants)": (
        f"{{assetNodes(assetKeys: {_ASSET % 'recommendations'}) "
        "{partitionKeysByDimension {name partitionKeys} assetPartitionStatuses "
        "{... on DefaultPartitionStatuses {materializedPartitions failedPartitions unmaterializedPartitions "
        "materializingPartitions}}}}"
    ),
    "one application": (
        f"{{assetNodes(assetKeys: {_ASSET % 'application_recommendation'}) "
        '{assetMaterializations(limit: 1, partitions: ["tenant-00000/app-000000"]) '
        "{runId timestamp partition metadataEntries {label}}}}"
    ),
    "runs": "{runsOrError(limit: 25) {... on Runs {count results {id status jobName tags {key value} startTime}}}}",
}


def fill(settings: Settings, keys: int) -> float:
    """Seconds to register and report the applications of as many tenants as a thousandth of the keys."""
    with dagster_instance(settings) as instance:
        import dagster as dg

        from aidiscover_pipelines.ops.event_batches import add_partitions, report_changed
        from aidiscover_pipelines.ops.partitions import APPLICATIONS, TENANTS, PartitionState

        tenants = [f"tenant-{number:05}" for number in range(max(keys // TENANT_KEYS, 1))]
        instance.add_dynamic_partitions(str(TENANTS.name), tenants)
        states = [
            PartitionState(f"{tenant}/app-{number:06}", "v1", {"strategy": "rehost"})
            for tenant in tenants
            for number in range(min(keys, TENANT_KEYS))
        ]
        began = time.perf_counter()
        add_partitions(instance, str(APPLICATIONS.name), [state.key for state in states])
        report_changed(instance, dg.AssetKey("application_recommendation"), states, "bench", "bulk_discovery")
        return time.perf_counter() - began


@contextmanager
def webserver(settings: Settings) -> Iterator[tuple[httpx.Client, str]]:
    """A client of the UI's server, which is started and stopped, and the server's process id."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    environment = os.environ | dagster_environment(settings)
    command = [sys.executable, "-m", "dagster_webserver", "-m", "aidiscover_pipelines.definitions", "-p", port]
    server = subprocess.Popen(  # noqa: S603
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=ANSWER_S) as client:
            _wait_for(client)
            yield client, str(server.pid)
    finally:
        server.terminate()
        server.wait()


def _wait_for(client: httpx.Client) -> None:
    ends = time.monotonic() + START_S
    while True:
        try:
            client.get("/server_info").raise_for_status()
        except httpx.HTTPError:
            if time.monotonic() > ends:
                raise
            time.sleep(1)
        else:
            return


def page_seconds(client: httpx.Client, server: str, query: str) -> tuple[float, float, float, int]:
    """First and median later seconds of a query, the server's CPU seconds of a later one, bytes of its answer.

    Raises: RuntimeError on an error in the answer.
    """
    seconds, used = [], []
    for _ in range(1 + ROUNDS):
        began, before = time.perf_counter(), cpu_of(server)
        answer = client.post("/graphql", json={"query": query}).raise_for_status()
        seconds.append(time.perf_counter() - began)
        used.append(cpu_of(server) - before)
    if errors := json.loads(answer.content).get("errors"):
        raise RuntimeError(f"the webserver refuses a page's query: {errors[0]['message']}")
    return seconds[0], median(seconds[1:]), median(used[1:]), len(answer.content)


def main(keys: int) -> None:
    """Print the table."""
    with own_home() as settings:
        messages.print(f"{keys} application keys")
        filled = fill(settings, keys)
        with webserver(settings) as (client, server):
            rows = [[page, *page_seconds(client, server, query), 1.0] for page, query in PAGES.items()]
    console.print(table(f"{keys:,} application keys, reported in {filled:.1f} s", COLUMNS, rows))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else KEYS)
