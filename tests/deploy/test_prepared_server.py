"""deploy/postgres/prepare.sql: after it the product works with a role that may make nothing on the server."""

import psycopg
import pytest
from sqlalchemy.engine import make_url

from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import Tenant, TenantId
from resources.postgres import connect, open_store
from tests.deploy.servers import PASSWORD, Server


@pytest.fixture
def settings(server: Server) -> Settings:
    return Settings.from_environment({"AIDISCOVER_DATABASE_URL": server.owner_url})


def test_the_product_migrates_and_reads_what_was_prepared(settings: Settings) -> None:
    store = open_store(settings)
    assert store.add_tenant(Tenant(TenantId("acme"), "Acme"))
    assert [tenant.id for tenant in store.tenants()] == ["acme"]
    store.close()


def test_all_three_roles_enter_with_the_one_password_and_stand_above_nothing(
    settings: Settings, server: Server
) -> None:
    urls = connect(settings)
    assert [make_url(url).password for url in (urls.owner, urls.rw, urls.dagster)] == [PASSWORD] * 3
    with psycopg.connect(server.owner_url) as connection:
        above = connection.execute(
            "SELECT rolname FROM pg_roles WHERE rolname LIKE 'aidiscover%' AND "
            "(rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR rolreplication OR rolinherit)"
        ).fetchall()
    assert above == []


def test_dagsters_role_does_not_enter_the_portfolio(server: Server) -> None:
    url = server.owner_url.replace("aidiscover_owner", "aidiscover_dagster")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(url)
