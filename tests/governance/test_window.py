import json

import pytest

from aidiscover_pipelines.domain.errors import ContextOverflow
from aidiscover_pipelines.governance.window import ROOM_FOR_ANSWER, SUMMARISED, fit

ROOM = 4096
WINDOW = ROOM + ROOM_FOR_ANSWER


def count(messages):
    return sum(
        len(str(message.get("content") or "")) + len(str(message.get("tool_calls") or "")) for message in messages
    )


def never(text, most):
    raise AssertionError("nothing should be summarised")


def called(number, *names):
    calls = [{"id": f"c{number}{name}", "function": {"name": name, "arguments": "{}"}} for name in names]
    return {"role": "assistant", "content": None, "tool_calls": calls}


def result(number, name, size):
    return {"role": "tool", "tool_call_id": f"c{number}{name}", "name": name, "content": "x" * size}


def conversation(rounds, size):
    start = [{"role": "system", "content": "You judge."}, {"role": "user", "content": "Judge the application."}]
    for number in range(rounds):
        start += [called(number, "facts", "risks"), result(number, "facts", size), result(number, "risks", size)]
    return start


def is_paired(messages):
    """Every tool result follows the call that asked for it, and every call has all its results."""
    open_ids: set[str] = set()
    for message in messages:
        if message.get("tool_calls"):
            assert not open_ids
            open_ids = {call["id"] for call in message["tool_calls"]}
        elif message["role"] == "tool":
            open_ids.remove(message["tool_call_id"])
    return not open_ids


def test_what_fits_is_sent_as_it_is():
    messages = conversation(2, 10)
    fitted = fit(messages, WINDOW, count, never, "m")
    assert fitted.messages == messages and fitted.is_whole


@pytest.mark.parametrize("rounds", [3, 5, 9])
def test_the_oldest_rounds_go_whole_and_a_line_says_so(rounds):
    messages = conversation(rounds, 700)
    fitted = fit(messages, WINDOW, count, never, "m")
    assert count(fitted.messages) <= ROOM
    assert is_paired(fitted.messages)
    assert fitted.messages[:2] == messages[:2] and fitted.messages[-3:] == messages[-3:]
    assert fitted.left_out > 0 and f"[{fitted.left_out} earlier tool results were left out" in str(fitted.messages[2])
    assert not fitted.is_whole


def test_the_last_round_is_summarised_where_leaving_out_is_not_enough():
    messages = conversation(2, 8000)
    fitted = fit(messages, WINDOW, count, lambda text, most: "s" * min(most, 400), "m")
    assert count(fitted.messages) <= ROOM
    assert is_paired(fitted.messages)
    assert fitted.summarised == 2
    assert str(fitted.messages[-1]["content"]).startswith(SUMMARISED)
    assert messages[-1]["content"] == "x" * 8000  # the caller's messages stay as they were


def test_the_system_prompt_is_never_shortened():
    messages = [{"role": "system", "content": "s" * 9000}, {"role": "user", "content": "u" * 9000}]
    with pytest.raises(ContextOverflow, match="the prompt takes 18,000 tokens"):
        fit(messages, WINDOW, count, lambda text, most: "short", "small-model")


def test_what_does_not_fit_is_told_with_its_arithmetic_and_what_to_do():
    messages = conversation(1, 100_000)
    with pytest.raises(ContextOverflow) as told:
        fit(messages, WINDOW, count, lambda text, most: "y" * 5000, "openai/small")
    assert "openai/small" in str(told.value) and f"window of {WINDOW:,} leaves {ROOM:,}" in str(told.value)
    assert "x" * 50 not in str(told.value)


def test_json_of_tool_calls_survives():
    messages = conversation(6, 1000)
    fitted = fit(messages, WINDOW, count, never, "m")
    for message in fitted.messages:
        for call in message.get("tool_calls") or ():
            json.loads(call["function"]["arguments"])
