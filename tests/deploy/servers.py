"""A PostgreSQL server that stands for one that somebody else runs: it listens on TCP and knows only its superuser."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from resources.postgres import embedded
from resources.postgres.access import DAGSTER, DAGSTER_DATABASE, DATABASE, OWNER, RW

PASSWORD = "p-that-an-administrator-chose"


@dataclass(frozen=True, slots=True)
class Server:
    """Where it listens on 127.0.0.1, and how its administrator enters."""

    port: int
    superuser_url: str
    owner_url: str


@contextmanager
def bare_server(home: Path) -> Iterator[Server]:
    """An embedded server below `home` without our roles and databases, reached by TCP."""
    data = home / "pg" / "data"
    embedded.ensure_server(home)
    superuser = embedded._credentials(home / "pg")["postgres"]
    with psycopg.connect(host=str(data), user="postgres", password=superuser, autocommit=True) as connection:
        for database in (DATABASE, DAGSTER_DATABASE):
            connection.execute(f"DROP DATABASE {database}")
        for role in (OWNER, RW, DAGSTER):
            connection.execute(f"DROP ROLE {role}")
    (data / "pg_hba.conf").write_text("host all all 127.0.0.1/32 scram-sha-256\n")
    port = _free_port()
    options = f"-c listen_addresses=127.0.0.1 -c port={port}"
    embedded._run(
        *("pg_ctl", "-D", str(data), "-l", str(data / "server.log"), "-w", "-o", options, "restart"),
        account=embedded._account_of(data),
    )
    try:
        yield Server(
            port,
            f"postgresql://postgres:{superuser}@127.0.0.1:{port}/postgres",
            f"postgresql://{OWNER}:{PASSWORD}@127.0.0.1:{port}/{DATABASE}",
        )
    finally:
        embedded.stop_server(home)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
