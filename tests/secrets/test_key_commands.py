"""`aidiscover llm key` and `secrets rotate` as a person and a script use it, on PostgreSQL."""

import json
import uuid

import pytest
from click.testing import CliRunner

from aidiscover_pipelines.cli.main import cli
from aidiscover_pipelines.domain.errors import ConfigError, UnknownTenant
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tables import ProviderSecret
from aidiscover_pipelines.domain.tenancy import Tenant, TenantId
from resources.secrets import open_secrets
from resources.secrets.sealed import Rotation

VALUE = "sk-proj-0123456789abcdefghij"


@pytest.fixture
def run(database_home, monkeypatch):
    monkeypatch.setenv("AIDISCOVER_HOME", str(database_home))
    monkeypatch.delenv("AIDISCOVER_MASTER_KEY", raising=False)

    def invoke(*arguments, stdin="", code=0):
        result = CliRunner().invoke(cli, list(arguments), input=stdin, standalone_mode=False)
        if result.exception is not None:
            raise result.exception
        assert result.return_value == code, result.output
        assert VALUE not in result.output + result.stderr
        return json.loads(result.stdout) if "--json" in arguments else result.stdout

    return invoke


@pytest.fixture
def secrets(store, database_home):
    return open_secrets(store, Settings.from_environment({"AIDISCOVER_HOME": str(database_home)}))


def test_a_key_is_piped_in_listed_and_removed(run, tenant, secrets):
    document = run("llm", "key", "set", "--tenant", tenant, "openai", "--by", "eve", "--json", stdin=f"{VALUE}\n")
    assert document == {"tenant": tenant, "name": "llm/openai", "version": 1, "by": "eve"}
    assert secrets.get(tenant, "llm/openai") == VALUE
    assert "version 2" in run("llm", "key", "set", "--tenant", tenant, "openai", stdin=VALUE)
    (listed,) = run("llm", "key", "list", "--tenant", tenant, "--json")["keys"]
    assert (listed["name"], listed["version"]) == ("llm/openai", 2)
    assert "llm/openai" in run("llm", "key", "list", "--tenant", tenant)
    assert run("llm", "key", "remove", "--tenant", tenant, "openai", "--json")["removed"]
    assert not run("llm", "key", "remove", "--tenant", tenant, "openai", "--json", code=1)["removed"]
    assert run("llm", "key", "list", "--tenant", tenant, "--json")["keys"] == []


def test_nothing_of_it_is_in_the_database(run, store, tenant):
    run("llm", "key", "set", "--tenant", tenant, "anthropic", stdin=VALUE)
    assert VALUE not in store.read(tenant, ProviderSecret).to_csv()


def test_a_rotation_reaches_every_tenant(run, store, tenant, secrets):
    for one in store.tenants():  # other tests store secrets under key rings of their own
        store.delete(one.id, ProviderSecret, [])
    other = TenantId(f"t-{uuid.uuid4().hex[:12]}")
    store.add_tenant(Tenant(other, "Beta"))
    for one in (tenant, other):
        run("llm", "key", "set", "--tenant", one, "openai", stdin=VALUE)
    document = run("secrets", "rotate", "--json")
    assert document["tenants"][tenant] == document["tenants"][other] == {"resealed": ["llm/openai"], "left": []}
    assert {secrets.names(one)[0].master_key for one in (tenant, other)} == {document["master_key"]}
    assert secrets.get(tenant, "llm/openai") == secrets.get(other, "llm/openai") == VALUE
    again = run("secrets", "rotate", "--tenant", tenant, "--json")
    assert again == {"master_key": document["master_key"], "tenants": {tenant: {"resealed": [], "left": []}}}


def test_a_rotation_names_what_it_cannot_open_and_does_the_rest(run, store, tenant, secrets):
    run("llm", "key", "set", "--tenant", tenant, "anthropic", stdin="sk-lost")
    lost = store.read(tenant, ProviderSecret).assign(master_key="0123456789ab")
    store.append(tenant, {ProviderSecret: lost})
    run("llm", "key", "set", "--tenant", tenant, "openai", stdin=VALUE)
    secrets.key_ring.renew()
    assert "llm/anthropic" in run("secrets", "rotate", "--tenant", tenant, code=3)
    assert secrets.get(tenant, "llm/openai") == VALUE
    assert secrets.rotate(tenant) == Rotation((), ("llm/anthropic",))


@pytest.mark.parametrize("typed", ["", "\n", f"export OPENAI_API_KEY={VALUE}"])
def test_what_cannot_be_a_key_is_refused_without_being_shown(run, tenant, typed):
    with pytest.raises(ConfigError, match="'openai'") as refused:
        run("llm", "key", "set", "--tenant", tenant, "openai", stdin=typed)
    assert VALUE not in str(refused.value)


def test_a_key_is_never_an_argument(run, tenant):
    result = CliRunner().invoke(cli, ["llm", "key", "set", "--tenant", tenant, "openai", VALUE], input=VALUE)
    assert result.exit_code == 2


@pytest.mark.parametrize("provider", ["offline", "bedrock", "opnai"])
def test_a_provider_without_a_key_is_named(run, tenant, provider):
    with pytest.raises(ConfigError, match=f"{provider!r}.*openai"):
        run("llm", "key", "set", "--tenant", tenant, provider, stdin=VALUE)


def test_an_unknown_tenant_is_told_before_a_key_is_read(run):
    with pytest.raises(UnknownTenant, match="store the key of 'openai'"):
        run("llm", "key", "set", "--tenant", "nobody", "openai", stdin="")
