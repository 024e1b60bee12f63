"""The least privilege that a scan needs, as a custom role definition of Azure."""

import json
from collections.abc import Sequence

from resources.clouds.azure import flows, inventory, metrics, permissions, sizes

ROLE_NAME = "AI-Discover reader"


def scan_permissions() -> tuple[str, ...]:
    """What the reads of a whole scan say that they need."""
    sites = (f"{kind}/machines/read" for kind in inventory.MIGRATE_SITES)
    of_reads = (sizes.PERMISSION, metrics.PERMISSION, flows.PERMISSION, permissions.PERMISSION)
    return (*inventory.PERMISSIONS, inventory.SUBSCRIPTIONS_PERMISSION, *sites, *of_reads)


def policy_document(permissions: Sequence[str]) -> str:
    """JSON as `az role definition create --role-definition` takes it, with exactly these actions and no data actions.

    A permission may list several actions. The assignable scope is a placeholder: only its owner knows the management
    group or subscription.
    """
    actions = sorted({action for each in permissions for action in each.split(", ") if action})
    role = {
        "Name": ROLE_NAME,
        "IsCustom": True,
        "Description": "Reads inventory, metrics and connection logs for migration planning; changes nothing.",
        "Actions": actions,
        "NotActions": [],
        "DataActions": [],
        "NotDataActions": [],
        "AssignableScopes": ["/subscriptions/<subscription id>"],
    }
    return json.dumps(role, indent=2)
