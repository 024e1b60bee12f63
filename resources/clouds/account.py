"""What every cloud speaks: an account answers reads, a read gives pages, a fault of a call has one of five kinds.

An account says what to read and how to understand one page. Who reads (resources.clouds.reader) holds everything that
is equal in all clouds: threads, token buckets, the only layer of retries, budgets, repeated tokens, coverage.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

GLOBAL = "global"
# A rule that lets more pairs of resources talk says that nobody has narrowed it, not who needs whom: it is left out.
MOST_PAIRS_OF_RULE = 25
# Texts by which metrics and dependencies are asked for.
REMEMBERED = ("location", "hardware_model")


@dataclass(frozen=True, slots=True)
class Measured:
    """A statistic over time, such as cpu_util_pct p95 of the last 14 days. `value` is in the field's own unit."""

    field: str
    statistic: str
    value: float


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource: canonical field -> text as the provider gave it; empty texts are left out.

    `id` is unique within its account (where names are not: the ARN, the full resource id or name) and is the asset_id
    unless `texts` has another. `tags` as given: resources.clouds.tags reads application, environment and owners from
    them, for all clouds alike, so `texts` need not repeat them. `arn` is how the cloud names it everywhere (ARN,
    resource id, full resource name), `links` what relations of other resources may call it (addresses, group ids).

    Every resource has a `kind`. One without tells more of the resource with that id or arn, whoever listed it: sizes,
    tags, `measured`. One with a kind and no texts is counted, and known to `metrics` and `dependencies`: no asset.
    """

    id: str
    texts: Mapping[str, str]
    kind: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    arn: str = ""
    measured: Sequence[Measured] = ()
    links: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Relation:
    """Something of `source` needs something of `target` (both `Resource.id`), as `how` shows (target group, flow log).

    `port` None where the cloud does not say.
    """

    source: str
    target: str
    how: str
    port: int | None = None


@dataclass(frozen=True, slots=True)
class WideRule:
    """A firewall rule between more than MOST_PAIRS_OF_RULE pairs of resources."""

    id: str


@dataclass(frozen=True, slots=True)
class Page:
    """One answer. `token` asks for the next page, None ends the read. `more` are reads that it makes necessary.

    `wide_rules` are told in the coverage.
    """

    resources: Sequence[Resource] = ()
    relations: Sequence[Relation] = ()
    token: str | None = None
    more: Sequence["Read"] = ()
    wide_rules: Sequence[WideRule] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """One list call with all of its pages: what `service` of `region` tells by `operation`.

    `fetch` makes exactly one call, from a thread of its own: it takes the token of the page (None for the first) and
    raises what the SDK raises. `permission` is what must be allowed for it, in the cloud's own words; `calls_per_s`
    what the cloud allows this service in one region of one account, where that is known.
    """

    region: str
    service: str
    operation: str
    permission: str
    fetch: Callable[[str | None], Page]
    calls_per_s: float = 20.0


@dataclass(frozen=True, slots=True)
class Fault:
    """What an exception of an SDK means: denied, throttled, expired, unreachable or failed.

    Throttled and unreachable calls (no answer, timeouts, faults of the server: 5xx) are tried again, no sooner than
    `wait_s` where the cloud names it. Denied, expired and failed ones are not; expired ends the account. `code` is the
    provider's, `reason` is for people and holds no secret and no URL with one.
    """

    kind: str
    code: str
    reason: str
    wait_s: float | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is asking: the account (subscription, project) and the principal whose permissions count."""

    account: str
    principal: str


class Refused(Exception):
    """An account cannot be used at all: no credentials, a role that cannot be assumed, a region that does not exist."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.reason)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Connection:
    """How a tenant's accounts in one cloud are reached, as configured. `secret` is in memory only, never in a repr.

    `method`: ambient (as the cloud's own tools find credentials), profile, role, workload_identity or secret.
    `options` are the cloud's own, as `resources.clouds.options` declares them: regions, role_arn, subscriptions ...;
    one of them may be sealed (external_id), so they are in no repr either. `secret` is one text: AWS the secret access
    key of options["access_key_id"], Azure the client secret, GCP the service account's JSON document.
    `problem` says why the connection cannot be used at all (its secret does not open), else empty.
    """

    cloud: str
    name: str
    method: str
    options: Mapping[str, str] = field(default_factory=dict, repr=False)
    endpoint: str = ""
    secret: str = field(default="", repr=False)
    problem: str = ""


class CloudAccount(Protocol):
    """One account, subscription or project. Nothing is called before `identity`.

    `found` are the resources that the inventory listed, without tags, measurements, and texts other than REMEMBERED.
    """

    cloud: str
    id: str
    name: str
    errors: tuple[type[Exception], ...]

    def identity(self) -> Identity:
        """Who asks. Raises: Refused."""

    def capabilities(self) -> Iterable[Read]:
        """The cheapest call of each service: does it answer to these credentials? Not part of a scan."""

    def inventory(self) -> Iterable[Read]:
        """Reads that list everything a migration plan needs."""

    def metrics(self, found: Sequence[Resource]) -> Iterable[Read]:
        """Averages and 95th percentiles of CPU, memory, disk and network where the cloud measures them."""

    def dependencies(self, found: Sequence[Resource]) -> Iterable[Read]:
        """What needs what, beyond what the inventory told: flow logs, health of targets, rules of security groups."""

    def fault(self, error: Exception) -> Fault:
        """What one of `errors` means."""
