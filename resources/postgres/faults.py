"""What the database's errors mean here: try again, or not. The only place that knows SQLSTATEs.

Messages are made from the error's class, table and column; the server's own text can hold a tenant's values and would
end in Dagster's event log, so it is not passed on, not even as a cause.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import exc

from aidiscover_pipelines.domain.errors import DiscoveryError, Permanent, Retriable

# Appendix A of the PostgreSQL manual. Classes: connection, transaction rollback (deadlock, serialization),
# insufficient resources, operator intervention (shutdown, cancel), system error.
PASSING_CLASSES = frozenset({"08", "40", "53", "57", "58"})
PASSING_STATES = frozenset({"55P03", "55006"})  # lock not available, object in use

_POOL_FAULTS = (exc.TimeoutError, exc.DisconnectionError, exc.InvalidatePoolError)


@contextmanager
def mapped_faults(attempted: str) -> Iterator[None]:
    """Turn psycopg's and SQLAlchemy's errors into ours; `attempted` begins the message."""
    try:
        yield
    except (psycopg.Error, exc.SQLAlchemyError) as error:
        raise meaning(error, attempted) from None


def meaning(error: Exception, attempted: str) -> DiscoveryError:
    """Our error for one of theirs."""
    cause = error.orig if isinstance(error, exc.DBAPIError) and isinstance(error.orig, Exception) else error
    named = type(cause).__name__
    if isinstance(error, _POOL_FAULTS) or _is_passing(cause):
        return Retriable(f"cannot {attempted}: the database is not reachable or busy ({named}); try again")
    return Permanent(f"cannot {attempted}: the database refused it ({named}{_place(cause)}); see its log")


def _is_passing(error: Exception) -> bool:
    if not isinstance(error, psycopg.Error):
        return False
    state = error.sqlstate
    if state is None:  # the connection broke, or was never made: the server had no chance to give a state
        return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return state[:2] in PASSING_CLASSES or state in PASSING_STATES


def _place(error: Exception) -> str:
    if not isinstance(error, psycopg.Error):
        return ""
    where = [error.diag.table_name, error.diag.column_name, error.diag.constraint_name]
    return "".join(f", {name}" for name in where if name)
