"""Networks, load balancers and their target groups.

VPCs, subnets and target groups are found and counted; they are no assets to migrate and have no cells.
"""

from resources.clouds.account import Resource
from resources.clouds.aws.listing import NEXT_MARKER, Item, Listing, Scope, Size, each

TARGET_GROUP = "elbv2:target-group"


def _vpc(item: Item, scope: Scope) -> Resource:
    return Resource(item["VpcId"], {}, "ec2:vpc", arn=scope.arn("ec2", f"vpc/{item['VpcId']}"))


def _subnet(item: Item, scope: Scope) -> Resource:
    return Resource(item["SubnetId"], {}, "ec2:subnet", arn=scope.arn("ec2", f"subnet/{item['SubnetId']}"))


def _load_balancer(item: Item, scope: Scope) -> Resource:
    arn = item["LoadBalancerArn"]
    return Resource(
        arn,
        {
            "asset_name": item["LoadBalancerName"],
            "hostname": item.get("DNSName", ""),
            "asset_type": "cloud",
            "virtualization_platform": "AWS ELB",
            "hardware_model": f"{item.get('Type', '')} load balancer",
            "location": scope.region,
            "network_name": item.get("VpcId", ""),
            "power_state": "running" if item.get("State", {}).get("Code") == "active" else "",
        },
        "elbv2:load-balancer",
        arn=arn,
        links={"security_groups": item.get("SecurityGroups", [])},
    )


def _target_group(item: Item, _scope: Scope) -> Resource:
    arn = item["TargetGroupArn"]
    links = {"load_balancers": item.get("LoadBalancerArns", [])}
    return Resource(arn, {}, TARGET_GROUP, arn=arn, links=links)


LISTINGS = (
    Listing("vpc", "ec2", "DescribeVpcs", "Vpcs", each(_vpc), Size("MaxResults", 5, 1000)),
    Listing("subnet", "ec2", "DescribeSubnets", "Subnets", each(_subnet), Size("MaxResults", 5, 1000)),
    Listing(
        "elb",
        "elbv2",
        "DescribeLoadBalancers",
        "LoadBalancers",
        each(_load_balancer),
        Size("PageSize", 1, 400),
        NEXT_MARKER,
    ),
    Listing(
        "target-group",
        "elbv2",
        "DescribeTargetGroups",
        "TargetGroups",
        each(_target_group),
        Size("PageSize", 1, 400),
        NEXT_MARKER,
    ),
)
