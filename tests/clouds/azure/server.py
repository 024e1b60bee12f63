"""A small Azure on loopback, for the real SDKs: the documented REST shapes of what a scan asks, and faults on demand.

Resource Graph (2021-03-01: 1,000 rows and $skipToken), permissions (2022-04-01), compute SKUs (2021-07-01), machines of
Azure Migrate sites (2020-01-01), metrics batch (2024-02-01), Log Analytics queries (v1), the token endpoints of a
managed identity (2019-08-01) and of Entra ID. Of Kusto it understands the queries that are sent, no more.
"""

import base64
import json
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.clouds.serving import Answer, served_json

DIRECTORY = "11111111-1111-4111-8111-111111111111"
CLIENT = "22222222-2222-4222-8222-222222222222"
CLIENT_SECRET = "a-client-secret-of-the-tests"
Row = dict[str, Any]


@dataclass(slots=True)
class Rule:
    """A fault: the first `times` calls of `service` after `after` good ones are answered so; `stall_s` comes first."""

    service: str
    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)
    times: int = 1_000
    after: int = 0
    stall_s: float = 0.0


@dataclass(slots=True)
class Call:
    """What was asked: service, path and for the role tests the action that Azure would demand."""

    service: str
    path: str
    status: int
    body: Any = None


def error(code: str, message: str = "said at length", *details: str) -> Row:
    """An error of Azure Resource Manager."""
    told = {"code": code, "message": message}
    return {"error": {**told, "details": [{"code": each, "message": each} for each in details]} if details else told}


class AzureServer:
    """What the little Azure holds. All may be changed while it runs."""

    def __init__(self) -> None:
        self.subscriptions: dict[str, str] = {}
        self.rows: list[Row] = []
        self.granted: list[str] = ["*/read"]
        self.sizes: dict[str, tuple[int, float]] = {}
        self.machines: dict[str, list[Row]] = {}
        self.series: Callable[[str, str], list[float | None]] = lambda _resource, _metric: []
        self.connections: list[tuple[str, str, int]] = []
        self.rules: list[Rule] = []
        self.calls: list[Call] = []
        self.page_rows = 1_000
        self.repeats_token = False
        self.partial_rows = 0
        self.token_lives_s = 3_600.0
        self.url = ""
        self._tokens: dict[str, float] = {}
        self._lock = threading.Lock()

    def called(self, service: str) -> list[Call]:
        return [call for call in self.calls if call.service == service]

    def expire_tokens(self) -> None:
        self._tokens = dict.fromkeys(self._tokens, 0.0)

    def environment(self) -> dict[str, str]:
        """Makes DefaultAzureCredential find this server as the managed identity of an app service."""
        return {"IDENTITY_ENDPOINT": f"{self.url}/token", "IDENTITY_HEADER": "x", "AZURE_TOKEN_CREDENTIALS": "prod"}

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        parts = urlsplit(target)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        service, answering = self._route(unquote(parts.path))
        told = json.loads(body) if body and service not in ("sign-in", "directory") else None
        form = {key: values[0] for key, values in parse_qs(body.decode()).items()} if service == "sign-in" else {}
        with self._lock:
            rule = self._due(service)
        if rule is not None:
            time.sleep(rule.stall_s)
            status, extra, answer = rule.status, dict(rule.headers), rule.body
        elif service not in ("token", "sign-in", "directory") and not self._signed_in(headers):
            status, extra, answer = 401, {}, error("ExpiredAuthenticationToken", "The access token expiry UTC time ...")
        else:
            status, extra, answer = answering(query, told or form)
        with self._lock:
            self.calls.append(Call(service, parts.path, status, told))
        return status, extra, answer

    def _due(self, service: str) -> Rule | None:
        rule = next((each for each in self.rules if each.service == service and each.times > 0), None)
        if rule is None:
            return None
        if rule.after > 0:
            rule.after -= 1
            return None
        rule.times -= 1
        return rule

    def _signed_in(self, headers: Mapping[str, str]) -> bool:
        return self._tokens.get(headers.get("Authorization", "").removeprefix("Bearer "), 0) > time.time()

    def _route(self, path: str) -> tuple[str, Callable[[Row, Any], Answer]]:
        lowered = path.lower()
        if path == "/token":
            return "token", lambda query, _: self._managed_identity(query)
        if lowered == "/providers/microsoft.resourcegraph/resources":
            return "graph", lambda _, body: self._graph(body)
        if lowered.endswith("/microsoft.authorization/permissions"):
            return "permissions", lambda _, __: self._permissions(path.split("/")[2])
        if lowered.endswith("/microsoft.compute/skus"):
            return "skus", lambda query, _: self._skus(path, query)
        if lowered.endswith("/machines"):
            return "machines", lambda _, __: (200, {}, {"value": self.machines[path.rpartition("/")[0]]})
        if lowered.endswith("/metrics:getbatch"):
            return "metrics", self._metrics
        if re.fullmatch(r"/v1/workspaces/[^/]+/query", lowered):
            return "logs", lambda _, body: self._logs(body)
        if lowered.endswith("/.well-known/openid-configuration"):
            return "directory", lambda _, __: self._directory(path.split("/")[1])
        if lowered.endswith("/oauth2/v2.0/token"):
            return "sign-in", lambda _, form: self._sign_in(form)
        return "unknown", lambda _, __: (404, {}, error("NotFound"))

    def _token(self) -> str:
        claims = base64.urlsafe_b64encode(json.dumps({"appid": CLIENT, "n": len(self._tokens)}).encode()).decode()
        token = f"header.{claims.rstrip('=')}.signature"
        self._tokens[token] = time.time() + self.token_lives_s
        return token

    def _managed_identity(self, query: Row) -> Answer:
        expires = str(int(time.time() + self.token_lives_s))
        told = {"resource": query["resource"], "token_type": "Bearer", "expires_on": expires}
        return 200, {}, {"access_token": self._token(), **told}

    def _directory(self, tenant: str) -> Answer:
        if tenant != DIRECTORY:
            message = f"AADSTS90002: Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID."
            return 400, {}, {"error": "invalid_tenant", "error_description": message}
        base = f"{self.url}/{tenant}"
        endpoints = {f"{name}_endpoint": f"{base}/oauth2/v2.0/{name}" for name in ("authorization", "token")}
        return 200, {}, {"issuer": f"{base}/v2.0", **endpoints}

    def _sign_in(self, form: Row) -> Answer:
        if "client_assertion" in form or form.get("client_secret") == CLIENT_SECRET:
            return 200, {}, {"token_type": "Bearer", "expires_in": 3600, "access_token": self._token()}
        message = "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent is the secret value."
        return 401, {}, {"error": "invalid_client", "error_description": message}

    def _graph(self, body: Row) -> Answer:
        query, asked = body["query"], body.get("subscriptions")
        known = [each for each in asked or self.subscriptions if each in self.subscriptions]
        if asked and not known:
            return 400, {}, error("BadRequest", "Please provide below info", "NoValidSubscriptionsInQueryRequest")
        if query.startswith("resourcecontainers"):
            found = [{"id": f"/subscriptions/{s}", "subscriptionId": s, "name": self.subscriptions[s]} for s in known]
        else:
            found = list(self._readable(query, known))
        if limit := re.search(r"\| take (\d+)", query):
            found = found[: int(limit.group(1))]
        options = body.get("options") or {}
        size = min(options.get("$top", 100), self.page_rows)
        first = int(base64.b64decode(options["$skipToken"])) if options.get("$skipToken") else 0
        page = found[first : first + size]
        more = first + size < len(found) and not limit
        token = {"$skipToken": base64.b64encode(str(first + size).encode()).decode()} if more else {}
        if self.repeats_token:
            token = {"$skipToken": base64.b64encode(b"0").decode()}
        told = {"totalRecords": len(found), "count": len(page), "resultTruncated": str(more).lower(), "facets": []}
        quota = {"x-ms-user-quota-remaining": "14", "x-ms-user-quota-resets-after": "00:00:05"}
        return 200, quota, {**told, "data": page, **token}

    def _readable(self, query: str, subscriptions: list[str]) -> Iterator[Row]:
        lists = [set(re.findall(r"'([^']+)'", each)) for each in re.findall(r"type in~ \(([^)]*)\)", query)]
        first = lists[1] if "rank" in query else set()
        rows = [
            row
            for row in self.rows
            if row["type"] in lists[0] and row["id"].split("/")[2] in subscriptions and self._grants(row["type"])
        ]
        yield from sorted(rows, key=lambda row: (row["type"] not in first, row["id"]))

    def _grants(self, kind: str) -> bool:
        return any(re.fullmatch(each.lower().replace("*", ".*"), f"{kind}/read") for each in self.granted)

    def _permissions(self, subscription: str) -> Answer:
        if subscription not in self.subscriptions:
            return 404, {}, error("SubscriptionNotFound", f"The subscription '{subscription}' could not be found.")
        return 200, {}, {"value": [{"actions": self.granted, "notActions": []}]}

    def _skus(self, path: str, query: Row) -> Answer:
        region = re.fullmatch(r"location eq '(\w+)'", query["$filter"]).group(1)  # type: ignore[union-attr]
        rows = [
            {
                "resourceType": "virtualMachines",
                "name": name,
                "locations": [region],
                "capabilities": [{"name": "vCPUs", "value": str(cores)}, {"name": "MemoryGB", "value": str(memory)}],
            }
            for name, (cores, memory) in self.sizes.items()
        ]
        rows.append({"resourceType": "disks", "name": "Premium_LRS", "locations": [region]})
        first = int(query.get("$skiptoken", 0))
        link = f"{self.url}{path}?api-version=2021-07-01&$filter=location eq '{region}'&$skiptoken={first + 2}"
        token = {"nextLink": link.replace(" ", "%20")} if first + 2 < len(rows) else {}
        return 200, {}, {"value": rows[first : first + 2], **token}

    def _metrics(self, query: Row, body: Row) -> Answer:
        names, aggregations = query["metricnames"].split(","), query["aggregation"].split(",")
        if len(body["resourceids"]) > 50 or len({each.split("/")[2] for each in body["resourceids"]}) > 1:
            return 400, {}, error("BadRequest", "too many resources, or of several subscriptions")
        values = [
            {
                "starttime": query["starttime"],
                "endtime": query["endtime"],
                "interval": query["interval"],
                "namespace": query["metricnamespace"],
                "resourceid": resource,
                "value": [self._metric(resource, name, aggregations) for name in names],
            }
            for resource in reversed(body["resourceids"])
        ]
        return 200, {}, {"values": values}

    def _metric(self, resource: str, name: str, aggregations: list[str]) -> Row:
        points: list[Row] = []
        for hour, value in enumerate(self.series(resource, name)):
            stamp = {"timeStamp": f"2026-01-{1 + hour // 24:02d}T{hour % 24:02d}:00:00Z"}
            points.append(stamp if value is None else {**stamp, **dict.fromkeys(aggregations, value)})
        told = {
            "id": f"{resource}/{name}",
            "type": "Microsoft.Insights/metrics",
            "unit": "Percent",
            "errorCode": "Success",
        }
        return {**told, "name": {"value": name}, "timeseries": [{"metadatavalues": [], "data": points}]}

    def _logs(self, body: Row) -> Answer:
        after = int(found.group(1)) if (found := re.search(r"row > (\d+)", body["query"])) else 0
        limit = re.search(r"take (\d+)", body["query"])
        rows = sorted(self.connections)[after:][: int(limit.group(1)) if limit else None]
        names = (("_ResourceId", "string"), ("DestinationIp", "string"), ("DestinationPort", "int"))
        table = {
            "name": "PrimaryResult",
            "columns": [{"name": name, "type": kind} for name, kind in names],
            "rows": rows,
        }
        if self.partial_rows and len(rows) > self.partial_rows:
            table["rows"] = rows[: self.partial_rows]
            return 200, {}, {"tables": [table], **error("PartialError", "too much", "EngineError")}
        return 200, {}, {"tables": [table]}


@contextmanager
def served(azure: AzureServer, tls: ssl.SSLContext | None = None) -> Iterator[AzureServer]:
    """The server on a free port of this machine, for as long as the block lasts."""
    with served_json(azure.answer, tls) as azure.url:
        yield azure
