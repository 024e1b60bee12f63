"""What the exceptions of Google's clients mean. Google's own messages are left out: they quote URLs and requests."""

from collections.abc import Mapping
from typing import Any

from resources.clouds.account import Fault

# google.rpc.ErrorInfo reasons (domain googleapis.com) of a 403 that no permission would change.
_DISABLED = frozenset({"SERVICE_DISABLED", "API_DISABLED"})
_QUOTA = frozenset({"RATE_LIMIT_EXCEEDED", "RESOURCE_QUOTA_EXCEEDED", "rateLimitExceeded", "userRateLimitExceeded"})
_OTHERS: Mapping[str, str] = {
    "BILLING_DISABLED": "billing is off for the project that is asked; turn it on",
    "CONSUMER_SUSPENDED": "the project that is asked is suspended",
    "CONSUMER_INVALID": "the quota project does not exist; correct the connection's quota_project",
    "USER_PROJECT_DENIED": "the quota project may not be used; allow serviceusage.services.use on it",
    "SECURITY_POLICY_VIOLATED": "a VPC Service Controls perimeter refuses calls from here; add an ingress rule",
}
# grpc wraps what happened while a token was fetched for a call.
_UNSIGNED = "Getting metadata from plugin failed"
EXPIRED = "the credentials have expired or were revoked; renew them and scan again"


def error_types() -> tuple[type[Exception], ...]:
    """What calls raise: of the API, of credentials, of the connection, of an answer of another shape."""
    from google.api_core.exceptions import GoogleAPICallError
    from google.auth.exceptions import GoogleAuthError
    from google.protobuf.json_format import ParseError
    from requests.exceptions import RequestException

    return (GoogleAPICallError, GoogleAuthError, ParseError, RequestException)


def fault_of(error: Exception) -> Fault:
    """The Fault of one of `error_types`."""
    from google.api_core.exceptions import GoogleAPICallError
    from google.auth.exceptions import GoogleAuthError
    from google.protobuf.json_format import ParseError

    if isinstance(error, GoogleAPICallError):
        return _refused_call(error)
    if isinstance(error, ParseError):
        return Fault("failed", "ParseError", "the answer has another shape than Google documents; is a proxy between?")
    if isinstance(error, GoogleAuthError):
        code = type(error).__name__
        if error.retryable or code in ("TransportError", "TimeoutError"):
            return Fault("unreachable", code, f"no token could be fetched ({code}); check the network and scan again")
        return Fault("expired", code, EXPIRED)
    code = type(error).__name__
    return Fault("unreachable", code, f"Google Cloud did not answer ({code}); check the network and scan again")


def _refused_call(error: Any) -> Fault:
    status = int(error.code or 0)
    reason = error.reason or ""
    code = reason or _status_name(error)
    if status == 401 or (_UNSIGNED in str(error.message) and "RefreshError" in str(error.message)):
        return Fault("expired", code, EXPIRED)
    if status == 429 or reason in _QUOTA:
        return Fault("throttled", code, f"Google Cloud refused more calls ({code}); scan later", _wait_s(error))
    if status >= 500:
        return Fault("unreachable", code, f"Google Cloud failed ({status} {code}); scan again", _wait_s(error))
    if reason in _DISABLED:
        return Fault("failed", code, _how_to_enable(error.metadata or {}))
    if reason in _OTHERS:
        return Fault("failed", code, _OTHERS[reason])
    if status == 403:
        return Fault("denied", code, "the credentials may not read this, or it does not exist")
    if status == 404:
        return Fault("failed", code, "Google Cloud knows no such project, folder or organization; correct the name")
    return Fault("failed", code, f"Google Cloud took the call for wrong ({status} {code}); report this")


def _how_to_enable(said: Mapping[str, str]) -> str:
    service = said.get("service", "the API")
    consumer = said.get("consumer", "").removeprefix("projects/") or "the project"
    return f"{service} is not enabled for {consumer}; run: gcloud services enable {service} --project {consumer}"


def _status_name(error: Any) -> str:
    """RESOURCE_EXHAUSTED and the like, of gRPC or of the body of a REST answer; else the name of the class."""
    if error.grpc_status_code is not None:
        return str(error.grpc_status_code.name)
    try:
        return str(error.response.json()["error"]["status"])
    except (AttributeError, LookupError, TypeError, ValueError):
        return type(error).__name__


def _wait_s(error: Any) -> float | None:
    """Seconds to wait as the answer says: google.rpc.RetryInfo, else the header Retry-After."""
    for detail in error.details or ():
        if isinstance(detail, Mapping) and str(detail.get("@type", "")).endswith("google.rpc.RetryInfo"):
            return _seconds(str(detail.get("retryDelay", "")).removesuffix("s"))
        if hasattr(detail, "retry_delay"):
            return float(detail.retry_delay.seconds + detail.retry_delay.nanos / 1e9)
    headers = getattr(error.response, "headers", {})
    return _seconds(headers.get("Retry-After", ""))


def _seconds(text: str) -> float | None:
    try:
        return max(float(text), 0.0)
    except ValueError:
        return None
