"""RDS instances and clusters (Neptune and DocumentDB answer here too), ElastiCache, DynamoDB."""

from collections.abc import Iterator, Sequence
from typing import Any

from resources.clouds.account import Relation, Resource
from resources.clouds.aws.listing import MARKER, Item, Listing, Scope, Size, Told, each, tags_of

DATABASE = "rds:db"
CACHE = "elasticache:cluster"


def _database(item: Item, _scope: Scope) -> Resource:
    arn = item["DBInstanceArn"]
    return Resource(
        arn,
        {
            "asset_name": item["DBInstanceIdentifier"],
            "hostname": item.get("Endpoint", {}).get("Address", ""),
            "asset_type": "database",
            "virtualization_platform": "AWS RDS",
            "hardware_model": item.get("DBInstanceClass", ""),
            "database_engine": f"{item.get('Engine', '')} {item.get('EngineVersion', '')}",
            "storage_total_gb": str(item.get("AllocatedStorage", "")),
            "location": item.get("AvailabilityZone", ""),
            "network_name": item.get("DBSubnetGroup", {}).get("DBSubnetGroupName", ""),
            "cluster_name": item.get("DBClusterIdentifier", ""),
            "power_state": _power_state(item.get("DBInstanceStatus", "")),
        },
        DATABASE,
        tags_of(item.get("TagList")),
        arn,
        links={"security_groups": [group["VpcSecurityGroupId"] for group in item.get("VpcSecurityGroups", [])]},
    )


def _clusters(items: Sequence[Any], scope: Scope) -> Iterator[Told]:
    """Clusters, each needing its members."""
    for item in items:
        arn = item["DBClusterArn"]
        yield Resource(
            arn,
            {
                "asset_name": item["DBClusterIdentifier"],
                "hostname": item.get("Endpoint", ""),
                "asset_type": "database",
                "virtualization_platform": "AWS RDS cluster",
                "database_engine": f"{item.get('Engine', '')} {item.get('EngineVersion', '')}",
                "location": scope.region,
                "cluster_name": item["DBClusterIdentifier"],
                "power_state": _power_state(item.get("Status", "")),
            },
            "rds:cluster",
            tags_of(item.get("TagList")),
            arn,
            links={"security_groups": [group["VpcSecurityGroupId"] for group in item.get("VpcSecurityGroups", [])]},
        )
        for member in item.get("DBClusterMembers", []):
            yield Relation(arn, scope.arn("rds", f"db:{member['DBInstanceIdentifier']}"), "cluster member")


def _cache(item: Item, scope: Scope) -> Resource:
    arn = item.get("ARN") or scope.arn("elasticache", f"cluster:{item['CacheClusterId']}")
    nodes = item.get("CacheNodes", [])
    return Resource(
        arn,
        {
            "asset_name": item["CacheClusterId"],
            "hostname": nodes[0].get("Endpoint", {}).get("Address", "") if nodes else "",
            "asset_type": "database",
            "virtualization_platform": "AWS ElastiCache",
            "hardware_model": item.get("CacheNodeType", ""),
            "database_engine": f"{item.get('Engine', '')} {item.get('EngineVersion', '')}",
            "location": item.get("PreferredAvailabilityZone", ""),
            "cluster_name": item.get("ReplicationGroupId", ""),
            "power_state": _power_state(item.get("CacheClusterStatus", "")),
        },
        CACHE,
        arn=arn,
        links={"security_groups": [group["SecurityGroupId"] for group in item.get("SecurityGroups", [])]},
    )


def _table(name: str, scope: Scope) -> Resource:
    """A table by its name. Its size would take a call for each table: not asked, so not known."""
    arn = scope.arn("dynamodb", f"table/{name}")
    texts = {
        "asset_name": name,
        "asset_type": "database",
        "virtualization_platform": "AWS DynamoDB",
        "database_engine": "DynamoDB",
        "location": scope.region,
    }
    return Resource(arn, texts, "dynamodb:table", arn=arn)


def _tables(items: Sequence[Any], scope: Scope) -> Iterator[Told]:
    return (_table(name, scope) for name in items)


def _power_state(status: str) -> str:
    """Known for the two states that last; others pass."""
    return {"available": "running", "stopped": "stopped"}.get(status, "")


LISTINGS = (
    Listing("rds", "rds", "DescribeDBInstances", "DBInstances", each(_database), Size("MaxRecords", 20, 100), MARKER),
    Listing("rds-cluster", "rds", "DescribeDBClusters", "DBClusters", _clusters, Size("MaxRecords", 20, 100), MARKER),
    Listing(
        "elasticache",
        "elasticache",
        "DescribeCacheClusters",
        "CacheClusters",
        each(_cache),
        Size("MaxRecords", 20, 100),
        MARKER,
        arguments={"ShowCacheNodeInfo": True},
    ),
    Listing(
        "dynamodb",
        "dynamodb",
        "ListTables",
        "TableNames",
        _tables,
        Size("Limit", 1, 100),
        ("ExclusiveStartTableName", "LastEvaluatedTableName"),
    ),
)
