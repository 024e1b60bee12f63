"""What needs what, as load balancers, firewall rules and databases are configured."""

from typing import Any

import pytest

from resources.clouds.account import MOST_PAIRS_OF_RULE, Connection
from tests.clouds.gcp.estate import COMPUTE, PROJECT, VPC, ZONE, asset, compute, database, instance, number_of
from tests.clouds.gcp.scanning import Scan
from tests.clouds.gcp.server import DENIED, GoogleServer

SCOPE = f"projects/{PROJECT}"
GROUP = f"{COMPUTE}/zones/{ZONE}/instanceGroups/web"
MANAGER = f"projects/1234567/zones/{ZONE}/instanceGroupManagers/web"
MANAGED = {"metadata": {"items": [{"key": "created-by", "value": MANAGER}]}}


def ends(scan: Scan) -> list[tuple[str, str, str, int | None]]:
    return [(one.source, one.target, one.how, one.port) for one in scan.relations]


def rule(**more: Any) -> dict[str, Any]:
    return compute("GlobalForwardingRule", "global/forwardingRules/front", id="90", IPAddress="34.5.6.7", **more)


def backend(**more: Any) -> dict[str, Any]:
    return compute("BackendService", "global/backendServices/web", id="91", backends=[{"group": GROUP}], **more)


def firewall(**more: Any) -> dict[str, Any]:
    allowed = [{"IPProtocol": "tcp", "ports": ["5432"]}]
    named = {"direction": "INGRESS", "network": VPC, "allowed": allowed, "targetTags": ["db"], "sourceTags": ["web"]}
    return compute("Firewall", "global/firewalls/web-to-db", id="80", **{**named, **more})


def test_a_load_balancer_needs_the_instances_of_its_managed_group(google: GoogleServer, connection: Connection) -> None:
    google.assets[SCOPE] = [
        rule(target=f"{COMPUTE}/global/targetHttpsProxies/front"),
        compute("TargetHttpsProxy", "global/targetHttpsProxies/front", urlMap=f"{COMPUTE}/global/urlMaps/front"),
        compute(
            "UrlMap",
            "global/urlMaps/front",
            defaultService=f"{COMPUTE}/global/backendBuckets/static",
            pathMatchers=[{"pathRules": [{"service": f"{COMPUTE}/global/backendServices/web"}]}],
        ),
        backend(port=8080),
        instance(1, "web-1", **MANAGED),
        instance(2, "web-2", **MANAGED),
        instance(3, "other"),
    ]
    scan = Scan(connection)
    assert ends(scan) == [("90", number_of(number), "backend service web", 8080) for number in (1, 2)]
    assert scan.resources["90"].texts["ip_address"] == "34.5.6.7"
    assert "ListAssets relationships" not in google.calls


def test_members_of_an_unmanaged_group_are_asked_for_as_relationships(
    google: GoogleServer, connection: Connection
) -> None:
    member = instance(1, "web-1")
    google.assets[SCOPE] = [rule(backendService=f"{COMPUTE}/global/backendServices/web"), backend(), member]
    group = {
        "asset": f"//compute.googleapis.com/projects/{PROJECT}/zones/{ZONE}/instanceGroups/web",
        "assetType": "compute.googleapis.com/InstanceGroup",
        "relationshipType": "INSTANCE_TO_INSTANCEGROUP",
    }
    google.relationships = [{key: member[key] for key in ("name", "assetType")} | {"relatedAsset": group}]
    scan = Scan(connection)
    assert ends(scan) == [("90", number_of(1), "backend service web", None)]
    assert scan.outcome("ListAssets RELATIONSHIP").outcome == "called"


def test_relationships_that_are_denied_cost_nothing_else(google: GoogleServer, connection: Connection) -> None:
    google.assets[SCOPE] = [rule(backendService=f"{COMPUTE}/global/backendServices/web"), backend(), instance(1, "a")]
    google.relationship_rules = [DENIED]
    scan = Scan(connection)
    assert scan.outcome("ListAssets RELATIONSHIP").outcome == "denied"
    assert (scan.outcome("ListAssets").outcome, len(scan.resources)) == ("called", 3)


def test_a_firewall_rule_between_tags_names_who_may_reach_whom(google: GoogleServer, connection: Connection) -> None:
    google.assets[SCOPE] = [
        firewall(),
        instance(1, "web-1", tags={"items": ["web"]}),
        instance(2, "db-1", tags={"items": ["db", "web"]}),
        instance(3, "other", tags={"items": ["batch"]}),
    ]
    assert ends(Scan(connection)) == [(number_of(1), number_of(2), "firewall rule web-to-db", 5432)]


def test_service_accounts_name_instances_as_tags_do(google: GoogleServer, connection: Connection) -> None:
    accounts = {
        "sourceTags": [],
        "targetTags": [],
        "sourceServiceAccounts": ["web@x"],
        "targetServiceAccounts": ["db@x"],
    }
    open_range = [{"IPProtocol": "tcp", "ports": ["8000-8999"]}]
    google.assets[SCOPE] = [
        firewall(**accounts, allowed=open_range),
        instance(1, "web-1", serviceAccounts=[{"email": "web@x"}]),
        instance(2, "db-1", serviceAccounts=[{"email": "db@x"}]),
    ]
    assert ends(Scan(connection)) == [(number_of(1), number_of(2), "firewall rule web-to-db", None)]


@pytest.mark.parametrize(
    "more",
    [
        {"disabled": True},
        {"direction": "EGRESS"},
        {"sourceTags": [], "sourceRanges": ["0.0.0.0/0"]},
        {"network": f"{COMPUTE}/global/networks/other"},
        {"allowed": [], "denied": [{"IPProtocol": "tcp"}]},
    ],
)
def test_rules_that_name_nobody_or_let_nobody_in_say_nothing(
    more: dict[str, Any], google: GoogleServer, connection: Connection
) -> None:
    web, db = {"tags": {"items": ["web"]}}, {"tags": {"items": ["db"]}}
    google.assets[SCOPE] = [firewall(**more), instance(1, "web-1", **web), instance(2, "db-1", **db)]
    assert ends(Scan(connection)) == []


def test_a_rule_that_nobody_narrowed_is_left_out_and_told(google: GoogleServer, connection: Connection) -> None:
    both = {"tags": {"items": ["web", "db"]}}
    many = int(MOST_PAIRS_OF_RULE**0.5) + 1
    google.assets[SCOPE] = [firewall(), *(instance(number, f"vm-{number}", **both) for number in range(many))]
    scan = Scan(connection)
    assert ends(scan) == []
    assert (scan.outcome("ListAssets").outcome, scan.outcome("ListAssets").reason[-11:]) == ("called", "left out: 1")


def test_a_database_is_needed_by_the_instances_that_it_lets_in(google: GoogleServer, connection: Connection) -> None:
    networks = [{"value": "10.0.0.3/32"}, {"value": "10.0.0.0/8"}, {"value": "192.0.2.1"}]
    google.assets[SCOPE] = [
        database("orders", settings={"ipConfiguration": {"authorizedNetworks": networks}}),
        instance(1, "web-1"),
        asset("pubsub.googleapis.com/Topic", f"{SCOPE}/topics/t", {}),
    ]
    orders = "cloudsql/projects/acme-prod/instances/orders"
    assert ends(Scan(connection)) == [(number_of(1), orders, "authorised network", 5432)]


def test_the_order_of_assets_does_not_matter(google: GoogleServer, connection: Connection) -> None:
    estate = [
        rule(backendService=f"{COMPUTE}/global/backendServices/web"),
        backend(),
        firewall(),
        instance(1, "web-1", tags={"items": ["web"]}, **MANAGED),
        instance(2, "db-1", tags={"items": ["db"]}, **MANAGED),
    ]
    google.page_size = 2
    google.assets[SCOPE] = estate
    forwards = ends(Scan(connection))
    google.assets[SCOPE] = estate[::-1]
    assert ends(Scan(connection)) == forwards
    assert len(forwards) == 3
