"""A Google Cloud project, or all projects of a folder or organization at once, as a CloudAccount."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from resources.clouds.account import GLOBAL, Connection, Fault, Identity, Page, Read, Refused, Resource
from resources.clouds.gcp.assets import TYPES, Asset, resource_of
from resources.clouds.gcp.credentials import Access, asset_client, metric_client, open_access
from resources.clouds.gcp.faults import error_types, fault_of
from resources.clouds.gcp.metrics import SERVICE as MONITORING
from resources.clouds.gcp.metrics import first_series, metric_reads
from resources.clouds.gcp.role import LIST_ASSETS, LIST_TIME_SERIES
from resources.clouds.gcp.wiring import Wiring

ASSETS_OF_PAGE = 1_000  # what ListAssets gives at most
CALL_S = 60.0
INVENTORY = "cloudasset"
RELATIONSHIPS = "cloudasset-relationships"
# 100 list calls in a minute for each project that calls (https://cloud.google.com/asset-inventory/docs/quota).
CALLS_PER_S = 100 / 60

NO_PROJECT = "the credentials name no project; add --set projects=PROJECT, folder=NUMBER or organization=NUMBER"


def accounts(connection: Connection) -> Iterator["GcpAccount"]:
    """One account for the organization or folder that a connection names, else one for each project.

    Raises: Refused for credentials that are missing or wrong, without the SDK, or where no project is named at all.
    """
    access = open_access(connection)
    options = connection.options
    scopes = [f"{key}s/{options[key]}" for key in ("organization", "folder") if options.get(key)]
    if not scopes:
        projects = [part.strip() for part in options.get("projects", "").split(",")]
        scopes = [f"projects/{project}" for project in projects if project] or [f"projects/{access.project}"]
    if "projects/" in scopes:
        raise Refused(Fault("failed", "NO_PROJECT", NO_PROJECT))
    for scope in scopes:
        yield GcpAccount(scope, access, connection)


class GcpAccount:
    """CloudAccount over Cloud Asset Inventory and Cloud Monitoring. `scope` is projects/p, folders/1, organizations/1.

    One list call tells all that there is, with its configuration; what needs what follows from that. VPC flow logs and
    Network Intelligence would cost a query for each project and are not read.
    """

    cloud = "gcp"

    def __init__(self, scope: str, access: Access, connection: Connection) -> None:
        self.errors = error_types()
        self.id = scope.removeprefix("projects/")
        self.name = connection.name
        self._scope = scope
        self._access = access
        self._assets = asset_client(access, connection)
        self._metrics = metric_client(access, connection)
        self._wiring = Wiring()

    def identity(self) -> Identity:
        """Who asks, after fetching a token where there is none. Raises: Refused."""
        from google.auth.transport.requests import Request

        credentials = self._access.credentials
        try:
            if not credentials.valid:
                credentials.refresh(Request())
        except self.errors as error:
            raise Refused(_refused_token(fault_of(error), self._access.principal)) from error
        principal = self._access.principal
        # The metadata server tells whose credentials it gives with the first token.
        if principal in ("", "default"):
            principal = getattr(credentials, "service_account_email", "") or principal
        return Identity(self.id, principal)

    def capabilities(self) -> Iterable[Read]:
        """One asset without its configuration; one time series without points, of a project."""
        yield Read(GLOBAL, INVENTORY, "ListAssets", LIST_ASSETS, self._first_asset, CALLS_PER_S)
        if self._scope.startswith("projects/"):
            fetch = first_series(self._metrics, self.id)
            yield Read(GLOBAL, MONITORING, "ListTimeSeries", LIST_TIME_SERIES, fetch)

    def inventory(self) -> Iterable[Read]:
        """All assets of all types in TYPES, a thousand in a call; relations come with the last page."""
        self._wiring = Wiring()
        yield Read(GLOBAL, INVENTORY, "ListAssets", LIST_ASSETS, self._listed, CALLS_PER_S)

    def metrics(self, found: Sequence[Resource]) -> Iterable[Read]:
        """Hourly means of what was found, by project and metric."""
        return metric_reads(self._metrics, found)

    def dependencies(self, found: Sequence[Resource]) -> Iterable[Read]:
        """Members of unmanaged instance groups, where a load balancer uses one: nothing else tells them.

        Google gives relationships to subscribers of Security Command Center's premium tiers; others are denied.
        """
        if self._wiring.open_groups():
            yield Read(GLOBAL, RELATIONSHIPS, "ListAssets RELATIONSHIP", LIST_ASSETS, self._related, CALLS_PER_S)

    def fault(self, error: Exception) -> Fault:
        """What one of `errors` means."""
        return fault_of(error)

    def _first_asset(self, _token: str | None) -> Page:
        self._list({"page_size": 1})
        return Page()

    def _listed(self, token: str | None) -> Page:
        from google.protobuf.json_format import MessageToDict

        asked = {"asset_types": list(TYPES), "content_type": "RESOURCE", "page_token": token or ""}
        answer = self._list(asked)
        assets = [
            Asset(item.name, item.asset_type, item.resource.location, MessageToDict(item.resource.data))
            for item in answer.assets
        ]
        page = [resource_of(asset) for asset in assets]
        for asset in assets:  # after all of the page could be read: a page may be asked for again
            self._wiring.note(asset)
        if answer.next_page_token:
            return Page(page, token=answer.next_page_token)
        relations = self._wiring.relations()
        return Page(page, relations, wide_rules=list(self._wiring.wide_rules))

    def _related(self, token: str | None) -> Page:
        answer = self._list(
            {
                "asset_types": ["compute.googleapis.com/Instance"],
                "content_type": "RELATIONSHIP",
                "relationship_types": ["INSTANCE_TO_INSTANCEGROUP"],
                "page_token": token or "",
            }
        )
        for item in answer.assets:
            self._wiring.join(item.name, item.related_asset.asset)
        if answer.next_page_token:
            return Page(token=answer.next_page_token)
        return Page(relations=self._wiring.relations())

    def _list(self, asked: dict[str, Any]) -> Any:
        """One call of ListAssets; the answer as a protobuf message, which is read much faster than its wrapper."""
        request = {"parent": self._scope, "page_size": ASSETS_OF_PAGE, **asked}
        answer = next(iter(self._assets.list_assets(request, retry=None, timeout=CALL_S).pages))
        return type(answer).pb(answer)


def _refused_token(fault: Fault, principal: str) -> Fault:
    """A token that cannot be had at all: a key that was deleted, a service account that may not be impersonated."""
    if fault.kind != "expired":
        return fault
    who = principal or "the credentials"
    return Fault("denied", fault.code, f"Google gives no token for {who}; check that the key or grant still exists")
