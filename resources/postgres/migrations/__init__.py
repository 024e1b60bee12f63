"""Brings a database to the newest revision of the portfolio's schema.

A new revision is a file in versions/ (SQL frozen beside it) and a new `HEAD`. `alembic.command.revision` is not needed.
"""

from pathlib import Path

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import NullPool

from aidiscover_pipelines.domain.errors import ConfigError
from resources.postgres.faults import mapped_faults

HEAD = "0012"

_LOCK = 0x61696469  # "aidi"; one migration at a time on a server, whoever runs it


def migrate(owner_url: str) -> bool:
    """Upgrade to HEAD as the owner; False where nothing was to do, which is quick: alembic is not even imported.

    Raises: ConfigError when the database is of a newer release; Retriable when the server cannot be reached.
    """
    engine = create_engine(owner_url, poolclass=NullPool)
    with mapped_faults("migrate the portfolio database"), engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        found = _revision(connection)
        if found == HEAD:
            return False
        if found is not None and found > HEAD:
            raise ConfigError(
                f"cannot use the portfolio database: it is of schema revision {found}, this release knows {HEAD}; "
                "install the release that wrote it"
            )
        _upgrade(connection)
    return True


def _revision(connection: Connection) -> str | None:
    if connection.scalar(text("SELECT to_regclass('portfolio.alembic_version')")) is None:
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM portfolio.alembic_version"))
    return found


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    configuration = Config()
    configuration.set_main_option("script_location", str(Path(__file__).parent))
    configuration.attributes["connection"] = connection
    try:
        connection.execute(text("CREATE SCHEMA IF NOT EXISTS portfolio"))  # alembic keeps its revision in it
        command.upgrade(configuration, HEAD)
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", "") != "42501":
            raise
        raise ConfigError(
            "cannot migrate the portfolio database: the role of AIDISCOVER_DATABASE_URL may not create a schema; "
            "it must own the database"
        ) from None
