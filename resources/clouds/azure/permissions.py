"""What the credentials may read: Resource Graph leaves out what they may not, without a word.

Azure tells a caller its own permissions on a subscription. Types that it may not read there are asked for once more by
themselves: rows that do come (by a role on a resource group) are a partial view, none at all is a denied read.
Source: learn.microsoft.com, Permissions - List For Resource Group and Understand Azure role definitions.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from resources.clouds.account import GLOBAL, Fault, Page, Read
from resources.clouds.azure.clients import AzureClients

PERMISSION = "Microsoft.Authorization/permissions/read"
_API = {"api-version": "2022-04-01"}


class NotGranted(Exception):
    """Types of a provider cannot be read."""

    def __init__(self, provider: str) -> None:
        super().__init__(provider)
        told = f"{provider} is not granted on the subscription, and Resource Graph shows nothing of it"
        self.fault = Fault("denied", "NotGranted", told)


def granted(clients: AzureClients, subscription: str, needed: Sequence[str]) -> Read:
    """Compares what is needed with what is granted on the subscription; gaps become a read of each provider."""

    def fetch(token: str | None) -> Page:
        path = f"/subscriptions/{subscription}/providers/Microsoft.Authorization/permissions"
        rows, following = clients.listed(path, _API, token)
        collected.extend(rows)
        if following:
            return Page(token=following)
        gaps = [action for action in sorted(needed) if not _allowed(action, collected)]
        by_provider = groupby(gaps, key=lambda action: action.partition("/")[0])
        return Page(more=[_gap(clients, subscription, provider, list(actions)) for provider, actions in by_provider])

    collected: list[Mapping[str, Any]] = []
    return Read(GLOBAL, "permissions", "list permissions", PERMISSION, fetch)


def _gap(clients: AzureClients, subscription: str, provider: str, actions: Sequence[str]) -> Read:
    types = ", ".join(f"'{action.removesuffix('/read').lower()}'" for action in actions)

    def fetch(_token: str | None) -> Page:
        rows, _ = clients.query(f"resources | where type in~ ({types}) | project id | take 1", [subscription], None)
        if not rows:
            raise NotGranted(provider)
        return Page()

    return Read(GLOBAL, provider, "query one resource", ", ".join(actions), fetch)


def _allowed(action: str, granted_rows: Iterable[Mapping[str, Any]]) -> bool:
    """Whether any assignment allows it; what an assignment takes back (notActions) another may still give."""
    return any(_named(action, row.get("actions")) and not _named(action, row.get("notActions")) for row in granted_rows)


def _named(action: str, patterns: Sequence[str] | None) -> bool:
    for pattern in patterns or ():
        if re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), action, re.IGNORECASE):
            return True
    return False
