"""Credentials as a connection gives them, and clients that make one attempt only."""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from resources.clouds.account import Connection, Fault, Identity, Refused
from resources.clouds.aws.faults import fault_of
from resources.clouds.options import SECRET, WORKLOAD_IDENTITY

CONNECT_S = 5
READ_S = 30
_SESSION_NAME = "aidiscover"


class Session:
    """boto3 clients of one set of credentials: one for each service and region, none of which tries again.

    Clients may be shared by threads, making them may not; hence the lock.
    """

    def __init__(self, endpoint: str, **credentials: str) -> None:
        import boto3
        from botocore.config import Config

        from resources.clouds.aws.descriptions import core_session

        self.endpoint = endpoint
        self._session = boto3.Session(botocore_session=core_session(), **credentials)
        self._clients: dict[tuple[str, str], Any] = {}
        self._lock = threading.Lock()
        self._config = Config(
            retries={"total_max_attempts": 1, "mode": "standard"},  # the reader alone tries again
            connect_timeout=CONNECT_S,
            read_timeout=READ_S,
            max_pool_connections=16,
        )

    def client(self, service: str, region: str) -> Any:
        """The client of a service in a region."""
        with self._lock:
            if (service, region) not in self._clients:
                self._clients[service, region] = self._session.client(
                    service, region_name=region, endpoint_url=self.endpoint or None, config=self._config
                )
            return self._clients[service, region]

    def identity(self, region: str) -> Identity:
        """Whose credentials these are; the one call that AWS answers without any permission."""
        told = self.client("sts", region).get_caller_identity()
        return Identity(told["Account"], told["Arn"])


def open_session(connection: Connection, region: str) -> Session:
    """The session that a connection describes, its role assumed. Raises: Refused, what botocore raises, OSError."""
    options = connection.options
    credentials: dict[str, str] = {}
    if connection.method == SECRET:
        credentials = {"aws_access_key_id": options["access_key_id"], "aws_secret_access_key": connection.secret}
    elif "profile" in options:
        credentials = {"profile_name": options["profile"]}
    session = Session(connection.endpoint, **credentials)
    if connection.method == WORKLOAD_IDENTITY:
        return _assumed(
            session,
            region,
            "assume_role_with_web_identity",
            {
                "RoleArn": options["role_arn"],
                "WebIdentityToken": Path(options["web_identity_token_file"]).read_text().strip(),
            },
        )[0]
    if "role_arn" in options:
        return assume_role(session, region, options["role_arn"], options.get("external_id", ""))[0]
    return session


def assume_role(session: Session, region: str, role_arn: str, external_id: str) -> tuple[Session, Identity]:
    """The session of a role and who it is. Raises: Refused where the role is denied, else what botocore raises."""
    asked = {"RoleArn": role_arn} | ({"ExternalId": external_id} if external_id else {})
    return _assumed(session, region, "assume_role", asked)


def _assumed(session: Session, region: str, operation: str, asked: Mapping[str, str]) -> tuple[Session, Identity]:
    from botocore.exceptions import ClientError

    try:
        told = getattr(session.client("sts", region), operation)(RoleSessionName=_SESSION_NAME, **asked)
    except ClientError as error:
        fault = fault_of(error)
        if fault.kind != "denied":
            raise
        reason = (
            f"the role {asked['RoleArn']} could not be assumed ({fault.code}); check its trust policy, the external "
            "id, and that the credentials in use may call sts:AssumeRole on it"
        )
        raise Refused(Fault("denied", fault.code, reason)) from None
    given, arn = told["Credentials"], told["AssumedRoleUser"]["Arn"]
    assumed = Session(
        session.endpoint,
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )
    return assumed, Identity(arn.split(":")[4], arn)
