"""Both stores, tenants of them, and databases that an earlier release left behind."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from aidiscover_pipelines.domain.tenancy import Tenant, TenantId
from aidiscover_pipelines.ports import PortfolioStore
from resources.postgres import embedded, migrations
from resources.postgres.access import OWNER
from resources.postgres.embedded import ensure_server
from resources.scratch_store import ScratchStore


@pytest.fixture(params=["scratch", "postgres"])
def portfolio(request: pytest.FixtureRequest) -> PortfolioStore:
    """The store in memory, then the one in PostgreSQL."""
    if request.param == "scratch":
        return ScratchStore()
    store: PortfolioStore = request.getfixturevalue("store")
    return store


@pytest.fixture
def registered(portfolio: PortfolioStore) -> Callable[[], TenantId]:
    """Registers one more tenant that nobody else has written to."""

    def register() -> TenantId:
        tenant = TenantId(f"t-{uuid.uuid4().hex[:12]}")
        portfolio.add_tenant(Tenant(tenant, "Acme"))
        return tenant

    return register


@pytest.fixture
def acme(registered: Callable[[], TenantId]) -> TenantId:
    """A tenant of its own in either store."""
    return registered()


@pytest.fixture
def database_at(database_home: Path) -> Iterator[Callable[[str], str]]:
    """Makes an empty database of a revision; its URL acts as the owner, whom row security binds."""
    server = make_url(ensure_server(database_home).owner)
    admin = server.set(username="postgres", password=embedded._credentials(database_home / "pg")["postgres"])
    superuser = create_engine(admin.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    made: list[str] = []

    def make(revision: str) -> str:
        name = f"old_{uuid.uuid4().hex[:8]}"
        with superuser.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} OWNER {OWNER}"))
        made.append(name)
        within = create_engine(admin.set(database=name), isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with within.connect() as connection:
            connection.execute(text("CREATE EXTENSION vector"))
        url = admin.set(database=name).update_query_dict({"options": f"-crole={OWNER}"})
        configuration = Config()
        configuration.set_main_option("script_location", str(Path(migrations.__file__).parent))
        with create_engine(url, poolclass=NullPool).begin() as connection:
            connection.execute(text("CREATE SCHEMA portfolio"))
            configuration.attributes["connection"] = connection
            command.upgrade(configuration, revision)
        return url.render_as_string(hide_password=False)

    yield make
    with superuser.connect() as connection:
        for name in made:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
