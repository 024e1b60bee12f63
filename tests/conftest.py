"""Shared by all tests: no telemetry, no network, one embedded database for the session."""

import ipaddress
import json
import os
import shutil
import socket
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest

from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import Tenant, TenantId
from resources.postgres import open_store
from resources.postgres.embedded import stop_server
from resources.postgres.store import PostgresStore
from resources.scratch_store import ScratchStore
from resources.secrets.key_ring import KeyRing
from resources.secrets.sealed import SealedSecrets

# Set at import: crewai, litellm and dagster read these while they are imported.
os.environ.update(
    CREWAI_DISABLE_TELEMETRY="true",
    CREWAI_DISABLE_TRACKING="true",
    CREWAI_TRACING_ENABLED="false",
    CREWAI_DISABLE_VERSION_CHECK="true",
    OTEL_SDK_DISABLED="true",
    LITELLM_LOCAL_MODEL_COST_MAP="True",
    DAGSTER_DISABLE_TELEMETRY="yes",
    ANONYMIZED_TELEMETRY="false",
    # No credentials of whoever runs the tests, and no call to the metadata service for others.
    AWS_EC2_METADATA_DISABLED="true",
    AWS_SHARED_CREDENTIALS_FILE=os.devnull,
    AWS_CONFIG_FILE=os.devnull,
)
for _name in (
    "AWS_PROFILE",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AZURE_TENANT_ID",
    "AZURE_CLIENT_ID",
    "AZURE_CLIENT_SECRET",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "GOOGLE_CLOUD_PROJECT",
    "AIDISCOVER_CLOUDS",
    "AIDISCOVER_DATABASE_URL",
    "AIDISCOVER_MODEL",
    "AIDISCOVER_MASTER_KEY",
    "AIDISCOVER_EMBEDDINGS",
    "OPENAI_API_KEY",
    "ANTHROPIC_API_KEY",
):
    os.environ.pop(_name, None)


# An example may take longer than hypothesis' 200 ms on a machine that others use; what is slow has tests of its own.
# CI takes the same examples each time, so that it judges the change; everybody else looks for new ones.
hypothesis.settings.register_profile("suite", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("suite")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with a slow test come first, so that none of them keeps one process busy when the others are done."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


class NetworkBlocked(RuntimeError):
    """A test tried to leave this machine."""


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unix sockets and loopback only; names other than localhost are not resolved."""
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def checked_connect(self: socket.socket, address: Any) -> None:
        _check(self.family, address)
        connect(self, address)

    def checked_connect_ex(self: socket.socket, address: Any) -> int:
        _check(self.family, address)
        return connect_ex(self, address)

    def checked_getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
        if host is not None and not _is_local(host):
            raise NetworkBlocked(f"a test tried to resolve {host!r}; use a server on 127.0.0.1")
        return getaddrinfo(host, *arguments, **options)

    monkeypatch.setattr(socket.socket, "connect", checked_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", checked_connect_ex)
    monkeypatch.setattr(socket, "getaddrinfo", checked_getaddrinfo)


def _check(family: int, address: Any) -> None:
    if family != socket.AF_UNIX and not _is_local(address[0]):
        raise NetworkBlocked(f"a test tried to reach {address!r}; use a server on 127.0.0.1")


def _is_local(host: str | bytes) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in ("", "localhost", socket.gethostname()):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback or ipaddress.ip_address(name).is_unspecified
    except ValueError:
        return False


@pytest.fixture(scope="session")
def database_home() -> Iterator[Path]:
    """A project directory whose embedded server runs once for the session. Short: Unix socket paths are."""
    home = Path(tempfile.mkdtemp(prefix="aid-", dir="/tmp"))
    try:
        open_store(settings_of(home)).close()
        _forget_power_cuts(home)
        yield home
    finally:
        stop_server(home)
        shutil.rmtree(home, ignore_errors=True)


def _forget_power_cuts(home: Path) -> None:
    """Thousands of commits of tests that wait for no disk; what a server of ours promises has tests of its own."""
    password = json.loads((home / "pg" / "credentials.json").read_text())["postgres"]
    with psycopg.connect(host=str(home / "pg" / "data"), user="postgres", password=password, autocommit=True) as server:
        server.execute("ALTER SYSTEM SET fsync = off")
        server.execute("SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
def session_store(database_home: Path) -> Iterator[PostgresStore]:
    """One connection pool for the session; tests take `store` or `tenant`."""
    store = open_store(settings_of(database_home))
    yield store
    store.close()


@pytest.fixture
def store(session_store: PostgresStore) -> PostgresStore:
    """The PostgreSQL store. Tests keep apart by tenants of their own: see `tenant`."""
    return session_store


@pytest.fixture
def tenant(store: PostgresStore) -> TenantId:
    """A registered tenant that nobody else has written to."""
    fresh = TenantId(f"t-{uuid.uuid4().hex[:12]}")
    store.add_tenant(Tenant(fresh, "Acme"))
    return fresh


@pytest.fixture
def scratch() -> ScratchStore:
    """A store in memory that knows the tenants acme and beta."""
    return ScratchStore(Tenant(TenantId("acme"), "Acme"), Tenant(TenantId("beta"), "Beta"))


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    """A key ring that nobody else has."""
    return KeyRing(tmp_path / "keys")


@pytest.fixture
def sealed(scratch: ScratchStore, ring: KeyRing) -> SealedSecrets:
    """Secrets in that store under that key ring; none yet."""
    return SealedSecrets(scratch, ring)


def settings_of(home: Path) -> Settings:
    """Default settings over another project directory."""
    return Settings.from_environment({"AIDISCOVER_HOME": str(home)})
