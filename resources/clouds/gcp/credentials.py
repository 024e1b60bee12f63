"""How Google Cloud is reached: credentials of a connection, and the two clients that use them.

Nothing of Google's loads before the first scan. The clients never try a call again: resources.clouds.reader does.
"""

import json
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from resources.clouds.account import Connection, Fault, Refused

if TYPE_CHECKING:
    from google.cloud.asset_v1 import AssetServiceClient
    from google.cloud.monitoring_v3 import MetricServiceClient

# The only scope that Cloud Asset Inventory takes; what may be read is up to the role (see role.py).
SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)

MISSING_EXTRA = "Google's own clients are not installed; run: pip install 'aidiscover-pipelines[gcp]'"
NO_CREDENTIALS = (
    "no Google Cloud credentials were found that can be read; run 'gcloud auth application-default login', set "
    "GOOGLE_APPLICATION_CREDENTIALS, run under a service account, or see 'aidiscover cloud add'"
)
WRONG_KEY = (
    "the stored secret is no service account key; store the JSON document that 'gcloud iam service-accounts keys "
    "create' writes"
)
WRONG_FEDERATION = (
    "credentials_file is no credential configuration of workload identity federation that can be used; write it with "
    "'gcloud iam workload-identity-pools create-cred-config' (files, URLs and AWS as its source; no executables)"
)


@dataclass(frozen=True, slots=True)
class Access:
    """Credentials (google.auth), the project that they belong to and who they are; empty where they do not say."""

    credentials: Any
    project: str
    principal: str


def open_access(connection: Connection) -> Access:
    """The credentials of a connection; no call is made but to the metadata server, as ambient credentials need it.

    Over plain http, which connections have to this machine only (a test server), ambient credentials are anonymous.
    Raises: Refused.
    """
    try:
        for module in ("google.cloud.asset_v1", "google.cloud.monitoring_v3"):
            import_module(module)
        from google.auth.exceptions import GoogleAuthError
    except ImportError as error:
        raise _refused("failed", "MISSING_EXTRA", MISSING_EXTRA) from error
    try:
        access = _OPENED[connection.method](connection)
    except GoogleAuthError as error:
        raise _refused("denied", type(error).__name__, NO_CREDENTIALS) from error
    quota_project = connection.options.get("quota_project")
    if quota_project and hasattr(access.credentials, "with_quota_project"):
        return Access(access.credentials.with_quota_project(quota_project), access.project, access.principal)
    return access


def asset_client(access: Access, connection: Connection) -> "AssetServiceClient":
    """Cloud Asset Inventory over REST, at the connection's endpoint where it has one."""
    from google.cloud.asset_v1 import AssetServiceClient
    from google.cloud.asset_v1.services.asset_service.transports import AssetServiceRestTransport

    host = connection.endpoint or AssetServiceClient.DEFAULT_ENDPOINT
    return AssetServiceClient(transport=AssetServiceRestTransport(host=host, credentials=access.credentials))


def metric_client(access: Access, connection: Connection) -> "MetricServiceClient":
    """Cloud Monitoring, whose client speaks gRPC only; where the endpoint is replaced, at `monitoring_endpoint`."""
    import grpc
    from google.cloud.monitoring_v3 import MetricServiceClient
    from google.cloud.monitoring_v3.services.metric_service.transports import MetricServiceGrpcTransport

    host = connection.options.get("monitoring_endpoint") or urlsplit(connection.endpoint).netloc
    host = host or MetricServiceClient.DEFAULT_ENDPOINT
    if not _is_plain(connection):
        return MetricServiceClient(transport=MetricServiceGrpcTransport(host=host, credentials=access.credentials))
    # 100,000 points in an answer are more than the 4 MB that a bare channel takes.
    channel = grpc.insecure_channel(host, options=[("grpc.max_receive_message_length", -1)])
    return MetricServiceClient(transport=MetricServiceGrpcTransport(channel=channel))


def _is_plain(connection: Connection) -> bool:
    return connection.endpoint.startswith("http://")


def _ambient(connection: Connection) -> Access:
    import google.auth
    from google.auth.credentials import AnonymousCredentials

    if _is_plain(connection):
        return Access(AnonymousCredentials(), "", "anonymous")
    credentials, project = google.auth.default(scopes=SCOPES)
    return Access(credentials, project or "", _principal(credentials))


def _impersonated(connection: Connection) -> Access:
    from google.auth.impersonated_credentials import Credentials
    from google.oauth2.credentials import Credentials as Token

    account = connection.options["impersonate"]
    if _is_plain(connection):
        # A test server hands out tokens, too, whoever asks; anonymous credentials cannot ask.
        tokens = f"{connection.endpoint}/v1/projects/-/serviceAccounts/{account}:generateAccessToken"
        asking = Token("anonymous")
        return Access(Credentials(asking, account, SCOPES, iam_endpoint_override=tokens), "", account)
    source = _ambient(connection)
    return Access(Credentials(source.credentials, account, SCOPES), source.project, account)


def _federated(connection: Connection) -> Access:
    from google.auth import aws, identity_pool

    try:
        info = json.loads(Path(connection.options["credentials_file"]).read_text("utf-8"))
        source = info["credential_source"]
        # A configuration may name a program to run; that is not for a stored connection to decide.
        if info["type"] != "external_account" or "executable" in source:
            raise ValueError("another kind of configuration")
        kind: Any = aws.Credentials if "environment_id" in source else identity_pool.Credentials
        credentials = kind.from_info(info, scopes=SCOPES)
    except (OSError, ValueError, TypeError, LookupError) as error:
        raise _refused("denied", "INVALID_CREDENTIAL_CONFIGURATION", WRONG_FEDERATION) from error
    return Access(credentials, "", _principal(credentials) or str(info.get("audience", "")))


def _key(connection: Connection) -> Access:
    from google.oauth2.service_account import Credentials

    try:
        info = json.loads(connection.secret)
        # The signed request for a token goes where the document says.
        if not info["token_uri"].startswith("https://") and not _is_plain(connection):
            raise ValueError("tokens are asked for over https only")
        credentials = Credentials.from_service_account_info(info, scopes=SCOPES)
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise _refused("denied", "INVALID_KEY_DOCUMENT", WRONG_KEY) from error
    return Access(credentials, str(info.get("project_id", "")), _principal(credentials))


_OPENED = {"ambient": _ambient, "role": _impersonated, "workload_identity": _federated, "secret": _key}


def _principal(credentials: Any) -> str:
    """The service account or user, in as far as credentials know it before their first token."""
    return getattr(credentials, "service_account_email", None) or getattr(credentials, "account", None) or ""


def _refused(kind: str, code: str, reason: str) -> Refused:
    return Refused(Fault(kind, code, reason))
