"""Google Cloud projects, folders and organizations: Asset Inventory says what there is, Monitoring how busy."""

from resources.clouds.gcp.account import accounts
from resources.clouds.gcp.role import policy_document, scan_permissions

__all__ = ["accounts", "policy_document", "scan_permissions"]
