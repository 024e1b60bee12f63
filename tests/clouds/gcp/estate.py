"""Assets as Cloud Asset Inventory gives them: an envelope around what the service's own API says."""

from typing import Any

Row = dict[str, Any]
PROJECT = "acme-prod"
ZONE = "europe-west3-a"
COMPUTE = f"https://www.googleapis.com/compute/v1/projects/{PROJECT}"
VPC = f"{COMPUTE}/global/networks/prod"


def asset(type_: str, name: str, data: Row, location: str = "global") -> Row:
    """One asset of `assets.list` with contentType RESOURCE."""
    service = type_.partition("/")[0]
    resource = {
        "version": "v1",
        "discoveryName": type_.partition("/")[2],
        "parent": "//cloudresourcemanager.googleapis.com/projects/1234567",
        "data": data,
        "location": location,
    }
    ancestors = ["projects/1234567", "organizations/999"]
    return {"name": f"//{service}/{name}", "assetType": type_, "resource": resource, "ancestors": ancestors}


def instance(number: int, name: str, machine_type: str = "n2-standard-4", **more: Any) -> Row:
    """A running instance with one card and one disk."""
    data = {
        "id": str(7_000_000_000_000_000_000 + number),
        "name": name,
        "machineType": f"{COMPUTE}/zones/{ZONE}/machineTypes/{machine_type}",
        "status": "RUNNING",
        "zone": f"{COMPUTE}/zones/{ZONE}",
        "creationTimestamp": "2024-03-01T01:02:03.000-08:00",
        "networkInterfaces": [
            {
                "network": VPC,
                "subnetwork": f"{COMPUTE}/regions/europe-west3/subnetworks/apps",
                "networkIP": f"10.0.{number // 250}.{number % 250 + 2}",
            }
        ],
        "disks": [
            {"boot": True, "diskSizeGb": "50", "licenses": [f"{COMPUTE}/global/licenses/debian-12-bookworm"]},
            {"boot": False, "diskSizeGb": "200"},
        ],
        **more,
    }
    return asset("compute.googleapis.com/Instance", f"projects/{PROJECT}/zones/{ZONE}/instances/{name}", data, ZONE)


def number_of(number: int) -> str:
    """The id of `instance(number, ...)`."""
    return str(7_000_000_000_000_000_000 + number)


def compute(kind: str, path: str, **data: Any) -> Row:
    """Something else of Compute Engine; `path` from the project on."""
    name = path.rpartition("/")[2]
    return asset(f"compute.googleapis.com/{kind}", f"projects/{PROJECT}/{path}", {"name": name, **data})


def database(name: str, **more: Any) -> Row:
    """A Cloud SQL instance."""
    data = {
        "name": name,
        "databaseVersion": "POSTGRES_15",
        "state": "RUNNABLE",
        "region": "europe-west3",
        "gceZone": ZONE,
        "ipAddresses": [{"type": "PRIMARY", "ipAddress": "34.1.2.3"}],
        "createTime": "2024-03-01T01:02:03Z",
        **more,
    }
    data["settings"] = {"tier": "db-custom-4-15360", "dataDiskSizeGb": "100", **more.get("settings", {})}
    row = asset("sqladmin.googleapis.com/Instance", f"projects/{PROJECT}/instances/{name}", data, "europe-west3")
    return {**row, "name": f"//cloudsql.googleapis.com/projects/{PROJECT}/instances/{name}"}
