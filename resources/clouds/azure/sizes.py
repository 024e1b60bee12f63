"""Cores and memory of machines, which Resource Graph does not tell: one list call for each region that has machines."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from resources.clouds.account import Page, Read, Resource
from resources.clouds.azure.clients import AzureClients

PERMISSION = "Microsoft.Compute/skus/read"
_SIZED = frozenset({"virtual machine", "scale set"})
_API = "2021-07-01"
_MIB_OF_GIB = 1024


def reads(clients: AzureClients, subscription: str, found: Sequence[Resource]) -> list[Read]:
    """A read for each region. A size that the region's list does not have (retired ones) stays unknown."""
    machines: dict[str, list[Resource]] = defaultdict(list)
    for resource in found:
        if resource.kind in _SIZED and resource.texts.get("hardware_model"):
            machines[resource.texts["location"]].append(resource)
    return [_read(clients, subscription, region, listed) for region, listed in sorted(machines.items())]


def _read(clients: AzureClients, subscription: str, region: str, machines: Sequence[Resource]) -> Read:
    by_size: dict[str, list[str]] = defaultdict(list)
    for machine in machines:
        by_size[machine.texts["hardware_model"].lower()].append(machine.id)

    def fetch(token: str | None) -> Page:
        path = f"/subscriptions/{subscription}/providers/Microsoft.Compute/skus"
        parameters = {"api-version": _API, "$filter": f"location eq '{region}'"}
        rows, following = clients.listed(path, parameters, token)
        sized = [
            Resource(machine, texts)
            for row in rows
            if row.get("resourceType") == "virtualMachines" and (texts := _texts(row))
            for machine in by_size.get(row["name"].lower(), ())
        ]
        return Page(sized, token=following)

    return Read(region, "compute", "list sizes", PERMISSION, fetch)


def _texts(row: Mapping[str, Any]) -> dict[str, str]:
    told = {each["name"]: each["value"] for each in row.get("capabilities") or []}
    # Some sizes leave cores unused, for licences that count them.
    cores, memory = told.get("vCPUsAvailable") or told.get("vCPUs"), told.get("MemoryGB")
    texts = {"cpu_cores": cores or "", "memory_mb": f"{float(memory) * _MIB_OF_GIB:.0f}" if memory else ""}
    return {field: text for field, text in texts.items() if text}
