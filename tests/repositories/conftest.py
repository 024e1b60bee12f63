"""A code host with three repositories on loopback, a store in memory and the hosts that read it."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import Tenant, tenant_id
from resources.landing import LocalTenantFiles
from resources.repositories.hosts import TenantRepositories, secret_name
from resources.scratch_store import ScratchStore
from resources.secrets import open_secrets

ACME = tenant_id("acme")
SHOP = {
    "README.md": "# Web shop\n\n" + "How it is built, run and mended. " * 60,
    "docs/run.md": "Start it.\n",
    "LICENSE": "Apache License\nVersion 2.0, January 2004\n",
    "requirements.txt": "Django==3.2.5\npsycopg2-binary==2.9.1  # the database\nrequests>=2\n",
    "Dockerfile": "FROM python:3.8-slim-buster AS build\nFROM build\nCOPY . .\n",
    "docker-compose.yml": "services:\n  db:\n    image: postgres:12.3\n",
    ".gitlab-ci.yml": "test:\n  script: pytest\n",
    "shop/cart.py": "".join(
        f"def price_{n}(items):\n    # sum of {n}\n    return sum(items) * {n}\n" for n in range(40)
    ),
    "tests/test_cart.py": "".join(f"def test_{n}():\n    assert price_{n}([1]) == {n}\n" for n in range(30)),
}


def _code_host() -> ModuleType:
    spec = importlib.util.spec_from_file_location("code_host", Path(__file__).with_name("code_host.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def code_host_module() -> ModuleType:
    return _code_host()


@pytest.fixture
def code_host(tmp_path: Path, code_host_module: ModuleType) -> Iterator[object]:
    """acme/webshop, acme/billing and acme/tools, served on loopback."""
    root = tmp_path / "git"
    code_host_module.make_repository(root, "acme/webshop", SHOP)
    code_host_module.make_repository(root, "acme/billing", {"pom.xml": "<project/>", "A.java": "class A {}\n"})
    code_host_module.make_repository(root, "acme/tools", {"run.sh": "echo\n"})
    with code_host_module.running(code_host_module.CodeHost(root)) as host:
        yield host


@pytest.fixture
def store() -> ScratchStore:
    return ScratchStore(Tenant(ACME, "Acme"))


@pytest.fixture
def hosts(store: ScratchStore, tmp_path: Path, code_host, code_host_module: ModuleType) -> TenantRepositories:
    settings = Settings.from_environment({"AIDISCOVER_HOME": str(tmp_path / "home")})
    place = code_host.url.removeprefix("http://")
    open_secrets(store, settings).put(ACME, secret_name(place), code_host_module.TOKEN, "eve")
    return TenantRepositories(store, LocalTenantFiles(settings.home, 0), settings)
