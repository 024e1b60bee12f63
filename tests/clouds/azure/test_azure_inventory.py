"""One query lists a subscription: what each type of resource becomes, and what its rows tell of needs."""

import math
from typing import Any

import pytest

from resources.clouds.account import Connection
from resources.clouds.azure import accounts
from resources.clouds.azure.inventory import FACTS, MIGRATE_SITES, RESOURCES
from tests.clouds.azure.rows import OTHER, SUBSCRIPTION, disk, estate, interface, resource_id, row, virtual_machine
from tests.clouds.azure.scanning import Scan
from tests.clouds.azure.server import AzureServer


def test_a_machine_has_its_addresses_storage_and_size_from_the_rows_around_it(
    azure: AzureServer, connection: Connection
) -> None:
    public = resource_id("Microsoft.Network/publicIPAddresses", "pip")
    card = interface("nic-web1", "web1", "10.0.1.4")
    card["properties"]["ipConfigurations"][0]["properties"]["publicIPAddress"] = {"id": public.upper()}
    azure.rows = [
        virtual_machine("web1", state="deallocated", tags={"Application": "Shop", "Env": "prod", "Owner": "Ada"}),
        card,
        row("Microsoft.Network/publicIPAddresses", "pip", {"ipAddress": "20.1.2.3"}),
        disk("os", 64, "web1"),
        disk("data", 512, "web1"),
        disk("loose", 32),
    ]
    scan = Scan(connection)
    machine = scan.resources["web1"]
    assert machine.texts == {
        "asset_name": "web1",
        "asset_type": "cloud",
        "hostname": "WEB1",
        "virtualization_platform": "Azure VM",
        "hardware_model": "Standard_D4s_v5",
        "serial_number": "uuid-of-web1",
        "power_state": "stopped",
        "install_date": "2021-05-04T10:00:00Z",
        "os_name": "RHEL 8_6",
        "location": "westeurope",
        "ip_address": "10.0.1.4, 20.1.2.3",
        "mac_address": "00-0D-3A-00-00-08",
        "network_name": "hub/apps",
        "storage_total_gb": "576",
    }
    assert machine.tags == {"Application": "Shop", "Env": "prod", "Owner": "Ada"}
    assert machine.arn == resource_id("Microsoft.Compute/virtualMachines", "web1")
    assert scan.sized["web1"] == {"cpu_cores": "4", "memory_mb": "16384"}
    assert scan.resources.keys() == {"web1", "loose"}
    assert scan.resources["loose"].texts["storage_total_gb"] == "32"


def test_what_the_agent_saw_of_the_system_stands_before_the_image(azure: AzureServer, connection: Connection) -> None:
    seen = virtual_machine("web1")
    seen["properties"]["extended"]["instanceView"] |= {
        "osName": "ubuntu",
        "osVersion": "22.04",
        "computerName": "web1.lan",
    }
    azure.rows = [seen]
    texts = Scan(connection).resources["web1"].texts
    assert (texts["os_name"], texts["os_version"], texts["hostname"]) == ("ubuntu", "22.04", "web1.lan")


def test_a_thousand_rows_come_in_one_call_and_sizes_in_one_for_each_region(
    azure: AzureServer, connection: Connection
) -> None:
    azure.rows = estate(900, regions=("westeurope", "northeurope"))
    scan = Scan(connection)
    assert len(scan.resources) == 900
    assert len(azure.called("graph")) == 1 + math.ceil(len(azure.rows) / 1_000)
    assert {machine["cpu_cores"] for machine in scan.sized.values()} == {"4"}
    assert len(scan.sized) == 900
    assert len(azure.called("skus")) == 2 * 2  # two pages of each region here
    assert len(azure.called("metrics")) == 2 * math.ceil(450 / 50)
    assert len(azure.called("token")) == 2  # one for each audience, however many clients and threads ask


def test_pages_in_another_order_give_the_same(azure: AzureServer, connection: Connection) -> None:
    azure.rows = estate(20)
    whole = Scan(connection)
    azure.rows.reverse()
    azure.page_rows = 7
    paged = Scan(connection)
    assert paged.resources == whole.resources
    assert paged.sized == whole.sized


def test_a_size_that_the_region_does_not_list_stays_unknown(azure: AzureServer, connection: Connection) -> None:
    azure.rows = [virtual_machine("old", "Basic_A0"), virtual_machine("new", "standard_b2s")]
    assert Scan(connection).sized == {"new": {"cpu_cores": "2", "memory_mb": "4096"}}


SERVICES: list[tuple[str, str, dict[str, Any], dict[str, Any], dict[str, str]]] = [
    (
        "Microsoft.Sql/servers/databases",
        "sql1/orders",
        {"maxSizeBytes": 34359738368, "status": "Online", "creationDate": "2020-01-01T00:00:00Z"},
        {"kind": "v12.0,user,vcore", "sku": {"name": "GP_Gen5", "tier": "GeneralPurpose", "capacity": 4}},
        {
            "asset_name": "sql1/orders",
            "cpu_cores": "4",
            "storage_total_gb": "32",
            "database_engine": "Azure SQL Database",
            "hardware_model": "GeneralPurpose GP_Gen5",
        },
    ),
    (
        "Microsoft.Sql/managedInstances",
        "mi",
        {"vCores": 8, "storageSizeInGB": 256, "state": "Ready", "fullyQualifiedDomainName": "mi.db.example"},
        {"sku": {"name": "GP_Gen5", "tier": "GeneralPurpose"}},
        {"cpu_cores": "8", "storage_total_gb": "256", "hostname": "mi.db.example", "power_state": "running"},
    ),
    (
        "Microsoft.DBforPostgreSQL/flexibleServers",
        "pg",
        {"version": "15", "storage": {"storageSizeGB": 128}, "highAvailability": {"mode": "ZoneRedundant"}},
        {"sku": {"name": "Standard_D4s_v3", "tier": "GeneralPurpose"}},
        {"database_engine": "PostgreSQL 15", "storage_total_gb": "128", "availability_target": "ZoneRedundant"},
    ),
    (
        "Microsoft.DBforMySQL/flexibleServers",
        "my",
        {"version": "8.0.21", "state": "Stopped"},
        {},
        {"database_engine": "MySQL 8.0.21", "power_state": "stopped", "asset_type": "database"},
    ),
    (
        "Microsoft.DocumentDB/databaseAccounts",
        "cosmos",
        {"documentEndpoint": "https://cosmos.documents.example:443/"},
        {"kind": "MongoDB"},
        {"database_engine": "Azure Cosmos DB for MongoDB", "hostname": "cosmos.documents.example"},
    ),
    (
        "Microsoft.Cache/redis",
        "cache",
        {"redisVersion": "6.0", "hostName": "cache.redis.example", "sku": {"name": "Premium", "family": "P"}},
        {},
        {"database_engine": "Redis 6.0", "hostname": "cache.redis.example", "hardware_model": "Premium"},
    ),
    (
        "Microsoft.Web/sites",
        "shop",
        {
            "state": "Running",
            "defaultHostName": "shop.web.example",
            "siteProperties": {"properties": [{"name": "LinuxFxVersion", "value": "PYTHON|3.11"}]},
        },
        {"kind": "app,linux"},
        {"technology_stack": "PYTHON 3.11", "virtualization_platform": "Azure App Service", "power_state": "running"},
    ),
    (
        "Microsoft.Web/sites",
        "jobs",
        {"state": "Stopped"},
        {"kind": "functionapp,linux"},
        {"virtualization_platform": "Azure Functions", "power_state": "stopped"},
    ),
    (
        "Microsoft.ContainerService/managedClusters",
        "aks",
        {
            "currentKubernetesVersion": "1.29.4",
            "powerState": {"code": "Running"},
            "agentPoolProfiles": [{"count": 3, "vmSize": "Standard_D4s_v5"}, {"count": 2, "vmSize": "Standard_B2s"}],
        },
        {},
        {
            "technology_stack": "Kubernetes 1.29.4",
            "hardware_model": "Standard_B2s, Standard_D4s_v5",
            "description": "5 nodes in 2 pools",
            "asset_type": "container",
        },
    ),
    (
        "Microsoft.App/containerApps",
        "api",
        {
            "template": {"containers": [{"image": "registry.example/api:2"}]},
            "configuration": {"ingress": {"fqdn": "api.apps.example"}},
            "runningStatus": "Running",
        },
        {},
        {"technology_stack": "registry.example/api:2", "hostname": "api.apps.example"},
    ),
    (
        "Microsoft.ServiceBus/namespaces",
        "bus",
        {"serviceBusEndpoint": "https://bus.servicebus.example:443/"},
        {"sku": {"name": "Standard"}},
        {"virtualization_platform": "Azure Service Bus", "hostname": "bus.servicebus.example"},
    ),
    (
        "Microsoft.EventHub/namespaces",
        "hub",
        {"serviceBusEndpoint": "https://hub.servicebus.example:443/"},
        {},
        {"virtualization_platform": "Azure Event Hubs"},
    ),
    (
        "Microsoft.Storage/storageAccounts",
        "files",
        {"creationTime": "2022-03-04T05:06:07Z"},
        {"sku": {"name": "Standard_LRS"}},
        {"hardware_model": "Standard_LRS", "install_date": "2022-03-04T05:06:07Z"},
    ),
    (
        "Microsoft.Compute/virtualMachineScaleSets",
        "pool",
        {"virtualMachineProfile": {"storageProfile": {"osDisk": {"osType": "Windows"}}}},
        {"sku": {"name": "Standard_D4s_v5", "capacity": 3}},
        {"os_name": "Windows", "description": "3 instances", "hardware_model": "Standard_D4s_v5"},
    ),
    (
        "Microsoft.HybridCompute/machines",
        "factory1",
        {
            "status": "Connected",
            "osSku": "Windows Server 2016 Standard",
            "osVersion": "10.0.14393",
            "machineFqdn": "factory1.lan",
            "vmUuid": "abc",
            "lastStatusChange": "2026-11-01T00:00:00Z",
            "detectedProperties": {
                "logicalCoreCount": "8",
                "totalPhysicalMemoryInBytes": "34359738368",
                "manufacturer": "HPE",
                "model": "ProLiant DL380 Gen10",
            },
            "networkProfile": {"networkInterfaces": [{"ipAddresses": [{"address": "192.168.7.9"}]}]},
        },
        {},
        {
            "cpu_cores": "8",
            "memory_mb": "32768",
            "hostname": "factory1.lan",
            "hardware_model": "HPE ProLiant DL380 Gen10",
            "os_name": "Windows Server 2016 Standard",
            "ip_address": "192.168.7.9",
            "power_state": "running",
        },
    ),
]


@pytest.mark.parametrize(("kind", "name", "properties", "more", "told"), SERVICES, ids=[each[1] for each in SERVICES])
def test_services_tell_what_a_plan_needs(
    azure: AzureServer,
    connection: Connection,
    kind: str,
    name: str,
    properties: dict[str, Any],
    more: dict[str, Any],
    told: dict[str, str],
) -> None:
    azure.rows = [row(kind, name, properties, **more)]
    resource = Scan(connection).resources[name.rpartition("/")[2]]
    assert told.items() <= resource.texts.items()
    assert all(resource.texts.values())


@pytest.mark.parametrize("kind", sorted({*RESOURCES} - {*FACTS}))
def test_a_row_with_nothing_but_its_name_is_still_a_resource(
    azure: AzureServer, connection: Connection, kind: str
) -> None:
    azure.rows = [row(kind, "/".join(f"n{depth}" for depth in range(kind.count("/"))), {})]
    assert len(Scan(connection).resources) == 1


def test_the_servers_own_database_is_none_of_the_portfolio(azure: AzureServer, connection: Connection) -> None:
    azure.rows = [row("Microsoft.Sql/servers/databases", "sql1/master", {})]
    assert not Scan(connection).resources


def test_machines_of_azure_migrate_are_listed_by_site(azure: AzureServer, connection: Connection) -> None:
    site = resource_id(MIGRATE_SITES[0], "berlin")
    azure.rows = [row(MIGRATE_SITES[0], "berlin", {})]
    properties = {
        "displayName": "erp-01",
        "hostName": "erp-01.lan",
        "biosGuid": "guid-1",
        "numberOfProcessorCore": 8,
        "allocatedMemoryInMB": 32768.0,
        "operatingSystemDetails": {"osName": "SUSE Linux Enterprise Server 12", "osVersion": "12.5"},
        "networkAdapters": [{"macAddress": "00:50:56:00:00:01", "ipAddressList": ["10.8.0.3"]}],
        "disks": [{"maxSizeInBytes": 107374182400}],
        "powerStatus": "ON",
    }
    azure.machines[site] = [{"id": f"{site}/machines/m-1", "name": "m-1", "properties": properties}]
    scan = Scan(connection)
    assert scan.resources["m-1"].texts == {
        "asset_name": "erp-01",
        "asset_type": "virtual",
        "hostname": "erp-01.lan",
        "virtualization_platform": "VMware",
        "serial_number": "guid-1",
        "os_name": "SUSE Linux Enterprise Server 12",
        "os_version": "12.5",
        "cpu_cores": "8",
        "memory_mb": "32768.0",
        "storage_total_gb": "100",
        "ip_address": "10.8.0.3",
        "mac_address": "00:50:56:00:00:01",
        "power_state": "running",
    }
    assert scan.outcome("azure migrate").read.permission == "Microsoft.OffAzure/VMwareSites/machines/read"


def test_each_subscription_is_an_account(azure: AzureServer, connection: Connection) -> None:
    azure.subscriptions[OTHER] = "Test"
    azure.rows = [*estate(2), *estate(3, OTHER)]
    assert [(account.id, account.name) for account in accounts(connection)] == [
        (SUBSCRIPTION, "Production"),
        (OTHER, "Test"),
    ]
    assert sorted(len(list(one.fetch(None).resources)) for one in _inventories(connection)) == [2, 3]
    only = Connection("azure", "t", "ambient", {"subscriptions": OTHER}, azure.url)
    assert [account.id for account in accounts(only)] == [OTHER]


def _inventories(connection: Connection) -> list[Any]:
    return [next(iter(account.inventory())) for account in accounts(connection)]
