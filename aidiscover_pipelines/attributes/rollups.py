"""How values of assets become facts of the application that runs on them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RollUp:
    """One fact made from one field of the linked assets.

    `how` is sum, mean, max, min, earliest, latest or join.
    """

    fact: str
    field: str
    how: str


AVERAGES = ("", "avg", "p50", "current")
PEAKS = ("max", "p90", "p95", "p99")

ROLLUPS: tuple[RollUp, ...] = (
    # Capacity adds up; a utilisation is averaged, because the servers of a tier carry the same load.
    RollUp("cpu_cores", "cpu_cores", "sum"),
    RollUp("memory_mb", "memory_mb", "sum"),
    RollUp("storage_total_gb", "storage_total_gb", "sum"),
    RollUp("storage_used_gb", "storage_used_gb", "sum"),
    RollUp("cpu_util_pct", "cpu_util_pct", "mean"),
    RollUp("cpu_util_pct_max", "cpu_util_pct", "max"),
    RollUp("memory_util_pct", "memory_util_pct", "mean"),
    RollUp("memory_util_pct_max", "memory_util_pct", "max"),
    RollUp("disk_iops", "disk_iops", "sum"),
    RollUp("disk_throughput_mbps", "disk_throughput_mbps", "sum"),
    RollUp("network_throughput_mbps", "network_throughput_mbps", "sum"),
    RollUp("annual_cost", "annual_cost", "sum"),
    RollUp("environment", "environment", "join"),
    RollUp("virtualization_platform", "virtualization_platform", "join"),
    RollUp("cluster_name", "cluster_name", "join"),
    RollUp("location", "location", "join"),
    RollUp("ip_address", "ip_address", "join"),
    RollUp("network_name", "network_name", "join"),
    RollUp("hardware_model", "hardware_model", "join"),
    RollUp("database_engine", "database_engine", "join"),
    RollUp("technology_stack", "technology_stack", "join"),
    RollUp("lifecycle_status", "lifecycle_status", "join"),
    RollUp("availability_target", "availability_target", "join"),
    RollUp("business_unit", "business_unit", "join"),
    RollUp("business_owner", "business_owner", "join"),
    RollUp("technical_owner", "technical_owner", "join"),
    RollUp("change_tolerance", "change_tolerance", "join"),
    RollUp("recovery_objectives", "recovery_objectives", "min"),  # the strictest server decides
    RollUp("support_end_date", "support_end_date", "earliest"),
    RollUp("last_seen", "last_seen", "latest"),
)

# A utilisation measured as a peak is a fact of its own. Survivorship prefers the average, so the peaks it put aside
# count here: they contradict nothing.
STATISTIC_FACTS = {"cpu_util_pct": "cpu_util_pct_max", "memory_util_pct": "memory_util_pct_max"}

POWERED_OFF = r"off|stopped|halted|suspended|terminated|deallocated|arrêt|apagad|deslig|aus$|spento"

# Fact -> how it was made of its servers' values, in words; those without are all of them.
_HOW = {
    "sum": "sum over its servers", "mean": "mean over its servers", "max": "largest of its servers",
    "min": "smallest of its servers", "earliest": "earliest of its servers", "latest": "latest of its servers",
    "join": "all of its servers",
}  # fmt: skip
HOW_IN_WORDS = {rollup.fact: _HOW[rollup.how] for rollup in ROLLUPS}
