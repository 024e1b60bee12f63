"""What would change the answer: every declared change of a single fact is scored, and the smallest that turn it stay.

A change is tried on all applications to which it can happen. Nothing is guessed from margins: what is said here is what
the policy answers with that one fact changed.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from aidiscover_pipelines.strategy.advice.changes import CHANGES, Change
from aidiscover_pipelines.strategy.advice.wording import Quoter
from aidiscover_pipelines.strategy.policy.policy import STRATEGIES, Policy
from aidiscover_pipelines.strategy.policy.score import Rescored

MOST = 3
UNKNOWN = "not known"
# A description that does not speak of the matter says neither yes nor no.
_SPEAKS_OF_ANYTHING = "description"

Counterfactual = dict[str, Any]
_Turn = tuple[int, int, int]
"""Size of a change, its place in CHANGES, and the position of the strategy that it leads to."""


def counterfactuals_of(
    frame: pd.DataFrame, chosen: np.ndarray, best: np.ndarray, policy: Policy, quoter: Quoter
) -> list[list[Counterfactual]]:
    """At most three for each application, the smallest first: [{"text", "fact", "from", "to", "becomes"}].

    One for each strategy that a single change leads to. `best` is the policy's choice; where the chosen strategy is
    another, because a crew or a person decided, a change counts too that makes the policy agree with it. Both are
    positions in Strategy order.
    """
    turns: list[dict[int, _Turn]] = [{} for _ in range(len(frame))]
    for place, rows, becomes in _turning(frame, best, policy):
        size, after = CHANGES[place].sizes(frame, rows), becomes.tolist()
        for row, steps, strategy in zip(rows.tolist(), size.tolist(), after, strict=True):
            found = turns[row]
            if strategy not in found or steps < found[strategy][0]:
                found[strategy] = (steps, place, strategy)
    kept = [sorted(found.values(), key=lambda turn: turn[:2])[:MOST] for found in turns]
    return _worded(kept, frame, chosen, best, quoter)


def _turning(frame: pd.DataFrame, best: np.ndarray, policy: Policy) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """Each change's place, the rows whose best strategy it changes, and what that becomes."""
    rescored = Rescored(frame, policy)
    for place, change in enumerate(CHANGES):
        rows = change.possible(frame)
        after = rescored.best(rows, {signal: np.full(len(rows), value) for signal, value in change.sets.items()})
        turned = after != best[rows]
        yield place, rows[turned], after[turned]


def _worded(
    kept: Sequence[Sequence[_Turn]], frame: pd.DataFrame, chosen: np.ndarray, best: np.ndarray, quoter: Quoter
) -> list[list[Counterfactual]]:
    rows_of: dict[int, list[int]] = {}
    for row, turns in enumerate(kept):
        for _, place, _ in turns:
            rows_of.setdefault(place, []).append(row)
    now = {
        place: dict(zip(rows, _now(CHANGES[place], rows, frame, quoter), strict=True))
        for place, rows in rows_of.items()
    }
    names = [strategy.value for strategy in STRATEGIES]
    return [
        [
            _entry(CHANGES[place], now[place][row], names[becomes], names[chosen[row]], names[best[row]])
            for _, place, becomes in turns
        ]
        for row, turns in enumerate(kept)
    ]


def _now(change: Change, rows: list[int], frame: pd.DataFrame, quoter: Quoter) -> list[str]:
    """What is recorded today, in words: what the signals were read from, else what the fact's own field says."""
    places = np.array(rows, dtype=int)
    values = np.stack([frame[name].to_numpy(dtype="float64")[places] for name in change.sets])
    if change.scale:
        told = np.array(["" if np.isnan(level) else change.scale[int(level)] for level in values[0].tolist()], object)
    else:
        told = np.where((values > 0).any(axis=0), np.array(quoter.text(change.shown, places), dtype=object), "")
    if change.fact != _SPEAKS_OF_ANYTHING:
        told = np.where(told == "", quoter.recorded(change.fact, places), told)
    return [str(text) or UNKNOWN for text in told]


def _entry(change: Change, now: str, becomes: str, chosen: str, best: str) -> Counterfactual:
    if chosen == best:
        outcome = f"becomes {becomes}"
    elif becomes == chosen:
        outcome = f"the policy would agree with {chosen}"
    else:
        outcome = f"the policy would choose {becomes} instead of {best}"
    recorded = "not recorded" if now == UNKNOWN else f"recorded: {now}"
    return {
        "text": f"{outcome} if {change.text} ({recorded})",
        "fact": change.fact,
        "from": now,
        "to": change.to,
        "becomes": becomes,
    }
