"""`python -m aidiscover_pipelines.cli.bench_clouds`: a scan of the demonstration cloud beside bare boto3.

Both run in a process of their own, one after the other, against the same server; calls are counted there. Prints JSON.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from aidiscover_pipelines.cli.runs import open_portfolio, own_home
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId

if TYPE_CHECKING:
    from resources.clouds.aws.account import AwsAccount
    from resources.clouds.aws.listing import Listing

APPLICATIONS, SERVERS = 100, 45  # about 10,000 resources
TENANT = TenantId("bench-clouds")


def main(arguments: list[str]) -> None:
    """Without arguments the whole measurement; with two of them one side of it, in this process."""
    if arguments:
        sys.stdout.write(json.dumps(SIDES[arguments[0]](arguments[1])) + "\n")
        return
    sys.stdout.write(json.dumps(measure(APPLICATIONS, SERVERS), indent=2) + "\n")


def measure(applications: int, servers: int) -> dict[str, float]:
    """Seconds, calls and MiB of both sides, and what the one is of the other."""
    from resources.clouds.aws.demo.process import calls_at, running

    figures: dict[str, float] = {}
    with running(applications, servers) as endpoint:
        for side in SIDES:
            before = calls_at(endpoint).total()
            command = [sys.executable, "-m", "aidiscover_pipelines.cli.bench_clouds", side, endpoint]
            told = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.splitlines()[-1])  # noqa: S603
            figures |= {f"{side}: {name}": value for name, value in told.items()}
            figures[f"{side}: calls"] = calls_at(endpoint).total() - before
    figures["calls, of the fewest"] = figures["scan: calls"] / figures["bare: calls"]
    figures["seconds, of bare boto3"] = figures["scan: seconds in all"] / figures["bare: seconds"]
    return figures


def bare(endpoint: str) -> dict[str, float]:
    """The same calls with the largest pages, one after the other: nothing is understood, kept or tried again."""
    from resources.clouds.account import Resource
    from resources.clouds.aws.account import inventory_listings
    from resources.clouds.aws.demo.estate import REGIONS
    from resources.clouds.aws.dependencies import Found, dependency_listings
    from resources.clouds.aws.flow_logs import flow_log_listing
    from resources.clouds.aws.metrics import metric_listings

    seconds = 0.0
    for account in _accounts(endpoint):
        account.identity()
        found: list[Resource] = []

        def listed(
            listing: "Listing", region: str, account: "AwsAccount" = account, found: list[Resource] = found
        ) -> float:
            spent, more = 0.0, []
            for took, told in _pages(account, listing, region):
                spent += took
                found.extend(each for each in told if isinstance(each, Resource))
                more += [each for each in told if not isinstance(each, Resource) and hasattr(each, "operation")]
            return spent + sum(listed(each, region) for each in more)

        seconds += sum(listed(listing, region) for region in REGIONS for listing in inventory_listings(region))
        known = Found(found)
        for region in REGIONS:
            later = [*metric_listings(found, region), *dependency_listings(known, region), flow_log_listing(known)]
            seconds += sum(listed(listing, region) for listing in later)
    return {"seconds": seconds}


def _pages(account: "AwsAccount", listing: "Listing", region: str) -> Iterator[tuple[float, list[Any]]]:
    """Seconds that boto3 took for each page, and what it tells."""
    goes_in, comes_out = listing.token
    arguments = {listing.size.argument: listing.size.most} if listing.size else {}
    token: str | None = None
    while True:
        began = time.perf_counter()
        answer = account.call(listing, region, arguments | ({goes_in: token} if token else {}))
        took = time.perf_counter() - began
        yield took, account.told(listing, region, answer)
        token = answer.get(comes_out) or None
        if token is None:
            return


def scan(endpoint: str) -> dict[str, float]:
    """Scanned, resolved and stored, then the tier; seconds of each and the peak memory of this process."""
    from aidiscover_pipelines.inventory import stage as inventory
    from aidiscover_pipelines.inventory.cloud_scan import record_cloud_scan
    from aidiscover_pipelines.tiers.stage import draft_platform
    from resources.clouds.aws.demo.process import connection
    from resources.clouds.combined import open_inventory
    from resources.clouds.connections import checked_connection, store_connection
    from resources.secrets import open_secrets

    figures: dict[str, float] = {}
    with own_home() as settings:
        store = open_portfolio(settings)
        store.add_tenant(Tenant(TENANT, "Bench"))
        reached = connection(endpoint)
        row = checked_connection("aws", reached.name, reached.method, reached.options, endpoint, "bench")
        store_connection(store, open_secrets(store, settings), TENANT, row, dict.fromkeys(row.sealed, reached.secret))
        clouds, run = open_inventory(store, settings), RunRef("bench-clouds")
        steps: dict[str, Callable[[], Any]] = {
            "scanned and stored": lambda: record_cloud_scan(store, clouds, TENANT, run),
            "resolved": lambda: inventory.build_inventory(store, TENANT, run),
            "applications": lambda: inventory.build_applications(store, TENANT, run),
            "dependencies": lambda: inventory.build_dependencies(store, TENANT, run),
            "tier": lambda: draft_platform(store, TENANT),
        }
        began = time.perf_counter()
        for name, step in steps.items():
            started = time.perf_counter()
            result = step()
            figures[f"seconds {name}"] = time.perf_counter() - started
            if name == "scanned and stored":
                figures["resources"] = result.rows_in
            if name == "resolved":
                figures["assets"] = result.rows_out
                figures["seconds in all"] = time.perf_counter() - began
            figures[f"peak MiB {name}"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return figures


def _accounts(endpoint: str) -> list["AwsAccount"]:
    from resources.clouds.aws import accounts
    from resources.clouds.aws.demo.process import connection

    return list(accounts(connection(endpoint)))


SIDES: dict[str, Callable[[str], dict[str, float]]] = {"bare": bare, "scan": scan}

if __name__ == "__main__":
    main(sys.argv[1:])
