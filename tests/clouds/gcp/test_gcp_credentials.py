"""Each way to credentials, with Google's own libraries asking a loopback server for tokens; and what goes wrong."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from resources.clouds.account import Connection, Refused
from resources.clouds.gcp import accounts, policy_document, scan_permissions
from resources.clouds.gcp.account import NO_PROJECT
from resources.clouds.gcp.credentials import NO_CREDENTIALS, WRONG_FEDERATION, WRONG_KEY
from tests.clouds.gcp.estate import PROJECT, instance
from tests.clouds.gcp.scanning import Scan
from tests.clouds.gcp.server import DENIED, EXPIRED, GoogleServer, Rule, error
from tests.clouds.scanning import checked

SCOPE = f"projects/{PROJECT}"
READER = "reader@acme-prod.iam.gserviceaccount.com"


@pytest.fixture(scope="module")
def private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    no_password = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, no_password).decode()


@pytest.fixture
def document(private_key: str, google: GoogleServer) -> dict[str, Any]:
    """A service account key as Google writes it, but for where tokens are."""
    return {
        "type": "service_account",
        "project_id": PROJECT,
        "private_key_id": "1",
        "private_key": private_key,
        "client_email": READER,
        "token_uri": f"{google.url}/token",
    }


def by_key(google: GoogleServer, document: Any, **options: str) -> Connection:
    secret = document if isinstance(document, str) else json.dumps(document)
    given = {"monitoring_endpoint": google.monitoring, **options}
    return Connection("gcp", "key", "secret", given, google.url, secret)


def refusal(connection: Connection) -> Refused:
    with pytest.raises(Refused) as refused:
        list(accounts(connection))
    return refused.value


def test_a_key_reads_its_own_project_with_one_token(google: GoogleServer, document: dict[str, Any]) -> None:
    google.assets[SCOPE] = [instance(1, "web-1")]
    connection = by_key(google, document)
    assert Scan(connection).outcome("ListAssets").outcome == "called"
    assert google.authorizations == {"Bearer t-1"}
    assert google.calls.count("token") == 1
    (account,) = accounts(connection)
    assert (account.identity().account, account.identity().principal) == (PROJECT, READER)
    assert document["private_key"] not in repr(connection) + repr(account)


def test_a_key_that_was_deleted_refuses_the_account(google: GoogleServer, document: dict[str, Any]) -> None:
    google.token_rules = [Rule(400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."})]
    (ended,) = Scan(by_key(google, document)).ended
    assert (ended.read.operation, ended.outcome) == ("identity", "denied")
    assert f"Google gives no token for {READER}" in ended.reason


def test_a_key_that_is_deleted_mid_scan_ends_it_and_keeps_what_came(
    google: GoogleServer, document: dict[str, Any]
) -> None:
    google.assets[SCOPE] = [instance(number, f"vm-{number}") for number in range(4)]
    google.page_size = 2
    google.rules = [Rule(401, EXPIRED.body, after=1)]
    google.token_rules = [Rule(400, {"error": "invalid_grant"}, after=1)]
    scan = Scan(by_key(google, document))
    listed = scan.outcome("ListAssets")
    assert (listed.outcome, listed.resources) == ("denied", 2)
    assert "expired or were revoked" in listed.reason
    assert {ended.outcome for ended in scan.ended if ended.read.service == "monitoring"} == {"skipped"}


@pytest.mark.parametrize("secret", ["", "no json", "[]", "{}", '{"type": "authorized_user", "token_uri": "https://x"}'])
def test_another_document_is_no_key(secret: str, google: GoogleServer) -> None:
    fault = refusal(by_key(google, secret)).fault
    assert (fault.code, fault.reason) == ("INVALID_KEY_DOCUMENT", WRONG_KEY)


def test_a_broken_key_is_never_quoted(google: GoogleServer, document: dict[str, Any]) -> None:
    broken = document["private_key"][:200]
    refused = refusal(by_key(google, {**document, "private_key": broken}))
    assert refused.fault.reason == WRONG_KEY
    assert broken not in str(refused)


def test_tokens_are_asked_for_in_the_clear_on_this_machine_only(document: dict[str, Any]) -> None:
    elsewhere = Connection("gcp", "key", "secret", {}, "", json.dumps({**document, "token_uri": "http://x.test/token"}))
    assert refusal(elsewhere).fault.code == "INVALID_KEY_DOCUMENT"


def test_a_service_account_is_impersonated(google: GoogleServer, connection: Connection) -> None:
    google.assets[SCOPE] = [instance(1, "web-1")]
    role = Connection("gcp", "role", "role", {**connection.options, "impersonate": READER}, google.url)
    assert Scan(role).outcome("ListAssets").outcome == "called"
    assert google.authorizations == {"Bearer t-1"}
    (account,) = accounts(role)
    assert account.identity().principal == READER


def test_a_service_account_that_may_not_be_impersonated_refuses_the_account(
    google: GoogleServer, connection: Connection
) -> None:
    google.token_rules = [Rule(403, error(403, "PERMISSION_DENIED", "IAM_PERMISSION_DENIED"))]
    role = Connection("gcp", "role", "role", {**connection.options, "impersonate": READER}, google.url)
    (ended,) = Scan(role).ended
    assert (ended.read.operation, ended.outcome) == ("identity", "denied")
    assert READER in ended.reason


def test_workload_identity_is_a_file_that_holds_no_secret(
    google: GoogleServer, connection: Connection, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("signed-by-our-own-issuer")
    audience = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/ours"
    configuration = {
        "type": "external_account",
        "audience": audience,
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": f"{google.url}/token",
        "credential_source": {"file": str(tmp_path / "token")},
    }
    file = tmp_path / "federation.json"
    file.write_text(json.dumps(configuration))
    options = {**connection.options, "credentials_file": str(file)}
    federated = Connection("gcp", "federated", "workload_identity", options, google.url)
    google.assets[SCOPE] = [instance(1, "web-1")]
    assert Scan(federated).outcome("ListAssets").outcome == "called"
    assert google.authorizations == {"Bearer t-1"}
    (account,) = accounts(federated)
    assert account.identity().principal == audience


@pytest.mark.parametrize(
    "text",
    [
        "no json",
        "[]",
        '{"type": "service_account"}',
        '{"type": "external_account", "credential_source": {"executable": {"command": "/bin/sh"}}}',
    ],
)
def test_another_configuration_is_refused(text: str, google: GoogleServer, tmp_path: Path) -> None:
    file = tmp_path / "federation.json"
    file.write_text(text)
    for path in (file, tmp_path / "missing.json"):
        connection = Connection("gcp", "f", "workload_identity", {"credentials_file": str(path)}, google.url)
        assert refusal(connection).fault.reason == WRONG_FEDERATION


def test_without_credentials_the_reason_says_how_to_get_some() -> None:
    fault = refusal(Connection("gcp", "default", "ambient", {"projects": PROJECT})).fault
    assert (fault.kind, fault.reason) == ("denied", NO_CREDENTIALS)


def test_a_file_of_credentials_that_is_not_there_is_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere.json")
    assert refusal(Connection("gcp", "default", "ambient", {})).fault.code == "DefaultCredentialsError"


def test_credentials_without_a_project_need_one_named(google: GoogleServer) -> None:
    fault = refusal(Connection("gcp", "default", "ambient", {}, google.url)).fault
    assert (fault.code, fault.reason) == ("NO_PROJECT", NO_PROJECT)


def test_without_the_extra_one_line_says_what_to_install(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "google.cloud.asset_v1", None)
    assert "pip install 'aidiscover-pipelines[gcp]'" in refusal(connection).fault.reason


def test_the_role_allows_what_a_scan_and_a_check_need_and_no_more(google: GoogleServer, connection: Connection) -> None:
    google.assets[SCOPE] = [instance(1, "web-1")]
    permissions = {ended.read.permission for ended in [*Scan(connection).ended, *checked(connection).values()]} - {""}
    assert permissions == set(scan_permissions())
    role = yaml.safe_load(policy_document([*permissions, *permissions]))
    assert role["includedPermissions"] == ["cloudasset.assets.listResource", "monitoring.timeSeries.list"]
    assert role.keys() == {"title", "description", "stage", "includedPermissions"}, "what gcloud takes"
    assert set(google.calls) == {"ListAssets", "ListTimeSeries"}, "each call has its permission in the role"


def test_a_permission_that_is_missing_is_one_of_the_role(google: GoogleServer, connection: Connection) -> None:
    google.rules = [DENIED]
    ended = Scan(connection).outcome("ListAssets")
    assert ended.read.permission in policy_document([ended.read.permission])
