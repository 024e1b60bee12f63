"""AWS Application Discovery Service and Migration Hub: the import template, one row for each server."""

import pandas as pd

from aidiscover_pipelines.reporting.exports.estate import Estate, wave_name
from aidiscover_pipelines.reporting.exports.made import Made, made_of
from aidiscover_pipelines.reporting.exports.template import (
    CELL_LEFT_EMPTY,
    Column,
    Filled,
    Template,
    decimal,
    fill,
    rejected,
    whole,
)

_PERCENT, _POSITIVE = (0.0, 100.0), (0.0, float("inf"))
_UUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_SPEEDS = [
    f"{what}.{statistic}"
    for pair in ("Disk{}PerSecondInKB", "Disk{}OpsPerSecond", "Network{}PerSecondInKB")
    for statistic in ("Avg", "Max")
    for what in (pair.format("Reads"), pair.format("Writes"))
]

# Every record needs one of the keys; ours is ExternalId, which every asset has. Reads and writes are apart here and
# together in the inventory, so that their columns stay empty; so does ServerId, which the service gives out.
TEMPLATE = Template(
    columns=(
        Column("ExternalId", required=True),
        Column("SMBiosId", pattern=_UUID, means="a serial number of the hardware is no SMBIOS UUID"),
        Column("IPAddress"),
        Column("MACAddress"),
        Column("HostName"),
        Column("VMware.MoRefId"),
        Column("VMware.VCenterId"),
        Column("CPU.NumberOfProcessors", span=_POSITIVE),
        Column("CPU.NumberOfCores", span=_POSITIVE),
        Column("CPU.NumberOfLogicalCores", span=_POSITIVE),
        Column("OS.Name"),
        Column("OS.Version"),
        Column("VMware.VMName"),
        Column("RAM.TotalSizeInMB", span=_POSITIVE),
        Column("RAM.UsedSizeInMB.Avg", span=_POSITIVE),
        Column("RAM.UsedSizeInMB.Max", span=_POSITIVE),
        Column("CPU.UsagePct.Avg", span=_PERCENT),
        Column("CPU.UsagePct.Max", span=_PERCENT),
        *map(Column, _SPEEDS),
        Column("Applications"),
        Column("ApplicationWave"),
        Column("Tags"),
        Column("ServerId"),
    ),
    source="https://docs.aws.amazon.com/application-discovery/latest/userguide/discovery-import.html",
    read_on="2026-11-21",
    most_rows=25_000,
    most_bytes=10_000_000,
)


def aws_ads(estate: Estate) -> Made:
    """All servers. Lists in a cell are parted by commas, so that a name with a comma cannot stand in one."""
    memory, virtual = estate.number("memory_mb"), estate.text("virtualization_platform")
    serials = estate.text("serial_number")
    names, waves, unlisted = _applications(estate)
    cells = pd.DataFrame({
        "ExternalId": estate.assets["asset_id"],
        "SMBiosId": serials.where(serials.str.fullmatch(_UUID), ""),
        "IPAddress": estate.addresses("ip_address").map(", ".join),
        "MACAddress": estate.addresses("mac_address").map(", ".join),
        "HostName": estate.names(),
        "CPU.NumberOfProcessors": whole(estate.number("cpu_sockets")),
        "CPU.NumberOfLogicalCores": whole(estate.number("cpu_cores")),
        "OS.Name": estate.text("os_name"),
        "OS.Version": estate.text("os_version"),
        "VMware.VMName": estate.assets["name"].where(virtual.str.contains("vmware|esx", case=False), ""),
        "RAM.TotalSizeInMB": whole(memory),
        "RAM.UsedSizeInMB.Avg": whole(memory * estate.number("memory_util_pct", "avg") / 100),
        "RAM.UsedSizeInMB.Max": whole(memory * estate.number("memory_util_pct", "max") / 100),
        "CPU.UsagePct.Avg": decimal(estate.number("cpu_util_pct", "avg")),
        "CPU.UsagePct.Max": decimal(estate.number("cpu_util_pct", "max")),
        "Applications": names,
        "ApplicationWave": waves,
        "Tags": _tags(estate),
    }).set_axis(estate.assets["name"])  # fmt: skip
    filled = fill(TEMPLATE, cells)
    return made_of(TEMPLATE, Filled(filled.rows, pd.concat([filled.rejects, unlisted], ignore_index=True)))


def _applications(estate: Estate) -> tuple[list[str], list[str], pd.DataFrame]:
    """Names and wave of each server's applications, and the names that cannot be listed."""
    applications = estate.applications
    names, waves = applications["name"].tolist(), applications["wave"].map(wave_name).tolist()
    told, wave_of, unlisted = [], [], []
    for server, places in zip(estate.assets["name"], estate.of_server, strict=True):
        told.append(", ".join(names[place] for place in places if "," not in names[place]))
        unlisted += [
            (server, "Applications", names[place], CELL_LEFT_EMPTY, "a comma in its name would make two applications")
            for place in places
            if "," in names[place]
        ]
        moves = {waves[place] for place in places}
        wave_of.append(moves.pop() if len(moves) == 1 else "")
        if len(moves) > 1:
            reason = "its applications move in different waves, and a server has one here"
            unlisted.append((server, "ApplicationWave", ", ".join(sorted(moves)), CELL_LEFT_EMPTY, reason))
    return told, wave_of, rejected(unlisted)


def _tags(estate: Estate) -> list[str]:
    """key:value pairs of what stands in no column of its own; values with a separator in them are left out."""
    held = {"environment": estate.text("environment"), "location": estate.text("location")}
    return [
        ", ".join(
            f"{key}:{value}" for key, value in zip(held, values, strict=True) if value and not set(value) & {",", ":"}
        )
        for values in zip(*held.values(), strict=True)
    ]
