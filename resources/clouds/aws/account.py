"""AWS accounts as `CloudAccount`s: what to read in each region, and the accounts that a connection reaches."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from resources.clouds.account import Connection, Fault, Identity, Page, Read, Refused, Relation, Resource, WideRule
from resources.clouds.aws import compute, databases, messaging, network, serverless, storage, tagging
from resources.clouds.aws.dependencies import Found, dependency_listings
from resources.clouds.aws.faults import fault_of
from resources.clouds.aws.flow_logs import flow_log_listing
from resources.clouds.aws.listing import Listing, Scope, Told
from resources.clouds.aws.metrics import metric_listings
from resources.clouds.aws.session import Session, assume_role, open_session

_MEMBERS_AT_ONCE = 20  # accounts of one ListAccounts


class AwsAccount:
    """One account in its regions. `enter` gives the session, when `identity` is asked for."""

    cloud = "aws"

    def __init__(
        self, id: str, name: str, regions: Sequence[str], enter: Callable[[], tuple[Session, Identity]]
    ) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        self.id = id
        self.name = name
        self.errors: tuple[type[Exception], ...] = (BotoCoreError, ClientError)
        self._regions = tuple(regions)
        self._enter = enter
        self._session: Session | None = None

    def identity(self) -> Identity:
        """Who asks; a role of a member account is assumed here."""
        self._session, identity = self._enter()
        return identity

    def capabilities(self) -> Iterator[Read]:
        """One small page of each listing in the first region, and of the first listing in the others."""
        for region in self._regions:
            listings = inventory_listings(region)
            for listing in listings if region == self._regions[0] else listings[:1]:
                yield self._probe(listing, region)

    def inventory(self) -> Iterator[Read]:
        """Every listing of every region. A region that AWS does not have is a read that says so."""
        for region in self._regions:
            if _partition(region):
                yield from (self.read(listing, region) for listing in inventory_listings(region))
            else:
                yield Read(region, "region", "region", "", _unknown_region(region))

    def metrics(self, found: Sequence[Resource]) -> Iterator[Read]:
        """CloudWatch statistics of instances, databases and caches."""
        for region in filter(_partition, self._regions):
            yield from (self.read(listing, region) for listing in metric_listings(found, region))

    def dependencies(self, found: Sequence[Resource]) -> Iterator[Read]:
        """Rules of security groups, healths of targets, event sources, subscriptions, flow logs."""
        known = Found(found)
        for region in filter(_partition, self._regions):
            listings = [*dependency_listings(known, region), flow_log_listing(known)]
            yield from (self.read(listing, region) for listing in listings)

    def fault(self, error: Exception) -> Fault:
        """What an exception of botocore means."""
        return fault_of(error)

    def read(self, listing: Listing, region: str) -> Read:
        """A listing as a `Read`: each fetch is one call of boto3."""
        size = {listing.size.argument: listing.size.most} if listing.size else {}
        goes_in, comes_out = listing.token

        def fetch(token: str | None) -> Page:
            answer = self.call(listing, region, size | ({goes_in: token} if token else {}))
            told = self.told(listing, region, answer)
            return Page(
                [each for each in told if isinstance(each, Resource)],
                [each for each in told if isinstance(each, Relation)],
                answer.get(comes_out) or None,
                [self.read(each, region) for each in told if isinstance(each, Listing)],
                [each for each in told if isinstance(each, WideRule)],
            )

        return Read(region, listing.service, listing.operation, listing.allowed_by, fetch, listing.calls_per_s)

    def _probe(self, listing: Listing, region: str) -> Read:
        size = {listing.size.argument: listing.size.fewest} if listing.size else {}

        def fetch(_token: str | None) -> Page:
            self.call(listing, region, size)
            return Page()

        return Read(region, listing.service, listing.operation, listing.allowed_by, fetch, listing.calls_per_s)

    def call(self, listing: Listing, region: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """One call of boto3."""
        from botocore import xform_name

        if self._session is None:
            raise RuntimeError(f"{listing.operation} was called before identity(); ask for the identity first")
        client = self._session.client(listing.client, region)
        answer: dict[str, Any] = getattr(client, xform_name(listing.operation))(**listing.asked(), **arguments)
        return answer

    def told(self, listing: Listing, region: str, answer: Mapping[str, Any]) -> list[Told]:
        """What one answer means."""
        return list(listing.tell(_items(listing.items, answer), Scope(_partition(region), self.id, region)))


def accounts(connection: Connection) -> Iterator[AwsAccount]:
    """The connection's account, or with `organization_role` those of its organization.

    A member account is entered when its `identity` is asked for. Raises: Refused.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    regions = _list(connection.options.get("regions", ""))
    if not regions:
        raise Refused(
            Fault("failed", "regions", "no AWS region is named; set AIDISCOVER_AWS_REGIONS or the option regions")
        )
    home = next(filter(_partition, regions), "")
    if not home:
        raise Refused(_unknown(", ".join(regions)))
    try:
        session = open_session(connection, home)
        identity = session.identity(home)
        members = _members(session, home, connection)
    except (BotoCoreError, ClientError) as error:
        raise Refused(fault_of(error)) from None
    except OSError as error:
        reason = f"the identity token could not be read ({type(error).__name__}); check web_identity_token_file"
        raise Refused(Fault("failed", type(error).__name__, reason)) from None
    if not members:
        yield AwsAccount(identity.account, connection.name, regions, lambda: (session, identity))
    for id, name in members:
        yield AwsAccount(id, name, regions, _entry(session, identity, home, connection, id))


def inventory_listings(region: str) -> tuple[Listing, ...]:
    """All listings of one region."""
    return (
        *compute.LISTINGS,
        *network.LISTINGS,
        *databases.LISTINGS,
        *storage.listings(region),
        *serverless.LISTINGS,
        *messaging.LISTINGS,
        *tagging.LISTINGS,
    )


def _members(session: Session, home: str, connection: Connection) -> list[tuple[str, str]]:
    """Id and name of each account to enter by a role; none where the connection names no role of its organization."""
    if "organization_role" not in connection.options:
        return []
    chosen = _list(connection.options.get("accounts", ""))
    if chosen:
        return [(id, id) for id in chosen]
    organizations = session.client("organizations", home)
    asked: dict[str, Any] = {"MaxResults": _MEMBERS_AT_ONCE}
    members: list[tuple[str, str]] = []
    while True:
        page = organizations.list_accounts(**asked)
        members += [(each["Id"], each["Name"]) for each in page["Accounts"] if each["Status"] == "ACTIVE"]
        if not page.get("NextToken"):
            return members
        asked["NextToken"] = page["NextToken"]


def _entry(
    session: Session, own: Identity, home: str, connection: Connection, id: str
) -> Callable[[], tuple[Session, Identity]]:
    """How a member account is entered; the account that asks needs no role of its own."""
    if id == own.account:
        return lambda: (session, own)
    role = f"arn:{_partition(home)}:iam::{id}:role/{connection.options['organization_role']}"
    return lambda: assume_role(session, home, role, connection.options.get("external_id", ""))


def _items(path: str, answer: Any) -> list[Any]:
    """What stands under a path of keys, with lists taken apart; an answer that leaves an empty list out has none."""
    nodes = [answer]
    for key in filter(None, path.split(".")):
        values = [node[key] for node in nodes if node.get(key) is not None]
        nodes = [item for value in values for item in (value if isinstance(value, list) else [value])]
    return nodes


@cache
def _partition(region: str) -> str:
    """The partition of a region, empty for one that this version of botocore does not know."""
    from resources.clouds.aws.descriptions import core_session

    session = core_session()
    for partition in map(str, session.get_available_partitions()):
        if region in session.get_available_regions("ec2", partition):
            return partition
    return ""


def _unknown(region: str) -> Fault:
    return Fault("failed", "region", f"AWS has no region {region!r} that boto3 knows; correct it, or update boto3")


def _unknown_region(region: str) -> Callable[[str | None], Page]:
    def fetch(_token: str | None) -> Page:
        raise Refused(_unknown(region))

    return fetch


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
