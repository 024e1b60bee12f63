"""Connections that VM insights saw: the VMConnection table of a Log Analytics workspace, one row per needed service."""

from collections.abc import Sequence

from resources.clouds.account import GLOBAL, Page, Read, Relation, Resource
from resources.clouds.azure.clients import AzureClients
from resources.clouds.azure.network import sole_holders

# The workspace's data are read under the first, its table under the second.
PERMISSION = (
    "Microsoft.OperationalInsights/workspaces/query/read, "
    "Microsoft.OperationalInsights/workspaces/query/VMConnection/read"
)
DAYS = 14
PAGE_ROWS = 10_000  # an answer may hold 30,000 rows or 64 MB
# Source: learn.microsoft.com, Azure Monitor Logs reference, VMConnection.
_QUERY = (
    "VMConnection | where Direction == 'outbound' and isnotempty(_ResourceId) and _SubscriptionId =~ '{subscription}'"
    " | summarize links = sum(LinksEstablished) by _ResourceId = tolower(_ResourceId), DestinationIp, DestinationPort"
    " | where links > 0 | order by _ResourceId asc, DestinationIp asc, DestinationPort asc"
    " | extend row = row_number() | where row > {after} | take {rows}"
    " | project _ResourceId, DestinationIp, DestinationPort"
)


def read(clients: AzureClients, subscription: str, workspace: str, found: Sequence[Resource]) -> Read:
    """Who connected to whom in the last 14 days. An address of no resource stays an address: others may know it."""
    by_address = sole_holders((address, each.id) for each in found for address in each.links.get("address", ()))

    def fetch(token: str | None) -> Page:
        after = int(token or 0)
        query = _QUERY.format(subscription=subscription, after=after, rows=PAGE_ROWS)
        rows, is_whole = clients.logs(workspace, query, DAYS)
        relations = [
            Relation(row["_ResourceId"], target, "flow log", int(row["DestinationPort"]))
            for row in rows
            if (target := by_address.get(row["DestinationIp"], row["DestinationIp"])) != row["_ResourceId"]
        ]
        return Page(relations=relations, token=None if is_whole and len(rows) < PAGE_ROWS else str(after + len(rows)))

    return Read(GLOBAL, f"log analytics {workspace}", "query VMConnection", PERMISSION, fetch)


def check(clients: AzureClients, workspace: str) -> Read:
    """Whether the workspace answers, and has connections of the last day."""

    def fetch(_token: str | None) -> Page:
        rows, _ = clients.logs(workspace, "VMConnection | where isnotempty(_ResourceId) | take 1", days=1)
        return Page(relations=[Relation(row["_ResourceId"], row["DestinationIp"], "flow log") for row in rows])

    return Read(GLOBAL, f"log analytics {workspace}", "query VMConnection", PERMISSION, fetch)
