"""Signed pushes become one request each; whatever is not signed is answered 401 and an empty body."""

import asyncio
import base64
import hashlib
import hmac
import json
import time

import httpx
import pytest

from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tables import ReassessmentRequest
from aidiscover_pipelines.domain.tenancy import Tenant, tenant_id
from resources.repositories import webhooks
from resources.repositories.webhooks import SECRET, application
from resources.scratch_store import ScratchStore
from resources.secrets import open_secrets

ACME, GLOBEX = tenant_id("acme"), tenant_id("globex")
KEY = b"a signing key of 32 bytes, no more"
TOKEN = "whsec_" + base64.b64encode(KEY).decode()
COMMIT = "0123456789abcdef0123456789abcdef01234567"
PUSH = {
    "ref": "refs/heads/main",
    "after": COMMIT,
    "repository": {"html_url": "https://github.com/Acme/WebShop", "default_branch": "main"},
    "project": {"web_url": "https://gitlab.example.com/acme/webshop", "default_branch": "main"},
}
BODY = json.dumps(PUSH).encode()


@pytest.fixture
def store():
    return ScratchStore(Tenant(ACME, "Acme"), Tenant(GLOBEX, "Globex"))


@pytest.fixture
def post(store, tmp_path):
    secrets = open_secrets(store, Settings.from_environment({"AIDISCOVER_HOME": str(tmp_path)}))
    secrets.put(ACME, SECRET, TOKEN, "eve")
    secrets.put(GLOBEX, SECRET, "another secret", "eve")
    receiver = application(store, secrets)

    async def delivered(headers, body, tenant):
        transport = httpx.ASGITransport(receiver)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.post(f"/webhooks/{tenant}", content=body, headers=headers)

    def send(headers, body=BODY, tenant="acme"):
        answer = asyncio.run(delivered(headers, body, tenant))
        assert answer.content == b""
        return answer.status_code

    return send


def github(body=BODY, secret=TOKEN, delivery="d-1", event="push"):
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-GitHub-Event": event, "X-GitHub-Delivery": delivery, "X-Hub-Signature-256": f"sha256={signature}"}


def gitlab(body=BODY, key=KEY, delivery="g-1", at=None):
    stamp = str(int(time.time()) if at is None else at)
    digest = hmac.new(key, f"{delivery}.{stamp}.".encode() + body, hashlib.sha256).digest()
    signature = "v1,AAAA v1," + base64.b64encode(digest).decode()
    return {
        "X-Gitlab-Event": "Push Hook", "webhook-id": delivery, "webhook-timestamp": stamp,
        "webhook-signature": signature,
    }  # fmt: skip


def rows(store, tenant=ACME):
    return store.read(tenant, ReassessmentRequest)


def test_a_signed_push_of_github_is_one_request(store, post):
    assert post(github()) == 202
    (row,) = rows(store).to_dict("records")
    assert (row["delivery_id"], row["repository_id"], row["commit"]) == ("d-1", "github.com/acme/webshop", COMMIT)


def test_a_signed_push_of_gitlab_is_one_request(store, post):
    assert post(gitlab()) == 202
    assert rows(store)["repository_id"].tolist() == ["gitlab.example.com/acme/webshop"]


def test_a_push_with_gitlabs_secret_token_is_one_request(store, post):
    headers = {"X-Gitlab-Event": "Push Hook", "X-Gitlab-Event-UUID": "u-1", "X-Gitlab-Token": TOKEN}
    assert post(headers) == 202
    assert len(rows(store)) == 1


def test_a_replay_asks_for_nothing_under_its_id_or_another(store, post):
    assert [post(github()), post(github()), post(github(delivery="d-2"))] == [202] * 3
    assert len(rows(store)) == 1
    other = json.dumps(PUSH | {"after": "f" * 40}).encode()
    post(github(other), other)
    assert len(rows(store)) == 1, "an id that was seen"
    post(github(other, delivery="d-3"), other)
    assert len(rows(store)) == 2


@pytest.mark.parametrize(
    ("headers", "tenant"),
    [
        ({}, "acme"),
        ({"X-Hub-Signature-256": "sha256="}, "acme"),
        (github() | {"X-Hub-Signature-256": "sha256=" + "0" * 64}, "acme"),
        (github(BODY + b" "), "acme"),
        (github(secret="another secret"), "acme"),
        (github(), "globex"),
        (github(), "nobody"),
        (github(), "..acme"),
        (github(), "ACME|x"),
        (gitlab(key=b"wrong"), "acme"),
        (gitlab(at=int(time.time()) - 3600), "acme"),
        (gitlab() | {"webhook-id": "g-2"}, "acme"),
        (gitlab() | {"webhook-timestamp": "²"}, "acme"),
        ({"X-Gitlab-Token": ""}, "acme"),
        ({"X-Gitlab-Token": "wrong"}, "acme"),
    ],
)
def test_what_is_not_signed_by_the_tenants_secret_is_denied(store, post, headers, tenant):
    encoded = {name: value.encode("utf-8") for name, value in headers.items()}
    assert post(encoded, tenant=tenant) == 401
    assert rows(store).empty
    assert rows(store, GLOBEX).empty


def test_a_body_that_is_too_long_is_denied_even_if_it_is_signed(store, post, monkeypatch):
    monkeypatch.setattr(webhooks, "BODY_BYTES", 100)
    assert post(github()) == 401
    assert rows(store).empty


@pytest.mark.parametrize(
    "document",
    [
        "[]", "{", "[" * 9000, "null", json.dumps(PUSH | {"ref": "refs/heads/feature"}),
        json.dumps(PUSH | {"ref": "refs/tags/v1"}), json.dumps(PUSH | {"after": None}),
        json.dumps(PUSH | {"repository": "x"}),
    ],
)  # fmt: skip
def test_other_signed_bodies_ask_for_nothing(store, post, document):
    body = document.encode()
    assert post(github(body), body) == 202
    assert rows(store).empty


def test_other_events_ask_for_nothing(store, post):
    assert post(github(event="ping")) == 202
    assert rows(store).empty
