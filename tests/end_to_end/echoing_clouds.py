"""Clouds at their worst, on loopback: they refuse, and their messages repeat every word that they were sent."""

import datetime
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


class Echo(BaseHTTPRequestHandler):
    """STS gives the `role_secret` away and says who asks; everything else is refused with what was asked."""

    role_secret = ""

    def do_GET(self) -> None:
        self._answer("")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing."""

    def _answer(self, body: str) -> None:
        said = f"{self.path} {dict(self.headers)} {body}"
        if "openid-configuration" in self.path:
            self._send(200, json.dumps(self._directory()))
        elif self.path.startswith("/directory"):
            told = {"error": "invalid_client", "error_description": f"AADSTS7000215: wrong secret. {said}"}
            self._send(401, json.dumps({**told, "error_codes": [7000215]}))
        elif self.path.startswith("/token"):
            self._send(400, json.dumps({"error": "invalid_grant", "error_description": said}))
        elif "Action=AssumeRole" in body and "refused" not in body:
            self._send(200, self._role())
        elif "Action=GetCallerIdentity" in body:
            self._send(200, _sts("GetCallerIdentity", "<Account>210987654321</Account><Arn>arn:aws:iam::2:x</Arn>"))
        else:
            code = "AccessDenied" if "Action=AssumeRole" in body else "ExpiredToken"
            shown = said.replace("&", "&amp;").replace("<", "&lt;")
            self._send(
                403, f"<ErrorResponse><Error><Code>{code}</Code><Message>{shown}</Message></Error></ErrorResponse>"
            )

    def _directory(self) -> dict[str, str]:
        host = f"https://{self.headers['Host']}/directory"
        names = ("token_endpoint", "authorization_endpoint", "issuer", "device_authorization_endpoint")
        return dict.fromkeys(names, host)

    def _role(self) -> str:
        keys = "<AccessKeyId>ASIAROLEROLEROLEROLE</AccessKeyId><Expiration>2099-01-01T00:00:00Z</Expiration>"
        secret = f"<SecretAccessKey>{self.role_secret}</SecretAccessKey><SessionToken>{self.role_secret}</SessionToken>"
        user = "<AssumedRoleUser><Arn>arn:aws:sts::210987654321:assumed-role/x/y</Arn></AssumedRoleUser>"
        return _sts("AssumeRole", f"<Credentials>{keys}{secret}</Credentials>{user}")

    def _send(self, status: int, text: str) -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json" if text.startswith("{") else "text/xml")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _sts(operation: str, result: str) -> str:
    return f"<{operation}Response><{operation}Result>{result}</{operation}Result></{operation}Response>"


@contextmanager
def served(role_secret: str, certificate: Path | None = None) -> Iterator[str]:
    """host:port of an Echo; over TLS where a certificate with its key is given."""
    handler = type("EchoOfThisTest", (Echo,), {"role_secret": role_secret})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def private_key() -> rsa.RSAPrivateKey:
    """A key of a service account, or of a certificate."""
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


def pem(key: rsa.RSAPrivateKey) -> str:
    """PKCS 8, as documents of service accounts have it."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def write_certificate(path: Path) -> Path:
    """A certificate of 127.0.0.1 that signs itself, with its key, in one file."""
    key, now = private_key(), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path.write_text(pem(key) + certificate.public_bytes(Encoding.PEM).decode())
    return path
