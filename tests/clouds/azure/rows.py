"""Rows of Resource Graph as Azure gives them, for the little Azure of the tests."""

from typing import Any

Row = dict[str, Any]

SUBSCRIPTION = "33333333-3333-4333-8333-333333333333"
OTHER = "44444444-4444-4444-8444-444444444444"


def resource_id(kind: str, name: str, subscription: str = SUBSCRIPTION) -> str:
    """A resource id; a name with slashes fills the types of a nested type in turn."""
    namespace, *types = kind.split("/")
    path = "/".join(f"{part}/{each}" for part, each in zip(types, name.split("/"), strict=True))
    return f"/subscriptions/{subscription}/resourceGroups/rg-shop/providers/{namespace}/{path}"


def row(of: str, name: str, properties: Row, subscription: str = SUBSCRIPTION, **more: Any) -> Row:
    """A row of the resources table; types come in lower case, ids as they were created."""
    return {
        "id": resource_id(of, name, subscription),
        "name": name.rpartition("/")[2],
        "type": of.lower(),
        "location": "westeurope",
        "kind": "",
        "tags": None,
        "sku": None,
        "managedBy": "",
        "properties": properties,
        **more,
    }


def virtual_machine(name: str, size: str = "Standard_D4s_v5", state: str = "running", **more: Any) -> Row:
    properties = {
        "vmId": f"uuid-of-{name}",
        "hardwareProfile": {"vmSize": size},
        "osProfile": {"computerName": name.upper()},
        "storageProfile": {"osDisk": {"osType": "Linux"}, "imageReference": {"offer": "RHEL", "sku": "8_6"}},
        "extended": {"instanceView": {"powerState": {"code": f"PowerState/{state}"}}},
        "timeCreated": "2021-05-04T10:00:00Z",
    }
    return row("Microsoft.Compute/virtualMachines", name, properties, **more)


def interface(
    name: str,
    machine: str,
    address: str,
    subscription: str = SUBSCRIPTION,
    groups: tuple[str, ...] = (),
    rules: str = "",
) -> Row:
    configuration = {
        "privateIPAddress": address,
        "subnet": {"id": f"{resource_id('Microsoft.Network/virtualNetworks', 'hub', subscription)}/subnets/apps"},
        "applicationSecurityGroups": [{"id": each} for each in groups],
    }
    properties = {
        "macAddress": f"00-0D-3A-00-00-{len(name):02X}",
        "virtualMachine": {"id": resource_id("Microsoft.Compute/virtualMachines", machine, subscription)},
        "ipConfigurations": [{"properties": configuration}],
        "networkSecurityGroup": {"id": rules} if rules else None,
    }
    return row("Microsoft.Network/networkInterfaces", name, properties, subscription)


def disk(name: str, gb: int, machine: str = "") -> Row:
    owner = resource_id("Microsoft.Compute/virtualMachines", machine) if machine else ""
    return row("Microsoft.Compute/disks", name, {"diskSizeGB": gb}, managedBy=owner)


def estate(machines: int, subscription: str = SUBSCRIPTION, regions: tuple[str, ...] = ("westeurope",)) -> list[Row]:
    """Machines with one interface and one disk each: three rows for each machine."""
    rows = []
    for number in range(machines):
        name, region = f"vm{number:05d}", regions[number % len(regions)]
        owner = resource_id("Microsoft.Compute/virtualMachines", name, subscription)
        rows += [
            virtual_machine(name, subscription=subscription, location=region, tags={"app": f"Shop {number % 20}"}),
            interface(f"nic-{name}", name, f"10.{number // 65536}.{number // 256 % 256}.{number % 256}", subscription),
            row("Microsoft.Compute/disks", f"disk-{name}", {"diskSizeGB": 64}, subscription, managedBy=owner),
        ]
    return rows
