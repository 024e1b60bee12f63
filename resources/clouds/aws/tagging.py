"""Tags of what AWS lists without them, a hundred resources in a call.

EC2, RDS, ECS and EKS answer with their tags; for the rest the tagging API saves a call for each resource. It knows
resources that have, or once had, a tag.
"""

from resources.clouds.account import Resource
from resources.clouds.aws.listing import Item, Listing, Scope, Size, each, tags_of

_TYPES = (
    "dynamodb:table",
    "elasticache:cluster",
    "elasticloadbalancing:loadbalancer",
    "lambda:function",
    "s3",
    "sns",
    "sqs",
)


def _tagged(item: Item, _scope: Scope) -> Resource:
    return Resource(item["ResourceARN"], {}, tags=tags_of(item.get("Tags")), arn=item["ResourceARN"])


LISTINGS = (
    Listing(
        "tagging",
        "resourcegroupstaggingapi",
        "GetResources",
        "ResourceTagMappingList",
        each(_tagged),
        Size("ResourcesPerPage", 1, 100),
        ("PaginationToken", "PaginationToken"),
        {"ResourceTypeFilters": list(_TYPES)},
        calls_per_s=15,
    ),
)
