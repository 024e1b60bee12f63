"""Google StratoZone and Migration Center: the four manual CSV templates in one ZIP."""

import io
import ipaddress
import re
import zipfile
from collections.abc import Sequence

import pandas as pd

from aidiscover_pipelines.reporting.exports.csv_text import importer_csv
from aidiscover_pipelines.reporting.exports.estate import Estate, os_family, wave_name
from aidiscover_pipelines.reporting.exports.made import Made, notes
from aidiscover_pipelines.reporting.exports.template import Column, Template, decimal, fill, texts, whole

_POSITIVE, _PERCENT = (0.0, float("inf")), (0.0, 100.0)
_SOURCE, _READ = "https://cloud.google.com/migration-center/docs/import-data-tables", "2026-11-21"
_MACHINES = 100_000  # assets of a project beyond which nothing can be imported by hand
_MIB_PER_GIB = 1024
_BYTES_PER_MIB = 1024 * 1024
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)

VM_INFO = Template(
    columns=(
        Column("MachineId", required=True),
        Column("MachineName", required=True),
        Column("PrimaryIPAddress(optional)"),
        Column("PrimaryMACAddress(optional)"),
        Column("PublicIPAddress(optional)"),
        Column("IpAddressListSemiColonDelimited(optional)"),
        Column("TotalDiskAllocatedGiB", required=True, span=_POSITIVE),
        Column("TotalDiskUsedGiB", span=_POSITIVE),
        Column("MachineTypeLabel(optional)"),
        Column("AllocatedProcessorCoreCount", required=True, span=_POSITIVE),
        Column("MemoryGiB", required=True, span=_POSITIVE),
        Column("HostingLocation(optional)"),
        Column("OsType(optional)", allowed=("Windows", "Linux")),
        Column("OsPublisher(optional)"),
        Column("OsName", required=True),
        Column("OsVersion(optional)"),
        Column("MachineStatus(optional)"),
        Column("ProvisioningState(optional)"),
        Column("CreateDate(optional)", pattern=r"\d{4}-\d\d-\d\d"),
        Column("IsPhysical", required=True, allowed=("true", "false"), means="neither physical nor virtual on record"),
    ),
    source=_SOURCE,
    read_on=_READ,
    most_rows=_MACHINES,
)
DISK_INFO = Template(
    columns=tuple(map(Column, ("MachineId", "DiskLabel", "SizeInGib", "UsedInGib", "StorageTypeLabel"))),
    source=_SOURCE,
    read_on=_READ,
)
PERF_INFO = Template(
    columns=(
        Column("MachineId", required=True),
        Column("TimeStamp", required=True, pattern=r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"),
        Column("CpuUtilizationPercentage", span=_PERCENT),
        Column("MemoryUtilizationPercentage(optional)", span=_PERCENT),
        Column("AvailableMemoryBytes", span=_POSITIVE),
        Column("DiskReadOperationsPerSec"),
        Column("DiskWriteOperationsPerSec"),
        Column("NetworkBytesPerSecSent"),
        Column("NetworkBytesPerSecReceived"),
    ),
    source=_SOURCE,
    read_on=_READ,
)
# Labels of Google Cloud: lower-case letters, digits, dashes and underscores, 63 characters.
TAG_INFO = Template(
    columns=tuple(map(Column, ("MachineId", "Key", "Value"))),
    source=_SOURCE,
    read_on=_READ,
)  # fmt: skip


def stratozone(estate: Estate) -> Made:
    """All machines, their disks, last measurement and labels; a ZIP for each 100,000 machines."""
    machines = fill(VM_INFO, _machines(estate))
    ids = machines.rows["MachineId"]
    kept = estate.assets["asset_id"].isin(ids)
    disks, samples, labels = _disks(estate), fill(PERF_INFO, _samples(estate, kept)), _labels(estate)
    files = []
    for start in range(0, max(len(ids), 1), _MACHINES):
        part = set(ids.iloc[start : start + _MACHINES])
        tables = (
            ("vmInfo.csv", VM_INFO, machines.rows), ("diskInfo.csv", DISK_INFO, disks),
            ("perfInfo.csv", PERF_INFO, samples.rows), ("tagInfo.csv", TAG_INFO, labels),
        )  # fmt: skip
        files.append(_bundle([(name, made, rows[rows["MachineId"].isin(part)]) for name, made, rows in tables]))
    rejects = pd.concat([machines.rejects, samples.rejects], ignore_index=True)
    return Made(files, len(ids), rejects, notes=notes(VM_INFO, files, machines.rows))


def _machines(estate: Estate) -> pd.DataFrame:
    addresses, cards = estate.addresses("ip_address"), estate.addresses("mac_address")
    power = estate.text("power_state").map({"running": "Running", "stopped": "Stopped", "suspended": "Suspended"})
    kind = estate.assets["kind"]
    return pd.DataFrame({
        "MachineId": estate.assets["asset_id"],
        "MachineName": estate.assets["name"],
        "PrimaryIPAddress(optional)": addresses.map(lambda held: held[0] if held else ""),
        "PrimaryMACAddress(optional)": cards.map(lambda held: held[0] if held else ""),
        "PublicIPAddress(optional)": addresses.map(lambda held: next(filter(_is_public, held), "")),
        "IpAddressListSemiColonDelimited(optional)": addresses.map(";".join),
        "TotalDiskAllocatedGiB": decimal(estate.number("storage_total_gb")),
        "TotalDiskUsedGiB": decimal(estate.number("storage_used_gb")),
        "MachineTypeLabel(optional)": estate.text("hardware_model").where(kind == "cloud", ""),
        "AllocatedProcessorCoreCount": whole(estate.number("cpu_cores")),
        "MemoryGiB": decimal(estate.number("memory_mb") / _MIB_PER_GIB),
        "HostingLocation(optional)": estate.text("location"),
        "OsType(optional)": estate.text("os_name").map(os_family).str.capitalize(),
        "OsName": estate.text("os_name"),
        "OsVersion(optional)": estate.text("os_version"),
        "MachineStatus(optional)": texts(power),
        "CreateDate(optional)": estate.text("install_date").str.slice(0, 10),
        "IsPhysical": texts(kind.map({"physical": "true", "virtual": "false", "cloud": "false"})),
    }).set_axis(estate.assets["name"])  # fmt: skip


def _disks(estate: Estate) -> pd.DataFrame:
    """One row for each disk of known size, numbered as they were listed."""
    held = estate.values[estate.values["field"] == "disk_size_gb"].dropna(subset="number")
    number = held.groupby("entity_id").cumcount() + 1
    return pd.DataFrame({
        "MachineId": held["entity_id"],
        "DiskLabel": "disk " + number.astype(str),
        "SizeInGib": decimal(held["number"]),
    }).reindex(columns=DISK_INFO.titles, fill_value="")  # fmt: skip


def _samples(estate: Estate, kept: "pd.Series[bool]") -> pd.DataFrame:
    """The averages on record as one sample of the moment when the server was last seen; none without a moment."""
    cpu, used = estate.number("cpu_util_pct", "avg"), estate.number("memory_util_pct", "avg")
    seen = estate.text("last_seen").str.replace("T", " ").str.slice(0, 19)
    free = estate.number("memory_mb") * _BYTES_PER_MIB * (1 - used / 100)
    cells = pd.DataFrame({
        "MachineId": estate.assets["asset_id"],
        "TimeStamp": seen,
        "CpuUtilizationPercentage": decimal(cpu),
        "MemoryUtilizationPercentage(optional)": decimal(used),
        "AvailableMemoryBytes": whole(free),
    }).set_axis(estate.assets["name"])  # fmt: skip
    return cells[(kept & (cpu.notna() | used.notna()) & (seen != "")).to_numpy()]


def _labels(estate: Estate) -> pd.DataFrame:
    """Application, strategy, wave and environment of each machine; of several applications the first by name."""
    applications = estate.applications
    slugs = [applications["application_id"], applications["strategy"], applications["wave"].map(wave_name)]
    told = list(zip(*(column.map(_label).tolist() for column in slugs), strict=True))
    rows: list[Sequence[str]] = []
    for machine, places, environment in zip(
        estate.assets["asset_id"], estate.of_server, estate.text("environment").map(_label), strict=True
    ):
        held = told[places[0]] if places else ("", "", "")
        pairs = zip(("application", "strategy", "wave", "environment"), (*held, environment), strict=True)
        rows += [(machine, key, value) for key, value in pairs if value]
    return pd.DataFrame(rows, columns=TAG_INFO.titles, dtype=str)


def _label(text: str) -> str:
    return re.sub(r"[^a-z0-9_-]+", "-", text.casefold()).strip("-")[:63]


def _is_public(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_global
    except ValueError:
        return False


def _bundle(tables: Sequence[tuple[str, Template, pd.DataFrame]]) -> bytes:
    """vmInfo.csv is always there; a table without rows is left out, as the import page allows."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, made, rows in tables:
            if len(rows) or made is VM_INFO:
                content = importer_csv(made.titles, rows[made.titles].itertuples(index=False))
                bundle.writestr(zipfile.ZipInfo(name, _ZIP_DATE), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
