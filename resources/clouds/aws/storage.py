"""S3 buckets of a region. Their tags come from the tagging API; how full they are is not asked for."""

from resources.clouds.account import Resource
from resources.clouds.aws.listing import Item, Listing, Scope, Size, each


def _bucket(item: Item, scope: Scope) -> Resource:
    arn = f"arn:{scope.partition}:s3:::{item['Name']}"
    texts = {
        "asset_name": item["Name"],
        "asset_type": "cloud",
        "virtualization_platform": "AWS S3",
        "location": scope.region,
    }
    return Resource(arn, texts, "s3:bucket", arn=arn)


def listings(region: str) -> tuple[Listing, ...]:
    """S3 lists the buckets of all regions unless it is told which."""
    return (
        Listing(
            "s3",
            "s3",
            "ListBuckets",
            "Buckets",
            each(_bucket),
            Size("MaxBuckets", 1, 1000),
            ("ContinuationToken", "ContinuationToken"),
            {"BucketRegion": region},
            permission="s3:ListAllMyBuckets",
        ),
    )
