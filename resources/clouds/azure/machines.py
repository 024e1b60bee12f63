"""Rows of machines: virtual machines, scale sets, Arc servers, machines that Azure Migrate discovered, loose disks."""

from collections.abc import Mapping
from typing import Any

from resources.clouds.account import Resource
from resources.clouds.azure.network import Network, Row

_GIB = 2**30
_STATES = {"running": "running", "deallocated": "stopped", "stopped": "stopped"}
_SWITCHED = {"ON": "running", "OFF": "stopped"}
_DISCOVERED_BY = {"vmwaresites": "VMware", "hypervsites": "Hyper-V", "serversites": ""}


def virtual_machine(row: Row, network: Network) -> Resource:
    """A virtual machine; its vmId is the SMBIOS UUID that inventories on the machine see."""
    properties = row["properties"]
    seen = (properties.get("extended") or {}).get("instanceView") or {}
    state = ((seen.get("powerState") or {}).get("code") or "").removeprefix("PowerState/")
    texts = {
        "hostname": seen.get("computerName") or (properties.get("osProfile") or {}).get("computerName"),
        "virtualization_platform": "Azure VM",
        "hardware_model": (properties.get("hardwareProfile") or {}).get("vmSize"),
        "serial_number": properties.get("vmId"),
        "power_state": _STATES.get(state, state),
        "install_date": properties.get("timeCreated"),
        **_system(properties.get("storageProfile") or {}, seen),
        **network.texts(row["id"].lower()),
    }
    return _resource(row, "virtual machine", texts, network.addresses(row["id"].lower()))


def scale_set(row: Row, _network: Network) -> Resource:
    """A scale set as one asset: its instances come and go."""
    sku = row.get("sku") or {}
    profile = row["properties"].get("virtualMachineProfile") or {}
    texts = {
        "virtualization_platform": "Azure VM Scale Set",
        "hardware_model": sku.get("name"),
        "description": f"{sku['capacity']} instances" if sku.get("capacity") is not None else "",
        **_system(profile.get("storageProfile") or {}, {}),
    }
    return _resource(row, "scale set", texts)


def arc_machine(row: Row, _network: Network) -> Resource:
    """A machine outside Azure whose agent reports to it; an agent that fell silent says nothing of the power state."""
    properties = row["properties"]
    found = properties.get("detectedProperties") or {}
    cards = (properties.get("networkProfile") or {}).get("networkInterfaces") or []
    addresses = tuple(
        each["address"] for card in cards for each in card.get("ipAddresses") or [] if each.get("address")
    )
    memory = found.get("totalPhysicalMemoryInBytes")
    texts = {
        "hostname": properties.get("machineFqdn") or properties.get("dnsFqdn"),
        "virtualization_platform": (properties.get("cloudMetadata") or {}).get("provider"),
        "hardware_model": f"{found.get('manufacturer') or ''} {found.get('model') or ''}".strip(),
        "serial_number": properties.get("vmUuid") or found.get("serialNumber"),
        "os_name": properties.get("osSku") or properties.get("osName"),
        "os_version": properties.get("osVersion"),
        "cpu_cores": _text(found.get("logicalCoreCount") or found.get("coreCount")),
        "memory_mb": f"{float(memory) / 2**20:.0f}" if memory else "",
        "ip_address": ", ".join(addresses),
        "power_state": "running" if properties.get("status") == "Connected" else "",
        "last_seen": properties.get("lastStatusChange"),
        "asset_type": "",
    }
    return _resource(row, "arc machine", texts, addresses)


def discovered_machine(row: Row) -> Resource:
    """What an Azure Migrate appliance found. Source: Azure Migrate REST API, machines of a site, 2020-01-01."""
    properties = row["properties"]
    system = properties.get("operatingSystemDetails") or properties.get("guestOSDetails") or {}
    cards = properties.get("networkAdapters") or []
    addresses = tuple(address for card in cards for address in card.get("ipAddressList") or [])
    disks = sum(int(each.get("maxSizeInBytes") or 0) for each in properties.get("disks") or [])
    by = next((name for part, name in _DISCOVERED_BY.items() if part in row["id"].lower()), "")
    texts = {
        "asset_name": properties.get("displayName"),
        "hostname": properties.get("hostName"),
        "virtualization_platform": by,
        "asset_type": "virtual" if by else "",
        "serial_number": properties.get("biosGuid") or properties.get("biosSerialNumber"),
        "os_name": system.get("osName"),
        "os_version": system.get("osVersion"),
        "cpu_cores": _text(properties.get("numberOfProcessorCore")),
        "memory_mb": _text(properties.get("allocatedMemoryInMB")),
        "storage_total_gb": f"{disks / _GIB:.0f}" if disks else "",
        "ip_address": ", ".join(addresses),
        "mac_address": ", ".join(card["macAddress"] for card in cards if card.get("macAddress")),
        "power_state": _SWITCHED.get((properties.get("powerStatus") or "").upper(), ""),
    }
    return _resource(row, "discovered machine", texts, addresses)


def unattached_disk(row: Row, _network: Network) -> Resource | None:
    """A disk that no machine holds; the others are part of their machine's storage."""
    if row.get("managedBy"):
        return None
    texts = {
        "virtualization_platform": "Azure Managed Disk",
        "storage_total_gb": _text(row["properties"].get("diskSizeGB")),
        "description": "unattached disk",
    }
    return _resource(row, "disk", texts)


def _system(storage: Mapping[str, Any], seen: Mapping[str, Any]) -> dict[str, Any]:
    """The operating system as the agent saw it, else as its image names it, else its family."""
    if seen.get("osName"):
        return {"os_name": seen["osName"], "os_version": seen.get("osVersion")}
    image = storage.get("imageReference") or {}
    named = f"{image.get('offer') or ''} {image.get('sku') or ''}".strip()
    return {"os_name": named or (storage.get("osDisk") or {}).get("osType")}


def _resource(row: Row, kind: str, texts: Mapping[str, Any], addresses: tuple[str, ...] = ()) -> Resource:
    common = {"asset_name": row.get("name"), "asset_type": "cloud", "location": row.get("location")}
    told = {field: text for field, text in {**common, **texts}.items() if text}
    links = {"address": addresses} if addresses else {}
    return Resource(row["id"].lower(), told, kind, tags=row.get("tags") or {}, arn=row["id"], links=links)


def _text(number: Any) -> str:
    return "" if number is None else str(number)
