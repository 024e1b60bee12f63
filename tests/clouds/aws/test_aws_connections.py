"""From a connection to accounts: every way to credentials, and what is said where there are none."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from resources.clouds.account import Connection, Refused
from resources.clouds.aws import accounts
from resources.clouds.aws.demo.process import calls_at, connection

MANAGEMENT, MEMBER_ROLE = "123456789012", "arn:aws:iam::210987654321:role/reader"
REGION = {"regions": "eu-central-1"}


def reached(method: str, endpoint: str, secret: str = "", **options: str) -> list[tuple[str, str]]:
    """Id and principal of each account."""
    found = accounts(Connection("aws", "main", method, {**REGION, **options}, endpoint, secret))
    return [(each.id, each.identity().principal) for each in found]


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")


def test_ambient_keys_give_their_account(cloud: str, keys: None) -> None:
    assert [id for id, _ in reached("ambient", cloud)] == [MANAGEMENT]


def test_a_stored_key_gives_its_account(cloud: str) -> None:
    assert [id for id, _ in reached("secret", cloud, "made-up", access_key_id="AKIAIOSFODNN7EXAMPLE")] == [MANAGEMENT]


def test_a_profile_gives_its_account(cloud: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "credentials"
    file.write_text("[acme]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = made-up\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    assert [id for id, _ in reached("profile", cloud, profile="acme")] == [MANAGEMENT]
    with pytest.raises(Refused, match="ProfileNotFound"):
        reached("profile", cloud, profile="other")


def test_a_role_is_assumed_with_its_external_id(cloud: str, keys: None) -> None:
    ((id, principal),) = reached("role", cloud, role_arn=MEMBER_ROLE, external_id="shared-words")
    assert id == "210987654321"
    assert "assumed-role/reader/aidiscover" in principal


def test_a_workload_identity_exchanges_the_token_of_its_file(cloud: str, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("a.b.c\n")
    options = {"role_arn": MEMBER_ROLE, "web_identity_token_file": str(token)}
    ((id, _),) = reached("workload_identity", cloud, **options)
    assert id == "210987654321"
    token.unlink()
    with pytest.raises(Refused, match="identity token could not be read"):
        reached("workload_identity", cloud, **options)


def test_an_organization_gives_each_of_its_accounts_by_one_role(cloud: str) -> None:
    before = calls_at(cloud)
    found = list(accounts(connection(cloud)))
    assert [each.name for each in found] == ["master", "commerce"]
    assert found[0].identity().account == MANAGEMENT
    principal = found[1].identity().principal
    assert f"{found[1].id}:assumed-role/aidiscover-read" in principal
    made = calls_at(cloud) - before
    assert made["sts", "AssumeRole", "eu-central-1"] == 1, "the account that asks needs no role of its own"


def test_named_accounts_are_entered_without_listing_the_organization(cloud: str) -> None:
    before = calls_at(cloud)
    base = connection(cloud)
    options = {**base.options, "accounts": "210987654321"}
    (account,) = accounts(Connection("aws", "demo", base.method, options, cloud, "made-up"))
    assert account.identity().account == "210987654321"
    assert not any(operation == "ListAccounts" for _, operation, _ in calls_at(cloud) - before)


def test_without_credentials_the_reason_says_how_to_give_them(cloud: str) -> None:
    with pytest.raises(Refused) as refused:
        reached("ambient", cloud)
    assert refused.value.fault.kind == "denied"
    assert all(word in refused.value.fault.reason for word in ("AWS_PROFILE", "role", "aidiscover cloud add"))


def test_a_connection_without_a_region_that_exists_is_refused(keys: None) -> None:
    with pytest.raises(Refused, match="no AWS region is named"):
        list(accounts(Connection("aws", "main", "ambient", {})))
    with pytest.raises(Refused, match="AWS has no region 'mars-1'"):
        list(accounts(Connection("aws", "main", "ambient", {"regions": "mars-1"})))


class Refusing(BaseHTTPRequestHandler):
    """Answers every request as AWS answers one that is not allowed."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>secret words</Message></Error></ErrorResponse>"
        self.send_response(403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def refusing() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Refusing) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_role_that_cannot_be_assumed_is_refused_with_what_to_check(refusing: str, keys: None) -> None:
    with pytest.raises(Refused) as refused:
        reached("role", refusing, role_arn=MEMBER_ROLE, external_id="shared-words")
    fault = refused.value.fault
    assert (fault.kind, fault.code) == ("denied", "AccessDenied")
    assert f"the role {MEMBER_ROLE} could not be assumed" in fault.reason
    assert "shared-words" not in fault.reason
    assert "secret words" not in fault.reason


def test_an_endpoint_that_is_not_there_is_unreachable(keys: None) -> None:
    with pytest.raises(Refused) as refused:
        reached("ambient", "http://127.0.0.1:9")
    assert refused.value.fault.kind == "unreachable"
