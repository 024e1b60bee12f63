"""What the tests of deploy/ share: its files as they parse, and the promises that every container keeps."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from resources.postgres import embedded
from tests.deploy.servers import PASSWORD, Server, bare_server

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
UID = 10001  # the Dockerfile's


def manifests() -> list[dict[str, Any]]:
    """Every object below deploy/kubernetes but the chart's values."""
    files = [*sorted(KUBERNETES.glob("manifests/*.yaml")), *sorted(KUBERNETES.glob("upgrade/*.yaml"))]
    return [held for path in files for held in yaml.safe_load_all(path.read_text())]


@pytest.fixture(scope="session")
def values() -> dict[str, Any]:
    """The values of Dagster's chart."""
    read: dict[str, Any] = yaml.safe_load((KUBERNETES / "values.yaml").read_text())
    return read


@pytest.fixture(scope="session")
def compose() -> dict[str, Any]:
    """The services of Compose."""
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return read


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server that somebody else runs, after its administrator ran deploy/postgres/prepare.sql."""
    home = Path(tempfile.mkdtemp(prefix="aid-", dir="/tmp"))
    try:
        with bare_server(home) as server:
            script, psql = DEPLOY / "postgres" / "prepare.sql", embedded._programs() / "psql"
            command = [psql, "--quiet", f"--set=password={PASSWORD}", f"--file={script}", server.superuser_url]
            subprocess.run(command, check=True, capture_output=True)
            yield server
    finally:
        shutil.rmtree(home, ignore_errors=True)


def nodes(document: object, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of a document with the path that leads to it."""
    yield path, document
    if isinstance(document, dict):
        for key, value in document.items():
            yield from nodes(value, f"{path}.{key}")
    elif isinstance(document, list):
        for index, value in enumerate(document):
            yield from nodes(value, f"{path}[{index}]")


def assert_restricted_pod(pod: dict[str, Any]) -> None:
    """What the restricted standard and this project ask of a pod's own security context."""
    assert pod["runAsNonRoot"] is True
    assert pod["runAsUser"] == UID
    assert pod["seccompProfile"] == {"type": "RuntimeDefault"}


def assert_hardened(container: dict[str, Any]) -> None:
    """Read-only root, no privilege to gain, and limits."""
    security = container["securityContext"]
    assert security["readOnlyRootFilesystem"] is True
    assert security["allowPrivilegeEscalation"] is False
    assert security["capabilities"] == {"drop": ["ALL"]}
    assert {"cpu", "memory"} <= set(container["resources"]["limits"])
    assert {"cpu", "memory"} <= set(container["resources"]["requests"])


def assert_pinned(image: str) -> None:
    """A tag that names a version, and no registry's host."""
    name, _, tag = image.partition(":")
    assert tag and tag != "latest" and any(letter.isdigit() for letter in tag), image
    assert "." not in name.partition("/")[0], f"{image} names a registry"
