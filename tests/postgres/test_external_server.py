"""A server somebody else runs: what is made there, and what is asked for where it may not be made.

The stand-in is a second embedded server whose own roles are removed and whose access file lets others in.
"""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import Tenant, TenantId
from resources.postgres import connect, embedded, open_store
from resources.postgres.access import DAGSTER, DAGSTER_DATABASE, DATABASE, OWNER, RW
from resources.postgres.embedded import ensure_server, stop_server

Connection = psycopg.Connection[tuple[Any, ...]]
OTHER = "corporate"


@pytest.fixture(scope="module")
def server() -> Iterator[Path]:
    """Data directory of a bare server that knows only its superuser."""
    home = Path(tempfile.mkdtemp(prefix="aid-", dir="/tmp"))
    data = home / "pg" / "data"
    try:
        ensure_server(home)
        (data / "pg_hba.conf").write_text("local all all scram-sha-256\n")
        with superuser(data) as connection:
            connection.execute("SELECT pg_reload_conf()")
            for database in (DATABASE, DAGSTER_DATABASE):
                connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(database)))
            for role in (OWNER, RW, DAGSTER):
                connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))
        yield data
    finally:
        stop_server(home)
        shutil.rmtree(home)


def superuser(data: Path, database: str = "postgres") -> Connection:
    password = embedded._credentials(data.parent)["postgres"]
    return psycopg.connect(host=str(data), user="postgres", password=password, dbname=database, autocommit=True)


@pytest.fixture
def owner_url(server: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of a role that owns database `corporate`, with the rights that the test asks for."""
    with superuser(server) as connection:
        connection.execute(f"CREATE ROLE corporate_owner LOGIN PASSWORD 'p:/@ w' {request.param}")
        connection.execute("CREATE DATABASE corporate OWNER corporate_owner")
    with superuser(server, OTHER) as connection:
        connection.execute("CREATE EXTENSION vector")
    yield f"postgresql://corporate_owner:p%3A%2F%40%20w@/{OTHER}?host={server}"
    with superuser(server) as connection:
        for database in (OTHER, DAGSTER_DATABASE):
            connection.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        for role in (RW, DAGSTER, "corporate_owner"):
            connection.execute(f"DROP ROLE IF EXISTS {role}")


def settings(url: str) -> Settings:
    return Settings.from_environment({"AIDISCOVER_DATABASE_URL": url})


def entered(url: str) -> object:
    parts = make_url(url)
    assert parts.password is not None
    with psycopg.connect(
        host=str(parts.query["host"]), user=parts.username, password=parts.password, dbname=parts.database
    ) as connection:
        row = connection.execute("SELECT current_user || '@' || current_database()").fetchone()
    return row and row[0]


@pytest.mark.parametrize("owner_url", ["CREATEROLE CREATEDB"], indirect=True)
def test_an_owner_who_may_make_roles_needs_only_pgvector_prepared(owner_url: str) -> None:
    store = open_store(settings(owner_url))
    assert store.add_tenant(Tenant(TenantId("acme"), "Acme"))
    store.close()
    urls = connect(settings(owner_url))
    assert urls == connect(settings(owner_url)), "every machine derives the same passwords"
    assert entered(urls.rw) == f"{RW}@{OTHER}"
    assert entered(urls.dagster) == f"{DAGSTER}@{DAGSTER_DATABASE}"
    assert make_url(urls.dagster).drivername == "postgresql+psycopg2"
    assert "p:/@ w" not in (make_url(urls.rw).password, make_url(urls.dagster).password)


@pytest.mark.parametrize("owner_url", [""], indirect=True)
def test_an_owner_who_may_not_is_told_what_to_prepare_and_then_goes_on(owner_url: str, server: Path) -> None:
    with pytest.raises(
        ConfigError, match="give its role CREATEROLE and CREATEDB, or make roles aidiscover_rw"
    ) as raised:
        connect(settings(owner_url))
    assert "p:/@ w" not in str(raised.value)
    with superuser(server) as connection:
        for role in (RW, DAGSTER):
            connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'p:/@ w'")
        connection.execute(f"CREATE DATABASE {DAGSTER_DATABASE} OWNER {DAGSTER}")
    store = open_store(settings(owner_url))
    assert store.tenants() == []
    store.close()
    assert entered(connect(settings(owner_url)).dagster) == f"{DAGSTER}@{DAGSTER_DATABASE}"


@pytest.mark.parametrize("owner_url", ["CREATEROLE CREATEDB"], indirect=True)
def test_a_role_that_does_not_own_the_database_cannot_migrate(owner_url: str, server: Path) -> None:
    with superuser(server) as connection:
        connection.execute("ALTER DATABASE corporate OWNER TO postgres")
    with pytest.raises(ConfigError, match="may not create a schema; it must own the database"):
        open_store(settings(owner_url))


@pytest.mark.parametrize("owner_url", ["CREATEROLE CREATEDB"], indirect=True)
def test_a_database_without_pgvector_is_told_to_add_it(owner_url: str, server: Path) -> None:
    with superuser(server, OTHER) as connection:
        connection.execute("DROP EXTENSION vector")
    with pytest.raises(ConfigError, match=r"lacks the extension vector \(pgvector\).*run CREATE EXTENSION vector"):
        connect(settings(owner_url))


@pytest.mark.parametrize("url", ["mysql://a:b@c/d", "postgresql://host/db", "postgresql://a:b@c/", "nonsense"])
def test_a_url_of_another_kind_is_a_wrong_setting(url: str) -> None:
    with pytest.raises(ConfigError, match="expected postgresql://owner:password@host/database"):
        connect(settings(url))
