"""The vCenter view: an RVTools workbook of the MiB era (4.x) with the tabs a consultant is usually sent.

Tab and column names and their order are RVTools' own, as in the export of aws-samples/sample-genai-in-modernization.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from aidiscover_pipelines.demo import data_planted as planted
from aidiscover_pipelines.demo.data_systems import EXPORTED, SYSTEMS
from aidiscover_pipelines.demo.portfolio import DemoPortfolio, DemoServer, stable_number

_MIB_PER_GB = 1024
_MHZ_PER_CORE = 2300
_VMS_PER_HOST = 24
_VCENTER = "vcenter01.nordwerk.example"
_CLUSTER = "HH-PROD-01"
_DATACENTER = "Hamburg RZ1"

# Every VM tab carries these around its own columns.
_HEAD = ("VM", "Powerstate", "Template", "SRM Placeholder")
_TAIL = (
    "Datacenter", "Cluster", "Host", "Folder", "OS according to the configuration file",
    "OS according to the VMware Tools", "VM ID", "VM UUID", "VI SDK Server",
)  # fmt: skip
TABS: dict[str, tuple[str, ...]] = {
    "vInfo": (
        "VM", "Powerstate", "Template", "SRM Placeholder", "Config status", "DNS Name", "Connection state",
        "Guest state", "Heartbeat", "PowerOn", "Creation date", "CPUs", "Memory", "Active Memory", "NICs", "Disks",
        "Total disk capacity MiB", "Latency Sensitivity", "CBT", "Primary IP Address", "Network #1", "Resource pool",
        "Folder", "DAS protection", "FT State", "Provisioned MiB", "In Use MiB", "Unshared MiB",
        "HA Restart Priority", "Firmware", "HW version", "Path", "Annotation", "Datacenter", "Cluster", "Host",
        "OS according to the configuration file", "OS according to the VMware Tools", "VM ID", "SMBIOS UUID",
        "VM UUID", "VI SDK Server type", "VI SDK Server",
    ),
    "vCPU": (*_HEAD, "CPUs", "Sockets", "Cores p/s", "Max", "Overall", "Level", "Shares", "Reservation", "Limit",
             "Hot Add", *_TAIL),
    "vMemory": (*_HEAD, "Size MiB", "Overhead", "Max", "Consumed", "Swapped", "Ballooned", "Active", "Reservation",
                "Limit", "Hot Add", *_TAIL),
    "vDisk": (*_HEAD, "Disk", "Disk Key", "Capacity MiB", "Raw", "Disk Mode", "Thin", "Controller", "Unit #", "Path",
              *_TAIL),
    "vPartition": (*_HEAD, "Disk Key", "Disk", "Capacity MiB", "Consumed MiB", "Free MiB", "Free %", *_TAIL),
    "vNetwork": (*_HEAD, "NIC label", "Adapter", "Network", "Switch", "Connected", "Starts Connected", "Mac Address",
                 "Type", "IPv4 Address", *_TAIL),
    "vTools": (*_HEAD, "VM Version", "Tools", "Tools Version", "Required Version", "Upgradeable", "Upgrade Policy",
               *_TAIL),
    "vHost": ("Host", "Datacenter", "Cluster", "Config status", "in Maintenance Mode", "CPU Model", "Speed", "# CPU",
              "Cores per CPU", "# Cores", "CPU usage %", "# Memory", "Memory usage %", "# VMs", "# vCPUs",
              "ESX Version", "Vendor", "Model", "Serial number", "VI SDK Server"),
    "vDatastore": ("Name", "Config status", "Accessible", "Type", "# VMs", "Capacity MiB", "Provisioned MiB",
                   "In Use MiB", "Free MiB", "Free %", "# Hosts", "Cluster name", "VI SDK Server"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Machine:
    """A virtual machine as vCenter sees it."""

    vm: str
    dns: str
    cores: int
    ram_gb: int
    disk_gb: int
    os: str
    on: bool
    cpu_percent: float
    memory_percent: float
    ip: str
    mac: str
    smbios_uuid: str
    index: int
    created: date = date(2024, 5, 17)
    template: bool = False
    placeholder: bool = False

    @property
    def active_mib(self) -> int:
        """Memory the guest touches, MiB."""
        return int(self.ram_gb * _MIB_PER_GB * self.memory_percent / 100) if self.on else 0

    def common(self) -> dict[str, Any]:
        """Columns that RVTools repeats on every tab."""
        guest = SYSTEMS[self.os].guest
        return {
            "VM": self.vm,
            "Powerstate": "poweredOn" if self.on else "poweredOff",
            "Template": self.template,
            "SRM Placeholder": self.placeholder,
            "Datacenter": _DATACENTER,
            "Cluster": _CLUSTER,
            "Host": _host(self.index // _VMS_PER_HOST),
            "Folder": f"/{_DATACENTER}/vm",
            "OS according to the configuration file": guest,
            "OS according to the VMware Tools": guest if self.on else "",
            "VM ID": f"vm-{1000 + self.index}",
            "VM UUID": "50" + self.smbios_uuid[2:],
            "VI SDK Server": _VCENTER,
        }


def write_rvtools(portfolio: DemoPortfolio, path: Path) -> Path:
    """Write the workbook. Physical servers are not in it; templates, a placeholder and unclaimed machines are."""
    machines = list(_machines(portfolio))
    rows: dict[str, list[dict[str, Any]]] = {tab: [] for tab in TABS}
    for machine in machines:
        for tab, row in _vm_rows(machine):
            rows[tab].append(row)
    rows["vHost"] = list(_host_rows(machines))
    rows["vDatastore"] = list(_datastore_rows(machines))
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as workbook:
        workbook.set_properties({"created": EXPORTED})
        for tab, columns in TABS.items():
            sheet = workbook.add_worksheet(tab)
            sheet.write_row(0, 0, columns)
            for number, row in enumerate(rows[tab], start=1):
                sheet.write_row(number, 0, [row.get(column, "") for column in columns])
    return path


def _machines(portfolio: DemoPortfolio) -> Iterator[_Machine]:
    virtual = [server for server in portfolio.servers if not server.physical]
    for index, server in enumerate(virtual):
        yield _machine(server, index)
    index = len(virtual)
    for name, cores, ram, disk, os, on in planted.UNCLAIMED_MACHINES:
        yield _Machine(
            name, "", cores, ram, disk, os, on, 1.2, 4.0, f"10.20.90.{index % 200}", _mac(index), _id(index), index
        )
        index += 1
    for name, template, placeholder in planted.NO_MACHINES:
        yield _Machine(
            name,
            "",
            2,
            8,
            60,
            "rhel8",
            False,
            0.0,
            0.0,
            "",
            _mac(index),
            _id(index),
            index,
            template=template,
            placeholder=placeholder,
        )
        index += 1


def _machine(server: DemoServer, index: int) -> _Machine:
    """VM names are typed by people: upper case, lower case or with the domain."""
    spelling = (server.name.upper(), server.name, server.fqdn)[stable_number(server.name + "vm", 3)]
    return _Machine(
        vm=spelling,
        dns=server.fqdn if not server.powered_off else "",
        cores=server.cores,
        ram_gb=server.ram_gb,
        disk_gb=server.disk_gb,
        os=server.os,
        on=not server.powered_off,
        cpu_percent=server.cpu_percent,
        memory_percent=server.memory_percent,
        ip=server.ip if not server.powered_off else "",
        mac=server.mac,
        smbios_uuid=server.uuid,
        index=index,
        created=server.installed,
    )


def _vm_rows(machine: _Machine) -> Iterator[tuple[str, dict[str, Any]]]:
    """Rows of one machine as (tab, row)."""
    common = machine.common()
    disks = _disks(machine)
    used_share = 0.35 + stable_number(machine.vm + "used", 50) / 100
    yield "vInfo", common | _info(machine, disks, used_share)
    yield "vCPU", common | _cpu(machine)
    yield "vMemory", common | _memory(machine)
    for number, size in enumerate(disks):
        yield "vDisk", common | _disk(machine, number, size)
        if machine.on:
            yield "vPartition", common | _partition(machine, number, size, int(size * used_share))
    yield "vNetwork", common | _network(machine)
    yield "vTools", common | _tools(machine)


def _info(machine: _Machine, disks: list[int], used_share: float) -> dict[str, Any]:
    memory = machine.ram_gb * _MIB_PER_GB
    used = int(sum(disks) * used_share)
    return {
        "Config status": "green",
        "DNS Name": machine.dns,
        "Connection state": "connected",
        "Guest state": "running" if machine.on else "notRunning",
        "Heartbeat": "green" if machine.on else "gray",
        "PowerOn": "2026/08/14 02:11:09" if machine.on else "",
        "Creation date": f"{machine.created:%Y/%m/%d} 09:30:00",
        "CPUs": machine.cores,
        "Memory": memory,
        "Active Memory": machine.active_mib,
        "NICs": 1,
        "Disks": len(disks),
        "Total disk capacity MiB": sum(disks),
        "Latency Sensitivity": "normal",
        "CBT": True,
        "Primary IP Address": machine.ip,
        "Network #1": "VLAN-120-SRV",
        "Resource pool": f"/{_DATACENTER}/{_CLUSTER}/Resources",
        "DAS protection": True,
        "FT State": "notConfigured",
        "Provisioned MiB": sum(disks) + memory,
        "In Use MiB": used,
        "Unshared MiB": used,
        "HA Restart Priority": "medium",
        "Firmware": "bios",
        "HW version": 13,
        "Path": f"[{_datastore(machine.index)}] {machine.vm}/{machine.vm}.vmx",
        "SMBIOS UUID": machine.smbios_uuid,
        "VI SDK Server type": "VMware vCenter Server 7.0.3 build-21477706",
    }


def _cpu(machine: _Machine) -> dict[str, Any]:
    mhz = machine.cores * _MHZ_PER_CORE
    return {
        "CPUs": machine.cores,
        "Sockets": max(1, machine.cores // 4),
        "Cores p/s": min(4, machine.cores),
        "Max": mhz,
        "Overall": int(mhz * machine.cpu_percent / 100) if machine.on else 0,
        "Level": "normal",
        "Shares": machine.cores * 1000,
        "Reservation": 0,
        "Limit": -1,
        "Hot Add": False,
    }


def _memory(machine: _Machine) -> dict[str, Any]:
    size = machine.ram_gb * _MIB_PER_GB
    return {
        "Size MiB": size,
        "Overhead": 60,
        "Max": size,
        "Consumed": int(size * 0.93) if machine.on else 0,
        "Swapped": 0,
        "Ballooned": 0,
        "Active": machine.active_mib,
        "Reservation": 0,
        "Limit": -1,
        "Hot Add": False,
    }


def _disk(machine: _Machine, number: int, size: int) -> dict[str, Any]:
    return {
        "Disk": f"Hard disk {number + 1}",
        "Disk Key": 2000 + number,
        "Capacity MiB": size,
        "Raw": False,
        "Disk Mode": "persistent",
        "Thin": True,
        "Controller": "VMware paravirtual SCSI",
        "Unit #": number,
        "Path": f"[{_datastore(machine.index)}] {machine.vm}/{machine.vm}_{number}.vmdk",
    }


def _partition(machine: _Machine, number: int, size: int, consumed: int) -> dict[str, Any]:
    return {
        "Disk Key": 2000 + number,
        "Disk": _mount(machine.os, number),
        "Capacity MiB": size,
        "Consumed MiB": consumed,
        "Free MiB": size - consumed,
        "Free %": round(100 * (size - consumed) / size),
    }


def _network(machine: _Machine) -> dict[str, Any]:
    return {
        "NIC label": "Network adapter 1",
        "Adapter": "Vmxnet3",
        "Network": "VLAN-120-SRV",
        "Switch": "dvs-hh-01",
        "Connected": machine.on,
        "Starts Connected": True,
        "Mac Address": machine.mac,
        "Type": "assigned",
        "IPv4 Address": machine.ip,
    }


def _tools(machine: _Machine) -> dict[str, Any]:
    return {
        "VM Version": 13,
        "Tools": "toolsOk" if machine.on else "toolsNotRunning",
        "Tools Version": 11365,
        "Required Version": 12352,
        "Upgradeable": "Yes" if machine.on else "No",
        "Upgrade Policy": "manual",
    }


def _disks(machine: _Machine) -> list[int]:
    """MiB per disk: a system disk of up to 60 GB and one for the rest."""
    system = min(60, machine.disk_gb)
    sizes = [system] + ([machine.disk_gb - system] if machine.disk_gb > system else [])
    return [size * _MIB_PER_GB for size in sizes]


def _mount(os: str, number: int) -> str:
    return ("C:\\", "D:\\")[number] if os.startswith("win") else ("/", "/data")[number]


def _host_rows(machines: list[_Machine]) -> Iterator[dict[str, Any]]:
    for number in range(len(machines) // _VMS_PER_HOST + 1):
        placed = [machine for machine in machines if machine.index // _VMS_PER_HOST == number]
        yield {
            "Host": _host(number),
            "Datacenter": _DATACENTER,
            "Cluster": _CLUSTER,
            "Config status": "green",
            "in Maintenance Mode": False,
            "CPU Model": "Intel(R) Xeon(R) Gold 6240 CPU @ 2.60GHz",
            "Speed": 2594,
            "# CPU": 2,
            "Cores per CPU": 18,
            "# Cores": 36,
            "CPU usage %": 31 + 3 * number,
            "# Memory": 1048240,
            "Memory usage %": 58 + 2 * number,
            "# VMs": len(placed),
            "# vCPUs": sum(machine.cores for machine in placed),
            "ESX Version": "VMware ESXi 6.7.0 build-20497097",
            "Vendor": "HPE",
            "Model": "ProLiant DL380 Gen10",
            "Serial number": f"CZ2{9000 + number}ESX",
            "VI SDK Server": _VCENTER,
        }


def _datastore_rows(machines: list[_Machine]) -> Iterator[dict[str, Any]]:
    for name in sorted({_datastore(machine.index) for machine in machines}):
        placed = [machine for machine in machines if _datastore(machine.index) == name]
        provisioned = sum(machine.disk_gb for machine in placed) * _MIB_PER_GB
        capacity = int(provisioned * 1.25)
        yield {
            "Name": name,
            "Config status": "green",
            "Accessible": True,
            "Type": "VMFS",
            "# VMs": len(placed),
            "Capacity MiB": capacity,
            "Provisioned MiB": provisioned,
            "In Use MiB": provisioned // 2,
            "Free MiB": capacity - provisioned // 2,
            "Free %": 60,
            "# Hosts": len(machines) // _VMS_PER_HOST + 1,
            "Cluster name": _CLUSTER,
            "VI SDK Server": _VCENTER,
        }


def _host(number: int) -> str:
    return f"esx{number + 1:02d}.nordwerk.example"


def _datastore(index: int) -> str:
    return f"HH-VMFS-{index % 6 + 1:02d}"


def _mac(index: int) -> str:
    return f"00:50:56:fe:{index // 256:02x}:{index % 256:02x}"


def _id(index: int) -> str:
    return f"421e{index:04x}-77aa-4c1b-9d2e-{index:012x}"
