"""Assets of Cloud Asset Inventory as resources: a row for each asset type, a function for each kind of thing.

What an asset says is the JSON that the service's own API gives (`resource.data`). Networks, firewall rules, attached
disks and the parts of load balancers are found and counted; they are no assets to migrate and have no cells.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from resources.clouds.account import Resource
from resources.clouds.gcp.machine_types import size_of

INSTANCE = "compute:instance"
DATABASE = "sql:instance"

Data = Mapping[str, Any]

# Compute Engine says TERMINATED of an instance that is stopped; one that is deleted is no asset any more.
_POWER_STATES = {"RUNNING": "running", "TERMINATED": "stopped", "STOPPED": "stopped", "SUSPENDED": "suspended"}
_ENGINES = {"POSTGRES": "PostgreSQL", "MYSQL": "MySQL", "SQLSERVER": "SQL Server"}
_CLUSTER_LABEL = "goog-k8s-cluster-name"


@dataclass(frozen=True, slots=True)
class Asset:
    """One asset. `name` is its full resource name (//service/path), `location` a zone, region or global."""

    name: str
    type: str
    location: str
    data: Data

    @property
    def id(self) -> str:
        """Unique in an organization: Compute Engine's number of it, else such as cloudsql/projects/p/instances/i."""
        if self.type.startswith("compute.") and "id" in self.data:
            return str(self.data["id"])
        service, _, path = self.name.removeprefix("//").partition("/")
        return f"{service.removesuffix('.googleapis.com')}/{path}"

    @property
    def project(self) -> str:
        """Id of the project, where the name says it (those of buckets do not)."""
        parts = self.name.split("/")
        return parts[parts.index("projects") + 1] if "projects" in parts[:-1] else ""


def last(link: str) -> str:
    """The last part of a name or URL of Google's."""
    return link.rpartition("/")[2]


def resource_of(asset: Asset) -> Resource:
    """The resource that an asset of one of TYPES is."""
    return TYPES[asset.type](asset)


def addresses_of(data: Data) -> list[str]:
    """All addresses of an instance, inner ones first."""
    cards = data.get("networkInterfaces", [])
    inner = [card.get("networkIP", "") for card in cards]
    outer = [access.get("natIP", "") for card in cards for access in card.get("accessConfigs", [])]
    return [address for address in inner + outer if address]


def _instance(asset: Asset) -> Resource:
    data = asset.data
    machine_type = last(data.get("machineType", ""))
    size = size_of(machine_type)
    disks = data.get("disks", [])
    boot: Data = next((disk for disk in disks if disk.get("boot")), {})
    labels = data.get("labels", {})
    state = data.get("status", "")
    return Resource(
        asset.id,
        {
            "asset_name": data.get("name", ""),
            "hostname": data.get("hostname", "") or data.get("name", ""),
            "ip_address": ", ".join(addresses_of(data)),
            "asset_type": "cloud",
            "virtualization_platform": "Google Compute Engine",
            "hardware_model": machine_type,
            "cpu_cores": _text(size.cores),
            "memory_mb": _text(size.memory_mib),
            "storage_total_gb": _total(disk.get("diskSizeGb") for disk in disks),
            # A licence names the system of the image that the disk was made of: debian-12-bookworm.
            "os_name": last(next(iter(boot.get("licenses", [])), "")).replace("-", " "),
            "location": last(data.get("zone", "")) or asset.location,
            "network_name": ", ".join(last(card.get("subnetwork", "")) for card in data.get("networkInterfaces", [])),
            "cluster_name": labels.get(_CLUSTER_LABEL, ""),
            "power_state": _POWER_STATES.get(state, state.lower()),
            "install_date": data.get("creationTimestamp", ""),
            "description": data.get("description", ""),
        },
        INSTANCE,
        labels,
        asset.name,
        links={"measured_as": [f"{asset.project}/{asset.id}"], "addresses": addresses_of(data)},
    )


def _disk(asset: Asset) -> Resource:
    """A disk of an instance counts there; one that is attached nowhere is a thing of its own."""
    data = asset.data
    if data.get("users"):
        return Resource(asset.id, {}, "compute:disk", arn=asset.name)
    texts = {
        **_named(asset, "Google Persistent Disk"),
        "storage_total_gb": str(data.get("sizeGb", "")),
        "power_state": "stopped",
        "install_date": data.get("creationTimestamp", ""),
        "description": "disk that is attached to no instance",
    }
    return Resource(asset.id, texts, "compute:disk", data.get("labels", {}), asset.name)


def _database(asset: Asset) -> Resource:
    data = asset.data
    settings = data.get("settings", {})
    tier = settings.get("tier", "")
    size = size_of(tier.removeprefix("db-"))
    addresses = [each["ipAddress"] for each in data.get("ipAddresses", []) if "ipAddress" in each]
    stopped = settings.get("activationPolicy") == "NEVER" or data.get("state") in ("STOPPED", "SUSPENDED")
    texts = {
        **_named(asset, "Google Cloud SQL", "database"),
        "hostname": data.get("dnsName", ""),
        "ip_address": ", ".join(addresses),
        "hardware_model": tier,
        "cpu_cores": _text(size.cores),
        "memory_mb": _text(size.memory_mib),
        "storage_total_gb": str(settings.get("dataDiskSizeGb", "")),
        "database_engine": _engine(data.get("databaseVersion", "")),
        "location": data.get("gceZone", "") or data.get("region", "") or asset.location,
        "network_name": last(settings.get("ipConfiguration", {}).get("privateNetwork", "")),
        "power_state": "stopped" if stopped else _running(data.get("state") == "RUNNABLE"),
        "install_date": data.get("createTime", ""),
    }
    links = {"measured_as": [f"{asset.project}/{asset.project}:{data.get('name', '')}"], "addresses": addresses}
    return Resource(asset.id, texts, DATABASE, settings.get("userLabels", {}), asset.name, links=links)


def _store(platform: str, engine: str) -> Callable[[Asset], Resource]:
    """A managed database: what its API calls state, size and version differs, the rest is alike."""

    def resource(asset: Asset) -> Resource:
        data = asset.data
        version = data.get("redisVersion", "").removeprefix("REDIS_").replace("_", ".")
        memory_gb = data.get("memorySizeGb")
        texts = {
            **_named(asset, platform, "database"),
            "hostname": data.get("host", ""),
            "database_engine": f"{engine} {version}".strip(),
            "memory_mb": "" if memory_gb is None else str(int(memory_gb) * 1024),
            "network_name": last(data.get("authorizedNetwork", "")),
            "power_state": _running(data.get("state") == "READY"),
            "install_date": data.get("createTime", ""),
        }
        return Resource(asset.id, texts, _kind(asset), data.get("labels", {}), asset.name)

    return resource


def _filestore(asset: Asset) -> Resource:
    data = asset.data
    addresses = [address for network in data.get("networks", []) for address in network.get("ipAddresses", [])]
    texts = {
        **_named(asset, "Google Filestore"),
        "ip_address": ", ".join(addresses),
        "hardware_model": data.get("tier", ""),
        "storage_total_gb": _total(share.get("capacityGb") for share in data.get("fileShares", [])),
        "network_name": ", ".join(last(network.get("network", "")) for network in data.get("networks", [])),
        "power_state": _running(data.get("state") == "READY"),
        "install_date": data.get("createTime", ""),
    }
    return Resource(asset.id, texts, _kind(asset), data.get("labels", {}), asset.name)


def _cluster(asset: Asset) -> Resource:
    """A Kubernetes cluster; its nodes are instances that name it."""
    data = asset.data
    texts = {
        **_named(asset, "Google Kubernetes Engine", "container"),
        "ip_address": data.get("endpoint", ""),
        "cluster_name": data.get("name", ""),
        "network_name": data.get("subnetwork", ""),
        "power_state": _running(data.get("status") == "RUNNING"),
        "install_date": data.get("createTime", ""),
        "description": data.get("description", ""),
    }
    return Resource(asset.id, texts, _kind(asset), data.get("resourceLabels", {}), asset.name)


def _service(platform: str) -> Callable[[Asset], Resource]:
    """Something that runs code without machines. Cloud Run's API has Kubernetes' shape, with `metadata`."""

    def resource(asset: Asset) -> Resource:
        data = asset.data
        metadata = data.get("metadata", data)
        texts = {
            **_named(asset, platform, "container"),
            "hostname": last(data.get("status", {}).get("url", "")) if "metadata" in data else "",
            "install_date": metadata.get("creationTimestamp", "") or data.get("createTime", ""),
        }
        return Resource(asset.id, texts, _kind(asset), metadata.get("labels", {}), asset.name)

    return resource


def _other(platform: str) -> Callable[[Asset], Resource]:
    """A thing of which no more is known than its name, place, age and labels."""

    def resource(asset: Asset) -> Resource:
        data = asset.data
        texts = {**_named(asset, platform), "install_date": data.get("timeCreated", "") or data.get("createTime", "")}
        return Resource(asset.id, texts, _kind(asset), data.get("labels", {}), asset.name)

    return resource


def _load_balancer(asset: Asset) -> Resource:
    data = asset.data
    texts = {
        **_named(asset, "Google Cloud Load Balancing"),
        "ip_address": data.get("IPAddress", ""),
        "hardware_model": f"{data.get('loadBalancingScheme', '').replace('_', ' ').lower()} load balancer".strip(),
        "network_name": last(data.get("network", "")),
        "install_date": data.get("creationTimestamp", ""),
    }
    return Resource(asset.id, texts, _kind(asset), data.get("labels", {}), asset.name)


def _counted(asset: Asset) -> Resource:
    return Resource(asset.id, {}, _kind(asset), arn=asset.name)


TYPES: Mapping[str, Callable[[Asset], Resource]] = {
    "compute.googleapis.com/Instance": _instance,
    "compute.googleapis.com/Disk": _disk,
    "compute.googleapis.com/RegionDisk": _disk,
    "compute.googleapis.com/ForwardingRule": _load_balancer,
    "compute.googleapis.com/GlobalForwardingRule": _load_balancer,
    **{
        f"compute.googleapis.com/{kind}": _counted
        for kind in (
            *("Network", "Subnetwork", "Firewall", "InstanceGroup", "BackendService", "RegionBackendService"),
            *("UrlMap", "TargetHttpProxy", "TargetHttpsProxy", "TargetTcpProxy", "TargetSslProxy"),
        )
    },
    "storage.googleapis.com/Bucket": _other("Google Cloud Storage"),
    "sqladmin.googleapis.com/Instance": _database,
    "spanner.googleapis.com/Instance": _store("Google Spanner", "Spanner"),
    "bigtableadmin.googleapis.com/Instance": _store("Google Bigtable", "Bigtable"),
    "redis.googleapis.com/Instance": _store("Google Memorystore", "Redis"),
    "file.googleapis.com/Instance": _filestore,
    "container.googleapis.com/Cluster": _cluster,
    "run.googleapis.com/Service": _service("Google Cloud Run"),
    "cloudfunctions.googleapis.com/CloudFunction": _service("Google Cloud Functions"),
    "cloudfunctions.googleapis.com/Function": _service("Google Cloud Functions"),
    "pubsub.googleapis.com/Topic": _other("Google Pub/Sub"),
    "pubsub.googleapis.com/Subscription": _other("Google Pub/Sub"),
    "bigquery.googleapis.com/Dataset": _other("Google BigQuery"),
}


def _named(asset: Asset, platform: str, asset_type: str = "cloud") -> dict[str, str]:
    return {
        "asset_name": last(asset.name),
        "asset_type": asset_type,
        "virtualization_platform": platform,
        "location": asset.location,
    }


def _kind(asset: Asset) -> str:
    """Compute Engine's Disk is compute:disk."""
    service, _, kind = asset.type.partition("/")
    return f"{service.removesuffix('.googleapis.com')}:{kind.lower()}"


def _engine(version: str) -> str:
    """POSTGRES_15 is PostgreSQL 15, SQLSERVER_2019_STANDARD is SQL Server 2019 Standard."""
    product, _, number = version.partition("_")
    if product == "SQLSERVER":
        return f"{_ENGINES[product]} {number.replace('_', ' ').title()}"
    return f"{_ENGINES.get(product, product)} {number.replace('_', '.')}".strip()


def _running(is_running: bool) -> str:
    """States that pass are not told."""
    return "running" if is_running else ""


def _total(sizes: Sequence[Any] | Any) -> str:
    """Sum of texts or numbers of GiB; empty where there is none."""
    known = [int(size) for size in sizes if size]
    return str(sum(known)) if known else ""


def _text(number: int | None) -> str:
    return "" if number is None else str(number)
