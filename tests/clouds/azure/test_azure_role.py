"""The custom role allows what a scan asks for, and nothing else."""

import json

from resources.clouds.account import Connection
from resources.clouds.azure import accounts, policy_document, scan_permissions
from resources.clouds.azure.inventory import MIGRATE_SITES, TYPES
from resources.clouds.reader import read_account
from tests.clouds.azure.rows import OTHER, estate, resource_id, row
from tests.clouds.azure.server import AzureServer, Call
from tests.clouds.scanning import QUICK

# What Azure demands for each kind of request. Source: learn.microsoft.com, Azure permissions by resource provider.
DEMANDED = {
    "permissions": ["Microsoft.Authorization/permissions/read"],
    "skus": ["Microsoft.Compute/skus/read"],
    "metrics": ["Microsoft.Insights/metrics/read"],
    "logs": [
        "Microsoft.OperationalInsights/workspaces/query/read",
        "Microsoft.OperationalInsights/workspaces/query/VMConnection/read",
    ],
}


def test_the_role_of_a_scan_is_what_its_calls_demand(azure: AzureServer) -> None:
    azure.rows = [*estate(2), *(row(site, "berlin", {}) for site in MIGRATE_SITES)]
    azure.machines = {resource_id(site, "berlin"): [] for site in MIGRATE_SITES}
    connection = Connection("azure", "t", "ambient", {"log_workspaces": OTHER}, azure.url)
    reads = {}
    for account in accounts(connection):
        for event in read_account(account, QUICK):
            if hasattr(event, "read"):
                reads[event.read.permission] = event.read
    role = json.loads(policy_document(list(reads)))
    assert role == json.loads(policy_document(scan_permissions()))
    assert set(role["Actions"]) == {action for call in azure.calls for action in demanded(call)}
    assert role["Actions"] == sorted(role["Actions"])
    assert not role["DataActions"]
    assert all(action.endswith("/read") for action in role["Actions"])


def demanded(call: Call) -> list[str]:
    """Resource Graph shows what its caller may read: each type that the query names, spelt as the provider does."""
    if call.service == "machines":
        return [f"{'/'.join(call.path.split('/')[6:8])}/machines/read"]
    if call.service != "graph":
        return DEMANDED.get(call.service, [])
    if call.body["query"].startswith("resourcecontainers"):
        return ["Microsoft.Resources/subscriptions/read"]
    return [f"{each}/read" for each in TYPES if f"'{each.lower()}'" in call.body["query"]]


def test_the_role_is_a_definition_that_azure_takes() -> None:
    role = json.loads(policy_document(["Microsoft.B/b/read, Microsoft.A/a/read", "Microsoft.A/a/read", ""]))
    assert role["IsCustom"] is True
    assert role["Actions"] == ["Microsoft.A/a/read", "Microsoft.B/b/read"]
    assert role["AssignableScopes"] == ["/subscriptions/<subscription id>"]
