"""Reading an account: many calls at a time, no service asked faster than it answers, every fault a row of coverage.

One thread decides, others only wait for answers: what is due next, how often a call was tried and what it gave is all
in one place, without locks. The next page of a read is asked for when the one before has been taken, so a slow store
slows the reading down and nothing piles up.
"""

import heapq
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from queue import Empty, SimpleQueue
from typing import NamedTuple

from resources.clouds.account import (
    GLOBAL,
    MOST_PAIRS_OF_RULE,
    REMEMBERED,
    CloudAccount,
    Fault,
    Page,
    Read,
    Refused,
    Resource,
)

# What an answer of another shape than documented raises when a page of it is read.
_MISREAD = (LookupError, TypeError, ValueError, AttributeError)
_RETRIED = frozenset({"throttled", "unreachable"})
# Kind of a fault -> outcome in coverage.
OUTCOMES = {
    "denied": "denied",
    "expired": "denied",
    "throttled": "throttled",
    "unreachable": "failed",
    "failed": "failed",
}
_NO_TAGS: dict[str, str] = {}
_SLOWEST_S = 5.0  # between two calls of a service that keeps throttling
_RECOVERY = 0.9  # each answer shortens the pause that throttling has lengthened


@dataclass(frozen=True, slots=True)
class Limits:
    """How hard one account is asked, and when to stop: seconds and calls of the whole scan of it.

    Eight calls at a time are 40 a second where an answer takes 200 ms; each page on its way takes memory.
    """

    threads: int = 8
    attempts: int = 6
    backoff_s: float = 0.5
    longest_backoff_s: float = 20.0
    seconds: float = 1800.0
    calls: int = 100_000


class Part(NamedTuple):
    """One page of a read, as it arrived."""

    read: Read
    page: Page


class Ended(NamedTuple):
    """A read that is over. `outcome` as in CloudCoverage; all but called and empty have a reason.

    `resources` are those that it listed; what it told of others is not counted again.
    """

    read: Read
    outcome: str
    resources: int
    calls: int
    reason: str


class Quiet(NamedTuple):
    """All reads of a service in a region that anything has asked for so far are over."""

    region: str
    service: str


Event = Part | Ended | Quiet
DEFAULT_LIMITS = Limits()


def read_account(
    account: CloudAccount, limits: Limits = DEFAULT_LIMITS, stop: threading.Event | None = None
) -> Iterator[Event]:
    """Inventory, then metrics and dependencies of what was found; pages as they arrive, an `Ended` for each read.

    Never raises for what an account answers: an account that refuses is one `Ended` of service identity.
    """
    found: list[Resource] = []
    with _opened(account, limits, stop) as reader:
        for event in reader.run([_entrance(account, account.inventory)]):
            if isinstance(event, Part):
                found.extend(_remembered(resource) for resource in event.page.resources if resource.kind)
            yield event
        if found:
            later = [*account.metrics(found), *account.dependencies(found)]
            del found
            yield from reader.run(later)


def _remembered(resource: Resource) -> Resource:
    """What is kept of a resource until all are listed: an account has tens of thousands."""
    texts = {field: resource.texts[field] for field in REMEMBERED if field in resource.texts}
    return replace(resource, texts=texts, tags=_NO_TAGS, measured=())


def _left_out(wide_rules: int) -> str:
    told = f"rules between more than {MOST_PAIRS_OF_RULE} pairs say nothing of any one pair; left out: {wide_rules}"
    return told if wide_rules else ""


def check_account(
    account: CloudAccount, limits: Limits = DEFAULT_LIMITS, stop: threading.Event | None = None
) -> Iterator[Ended]:
    """The cheapest call of each service: what answers to these credentials, and which permission is missing."""
    with _opened(account, limits, stop) as reader:
        for event in reader.run([_entrance(account, account.capabilities)]):
            if isinstance(event, Ended):
                yield event


def _entrance(account: CloudAccount, reads: Callable[[], Iterable[Read]]) -> Read:
    """Who asks, before anything else is asked: an account that refuses is asked nothing more."""

    def enter(_token: str | None) -> Page:
        account.identity()
        return Page(more=tuple(reads()))

    return Read(GLOBAL, "identity", "identity", "", enter)


@contextmanager
def _opened(account: CloudAccount, limits: Limits, stop: threading.Event | None) -> "Iterator[_Reader]":
    with ThreadPoolExecutor(limits.threads, thread_name_prefix=f"{account.cloud}-{account.id}") as pool:
        yield _Reader(account, limits, pool, stop or threading.Event())


@dataclass(slots=True)
class _Task:
    """A read on its way: the page it is at, and what it took and gave so far."""

    read: Read
    token: str | None = None
    seen: set[str] = field(default_factory=set)
    attempt: int = 0
    calls: int = 0
    resources: int = 0
    wide_rules: int = 0
    gave: bool = False


class _Lane:
    """The tasks of one service of one region and its token bucket: a second's worth of calls at once, then evenly.

    Throttling halves the speed and empties the bucket, answers bring it back. `open` counts reads that are not over.
    """

    def __init__(self, calls_per_s: float) -> None:
        self.open = 0
        self._full_s = self._interval_s = 1 / calls_per_s
        self._next = 0.0  # when the bucket will be full again, less the second that it holds
        self._tasks: list[tuple[float, int, _Task]] = []
        self._added = 0

    def add(self, task: _Task, at: float) -> None:
        self._added += 1
        heapq.heappush(self._tasks, (at, self._added, task))

    def due(self) -> float:
        """When the next call may start; never where no task waits."""
        return max(self._tasks[0][0], self._next) if self._tasks else float("inf")

    def take(self, now: float) -> _Task:
        self._next = max(self._next, now - 1) + self._interval_s
        return heapq.heappop(self._tasks)[2]

    def throttled(self, until: float) -> None:
        self._interval_s = min(self._interval_s * 2, max(_SLOWEST_S, self._full_s))
        self._next = max(self._next, until)

    def answered(self) -> None:
        self._interval_s = max(self._interval_s * _RECOVERY, self._full_s)

    def drain(self) -> list[_Task]:
        tasks, self._tasks = [task for _, _, task in sorted(self._tasks)], []
        return tasks


class _Reader:
    """The reads of one account, until all have ended."""

    def __init__(self, account: CloudAccount, limits: Limits, pool: ThreadPoolExecutor, stop: threading.Event) -> None:
        self._account = account
        self._limits = limits
        self._pool = pool
        self._stop = stop
        self._deadline = time.monotonic() + limits.seconds
        self._lanes: dict[tuple[str, str], _Lane] = {}
        self._done: SimpleQueue[tuple[_Task, Future[Page]]] = SimpleQueue()
        self._flying = 0
        self._calls = 0
        self._expired = ""

    def run(self, reads: Iterable[Read]) -> Iterator[Event]:
        """Until these reads, and those that their pages ask for, are over."""
        self._add(reads)
        while True:
            self._launch()
            if halted := self._halted():
                for task in [task for lane in self._lanes.values() for task in lane.drain()]:
                    yield from self._ended(task, "skipped", halted)
            due = min((lane.due() for lane in self._lanes.values()), default=float("inf"))
            if not self._flying and due == float("inf"):
                return
            pause_s = min(max(due - time.monotonic(), 0), self._limits.longest_backoff_s)
            if not self._flying:
                self._stop.wait(pause_s)
                continue
            try:
                # Where all threads are busy nothing can start before one of them is done.
                task, answer = self._done.get(timeout=pause_s if self._flying < self._limits.threads else None)
            except Empty:
                continue
            self._flying -= 1
            yield from self._settled(task, answer)

    def _add(self, reads: Iterable[Read]) -> None:
        for read in reads:
            lane = self._lane(read)
            lane.open += 1
            lane.add(_Task(read), 0)

    def _lane(self, read: Read) -> _Lane:
        return self._lanes.setdefault((read.region, read.service), _Lane(read.calls_per_s))

    def _launch(self) -> None:
        """Start what is due while threads are free, one call of each lane in turn."""
        while self._flying < self._limits.threads and not self._halted():
            now = time.monotonic()
            due = [lane for lane in self._lanes.values() if lane.due() <= now]
            if not due:
                return
            room = min(self._limits.threads - self._flying, self._limits.calls - self._calls)
            for lane in due[:room]:
                self._start(lane.take(now))

    def _start(self, task: _Task) -> None:
        self._flying += 1
        self._calls += 1
        task.calls += 1
        task.attempt += 1
        future = self._pool.submit(task.read.fetch, task.token)
        future.add_done_callback(lambda done: self._done.put((task, done)))

    def _halted(self) -> str:
        """Why nothing more is asked; empty where there is no reason."""
        if self._expired:
            return self._expired
        if self._stop.is_set():
            return "the scan was stopped before this call; scan again"
        if time.monotonic() >= self._deadline:
            return f"the {self._limits.seconds:g} s of one account ran out before this call; scan again"
        if self._calls >= self._limits.calls:
            return f"the {self._limits.calls} calls of one account were used up before this one; scan fewer regions"
        return ""

    def _settled(self, task: _Task, answer: "Future[Page]") -> Iterator[Event]:
        lane, error = self._lane(task.read), answer.exception()
        if error is None:
            lane.answered()
            yield from self._page(task, answer.result())
            return
        fault = self._fault(error)
        if fault.kind in _RETRIED and task.attempt < self._limits.attempts:
            # Full jitter: callers that were refused together do not come back together.
            backoff_s = min(self._limits.longest_backoff_s, self._limits.backoff_s * 2 ** (task.attempt - 1))
            again = time.monotonic() + (fault.wait_s or 0) + random.uniform(0, backoff_s)  # noqa: S311 - no secret
            if fault.kind == "throttled":
                lane.throttled(again)
            if again < self._deadline:
                lane.add(task, again)
                return
        if fault.kind == "expired":
            self._expired = f"not called: {fault.reason}"
        tried = f"; tried {task.attempt} times" if task.attempt > 1 else ""
        yield from self._ended(task, OUTCOMES.get(fault.kind, "failed"), f"{fault.reason}{tried}")

    def _page(self, task: _Task, page: Page) -> Iterator[Event]:
        self._add(page.more)
        task.attempt = 0
        task.resources += sum(bool(resource.kind) for resource in page.resources)
        task.wide_rules += len(page.wide_rules)
        task.gave |= bool(page.resources or page.relations or page.more)
        yield Part(task.read, page)
        if page.token is None:
            yield from self._ended(task, "called" if task.gave else "empty", _left_out(task.wide_rules))
        elif page.token in task.seen:
            told = f"page {len(task.seen) + 1} asks for a page that was read before; scan again"
            yield from self._ended(task, "failed", told)
        else:
            task.seen.add(page.token)
            task.token = page.token
            self._lane(task.read).add(task, 0)

    def _ended(self, task: _Task, outcome: str, reason: str) -> Iterator[Event]:
        lane = self._lane(task.read)
        lane.open -= 1
        yield Ended(task.read, outcome, task.resources, task.calls, reason)
        if not lane.open:
            yield Quiet(task.read.region, task.read.service)

    def _fault(self, error: BaseException) -> Fault:
        if isinstance(error, Refused):
            return error.fault
        if isinstance(error, self._account.errors):
            return self._account.fault(error)
        if isinstance(error, _MISREAD):
            return Fault("failed", type(error).__name__, "the answer has an unknown shape; report it")
        raise error
