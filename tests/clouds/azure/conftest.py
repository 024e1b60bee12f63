"""A little Azure for each test, found by the real credential chain as a managed identity."""

from collections.abc import Iterator

import pytest

from resources.clouds.account import Connection
from tests.clouds.azure.rows import SUBSCRIPTION
from tests.clouds.azure.server import AzureServer, served


@pytest.fixture
def azure(monkeypatch: pytest.MonkeyPatch) -> Iterator[AzureServer]:
    """One subscription without resources. No credentials of whoever runs the tests."""
    for name in ("AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_TENANT_ID", "AZURE_USERNAME"):
        monkeypatch.delenv(name, raising=False)
    with served(AzureServer()) as server:
        server.subscriptions[SUBSCRIPTION] = "Production"
        server.sizes = {"Standard_D4s_v5": (4, 16.0), "Standard_B2s": (2, 4.0)}
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture
def connection(azure: AzureServer) -> Connection:
    """Ambient credentials, all subscriptions."""
    return Connection("azure", "test", "ambient", endpoint=azure.url)
