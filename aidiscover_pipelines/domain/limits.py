"""Values that cannot be right whatever their source: numbers out of range, years of which no inventory speaks."""

from collections.abc import Mapping

# Field -> least and most that a single machine or application can have; beyond them a unit or a column is wrong.
# Most: the largest machines sold in 2025 (SAP HANA scale-up: 1,792 threads, 48 TB), and what one array holds.
LIMITS: Mapping[str, tuple[float, float]] = {
    "cpu_cores": (1, 4_096),
    "cpu_sockets": (1, 64),
    "memory_mb": (64, 100_000_000),
    "storage_total_gb": (0.1, 50_000_000),
    "storage_used_gb": (0, 50_000_000),
    "disk_size_gb": (0, 50_000_000),
    "cpu_util_pct": (0, 100),
    "memory_util_pct": (0, 100),
    "disk_iops": (0, 100_000_000),
    "disk_throughput_mbps": (0, 1_000_000),
    "network_throughput_mbps": (0, 1_000_000),
    "recovery_objectives": (0, 8_784),  # hours: one leap year
    "user_count": (0, 1e10),
    "annual_cost": (0, 1e11),
    "data_volume_gb": (0, 1e9),
    "vulnerability_count": (0, 1e7),
}
# First and last year of a date: computers have been for sale since 1951, and no contract on one runs for a lifetime.
YEARS = (1951, 2099)
