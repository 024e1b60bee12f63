"""Every fault that Google Cloud answers with ends in its own coverage, and the rest of the scan goes on."""

import time
from typing import Any

import pytest
from google.api_core.exceptions import ServiceUnavailable
from google.auth.exceptions import RefreshError, TransportError

from resources.clouds.account import Connection
from resources.clouds.gcp import account as gcp_account
from resources.clouds.gcp.faults import fault_of
from resources.clouds.reader import Limits
from tests.clouds.gcp.estate import PROJECT, database, instance
from tests.clouds.gcp.scanning import Scan
from tests.clouds.gcp.server import DENIED, EXPIRED, GoogleServer, Rule, error
from tests.clouds.scanning import QUICK, checked

SCOPE = f"projects/{PROJECT}"
RETRY_INFO = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "0.3s"}


@pytest.fixture(autouse=True)
def machines(google: GoogleServer) -> None:
    google.assets[SCOPE] = [instance(number, f"vm-{number}") for number in range(4)]
    google.page_size = 2


@pytest.mark.parametrize(
    "rule",
    [
        Rule(429, error(429, "RESOURCE_EXHAUSTED"), {"Retry-After": "0.3"}, times=1, after=1),
        Rule(429, error(429, "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED", RETRY_INFO), times=1, after=1),
        Rule(403, error(403, "PERMISSION_DENIED", "RATE_LIMIT_EXCEEDED", RETRY_INFO), times=1, after=1),
    ],
)
def test_throttling_waits_as_long_as_google_says_and_then_goes_on(
    rule: Rule, google: GoogleServer, connection: Connection
) -> None:
    google.rules = [rule]
    began = time.monotonic()
    scan = Scan(connection)
    assert time.monotonic() - began >= 0.3
    assert (scan.outcome("ListAssets").outcome, scan.outcome("ListAssets").calls) == ("called", 3)
    assert len(scan.resources) == 4


@pytest.mark.parametrize(
    ("rule", "outcome", "said"),
    [
        (Rule(429, error(429, "RESOURCE_EXHAUSTED")), "throttled", "refused more calls (RESOURCE_EXHAUSTED)"),
        (Rule(500, error(500, "INTERNAL")), "failed", "failed (500 INTERNAL)"),
        (Rule(503, b"<html>upstream</html>"), "failed", "failed (503 UNAVAILABLE)"),
        (Rule(400, error(400, "INVALID_ARGUMENT")), "failed", "took the call for wrong (400 INVALID_ARGUMENT)"),
        (DENIED, "denied", "may not read this"),
        (
            Rule(403, error(403, "X", "SERVICE_DISABLED", service="cloudasset.googleapis.com", consumer="projects/42")),
            "failed",
            "gcloud services enable cloudasset.googleapis.com --project 42",
        ),
        (Rule(403, error(403, "X", "BILLING_DISABLED")), "failed", "billing is off"),
        (Rule(403, error(403, "X", "SECURITY_POLICY_VIOLATED")), "failed", "VPC Service Controls"),
    ],
)
def test_each_fault_has_its_outcome_and_says_what_to_do(
    rule: Rule, outcome: str, said: str, google: GoogleServer, connection: Connection
) -> None:
    google.rules = [rule]
    ended = Scan(connection).outcome("ListAssets")
    assert (ended.outcome, ended.resources) == (outcome, 0)
    assert said in ended.reason
    assert "secret" not in ended.reason
    assert ended.read.permission == "cloudasset.assets.listResource"
    tried = QUICK.attempts if rule.status in (429, 500, 503) else 1
    assert ended.calls == tried, "the reader alone tries again"


def test_an_unknown_project_is_a_failed_read(google: GoogleServer, connection: Connection) -> None:
    options = {**connection.options, "projects": "no-such-project"}
    ended = Scan(Connection("gcp", "test", "ambient", options, connection.endpoint)).outcome("ListAssets")
    assert (ended.outcome, "no such project" in ended.reason) == ("failed", True)


def test_a_page_token_that_comes_again_ends_the_read_and_keeps_what_came(
    google: GoogleServer, connection: Connection
) -> None:
    google.repeats_token = True
    google.assets[SCOPE] = [instance(number, f"vm-{number}") for number in range(8)]
    scan = Scan(connection)
    assert scan.outcome("ListAssets").outcome == "failed"
    assert "read before" in scan.outcome("ListAssets").reason
    assert len(scan.resources) == 4


def test_credentials_that_expire_end_the_account_and_keep_what_came(
    google: GoogleServer, connection: Connection
) -> None:
    google.assets["projects/other"] = [instance(9, "other")]
    google.rules = [Rule(EXPIRED.status, EXPIRED.body, times=1, after=1)]
    options = {**connection.options, "projects": f"{PROJECT},other"}
    scan = Scan(Connection("gcp", "test", "ambient", options, connection.endpoint))
    first = next(ended for ended in scan.ended if ended.read.operation == "ListAssets")
    assert (first.outcome, first.resources) == ("denied", 2)
    assert "expired" in first.reason
    skipped = [ended for ended in scan.ended if ended.outcome == "skipped"]
    assert skipped, "metrics of what was found are not asked for"
    assert all("expired" in ended.reason for ended in skipped)
    assert scan.named("other"), "the other project has another fate"


def test_an_answer_that_does_not_come_is_given_up_in_time(
    google: GoogleServer, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gcp_account, "CALL_S", 0.05)
    google.rules = [Rule(200, {}, delay_s=0.2)]
    ended = Scan(connection, Limits(attempts=2, backoff_s=0.001)).outcome("ListAssets")
    assert (ended.outcome, ended.calls) == ("failed", 2)
    assert "did not answer (ReadTimeout)" in ended.reason


def test_an_endpoint_that_is_not_there_is_a_failed_read(connection: Connection) -> None:
    ended = Scan(Connection("gcp", "test", "ambient", connection.options, "http://127.0.0.1:9")).outcome("ListAssets")
    assert (ended.outcome, "ConnectionError" in ended.reason) == ("failed", True)


@pytest.mark.parametrize("body", [b"<html>proxy</html>", {"assets": [{"resource": {"data": "text"}}]}])
def test_an_answer_of_another_shape_is_a_failed_read(body: Any, google: GoogleServer, connection: Connection) -> None:
    google.rules = [Rule(200, body)]
    assert Scan(connection).outcome("ListAssets").outcome == "failed"


@pytest.mark.parametrize(
    ("rule", "outcome"),
    [
        (Rule(403, times=1_000), "denied"),
        (Rule(429, times=1_000), "throttled"),
        (Rule(503, times=1_000), "failed"),
        (Rule(401, times=1_000), "denied"),
    ],
)
def test_measurements_that_are_refused_cost_no_resource(
    rule: Rule, outcome: str, google: GoogleServer, connection: Connection
) -> None:
    google.metric_rules = [rule]
    google.assets[SCOPE] = [database("orders")]
    scan = Scan(connection, Limits(attempts=2, backoff_s=0.001))
    assert scan.named("orders")
    outcomes = {ended.outcome for ended in scan.ended if ended.read.service == "monitoring"}
    assert outcome in outcomes
    assert outcomes <= {outcome, "skipped"}


def test_measurements_wait_as_grpc_says(google: GoogleServer, connection: Connection) -> None:
    google.metric_rules = [Rule(429, headers={"Retry-After": "0.3"}, times=1)]
    began = time.monotonic()
    scan = Scan(connection)
    assert time.monotonic() - began >= 0.3
    assert {ended.outcome for ended in scan.ended if ended.read.service == "monitoring"} == {"empty"}


def test_a_check_makes_one_small_call_for_each_service(google: GoogleServer, connection: Connection) -> None:
    google.metric_rules = [Rule(403)]
    ended = checked(connection)
    assert {service: each.outcome for service, each in ended.items()} == {
        "identity": "called",
        "cloudasset": "empty",
        "monitoring": "denied",
    }
    assert google.calls == ["ListAssets", "ListTimeSeries"] or google.calls == ["ListTimeSeries", "ListAssets"]


def test_a_token_that_cannot_be_had_during_a_call_is_no_outage() -> None:
    wrapped = "Getting metadata from plugin failed with error: RefreshError('invalid_grant: Bad Request')"
    assert fault_of(ServiceUnavailable(wrapped)).kind == "expired"
    assert fault_of(ServiceUnavailable("connection reset")).kind == "unreachable"
    assert fault_of(RefreshError("invalid_grant")).kind == "expired"
    assert fault_of(RefreshError("backend", retryable=True)).kind == "unreachable"
    assert fault_of(TransportError("no route")).kind == "unreachable"
