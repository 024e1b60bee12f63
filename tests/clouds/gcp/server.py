"""A little Google Cloud on loopback: Cloud Asset Inventory and tokens over REST, Monitoring over gRPC, as documented.

Asset Inventory: cloud.google.com/asset-inventory/docs/reference/rest; errors: google.aip.dev/193; Monitoring:
ListTimeSeries of google.monitoring.v3, whose client speaks gRPC only.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import grpc
from google.cloud.monitoring_v3 import ListTimeSeriesRequest, ListTimeSeriesResponse
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from tests.clouds.serving import Answer, served_json

Row = dict[str, Any]
HOUR_S = 3_600


@dataclass(slots=True)
class Rule:
    """What happens instead of an answer: to calls `after` those that went well, so many `times`."""

    status: int
    body: Any = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    times: int = 1_000
    after: int = 0
    delay_s: float = 0.0


def error(status: int, name: str, reason: str = "", *details: Row, **metadata: str) -> Row:
    """The body of an error; `reason` and `metadata` as google.rpc.ErrorInfo."""
    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "domain": "googleapis.com"}
    told = [{**info, "reason": reason, "metadata": metadata}] if reason else []
    return {"error": {"code": status, "message": "quoting //secret/url", "status": name, "details": [*told, *details]}}


DENIED = Rule(
    403, error(403, "PERMISSION_DENIED", "IAM_PERMISSION_DENIED", permission="cloudasset.assets.listResource")
)
EXPIRED = Rule(401, error(401, "UNAUTHENTICATED", "ACCESS_TOKEN_EXPIRED"))


class GoogleServer:
    """Assets by scope, measurements by project, rules for calls; and every call that came."""

    def __init__(self) -> None:
        self.assets: dict[str, list[Row]] = {}
        self.relationships: list[Row] = []
        # (metric type, id of an instance or database) -> hourly values, the newest last
        self.series: dict[tuple[str, str], list[float]] = {}
        self.rules: list[Rule] = []
        self.relationship_rules: list[Rule] = []
        self.metric_rules: list[Rule] = []
        self.token_rules: list[Rule] = []
        self.page_size = 1_000
        self.points_of_page = 100_000
        self.repeats_token = False
        self.calls: list[str] = []
        self.authorizations: set[str] = set()
        self.url = self.monitoring = ""

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        parts = urlsplit(path)
        if parts.path == "/token" or parts.path.endswith(":generateAccessToken"):
            self.calls.append("token")
            until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
            token = {"access_token": "t-1", "expires_in": 3600, "accessToken": "t-1", "expireTime": until}
            return self._ruled(self.token_rules) or (200, {}, token)
        self.authorizations.add(headers.get("Authorization", ""))
        found = re.fullmatch(r"/v1/((projects|folders|organizations)/[^/]+)/assets", parts.path)
        if method != "GET" or not found:
            return 404, {}, error(404, "NOT_FOUND")
        asked = parse_qs(parts.query)
        if int(asked.get("pageSize", ["100"])[0]) > 1_000:
            return 400, {}, error(400, "INVALID_ARGUMENT")
        content = asked.get("contentType", [""])[0]
        return self._listed(found[1], asked, content)

    def _listed(self, scope: str, asked: Mapping[str, list[str]], content: str) -> Answer:
        relates = content == "7"  # RELATIONSHIP: Google's client writes enums as numbers
        self.calls.append("ListAssets relationships" if relates else "ListAssets")
        if ruled := self._ruled(self.relationship_rules if relates else self.rules):
            return ruled
        if scope not in self.assets:
            return 404, {}, error(404, "NOT_FOUND")
        types = set(asked.get("assetTypes", []))
        source = self.relationships if relates else self.assets[scope]
        rows = [row for row in source if not types or row["assetType"] in types]
        start = int(asked.get("pageToken", ["0"])[0] or 0)
        size = min(int(asked.get("pageSize", ["100"])[0]), self.page_size)
        page: Row = {"readTime": "2026-01-01T00:00:00Z", "assets": rows[start : start + size]}
        if start + size < len(rows):
            page["nextPageToken"] = str(size if self.repeats_token else start + size)
        return 200, {}, page

    @staticmethod
    def _ruled(rules: list[Rule]) -> Answer | None:
        for rule in rules:
            if rule.after:
                rule.after -= 1
            elif rule.times:
                rule.times -= 1
                time.sleep(rule.delay_s)
                return rule.status, rule.headers, rule.body
        return None

    def list_time_series(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Hourly values of all instances, parted by points, as the real one parts them."""
        self.calls.append("ListTimeSeries")
        if ruled := self._ruled(self.metric_rules):
            context.abort_with_status(rpc_status.to_status(_status(ruled)))
        type_ = request.filter.partition('"')[2].partition('"')[0]
        if request.aggregation.per_series_aligner in (18, 19, 20, 21):  # percentiles, of distributions only
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "the aligner cannot be applied to metrics of kind DOUBLE")
        label = request.aggregation.group_by_fields[0].rpartition(".")[2]
        until = request.interval.end_time.seconds
        points = [
            (identifier, until - age * HOUR_S, value)
            for (kind, identifier), values in sorted(self.series.items())
            if kind == type_
            for age, value in enumerate(reversed(values))
        ]
        start, size = int(request.page_token or 0), min(request.page_size, self.points_of_page)
        answer = ListTimeSeriesResponse.pb(ListTimeSeriesResponse())
        for identifier, at, value in points[start : start + size]:
            if not answer.time_series or answer.time_series[-1].resource.labels[label] != identifier:
                answer.time_series.add().resource.labels[label] = identifier
            point = answer.time_series[-1].points.add()
            point.interval.end_time.seconds, point.value.double_value = at, value
        if start + size < len(points):
            answer.next_page_token = str(start + size)
        return answer


def _status(answer: Answer) -> status_pb2.Status:
    """An answer of REST as gRPC tells it."""
    codes = {401: 16, 403: 7, 404: 5, 429: 8, 500: 13, 503: 14}
    status = status_pb2.Status(code=codes[answer[0]], message="quoting //secret/url")
    if "Retry-After" in answer[1]:
        wait = error_details_pb2.RetryInfo()
        wait.retry_delay.FromMilliseconds(int(float(answer[1]["Retry-After"]) * 1000))
        detail = AnyMessage()
        detail.Pack(wait)
        status.details.append(detail)
    return status


@contextmanager
def served(google: GoogleServer) -> Iterator[GoogleServer]:
    """Both servers on free ports of this machine, for as long as the block lasts."""
    with served_json(google.answer) as google.url, _grpc(google):
        yield google


@contextmanager
def _grpc(google: GoogleServer) -> Iterator[None]:
    answer: Callable[..., Any] = google.list_time_series
    request, response = ListTimeSeriesRequest.pb(), ListTimeSeriesResponse.pb()
    method = grpc.unary_unary_rpc_method_handler(answer, request.FromString, response.SerializeToString)
    service = grpc.method_handlers_generic_handler("google.monitoring.v3.MetricService", {"ListTimeSeries": method})
    with ThreadPoolExecutor(4) as pool:
        server = grpc.server(pool)
        server.add_generic_rpc_handlers((service,))
        google.monitoring = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
        server.start()
        try:
            yield
        finally:
            server.stop(None).wait()
