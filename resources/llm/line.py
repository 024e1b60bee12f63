"""A line to one provider: its key, one pool of connections, one request sent once through litellm, within a deadline.

litellm.Router is not used. Measured on litellm 1.105: its synchronous calls ignore max_parallel_requests, rpm and tpm;
a group of one deployment cools down only after 1,000 failures (`allowed_fails` 3, its default, counts as unset; any
other value also counts failures with successes between them); attempts cannot be told from outside; each call opens an
event loop (2 ms); and each Router leaves a callback and price entries in lists of the process for good, with a tenant's
key in reach. So litellm translates and prices; what Router would add is in `limits.py` and in the loop of `router.py`.
"""

import logging
import os
import ssl
import threading
import time
import warnings
import weakref
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import Any

import httpx

from resources.llm.completion import Message
from resources.llm.environment import KILL_SWITCHES, LOGGERS
from resources.llm.faults import Exchange
from resources.llm.limits import Pace
from resources.llm.providers import Limits, Provider

CONNECT_S = 5.0
TEMPERATURE = 0.0  # the same case should get the same answer as far as a provider can


@cache
def load_litellm() -> Any:
    """litellm, silent, without telemetry or downloads; 4 s the first time, nothing afterwards."""
    os.environ.update(KILL_SWITCHES)
    for name in (*LOGGERS, "LiteLLM Router", "LiteLLM Proxy"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    for name in ("openai", "httpx"):  # below this level they log prompts, and addresses that may hold a key
        logging.getLogger(name).setLevel(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its import warns about its own dependencies
        import litellm

        litellm.suppress_debug_info = True  # it prints a list of providers for a model it does not know
        litellm.telemetry = False
        # embedding() takes this instead of a 0 that it is given; the module does not list it among its names
        litellm.DEFAULT_MAX_RETRIES = 0  # type: ignore[attr-defined]
        # Half a second of imports that litellm leaves to the first call, which no answer should wait for.
        litellm.completion("openai/gpt-4.1", [{"role": "user", "content": ""}], mock_response="OK")
    return litellm


class Line:
    """One provider with one key, whatever the model. Thread-safe.

    At most `limits.concurrency` requests are on their way at a time; `pace` spreads them over the minute.
    """

    def __init__(self, provider: Provider, connection: Mapping[str, str], limits: Limits, timeout_s: float) -> None:
        self.provider = provider
        self.slots = threading.BoundedSemaphore(limits.concurrency)
        self.pace = Pace(limits.requests_per_minute, limits.tokens_per_minute)
        self._connection = dict(connection)
        self._timeout_s = timeout_s
        self._watch = _Watch(timeout_s)

    @property
    def seen(self) -> Exchange:
        """What this thread's last request met."""
        return self._watch.seen

    def send(
        self, model: str, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], most_tokens: int
    ) -> Any:
        """Send one request, never more; litellm's response. `model` is spelled without the provider.

        Raises: openai.OpenAIError, from which all of litellm's errors derive; its text may hold the prompt.
        """
        litellm = load_litellm()
        name = f"{self.provider.prefix}/{model}"
        if self.provider.name == "ollama":
            # litellm asks localhost:11434/api/show, twice per call and whatever the base URL, about models that its
            # list does not hold.
            litellm.model_cost.setdefault(name, _OLLAMA_ROW)
        self._watch.seen = Exchange()
        return litellm.completion(
            model=name,
            messages=[dict(message) for message in messages],
            **({"tools": [dict(tool) for tool in tools]} if tools else {}),
            **self._connection,
            **self.provider.sends,
            client=self._client,
            timeout=self._timeout_s,
            max_tokens=most_tokens,
            temperature=TEMPERATURE,
            drop_params=True,  # models that know only their own temperature refuse ours
            num_retries=0,
            max_retries=0,
        )

    def embed(self, model: str, texts: Sequence[str], dimensions: int) -> tuple[list[list[float]], int]:
        """A vector for each text, in one request, and the tokens that the provider counts for it.

        Raises: as send. A model without the parameter gives its own length.

        Ollama's chat prefix embeds nothing; its plain one does.
        """
        litellm = load_litellm()
        self._watch.seen = Exchange()
        response = litellm.embedding(
            model=f"{self.provider.prefix.removesuffix('_chat')}/{model}",
            input=list(texts),
            dimensions=dimensions,
            encoding_format="float",
            **self._connection,
            client=self._client,
            timeout=self._timeout_s,
            drop_params=True,
            num_retries=0,
            max_retries=0,
        )
        return [item["embedding"] for item in response.data], int(getattr(response.usage, "prompt_tokens", 0) or 0)

    def prepare(self) -> None:
        """Load what the first request would otherwise wait for; connects nowhere."""
        load_litellm()
        client = self._client
        if self.provider.prefix in ("openai", "azure"):
            client.chat.completions  # noqa: B018  the SDK imports its resources when they are first touched: 1 s

    @cached_property
    def _client(self) -> Any:
        """What litellm takes as client of this provider; all of them over one pool of connections."""
        http = httpx.Client(
            verify=_tls(), event_hooks={"request": [self._watch.begin], "response": [self._watch.bound]}
        )
        weakref.finalize(self, http.close)
        key, base = self._connection.get("api_key", ""), self._connection.get("api_base")
        if self.provider.prefix == "openai":
            import openai

            # The SDK refuses to start without a key; servers that need none ignore it.
            return openai.OpenAI(api_key=key or "none", base_url=base, http_client=http, max_retries=0)
        if self.provider.prefix == "azure":
            import openai

            version = self._connection["api_version"]
            return openai.AzureOpenAI(
                api_key=key, azure_endpoint=str(base), api_version=version, http_client=http, max_retries=0
            )
        from litellm.llms.custom_httpx.http_handler import HTTPHandler

        return HTTPHandler(client=http)


class _Watch:
    """Sees every request and response of a pool: sets the deadline, and tells each thread what its last one met."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._of_thread = threading.local()

    @property
    def seen(self) -> Exchange:
        """What this thread's last request met; litellm sends synchronous requests in the caller's thread."""
        exchange: Exchange = self._of_thread.exchange
        return exchange

    @seen.setter
    def seen(self, exchange: Exchange) -> None:
        self._of_thread.exchange = exchange

    def begin(self, request: httpx.Request) -> None:
        """Times for each step. litellm gives some providers its timeout for connecting, too."""
        whole_s = self._timeout_s
        request.extensions["timeout"] = {"connect": CONNECT_S, "read": whole_s, "write": whole_s, "pool": whole_s}
        request.extensions["ends"] = time.monotonic() + whole_s

    def bound(self, response: httpx.Response) -> None:
        """Bound the whole body: httpx limits the time between two bytes only, and an answer may trickle forever."""
        self.seen = Exchange(response.status_code, _seconds(response.headers.get("Retry-After", "")))
        response.stream = _Timed(response.stream, response.request.extensions["ends"])


class _Timed(httpx.SyncByteStream):
    """A body that must have arrived by `ends`."""

    def __init__(self, stream: Any, ends: float) -> None:
        self._stream, self._ends = stream, ends

    def __iter__(self) -> Iterator[bytes]:
        for part in self._stream:
            if time.monotonic() > self._ends:
                raise httpx.ReadTimeout("the answer did not end in time")
            yield part

    def close(self) -> None:
        self._stream.close()


_OLLAMA_ROW = {
    "litellm_provider": "ollama_chat",
    "mode": "chat",
    "input_cost_per_token": 0.0,
    "output_cost_per_token": 0.0,
    "supports_function_calling": True,
}


@cache
def _tls() -> ssl.SSLContext:
    """Certificates are read once, in 0.1 s."""
    return httpx.create_ssl_context()


def _seconds(text: str) -> float | None:
    """Retry-After in seconds; the form as a date, which no model provider sends, counts as absent."""
    return float(text) if text.replace(".", "", 1).isdecimal() else None
