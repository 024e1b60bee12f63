"""The subscriptions that a connection reaches, as cloud accounts."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from resources.clouds.account import (
    GLOBAL,
    Connection,
    Fault,
    Identity,
    Page,
    Read,
    Refused,
    Relation,
    Resource,
    WideRule,
)
from resources.clouds.azure import flows, inventory, metrics, permissions, sizes
from resources.clouds.azure.clients import AzureClients
from resources.clouds.azure.faults import azure_errors, azure_fault
from resources.clouds.azure.machines import discovered_machine
from resources.clouds.azure.network import Network

# A user may ask Resource Graph 15 times in 5 seconds, however many subscriptions there are.
# Source: learn.microsoft.com, Guidance for throttled requests in Azure Resource Graph.
GRAPH_CALLS_PER_S = 3.0
_SITE_API = {"api-version": "2020-01-01"}


def accounts(connection: Connection) -> Iterator["AzureAccount"]:
    """The subscriptions that the connection names, or all that its credentials can read.

    Named ones are not looked up: what is wrong with one shows when it is read. Raises: Refused.
    """
    clients = AzureClients(connection)
    named = [each for each in connection.options.get("subscriptions", "").split(",") if each]
    if named:
        yield from (AzureAccount(clients, connection, each, each) for each in named)
        return
    token = None
    while True:
        try:
            rows, following = clients.query(inventory.SUBSCRIPTIONS, (), token)
        except azure_errors() as error:
            raise Refused(azure_fault(error)) from error
        yield from (AzureAccount(clients, connection, row["subscriptionId"], row["name"]) for row in rows)
        if following is None or following == token:
            return
        token = following


class AzureAccount:
    """One subscription. What its inventory told of networks is kept for the relations that later pages show."""

    cloud = "azure"

    def __init__(self, clients: AzureClients, connection: Connection, subscription: str, name: str) -> None:
        self.id = subscription
        self.name = name
        self.errors = (*azure_errors(), permissions.NotGranted)
        self._clients = clients
        self._workspaces = [each for each in connection.options.get("log_workspaces", "").split(",") if each]
        self._network = Network()

    def identity(self) -> Identity:
        try:
            return Identity(self.id, self._clients.principal())
        except azure_errors() as error:
            raise Refused(azure_fault(error)) from error

    def capabilities(self) -> Iterable[Read]:
        return [
            self._graph_read("query one resource", f"{inventory.INVENTORY} | take 1", _seen),
            permissions.granted(self._clients, self.id, [*inventory.PERMISSIONS, sizes.PERMISSION, metrics.PERMISSION]),
            *(flows.check(self._clients, workspace) for workspace in self._workspaces),
        ]

    def inventory(self) -> Iterable[Read]:
        return [
            self._graph_read("query resources", inventory.INVENTORY, self._inventory_page),
            permissions.granted(self._clients, self.id, inventory.PERMISSIONS),
        ]

    def metrics(self, found: Sequence[Resource]) -> Iterable[Read]:
        return [*sizes.reads(self._clients, self.id, found), *metrics.reads(self._clients, self.id, found)]

    def dependencies(self, found: Sequence[Resource]) -> Iterable[Read]:
        return [flows.read(self._clients, self.id, workspace, found) for workspace in self._workspaces]

    def fault(self, error: Exception) -> Fault:
        if isinstance(error, permissions.NotGranted):
            return error.fault
        return azure_fault(error)

    def _graph_read(self, operation: str, query: str, taken: Callable[[list[dict[str, Any]]], Page]) -> Read:
        def fetch(token: str | None) -> Page:
            rows, following = self._clients.query(query, [self.id], token)
            return replace(taken(rows), token=following)

        permission = ", ".join([*inventory.PERMISSIONS, inventory.SUBSCRIPTIONS_PERMISSION])
        return Read(GLOBAL, "resource graph", operation, permission, fetch, GRAPH_CALLS_PER_S)

    def _inventory_page(self, rows: list[dict[str, Any]]) -> Page:
        resources, told, sites = inventory.read_rows(rows, self._network)
        return Page(
            resources,
            [each for each in told if isinstance(each, Relation)],
            more=[self._discovered(site) for site in sites],
            wide_rules=[each for each in told if isinstance(each, WideRule)],
        )

    def _discovered(self, site: str) -> Read:
        """Machines that an appliance of Azure Migrate found, in one list call of its site."""

        def fetch(token: str | None) -> Page:
            rows, following = self._clients.listed(f"{site}/machines", _SITE_API, token)
            return Page([discovered_machine(row) for row in rows], token=following)

        return Read(GLOBAL, "azure migrate", "list machines", f"{inventory.type_of_site(site)}/machines/read", fetch)


def _seen(rows: list[dict[str, Any]]) -> Page:
    """That there is something, for a check."""
    return Page([Resource(row["id"].lower(), {}, row["type"]) for row in rows])
