"""`aidiscover repositories` as a person and a script use it, on PostgreSQL."""

import json
import tarfile

import pytest
from click.testing import CliRunner

from aidiscover_pipelines.cli.repositories import repositories
from aidiscover_pipelines.domain.errors import ConfigError

TOKEN = "ghp_0123456789abcdefghij0123456789abcdef"


@pytest.fixture
def store(session_store):
    """PostgreSQL, in which `tenant` is registered."""
    return session_store


@pytest.fixture
def run(database_home, monkeypatch):
    monkeypatch.setenv("AIDISCOVER_HOME", str(database_home))
    monkeypatch.delenv("AIDISCOVER_MASTER_KEY", raising=False)

    def invoke(*arguments, stdin="", code=0):
        result = CliRunner().invoke(repositories, list(arguments), input=stdin, standalone_mode=False)
        if result.exception is not None:
            raise result.exception
        assert result.return_value == code, result.output
        assert TOKEN not in result.output + result.stderr
        return json.loads(result.stdout) if "--json" in arguments else result.stdout

    return invoke


def test_an_archive_is_declared_scanned_listed_and_withdrawn(run, tenant, tmp_path):
    (tmp_path / "app.py").write_text("x = 1\n")
    with tarfile.open(tmp_path / "shop.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "app.py", "shop/app.py")
    declared = run(
        "add", "--tenant", tenant, "archive", str(tmp_path / "shop.tar.gz"), "--application", "Shop", "--json"
    )
    assert (declared["name"], declared["application"]) == ("archive/shop.tar.gz", "Shop")
    assert "declared" in run("add", "--tenant", tenant, "archive", str(tmp_path / "shop.tar.gz"))
    scanned = run("scan", "--tenant", tenant, "--json")
    assert (scanned["scanned"], scanned["failed"], scanned["gaps"]) == (1, 0, [])
    assert run("scan", "--tenant", tenant, "--json")["unchanged"] == 1
    (listed,) = run("list", "--tenant", tenant, "--json")["repositories"]
    assert (listed["repository_id"], listed["commit"]) == ("archive/shop.tar.gz", declared["url"])
    assert "archive/shop.tar.gz" in run("list", "--tenant", tenant)
    assert run("remove", "--tenant", tenant, "archive/shop.tar.gz", "--json")["removed"]
    assert not run("remove", "--tenant", tenant, "archive/shop.tar.gz", "--json", code=1)["removed"]
    assert run("scan", "--tenant", tenant, "--json")["repositories"] == []


def test_a_scan_of_a_code_host_uses_the_sealed_token_and_ends_with_3_where_something_failed(run, tenant, code_host):
    place = code_host.url.removeprefix("http://")
    run("add", "--tenant", tenant, "github", f"{code_host.url}/acme/webshop")
    refused = run("scan", "--tenant", tenant, "--json", code=3)
    assert "access is denied (401); give the token the permission" in refused["gaps"][0]
    assert "version 1" in run("token", "--tenant", tenant, f"{place}/acme", stdin=f"{TOKEN}\n")
    assert run("scan", "--tenant", tenant, "--json")["scanned"] == 1


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        ("github", "acme/webshop"),
        ("github", "https://user:pw@github.com/acme/x"),
        ("git", "https://host.example/acme/*"),
        ("archive", "/nowhere.zip"),
        ("git", "file:///etc/passwd"),
    ],
)
def test_what_cannot_be_a_repository_is_refused(run, tenant, kind, place):
    with pytest.raises(ConfigError, match="cannot declare"):
        run("add", "--tenant", tenant, kind, place)


def test_a_webhook_secret_is_sealed(run, tenant):
    stored = run("webhook-secret", "--tenant", tenant, "--by", "eve", "--json", stdin=TOKEN)
    assert stored == {"tenant": tenant, "name": "webhooks/repositories", "version": 1, "by": "eve"}
