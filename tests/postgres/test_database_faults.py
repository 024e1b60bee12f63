"""Every error the drivers can raise has a meaning here: wait and try again, or do not."""

import inspect

import pandas as pd
import psycopg
import pytest
from psycopg import sql
from sqlalchemy import exc

from aidiscover_pipelines.domain.errors import Permanent, Retriable
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tables import DiscoveryKpi
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from resources.postgres import connect
from resources.postgres.access import ServerUrls
from resources.postgres.bulk import copy_out
from resources.postgres.faults import mapped_faults, meaning
from resources.postgres.store import PostgresStore

STATES = [
    error
    for _, error in inspect.getmembers(psycopg.errors, inspect.isclass)
    if issubclass(error, psycopg.Error) and error.sqlstate
]
STATELESS = {
    psycopg.Error: Permanent,
    psycopg.InterfaceError: Retriable,
    psycopg.OperationalError: Retriable,
    psycopg.DatabaseError: Permanent,
    psycopg.DataError: Permanent,
    psycopg.IntegrityError: Permanent,
    psycopg.InternalError: Permanent,
    psycopg.ProgrammingError: Permanent,
    psycopg.NotSupportedError: Permanent,
    psycopg.errors.ConnectionTimeout: Retriable,
    psycopg.errors.CancellationTimeout: Retriable,
    psycopg.errors.PipelineAborted: Retriable,
}
PASSING_SQLALCHEMY = {exc.TimeoutError, exc.DisconnectionError, exc.InvalidatePoolError}


def test_the_drivers_errors_without_a_state_are_all_listed() -> None:
    found = {
        error
        for module in (psycopg, psycopg.errors)
        for name, error in inspect.getmembers(module, inspect.isclass)
        if issubclass(error, psycopg.Error) and not error.sqlstate and not name.startswith("_")
    }
    assert found == set(STATELESS)


@pytest.mark.parametrize("error", STATELESS, ids=lambda error: error.__name__)
def test_an_error_without_a_state_is_read_by_its_class(error: type[psycopg.Error]) -> None:
    assert type(meaning(error("secret"), "try")) is STATELESS[error]


@pytest.mark.parametrize("error", STATES, ids=lambda error: error.__name__)
def test_an_error_with_a_state_is_read_by_its_state(error: type[psycopg.Error]) -> None:
    assert error.sqlstate is not None
    passing = error.sqlstate[:2] in ("08", "40", "53", "57", "58") or error.sqlstate in ("55P03", "55006")
    told = meaning(error("secret value"), "write assets")
    assert type(told) is (Retriable if passing else Permanent)
    assert str(told).startswith("cannot write assets: ")
    assert "secret" not in str(told)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (psycopg.errors.DeadlockDetected, Retriable),
        (psycopg.errors.SerializationFailure, Retriable),
        (psycopg.errors.AdminShutdown, Retriable),
        (psycopg.errors.CannotConnectNow, Retriable),
        (psycopg.errors.TooManyConnections, Retriable),
        (psycopg.errors.DiskFull, Retriable),
        (psycopg.errors.UniqueViolation, Permanent),
        (psycopg.errors.NotNullViolation, Permanent),
        (psycopg.errors.InsufficientPrivilege, Permanent),
        (psycopg.errors.UndefinedTable, Permanent),
    ],
)
def test_well_known_faults_are_on_the_right_side(error: type[psycopg.Error], expected: type[Exception]) -> None:
    assert type(meaning(error(), "try")) is expected


def test_sqlalchemys_own_errors_have_a_meaning_too() -> None:
    own = [error for _, error in inspect.getmembers(exc, inspect.isclass) if issubclass(error, exc.SQLAlchemyError)]
    assert len(own) > 30
    for error in own:
        instance = error.__new__(error)
        expected = Retriable if issubclass(error, tuple(PASSING_SQLALCHEMY)) else Permanent
        assert type(meaning(instance, "try")) is expected, error


def test_a_wrapped_error_is_read_by_what_it_wraps() -> None:
    wrapped = exc.OperationalError("SELECT 1", {}, psycopg.errors.DeadlockDetected())
    assert isinstance(meaning(wrapped, "try"), Retriable)


def test_our_own_errors_pass_unchanged() -> None:
    with pytest.raises(Permanent, match=r"^mine$"), mapped_faults("try"):
        raise Permanent("mine")


def test_a_connection_cut_in_the_middle_is_retriable_and_the_pool_recovers(
    database_home: object, store: PostgresStore, tenant: TenantId
) -> None:
    with pytest.raises(Retriable), store._of(tenant, "read discovery_kpis") as cursor:
        row = cursor.execute("SELECT pg_backend_pid()").fetchone()
        assert row is not None
        with store._transaction("cut a connection") as other:
            other.execute("SELECT pg_terminate_backend(%s)", row)
        cursor.execute("SELECT 1")
    assert len(store.read(tenant, DiscoveryKpi)) == 0


@pytest.mark.parametrize(
    ("condition", "expected"),
    [("pg_sleep(5) IS NOT NULL", (Retriable, "QueryCanceled")), ("no_such_column", (Permanent, "UndefinedColumn"))],
)
def test_a_read_that_the_server_ends_has_its_own_meaning(
    store: PostgresStore, tenant: TenantId, condition: str, expected: tuple[type[Exception], str]
) -> None:
    kpi = pd.DataFrame({"kpi": ["a"], "value": [1.0], "unit": ["x"]})
    store.upsert(tenant, RunRef("r"), {DiscoveryKpi: kpi})
    kind, named = expected
    with pytest.raises(kind, match=named), store._of(tenant, "read slowly") as cursor:
        cursor.execute("SET LOCAL statement_timeout = 50")
        copy_out(cursor, DiscoveryKpi, sql.SQL(condition), DiscoveryKpi.columns(), None)
    assert len(store.read(tenant, DiscoveryKpi)) == 1


def test_a_server_that_is_not_there_is_retriable() -> None:
    store = PostgresStore("postgresql+psycopg://x:secret@/x?host=/nonexistent")
    with pytest.raises(Retriable, match="cannot list the tenants: the database is not reachable") as raised:
        store.tenants()
    assert "secret" not in str(raised.value)
    with pytest.raises(Retriable, match="cannot register tenant 'a'"):
        store.add_tenant(Tenant(TenantId("a"), "A"))
    store.close()


def test_an_external_server_that_is_not_there_is_retriable() -> None:
    settings = Settings.from_environment({"AIDISCOVER_DATABASE_URL": "postgresql://x:secret@/x?host=/nonexistent"})
    with pytest.raises(Retriable, match="cannot connect to the server of AIDISCOVER_DATABASE_URL"):
        connect(settings)


def test_urls_are_not_printed() -> None:
    assert "secret" not in repr(ServerUrls("secret", "secret", "secret"))
