"""Texts as vectors by a provider's model, through litellm. What leaves is redacted before, by the function given."""

import copy
import logging
import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from aidiscover_pipelines.domain.errors import ConfigError, DiscoveryError, ProviderDown, RefusedByProvider
from aidiscover_pipelines.domain.tables.row import EMBEDDING_DIMENSIONS
from aidiscover_pipelines.ports import EmbeddingCall
from resources.llm.line import Line
from resources.llm.prices import cost_usd
from resources.llm.providers import Secrets, connection_of, read_link

_logger = logging.getLogger(__name__)

TIMEOUT_S = 20.0
# After a failure the provider is left alone for so long: a run's 200 kickoffs do not each wait for the same timeout.
PAUSE_S = 60.0
KEYLESS = "unset AIDISCOVER_EMBEDDINGS to embed offline"
# Statuses that may pass: timeout, conflict, rate limit.
_PASSING = (408, 409, 429)


def _unrecorded(call: EmbeddingCall) -> None:
    """Requests outside kickoffs, such as a search from the command line, stand in no ledger."""


@dataclass(slots=True)
class _Failure:
    """The last one and when it was, on the monotonic clock; shared by all views of an embedder."""

    problem: DiscoveryError | None = None
    at: float = 0.0


class ProviderEmbedder:
    """Embedder over one model of one provider. Thread-safe."""

    def __init__(
        self, model: str, environment: Mapping[str, str], secrets: Secrets, redact: Callable[[str], str]
    ) -> None:
        """`model` as AIDISCOVER_EMBEDDINGS spells it. Raises: ConfigError, MissingKey."""
        link = read_link(model)
        if link.provider.is_offline or not link.model:
            raise ConfigError(
                f"cannot use AIDISCOVER_EMBEDDINGS={model!r}: it names no model that embeds; name one as in "
                f"openai/text-embedding-3-small, or {KEYLESS}"
            )
        self.name = model
        self._model = link.model
        self._line = Line(
            link.provider, connection_of(link.provider, environment, secrets), link.provider.limits, TIMEOUT_S
        )
        self._redact = redact
        self._record: Callable[[EmbeddingCall], None] = _unrecorded
        self._failure = _Failure()
        self._lock = threading.Lock()

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """See Embedder. A failure is raised again, without asking, for a minute."""
        vectors = [[0.0] * EMBEDDING_DIMENSIONS for _ in texts]
        worded = [place for place, text in enumerate(texts) if text.strip()]
        if not worded:
            return vectors
        with self._lock:
            failed = self._failure.problem
            is_resting = time.monotonic() < self._failure.at + PAUSE_S
        if failed is not None and is_resting:
            raise type(failed)(str(failed))
        try:
            answered = self._ask([self._redact(texts[place]) for place in worded])
        except DiscoveryError as problem:
            with self._lock:
                self._failure.problem, self._failure.at = problem, time.monotonic()
            _logger.warning("%s", problem)
            raise
        with self._lock:
            self._failure.problem = None
        for place, vector in zip(worded, answered, strict=True):
            vectors[place] = vector
        return vectors

    def through(self, redact: Callable[[str], str], record: Callable[[EmbeddingCall], None]) -> "ProviderEmbedder":
        """See Embedder; connections and the pause after a failure are shared."""
        view = copy.copy(self)
        view._redact, view._record = redact, record
        return view

    def _ask(self, texts: Sequence[str]) -> list[list[float]]:
        import openai

        began = time.perf_counter()
        try:
            with self._line.slots:
                vectors, tokens = self._line.embed(self._model, texts, EMBEDDING_DIMENSIONS)
        except openai.OpenAIError as error:  # the base of everything litellm raises for a provider
            meaning = self._meaning(error)
            self._told(0, 0.0, began, type(meaning).__name__)
            raise meaning from None
        self._told(tokens, cost_usd(self._line.provider, self._model, tokens, 0), began)
        return self._unit_vectors(vectors, len(texts))

    def _told(self, tokens: int, cost: float | None, began: float, error: str = "") -> None:
        latency_ms = round((time.perf_counter() - began) * 1000, 3)
        self._record(EmbeddingCall(self._line.provider.name, self.name, tokens, cost, latency_ms, error))

    def _meaning(self, error: Exception) -> DiscoveryError:
        """The vendor's text is left out: it may repeat what was sent."""
        status = getattr(error, "status_code", None)
        said = f"{type(error).__name__}, status {status}" if status else type(error).__name__
        if isinstance(status, int) and 400 <= status < 500 and status not in _PASSING:
            return RefusedByProvider(
                f"cannot embed texts with {self.name!r}: the provider refused ({said}); check the model's name and "
                f"key, or {KEYLESS}"
            )
        return ProviderDown(
            f"cannot embed texts with {self.name!r}: the provider did not answer ({said}); memory is left out "
            f"meanwhile; try again, or {KEYLESS}"
        )

    def _unit_vectors(self, given: Sequence[Sequence[float]], wanted: int) -> list[list[float]]:
        if len(given) != wanted or any(len(vector) != EMBEDDING_DIMENSIONS for vector in given):
            raise RefusedByProvider(
                f"cannot embed texts with {self.name!r}: it did not give {EMBEDDING_DIMENSIONS} numbers for each text; "
                f"choose one that takes the parameter dimensions, as openai/text-embedding-3-small does, or {KEYLESS}"
            )
        lengths = [math.sqrt(sum(value * value for value in vector)) or 1.0 for vector in given]
        return [[float(value) / length for value in vector] for vector, length in zip(given, lengths, strict=True)]
