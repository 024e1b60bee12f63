"""Azure Migrate: the CSV import for discovery and assessment, one row for each server."""

import re
from typing import Any

import pandas as pd

from aidiscover_pipelines.reporting.exports.estate import Estate
from aidiscover_pipelines.reporting.exports.made import Made, made_of
from aidiscover_pipelines.reporting.exports.template import (
    CELL_LEFT_EMPTY,
    Column,
    Filled,
    Template,
    decimal,
    fill,
    rejected,
    texts,
    whole,
)

_PERCENT, _POSITIVE = (0.0, 100.0), (1.0, float("inf"))
_MOST_DISKS = 20
_SOURCE = "https://learn.microsoft.com/azure/migrate/tutorial-discover-import"

# Supported operating system names of the same page; a name must contain one of them, or the server is not assessed.
OS_NAMES = (
    "Asianux 3", "Asianux 4", "Asianux 5", "CentOS", "CentOS 4/5", "CoreOS Linux", "Debian GNU/Linux 4",
    "Debian GNU/Linux 5", "Debian GNU/Linux 6", "Debian GNU/Linux 7", "Debian GNU/Linux 8", "FreeBSD", "IBM OS/2",
    "macOS X 10", "MS-DOS", "Novell NetWare 5", "Novell NetWare 6", "Oracle Linux", "Oracle Linux 4/5",
    "Oracle Solaris 10", "Oracle Solaris 11", "Red Hat Enterprise Linux 2", "Red Hat Enterprise Linux 3",
    "Red Hat Enterprise Linux 4", "Red Hat Enterprise Linux 5", "Red Hat Enterprise Linux 6",
    "Red Hat Enterprise Linux 7", "Red Hat Fedora", "SCO OpenServer 5", "SCO OpenServer 6", "SCO UnixWare 7",
    "Serenity Systems eComStation", "Sun Microsystems Solaris 8", "Sun Microsystems Solaris 9",
    "SUSE Linux Enterprise 8/9", "SUSE Linux Enterprise 10", "SUSE Linux Enterprise 11", "SUSE Linux Enterprise 12",
    "SUSE openSUSE", "Ubuntu Linux", "VMware ESXi 4", "VMware ESXi 5", "VMware ESXi 6", "Windows 10", "Windows 2000",
    "Windows 3", "Windows 7", "Windows 8", "Windows 95", "Windows 98", "Windows NT", "Windows Server (R) 2008",
    "Windows Server 2003", "Windows Server 2008", "Windows Server 2008 R2", "Windows Server 2012",
    "Windows Server 2012 R2", "Windows Server 2016", "Windows Server 2019", "Windows Server Threshold",
    "Windows Vista", "Windows Web Server 2008 R2", "Windows XP Professional",
    # Not on the page as read, but in imports that others show to have been accepted.
    "Red Hat Enterprise Linux 8", "Windows Server 2022",
)  # fmt: skip
# Our names of products -> the ones of the list.
_SPELLED = (
    (r"^Ubuntu(?! Linux)", "Ubuntu Linux"),
    (r"^SUSE Linux Enterprise Server", "SUSE Linux Enterprise"),
    (r"^openSUSE", "SUSE openSUSE"),
    (r"^Debian(?! GNU)", "Debian GNU/Linux"),
    (r"^Fedora", "Red Hat Fedora"),
    (r"^(?:Oracle )?Solaris(?= ?1[01])", "Oracle Solaris"),
)
_NEEDS_VERSION = ("Red Hat Enterprise Linux", "SUSE Linux Enterprise", "Debian", "Solaris", "Oracle Solaris")
_LISTED = "(?:" + "|".join(map(re.escape, OS_NAMES)) + r")(?!\d)"


def _disk_columns(number: int) -> tuple[Column, ...]:
    return (
        Column(f"Disk {number} size (In GB)", span=_POSITIVE),
        Column(f"Disk {number} read throughput (MB per second)"),
        Column(f"Disk {number} write throughput (MB per second)"),
        Column(f"Disk {number} read ops (operations per second)"),
        Column(f"Disk {number} write ops (operations per second)"),
    )


def template(disks: int) -> Template:
    """The template with the columns of so many disks; the asterisk is a part of the title. 1 to 20 disks."""
    return Template(
        columns=(
            Column("*Server name", required=True),
            Column("IP addresses"),
            Column("*Cores", required=True, span=_POSITIVE),
            Column("*Memory (In MB)", required=True, span=_POSITIVE),
            Column(
                "*OS name",
                required=True,
                pattern=f".*{_LISTED}.*",
                means="Azure Migrate does not assess it: not among its supported operating system names",
            ),
            Column("OS version"),
            Column("OS architecture", allowed=("x64", "x86", "amd64", "32-bit", "64-bit")),
            Column("Server type", allowed=("Virtual", "Physical")),
            Column("Hypervisor", allowed=("VMware", "Hyper-V")),
            Column("CPU utilization percentage", span=_PERCENT),
            Column("Memory utilization percentage", span=_PERCENT),
            Column("Network adapters"),
            Column("Network In throughput"),
            Column("Network Out throughput"),
            Column("Boot type", allowed=("BIOS", "UEFI")),
            Column("Number of disks"),
            Column("Storage in use (In GB)"),
            *(column for number in range(1, disks + 1) for column in _disk_columns(number)),
        ),
        source=_SOURCE,
        read_on="2026-11-21",
        most_rows=20_000,
        key="*Server name",
    )


def azure_migrate(estate: Estate) -> Made:
    """All servers whose operating system Azure Migrate assesses."""
    disks = _disks(estate)
    most = min(max([1, *map(len, disks)]), _MOST_DISKS)
    platform = estate.text("virtualization_platform").str.casefold()
    measured = ("", "avg", "p95", "max")
    cells = pd.DataFrame({
        "*Server name": estate.names(),
        "IP addresses": estate.addresses("ip_address").map(";".join),
        "*Cores": whole(estate.number("cpu_cores")),
        "*Memory (In MB)": whole(estate.number("memory_mb")),
        "*OS name": _os_names(estate.text("os_name"), estate.text("os_version")),
        "OS version": estate.text("os_version"),
        "Server type": texts(estate.assets["kind"].map({"virtual": "Virtual", "physical": "Physical"})),
        "Hypervisor": platform.map(_hypervisor),
        "CPU utilization percentage": decimal(estate.number("cpu_util_pct", *measured)),
        "Memory utilization percentage": decimal(estate.number("memory_util_pct", *measured)),
        "Number of disks": disks.map(lambda held: str(len(held)) if held else ""),
        "Storage in use (In GB)": decimal(estate.number("storage_used_gb")),
        **{f"Disk {number} size (In GB)": decimal(_nth(disks, number)) for number in range(1, most + 1)},
    }).set_axis(estate.assets["name"])  # fmt: skip
    filled = fill(template(most), cells)
    told = pd.concat([filled.rejects, _storage(estate, disks, set(filled.rows.index))], ignore_index=True)
    return made_of(template(most), Filled(filled.rows, told))


def _disks(estate: Estate) -> "pd.Series[Any]":
    held = estate.values[estate.values["field"] == "disk_size_gb"].dropna(subset="number")
    sizes = estate.assets["asset_id"].map(held.groupby("entity_id")["number"].agg(list))
    return sizes.map(lambda disks: disks if isinstance(disks, list) else [])


def _nth(disks: "pd.Series[Any]", number: int) -> "pd.Series[Any]":
    """Size of the disk of that number, from 1; missing where there are fewer."""
    return disks.map(lambda held: held[number - 1] if number <= len(held) else None)


def _storage(estate: Estate, disks: "pd.Series[Any]", kept: set[str]) -> pd.DataFrame:
    """Servers of which only the total is known, or that have more disks than the template has columns for."""
    told: list[tuple[str, str, str, str, str]] = []
    for name, sizes, total in zip(estate.assets["name"], disks, estate.number("storage_total_gb"), strict=True):
        if name in kept and not sizes and total == total:
            reason = "only the total of its disks is known, which the template has no column for"
            told.append((name, "Disk 1 size (In GB)", f"{total:g}", CELL_LEFT_EMPTY, reason))
        if name in kept and len(sizes) > _MOST_DISKS:
            rest = [f"{size:g}" for size in sizes[_MOST_DISKS:]]
            reason = f"the template takes {_MOST_DISKS} disks"
            told.append((name, f"Disk {_MOST_DISKS + 1} size (In GB)", "; ".join(rest), CELL_LEFT_EMPTY, reason))
    return rejected(told)


def _os_names(names: "pd.Series[str]", versions: "pd.Series[str]") -> "pd.Series[str]":
    """Names as the list spells them, with the version where the list tells versions apart and the name has none."""
    bare = ~names.str.contains(r"\d") & names.str.startswith(_NEEDS_VERSION) & (versions != "")
    spelled = names.where(~bare, names + " " + versions)
    for pattern, name in _SPELLED:
        spelled = spelled.str.replace(pattern, name, regex=True)
    return spelled


def _hypervisor(platform: str) -> str:
    if "vmware" in platform or "esx" in platform:
        return "VMware"
    return "Hyper-V" if "hyper-v" in platform or "hyperv" in platform else ""
