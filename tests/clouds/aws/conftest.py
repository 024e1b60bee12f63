"""The demonstration organization, served and scanned once for these tests."""

from collections.abc import Iterator

import pytest

from resources.clouds.aws import accounts
from resources.clouds.aws.demo.process import calls_at, connection, running
from tests.clouds.aws.scanning import APPLICATIONS, SERVERS, Scan, read


@pytest.fixture(scope="session")
def cloud() -> Iterator[str]:
    """Endpoint of the server."""
    with running(APPLICATIONS, SERVERS) as endpoint:
        yield endpoint


@pytest.fixture(scope="session")
def scan(cloud: str) -> Scan:
    """The account that manages the organization."""
    account = next(iter(accounts(connection(cloud))))
    before = calls_at(cloud)
    scan = read(account)
    scan.calls = calls_at(cloud) - before
    return scan
