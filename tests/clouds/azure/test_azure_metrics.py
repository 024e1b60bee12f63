"""Averages and 95th percentiles are computed from the hours that Azure Monitor returned."""

import numpy as np
import pytest

from resources.clouds.account import Connection
from resources.clouds.azure.metrics import resource_type
from tests.clouds.azure.rows import estate, row
from tests.clouds.azure.scanning import Scan
from tests.clouds.azure.server import AzureServer

SERIES: dict[str, list[float | None]] = {
    "Percentage CPU": [float(hour) for hour in range(100)],
    "Available Memory Percentage": [75.0] * 90 + [10.0] * 10,
    "Disk Read Operations/Sec": [3.0, 5.0, None],
    "Disk Write Operations/Sec": [1.0, None, 9.0],
    "Disk Read Bytes": [7.2e9],
    "Disk Write Bytes": [3.6e9],
    "Network In Total": [],
    "Network Out Total": [3.6e9],
}


@pytest.fixture
def machine(azure: AzureServer, connection: Connection) -> dict[tuple[str, str], float]:
    """What is measured of one machine with these series."""
    azure.rows = estate(1)
    azure.series = lambda _resource, metric: SERIES[metric]
    (measured,) = Scan(connection).measured.values()
    return measured


def test_statistics_are_those_of_the_hours(machine: dict[tuple[str, str], float]) -> None:
    assert machine["cpu_util_pct", "avg"] == 49.5
    assert machine["cpu_util_pct", "p95"] == pytest.approx(np.percentile(np.arange(100.0), 95), abs=1e-3)


def test_used_memory_is_what_is_not_available(machine: dict[tuple[str, str], float]) -> None:
    assert machine["memory_util_pct", "avg"] == pytest.approx(0.9 * 25 + 0.1 * 90)
    assert machine["memory_util_pct", "p95"] == 90


def test_reads_and_writes_of_an_hour_add_up_only_where_both_are_known(machine: dict[tuple[str, str], float]) -> None:
    assert machine["disk_iops", "avg"] == 4
    assert machine["disk_throughput_mbps", "avg"] == 3  # 10.8 GB in 3,600 s
    assert not [field for field, _ in machine if field == "network_throughput_mbps"]


def test_a_machine_that_never_ran_is_not_measured(azure: AzureServer, connection: Connection) -> None:
    azure.rows = estate(1)
    azure.series = lambda _resource, _metric: [None] * 24
    assert list(Scan(connection).measured.values()) == [{}]


def test_answers_belong_to_the_resource_that_they_name(azure: AzureServer, connection: Connection) -> None:
    azure.rows = estate(60)
    azure.series = lambda resource, _metric: [float(resource[-2:])]
    measured = Scan(connection).measured
    assert {name: values["cpu_util_pct", "avg"] for name, values in measured.items()} == {
        f"vm{number:05d}": float(number) for number in range(60)
    }
    assert sorted(len(call.body["resourceids"]) for call in azure.called("metrics")) == [10, 50]


def test_databases_and_storage_are_asked_for_what_they_measure(azure: AzureServer, connection: Connection) -> None:
    azure.rows = [
        row("Microsoft.Sql/servers/databases", "sql1/orders", {}),
        row("Microsoft.DBforPostgreSQL/flexibleServers", "pg", {}),
        row("Microsoft.Storage/storageAccounts", "files", {}),
        row("Microsoft.Web/sites", "shop", {}),
    ]
    azure.series = lambda _resource, metric: [5e9 if metric == "UsedCapacity" else 40.0]
    measured = Scan(connection).measured
    assert {name: {field for field, _ in values} for name, values in measured.items()} == {
        "orders": {"cpu_util_pct"},
        "pg": {"cpu_util_pct", "memory_util_pct"},
        "files": {"storage_used_gb"},
    }
    assert measured["files"]["storage_used_gb", "avg"] == 5


@pytest.mark.parametrize(
    ("resource_id", "kind"),
    [
        (
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Sql/servers/a/databases/b",
            "microsoft.sql/servers/databases",
        ),
        ("/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/disks/d", "microsoft.compute/disks"),
    ],
)
def test_the_type_stands_in_the_id(resource_id: str, kind: str) -> None:
    assert resource_type(resource_id) == kind
