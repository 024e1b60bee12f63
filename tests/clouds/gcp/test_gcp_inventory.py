"""What Cloud Asset Inventory tells of each kind of thing, through Google's own client."""

import pytest

from resources.clouds.account import Connection
from resources.clouds.gcp import accounts
from resources.clouds.gcp.assets import TYPES
from resources.clouds.gcp.machine_types import UNKNOWN, Size, size_of
from resources.clouds.reader import Limits
from tests.clouds.gcp.estate import PROJECT, VPC, asset, compute, database, instance, number_of
from tests.clouds.gcp.scanning import Scan
from tests.clouds.gcp.server import GoogleServer

SCOPE = f"projects/{PROJECT}"


def test_an_instance_tells_its_size_addresses_state_and_labels(google: GoogleServer, connection: Connection) -> None:
    labels = {"app": "web-shop", "env": "prod", "goog-k8s-cluster-name": "blue"}
    cards = [{"networkIP": "10.0.0.7", "subnetwork": f"{VPC}/apps", "accessConfigs": [{"natIP": "34.9.9.9"}, {}]}]
    google.assets[SCOPE] = [instance(1, "web-1", labels=labels, networkInterfaces=cards, description="front")]
    found = Scan(connection).resources[number_of(1)]
    assert {name: text for name, text in found.texts.items() if text} == {
        "asset_name": "web-1",
        "hostname": "web-1",
        "ip_address": "10.0.0.7, 34.9.9.9",
        "asset_type": "cloud",
        "virtualization_platform": "Google Compute Engine",
        "hardware_model": "n2-standard-4",
        "cpu_cores": "4",
        "memory_mb": "16384",
        "storage_total_gb": "250",
        "os_name": "debian 12 bookworm",
        "location": "europe-west3-a",
        "network_name": "apps",
        "cluster_name": "blue",
        "power_state": "running",
        "install_date": "2024-03-01T01:02:03.000-08:00",
        "description": "front",
    }
    assert found.tags == labels
    assert found.arn == "//compute.googleapis.com/projects/acme-prod/zones/europe-west3-a/instances/web-1"


def test_terminated_is_googles_word_for_stopped(google: GoogleServer, connection: Connection) -> None:
    states = ("TERMINATED", "STOPPED", "SUSPENDED", "STAGING")
    google.assets[SCOPE] = [instance(number, state, status=state) for number, state in enumerate(states)]
    scan = Scan(connection)
    told = [scan.named(state).texts["power_state"] for state in states]
    assert told == ["stopped", "stopped", "suspended", "staging"]


@pytest.mark.parametrize(
    ("machine_type", "size"),
    [
        ("n2-standard-4", Size(4, 16384)),
        ("n1-highcpu-2", Size(2, 1843)),
        ("n1-highmem-2", Size(2, 13312)),
        ("e2-micro", Size(2, 1024)),
        ("custom-6-23040", Size(6, 23040)),
        ("n2-custom-4-8192", Size(4, 8192)),
        ("n2d-custom-2-65536-ext", Size(2, 65536)),
        ("e2-custom-small-2048", Size(2, 2048)),
        ("c3-standard-22-lssd", Size(22, 90112)),
        ("m1-ultramem-40", Size(40, None)),
        ("c4-standard-8", Size(8, None)),
        ("a2-highgpu-1g", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_a_machine_type_says_what_its_name_says_and_no_more(machine_type: str, size: Size) -> None:
    assert size_of(machine_type) == size


def test_a_disk_counts_with_its_instance_unless_it_has_none(google: GoogleServer, connection: Connection) -> None:
    google.assets[SCOPE] = [
        compute("Disk", "zones/a/disks/used", id="11", sizeGb="50", users=["somebody"]),
        compute("Disk", "zones/a/disks/left", id="12", sizeGb="80", labels={"owner": "ann"}),
    ]
    scan = Scan(connection)
    assert scan.resources["11"].texts == {}
    assert scan.resources["12"].texts["storage_total_gb"] == "80"
    assert scan.resources["12"].texts["description"] == "disk that is attached to no instance"
    assert scan.resources["12"].tags == {"owner": "ann"}


def test_a_database_tells_its_engine_size_and_address(google: GoogleServer, connection: Connection) -> None:
    stopped = {"activationPolicy": "NEVER", "tier": "db-f1-micro", "userLabels": {"env": "test"}}
    google.assets[SCOPE] = [
        database("orders"),
        database("old", databaseVersion="SQLSERVER_2019_STANDARD", settings=stopped),
    ]
    scan = Scan(connection)
    orders, old = scan.named("orders"), scan.named("old")
    expected = {
        "database_engine": "PostgreSQL 15",
        "hardware_model": "db-custom-4-15360",
        "cpu_cores": "4",
        "memory_mb": "15360",
        "storage_total_gb": "100",
        "ip_address": "34.1.2.3",
        "power_state": "running",
        "location": "europe-west3-a",
    }
    assert expected.items() <= dict(orders.texts).items()
    assert orders.id == "cloudsql/projects/acme-prod/instances/orders"
    assert (old.texts["database_engine"], old.texts["power_state"]) == ("SQL Server 2019 Standard", "stopped")
    assert old.tags == {"env": "test"}


OTHERS = [
    ("storage.googleapis.com/Bucket", "acme-logs", {"labels": {"app": "logs"}}, {"location": "EU"}),
    (
        "redis.googleapis.com/Instance",
        f"{SCOPE}/locations/x/instances/cache",
        {"redisVersion": "REDIS_6_X", "memorySizeGb": 5, "host": "10.0.0.9", "state": "READY"},
        {"database_engine": "Redis 6.X", "memory_mb": "5120", "hostname": "10.0.0.9", "power_state": "running"},
    ),
    ("spanner.googleapis.com/Instance", f"{SCOPE}/instances/ledger", {}, {"database_engine": "Spanner"}),
    ("bigtableadmin.googleapis.com/Instance", f"{SCOPE}/instances/wide", {}, {"database_engine": "Bigtable"}),
    (
        "file.googleapis.com/Instance",
        f"{SCOPE}/locations/x/instances/share",
        {"fileShares": [{"capacityGb": "1024"}], "networks": [{"network": "prod", "ipAddresses": ["10.1.0.2"]}]},
        {"storage_total_gb": "1024", "ip_address": "10.1.0.2", "network_name": "prod"},
    ),
    (
        "container.googleapis.com/Cluster",
        f"{SCOPE}/locations/x/clusters/blue",
        {"name": "blue", "endpoint": "34.0.0.1", "status": "RUNNING", "resourceLabels": {"app": "logs"}},
        {"asset_type": "container", "cluster_name": "blue", "power_state": "running"},
    ),
    (
        "run.googleapis.com/Service",
        f"{SCOPE}/locations/x/services/api",
        {"metadata": {"labels": {"app": "logs"}}, "status": {"url": "https://api-xyz.a.run.app"}},
        {"hostname": "api-xyz.a.run.app", "virtualization_platform": "Google Cloud Run"},
    ),
    ("cloudfunctions.googleapis.com/Function", f"{SCOPE}/locations/x/functions/f", {}, {"asset_type": "container"}),
    ("cloudfunctions.googleapis.com/CloudFunction", f"{SCOPE}/locations/x/functions/g", {}, {"asset_name": "g"}),
    ("pubsub.googleapis.com/Topic", f"{SCOPE}/topics/orders", {}, {"virtualization_platform": "Google Pub/Sub"}),
    ("pubsub.googleapis.com/Subscription", f"{SCOPE}/subscriptions/s", {}, {"asset_name": "s"}),
    ("bigquery.googleapis.com/Dataset", f"{SCOPE}/datasets/dwh", {}, {"virtualization_platform": "Google BigQuery"}),
]


@pytest.mark.parametrize(("type_", "name", "data", "told"), OTHERS)
def test_managed_services_tell_what_their_api_says(
    type_: str, name: str, data: dict[str, object], told: dict[str, str], google: GoogleServer, connection: Connection
) -> None:
    google.assets[SCOPE] = [asset(type_, name, data, "EU")]
    (found,) = Scan(connection).resources.values()
    assert told.items() <= dict(found.texts).items()
    assert found.texts["asset_name"] == name.rpartition("/")[2]
    if "labels" in str(data).lower():
        assert found.tags == {"app": "logs"}


@pytest.mark.parametrize("type_", TYPES)
def test_an_asset_of_any_type_may_say_nothing_at_all(type_: str, google: GoogleServer, connection: Connection) -> None:
    google.assets[SCOPE] = [asset(type_, f"{SCOPE}/things/bare", {})]
    scan = Scan(connection)
    assert scan.outcome("ListAssets").outcome == "called"
    assert len(scan.resources) == 1


def test_an_organization_is_one_account_read_by_as_few_calls_as_pages(
    google: GoogleServer, connection: Connection
) -> None:
    google.assets["organizations/999"] = [instance(number, f"vm-{number}") for number in range(2_500)]
    options = {**connection.options, "organization": "999"}
    scan = Scan(Connection("gcp", "all", "ambient", options, connection.endpoint), Limits(calls=1_000))
    assert {ended.read.operation: ended.outcome for ended in scan.ended} == {
        "identity": "called",
        "ListAssets": "called",
        **{
            f"ListTimeSeries {name}": "empty"
            for name in (
                "cpu_util_pct",
                "memory_util_pct",
                "network_throughput_mbps",
                "disk_iops",
                "disk_throughput_mbps",
            )
        },
    }
    assert (len(scan.resources), google.calls.count("ListAssets")) == (2_500, 3)
    assert google.calls.count("ListTimeSeries") == 8


def test_a_folder_is_one_account_with_all_its_projects(google: GoogleServer, connection: Connection) -> None:
    google.assets["folders/77"] = [instance(1, "web-1")]
    options = {**connection.options, "folder": "77"}
    (account,) = accounts(Connection("gcp", "folder", "ambient", options, connection.endpoint))
    assert (account.id, account.identity().account) == ("folders/77", "folders/77")
    assert [read.operation for read in account.capabilities()] == ["ListAssets"], "metrics are of projects"


def test_each_project_is_an_account_of_its_own(google: GoogleServer, connection: Connection) -> None:
    google.assets["projects/acme-test"] = [instance(2, "test-1")]
    google.assets[SCOPE] = [instance(1, "prod-1")]
    options = {**connection.options, "projects": f"{PROJECT}, acme-test"}
    scan = Scan(Connection("gcp", "both", "ambient", options, connection.endpoint))
    assert {each.texts["asset_name"] for each in scan.resources.values()} == {"prod-1", "test-1"}
