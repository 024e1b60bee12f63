"""What single answers mean, in the shapes that AWS documents."""

from datetime import UTC, datetime
from typing import Any

import pytest

from resources.clouds.account import MOST_PAIRS_OF_RULE, Measured, Refused, Relation, Resource, WideRule
from resources.clouds.aws.dependencies import Found, dependency_listings
from resources.clouds.aws.flow_logs import MOST_POLLS, QUERY, flow_log_listing
from resources.clouds.aws.listing import Listing, Scope
from resources.clouds.aws.metrics import AT_ONCE, metric_listings

SCOPE = Scope("aws", "123456789012", "eu-central-1")
NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)


def server(number: int, group: str = "sg-1", address: str = "10.0.0.1") -> Resource:
    id = f"i-{number}"
    links = {"security_groups": [group], "addresses": [address], "sample_s": ["60"]}
    return Resource(id, {}, "ec2:instance", arn=SCOPE.arn("ec2", f"instance/{id}"), links=links)


def told(listing: Listing, *items: Any) -> list[Any]:
    return list(listing.tell(items, SCOPE))


def listing_of(found: list[Resource], service: str) -> Listing:
    return next(each for each in dependency_listings(Found(found), SCOPE.region) if each.service == service)


def test_five_hundred_statistics_go_into_one_call() -> None:
    asked = list(metric_listings([server(number) for number in range(100)], SCOPE.region, NOW))
    data = [len(each.asked()["MetricDataQueries"]) for each in asked if each.operation == "GetMetricData"]
    assert sum(data) == 100 * 14
    assert data == [AT_ONCE, AT_ONCE, 400]
    assert not list(metric_listings([server(1)], "us-east-1", NOW)), "each region measures its own"


def test_amounts_become_rates_and_two_metrics_one_field() -> None:
    data, *_ = metric_listings([server(1)], SCOPE.region, NOW)
    ids = {
        (each["MetricStat"]["Metric"]["MetricName"], each["MetricStat"]["Stat"]): each["Id"]
        for each in data.asked()["MetricDataQueries"]
    }
    answers = [
        {"Id": ids["NetworkIn", "Average"], "Values": [60e6]},
        {"Id": ids["NetworkOut", "Average"], "Values": [120e6]},
        {"Id": ids["CPUUtilization", "p95"], "Values": [71.5]},
        {"Id": ids["CPUUtilization", "Average"], "Values": []},
    ]
    (measured,) = told(data, *answers)
    assert measured == Resource(
        "i-1",
        {},
        measured=[Measured("network_throughput_mbps", "avg", 3.0), Measured("cpu_util_pct", "p95", 71.5)],
    )


def rule(target: str, source: str, first: int = 5432, last: int = 5432) -> dict[str, Any]:
    permission = {"FromPort": first, "ToPort": last, "UserIdGroupPairs": [{"GroupId": source}]}
    return {"GroupId": target, "IpPermissions": [permission]}


def test_a_rule_between_groups_is_a_dependency_of_their_members() -> None:
    listing = listing_of([server(1, "sg-app"), server(2, "sg-db")], "security-group")
    assert [each for each in told(listing, rule("sg-db", "sg-app")) if isinstance(each, Relation)] == [
        Relation("i-1", "i-2", "security group", 5432)
    ]
    assert told(listing, rule("sg-db", "sg-app", 0, 65535))[-1].port is None, "a range names no port"


def test_a_rule_between_large_groups_says_nothing_of_a_pair() -> None:
    many = [server(number, "sg-app") for number in range(MOST_PAIRS_OF_RULE + 1)]
    listing = listing_of([*many, server(99, "sg-db")], "security-group")
    for asked, group in ((rule("sg-db", "sg-app"), "sg-db"), (rule("sg-app", "sg-app"), "sg-app")):
        answer = told(listing, asked)
        assert not [each for each in answer if isinstance(each, Relation)]
        assert [each for each in answer if isinstance(each, WideRule)] == [WideRule(group)]


def test_flow_logs_are_summed_up_at_aws_and_asked_until_they_are_done() -> None:
    listing = flow_log_listing(Found([server(1, address="10.0.0.1"), server(2, address="10.0.0.2")]))
    (started,) = told(listing, {"LogGroupName": "/vpc"}, {"LogGroupName": "/vpc"}, {"LogDestinationType": "s3"})
    assert (started.operation, started.asked()["queryString"]) == ("StartQuery", QUERY)
    (answer,) = told(started, "query-1")
    (again,) = told(answer, {"status": "Running"})
    assert (again.operation, again.asked()) == ("GetQueryResults", {"queryId": "query-1"})
    rows = [row("10.0.0.1", "10.0.0.2"), row("192.168.7.7", "10.0.0.2"), row("8.8.8.8", "1.1.1.1")]
    assert told(again, {"status": "Complete", "results": rows}) == [
        Relation("i-1", "i-2", "flow log", 8080),
        Relation("192.168.7.7", "i-2", "flow log", 8080),
    ]


def row(source: str, target: str) -> list[dict[str, str]]:
    told = {"srcAddr": source, "dstAddr": target, "dstPort": "8080", "traffic": "8400"}
    return [{"field": field, "value": value} for field, value in told.items()]


@pytest.mark.parametrize("status", ["Failed", "Running"])
def test_a_query_that_fails_or_never_ends_is_a_fault(status: str) -> None:
    (started,) = told(flow_log_listing(Found([])), {"LogGroupName": "/vpc"})
    (answer,) = told(started, "query-1")
    for _ in range(MOST_POLLS - 1):
        (answer,) = told(answer, {"status": "Running"})
    with pytest.raises(Refused, match=f"did not complete \\({status}\\)"):
        told(answer, {"status": status})
