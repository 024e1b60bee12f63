"""Every way to credentials, through the real azure-identity, and what is told where one does not lead there."""

import ipaddress
import ssl
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from resources.clouds.account import Connection, Refused
from resources.clouds.azure import accounts
from tests.clouds.azure.rows import SUBSCRIPTION
from tests.clouds.azure.scanning import Scan
from tests.clouds.azure.server import CLIENT, CLIENT_SECRET, DIRECTORY, AzureServer, served

WRONG_DIRECTORY = "99999999-9999-4999-8999-999999999999"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificate and key of 127.0.0.1 in one file, for the server and for an application alike."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path = tmp_path_factory.mktemp("azure") / "both.pem"
    path.write_bytes(signed.public_bytes(serialization.Encoding.PEM) + private)
    return path


@pytest.fixture
def entra(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AzureServer]:
    """A little Azure over TLS: Entra ID takes secrets over nothing else."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with served(AzureServer(), context) as server:
        server.subscriptions[SUBSCRIPTION] = "Production"
        monkeypatch.setenv("AZURE_AUTHORITY_HOST", server.url)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        yield server


def application(server: AzureServer, method: str, secret: str = "", **options: str) -> Connection:
    given = {"tenant_id": DIRECTORY, "client_id": CLIENT, **options}
    return Connection("azure", "t", method, given, server.url, secret)


def refusal(connection: Connection) -> str:
    """Why nothing can be asked over this connection: the kind and the reason."""
    with pytest.raises(Refused) as refused:
        list(accounts(connection))
    return f"{refused.value.fault.kind}: {refused.value.fault.reason}"


def test_a_client_secret_signs_in(entra: AzureServer) -> None:
    (account,) = accounts(application(entra, "secret", CLIENT_SECRET))
    assert (account.name, account.identity().principal) == ("Production", CLIENT)


def test_a_certificate_signs_in(entra: AzureServer, certificate: Path) -> None:
    (account,) = accounts(application(entra, "certificate", certificate_file=str(certificate)))
    assert account.id == SUBSCRIPTION


def test_a_token_file_of_the_platform_signs_in(entra: AzureServer, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("a.b.c")
    (account,) = accounts(application(entra, "workload_identity", federated_token_file=str(file)))
    assert account.id == SUBSCRIPTION


def test_a_wrong_secret_is_told_without_showing_it(entra: AzureServer) -> None:
    told = refusal(application(entra, "secret", "not-the-secret"))
    assert told == "expired: the client secret is wrong; store the secret's value, not its id (AADSTS7000215)"


def test_a_wrong_directory_is_told(entra: AzureServer) -> None:
    told = refusal(application(entra, "secret", CLIENT_SECRET, tenant_id=WRONG_DIRECTORY))
    assert "correct tenant_id" in told
    assert CLIENT_SECRET not in told


def test_a_certificate_that_cannot_be_read_is_told(entra: AzureServer, tmp_path: Path) -> None:
    assert "the credential cannot be used" in refusal(
        application(entra, "certificate", certificate_file=str(tmp_path / "missing.pem"))
    )
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    assert "the credential cannot be used" in refusal(application(entra, "certificate", certificate_file=str(empty)))


def test_an_authority_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_AUTHORITY_HOST", "https://127.0.0.1:9")
    told = refusal(
        Connection("azure", "t", "secret", {"tenant_id": DIRECTORY, "client_id": CLIENT}, "https://127.0.0.1:9", "x")
    )
    assert "did not reach Azure" in told


def test_without_credentials_the_ways_to_some_are_told(
    azure: AzureServer, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "EnvironmentCredential")
    assert refusal(connection).startswith("denied: no Azure credentials were found; run 'az login'")
    named = Connection("azure", "t", "ambient", {"subscriptions": SUBSCRIPTION}, azure.url)
    (ended,) = Scan(named).ended
    assert (ended.read.service, ended.outcome) == ("identity", "denied")
    assert not azure.called("graph")


def test_a_missing_extra_gives_the_line_that_installs_it(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "azure.mgmt.resourcegraph", None)
    assert "pip install 'aidiscover-pipelines[azure]'" in refusal(connection)


def test_a_token_never_leaves_this_machine_over_http(azure: AzureServer) -> None:
    told = refusal(Connection("azure", "t", "ambient", {}, "http://azure.example"))
    assert told.startswith("unreachable")
    assert not azure.called("graph")


def test_no_secret_stands_in_what_a_connection_shows(entra: AzureServer) -> None:
    connection = application(entra, "secret", CLIENT_SECRET)
    (account,) = accounts(connection)
    shown = f"{connection!r} {account!r} {vars(account)!r}"
    assert CLIENT_SECRET not in shown
