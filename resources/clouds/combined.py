"""All connections of a tenant as one inventory: accounts are read side by side, what they tell is one stream."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from queue import Queue
from typing import TypeVar

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tables import CloudCell
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import CloudScope, PortfolioStore
from resources.clouds import CLOUDS, module_of
from resources.clouds.account import GLOBAL, CloudAccount, Connection, Fault, Refused
from resources.clouds.connections import connections_of
from resources.clouds.reader import DEFAULT_LIMITS, OUTCOMES, Event, Limits, check_account, read_account
from resources.clouds.scopes import Gathering, coverage_frame, coverage_row
from resources.frames import empty_frame
from resources.secrets import open_secrets
from resources.secrets.sealed import SealedSecrets

_ACCOUNTS_AT_A_TIME = 4

T = TypeVar("T")
_TWICE = Fault("skipped", "", "another connection reads this account; remove one of them, or narrow its accounts")
_Asking = Callable[[CloudAccount, Limits, threading.Event], Iterator[Event]]


@dataclass(frozen=True, slots=True)
class CombinedInventory:
    """CloudInventory over the tenant's stored connections, or those of the settings where it has none."""

    store: PortfolioStore
    settings: Settings
    secrets: SealedSecrets
    limits: Limits = DEFAULT_LIMITS

    def scan(self, tenant: TenantId, clouds: Sequence[str] = ()) -> Iterator[CloudScope]:
        return self._asked(tenant, clouds, read_account)

    def check(self, tenant: TenantId, clouds: Sequence[str] = ()) -> Iterator[CloudScope]:
        """The cheapest call of each service, to see what answers. There are no cells. Raises: ConfigError."""
        return self._asked(tenant, clouds, check_account)

    def policy(self, cloud: str, permissions: Sequence[str]) -> str:
        document: str = module_of(cloud).policy_document(permissions)
        return document

    def _asked(self, tenant: TenantId, clouds: Sequence[str], ask: _Asking) -> Iterator[CloudScope]:
        for unknown in set(clouds) - CLOUDS.keys():
            raise ConfigError(f"cannot scan cloud {unknown!r}: known are {', '.join(CLOUDS)}; use one of them")
        connections = connections_of(self.store, tenant, self.settings, self.secrets)
        chosen = [connection for connection in connections if not clouds or connection.cloud in clouds]
        if not chosen:
            named = ", ".join(clouds or CLOUDS)
            reason = f"no connection to {named}; add one with 'aidiscover cloud add', or set AIDISCOVER_CLOUDS"
            yield _gap("none", "", "", Fault("skipped", "", reason))
            return
        with ThreadPoolExecutor(_ACCOUNTS_AT_A_TIME) as pool:
            opened = list(pool.map(_accounts, chosen))
        stop, seen = threading.Event(), set[tuple[str, str]]()
        accounts = []
        for connection, (reached, fault) in zip(chosen, opened, strict=True):
            if fault:
                yield _gap(connection.cloud, "", connection.name, fault)
            for account in reached:
                if (account.cloud, account.id) in seen:
                    yield _gap(account.cloud, account.id, connection.name, _TWICE)
                else:
                    seen.add((account.cloud, account.id))
                    accounts.append(partial(_scopes, account, ask, self.limits, stop))
        yield from side_by_side(accounts, stop)


def open_inventory(store: PortfolioStore, settings: Settings) -> CombinedInventory:
    """The inventory over a store, with the secrets that the settings' key ring opens."""
    return CombinedInventory(store, settings, open_secrets(store, settings))


def side_by_side(sources: Sequence[Callable[[], Iterator[T]]], stop: threading.Event) -> Iterator[T]:
    """What all sources give, as it comes, a few sources at a time. No source is more than one item ahead of the taker.

    Sets `stop` when the taker goes away: sources are expected to end soon then.
    """
    given: Queue[T | None] = Queue(maxsize=_ACCOUNTS_AT_A_TIME)

    def give(source: Callable[[], Iterator[T]]) -> None:
        try:
            for item in source():
                given.put(item)
        finally:
            given.put(None)

    left = len(sources)
    with ThreadPoolExecutor(_ACCOUNTS_AT_A_TIME) as pool:
        futures = [pool.submit(give, source) for source in sources]
        try:
            while left:
                item = given.get()
                if item is None:
                    left -= 1
                else:
                    yield item
        finally:
            stop.set()
            while left:  # lets go who still waits to hand over
                left -= given.get() is None
    for future in futures:
        future.result()


def _accounts(connection: Connection) -> tuple[list[CloudAccount], Fault | None]:
    """The accounts that a connection reaches, and why there are no more."""
    if connection.problem:
        return [], Fault("failed", "", connection.problem)
    reached: list[CloudAccount] = []
    try:
        for account in module_of(connection.cloud).accounts(connection):
            reached.append(account)
    except Refused as refused:
        return reached, refused.fault
    return reached, None


def _scopes(account: CloudAccount, ask: _Asking, limits: Limits, stop: threading.Event) -> Iterator[CloudScope]:
    return Gathering(account.cloud, account.id).scopes(ask(account, limits, stop))


def _gap(cloud: str, account: str, connection: str, fault: Fault) -> CloudScope:
    """A connection, or an account of it, of which nothing could be asked."""
    place = {"cloud": cloud, "account": account, "region": GLOBAL, "service": "connection"}
    told = {"resources": 0, "calls": 0, "permission": "", "reason": fault.reason}
    outcome = OUTCOMES.get(fault.kind, fault.kind)
    row = coverage_row(place, connection, {"outcome": outcome, **told}, datetime.now(UTC))
    return CloudScope(empty_frame(CloudCell), coverage_frame([row]))
