"""Vectors from a provider: an OpenAI-compatible server on loopback, and every way in which it can fail."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest

from aidiscover_pipelines.domain.errors import ConfigError, DiscoveryError, MissingKey, ProviderDown, RefusedByProvider
from aidiscover_pipelines.domain.settings import OFFLINE_EMBEDDER, Settings
from aidiscover_pipelines.domain.tables.row import EMBEDDING_DIMENSIONS
from aidiscover_pipelines.ports import EmbeddingCall
from resources.memory import provider_embedding
from resources.memory.factory import open_embedder
from resources.memory.provider_embedding import ProviderEmbedder
from tests.memory.conftest import EMBEDDER

MODEL = "openai/text-embedding-3-small"


@pytest.fixture(autouse=True)
def loop() -> Iterator[None]:
    """litellm's service logger asks the thread for an event loop, and closes none that it makes."""
    own = asyncio.new_event_loop()
    asyncio.set_event_loop(own)
    yield
    own.close()
    asyncio.set_event_loop(None)


@dataclass
class Server:
    """What was asked, and what is answered."""

    url: str = ""
    status: int = 200
    dimensions: int = EMBEDDING_DIMENSIONS
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.asked.append({"path": self.path, **body})
            state.keys.append(self.headers["Authorization"])
            vectors = [
                [3.0 * value for value in vector][: state.dimensions] for vector in EMBEDDER.embed(body["input"])
            ]
            data = [{"object": "embedding", "index": n, "embedding": v} for n, v in enumerate(vectors)]
            answer = {
                "object": "list",
                "data": data,
                "model": body["model"],
                "usage": {"prompt_tokens": 1, "total_tokens": 1},
            }
            if state.status != 200:
                answer = {"error": {"message": f"no: {body['input']}", "type": "x", "code": "x"}}
            text = json.dumps(answer).encode()
            self.send_response(state.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *arguments: Any) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{listening.server_port}/v1"
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    yield state
    listening.shutdown()
    listening.server_close()
    thread.join()


def embedder(url: str, model: str = MODEL, **environment: str) -> ProviderEmbedder:
    source = {"OPENAI_API_KEY": "sk-test", "OPENAI_BASE_URL": url, **environment}
    return ProviderEmbedder(model, source, lambda name: None, lambda text: text)


def test_texts_come_back_as_unit_vectors_in_their_order(server: Server) -> None:
    vectors = embedder(server.url).embed(["oracle", "", "nginx", " "])
    expected = EMBEDDER.embed(["oracle", "", "nginx", " "])
    assert np.allclose(vectors, expected, atol=1e-5)
    (asked,) = server.asked
    assert asked["path"] == "/v1/embeddings"
    assert (asked["model"], asked["dimensions"], asked["input"]) == (
        "text-embedding-3-small", EMBEDDING_DIMENSIONS, ["oracle", "nginx"]
    )  # fmt: skip
    assert server.keys == ["Bearer sk-test"]
    assert embedder(server.url).embed(["", " "]) == [[0.0] * EMBEDDING_DIMENSIONS] * 2
    assert len(server.asked) == 1, "nothing to ask"


def test_a_stored_key_wins_and_what_leaves_is_redacted(server: Server, store, tenant, tmp_path) -> None:
    from resources.secrets import open_secrets

    settings = Settings.from_environment({"AIDISCOVER_EMBEDDINGS": MODEL, "AIDISCOVER_HOME": str(tmp_path)})
    open_secrets(store, settings).put(tenant, "llm/openai", "sk-stored", "ann")
    environment = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "sk-other"}
    opened = open_embedder(settings, store, tenant, environment=environment)
    opened.embed(["write to ann.example@acme.test about the oracle"])
    assert server.keys == ["Bearer sk-stored"]
    assert "ann.example" not in server.asked[0]["input"][0]
    assert "oracle" in server.asked[0]["input"][0]
    recorded: list[EmbeddingCall] = []
    opened = opened.through(lambda text: text.replace("oracle", "x"), recorded.append)
    opened.embed(["the oracle"])
    assert server.asked[1]["input"] == ["the x"]
    (call,) = recorded
    assert (call.provider, call.model, call.tokens, call.error) == ("openai", MODEL, 1, "")
    assert call.cost_usd == pytest.approx(2e-8)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, RefusedByProvider), (404, RefusedByProvider), (400, RefusedByProvider), (429, ProviderDown),
     (500, ProviderDown), (503, ProviderDown)],
)  # fmt: skip
def test_a_failure_is_one_clear_error_after_one_request(
    server: Server, status: int, kind: type[DiscoveryError], caplog: pytest.LogCaptureFixture
) -> None:
    server.status = status
    asking = embedder(server.url)
    for _ in range(3):
        with pytest.raises(kind, match=f"cannot embed texts with '{MODEL}'.*unset AIDISCOVER_EMBEDDINGS") as caught:
            asking.embed(["a secret text"])
        assert "secret" not in str(caught.value)
    with pytest.raises(kind):
        asking.through(str.upper, print).embed(["a secret text"])
    assert len(server.asked) == 1, "nobody waits for the same failure again"
    assert [record.getMessage() for record in caplog.records] == [str(caught.value)]


def test_a_provider_is_asked_again_after_its_pause(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.status = 500
    asking = embedder(server.url)
    with pytest.raises(ProviderDown):
        asking.embed(["a"])
    monkeypatch.setattr(provider_embedding, "PAUSE_S", 0.0)
    server.status = 200
    assert any(asking.embed(["a"])[0])


def test_nobody_listening_is_a_provider_that_is_down() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ProviderDown, match="did not answer"):
        embedder(f"http://127.0.0.1:{port}/v1").embed(["a"])


def test_vectors_of_another_length_are_refused_with_a_model_that_fits(server: Server) -> None:
    server.dimensions = 100
    with pytest.raises(RefusedByProvider, match=r"did not give 256 numbers.*text-embedding-3-small"):
        embedder(server.url).embed(["a"])


def test_wrong_settings_are_named(store, tenant) -> None:
    with pytest.raises(MissingKey, match="OPENAI_API_KEY not set"):
        ProviderEmbedder(MODEL, {}, lambda name: None, str)
    for model, problem in (("nowhere/model", "nowhere"), ("openai", "no model that embeds"), ("offline/x", "no model")):
        with pytest.raises(ConfigError, match=problem):
            open_embedder(Settings.from_environment({"AIDISCOVER_EMBEDDINGS": model}), store, tenant)
    assert open_embedder(Settings.from_environment({}), store, tenant).name == OFFLINE_EMBEDDER
