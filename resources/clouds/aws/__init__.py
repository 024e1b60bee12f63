"""AWS: accounts by boto3, one module of listings for each family of services."""

from resources.clouds.aws.account import accounts
from resources.clouds.aws.policy import policy_document, scan_permissions

__all__ = ["accounts", "policy_document", "scan_permissions"]
