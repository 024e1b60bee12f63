"""What keeps calls in bounds on this side: a pace for each provider, and a rest for a model that keeps failing."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

from resources.llm.faults import Fault

BURST_S = 10.0  # what may be asked at once: the allowance of this many seconds
FAILURES = 3  # calls in a row, each with its own tries
REST_S = 30.0


class Pace:
    """At most so many requests and tokens per minute, in the mean; 0 means no limit. Thread-safe.

    A leaky bucket (GCRA): each request moves the time at which the next one is due.
    """

    def __init__(self, requests_per_minute: int, tokens_per_minute: int) -> None:
        self._per_request_s = 60 / requests_per_minute if requests_per_minute else 0.0
        self._per_token_s = 60 / tokens_per_minute if tokens_per_minute else 0.0
        self._due = 0.0
        self._lock = threading.Lock()

    def wait(self, tokens: Callable[[], int]) -> None:
        """Return when a request of so many tokens may leave. They are counted only where they matter."""
        if not (self._per_request_s or self._per_token_s):
            return
        takes_s = max(self._per_request_s, self._per_token_s * tokens() if self._per_token_s else 0.0)
        with self._lock:
            now = time.monotonic()
            self._due = max(self._due, now) + takes_s
            pause_s = self._due - now - max(BURST_S, takes_s)
        if pause_s > 0:
            time.sleep(pause_s)


class Rest:
    """Keeps a model of a provider from being asked for a while: after calls that failed in a row, or as a fault says.

    Faults of a prompt count neither way. Thread-safe.
    """

    def __init__(self) -> None:
        self._failures = 0
        self._until = 0.0
        self._fault: Fault | None = None
        self._lock = threading.Lock()

    def fault(self) -> Fault | None:
        """Why it rests, or None where it may be asked."""
        with self._lock:
            if self._fault is None or self._until <= time.monotonic():
                return None
            # No seconds: the reasons of a run are counted by their words.
            return replace(self._fault, problem=f"{self._fault.problem} (not asked again yet)")

    def answered(self) -> None:
        """It works."""
        with self._lock:
            self._failures, self._fault = 0, None

    def failed(self, fault: Fault) -> None:
        """A call failed after all its tries."""
        if fault.is_of_the_prompt:
            return
        with self._lock:
            self._failures += 1
            rest_s = max(fault.rest_s, REST_S if self._failures >= FAILURES else 0.0)
            if rest_s:
                self._fault = fault
                self._until = max(self._until, time.monotonic() + rest_s)
