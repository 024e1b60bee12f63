"""The demonstration server as a process: a child that ends with its parent, or one that stays until its file goes."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE
from urllib.error import URLError

from aidiscover_pipelines.domain.errors import ConfigError
from resources.clouds.account import Connection
from resources.clouds.aws.demo.estate import REGIONS
from resources.clouds.aws.demo.server import ACCESS_KEY_ID, CALLS, ROLE
from resources.clouds.options import SECRET

SERVER = [sys.executable, "-m", "resources.clouds.aws.demo.server"]
_LEFT_OUT = frozenset({"AWS_PROFILE", "AWS_SESSION_TOKEN", "MOTO_ACCOUNT_ID"})
_LONGEST_START_S = 600
_LOOK_S = 0.2


@contextmanager
def running(applications: int, servers: int) -> Iterator[str]:
    """Endpoint of a server that holds so many applications; it stops when the block does, or this process."""
    command = [*SERVER, "--applications", str(applications), "--servers", str(servers)]
    with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, env=_environment()) as server:  # noqa: S603
        ready = server.stdout.readline() if server.stdout else b""
        if not ready:
            raise RuntimeError("the demonstration server did not start; its messages stand above")
        try:
            yield str(json.loads(ready)["endpoint"])
        finally:
            server.terminate()


def start(state: Path, log: Path, applications: int, servers: int) -> str:
    """Endpoint of a server that stays until `state` is removed, which it removes itself where it fails.

    Raises: ConfigError where it does not start.
    """
    command = [*SERVER, "--applications", str(applications), "--servers", str(servers), "--state", str(state)]
    state.write_text("")
    with log.open("wb") as output:
        subprocess.run(  # noqa: S603
            command, check=True, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=_environment()
        )
    until = time.monotonic() + _LONGEST_START_S
    while state.is_file() and time.monotonic() < until:
        if endpoint := running_at(state):
            return endpoint
        time.sleep(_LOOK_S)
    state.unlink(missing_ok=True)
    raise ConfigError(f"cannot start the demonstration cloud: its server ended or did not answer; see {str(log)!r}")


def running_at(state: Path) -> str:
    """Endpoint of the server that wrote the file, empty where none answers."""
    try:
        endpoint = str(json.loads(state.read_text())["endpoint"])
        calls_at(endpoint)
    except (OSError, URLError, ValueError, LookupError):
        return ""
    return endpoint


def connection(endpoint: str, *, organization: bool = True) -> Connection:
    """How the demonstration organization is reached."""
    options = {"regions": ",".join(REGIONS), "access_key_id": ACCESS_KEY_ID}
    if organization:
        options["organization_role"] = ROLE
    return Connection("aws", "demo", SECRET, options, endpoint, "made-up")


def calls_at(endpoint: str) -> Counter[tuple[str, str, str]]:
    """What the server was asked for so far, by service, operation and region."""
    with urllib.request.urlopen(f"{endpoint}{CALLS}", timeout=10) as answer:  # noqa: S310 - a loopback address
        return Counter({(service, operation, region): count for service, operation, region, count in json.load(answer)})


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
