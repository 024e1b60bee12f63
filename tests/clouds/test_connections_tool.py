"""What agents learn of credentials: which connections there are and how they fared, never what they are."""

from datetime import UTC, datetime

import pytest

from aidiscover_pipelines.crews.tools.access_tools import CredentialArguments, validate_credentials
from aidiscover_pipelines.crews.tools.desk import Desk, TenantView
from aidiscover_pipelines.domain.crew import CaseFile
from aidiscover_pipelines.domain.tables import CloudConnection, CloudCoverage
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from resources.clouds.connections import checked_connection, store_connection
from resources.clouds.scopes import coverage_frame, coverage_row
from resources.scratch_store import ScratchStore
from resources.secrets.key_ring import KeyRing
from resources.secrets.sealed import SealedSecrets

ACME, BETA = TenantId("acme"), TenantId("beta")
SECRET = {"secret": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
KEY_ID = "AKIAIOSFODNN7EXAMPLE"


@pytest.fixture
def scratch(tmp_path):
    store = ScratchStore(Tenant(ACME, "Acme"), Tenant(BETA, "Beta"))
    secrets = SealedSecrets(store, KeyRing(tmp_path / "keys"))
    key = checked_connection("aws", "key", "secret", {"access_key_id": KEY_ID}, "", "eve")
    store_connection(store, secrets, ACME, key, SECRET)
    store_connection(store, secrets, ACME, checked_connection("gcp", "lake", "ambient", {}, "", "eve"), {})
    place = {"cloud": "aws", "account": "123456789012", "region": "eu-central-1", "service": "ec2"}
    told = {"outcome": "called", "resources": 3, "calls": 1, "permission": "", "reason": ""}
    row = coverage_row(place, "DescribeInstances", told, datetime.now(UTC))
    store.replace(ACME, RunRef("r"), {CloudCoverage: coverage_frame([row])})
    return store


def rows(store, tenant, cloud=""):
    desk = Desk(CaseFile(tenant, "own_crew", tenant, {}, {}, "digest"), TenantView(store, tenant))
    return validate_credentials(desk, CredentialArguments(cloud=cloud)).rows


def test_connections_are_told_with_how_their_credentials_fared(scratch):
    aws, gcp = rows(scratch, ACME)
    assert aws["connections"] == [{"name": "key", "method": "secret", "credentials_are": "sealed"}]
    assert (aws["credentials"], aws["accounts"]) == ("answered", ["123456789012"])
    assert gcp["connections"] == [{"name": "lake", "method": "ambient", "credentials_are": "referred to"}]
    assert gcp["credentials"] == "not tried yet: no scan since they were connected"
    assert [row["cloud"] for row in rows(scratch, ACME, "gcp")] == ["gcp"]


def test_no_value_is_told_and_nothing_of_another_tenant(scratch):
    told = repr(rows(scratch, ACME))
    assert SECRET["secret"] not in told and KEY_ID not in told
    assert rows(scratch, BETA) == []
    assert "access_key_id" in str(scratch.read(ACME, CloudConnection)["options"].tolist())  # there is one to tell
