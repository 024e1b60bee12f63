"""The ServiceNow view: server rows with display values (thousands separators, -1 for unknown), Windows code page."""

import csv
import hashlib
import uuid
from datetime import timedelta
from pathlib import Path

from aidiscover_pipelines.demo import data_planted as planted
from aidiscover_pipelines.demo.data_systems import (
    CLASSES,
    CMDB_CRITICALITY,
    CMDB_USED_FOR,
    EXPORTED,
    HARDWARE,
    SUPPORT_GROUPS,
    SYSTEMS,
    by_family,
)
from aidiscover_pipelines.demo.portfolio import DemoApplication, DemoPortfolio, DemoServer, stable_number

# Field names of ServiceNow's cmdb_ci_server and cmdb_ci_vm_instance; u_ columns are a customer's own.
COLUMNS = (
    "sys_id", "name", "fqdn", "ip_address", "mac_address", "sys_class_name", "os", "os_version", "cpu_count",
    "cpu_core_count", "ram (MB)",
    "disk_space (GB)", "u_cpu_util_avg_30d", "u_mem_util_avg_30d", "serial_number", "bios_uuid",
    "manufacturer", "model_id", "virtual", "location", "u_application", "used_for", "u_business_criticality",
    "install_status", "operational_status", "support_group", "owned_by", "install_date", "last_discovered", "comments",
)  # fmt: skip


def write_cmdb(portfolio: DemoPortfolio, path: Path) -> Path:
    """Write the CSV (cp1252, CRLF, comma)."""
    known = {application.name: application for application in portfolio.applications}
    with path.open("w", encoding="cp1252", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for server in portfolio.servers:
            application = known[server.application]
            if not is_in_cmdb(server, application):
                continue
            row = _row(server, application)
            writer.writerow(row)
            if server.name in planted.CMDB_TWICE:
                writer.writerow(_older_record(row, planted.CMDB_TWICE[server.name]))
    return path


def is_in_cmdb(server: DemoServer, application: DemoApplication) -> bool:
    """Whether the CMDB knows the server: not those of applications that IT was never told of, nor one VM in 14."""
    is_planted = server.name in planted.CMDB_COMMENTS or server.name in planted.CMDB_TWICE
    forgotten = not server.physical and not is_planted and stable_number(server.name + "cmdb", 14) == 0
    return "c" in application.files and not forgotten


def _row(server: DemoServer, application: DemoApplication) -> dict[str, str]:
    system = SYSTEMS[planted.CMDB_OS.get(server.name, server.os)]
    vendor, model = ("VMware, Inc.", "VMware Virtual Platform")
    if server.physical:
        vendor, model = HARDWARE.get(server.os[:3], HARDWARE[""])
    chance = stable_number(server.name + "gaps", 100)
    seen = EXPORTED - timedelta(hours=stable_number(server.name + "seen", 90))
    if server.powered_off:
        seen -= timedelta(days=410)
    ram_mb = planted.CMDB_RAM_GB.get(server.name, server.ram_gb) * 1024
    return {
        "sys_id": hashlib.sha256(server.fqdn.encode()).hexdigest()[:32],
        "name": server.name,
        "fqdn": "" if chance in range(20, 30) else server.fqdn,
        "ip_address": server.ip,
        "mac_address": server.mac,
        "sys_class_name": by_family(CLASSES, server.os),
        "os": system.os,
        "os_version": "" if chance in range(10, 16) else system.version,
        # In ServiceNow the first counts sockets and the second the cores of each.
        "cpu_count": "1",
        "cpu_core_count": str(server.cores),
        "ram (MB)": "-1" if chance < 2 else f"{ram_mb:,}",
        "disk_space (GB)": "" if chance in range(2, 8) else f"{server.disk_gb:,}",
        "u_cpu_util_avg_30d": "" if chance > 86 else f"{server.cpu_percent}",
        "u_mem_util_avg_30d": "" if chance > 80 else f"{server.memory_percent}",
        "serial_number": serial_number(server),
        "bios_uuid": "" if server.physical else _cmdb_uuid(server),
        "manufacturer": vendor,
        "model_id": model,
        "virtual": "false" if server.physical else "true",
        "location": server.site,
        "u_application": planted.CMDB_APPLICATION_NAMES.get(application.name, application.name),
        "used_for": CMDB_USED_FOR[server.environment],
        "u_business_criticality": planted.CMDB_CRITICALITY_OF.get(
            application.name, CMDB_CRITICALITY[application.criticality]
        ),
        "install_status": "Retired" if server.powered_off else "Installed",
        "operational_status": "Non-Operational" if server.powered_off else "Operational",
        "support_group": by_family(SUPPORT_GROUPS, server.os),
        "owned_by": "" if chance in range(40, 60) else application.owner,
        "install_date": server.installed.isoformat(),
        "last_discovered": seen.strftime("%Y-%m-%d %H:%M:%S"),
        "comments": planted.CMDB_COMMENTS.get(server.name, ""),
    }


def serial_number(server: DemoServer) -> str:
    """VMware writes the BIOS UUID's bytes as the serial of a VM; hardware has the maker's."""
    if server.physical:
        return "CZ" + hashlib.sha256(server.name.encode()).hexdigest()[:8].upper()
    pairs = [server.uuid.replace("-", "")[i : i + 2] for i in range(0, 32, 2)]
    return f"VMware-{' '.join(pairs[:8])}-{' '.join(pairs[8:])}"


def _cmdb_uuid(server: DemoServer) -> str:
    """One in three collectors reports the first three groups of the UUID in little-endian order."""
    if stable_number(server.name + "uuid", 3):
        return server.uuid.upper()
    return str(uuid.UUID(bytes=uuid.UUID(server.uuid).bytes_le))


def _older_record(row: dict[str, str], spelling: str) -> dict[str, str]:
    return row | {
        "sys_id": hashlib.sha256(f"old record {spelling}".encode()).hexdigest()[:32],
        "name": spelling,
        "u_cpu_util_avg_30d": "",
        "u_mem_util_avg_30d": "",
        "last_discovered": "2024-02-11 01:00:07",
        "comments": "Import aus Altsystem",
    }
