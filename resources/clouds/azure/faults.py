"""What Azure's SDKs raise, as faults. Reasons name codes and actions; never a token, a URL or a message whole."""

import re
import time
from email.utils import parsedate_to_datetime
from typing import Any

from resources.clouds.account import Fault

# Codes of Entra ID that people can do something about.
# Source: learn.microsoft.com, Microsoft Entra authentication and authorization error codes.
_SIGN_IN = {
    "AADSTS90002": "the directory (tenant) does not exist; correct tenant_id",
    "AADSTS900023": "the directory (tenant) does not exist; correct tenant_id",
    "AADSTS700016": "the application is not known in this directory; correct client_id or tenant_id",
    "AADSTS7000215": "the client secret is wrong; store the secret's value, not its id",
    "AADSTS7000222": "the client secret has expired; create a new one and store it",
    "AADSTS700027": "the certificate is not registered with the application; upload its public part",
    "AADSTS70021": "no federated credential of the application matches the token; add one",
    "AADSTS700024": "the platform's token has expired; check that it is renewed",
}
NO_CREDENTIALS = (
    "no Azure credentials were found; run 'az login', run under a managed identity, or set AZURE_TENANT_ID, "
    "AZURE_CLIENT_ID and AZURE_CLIENT_SECRET"
)
_NOT_READABLE = frozenset({"NoValidSubscriptionsInQueryRequest", "SubscriptionNotFound", "InvalidSubscriptionId"})
_PASSING = frozenset({408, 500, 502, 503, 504})
_ACTION = re.compile(r"perform action '([\w./*]+)'")
_CODE = re.compile(r"[\w.]{1,80}")


def azure_errors() -> tuple[type[Exception], ...]:
    """Everything that azure-core and azure-identity raise for a call; both (de)serialization errors are ValueErrors."""
    from azure.core.exceptions import AzureError, DeserializationError, SerializationError

    return AzureError, DeserializationError, SerializationError


def azure_fault(error: Exception) -> Fault:
    """What one of `azure_errors` means."""
    from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError
    from azure.identity import CredentialUnavailableError

    if isinstance(error, CredentialUnavailableError):
        return Fault("denied", "CredentialUnavailable", NO_CREDENTIALS)
    if isinstance(error, ClientAuthenticationError) and error.response is None:
        return _not_signed_in(error)
    if isinstance(error, HttpResponseError) and error.response is not None:
        return _answered(error, error.response)
    if isinstance(error, AzureError) and not isinstance(error, HttpResponseError):
        return Fault("unreachable", type(error).__name__, _unreachable(type(error).__name__))
    return Fault("failed", type(error).__name__, f"the answer could not be read ({type(error).__name__}); report this")


def _not_signed_in(error: Exception) -> Fault:
    """Entra ID refused, was not reached, or DefaultAzureCredential got nowhere."""
    from azure.core.exceptions import AzureError

    code = _sign_in_code(str(error))
    if code:
        told = _SIGN_IN.get(
            code, "Entra ID refused the credentials; look the code up at login.microsoftonline.com/error"
        )
        return Fault("expired", code, f"{told} ({code})")
    # azure-identity wraps what its calls raise: a connection that fails, or MSAL about an unknown directory.
    if isinstance(error.__cause__, AzureError):
        return azure_fault(error.__cause__)
    if isinstance(error.__cause__, ValueError):
        return Fault("expired", "UnknownAuthority", "the directory (tenant) cannot be found; correct tenant_id")
    return Fault("denied", "NotSignedIn", NO_CREDENTIALS)


def _sign_in_code(text: str) -> str:
    found = re.search(r"AADSTS\d+", text)
    return found.group() if found else ""


def _answered(error: Any, response: Any) -> Fault:
    status, headers = response.status_code, response.headers
    code = _code(error) or f"HTTP {status}"
    if status == 401:
        signed = _sign_in_code(str(error.message))
        told = _SIGN_IN.get(signed, "the credentials are no longer accepted; sign in again, then scan again")
        return Fault("expired", signed or code, f"{told} ({signed or code})")
    if status == 403:
        action = _ACTION.search(str(error.message))
        named = f"{action.group(1)} is not allowed" if action else "the call is not allowed"
        return Fault("denied", code, f"{named} ({code})")
    if status == 429:
        return Fault("throttled", code, f"Azure is asked too often ({code}); scan again later", _wait_s(headers))
    if code in _NOT_READABLE:
        return Fault(
            "denied", code, f"the subscription does not exist or cannot be read ({code}); check its id and role"
        )
    if status in _PASSING:
        return Fault(
            "unreachable", code, f"Azure did not answer properly (HTTP {status}); scan again later", _wait_s(headers)
        )
    return Fault("failed", code, f"Azure refused the request (HTTP {status}, {code}); report this")


def _code(error: Any) -> str:
    """The provider's code; of a general one the first detail's, which says what is the matter."""
    told = getattr(error, "error", None) or getattr(getattr(error, "model", None), "error", None)
    details = getattr(told, "details", None) or []
    codes = [getattr(each, "code", None) for each in (*details, told) if each is not None]
    return next((code for code in codes if isinstance(code, str) and _CODE.fullmatch(code)), "")


def _wait_s(headers: Any) -> float | None:
    """Seconds to wait: Retry-After (seconds or a date), else when Resource Graph's quota of the user is reset."""
    after = headers.get("Retry-After", "")
    if after.isdecimal():
        return float(after)
    if after:
        try:
            return max(0.0, parsedate_to_datetime(after).timestamp() - time.time())
        except ValueError:
            return None
    reset = re.fullmatch(r"(\d+):(\d\d):(\d\d)", headers.get("x-ms-user-quota-resets-after", ""))
    if reset is None:
        return None
    hours, minutes, seconds = map(int, reset.groups())
    return float(hours * 3600 + minutes * 60 + seconds)


def _unreachable(name: str) -> str:
    return f"the call did not reach Azure ({name}); check network, proxy and endpoint"
