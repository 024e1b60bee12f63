"""`aidiscover cloud` as a person and a script use it: what is connected is told, what is sealed never."""

import json

import pytest
from click.testing import CliRunner

from aidiscover_pipelines.cli.main import cli
from aidiscover_pipelines.domain.errors import ConfigError, UnknownTenant
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tables import ProviderSecret
from aidiscover_pipelines.domain.tenancy import Tenant, TenantId
from resources.clouds.connections import connections_of
from resources.secrets import open_secrets

KEY, EXTERNAL_ID = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "agreed-7f3a91"
ACCESS_KEY = ("--method", "secret", "--set", "access_key_id=AKIAIOSFODNN7EXAMPLE")
ROLE = ("--method", "role", "--set", "role_arn=arn:aws:iam::123456789012:role/aidiscover")


@pytest.fixture
def cloud(database_home, monkeypatch, tenant):
    """Runs `aidiscover cloud`; nothing that it prints holds a secret."""
    monkeypatch.setenv("AIDISCOVER_HOME", str(database_home))
    monkeypatch.delenv("AIDISCOVER_CLOUDS", raising=False)

    def invoke(command, *arguments, stdin="", code=0, of=tenant):
        words = ["cloud", command, "--tenant", of, *arguments]
        result = CliRunner().invoke(cli, words, input=stdin, standalone_mode=False)
        told = result.output + result.stderr + str(result.exception)
        assert KEY not in told and EXTERNAL_ID not in told
        if result.exception is not None:
            raise result.exception
        assert result.return_value == code, result.output
        return json.loads(result.stdout) if "--json" in arguments else result.output

    return invoke


@pytest.fixture
def opened(store, database_home):
    settings = Settings.from_environment({"AIDISCOVER_HOME": str(database_home)})
    return lambda tenant: connections_of(store, tenant, settings, open_secrets(store, settings))


def test_a_reference_is_connected_shown_listed_and_removed(cloud, tenant):
    added = cloud("add", "azure", "production", "--by", "eve", "--json")
    assert (added["new"], added["method"], added["sealed"], added["by"]) == (True, "ambient", {}, "eve")
    assert "replaced" in cloud(
        "add", "azure", "production", "--set", "subscriptions=0f8fad5b-d9cb-469f-a165-70867728950e"
    )
    (listed,) = cloud("list", "--json")["connections"]
    assert listed == {
        key: value for key, value in cloud("show", "azure", "production", "--json").items() if key != "tenant"
    }
    assert "0f8fad5b" in cloud("list") and "0f8fad5b" in cloud("show", "azure", "production")
    assert cloud("remove", "azure", "production", "--json")["removed"]
    assert "was not there" in cloud("remove", "azure", "production", code=1)
    assert cloud("list", "--json")["connections"] == []


def test_secrets_are_piped_in_one_a_line_and_only_their_versions_are_told(cloud, tenant, opened):
    added = cloud("add", "aws", "key", *ACCESS_KEY, "--set", "external_id=-", "--json", stdin=f"{KEY}\n{EXTERNAL_ID}\n")
    assert added["sealed"] == {"secret": 1, "external_id": 1}
    assert set(added["options"]) == {"access_key_id"}
    (connection,) = opened(tenant)
    assert (connection.secret, connection.options["external_id"]) == (KEY, EXTERNAL_ID)
    assert "sealed secret" in cloud("show", "aws", "key") and "secret=(sealed)" in cloud("list")


def test_a_reference_is_preferred_in_one_line(cloud):
    assert "a reference would keep none: ambient, profile, role" in cloud("add", "aws", "key", *ACCESS_KEY, stdin=KEY)
    assert "reference" not in cloud("add", "aws", "role", *ROLE)


def test_nothing_of_it_is_in_the_database(cloud, store, tenant):
    cloud("add", "aws", "customer", *ROLE, "--set", "external_id=-", stdin=EXTERNAL_ID)
    assert EXTERNAL_ID not in store.read(tenant, ProviderSecret).to_csv()


def test_a_connection_of_another_tenant_is_nowhere(cloud, store, tenant, opened):
    other = TenantId(f"{tenant}-b")
    store.add_tenant(Tenant(other, "Beta"))
    cloud("add", "aws", "key", *ACCESS_KEY, stdin=KEY)
    assert cloud("list", "--json", of=other)["connections"] == []
    with pytest.raises(ConfigError, match="there is none"):
        cloud("show", "aws", "key", of=other)
    assert not cloud("remove", "aws", "key", "--json", code=1, of=other)["removed"]
    assert opened(other) == [] and len(opened(tenant)) == 1


def test_a_rotation_reaches_connections(cloud, run, tenant, opened):
    cloud("add", "aws", "key", *ACCESS_KEY, stdin=KEY)
    run("secrets", "rotate", "--tenant", tenant, "--json")
    assert opened(tenant)[0].secret == KEY


def test_without_connections_the_list_says_what_is_scanned_instead(cloud, monkeypatch):
    assert "scanned: none" in cloud("list")
    monkeypatch.setenv("AIDISCOVER_CLOUDS", "aws")
    assert "aws with ambient credentials" in cloud("list")
    assert cloud("list", "--json")["from_settings"] == ["aws"]


@pytest.mark.parametrize(
    ("stdin", "told"),
    [
        ("", "nothing came in"),
        ("\n", "nothing came in"),
        (f"export AWS_SECRET_ACCESS_KEY={KEY}", "are no secret access key"),
        ("x" * 65_537, "65,537 characters"),
        (b"\xff\xfe" + KEY.encode(), "no UTF-8 text"),
    ],
)
def test_what_cannot_be_a_secret_is_refused_without_being_shown(cloud, stdin, told):
    with pytest.raises(ConfigError, match=told) as refused:
        cloud("add", "aws", "key", *ACCESS_KEY, stdin=stdin)
    assert "\n" not in str(refused.value)
    assert cloud("list", "--json")["connections"] == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("add", "ibm", "x"), "'ibm': it is unknown"),
        (("add", "aws", "a\x1bb"), "such as 'production'"),
        (("add", "aws", "x", "--set", "colour=blue"), "option 'colour' is unknown"),
        (("add", "aws", "x", "--method", "role"), "needs 'role_arn'"),
        (("show", "aws", "x"), "there is none"),
        (("show", "ibm", "x"), "'ibm': it is unknown"),
        (("remove", "ibm", "x"), "'ibm': it is unknown"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(cloud, arguments, told):
    with pytest.raises(ConfigError, match=told) as refused:
        cloud(*arguments)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("words", [["--set", KEY], ["--set", f"={KEY}"], ["--set", "regions="], [KEY]])
def test_a_secret_is_never_an_argument(database_home, monkeypatch, tenant, words):
    monkeypatch.setenv("AIDISCOVER_HOME", str(database_home))
    result = CliRunner().invoke(cli, ["cloud", "add", "aws", "x", "--tenant", tenant, *words])
    assert result.exit_code == 2
    assert KEY not in result.output or words == [KEY]  # click repeats what is too many


def test_an_unknown_tenant_is_told_before_a_secret_is_read(cloud):
    with pytest.raises(UnknownTenant, match="connect aws 'key'"):
        cloud("add", "aws", "key", *ACCESS_KEY, of="nobody")
