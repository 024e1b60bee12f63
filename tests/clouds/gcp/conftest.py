"""A little Google Cloud for each test, and no credentials of whoever runs the tests."""

import os
from collections.abc import Iterator

import pytest

from resources.clouds.account import Connection
from tests.clouds.gcp.estate import PROJECT

# Read when grpc loads: its C core tells of each connection that closes.
os.environ.setdefault("GRPC_VERBOSITY", "ERROR")

from tests.clouds.gcp.server import GoogleServer, served


@pytest.fixture(autouse=True)
def no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither files nor variables, nor the metadata server."""
    for name in ("GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "GCE_METADATA_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.setenv("CLOUDSDK_CONFIG", os.devnull)


@pytest.fixture
def google() -> Iterator[GoogleServer]:
    """One project without resources."""
    with served(GoogleServer()) as server:
        server.assets[f"projects/{PROJECT}"] = []
        yield server


@pytest.fixture
def connection(google: GoogleServer) -> Connection:
    """Ambient credentials (anonymous on loopback) and one project."""
    options = {"projects": PROJECT, "monitoring_endpoint": google.monitoring}
    return Connection("gcp", "test", "ambient", options, google.url)
