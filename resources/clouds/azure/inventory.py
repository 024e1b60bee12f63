"""One Resource Graph query for a subscription's resources, and what each row becomes.

Rows of disks, interfaces and public addresses come first and only inform the machines that own them (`facts`); an
unattached disk is a resource of its own. Azure Resource Graph knows a size's name, not its cores: see sizes.py.
Source: learn.microsoft.com, Azure Resource Graph table and resource type reference.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from resources.clouds.account import Relation, Resource, WideRule
from resources.clouds.azure import machines, services
from resources.clouds.azure.network import Network, Row

# Type as the resource provider spells it (its read permission is the type with /read) -> what its rows become.
FACTS: Mapping[str, Callable[[Network, Row], None]] = {
    "Microsoft.Compute/disks": Network.add_disk,
    "Microsoft.Network/networkInterfaces": Network.add_interface,
    "Microsoft.Network/publicIPAddresses": Network.add_public_address,
}
RESOURCES: Mapping[str, Callable[[Row, Network], Resource | None]] = {
    "Microsoft.Compute/disks": machines.unattached_disk,
    "Microsoft.Compute/virtualMachines": machines.virtual_machine,
    "Microsoft.Compute/virtualMachineScaleSets": machines.scale_set,
    "Microsoft.HybridCompute/machines": machines.arc_machine,
    "Microsoft.Network/loadBalancers": services.load_balancer,
    "Microsoft.Network/applicationGateways": services.load_balancer,
    "Microsoft.Sql/servers/databases": services.sql_database,
    "Microsoft.Sql/managedInstances": services.managed_instance,
    "Microsoft.DBforPostgreSQL/flexibleServers": services.flexible_server,
    "Microsoft.DBforMySQL/flexibleServers": services.flexible_server,
    "Microsoft.DocumentDB/databaseAccounts": services.cosmos_account,
    "Microsoft.Cache/redis": services.redis_cache,
    "Microsoft.Web/sites": services.site,
    "Microsoft.ContainerService/managedClusters": services.kubernetes_cluster,
    "Microsoft.App/containerApps": services.container_app,
    "Microsoft.ServiceBus/namespaces": services.namespace,
    "Microsoft.EventHub/namespaces": services.namespace,
    "Microsoft.Storage/storageAccounts": services.storage_account,
}
RELATIONS: Mapping[str, Callable[[Network, Row], Iterator[Relation | WideRule]]] = {
    "Microsoft.Network/loadBalancers": Network.backends,
    "Microsoft.Network/applicationGateways": Network.backends,
    "Microsoft.Network/networkSecurityGroups": Network.rule_needs,
}
# Appliances of Azure Migrate; the machines that they discovered are no rows, but a list call of each.
MIGRATE_SITES = ("Microsoft.OffAzure/VMwareSites", "Microsoft.OffAzure/HyperVSites", "Microsoft.OffAzure/ServerSites")

TYPES = tuple(sorted({*FACTS, *RESOURCES, *RELATIONS, *MIGRATE_SITES}))
PERMISSIONS = tuple(f"{each}/read" for each in TYPES)

_READERS = {name.lower(): reader for name, reader in RESOURCES.items()}
_FACTS = {name.lower(): reader for name, reader in FACTS.items()}
_RELATIONS = {name.lower(): reader for name, reader in RELATIONS.items()}
_SITES = {name.lower(): name for name in MIGRATE_SITES}


def _listed(names: Any) -> str:
    return ", ".join(f"'{name.lower()}'" for name in names)


# Ordered by id within a rank: pages of an unordered query may overlap. `id` is what paging needs.
INVENTORY = (
    f"resources | where type in~ ({_listed(TYPES)})"
    f" | extend rank = iff(type in~ ({_listed(FACTS)}), 0, 1) | order by rank asc, id asc"
    " | project id, name, type, location, kind, tags, sku, managedBy, properties"
)
SUBSCRIPTIONS_PERMISSION = "Microsoft.Resources/subscriptions/read"
SUBSCRIPTIONS = (
    "resourcecontainers | where type =~ 'microsoft.resources/subscriptions'"
    " | project id, subscriptionId, name | order by subscriptionId asc"
)


def read_rows(
    rows: list[dict[str, Any]], network: Network
) -> tuple[list[Resource], list[Relation | WideRule], list[str]]:
    """Resources, relations and ids of Azure Migrate's sites in one page of `INVENTORY`."""
    resources: list[Resource] = []
    relations: list[Relation | WideRule] = []
    sites: list[str] = []
    for row in rows:
        kind = row["type"].lower()
        if kind in _FACTS:
            _FACTS[kind](network, row)
        if kind in _READERS and (resource := _READERS[kind](row, network)):
            resources.append(resource)
        if kind in _RELATIONS:
            relations.extend(_RELATIONS[kind](network, row))
        if kind in _SITES:
            sites.append(row["id"])
    return resources, relations, sites


def type_of_site(site: str) -> str:
    """Type of a site's resource id, as the provider spells it."""
    return _SITES["/".join(site.lower().split("/")[-3:-1])]
