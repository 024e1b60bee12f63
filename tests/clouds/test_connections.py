"""A connection is stored by what it refers to; what it cannot refer to is sealed and opens for its tenant only."""

import logging
from contextlib import closing, contextmanager

import psycopg
import pytest
from sqlalchemy.engine import make_url

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tables import CloudConnection, ProviderSecret
from aidiscover_pipelines.domain.tenancy import Tenant, TenantId
from resources.clouds.account import Connection
from resources.clouds.connections import (
    checked_connection,
    connections_of,
    find_connection,
    remove_connection,
    store_connection,
    stored_connections,
)
from resources.postgres.embedded import ensure_server
from resources.secrets.key_ring import KeyRing
from resources.secrets.sealed import SealedSecrets

ACME, BETA = TenantId("acme"), TenantId("beta")
KEY_ID, KEY, EXTERNAL_ID = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "agreed-7f3a91"
ROLE_ARN = "arn:aws:iam::123456789012:role/aidiscover"


def settings(tmp_path, **environment):
    return Settings.from_environment({"AIDISCOVER_HOME": str(tmp_path), **environment})


def access_key(name="production", **options):
    given = {"access_key_id": KEY_ID, **options}
    return checked_connection("aws", name, "secret", given, "", "eve")


def assumed_role(name="customer"):
    return checked_connection("aws", name, "role", {"role_arn": ROLE_ARN, "external_id": "-"}, "", "eve")


def test_a_reference_needs_no_secret(scratch, sealed, tmp_path):
    row = checked_connection("aws", "sandbox", "profile", {"profile": "acme-read", "regions": "eu-west-1"}, "", "eve")
    assert store_connection(scratch, sealed, ACME, row, {})
    assert connections_of(scratch, ACME, settings(tmp_path), sealed) == [
        Connection("aws", "sandbox", "profile", {"regions": "eu-west-1", "profile": "acme-read"})
    ]
    assert sealed.names(ACME) == []


def test_secret_and_external_id_are_sealed_and_open_for_a_scan(scratch, sealed, tmp_path):
    row = access_key(role_arn=ROLE_ARN, external_id="-")
    store_connection(scratch, sealed, ACME, row, {"secret": KEY, "external_id": EXTERNAL_ID})
    (opened,) = connections_of(scratch, ACME, settings(tmp_path), sealed)
    assert (opened.secret, opened.options["external_id"], opened.problem) == (KEY, EXTERNAL_ID, "")
    assert opened.options["regions"] == "eu-central-1"  # of the settings, where the connection names none
    shown = repr(opened) + scratch.read(ACME, CloudConnection).to_csv() + scratch.read(ACME, ProviderSecret).to_csv()
    assert KEY not in shown and EXTERNAL_ID not in shown


def test_a_tenant_never_gets_the_connections_of_another(scratch, sealed, tmp_path):
    store_connection(scratch, sealed, ACME, access_key(), {"secret": KEY})
    assert connections_of(scratch, BETA, settings(tmp_path), sealed) == []
    with pytest.raises(ConfigError, match="'beta': there is none"):
        find_connection(scratch, BETA, "aws", "production")
    assert not remove_connection(scratch, sealed, BETA, "aws", "production")
    assert len(connections_of(scratch, ACME, settings(tmp_path), sealed)) == 1


def test_the_database_shows_a_tenant_its_own_connections_only(store, tenant, ring, database_home):
    other = TenantId(f"{tenant}-b")
    store.add_tenant(Tenant(other, "Beta"))
    store_connection(store, SealedSecrets(store, ring), tenant, access_key(), {"secret": KEY})
    count = "SELECT count(*) FROM portfolio.cloud_connections WHERE name = 'production'"
    copy = "INSERT INTO portfolio.cloud_connections VALUES (%s, 'aws', 'x', 'ambient', '{}', '[]', '', '', now())"
    for seen_by, rows in ((tenant, 1), (other, 0), ("", 0)):
        with working_role(database_home, seen_by) as connection:
            assert connection.execute(count).fetchone() == (rows,)
            if seen_by != tenant:
                with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
                    connection.execute(copy, [tenant])


@contextmanager
def working_role(home, tenant):
    """A raw connection of the role that the store works with, bound to a tenant as the store binds it."""
    url = make_url(ensure_server(home).rw)
    with closing(
        psycopg.connect(host=url.query["host"], user=url.username, password=url.password, dbname=url.database)
    ) as connection:
        connection.execute("SELECT set_config('app.tenant_id', %s, true)", (tenant,))
        yield connection


def test_a_row_copied_to_another_tenant_opens_nothing(scratch, sealed, tmp_path):
    store_connection(scratch, sealed, ACME, access_key(), {"secret": KEY})
    scratch.append(BETA, {table: scratch.read(ACME, table) for table in (CloudConnection, ProviderSecret)})
    (theirs,) = connections_of(scratch, BETA, settings(tmp_path), sealed)
    assert theirs.secret == "" and "copied from another tenant" in theirs.problem


def test_one_that_does_not_open_leaves_the_others(scratch, sealed, tmp_path):
    store_connection(scratch, sealed, ACME, assumed_role(), {"external_id": EXTERNAL_ID})
    store_connection(scratch, sealed, ACME, access_key(), {"secret": KEY})
    sealed.remove(ACME, "cloud/aws/production/secret")
    customer, production = connections_of(scratch, ACME, settings(tmp_path), sealed)
    assert customer.problem == "" and customer.options["external_id"] == EXTERNAL_ID
    assert "'cloud/aws/production/secret'" in production.problem and "cloud add aws production" in production.problem


def test_a_lost_key_ring_is_told_for_each_connection(scratch, sealed, tmp_path):
    store_connection(scratch, sealed, ACME, access_key(), {"secret": KEY})
    (opened,) = connections_of(scratch, ACME, settings(tmp_path), SealedSecrets(scratch, KeyRing(tmp_path / "new")))
    assert "restore that key ring" in opened.problem and opened.secret == ""


def test_replacing_forgets_what_is_no_longer_sealed(scratch, sealed, tmp_path):
    store_connection(
        scratch, sealed, ACME, access_key(external_id="-"), {"secret": "o" * 40, "external_id": EXTERNAL_ID}
    )
    assert not store_connection(scratch, sealed, ACME, access_key(), {"secret": KEY})
    assert [(one.name, one.version) for one in sealed.names(ACME)] == [("cloud/aws/production/secret", 2)]
    (opened,) = connections_of(scratch, ACME, settings(tmp_path), sealed)
    assert opened.secret == KEY and "external_id" not in opened.options


def test_removing_forgets_its_secrets_and_no_other(scratch, sealed):
    for name in ("production", "production-2"):
        store_connection(scratch, sealed, ACME, access_key(name), {"secret": KEY})
    assert remove_connection(scratch, sealed, ACME, "aws", "production")
    assert [one.name for one in sealed.names(ACME)] == ["cloud/aws/production-2/secret"]
    assert [row.name for row in stored_connections(scratch, ACME)] == ["production-2"]
    assert not remove_connection(scratch, sealed, ACME, "aws", "production")


def test_a_rotation_covers_connections(scratch, sealed, ring, tmp_path):
    store_connection(scratch, sealed, ACME, assumed_role(), {"external_id": EXTERNAL_ID})
    ring.renew()
    assert sealed.rotate(ACME).resealed == ("cloud/aws/customer/external_id",)
    assert connections_of(scratch, ACME, settings(tmp_path), sealed)[0].options["external_id"] == EXTERNAL_ID


def test_a_tenant_without_connections_has_those_of_the_settings(scratch, sealed, tmp_path):
    given = settings(
        tmp_path,
        AIDISCOVER_CLOUDS="aws,aws",
        AIDISCOVER_AWS_REGIONS="eu-west-1,us-east-1",
        AIDISCOVER_AWS_ENDPOINT="http://127.0.0.1:5000",
    )
    assert connections_of(scratch, ACME, given, sealed) == [
        Connection("aws", "settings", "ambient", {"regions": "eu-west-1,us-east-1"}, "http://127.0.0.1:5000")
    ]
    store_connection(scratch, sealed, ACME, access_key(), {"secret": KEY})
    assert [one.name for one in connections_of(scratch, ACME, given, sealed)] == ["production"]


def test_a_profile_named_after_the_tenant_is_its_own(scratch, sealed, tmp_path, monkeypatch):
    (tmp_path / "config").write_text("[profile aidiscover-acme]\nregion = eu-central-1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    given = settings(tmp_path, AIDISCOVER_CLOUDS="aws")
    (of_acme,), (of_beta,) = (connections_of(scratch, tenant, given, sealed) for tenant in (ACME, BETA))
    assert (of_acme.method, of_acme.options["profile"]) == ("profile", "aidiscover-acme")
    assert of_beta.method == "ambient"


def test_an_unknown_cloud_in_the_settings_is_named(scratch, sealed, tmp_path):
    with pytest.raises(ConfigError, match="'ibm' of AIDISCOVER_CLOUDS"):
        connections_of(scratch, ACME, settings(tmp_path, AIDISCOVER_CLOUDS="ibm"), sealed)


def test_storing_and_opening_logs_nothing_secret(scratch, sealed, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    store_connection(scratch, sealed, ACME, access_key(external_id="-"), {"secret": KEY, "external_id": EXTERNAL_ID})
    connections_of(scratch, ACME, settings(tmp_path), sealed)
    assert KEY not in caplog.text and EXTERNAL_ID not in caplog.text
