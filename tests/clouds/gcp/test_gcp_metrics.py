"""Hourly means of Cloud Monitoring become an average and a 95th percentile, through Google's own client."""

import numpy as np
import pytest

from resources.clouds.account import Connection
from tests.clouds.gcp.estate import PROJECT, database, instance, number_of
from tests.clouds.gcp.scanning import Scan
from tests.clouds.gcp.server import GoogleServer

CPU = "compute.googleapis.com/instance/cpu/utilization"
SCOPE = f"projects/{PROJECT}"


def test_average_and_95th_percentile_are_of_the_hours_that_were_measured(
    google: GoogleServer, connection: Connection
) -> None:
    google.assets[SCOPE] = [instance(1, "web-1"), instance(2, "idle")]
    hours = [hour / 400 for hour in range(336)]
    google.series = {(CPU, number_of(1)): hours, (CPU, "deleted since"): hours}
    scan = Scan(connection)
    assert scan.measured == {
        number_of(1): {
            ("cpu_util_pct", "avg"): pytest.approx(100 * np.mean(hours), abs=1e-3),
            ("cpu_util_pct", "p95"): pytest.approx(100 * np.percentile(hours, 95), abs=1e-3),
        }
    }


def test_only_the_last_14_days_count(google: GoogleServer, connection: Connection) -> None:
    google.assets[SCOPE] = [instance(1, "web-1")]
    google.series = {(CPU, number_of(1)): [1.0] * 100 + [0.25] * 336}
    assert Scan(connection).measured[number_of(1)]["cpu_util_pct", "p95"] == 25.0


def test_reading_and_writing_are_one_number_hour_by_hour(google: GoogleServer, connection: Connection) -> None:
    google.assets[SCOPE] = [instance(1, "web-1")]
    prefix = "compute.googleapis.com/instance"
    google.series = {
        (f"{prefix}/disk/read_ops_count", number_of(1)): [10.0, 20.0],
        (f"{prefix}/disk/write_ops_count", number_of(1)): [5.0],
        (f"{prefix}/network/received_bytes_count", number_of(1)): [2e6],
        (f"{prefix}/network/sent_bytes_count", number_of(1)): [1e6],
    }
    told = Scan(connection).measured[number_of(1)]
    assert told["disk_iops", "avg"] == pytest.approx((10 + 25) / 2)
    assert told["network_throughput_mbps", "avg"] == pytest.approx(3.0)


def test_a_series_that_two_pages_part_is_one_series(google: GoogleServer, connection: Connection) -> None:
    google.assets[SCOPE] = [instance(number, f"vm-{number}") for number in range(5)]
    google.series = {(CPU, number_of(number)): [0.1, 0.2, 0.3, 0.4] for number in range(5)}
    google.points_of_page = 7
    scan = Scan(connection)
    assert {told["cpu_util_pct", "avg"] for told in scan.measured.values()} == {25.0}
    assert (len(scan.measured), scan.outcome("ListTimeSeries cpu_util_pct").calls) == (5, 3)


def test_databases_are_measured_by_their_own_metrics(google: GoogleServer, connection: Connection) -> None:
    google.assets[SCOPE] = [database("orders")]
    google.series = {("cloudsql.googleapis.com/database/memory/utilization", f"{PROJECT}:orders"): [0.5]}
    scan = Scan(connection)
    assert scan.measured == {
        "cloudsql/projects/acme-prod/instances/orders": {
            ("memory_util_pct", "avg"): 50.0,
            ("memory_util_pct", "p95"): 50.0,
        }
    }
    assert google.calls.count("ListTimeSeries") == 2, "no instances, so none of theirs"


def test_nothing_to_measure_is_no_call(google: GoogleServer, connection: Connection) -> None:
    assert Scan(connection).outcome("ListAssets").outcome == "empty"
    assert "ListTimeSeries" not in google.calls
