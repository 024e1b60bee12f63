"""REST calls to a code host: the only layer of retries, pages by the Link header, a token that stays with its host."""

import random
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from aidiscover_pipelines.domain.errors import Skippable

TIMEOUT_S = 30.0
ATTEMPTS = 4
LONGEST_WAIT_S = 60.0  # a limit that resets later is told instead of waited for
PAGES = 500  # of 100 each
ANSWER_BYTES = 16 * 1024 * 1024
_REDIRECTS = 3
_BASE_WAIT_S = 0.5


class Rest:
    """A host's REST interface below `base`. `kind` and `permission` are for messages; headers hold the token."""

    def __init__(self, kind: str, base: str, headers: dict[str, str], permission: str) -> None:
        self._kind, self._base, self._permission = kind, base.rstrip("/") + "/", permission
        self._host = urlsplit(base).netloc
        self._client = httpx.Client(headers=headers, timeout=TIMEOUT_S, follow_redirects=False)

    def get(self, path: str, what: str) -> Any:
        """The JSON document at a path. `what` is being attempted. Raises: Skippable."""
        return self._call(urljoin(self._base, path), what).json()

    def pages(self, path: str, what: str) -> Iterator[Any]:
        """The items of all pages, as `Link: <...>; rel="next"` leads through them. Raises: Skippable."""
        url, seen = urljoin(self._base, path), set[str]()
        while url:
            if url in seen or len(seen) >= PAGES:
                raise self._fault(what, "its pages do not end", "report it to the host's administrator")
            seen.add(url)
            answer = self._call(url, what)
            yield from answer.json()
            following = answer.links.get("next", {}).get("url", "")
            url = self._same_host(urljoin(url, following), what) if following else ""

    def _call(self, url: str, what: str) -> httpx.Response:
        """One answer that holds JSON. Redirects stay on the host: to another one the token would go along."""
        for _ in range(_REDIRECTS + 1):
            answer = self._tried(url, what)
            if not answer.is_redirect:
                return self._checked(answer, what)
            url = self._same_host(urljoin(url, answer.headers.get("location", "")), what)
        raise self._fault(what, "it redirects in a circle", "correct the address of the repository")

    def _tried(self, url: str, what: str) -> httpx.Response:
        """An answer that is no passing fault: those are tried again, with full jitter or when the host says."""
        problem = ""
        for attempt in range(ATTEMPTS):
            wait_s = random.uniform(0, _BASE_WAIT_S * 2**attempt)  # noqa: S311  (jitter, no secret)
            try:
                answer = self._client.get(url)
            except httpx.TransportError as error:
                problem = f"the host cannot be reached ({type(error).__name__})"
            else:
                told_s = _limited_for(answer)
                if told_s is None and answer.status_code < 500:
                    return answer
                problem = f"the host answers {answer.status_code}"
                if told_s is not None:
                    if told_s > LONGEST_WAIT_S:
                        raise self._fault(
                            what, f"its rate limit resets in {told_s / 60:.0f} minutes", "scan again then"
                        )
                    wait_s, problem = told_s, "its rate limit is used up"
            if attempt + 1 < ATTEMPTS:
                time.sleep(wait_s)
        raise self._fault(what, problem, "scan again later")

    def _checked(self, answer: httpx.Response, what: str) -> httpx.Response:
        if answer.status_code in (401, 403):
            raise self._fault(
                what, f"access is denied ({answer.status_code})", f"give the token the permission {self._permission}"
            )
        if answer.status_code == 404:
            raise self._fault(
                what, "it does not exist or the token may not see it (404)",
                f"correct its name, or give the token the permission {self._permission}",
            )  # fmt: skip
        if answer.status_code != 200 or len(answer.content) > ANSWER_BYTES or not _is_json(answer):
            raise self._fault(
                what, f"the answer is no page of its REST interface ({answer.status_code})", "see its URL"
            )
        return answer

    def _same_host(self, url: str, what: str) -> str:
        parts = urlsplit(url)
        if parts.netloc != self._host or parts.scheme != urlsplit(self._base).scheme:
            raise self._fault(
                what, f"it redirects to another host ({parts.netloc[:100]!r}), and a token stays with its own",
                "declare the repository by its new address",
            )  # fmt: skip
        return url

    def _fault(self, what: str, problem: str, remedy: str) -> Skippable:
        return Skippable(f"cannot {what} on {self._kind} host {self._host!r}: {problem}; {remedy}")


def _limited_for(answer: httpx.Response) -> float | None:
    """Seconds until the host answers again, None where it is no rate limit.

    GitHub: 403 or 429 with Retry-After, or with x-ratelimit-remaining 0 and x-ratelimit-reset. GitLab: 429 with
    Retry-After and RateLimit-Reset.
    """
    if answer.status_code not in (403, 429):
        return None
    told, now = answer.headers.get("retry-after", ""), time.time()
    if told.isdigit():
        return float(told)
    if told:
        try:
            return max(0.0, parsedate_to_datetime(told).timestamp() - now)
        except ValueError:
            return 1.0
    reset = answer.headers.get("x-ratelimit-reset") or answer.headers.get("ratelimit-reset") or ""
    used_up = answer.headers.get("x-ratelimit-remaining") == "0" or answer.status_code == 429
    return (max(0.0, float(reset) - now) if reset.isdigit() else 1.0) if used_up else None


def _is_json(answer: httpx.Response) -> bool:
    try:
        answer.json()
    except ValueError:
        return False
    return True
