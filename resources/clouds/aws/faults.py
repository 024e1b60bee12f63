"""What botocore's exceptions mean. Reasons name the operation and AWS's code, never AWS's message: that holds names."""

import re
from typing import TYPE_CHECKING

from resources.clouds.account import Fault

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"})
THROTTLED = frozenset(
    {
        *("Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException"),
        *("TooManyRequestsException", "RequestLimitExceeded", "BandwidthLimitExceeded", "SlowDown"),
        *("LimitExceededException", "ProvisionedThroughputExceededException", "PriorRequestNotComplete"),
    }
)
DENIED = frozenset(
    {
        *("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "AllAccessDisabled"),
        *("NotAuthorized", "UnauthorizedException", "AuthorizationErrorException"),
    }
)
# Wrong keys, or a region that the account has not enabled: both look alike.
UNKNOWN_KEYS = frozenset(
    {
        *("AuthFailure", "InvalidClientTokenId", "InvalidAccessKeyId", "UnrecognizedClientException", "OptInRequired"),
        *("MissingAuthenticationToken", "IncompleteSignature", "InvalidIdentityToken", "IDPRejectedClaim"),
    }
)
SKEWED = frozenset({"RequestTimeTooSkewed", "RequestExpired"})
SIGNATURE = frozenset({"SignatureDoesNotMatch", "InvalidSignatureException"})
_SKEW_SIGNS = ("signature expired", "signature not yet current")

# Raised before anything was sent: nothing that another attempt would change.
_WITHOUT_CREDENTIALS = frozenset(
    {
        *("NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "ProfileNotFound"),
        *("NoAuthTokenError", "TokenRetrievalError", "SSOTokenLoadError", "MetadataRetrievalError", "ConfigParseError"),
    }
)
_RAN_OUT = frozenset({"UnauthorizedSSOTokenError", "RefreshWithMFAUnsupportedError", "LoginRefreshRequired"})
NO_CREDENTIALS = (
    "no usable AWS credentials were found ({kind}); set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
    "run under a role, or add a connection (aidiscover cloud add)"
)
CLOCK = "AWS did not accept the time of this machine ({code}); set its clock right, then scan again"


def fault_of(error: Exception) -> Fault:
    """What an exception of botocore means. `reason` holds no value of the request or the answer."""
    from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

    if isinstance(error, ClientError):
        return _answered(error)
    kind = type(error).__name__
    if kind in _WITHOUT_CREDENTIALS:
        return Fault("denied", kind, NO_CREDENTIALS.format(kind=kind))
    if kind in _RAN_OUT:
        return Fault("expired", kind, f"the sign-in has run out ({kind}); sign in again, then scan again")
    if isinstance(error, ConnectionError | HTTPClientError):
        return Fault(
            "unreachable", kind, f"no answer from AWS ({kind}); check network, endpoint and region, then scan again"
        )
    return Fault("failed", kind, f"the call could not be made ({kind}); check the connection's options and region")


def _answered(error: "ClientError") -> Fault:
    told = error.response.get("Error", {})
    metadata = error.response.get("ResponseMetadata", {})
    code = re.sub(r"[^\w.-]", "", str(told.get("Code", "")))[:80] or "unknown"
    status = int(metadata.get("HTTPStatusCode", 0))
    operation = error.operation_name
    message = str(told.get("Message", "")).casefold()
    if code in EXPIRED:
        return Fault("expired", code, f"the credentials ran out ({code}); renew them, then scan again")
    if code in SKEWED or (code in SIGNATURE and any(sign in message for sign in _SKEW_SIGNS)):
        return Fault("failed", code, CLOCK.format(code=code))
    if code in SIGNATURE:
        return Fault("denied", code, f"the secret access key does not fit its id ({code}); store the right one")
    if code in THROTTLED or status == 429:
        wait_s = _seconds(metadata.get("HTTPHeaders", {}).get("retry-after", ""))
        return Fault("throttled", code, f"{operation} was throttled ({code}); scan again later", wait_s)
    if code in UNKNOWN_KEYS:
        reason = f"AWS does not know the access key, or the region is not enabled ({code}); check both"
        return Fault("denied", code, reason)
    if code in DENIED or status in (401, 403):
        return Fault("denied", code, f"{operation} was denied ({code}); allow it to the credentials in use")
    if status >= 500:
        reason = (
            f"{operation} failed at AWS ({code}, status {status}); see the AWS service health page, then scan again"
        )
        return Fault("unreachable", code, reason)
    return Fault("failed", code, f"AWS refused {operation} ({code}); see the AWS documentation of this code")


def _seconds(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d{1,4}", text) else None
