"""Lambda functions, ECS services and EKS clusters."""

from collections.abc import Iterator, Sequence
from typing import Any

from resources.clouds.account import Resource
from resources.clouds.aws.listing import (
    NEXT_LOWER,
    NEXT_MARKER,
    Item,
    Listing,
    Scope,
    Size,
    Told,
    chunks,
    each,
    tags_of,
)

FUNCTION = "lambda:function"
CONTAINER_SERVICE = "ecs:service"
# The most names that one describing call takes.
_CLUSTERS_AT_ONCE = 100
_SERVICES_AT_ONCE = 10


def _function(item: Item, scope: Scope) -> Resource:
    arn = item["FunctionArn"]
    return Resource(
        arn,
        {
            "asset_name": item["FunctionName"],
            "asset_type": "cloud",
            "virtualization_platform": "AWS Lambda",
            "hardware_model": " ".join(item.get("Architectures", [])),
            "technology_stack": item.get("Runtime", ""),
            "memory_mb": str(item.get("MemorySize", "")),
            "location": scope.region,
            "description": item.get("Description", ""),
        },
        FUNCTION,
        arn=arn,
        links={"security_groups": item.get("VpcConfig", {}).get("SecurityGroupIds", [])},
    )


def _container_clusters(items: Sequence[Any], _scope: Scope) -> Iterator[Told]:
    """What the listed clusters hold; ECS lists names only."""
    for arns in chunks(items, _CLUSTERS_AT_ONCE):
        yield Listing(
            "ecs",
            "ecs",
            "DescribeClusters",
            "clusters",
            each(_container_cluster),
            arguments={"clusters": list(arns)},
        )
    for arn in items:
        yield Listing(
            "ecs",
            "ecs",
            "ListServices",
            "serviceArns",
            _services_of(arn),
            Size("maxResults", 1, 100),
            NEXT_LOWER,
            {"cluster": arn},
        )


def _container_cluster(item: Item, _scope: Scope) -> Resource:
    return Resource(item["clusterArn"], {}, "ecs:cluster", arn=item["clusterArn"])


def _services_of(cluster: str) -> Any:
    def tell(items: Sequence[Any], _scope: Scope) -> Iterator[Told]:
        for arns in chunks(items, _SERVICES_AT_ONCE):
            yield Listing(
                "ecs",
                "ecs",
                "DescribeServices",
                "services",
                each(_container_service),
                arguments={"cluster": cluster, "services": list(arns), "include": ["TAGS"]},
            )

    return tell


def _container_service(item: Item, scope: Scope) -> Resource:
    arn = item["serviceArn"]
    count = item.get("desiredCount")
    return Resource(
        arn,
        {
            "asset_name": item["serviceName"],
            "asset_type": "container",
            "virtualization_platform": f"AWS ECS {item.get('launchType', '')}".strip(),
            "cluster_name": item.get("clusterArn", "").rpartition("/")[2],
            "location": scope.region,
            "power_state": "stopped" if count == 0 else "running" if count else "",
            "description": f"task definition {item.get('taskDefinition', '').rpartition('/')[2]}",
        },
        CONTAINER_SERVICE,
        tags_of(item.get("tags"), "key", "value"),
        arn,
        links={
            "target_groups": [
                each["targetGroupArn"] for each in item.get("loadBalancers", []) if "targetGroupArn" in each
            ]
        },
    )


def _kubernetes_clusters(items: Sequence[Any], _scope: Scope) -> Iterator[Told]:
    """AWS describes clusters one at a time only; they are few, and their version is what gets old."""
    for name in items:
        yield Listing("eks", "eks", "DescribeCluster", "cluster", each(_kubernetes_cluster), arguments={"name": name})


def _kubernetes_cluster(item: Item, scope: Scope) -> Resource:
    arn = item["arn"]
    network = item.get("resourcesVpcConfig", {})
    return Resource(
        arn,
        {
            "asset_name": item["name"],
            "asset_type": "container",
            "virtualization_platform": "AWS EKS",
            "technology_stack": f"Kubernetes {item.get('version', '')}",
            "location": scope.region,
            "network_name": network.get("vpcId", ""),
            "power_state": "running" if item.get("status") == "ACTIVE" else "",
        },
        "eks:cluster",
        item.get("tags", {}),
        arn,
        links={"security_groups": [group for group in [network.get("clusterSecurityGroupId")] if group]},
    )


LISTINGS = (
    Listing(
        "lambda",
        "lambda",
        "ListFunctions",
        "Functions",
        each(_function),
        Size("MaxItems", 1, 50),  # more may be asked for, 50 is what comes
        NEXT_MARKER,
        calls_per_s=15,
    ),
    Listing("ecs", "ecs", "ListClusters", "clusterArns", _container_clusters, Size("maxResults", 1, 100), NEXT_LOWER),
    Listing("eks", "eks", "ListClusters", "clusters", _kubernetes_clusters, Size("maxResults", 1, 100), NEXT_LOWER),
)
