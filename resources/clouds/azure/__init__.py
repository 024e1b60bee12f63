"""Azure subscriptions: Resource Graph says what there is, Azure Monitor how busy, VM insights who calls whom."""

from resources.clouds.azure.account import accounts
from resources.clouds.azure.role import policy_document, scan_permissions

__all__ = ["accounts", "policy_document", "scan_permissions"]
