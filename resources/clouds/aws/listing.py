"""A list call as data: what to ask, where its items are, the largest page, and what an item means.

The tables of listings (compute, network, databases, storage, serverless, messaging, tags) are all that this project
knows of AWS's services; `AwsAccount.read` turns a row into a `Read`. Page sizes are the largest that AWS documents.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from resources.clouds.account import Relation, Resource, WideRule

Item = Mapping[str, Any]

# How a token goes in and comes out.
NEXT = ("NextToken", "NextToken")
NEXT_LOWER = ("nextToken", "nextToken")
MARKER = ("Marker", "Marker")
NEXT_MARKER = ("Marker", "NextMarker")

# boto3's name of a service -> the prefix of its permissions, where they differ.
_PREFIXES = {"elbv2": "elasticloadbalancing", "resourcegroupstaggingapi": "tag"}


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an answer comes from."""

    partition: str
    account: str
    region: str

    def arn(self, service: str, resource: str) -> str:
        """The ARN of something that AWS lists by name only."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"


@dataclass(frozen=True, slots=True)
class Size:
    """The argument that sets how many items a page has, and its bounds."""

    argument: str
    fewest: int
    most: int


@dataclass(frozen=True, slots=True)
class Listing:
    """One list call. `items` is the path of keys to them, lists on the way taken apart; `tell` gets those of one page.

    It may tell of resources, of relations, of rules too wide for any, and of further listings that these items make
    necessary. `service` is the name in coverage and addresses, `client` boto3's. Large `arguments` are made when the
    call is.
    """

    service: str
    client: str
    operation: str
    items: str
    tell: "Callable[[Sequence[Any], Scope], Iterable[Told]]"
    size: Size | None = None
    token: tuple[str, str] = NEXT
    arguments: Mapping[str, Any] | Callable[[], Mapping[str, Any]] = field(default_factory=dict)
    permission: str = ""
    calls_per_s: float = 20.0

    def asked(self) -> Mapping[str, Any]:
        """The arguments."""
        return self.arguments() if callable(self.arguments) else self.arguments

    @property
    def allowed_by(self) -> str:
        """The permission in IAM's words."""
        return self.permission or permission(self.client, self.operation)


Told = Resource | Relation | WideRule | Listing


def permission(client: str, operation: str) -> str:
    """The IAM action that allows an operation of a boto3 client, where AWS names both alike."""
    return f"{_PREFIXES.get(client, client)}:{operation}"


def each(resource: Callable[[Item, Scope], Resource]) -> Callable[[Sequence[Any], Scope], Iterator[Told]]:
    """A `tell` for listings whose items are one resource each."""

    def tell(items: Sequence[Any], scope: Scope) -> Iterator[Told]:
        return (resource(item, scope) for item in items)

    return tell


def tags_of(pairs: Iterable[Item] | None, key: str = "Key", value: str = "Value") -> dict[str, str]:
    """AWS's list of pairs as a mapping."""
    return {pair[key]: pair.get(value, "") for pair in pairs or ()}


def chunks(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """Consecutive parts of at most `size`."""
    return (items[start : start + size] for start in range(0, len(items), size))
