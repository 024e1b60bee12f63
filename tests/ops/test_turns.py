"""A tick looks at as many tenants as its time allows; the next goes on after them."""

import time

from aidiscover_pipelines.ops.turns import in_turn

NAMES = ["c", "a", "d", "b"]
PAST = 0.0


def test_with_time_enough_everybody_has_one_turn_from_the_last_one_on():
    assert list(in_turn(NAMES, "b", time.monotonic() + 60)) == ["c", "d", "a", "b"]


def test_without_time_each_tick_looks_at_the_next_one_and_nobody_is_left_out():
    seen, last = [], ""
    for _ in range(5):
        (last,) = in_turn(NAMES, last, PAST)
        seen.append(last)
    assert seen == ["a", "b", "c", "d", "a"]


def test_a_name_that_is_gone_holds_nobody_up():
    assert next(in_turn(NAMES, "bb", PAST)) == "c"
    assert list(in_turn([], "bb", PAST)) == []
