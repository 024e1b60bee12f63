"""Making a conversation fit a model's context window without parting a tool call from its result.

First the oldest rounds of tool calls go, each with its results; a line in their place says so. What must stay (system,
the task, the last round) is summarised as a second resort. What does not fit even then goes to a person.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from aidiscover_pipelines.domain.errors import ContextOverflow

Message = dict[str, Any]
Count = Callable[[Sequence[Message]], int]
# (text, most tokens) -> a summary
Summarise = Callable[[str, int], str]

# What an answer needs beside the prompt.
ROOM_FOR_ANSWER = 2048
# A summary is worth a call only where it saves much; it may take a quarter of what it replaces.
SUMMARY_SHARE = 4
LEAST_SUMMARY = 64  # tokens; less says nothing
LEFT_OUT = "[{count} earlier tool results were left out to fit the context window; call a tool again if you need one]"
SUMMARISED = "[summary of a longer text] "


@dataclass(frozen=True, slots=True)
class Fitted:
    """The messages to send. `left_out` counts tool rounds that went, `summarised` the texts that were shortened."""

    messages: list[Message]
    left_out: int = 0
    summarised: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether nothing was left out or shortened."""
        return not self.left_out and not self.summarised


def fit(messages: Sequence[Message], window: int, count: Count, summarise: Summarise, model: str) -> Fitted:
    """Messages that leave room for an answer in `window` tokens. Raises: ContextOverflow with the arithmetic."""
    room = max(window - ROOM_FOR_ANSWER, window // 2)
    whole = list(messages)
    before = count(whole)
    if before <= room:
        return Fitted(whole)
    units = _units(whole)
    droppable = [place for place, unit in enumerate(units[:-1]) if _is_tool_round(unit)]
    left_out = 0
    kept = whole
    for going in range(1, len(droppable) + 1):
        gone = set(droppable[:going])
        left_out = sum(_results(units[place]) for place in gone)
        kept = _without(units, gone, left_out)
        if count(kept) <= room:
            return Fitted(kept, left_out)
    shortened = 0
    for place in sorted(range(len(kept)), key=lambda place: -len(_text(kept[place]))):
        text = _text(kept[place])
        if kept[place].get("role") not in ("tool", "user") or not text:
            continue
        others = count([*kept[:place], *kept[place + 1 :]])
        share = count([{"role": "user", "content": text}]) // SUMMARY_SHARE
        most = min(share, room - others) if room - others >= LEAST_SUMMARY else share
        if most < LEAST_SUMMARY:
            continue
        kept = [*kept]
        kept[place] = {**kept[place], "content": SUMMARISED + summarise(text, most)}
        shortened += 1
        if count(kept) <= room:
            return Fitted(kept, left_out, shortened)
    raise ContextOverflow(
        f"cannot ask {model}: the prompt takes {before:,} tokens, {count(kept):,} after trimming and summarising, but "
        f"its window of {window:,} leaves {room:,}; choose a model with a larger window for this task "
        "(llm policy --set model_for.CREW=MODEL), or let a person decide"
    )


def _units(messages: Sequence[Message]) -> list[list[Message]]:
    """An assistant's tool calls with their results are one unit, every other message is its own."""
    units: list[list[Message]] = []
    for message in messages:
        if message.get("role") == "tool" and units and _is_tool_round(units[-1]):
            units[-1].append(message)
        else:
            units.append([message])
    return units


def _is_tool_round(unit: Sequence[Message]) -> bool:
    return bool(unit[0].get("tool_calls"))


def _results(unit: Sequence[Message]) -> int:
    return sum(message.get("role") == "tool" for message in unit)


def _without(units: Sequence[Sequence[Message]], gone: set[int], left_out: int) -> list[Message]:
    """The messages that stay; a note stands where the first of the others was."""
    kept: list[Message] = []
    for place, unit in enumerate(units):
        if place not in gone:
            kept.extend(unit)
        elif place == min(gone):
            kept.append({"role": "user", "content": LEFT_OUT.format(count=left_out)})
    return kept


def _text(message: Message) -> str:
    content = message.get("content")
    return content if isinstance(content, str) else ""
