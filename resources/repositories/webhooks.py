"""Receives signed pushes of GitHub and GitLab: POST /webhooks/<tenant>, one secret for each tenant.

A valid push becomes one row that a sensor sees. Whatever is wrong is answered 401 without a word more: who has no
secret learns neither which tenants there are nor what failed. No body is used before its signature was checked.
"""

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pandas as pd
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from aidiscover_pipelines.domain.errors import DiscoveryError
from aidiscover_pipelines.domain.tables import ReassessmentRequest
from aidiscover_pipelines.domain.tenancy import TenantId, tenant_id
from aidiscover_pipelines.ports import Condition, PortfolioStore
from resources.repositories import WEBHOOK_SECRETS
from resources.secrets.sealed import SealedSecrets

SECRET = WEBHOOK_SECRETS + "repositories"
BODY_BYTES = 5 * 1024 * 1024  # a push of thousands of commits stays below; GitHub itself ends at 25 MB
CLOCK_SKEW_S = 300  # of a signed time stamp, as the Standard Webhooks specification advises
_ID_CHARS = 200
_ACCEPTED, _DENIED = 202, 401


@dataclass(frozen=True, slots=True)
class Push:
    """What a push says: which delivery it is, the repository's address and the commit after it."""

    delivery_id: str
    repository_id: str
    commit: str


def application(store: PortfolioStore, secrets: SealedSecrets) -> Starlette:
    """The receiver as an ASGI application."""

    async def receive(request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return Response(status_code=_DENIED)
        status = await run_in_threadpool(
            receive_push, store, secrets, request.path_params["tenant"], request.headers, body
        )
        return Response(status_code=status)

    return Starlette(routes=[Route("/webhooks/{tenant}", receive, methods=["POST"])])


async def _body(request: Request) -> bytes | None:
    """The body, None where it is longer than allowed, whatever its Content-Length says."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES:
            return None
    return bytes(body)


def receive_push(
    store: PortfolioStore, secrets: SealedSecrets, tenant: str, headers: Mapping[str, str], body: bytes
) -> int:
    """202 for a signed delivery, whether it asked for anything or was seen before; 401 for everything else."""
    try:
        name = tenant_id(tenant)
        secret = secrets.get(name, SECRET)
    except DiscoveryError:
        return _DENIED
    if not secret or not is_signed(secret, headers, body):
        return _DENIED
    push = read_push(headers, body)
    if push is not None:
        _store(store, name, push, body)
    return _ACCEPTED


def is_signed(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether a delivery was made by who has the secret. Comparisons take the same time whatever differs.

    GitHub: X-Hub-Signature-256, HMAC-SHA-256 of the body. GitLab: webhook-signature of its signing token (Standard
    Webhooks), HMAC-SHA-256 of id, time stamp and body; without one X-Gitlab-Token, the secret itself.
    """
    if told := headers.get("x-hub-signature-256"):
        expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(expected.encode(), told.encode())
    if told := headers.get("webhook-signature"):
        return _has_standard_signature(secret, headers, body, told)
    return hmac.compare_digest(secret.encode(), headers.get("x-gitlab-token", "").encode())


def _has_standard_signature(secret: str, headers: Mapping[str, str], body: bytes, told: str) -> bool:
    delivery, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not stamp.isascii() or not stamp.isdigit() or abs(time.time() - int(stamp)) > CLOCK_SKEW_S:
        return False
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        return False
    digest = hmac.new(key, f"{delivery}.{stamp}.".encode() + body, hashlib.sha256).digest()
    expected = b"v1," + base64.b64encode(digest)
    # Several signatures stand side by side while a token is being renewed.
    return any(hmac.compare_digest(expected, one.encode()) for one in told.split())


def read_push(headers: Mapping[str, str], body: bytes) -> Push | None:
    """The push to a default branch that a signed body tells; None for other events, branches and shapes."""
    event = headers.get("x-github-event") or headers.get("x-gitlab-event", "")
    delivery = headers.get("x-github-delivery") or headers.get("webhook-id") or headers.get("x-gitlab-event-uuid", "")
    if event not in ("push", "Push Hook") or not 0 < len(delivery) <= _ID_CHARS:
        return None
    try:
        document = json.loads(body)
        project = document.get("repository", {}) if "x-github-event" in headers else document.get("project", {})
        address, branch = project.get("html_url") or project.get("web_url"), project["default_branch"]
        pushed, commit = document["ref"], document["after"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    texts = (address, branch, pushed, commit)
    if not all(isinstance(text, str) for text in texts) or pushed != f"refs/heads/{branch}":
        return None
    parts = urlsplit(address)
    return Push(_shown(delivery), _shown(f"{parts.netloc}{parts.path}".lower()), _shown(commit))


def _store(store: PortfolioStore, tenant: TenantId, push: Push, body: bytes) -> None:
    """One row for each delivery; the same body under another id, which GitHub does not sign, is a replay."""
    digest = hashlib.sha256(body).hexdigest()
    if store.page(tenant, ReassessmentRequest, [Condition("body_sha256", "=", digest)], limit=1)[1]:
        return
    row: dict[str, Any] = {
        "delivery_id": push.delivery_id,
        "body_sha256": digest,
        "repository_id": push.repository_id,
        "commit": push.commit,
        "received_at": datetime.now(UTC),
    }
    store.add(tenant, ReassessmentRequest, pd.DataFrame([row]))


def _shown(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())[:_ID_CHARS]
