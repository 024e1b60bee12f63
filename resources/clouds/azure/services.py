"""Rows of managed services: databases, applications, containers, messaging, storage, balancers."""

from collections.abc import Mapping
from typing import Any

from resources.clouds.account import Resource
from resources.clouds.azure.network import Network, Row

_GIB = 2**30
_STATES = {
    "ready": "running",
    "online": "running",
    "running": "running",
    "stopped": "stopped",
    "paused": "stopped",
    "disabled": "stopped",
}
_NAMESPACES = {
    "microsoft.servicebus/namespaces": "Azure Service Bus",
    "microsoft.eventhub/namespaces": "Azure Event Hubs",
}
_FLEXIBLE = {
    "microsoft.dbforpostgresql/flexibleservers": "PostgreSQL",
    "microsoft.dbformysql/flexibleservers": "MySQL",
}


def sql_database(row: Row, _network: Network) -> Resource | None:
    """A database of a logical server. Cores are known of the vCore tiers only; `master` is the server's own."""
    if row["name"].lower() == "master":
        return None
    properties, sku = row["properties"], row.get("sku") or {}
    per_core = "vcore" in str(row.get("kind") or "").lower()
    texts = {
        "asset_name": "/".join(row["id"].split("/")[-3::2]),
        "database_engine": "Azure SQL Database",
        "hardware_model": _named(sku),
        "cpu_cores": str(sku["capacity"]) if per_core and sku.get("capacity") else "",
        "storage_total_gb": _gib(properties.get("maxSizeBytes")),
        "power_state": _state(properties.get("status")),
        "install_date": properties.get("creationDate"),
    }
    return _resource(row, "Azure SQL Database", "database", texts)


def managed_instance(row: Row, _network: Network) -> Resource:
    """A SQL managed instance."""
    properties = row["properties"]
    texts = {
        "hostname": properties.get("fullyQualifiedDomainName"),
        "database_engine": "Azure SQL Managed Instance",
        "hardware_model": _named(row.get("sku") or {}),
        "cpu_cores": _text(properties.get("vCores")),
        "storage_total_gb": _text(properties.get("storageSizeInGB")),
        "power_state": _state(properties.get("state")),
    }
    return _resource(row, "Azure SQL Managed Instance", "database", texts)


def flexible_server(row: Row, _network: Network) -> Resource:
    """A PostgreSQL or MySQL flexible server."""
    properties, engine = row["properties"], _FLEXIBLE[row["type"].lower()]
    texts = {
        "hostname": properties.get("fullyQualifiedDomainName"),
        "database_engine": f"{engine} {properties.get('version') or ''}".strip(),
        "hardware_model": (row.get("sku") or {}).get("name"),
        "storage_total_gb": _text((properties.get("storage") or {}).get("storageSizeGB")),
        "availability_target": (properties.get("highAvailability") or {}).get("mode"),
        "power_state": _state(properties.get("state")),
    }
    return _resource(row, f"Azure Database for {engine}", "database", texts)


def cosmos_account(row: Row, _network: Network) -> Resource:
    """A Cosmos DB account; its kind tells which interface it speaks."""
    interface = " for MongoDB" if row.get("kind") == "MongoDB" else ""
    texts = {
        "database_engine": f"Azure Cosmos DB{interface}",
        "hostname": _host(row["properties"].get("documentEndpoint")),
    }
    return _resource(row, "Azure Cosmos DB", "database", texts)


def redis_cache(row: Row, _network: Network) -> Resource:
    """A Redis cache; the size is in its tier's name."""
    properties = row["properties"]
    texts = {
        "hostname": properties.get("hostName"),
        "database_engine": f"Redis {properties.get('redisVersion') or ''}".strip(),
        "hardware_model": _named(properties.get("sku") or {}),
    }
    return _resource(row, "Azure Cache for Redis", "database", texts)


def site(row: Row, _network: Network) -> Resource:
    """An app service or a function app, with the runtime that its configuration names."""
    properties = row["properties"]
    settings = (properties.get("siteProperties") or {}).get("properties") or []
    told = {each.get("name"): each.get("value") for each in settings}
    runtime = told.get("LinuxFxVersion") or told.get("WindowsFxVersion") or ""
    texts = {
        "hostname": properties.get("defaultHostName"),
        "technology_stack": runtime.replace("|", " "),
        "hardware_model": (properties.get("sku") or ""),
        "power_state": _state(properties.get("state")),
    }
    platform = "Azure Functions" if "functionapp" in str(row.get("kind") or "") else "Azure App Service"
    return _resource(row, platform, "cloud", texts)


def kubernetes_cluster(row: Row, _network: Network) -> Resource:
    """A Kubernetes cluster; sizes of its nodes are named, their number is in the description."""
    properties = row["properties"]
    pools = properties.get("agentPoolProfiles") or []
    nodes = sum(int(pool.get("count") or 0) for pool in pools)
    version = properties.get("currentKubernetesVersion") or properties.get("kubernetesVersion") or ""
    texts = {
        "hostname": properties.get("fqdn") or properties.get("privateFQDN"),
        "technology_stack": f"Kubernetes {version}".strip(),
        "hardware_model": ", ".join(sorted({pool["vmSize"] for pool in pools if pool.get("vmSize")})),
        "description": f"{nodes} nodes in {len(pools)} pools" if pools else "",
        "power_state": _state((properties.get("powerState") or {}).get("code")),
    }
    return _resource(row, "Azure Kubernetes Service", "container", texts)


def container_app(row: Row, _network: Network) -> Resource:
    """A container app, with the images it runs; how many replicas run is known to nobody for long."""
    properties = row["properties"]
    containers = (properties.get("template") or {}).get("containers") or []
    ingress = (properties.get("configuration") or {}).get("ingress") or {}
    texts = {
        "hostname": ingress.get("fqdn"),
        "technology_stack": ", ".join(sorted({each["image"] for each in containers if each.get("image")})),
        "power_state": _state(properties.get("runningStatus")),
    }
    return _resource(row, "Azure Container Apps", "container", texts)


def namespace(row: Row, _network: Network) -> Resource:
    """A namespace of Service Bus or Event Hubs."""
    texts = {
        "hostname": _host(row["properties"].get("serviceBusEndpoint")),
        "hardware_model": (row.get("sku") or {}).get("name"),
    }
    return _resource(row, _NAMESPACES[row["type"].lower()], "cloud", texts)


def storage_account(row: Row, _network: Network) -> Resource:
    """A storage account; what it holds is known from metrics only."""
    texts = {
        "hardware_model": (row.get("sku") or {}).get("name"),
        "install_date": row["properties"].get("creationTime"),
    }
    return _resource(row, "Azure Storage", "cloud", texts)


def load_balancer(row: Row, network: Network) -> Resource:
    """A load balancer or an application gateway, by the addresses that it answers on."""
    gateway = row["type"].lower().endswith("applicationgateways")
    texts = {"ip_address": network.front_addresses(row["properties"]), "hardware_model": _named(row.get("sku") or {})}
    return _resource(row, "Azure Application Gateway" if gateway else "Azure Load Balancer", "cloud", texts)


def _resource(row: Row, platform: str, asset_type: str, texts: Mapping[str, Any]) -> Resource:
    common = {
        "asset_name": row.get("name"),
        "asset_type": asset_type,
        "virtualization_platform": platform,
        "location": row.get("location"),
    }
    told = {field: text for field, text in {**common, **texts}.items() if text}
    return Resource(row["id"].lower(), told, platform, tags=row.get("tags") or {}, arn=row["id"])


def _state(text: Any) -> str:
    return _STATES.get(str(text or "").lower(), "")


def _named(sku: Mapping[str, Any]) -> str:
    """Tier and name, without saying the same twice."""
    tier, name = str(sku.get("tier") or ""), str(sku.get("name") or "")
    return name if tier.lower() in name.lower() else f"{tier} {name}".strip()


def _gib(size: Any) -> str:
    return f"{int(size) / _GIB:.0f}" if size else ""


def _host(address: Any) -> str:
    return str(address or "").partition("://")[2].partition("/")[0].partition(":")[0]


def _text(number: Any) -> str:
    return "" if number is None else str(number)
