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
from aidiscover_pipelines.strategy.policy.conditions import KNOWN_SIGNALS
from aidiscover_pipelines.strategy.policy.policy import STRATEGIES, Policy
from aidiscover_pipelines.strategy.policy.score import score

MOST = 3
# Changed applications that are scored together: numpy's calls are cheap beside them, and they fit into 40 MB.
AT_ONCE = 60_000
UNKNOWN = "not known"

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
    values = np.stack([frame[signal].to_numpy(dtype="float64") for signal in KNOWN_SIGNALS])
    waiting: list[tuple[int, np.ndarray, np.ndarray]] = []
    for place, change in enumerate(CHANGES):
        rows = change.possible(frame)
        waiting.append((place, rows, change.apply(values[:, rows])))
        if place == len(CHANGES) - 1 or sum(len(each[1]) for each in waiting) >= AT_ONCE:
            changed = np.concatenate([each[2] for each in waiting], axis=1)
            after = score(pd.DataFrame(changed.T, columns=list(KNOWN_SIGNALS)), policy).order[:, 0]
            ends = np.cumsum([len(each[1]) for each in waiting])
            for (one, concerned, _), outcome in zip(waiting, np.split(after, ends[:-1]), strict=True):
                turned = outcome != best[concerned]
                yield one, concerned[turned], outcome[turned]
            waiting = []


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
    """What is recorded today, in words."""
    places = np.array(rows, dtype=int)
    values = np.stack([frame[name].to_numpy(dtype="float64")[places] for name in change.sets])
    if change.scale:
        return [UNKNOWN if np.isnan(level) else change.scale[int(level)] for level in values[0].tolist()]
    shown = np.array(quoter.text(change.shown, places), dtype=object)
    return list(np.where((values > 0).any(axis=0) & (shown != ""), shown, UNKNOWN))


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
