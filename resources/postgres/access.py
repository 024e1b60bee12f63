"""Roles and databases: who may do what on the server, made once, and the URLs that reach them.

aidiscover_owner    owns the database `aidiscover`; runs migrations. Row-level security is forced on it too.
aidiscover_rw       what every run connects as: rows of the tenant bound to the transaction, nothing else
aidiscover_dagster  owns the database `dagster`; may not connect to `aidiscover`
"""

import hmac
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import psycopg
from psycopg import sql

from aidiscover_pipelines.domain.errors import ConfigError
from resources.postgres.faults import meaning

OWNER = "aidiscover_owner"
RW = "aidiscover_rw"
DAGSTER = "aidiscover_dagster"
DATABASE = "aidiscover"
DAGSTER_DATABASE = "dagster"

Connection: TypeAlias = "psycopg.Connection[tuple[Any, ...]]"


@dataclass(frozen=True, slots=True)
class ServerUrls:
    """SQLAlchemy URLs. They hold passwords, so they are left out of the repr: hand them on, never print them."""

    owner: str = field(repr=False)
    rw: str = field(repr=False)
    dagster: str = field(repr=False)


def socket_urls(directory: str, passwords: Mapping[str, str]) -> ServerUrls:
    """URLs of a server that listens on a Unix socket in `directory`."""

    def url(driver: str, role: str, database: str) -> str:
        host = urllib.parse.quote(directory, safe="")
        return f"postgresql+{driver}://{role}:{passwords[role]}@/{database}?host={host}"

    return ServerUrls(
        owner=url("psycopg", OWNER, DATABASE),
        rw=url("psycopg", RW, DATABASE),
        dagster=url("psycopg2", DAGSTER, DAGSTER_DATABASE),
    )


def prepare_embedded(directory: str, passwords: Mapping[str, str]) -> None:
    """As superuser: roles, databases, the vector extension. Finishes what an interrupted earlier call began."""

    def superuser(database: str) -> Connection:
        return psycopg.connect(
            host=directory, user="postgres", password=passwords["postgres"], dbname=database, autocommit=True
        )

    with superuser("postgres") as connection:
        for role in (OWNER, RW, DAGSTER):
            _ensure_role(connection, role, passwords[role])
        _ensure_database(connection, DATABASE, OWNER)
        _ensure_database(connection, DAGSTER_DATABASE, DAGSTER)
        # Dagster commits each event by itself. A power cut may cost it the last 0.6 s of its log, never consistency,
        # and run monitoring closes a run whose end was lost. The portfolio commits seldom and stays synchronous.
        connection.execute(
            sql.SQL("ALTER ROLE {} SET synchronous_commit = off").format(sql.Identifier(DAGSTER)),
        )
    with superuser(DATABASE) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS vector")  # not a trusted extension: only a superuser can
        connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")


def external_urls(owner_url: str) -> ServerUrls:
    """URLs on a server somebody else runs, from its owner's URL; makes what is missing and may be made.

    With CREATEROLE the two other roles are made, each with a password derived from the owner's, so that every machine
    that knows AIDISCOVER_DATABASE_URL reaches the same roles and nothing has to be kept. Without it both roles must be
    there with the owner's password. Raises: ConfigError saying what to run on the server.
    """
    parts = urllib.parse.urlsplit(owner_url)
    if not parts.scheme.startswith("postgres") or not parts.username or not parts.path.strip("/"):
        raise ConfigError(
            "cannot use AIDISCOVER_DATABASE_URL: expected postgresql://owner:password@host/database; "
            "correct or unset it"
        )
    plain = urllib.parse.urlunsplit(parts._replace(scheme="postgresql"))
    try:
        with psycopg.connect(plain, autocommit=True) as connection:
            passwords = _ensure_external(connection, urllib.parse.unquote(parts.password or ""))
            _ensure_vector(connection)
    except psycopg.errors.InsufficientPrivilege as error:
        raise ConfigError(
            f"cannot prepare the database of AIDISCOVER_DATABASE_URL: {error.diag.message_primary}; give its role "
            f"CREATEROLE and CREATEDB, or make roles {RW} and {DAGSTER} (LOGIN, with the owner's password) and "
            f"database {DAGSTER_DATABASE} (OWNER {DAGSTER}) first"
        ) from None
    except psycopg.Error as error:
        raise meaning(error, "connect to the server of AIDISCOVER_DATABASE_URL") from None

    def url(driver: str, role: str, path: str) -> str:
        host = parts.netloc.rpartition("@")[2]
        location = f"{role}:{urllib.parse.quote(passwords[role], safe='')}@{host}"
        return urllib.parse.urlunsplit(parts._replace(scheme=f"postgresql+{driver}", netloc=location, path=path))

    return ServerUrls(
        owner=urllib.parse.urlunsplit(parts._replace(scheme="postgresql+psycopg")),
        rw=url("psycopg", RW, parts.path),
        dagster=url("psycopg2", DAGSTER, f"/{DAGSTER_DATABASE}"),
    )


def _ensure_external(connection: Connection, owner_password: str) -> dict[str, str]:
    row = connection.execute(
        "SELECT rolcreaterole OR rolsuper,"
        " (SELECT count(*) FROM pg_roles WHERE rolname IN (%s, %s)),"
        " (SELECT count(*) FROM pg_database WHERE datname = %s)"
        " FROM pg_roles WHERE rolname = current_user",
        (RW, DAGSTER, DAGSTER_DATABASE),
    ).fetchone()
    may_create, roles, databases = row or (False, 0, 0)
    passwords = {role: _derived(owner_password, role) if may_create else owner_password for role in (RW, DAGSTER)}
    if roles == 2 and databases:
        return passwords
    for role in (RW, DAGSTER):
        _ensure_role(connection, role, passwords[role])
    if not databases:
        # PostgreSQL 16 and later: who creates a role may administer it, but must join it to give things to it.
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(DAGSTER)))
        _ensure_database(connection, DAGSTER_DATABASE, DAGSTER)
    return passwords


def _ensure_vector(connection: Connection) -> None:
    """The extension that holds embeddings. Many services let an owner create it; a plain server wants a superuser."""
    if connection.execute("SELECT 1 FROM pg_extension WHERE extname = 'vector'").fetchone():
        return
    try:
        connection.execute("CREATE EXTENSION vector")
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.FeatureNotSupported):
        raise ConfigError(
            "cannot prepare the database of AIDISCOVER_DATABASE_URL: it lacks the extension vector (pgvector) and its "
            "role may not add it; have an administrator install pgvector and run CREATE EXTENSION vector in it"
        ) from None


def _ensure_role(connection: Connection, role: str, password: str) -> None:
    if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone():
        return
    connection.execute(
        sql.SQL(
            "CREATE ROLE {} LOGIN PASSWORD {} NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOBYPASSRLS NOREPLICATION"
        ).format(sql.Identifier(role), sql.Literal(password))
    )


def _ensure_database(connection: Connection, name: str, owner: str) -> None:
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(owner)),
        )
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))


def _derived(owner_password: str, role: str) -> str:
    return hmac.new(owner_password.encode(), role.encode(), "sha256").hexdigest()
