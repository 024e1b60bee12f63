"""Traps of inventory exports, each a small sheet as it arrives: sockets and cores, units, shares, two OS columns."""

from typing import NamedTuple

import pytest

from aidiscover_pipelines.mapping.fields import read_sheets


class Trap(NamedTuple):
    """A sheet, the column that is easily misread, and the (field, unit, statistic) it carries; None: not compared."""

    sheet: str
    table: dict[str, list[str]]
    header: str
    field: str | None
    unit: str | None = None
    statistic: str | None = None


SERVER = {"Server": ["srv1", "srv2", "srv3"]}


SOCKETS = SERVER | {
    "Sockets": ["2", "2", "4"],
    "Cores per socket": ["18", "8", "10"],
    "Total cores": ["36", "16", "40"],
    "Logical processors": ["72", "32", "80"],
}
TWO_OS = {
    "VM": ["vm1", "vm2", "vm3"],
    "OS according to the configuration file": ["RHEL 7 (64-bit)", "Windows Server 2016", "CentOS 7 (64-bit)"],
    "OS according to the VMware Tools": ["RHEL 7.9", "Windows Server 2019", "CentOS 7.6"],
}
STORAGE = SERVER | {
    "Disk 1 size (GB)": ["80", "100", "120"],
    "Disk 2 size (GB)": ["200", "500", ""],
    "Total storage (GB)": ["280", "600", "120"],
    "Used storage (GB)": ["100", "420", "60"],
    "Number of disks": ["2", "2", "1"],
}
CASES = [
    Trap("x", SOCKETS, "Sockets", "cpu_sockets"),
    Trap("x", SOCKETS, "Total cores", "cpu_cores"),
    Trap("x", SERVER | {"CPU sockets": ["2", "2", "4"], "CPU cores": ["16", "8", "40"]}, "CPU sockets", "cpu_sockets"),
    Trap("x", SERVER | {"Number of CPUs": ["2", "1", "2"], "Total cores": ["16", "8", "24"]}, "Number of CPUs",
         "cpu_sockets"),
    Trap("x", SERVER | {"Number of CPUs": ["4", "8", "2"]}, "Number of CPUs", "cpu_cores"),
    Trap("x", SERVER | {"vCPU": ["4", "8", "2"]}, "vCPU", "cpu_cores"),
    Trap("x", SERVER | {"Memory (KB)": ["16777216", "8388608", "4194304"]}, "Memory (KB)", "memory_mb", "KB"),
    Trap("x", SERVER | {"Memory MB": ["16384", "8192", "4096"]}, "Memory MB", "memory_mb", "MB"),
    Trap("x", SERVER | {"Memory MiB": ["16384", "8192", "4096"]}, "Memory MiB", "memory_mb", "MiB"),
    Trap("x", SERVER | {"MemoryGiB": ["16", "8", "4"]}, "MemoryGiB", "memory_mb", "GiB"),
    Trap("x", SERVER | {"RAM": ["128 Go", "64 Go", "16 Go"]}, "RAM", "memory_mb", "GB"),
    Trap("x", SERVER | {"RAM": ["524,194", "131,072", "65,536"]}, "RAM", "memory_mb", "MB"),
    Trap("x", SERVER | {"RAM": ["16", "64", "128"]}, "RAM", "memory_mb", "GB"),
    Trap("x", SERVER | {"CPU utilization": ["0.12", "0.55", "0.9"]}, "CPU utilization", "cpu_util_pct", "0-1"),
    Trap("x", SERVER | {"CPU utilization": ["12", "55", "90"]}, "CPU utilization", "cpu_util_pct", "%"),
    Trap("x", SERVER | {"avgCpuUsagePctDec": ["0.12", "0.55", "0.9"]}, "avgCpuUsagePctDec", "cpu_util_pct", "0-1",
         "avg"),
    Trap("x", SERVER | {"Peak CPU usage (%)": ["80", "95", "99"]}, "Peak CPU usage (%)", "cpu_util_pct", "%", "max"),
    Trap("x", SERVER | {"CPU p95 (%)": ["60", "75", "90"]}, "CPU p95 (%)", "cpu_util_pct", "%", "p95"),
    Trap("x", SERVER | {"Free memory %": ["20", "35", "60"]}, "Free memory %", "memory_util_pct", "%", "free"),
    Trap("x", SERVER | {"Memory usage (%)": ["60", "75", "90"]}, "Memory usage (%)", "memory_util_pct", "%"),
    Trap("x", SERVER | {"Disk used / total": ["40 GB / 100 GB", "80 GB / 200 GB", "10 GB / 50 GB"]},
         "Disk used / total", "storage_used_gb", "GB"),
    Trap("x", TWO_OS, "OS according to the configuration file", "os_name"),
    Trap("x", TWO_OS, "OS according to the VMware Tools", "os_name"),
    Trap("x", SERVER | {"OS": ["RHEL", "AIX", "RHEL"], "OS version": ["7.9", "7.2", "8.6"]}, "OS version",
         "os_version"),
    Trap("x", STORAGE, "Disk 1 size (GB)", "disk_size_gb", "GB"),
    Trap("x", STORAGE, "Disk 2 size (GB)", "disk_size_gb", "GB"),
    Trap("x", STORAGE, "Total storage (GB)", "storage_total_gb", "GB"),
    Trap("x", STORAGE, "Used storage (GB)", "storage_used_gb", "GB"),
    Trap("x", STORAGE, "Number of disks", None),
    Trap("vDisk", {"VM": ["vm1", "vm1"], "Disk": ["Hard disk 1", "Hard disk 2"], "Capacity MiB": ["40960", "8192"]},
         "Capacity MiB", "disk_size_gb", "MiB"),
    Trap("vMemory", {"VM": ["vm1", "vm2"], "Size MiB": ["8192", "4096"], "Overhead": ["61", "40"]}, "Size MiB",
         "memory_mb", "MiB"),
    Trap("x", SERVER | {"busines_criticality": ["1 - most critical", "4 - not critical", "2 - somewhat critical"]},
         "busines_criticality", "business_criticality"),
    Trap("x", SERVER | {"*OS name": ["RHEL 8", "AIX 7.2", "SLES 15"]}, "*OS name", "os_name"),
    Trap("x", SERVER | {"PrimaryIPAddress(optional)": ["10.0.0.1", "10.0.0.2", "10.0.0.3"]},
         "PrimaryIPAddress(optional)", "ip_address"),
    Trap("x", SERVER | {" Free % ": ["20", "35", "60"]}, " Free % ", None),
]  # fmt: skip


@pytest.mark.parametrize("trap", CASES, ids=lambda trap: f"{trap.header} -> {trap.field}")
def test_a_trap_is_not_stepped_into(trap: Trap) -> None:
    _, choices = read_sheets([trap.sheet], [list(trap.table)], [[[v for v in c if v] for c in trap.table.values()]])
    found = choices[list(trap.table).index(trap.header)]
    assert found.field == trap.field, found.reason
    if trap.field:
        assert found.unit == trap.unit
        assert found.statistic == trap.statistic


def test_cores_per_socket_are_never_taken_for_the_sum_without_asking() -> None:
    _, choices = read_sheets(["x"], [list(SOCKETS)], [list(SOCKETS.values())])
    per_socket = choices[list(SOCKETS).index("Cores per socket")]
    assert per_socket.field != "cpu_cores" or per_socket.decision != "accept"
