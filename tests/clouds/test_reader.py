"""Each fault of a cloud is a row of coverage, and what came before and beside it is kept."""

import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from resources.clouds.account import Read, Resource
from resources.clouds.reader import Ended, Limits, Part, check_account, read_account
from tests.clouds.loopback import Answer, Cloud, LoopbackAccount, cloud, server

QUICK = Limits(threads=4, attempts=3, backoff_s=0.01, longest_backoff_s=0.05, seconds=20)
DENIED = Answer(status=403, code="AccessDenied")
THROTTLED = Answer(status=429, code="Throttling")


def read(held: Cloud, limits: Limits = QUICK, **account: Any) -> tuple[dict[str, Ended], list[str]]:
    """Ended reads by operation, and the ids of what was found in the order of its arrival."""
    events = list(read_account(LoopbackAccount(held, **account), limits))
    found = [resource.id for event in events if isinstance(event, Part) for resource in event.page.resources]
    return {event.read.operation: event for event in events if isinstance(event, Ended)}, found


def test_pages_are_read_to_the_end_with_one_call_each() -> None:
    pages = [Answer([server("a"), server("b")], next="2"), Answer([server("c")], next="3"), Answer([server("d")])]
    with cloud(List=pages, Nothing=Answer()) as held:
        ended, found = read(held)
    assert found == ["a", "b", "c", "d"]
    assert ended["List"][1:] == ("called", 4, 3, "")
    assert ended["Nothing"][1:] == ("empty", 0, 1, "")


def test_a_denied_call_is_not_repeated_and_the_others_go_on() -> None:
    with cloud(List=Answer([server("a")]), Secret=DENIED) as held:
        ended, found = read(held)
    assert found == ["a"]
    assert ended["Secret"][1:] == ("denied", 0, 1, "answered 403")
    assert ended["List"].outcome == "called"


def test_throttling_that_passes_costs_time_only() -> None:
    with cloud(List=[THROTTLED, THROTTLED, Answer([server("a")])]) as held:
        ended, found = read(held)
    assert (ended["List"].outcome, ended["List"].calls, found) == ("called", 3, ["a"])


def test_throttling_that_stays_is_told_with_the_number_of_attempts() -> None:
    with cloud(List=[Answer([server("a")], next="2"), THROTTLED]) as held:
        ended, found = read(held)
    assert ended["List"][1:] == ("throttled", 1, 4, "answered 429; tried 3 times")
    assert found == ["a"], "what came before the fault stays"


def test_the_wait_that_a_cloud_names_is_kept() -> None:
    with cloud(List=[replace(THROTTLED, wait_s=0.4), Answer([server("a")])]) as held:
        read(held)
    listed = [at for name, at in zip(held.asked, held.at, strict=True) if name.endswith("List")]
    assert listed[1] - listed[0] >= 0.4


def test_a_wait_beyond_the_scans_end_is_not_waited_for() -> None:
    with cloud(List=replace(THROTTLED, wait_s=3600)) as held:
        began = time.monotonic()
        ended, _ = read(held)
    assert time.monotonic() - began < 3
    assert ended["List"].outcome == "throttled"


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Answer(status=500), "answered 500; tried 3 times"),
        (Answer(status=503), "answered 503; tried 3 times"),
        (Answer(late_s=1.0), "no answer (TimeoutError); tried 3 times"),
    ],
)
def test_a_server_that_fails_or_stays_silent_is_asked_again_and_then_told(fault: Answer, reason: str) -> None:
    with cloud(List=[fault], Other=Answer([server("a")])) as held:
        ended, found = read(held)
    assert ended["List"][1:] == ("failed", 0, 3, reason)
    assert found == ["a"]


def test_a_page_token_that_comes_again_ends_the_read_with_a_fault() -> None:
    with cloud(List=[Answer([server("a")], next="2"), Answer([server("b")], next="2")]) as held:
        ended, found = read(held)
    assert ended["List"][1:3] == ("failed", 2)
    assert "asks for a page that was read before" in ended["List"].reason
    assert (found, ended["List"].calls) == (["a", "b"], 2)


def test_a_wrong_clock_is_told_as_such_and_not_tried_again() -> None:
    with cloud(List=Answer(status=403, code="RequestTimeTooSkewed")) as held:
        ended, _ = read(held)
    assert ended["List"][1:] == (
        "failed",
        0,
        1,
        "the time of this machine was not accepted; set its clock right",
    )


def test_credentials_that_expire_mid_scan_end_the_account_and_keep_what_was_found() -> None:
    pages = [Answer([server("a")], next="2", more=["north/compute/Detail"]), Answer(status=401, code="ExpiredToken")]
    with cloud(List=pages, Detail=Answer(late_s=0.05), Load=Answer()) as held:
        ended, found = read(held, replace(QUICK, threads=1), later=["north/compute/Load"])
    assert found == ["a"]
    assert ended["List"][1:] == ("denied", 1, 2, "answered 401")
    assert ended["Load"].outcome == "skipped"
    assert ended["Load"].reason == "not called: answered 401"
    assert "north/compute/Load" not in held.asked


def test_an_account_that_refuses_is_asked_nothing_more() -> None:
    with cloud(**{"global/identity/identity": DENIED, "List": Answer([server("a")])}) as held:
        ended, found = read(held)
    assert list(ended) == ["identity"]
    assert (ended["identity"].outcome, found) == ("denied", [])
    assert held.asked == ["global/identity/identity"]


def test_an_answer_of_another_shape_is_a_failed_read() -> None:
    with cloud(List=Answer([{"name": "without an id"}]), Other=Answer([server("a")])) as held:
        ended, found = read(held)
    assert ended["List"].outcome == "failed"
    assert "unknown shape" in ended["List"].reason
    assert found == ["a"]


def test_the_budget_of_calls_ends_the_scan_with_what_was_found() -> None:
    endless = [Answer([server(str(page))], next=str(page + 1)) for page in range(50)]
    with cloud(List=endless) as held:
        ended, found = read(held, replace(QUICK, calls=5))
    assert ended["List"].outcome == "skipped"
    assert "the 5 calls of one account were used up" in ended["List"].reason
    assert len(found) == 4, "one call asked who we are"


def test_the_budget_of_time_ends_the_scan_with_what_was_found() -> None:
    endless = [Answer([server(str(page))], next=str(page + 1), late_s=0.1) for page in range(50)]
    with cloud(List=endless) as held:
        began = time.monotonic()
        ended, found = read(held, replace(QUICK, seconds=0.5))
    assert time.monotonic() - began < 2
    assert (ended["List"].outcome, 0 < len(found) < 10) == ("skipped", True)
    assert "ran out" in ended["List"].reason


def test_a_scan_that_is_stopped_says_what_it_did_not_ask() -> None:
    with cloud(List=[Answer([server("a")], next="2"), Answer([server("b")])]) as held:
        stop, ended = threading.Event(), []
        for event in read_account(LoopbackAccount(held), QUICK, stop):
            if isinstance(event, Part) and event.page.resources:
                stop.set()
            if isinstance(event, Ended):
                ended.append((event.read.operation, event.outcome))
    assert ("List", "skipped") in ended


def test_a_service_is_not_asked_faster_than_it_allows() -> None:
    names = [f"north/compute/Detail{number}" for number in range(15)]
    with cloud(List=Answer(more=names), **{name: Answer() for name in names}) as held:
        began = time.monotonic()
        read(held, calls_per_s=10.0)
    assert time.monotonic() - began >= 0.5, "ten calls at once, then one each tenth of a second"


def test_throttling_slows_a_service_down_for_the_calls_after_it() -> None:
    names = [f"north/compute/Detail{number}" for number in range(6)]
    first = [THROTTLED] * 2 + [Answer(more=names)]
    with cloud(List=first, **{name: Answer() for name in names}) as held:
        read(held, calls_per_s=20.0)
    detailed = [at for name, at in zip(held.asked, held.at, strict=True) if "Detail" in name]
    assert detailed[-1] - detailed[0] >= 5 * 0.05, "without throttling all would start at once"


def test_a_check_asks_each_service_once_and_gives_no_pages() -> None:
    with cloud(List=Answer([server("a")]), Secret=DENIED) as held:
        events = list(check_account(LoopbackAccount(held), QUICK))
    assert {(event.read.operation, event.outcome) for event in events} == {
        ("identity", "called"),
        ("List", "called"),
        ("Secret", "denied"),
    }


def test_later_reads_know_what_was_listed_without_what_only_cells_need() -> None:
    class Remembering(LoopbackAccount):
        found: Sequence[Resource] = ()

        def metrics(self, found: Sequence[Resource]) -> Iterable[Read]:
            self.found = list(found)
            return ()

    texts = {"asset_name": "web-1", "location": "north-1a", "hardware_model": "large"}
    more = {"id": "web-1", "texts": {"cpu_cores": "4"}}
    with cloud(List=Answer([{**server("web-1", app="Shop"), "texts": texts}]), Types=Answer([more])) as held:
        account = Remembering(held)
        list(read_account(account, QUICK))
    (found,) = account.found
    assert (found.id, found.kind, found.tags) == ("web-1", "server", {})
    assert found.texts == {"location": "north-1a", "hardware_model": "large"}
