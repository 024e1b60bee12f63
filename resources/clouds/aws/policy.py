"""The least privilege that a scan needs, as a policy document of IAM."""

import json
from collections.abc import Sequence

# Calls that the answers of other calls lead to; the rest stands in the tables of listings.
_FOLLOWING = (
    "cloudwatch:GetMetricData",
    "cloudwatch:ListMetrics",
    "ec2:DescribeFlowLogs",
    "ec2:DescribeInstanceTypes",
    "ec2:DescribeSecurityGroups",
    "ecs:DescribeClusters",
    "ecs:DescribeServices",
    "ecs:ListServices",
    "eks:DescribeCluster",
    "elasticloadbalancing:DescribeTargetHealth",
    "lambda:ListEventSourceMappings",
    "logs:GetQueryResults",
    "logs:StartQuery",
    "sns:ListSubscriptions",
)


def scan_permissions() -> frozenset[str]:
    """What a whole scan of one account needs. sts:GetCallerIdentity is allowed to everybody.

    An organization takes two more in the account that asks (docs/cloud.md): they depend on the roles' names.
    """
    from resources.clouds.aws.account import inventory_listings

    return frozenset({*_FOLLOWING, *(listing.allowed_by for listing in inventory_listings(""))})


def policy_document(permissions: Sequence[str]) -> str:
    """Allows these actions and no others. Listing calls take no resource-level restriction, so `Resource` is `*`."""
    statement = {"Sid": "AidiscoverRead", "Effect": "Allow", "Action": sorted(set(permissions)), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)
