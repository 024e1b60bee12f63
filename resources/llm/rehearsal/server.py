"""The rehearsal server: listens on loopback, asks the script, fails as it is told, and keeps a log."""

import itertools
import sys
import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from aidiscover_pipelines.domain.errors import ConfigError
from resources.llm.rehearsal.exchange import Answered, Asked, Script, answering
from resources.llm.rehearsal.faults import FAULTS
from resources.llm.rehearsal.handler import Listener

ANY = "*"
LOG_LENGTH = 100_000

# A model, the number of a request (from 1), a model and the number of its request, or ANY, each with a row of FAULTS
FaultKey = str | int | tuple[str, int]


class RehearsalServer:
    """A provider on loopback, for any number of clients at once. Use as a context manager, or `start` and `close`.

    `faults` is read at each request; of several that fit, the more exact one holds. `key`, where given, is the only one
    that is accepted. `pace_s` is the pause of slow answers. `on_answer` hears of each request as it enters the log.
    A script that raises is a mistake in the rehearsal: the client's connection drops and leaving the context raises it.
    """

    def __init__(
        self,
        script: Script | None = None,
        faults: Mapping[FaultKey, str] | None = None,
        *,
        key: str = "",
        models: tuple[str, ...] = ("rehearsal",),
        port: int = 0,
        pace_s: float = 0.05,
        on_answer: Callable[[Answered], None] | None = None,
    ) -> None:
        self.script = script or answering()
        self.faults: dict[FaultKey, str] = dict(faults or {})
        self.key = key
        self.models = models
        self.pace_s = pace_s
        self.stopping = threading.Event()
        self._on_answer = on_answer
        self._log: deque[Answered] = deque(maxlen=LOG_LENGTH)
        self._lock = threading.Condition()
        self._numbers = itertools.count(1)
        self._of_model: Counter[str] = Counter()
        if unknown := sorted(set(self.faults.values()) - set(FAULTS)):
            raise ConfigError(f"cannot rehearse fault {unknown[0]!r}: use one of {', '.join(FAULTS)}")
        try:
            self._listener = Listener(port, self)
        except OSError as error:
            raise ConfigError(
                f"cannot listen on 127.0.0.1:{port}: {error.strerror}; choose another port, or 0 for a free one"
            ) from None
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """Base of all endpoints, as Anthropic's, Azure's and Ollama's clients want it."""
        return f"http://127.0.0.1:{self._listener.server_address[1]}"

    @property
    def openai_url(self) -> str:
        """Base as OpenAI's clients want it."""
        return f"{self.url}/v1"

    @property
    def log(self) -> list[Answered]:
        """What was answered so far, in the order of the requests' arrival."""
        with self._lock:
            return sorted(self._log, key=lambda one: one.number)

    def wait_for(self, count: int, timeout_s: float = 5.0) -> list[Answered]:
        """The log once it holds so many: the server learns a moment later that a client has left a slow answer.

        Raises: TimeoutError.
        """
        with self._lock:
            if not self._lock.wait_for(lambda: len(self._log) >= count, timeout_s):
                raise TimeoutError(f"{len(self._log)} of {count} requests were answered within {timeout_s:g} s")
        return self.log

    def start(self) -> Self:
        """Serve in a thread of its own."""
        self._thread.start()
        return self

    def close(self) -> None:
        """Stop; open connections end. Raises: what the script raised, unless another exception is on its way."""
        self.stopping.set()
        self._listener.shutdown()
        self._thread.join()
        self._listener.server_close()
        if self._listener.mistakes and sys.exc_info()[0] is None:
            raise self._listener.mistakes[0]

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def next_number(self) -> int:
        """Number of a request that has just come in."""
        return next(self._numbers)

    def fault_of(self, asked: Asked) -> str:
        """Name of the fault that this request meets; empty for none."""
        with self._lock:
            self._of_model[asked.model] += 1
            place = self._of_model[asked.model]
        exact_first = (asked.number, (asked.model, place), asked.model, ANY)
        return next((self.faults[key] for key in exact_first if key in self.faults), "")

    def record(self, answered: Answered) -> None:
        """Put one request into the log."""
        with self._lock:
            self._log.append(answered)
            self._lock.notify_all()
        if self._on_answer is not None:
            self._on_answer(answered)
