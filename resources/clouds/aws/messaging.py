"""SQS queues and SNS topics."""

from collections.abc import Iterator, Sequence
from typing import Any

from resources.clouds.account import Resource
from resources.clouds.aws.listing import Item, Listing, Scope, Size, Told, each


def _queues(items: Sequence[Any], scope: Scope) -> Iterator[Told]:
    """A queue is told by its URL, which ends in account and name."""
    for url in items:
        name = url.rpartition("/")[2]
        yield _message_channel(scope.arn("sqs", name), name, "AWS SQS", "sqs:queue", scope)


def _topic(item: Item, scope: Scope) -> Resource:
    arn = item["TopicArn"]
    return _message_channel(arn, arn.rpartition(":")[2], "AWS SNS", "sns:topic", scope)


def _message_channel(arn: str, name: str, platform: str, kind: str, scope: Scope) -> Resource:
    texts = {
        "asset_name": name,
        "asset_type": "cloud",
        "virtualization_platform": platform,
        "location": scope.region,
    }
    return Resource(arn, texts, kind, arn=arn)


LISTINGS = (
    Listing("sqs", "sqs", "ListQueues", "QueueUrls", _queues, Size("MaxResults", 1, 1000)),
    Listing("sns", "sns", "ListTopics", "Topics", each(_topic)),
)
