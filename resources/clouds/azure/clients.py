"""How Azure is reached: the credential that a connection names, and SDK clients that never retry by themselves.

Retrying is the reader's alone. The SDKs send bearer tokens over https only; `enforce_https=False` is their documented
option for a call, given here for endpoints on this machine (test servers) and for no other. Without an endpoint these
are the public cloud's; sovereign clouds have others.
"""

import base64
import json
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from pydantic_core import from_json

from resources.clouds.account import Connection, Fault, Refused
from resources.clouds.options import AMBIENT, CERTIFICATE, SECRET, WORKLOAD_IDENTITY

ARM_SCOPE = "https://management.azure.com/.default"
ARM_HOST = "https://management.azure.com"
PAGE_ROWS = 1_000  # the most that Resource Graph gives at once
CONNECT_S = 5.0
_RENEWED_S = 300  # before a token ends, as the SDKs themselves do
READ_S = 60.0  # a page of a thousand rows takes seconds

MISSING = "the Azure SDKs are not installed; run: pip install 'aidiscover-pipelines[azure]'"


class AzureClients:
    """Calls of one connection, from any thread. Raises: Refused where the SDKs or the credential cannot be used."""

    def __init__(self, connection: Connection) -> None:
        try:
            import azure.identity
            import azure.mgmt.resourcegraph
            import azure.monitor.query
            import azure.monitor.querymetrics
        except ImportError:
            raise Refused(Fault("failed", "MissingExtra", MISSING)) from None
        self._endpoint = connection.endpoint.rstrip("/")
        self._each_call: dict[str, Any] = {"enforce_https": False} if _on_this_machine(self._endpoint) else {}
        self._options: dict[str, Any] = {
            "retry_total": 0,
            "connection_timeout": CONNECT_S,
            "read_timeout": READ_S,
        }
        self._credential = _SharedTokens(_credential(connection, self._options))
        self._graph = azure.mgmt.resourcegraph.ResourceGraphClient(
            self._credential, self._endpoint or ARM_HOST, **self._options
        )
        self._arm = _arm_client(self._credential, self._endpoint or ARM_HOST, self._options)
        self._logs = azure.monitor.query.LogsQueryClient(
            self._credential, **({"endpoint": self._endpoint} if self._endpoint else {}), **self._options
        )
        self._metrics: dict[str, Any] = {}
        self._lock = threading.Lock()

    def principal(self) -> str:
        """Who asks, as the token says: the application's or the user's name, else the object id."""
        token = self._credential.get_token(ARM_SCOPE).token
        try:
            part = token.split(".")[1]
            claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        except (IndexError, ValueError):  # a token is opaque by contract
            return "unknown"
        known = (claims.get(key) for key in ("upn", "unique_name", "app_displayname", "appid", "oid"))
        return next((str(each) for each in known if each), "unknown")

    def query(
        self, query: str, subscriptions: Sequence[str], token: str | None
    ) -> tuple[list[dict[str, Any]], str | None]:
        """One page of a Resource Graph query and its next token; no subscriptions are all that can be read."""
        from azure.mgmt.resourcegraph.models import QueryRequest, QueryRequestOptions

        options = QueryRequestOptions(top=PAGE_ROWS, skip_token=token, result_format="objectArray")
        request = QueryRequest(query=query, subscriptions=list(subscriptions) or None, options=options)
        answer: Any = self._graph.resources(request, **self._each_call)
        return list(answer.data), answer.skip_token or None

    def listed(
        self, path: str, parameters: Mapping[str, str], token: str | None
    ) -> tuple[list[dict[str, Any]], str | None]:
        """One page of a list call of Azure Resource Manager; its token is the link to the next page."""
        from azure.core.rest import HttpRequest

        host = self._endpoint or ARM_HOST
        if token is not None and urlsplit(token)[:2] != urlsplit(host)[:2]:
            raise ValueError(f"the next page is on another host ({urlsplit(token).hostname!r})")  # would get our token
        request = HttpRequest("GET", token or f"{host}{path}", params=None if token else dict(parameters))
        answer = from_json(_body(self._arm.send_request(request, stream=True, **self._each_call)))
        return answer.get("value", []), answer.get("nextLink") or None

    def metrics(self, region: str, subscription: str, parameters: Mapping[str, str], ids: Sequence[str]) -> bytes:
        """The JSON in which one metrics batch tells of up to 50 resources of one region and type, in no order.

        The plain request of the client: its typed results neither name their resource nor parse in reasonable time.
        """
        from azure.core.rest import HttpRequest

        request = HttpRequest(
            "POST",
            f"/subscriptions/{subscription}/metrics:getBatch",
            params={"api-version": "2024-02-01", **parameters},
            json={"resourceids": list(ids)},
        )
        return _body(self._metrics_client(region).send_request(request, stream=True, **self._each_call))

    def logs(self, workspace: str, query: str, days: int) -> tuple[list[dict[str, Any]], bool]:
        """Rows of a Log Analytics query over the last days, and whether these are all that it asks for."""
        from azure.core.exceptions import HttpResponseError
        from azure.monitor.query import LogsQueryResult

        answer = self._logs.query_workspace(workspace, query, timespan=timedelta(days=days), **self._each_call)
        is_whole = isinstance(answer, LogsQueryResult)
        tables = answer.tables if isinstance(answer, LogsQueryResult) else answer.partial_data
        rows = [dict(zip(table.columns, row, strict=True)) for table in tables for row in table.rows]
        if not rows and not is_whole:
            raise HttpResponseError("a partial answer without rows")
        return rows, is_whole

    def _metrics_client(self, region: str) -> Any:
        from azure.monitor.querymetrics import MetricsClient

        with self._lock:
            if region not in self._metrics:
                endpoint = self._endpoint or f"https://{region}.metrics.monitor.azure.com"
                self._metrics[region] = MetricsClient(endpoint, self._credential, **self._options)
            return self._metrics[region]


class _SharedTokens:
    """A credential whose tokens all clients share.

    Developer tools start a process for each token, and hosts throttle a managed identity that many threads ask at once.
    """

    def __init__(self, credential: Any) -> None:
        self._credential = credential
        self._tokens: dict[tuple[str, ...], Any] = {}
        self._lock = threading.Lock()

    def get_token(self, *scopes: str, **options: Any) -> Any:
        """A token for these scopes that lives for some minutes more. Options come with a challenge of the service."""
        with self._lock:
            token = self._tokens.get(scopes)
            if options or token is None or token.expires_on - time.time() < _RENEWED_S:
                token = self._tokens[scopes] = self._credential.get_token(*scopes, **options)
            return token


def _credential(connection: Connection, options: Mapping[str, Any]) -> Any:
    """The credential of azure-identity that the method names. Nothing is asked of Azure yet."""
    from azure.identity import (
        CertificateCredential,
        ClientSecretCredential,
        DefaultAzureCredential,
        WorkloadIdentityCredential,
    )

    told = connection.options
    tenant, client = told.get("tenant_id", ""), told.get("client_id", "")
    # Only the public authority knows of others; a replaced endpoint is a closed world.
    known = {**options, "disable_instance_discovery": bool(connection.endpoint)}
    try:
        if connection.method == SECRET:
            return ClientSecretCredential(tenant, client, connection.secret, **known)
        if connection.method == CERTIFICATE:
            return CertificateCredential(tenant, client, told["certificate_file"], **known)
        if connection.method == WORKLOAD_IDENTITY:
            file = {"token_file_path": told["federated_token_file"]} if "federated_token_file" in told else {}
            return WorkloadIdentityCredential(tenant_id=tenant, client_id=client, **file, **known)
        if connection.method == AMBIENT:
            return DefaultAzureCredential(**({"managed_identity_client_id": client} if client else {}), **known)
    except (ValueError, OSError) as error:
        # Messages of azure-identity name the parameter; a certificate's path is the only value in them.
        raise Refused(Fault("denied", "InvalidCredential", f"the credential cannot be used: {_line(error)}")) from None
    raise Refused(Fault("denied", "UnknownMethod", f"Azure has no method {connection.method!r}"))


def _arm_client(credential: Any, host: str, options: Mapping[str, Any]) -> Any:
    """A client for the list calls that have no place in the other SDKs, made of the SDKs' own policies."""
    from azure.core.pipeline.policies import RequestIdPolicy, RetryPolicy, UserAgentPolicy
    from azure.mgmt.core import ARMPipelineClient
    from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy

    policies = [
        RequestIdPolicy(),
        UserAgentPolicy("aidiscover"),
        RetryPolicy(**options),
        ARMChallengeAuthenticationPolicy(credential, ARM_SCOPE),
    ]
    return ARMPipelineClient(base_url=host, policies=policies, **options)


def _body(response: Any) -> bytes:
    """The body of a streamed response: of others the SDKs' policies parse it as well, at their own pace."""
    body: bytes = response.read()
    response.raise_for_status()
    return body


def _on_this_machine(endpoint: str) -> bool:
    host = urlsplit(endpoint).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
