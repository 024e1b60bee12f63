"""A scan of the demonstration organization: what is asked, how often, and what is understood."""

import json
from collections import Counter
from typing import Any

import boto3
from botocore import xform_name

from resources.clouds.aws import accounts, policy_document, scan_permissions
from resources.clouds.aws.account import inventory_listings
from resources.clouds.aws.demo.estate import REGIONS
from resources.clouds.aws.demo.process import calls_at, connection
from tests.clouds.aws.scanning import SERVERS, Scan, read

# How a request is signed -> how its permission begins; operations whose permission has another name.
SIGNED_AS = {"monitoring": "cloudwatch", "tagging": "tag"}
NAMED_OTHERWISE = {"s3:ListBuckets": "s3:ListAllMyBuckets"}
BEFORE_THE_SCAN = {"sts:AssumeRole", "sts:GetCallerIdentity", "organizations:ListAccounts"}


def by_permission(calls: "Counter[Any]") -> "Counter[str]":
    """Calls at the server by the permission that each needs."""
    told: Counter[str] = Counter()
    for (service, operation, _region), count in calls.items():
        name = f"{SIGNED_AS.get(service, service)}:{operation}"
        told[NAMED_OTHERWISE.get(name, name)] += count
    return told


def test_the_policy_allows_what_a_scan_calls_and_nothing_else(scan: Scan) -> None:
    (statement,) = json.loads(policy_document(sorted(scan_permissions())))["Statement"]
    assert set(statement["Action"]) == by_permission(scan.calls).keys() - BEFORE_THE_SCAN
    assert (statement["Effect"], statement["Resource"]) == ("Allow", "*")


def test_a_scan_lists_with_as_many_calls_as_boto3s_own_pages(cloud: str, scan: Scan) -> None:
    session = boto3.Session("AKIAIOSFODNN7EXAMPLE", "made-up")
    before = calls_at(cloud)
    for listing in inventory_listings(REGIONS[0]):
        client = session.client(listing.client, region_name=REGIONS[0], endpoint_url=cloud)
        size = {"PageSize": listing.size.most} if listing.size else {}
        pages = client.get_paginator(xform_name(listing.operation))
        assert list(pages.paginate(**listing.asked(), PaginationConfig=size))
        client.close()
    paged = calls_at(cloud) - before
    assert {call: scan.calls[call] for call in paged} == dict(paged)


def test_no_read_has_a_gap(scan: Scan) -> None:
    assert {ended.outcome for ended in scan.ended} == {"called", "empty"}
    assert sum(ended.calls for ended in scan.ended) == len(scan.ended), "no call is repeated, no page is small"


def test_a_server_tells_its_size_address_network_and_tags(scan: Scan) -> None:
    server = scan.named("webshop-app")
    told = {key: text for each in scan.of(server.id) for key, text in each.texts.items()}
    assert told["ip_address"].startswith("10.0.")
    assert told["hostname"].startswith("ip-10-0-")
    assert {key: told[key] for key in ("asset_type", "hardware_model", "power_state", "cpu_cores", "memory_mb")} == {
        "asset_type": "cloud",
        "hardware_model": "m5.xlarge",
        "power_state": "running",
        "cpu_cores": "4",
        "memory_mb": "16384",
    }
    assert server.tags["Application"] == "webshop"
    assert server.tags["Owner"].endswith("@example.com")


def test_a_volume_is_a_disk_of_its_server(scan: Scan) -> None:
    server = scan.named("webshop-app")
    disks = [each for each in scan.resources if each.texts.get("asset_id") == server.id]
    assert [each.texts for each in disks] == [{"asset_id": server.id, "disk_size_gb": "8"}]


def test_every_family_of_services_is_listed(scan: Scan) -> None:
    kinds = Counter(each.kind for each in scan.resources)
    assert kinds["ec2:instance"] == kinds["ec2:volume"] == 4 * SERVERS
    for kind in ("rds:db", "s3:bucket", "dynamodb:table", "lambda:function", "sqs:queue", "sns:topic"):
        assert kinds[kind] == 4, kind
    assert kinds.keys() >= {"elbv2:load-balancer", "ec2:vpc", "ec2:subnet", "ec2:image", "ec2:security-group"}
    assert kinds.keys() >= {"elasticache:cluster", "ecs:service", "eks:cluster"}


def test_what_is_listed_without_tags_gets_them_by_the_tagging_api(scan: Scan) -> None:
    tagged = {each.id for each in scan.resources if not each.kind and each.tags.get("Application") == "webshop"}
    listed = {each.id for each in scan.resources if each.texts.get("asset_name", "").startswith("webshop-")}
    services = {id.split(":")[2] for id in tagged & listed}
    assert services == {"s3", "dynamodb", "lambda", "sqs", "sns", "elasticloadbalancing"}


def test_servers_are_measured_by_cloudwatch_and_memory_by_its_agent(scan: Scan) -> None:
    server = scan.named("webshop-web")
    measured = {(each.field, each.statistic): each.value for told in scan.of(server.id) for each in told.measured}
    # Samples of 8, 11 and 14 %, and three bytes in and six out for each of these in a million, every 300 s.
    assert measured["cpu_util_pct", "avg"] == 11
    assert measured["cpu_util_pct", "p95"] == 14
    assert round(measured["network_throughput_mbps", "avg"], 3) == round((15e6 + 6 + 30e6 + 6) / 1e6 / 300, 3)
    assert measured["memory_util_pct", "avg"] == 31
    assert ("disk_iops", "avg") not in measured, "what nobody measured is not known"


def test_dependencies_come_from_five_places(scan: Scan) -> None:
    web, app, applications = SERVERS // 3, SERVERS - SERVERS // 3, 4
    assert Counter(each.how for each in scan.relations) == {
        # Web servers and their load balancer share a group, which the application lets in as the database lets it in.
        "security group": applications * ((web + 1) * app + app),
        "target group": applications * web,
        "event source": applications,
        "subscription": applications,
        "flow log": applications * web * app,
    }
    ports = {each.how: each.port for each in scan.relations}
    assert (ports["flow log"], ports["target group"], ports["event source"]) == (8080, 443, None)
    ids = {each.id for each in scan.resources}
    assert all({each.source, each.target} <= ids for each in scan.relations)


def test_a_check_makes_one_call_of_each_kind(cloud: str) -> None:
    (account, *_) = accounts(connection(cloud, organization=False))
    account.identity()
    before = calls_at(cloud)
    for each in account.capabilities():
        assert each.fetch(None).token is None
    calls = calls_at(cloud) - before
    assert calls.total() == len(inventory_listings(REGIONS[0])) + len(REGIONS) - 1


def test_a_region_that_does_not_exist_is_a_gap_of_its_own(cloud: str) -> None:
    wrong = connection(cloud, organization=False)
    options = {**wrong.options, "regions": "eu-centrall-1,us-east-1"}
    (account,) = accounts(type(wrong)("aws", "demo", wrong.method, options, cloud, "made-up"))
    outcomes = {(each.read.region, each.outcome) for each in read(account).ended}
    assert {outcome for region, outcome in outcomes if region == "eu-centrall-1"} == {"failed"}
    assert ("us-east-1", "called") in outcomes
