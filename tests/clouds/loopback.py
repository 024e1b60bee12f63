"""A small cloud on loopback HTTP: services that page, refuse, throttle and fail as a test says, and its account."""

import json
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

from resources.clouds.account import Fault, Identity, Measured, Page, Read, Refused, Relation, Resource
from tests.clouds import serving

TIMEOUT_S = 0.3


@dataclass(frozen=True)
class Answer:
    """What the cloud says to one request. `code` is an error's; `wait_s` becomes Retry-After; `late_s` delays it."""

    items: Sequence[dict[str, Any]] = ()
    relations: Sequence[Sequence[Any]] = ()
    next: str | None = None
    more: Sequence[str] = ()
    status: int = 200
    code: str = ""
    wait_s: float | None = None
    late_s: float = 0.0


@dataclass
class Cloud:
    """Answers by "region/service/operation", in order; the last one stands for all that come after it."""

    script: dict[str, list[Answer]]
    url: str = ""
    asked: list[str] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, name: str) -> Answer:
        with self.lock:
            self.asked.append(name)
            self.at.append(time.monotonic())
            answers = self.script[name]
            return answers.pop(0) if len(answers) > 1 else answers[0]


@contextmanager
def cloud(**script: Any) -> Iterator[Cloud]:
    """A running cloud. Keywords are operations of service `compute` in region `north`, or region/service/operation."""
    told = {
        name if "/" in name else f"north/compute/{name}": list(answers) if isinstance(answers, list) else [answers]
        for name, answers in script.items()
    }
    held = Cloud({"global/identity/identity": [Answer()], **told})

    def answered(_method: str, target: str, _headers: Mapping[str, str], _body: bytes) -> serving.Answer:
        answer = held.answer(target.strip("/").partition("?")[0])
        time.sleep(answer.late_s)
        wait = {} if answer.wait_s is None else {"Retry-After": str(answer.wait_s)}
        told = {name: getattr(answer, name) for name in ("items", "relations", "next", "more", "code")}
        return answer.status, wait, told

    with serving.served_json(answered) as held.url:
        yield held


class LoopbackAccount:
    """CloudAccount over HTTP. `later` names operations that metrics ask for, once something was found."""

    cloud = "aws"
    name = "test"
    errors: tuple[type[Exception], ...] = (OSError, HTTPException)

    def __init__(self, held: Cloud, later: Sequence[str] = (), account: str = "1", calls_per_s: float = 1000.0) -> None:
        self.id = account
        self._held = held
        self._later = later
        self._calls_per_s = calls_per_s
        listed = {name for answers in held.script.values() for answer in answers for name in answer.more}
        self._first = [name for name in held.script if name not in {"global/identity/identity", *later, *listed}]

    def identity(self) -> Identity:
        try:
            self._ask("global/identity/identity", None)
        except self.errors as error:
            raise Refused(self.fault(error)) from None
        return Identity(self.id, "reader")

    def capabilities(self) -> Iterable[Read]:
        return self.inventory()

    def inventory(self) -> Iterable[Read]:
        return [self._read(name) for name in self._first]

    def metrics(self, found: Sequence[Resource]) -> Iterable[Read]:
        return [self._read(name) for name in self._later]

    def dependencies(self, found: Sequence[Resource]) -> Iterable[Read]:
        return ()

    def fault(self, error: Exception) -> Fault:
        if not isinstance(error, HTTPError):
            return Fault("unreachable", type(error).__name__, f"no answer ({type(error).__name__})")
        code = json.loads(error.read() or b"{}").get("code", "")
        wait_s = float(error.headers["Retry-After"]) if error.headers.get("Retry-After") else None
        error.close()
        if code == "RequestTimeTooSkewed":
            return Fault("failed", code, "the time of this machine was not accepted; set its clock right")
        kind = {401: "expired", 403: "denied", 429: "throttled"}.get(error.code)
        kind = kind or ("unreachable" if error.code >= 500 else "failed")
        return Fault(kind, code, f"answered {error.code}", wait_s)

    def _read(self, name: str) -> Read:
        region, service, operation = name.split("/")
        return Read(
            region,
            service,
            operation,
            f"{service}:{operation}",
            lambda token: self._page(name, token),
            self._calls_per_s,
        )

    def _page(self, name: str, token: str | None) -> Page:
        told = self._ask(name, token)
        return Page(
            [_resource(item) for item in told["items"]],
            [Relation(*relation) for relation in told["relations"]],
            told["next"],
            [self._read(each) for each in told["more"]],
        )

    def _ask(self, name: str, token: str | None) -> dict[str, Any]:
        with urlopen(f"{self._held.url}/{name}?page={token or ''}", timeout=TIMEOUT_S) as answer:
            told: dict[str, Any] = json.load(answer)
            return told


def _resource(item: dict[str, Any]) -> Resource:
    measured = [Measured(*each) for each in item.get("measured", ())]
    texts, tags = item.get("texts", {}), item.get("tags", {})
    return Resource(item["id"], texts, item.get("kind", ""), tags, item.get("arn", ""), measured)


def server(name: str, **tags: str) -> dict[str, Any]:
    """A server as an item of an answer."""
    return {"id": name, "kind": "server", "texts": {"asset_name": name, "memory_mb": "8192"}, "tags": tags}
