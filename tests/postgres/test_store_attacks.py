"""What the working role cannot do, whatever SQL it sends: the attack table of the tenancy study, on our schema."""

import gc
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pandas as pd
import psycopg
import pytest
from sqlalchemy.engine import make_url

from aidiscover_pipelines.domain.tables import DiscoveryKpi
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from resources.postgres.access import ServerUrls
from resources.postgres.embedded import ensure_server
from resources.postgres.store import PostgresStore

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True)
class TwoTenants:
    mine: TenantId
    theirs: TenantId


def connected(url: str) -> Connection:
    parts = make_url(url)
    return psycopg.connect(
        host=str(parts.query["host"]), user=parts.username, password=parts.password, dbname=parts.database
    )


@pytest.fixture(scope="module")
def urls(database_home: Any) -> ServerUrls:
    return ensure_server(database_home)


@pytest.fixture
def two(store: PostgresStore) -> TwoTenants:
    pair = TwoTenants(*(TenantId(f"t-{uuid.uuid4().hex[:12]}") for _ in range(2)))
    for tenant in (pair.mine, pair.theirs):
        store.add_tenant(Tenant(tenant, tenant))
        store.replace(tenant, RunRef("r"), {DiscoveryKpi: kpi_of(tenant)})
    return pair


def kpi_of(tenant: TenantId) -> pd.DataFrame:
    return pd.DataFrame({"kpi": [f"{tenant}-{n}" for n in range(20)], "value": 1.0, "unit": tenant})


@pytest.fixture
def attacker(urls: ServerUrls, two: TwoTenants) -> Iterator[Connection]:
    """A raw connection of the working role, bound to `mine` as the store binds it."""
    with connected(urls.rw) as connection:
        connection.execute("SELECT set_config('app.tenant_id', %s, true)", (two.mine,))
        yield connection
        connection.rollback()


def test_a_forgotten_where_answers_one_tenant(attacker: Connection, two: TwoTenants) -> None:
    rows = attacker.execute("SELECT DISTINCT tenant_id FROM portfolio.discovery_kpis").fetchall()
    assert rows == [(two.mine,)]


def test_naming_another_tenant_answers_nothing(attacker: Connection, two: TwoTenants) -> None:
    found = attacker.execute("SELECT 1 FROM portfolio.discovery_kpis WHERE tenant_id = %s", (two.theirs,)).fetchall()
    assert found == []


def test_updates_and_deletes_without_where_reach_one_tenant(
    attacker: Connection, two: TwoTenants, store: PostgresStore
) -> None:
    assert attacker.execute("UPDATE portfolio.discovery_kpis SET value = 0").rowcount == 20
    assert attacker.execute("DELETE FROM portfolio.discovery_kpis").rowcount == 20
    attacker.commit()
    assert len(store.read(two.theirs, DiscoveryKpi)) == 20


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO portfolio.discovery_kpis VALUES (%(theirs)s, 'planted', 1, 'x')",
        "UPDATE portfolio.discovery_kpis SET tenant_id = %(theirs)s",
        "INSERT INTO portfolio.write_fences VALUES (%(theirs)s, 'assets', 'x', now() + '1 year', 0)",
        "INSERT INTO portfolio.tenants (id, name, cron) VALUES ('mallory', 'm', '* * * * *')",
        "TRUNCATE portfolio.discovery_kpis",
        "DELETE FROM portfolio.tenants",
        "SET row_security = off; SELECT * FROM portfolio.discovery_kpis",
        "SET ROLE postgres",
        "SET ROLE aidiscover_owner",
        "SET SESSION AUTHORIZATION aidiscover_owner",
        "ALTER TABLE portfolio.discovery_kpis DISABLE ROW LEVEL SECURITY",
        "DROP POLICY tenant ON portfolio.discovery_kpis",
        "CREATE TABLE portfolio.mine (x int)",
        "CREATE TABLE public.mine (x int)",
        "COPY portfolio.discovery_kpis FROM STDIN",
        "COPY (SELECT 1) TO PROGRAM 'id'",
        "SELECT pg_read_file('/etc/passwd')",
        "CREATE EXTENSION file_fdw",
    ],
)
def test_what_the_working_role_may_not_do_is_refused(attacker: Connection, two: TwoTenants, statement: str) -> None:
    with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.FeatureNotSupported)):
        attacker.execute(statement, {"theirs": two.theirs} if "%(" in statement else None)


def test_renaming_another_tenant_changes_no_row(attacker: Connection, two: TwoTenants) -> None:
    changed = attacker.execute("UPDATE portfolio.tenants SET name = 'x' WHERE id = %s", (two.theirs,)).rowcount
    assert changed == 0


@pytest.mark.parametrize("role", ["rw", "owner"])
def test_without_a_tenant_there_are_no_rows(urls: ServerUrls, two: TwoTenants, role: str) -> None:
    with connected(getattr(urls, role)) as connection:
        for table in ("discovery_kpis", "write_fences"):
            assert connection.execute(f"SELECT count(*) FROM portfolio.{table}").fetchone() == (0,)  # noqa: S608


def test_a_pooled_connection_keeps_nothing_of_its_last_user(urls: ServerUrls, two: TwoTenants) -> None:
    store = PostgresStore(urls.rw)
    engine = store._engine
    with engine.connect() as connection:
        first = connection.connection.driver_connection
        connection.exec_driver_sql("SELECT set_config('app.tenant_id', %s, false)", (two.theirs,))
        connection.exec_driver_sql("SET statement_timeout = 1")
        connection.commit()
    with engine.connect() as connection:
        assert connection.connection.driver_connection is first
        assert connection.exec_driver_sql("SELECT count(*) FROM portfolio.discovery_kpis").scalar() == 0
        assert connection.exec_driver_sql("SHOW statement_timeout").scalar() == "0"
    store.close()


def test_a_store_that_nobody_closed_closes_itself(urls: ServerUrls, store: PostgresStore) -> None:
    forgotten = PostgresStore(urls.rw)
    forgotten.tenants()
    with forgotten._engine.connect() as connection:
        pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
    del forgotten, connection
    gc.collect()
    with connected(urls.rw) as connection:
        for _ in range(100):
            left = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = %s", (pid,)).fetchone()
            if left == (0,):
                return
            connection.execute("SELECT pg_sleep(0.05), pg_stat_clear_snapshot()")
    raise AssertionError("the connection is still open")


def test_dagsters_role_cannot_reach_the_portfolio(urls: ServerUrls) -> None:
    parts = make_url(urls.dagster)
    with pytest.raises(psycopg.OperationalError):
        connected(str(parts.set(database="aidiscover").render_as_string(hide_password=False)))
    with connected(urls.dagster) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == ("dagster",)


def test_no_password_no_entry_not_even_for_the_superuser(urls: ServerUrls) -> None:
    parts = make_url(urls.rw)
    for role in ("postgres", "aidiscover_owner", "aidiscover_rw"):
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(host=str(parts.query["host"]), user=role, dbname="aidiscover", password="guess")


def test_eight_threads_over_two_tenants_never_read_a_foreign_row(urls: ServerUrls, two: TwoTenants) -> None:
    run = RunRef("r")

    def foreign_rows(number: int) -> int:
        tenant = (two.mine, two.theirs)[number % 2]
        foreign = 0
        for turn in range(15):
            if turn % 5 == 4:
                store.upsert(tenant, run, {DiscoveryKpi: kpi_of(tenant)})
            foreign += int((store.read(tenant, DiscoveryKpi)["unit"] != tenant).sum())
        return foreign

    with closing(PostgresStore(urls.rw)) as store, ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(foreign_rows, range(8))) == 0
