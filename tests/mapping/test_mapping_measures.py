import pytest

from aidiscover_pipelines.mapping import measures


@pytest.mark.parametrize(
    ("header", "field", "values", "expected"),
    [
        ("In Use MiB", "storage_used_gb", ["100"], "MiB"),
        ("Arbeitsspeicher (GB)", "memory_mb", ["16"], "GB"),
        ("Mémoire (Go)", "memory_mb", ["16"], "GB"),
        ("MemoryGiB", "memory_mb", ["16"], "GiB"),
        ("AvailableMemoryBytes", "memory_util_pct", ["1"], "bytes"),
        ("RAM", "memory_mb", ["128 Go", "16 Go"], "GB"),
        ("RAM", "memory_mb", ["16384", "8192"], "MB"),
        ("RAM", "memory_mb", ["16", "8", "64"], "GB"),
        ("TotalVisibleMemorySize0", "memory_mb", ["16777216", "8388608"], "KB"),
        ("Memory", "memory_mb", [], None),
        ("Memory", "memory_mb", ["unknown"], None),
        ("Disk", "storage_total_gb", ["500", "1200"], "GB"),
        ("disk", "storage_total_gb", ["500000", "120000"], "MB"),
        ("CPU usage %", "cpu_util_pct", ["12"], "%"),
        ("maxCpuUsagePctDec (%)", "cpu_util_pct", ["0.5"], "0-1"),
        ("CPU load", "cpu_util_pct", ["0.12", "0.55"], "0-1"),
        ("CPU load", "cpu_util_pct", ["12", "55"], "%"),
        ("CPU load", "cpu_util_pct", ["12 %", "55 %"], "%"),
        ("Overall", "cpu_util_pct", ["0", "3174"], "MHz"),
        ("CPU demand MHz", "cpu_util_pct", ["800"], "MHz"),
        ("Consumed", "memory_util_pct", ["0", "12363"], "MB"),
        ("RTO (hours)", "recovery_objectives", ["4"], "hours"),
        ("RTO (min)", "recovery_objectives", ["30"], "minutes"),
        ("RTO in Stunden", "recovery_objectives", ["4"], "hours"),
        ("RTO", "recovery_objectives", ["4 h", "8 h"], "hours"),
        ("RTO", "recovery_objectives", ["2 Tage", "1 Tage"], "days"),
        ("RTO", "recovery_objectives", ["4"], None),
        ("DiskReadsPerSecondInKB.Avg", "disk_throughput_mbps", ["1159"], "KB/s"),
        ("Bandwidth (Mbps)", "network_throughput_mbps", ["256"], "Mbit/s"),
        ("Throughput (MBps)", "disk_throughput_mbps", ["250"], "MB/s"),
        ("Network throughput", "network_throughput_mbps", ["2 MB", "4 MB"], None),
        ("Storage-Max Read IOPS Size (KB)", "disk_iops", ["500 KB"], None),
        ("Cores", "cpu_cores", ["4"], None),
        ("Annual cost", "annual_cost", ["4"], None),
        ("Owner", "business_owner", ["x"], None),
    ],
)
def test_units_come_from_header_then_values_then_magnitude(
    header: str, field: str, values: list[str], expected: str | None
) -> None:
    assert measures.unit(header, field, values) == expected


@pytest.mark.parametrize(
    ("header", "field", "expected"),
    [
        ("CPU.UsagePct.Avg", "cpu_util_pct", "avg"),
        ("Peak RAM Usage (%)", "memory_util_pct", "max"),
        ("CPU-Auslastung Durchschnitt", "cpu_util_pct", "avg"),
        ("CPU 95th percentile", "cpu_util_pct", "p95"),
        ("cpu_p95", "cpu_util_pct", "p95"),
        ("AvailableMemoryBytes", "memory_util_pct", "free"),
        ("CPU utilization percentage", "cpu_util_pct", None),
        ("Max memory", "memory_mb", None),
    ],
)
def test_statistics_are_named_for_measurements_only(header: str, field: str, expected: str | None) -> None:
    assert measures.statistic(header, field) == expected


def test_numbers_are_read_with_either_decimal_mark() -> None:
    assert measures.numeric(["8,192", "0,5", "12 %", "n/a"]).tolist() == [8192.0, 0.5, 12.0]


def test_the_german_sign_of_the_mean_is_the_average() -> None:
    assert measures.statistic("CPU-Auslastung Ø (%)", "cpu_util_pct") == "avg"
