"""Every fault that Azure answers with ends in its own coverage, and the rest of the scan goes on."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from resources.clouds.account import Connection
from resources.clouds.azure import accounts
from resources.clouds.azure import clients as azure_clients
from tests.clouds.azure.rows import OTHER, SUBSCRIPTION, estate, row, virtual_machine
from tests.clouds.azure.scanning import Scan
from tests.clouds.azure.server import AzureServer, Rule, error
from tests.clouds.scanning import QUICK, checked


@pytest.fixture(autouse=True)
def machines(azure: AzureServer) -> None:
    azure.rows = estate(3)
    azure.series = lambda _resource, _metric: [10.0, 20.0]


def test_throttling_waits_as_long_as_azure_says_and_then_goes_on(azure: AzureServer, connection: Connection) -> None:
    azure.rules = [Rule("graph", 429, error("RateLimiting"), {"Retry-After": "1"}, times=1, after=1)]
    began = datetime.now(UTC)
    scan = Scan(connection)
    assert datetime.now(UTC) - began >= timedelta(seconds=1)
    assert scan.outcome("resource graph").outcome == "called"
    assert (scan.outcome("resource graph").calls, len(scan.resources)) == (2, 3)


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"Retry-After": "7"}, 7, 7),
        ({"Retry-After": format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)}, 3000, 3600),
        ({"x-ms-user-quota-resets-after": "00:00:05"}, 5, 5),
    ],
)
def test_the_wait_is_read_from_each_header_that_azure_uses(
    azure: AzureServer, connection: Connection, headers: dict[str, str], least: float, most: float
) -> None:
    (account,) = accounts(connection)
    azure.rules = [Rule("graph", 429, error("RateLimiting"), {"x-ms-user-quota-remaining": "0", **headers})]
    read = next(iter(account.inventory()))
    with pytest.raises(account.errors) as caught:
        read.fetch(None)
    fault = account.fault(caught.value)
    assert (fault.kind, fault.code) == ("throttled", "RateLimiting")
    assert fault.wait_s is not None
    assert least <= fault.wait_s <= most


def test_endless_throttling_is_recorded_with_what_came_before(azure: AzureServer, connection: Connection) -> None:
    azure.page_rows = 4
    azure.rules = [Rule("graph", 429, error("RateLimiting"), after=3)]
    scan = Scan(connection)
    ended = scan.outcome("resource graph")
    assert (ended.outcome, ended.calls) == ("throttled", 2 + QUICK.attempts)
    assert len(scan.resources) == 2  # disks and interfaces came first, then two of three machines
    assert scan.outcome("monitor").outcome == "called"


def test_the_sdks_make_one_call_for_each_attempt(azure: AzureServer, connection: Connection) -> None:
    azure.rules = [Rule("graph", 503, error("ServiceUnavailable"), {"Retry-After": "0"}, after=1)]
    scan = Scan(connection)
    assert scan.outcome("resource graph").outcome == "failed"
    assert len(azure.called("graph")) == 1 + QUICK.attempts


@pytest.mark.parametrize("body", [error("InternalServerError"), b"<html>Bad gateway</html>", b""])
def test_a_server_error_is_tried_again(azure: AzureServer, connection: Connection, body: Any) -> None:
    azure.rules = [Rule("metrics", 502, body, times=1), Rule("permissions", 500, body, times=1)]
    scan = Scan(connection)
    assert [scan.outcome("monitor").outcome, scan.outcome("monitor").calls] == ["called", 2]
    assert scan.outcome("permissions").calls == 2


def test_an_answer_that_never_comes_is_given_up(
    azure: AzureServer, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(azure_clients, "READ_S", 0.1)
    azure.rules = [Rule("skus", 200, {}, stall_s=0.4)]
    scan = Scan(connection)
    ended = scan.outcome("compute")
    assert ended.outcome == "failed"
    assert "did not reach Azure (ServiceResponseTimeoutError)" in ended.reason
    assert len(scan.measured) == 3


@pytest.mark.parametrize(
    ("service", "scanned", "permission"),
    [
        ("skus", "compute", "Microsoft.Compute/skus/read"),
        ("metrics", "monitor", "Microsoft.Insights/metrics/read"),
        ("permissions", "permissions", "Microsoft.Authorization/permissions/read"),
    ],
)
def test_a_denied_service_names_its_permission_and_the_others_go_on(
    azure: AzureServer, connection: Connection, service: str, scanned: str, permission: str
) -> None:
    message = f"The client 'c' with object id 'o' does not have authorization to perform action '{permission}' over ..."
    azure.rules = [Rule(service, 403, error("AuthorizationFailed", message))]
    scan = Scan(connection)
    denied = scan.outcome(scanned)
    assert (denied.outcome, denied.calls, denied.read.permission) == ("denied", 1, permission)
    assert denied.reason == f"{permission} is not allowed (AuthorizationFailed)"
    assert len(scan.resources) == 3
    assert {each.outcome for each in scan.ended if each is not denied} == {"called", "empty"} - (
        {"empty"} if scanned == "permissions" else set()
    )


def test_what_resource_graph_hides_is_told_by_provider(azure: AzureServer, connection: Connection) -> None:
    azure.rows += [row("Microsoft.Cache/redis", "cache", {"hostName": "cache.redis.cache.windows.net"})]
    azure.granted = ["Microsoft.Compute/*", "microsoft.network/*/read", "Microsoft.Storage/storageAccounts/read"]
    scan = Scan(connection)
    hidden = {each.read.service: each for each in scan.ended if each.outcome == "denied"}
    assert "Microsoft.Cache" in hidden
    assert not hidden.keys() & {"Microsoft.Compute", "Microsoft.Network", "Microsoft.Storage"}
    assert hidden["Microsoft.Sql"].read.permission == (
        "Microsoft.Sql/managedInstances/read, Microsoft.Sql/servers/databases/read"
    )
    assert hidden["Microsoft.Sql"].reason == (
        "Microsoft.Sql is not granted on the subscription, and Resource Graph shows nothing of it"
    )
    assert scan.outcome("resource graph").outcome == "called"


def test_a_token_that_expires_in_the_middle_ends_the_account(azure: AzureServer, connection: Connection) -> None:
    azure.page_rows = 4
    azure.rules = [Rule("graph", 401, error("ExpiredAuthenticationToken"), after=3)]
    scan = Scan(connection)
    ended = scan.outcome("resource graph")
    assert (ended.outcome, ended.calls) == ("denied", 3)
    assert "sign in again" in ended.reason
    assert len(scan.resources) == 2
    skipped = [each for each in scan.ended if each.outcome == "skipped"]
    assert {each.read.service for each in skipped} == {"compute", "monitor"}
    assert {each.calls for each in skipped} == {0}
    assert not azure.called("skus")


def test_a_page_that_repeats_its_token_ends_the_read(azure: AzureServer) -> None:
    named = Connection("azure", "t", "ambient", {"subscriptions": SUBSCRIPTION}, azure.url)
    azure.repeats_token = True
    ended = Scan(named).outcome("resource graph")
    assert (ended.outcome, ended.calls) == ("failed", 2)
    assert "page 2" in ended.reason


def test_a_subscription_that_cannot_be_read_does_not_stop_the_others(azure: AzureServer) -> None:
    both = Connection("azure", "t", "ambient", {"subscriptions": f"{OTHER},{SUBSCRIPTION}"}, azure.url)
    scan = Scan(both)
    outcomes = [(each.read.service, each.outcome) for each in scan.ended]
    assert outcomes.count(("resource graph", "denied")) == outcomes.count(("resource graph", "called")) == 1
    denied = next(each for each in scan.ended if each.outcome == "denied")
    assert "does not exist or cannot be read" in denied.reason
    assert len(scan.resources) == 3


def test_an_answer_of_another_shape_is_a_failed_read(azure: AzureServer, connection: Connection) -> None:
    azure.rules = [Rule("metrics", 200, {"surprise": 1}), Rule("skus", 200, b"not json")]
    azure.rows.append(virtual_machine("odd", location="northeurope"))
    scan = Scan(connection)
    assert {each.outcome for each in scan.ended if each.read.service in ("monitor", "compute")} == {"failed"}
    assert len(scan.resources) == 4


def test_a_next_page_on_another_host_is_not_followed(azure: AzureServer, connection: Connection) -> None:
    azure.rules = [Rule("skus", 200, {"value": [], "nextLink": "https://collector.example/skus?page=2"})]
    scan = Scan(connection)
    assert scan.outcome("compute").outcome == "failed"
    assert len(scan.measured) == 3


def test_a_check_makes_the_cheapest_calls_and_names_what_is_missing(azure: AzureServer, connection: Connection) -> None:
    azure.granted = ["Microsoft.Compute/*/read", "Microsoft.Network/*/read"]
    named = Connection("azure", "t", "ambient", {"log_workspaces": OTHER}, connection.endpoint)
    azure.rules = [Rule("logs", 403, error("InsufficientAccessError"))]
    told = checked(named)
    assert (told["resource graph"].outcome, told["resource graph"].resources) == ("called", 1)
    assert told["Microsoft.Insights"].read.permission == "Microsoft.Insights/metrics/read"
    assert told[f"log analytics {OTHER}"].outcome == "denied"
    assert not azure.called("skus") + azure.called("metrics")


def test_half_of_the_services_denied_leaves_what_the_others_gave(azure: AzureServer, connection: Connection) -> None:
    azure.rules = [Rule(service, 403, error("AuthorizationFailed")) for service in ("skus", "metrics", "logs")]
    named = Connection("azure", "t", "ambient", {"log_workspaces": OTHER}, connection.endpoint)
    scan = Scan(named)
    denied = {each.read.service for each in scan.ended if each.outcome == "denied"}
    assert denied == {"compute", "monitor", f"log analytics {OTHER}"}
    assert len(scan.resources) == 3
