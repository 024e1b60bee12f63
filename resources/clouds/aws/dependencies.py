"""What needs what: rules of security groups, targets of load balancers, event sources, subscriptions, flow logs."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from resources.clouds.account import MOST_PAIRS_OF_RULE, Relation, Resource, WideRule
from resources.clouds.aws.listing import NEXT_MARKER, Listing, Scope, Size, Told
from resources.clouds.aws.network import TARGET_GROUP
from resources.clouds.aws.serverless import CONTAINER_SERVICE


class Found:
    """What the inventory found, by what other answers call it."""

    def __init__(self, found: Sequence[Resource]) -> None:
        self.ids = {resource.arn: resource.id for resource in found if resource.arn}
        self.ids |= {address: each.id for each in found for address in each.links.get("addresses", ())}
        self.ids |= {resource.id: resource.id for resource in found}
        self.members = _by_link(found, "security_groups")
        self.behind = _by_link([each for each in found if each.kind == CONTAINER_SERVICE], "target_groups")
        self.target_groups = [each for each in found if each.kind == TARGET_GROUP and each.links.get("load_balancers")]


def _by_link(found: Sequence[Resource], link: str) -> dict[str, list[str]]:
    linked: dict[str, list[str]] = {}
    for resource in found:
        for name in resource.links.get(link, ()):
            linked.setdefault(name, []).append(resource.id)
    return linked


def dependency_listings(found: Found, region: str) -> Iterator[Listing]:
    """Calls of one region. Target groups are asked one at a time: AWS has no list of healths."""
    yield Listing(
        "security-group",
        "ec2",
        "DescribeSecurityGroups",
        "SecurityGroups",
        _rules(found),
        Size("MaxResults", 5, 1000),
    )
    for group in found.target_groups:
        if group.arn.split(":")[3] == region:
            yield Listing(
                "target-health",
                "elbv2",
                "DescribeTargetHealth",
                "TargetHealthDescriptions",
                _targets(found, group),
                arguments={"TargetGroupArn": group.arn},
            )
    yield Listing(
        "event-source",
        "lambda",
        "ListEventSourceMappings",
        "EventSourceMappings",
        _event_sources(found),
        Size("MaxItems", 1, 100),
        NEXT_MARKER,
        calls_per_s=15,
    )
    yield Listing("subscription", "sns", "ListSubscriptions", "Subscriptions", _subscriptions(found))


def _rules(found: Found) -> Callable[[Sequence[Any], Scope], Iterator[Told]]:
    """Members of a group that a rule lets in need the members of the group that lets them in."""

    def tell(items: Sequence[Any], scope: Scope) -> Iterator[Told]:
        for item in items:
            group = item["GroupId"]
            yield Resource(group, {}, "ec2:security-group", arn=scope.arn("ec2", f"security-group/{group}"))
            targets = found.members.get(group, [])
            for rule in item.get("IpPermissions", []):
                sources = {
                    member
                    for pair in rule.get("UserIdGroupPairs", [])
                    for member in found.members.get(pair.get("GroupId", ""), ())
                }
                if len(sources) * len(targets) > MOST_PAIRS_OF_RULE:
                    yield WideRule(group)
                else:
                    yield from _pairs(sorted(sources), targets, _single_port(rule))

    return tell


def _pairs(sources: Sequence[str], targets: Sequence[str], port: int | None) -> Iterator[Relation]:
    return (
        Relation(source, target, "security group", port) for source in sources for target in targets if source != target
    )


def _single_port(rule: Any) -> int | None:
    first, last = rule.get("FromPort"), rule.get("ToPort")
    return first if first is not None and first == last and first > 0 else None


def _targets(found: Found, group: Resource) -> Callable[[Sequence[Any], Scope], Iterator[Told]]:
    """Load balancers need what they forward to: instances, addresses, functions, and container services behind them."""

    def tell(items: Sequence[Any], _scope: Scope) -> Iterator[Told]:
        for balancer in group.links["load_balancers"]:
            for item in items:
                target = item["Target"]
                if target["Id"] in found.ids:
                    yield Relation(balancer, found.ids[target["Id"]], "target group", target.get("Port"))
            for service in found.behind.get(group.id, ()):
                yield Relation(balancer, service, "target group")

    return tell


def _event_sources(found: Found) -> Callable[[Sequence[Any], Scope], Iterator[Told]]:
    """A function needs the queue, table or stream that it reads."""

    def tell(items: Sequence[Any], _scope: Scope) -> Iterator[Told]:
        for item in items:
            # A table's stream is arn:...:table/orders/stream/2026-01-01; a function's alias ends in its name.
            source = item.get("EventSourceArn", "").partition("/stream/")[0]
            function = ":".join(item.get("FunctionArn", "").split(":")[:7])
            if source in found.ids and function in found.ids:
                yield Relation(found.ids[function], found.ids[source], "event source")

    return tell


def _subscriptions(found: Found) -> Callable[[Sequence[Any], Scope], Iterator[Told]]:
    """A queue or function needs the topic that it hears."""

    def tell(items: Sequence[Any], _scope: Scope) -> Iterator[Told]:
        for item in items:
            topic, listener = item.get("TopicArn", ""), item.get("Endpoint", "")
            if topic in found.ids and listener in found.ids:
                yield Relation(found.ids[listener], found.ids[topic], "subscription")

    return tell
