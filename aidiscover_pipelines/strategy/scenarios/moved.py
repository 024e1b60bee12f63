"""Why an application gets another strategy under another policy: the contributions that the two score differently."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from aidiscover_pipelines.strategy.advice.reasons import LEAST_LEAD
from aidiscover_pipelines.strategy.advice.wording import Quoter
from aidiscover_pipelines.strategy.policy.policy import STRATEGIES, Constraint, Policy
from aidiscover_pipelines.strategy.policy.score import Scores

# What two arguments do not explain, a third rarely does.
TOLD = 2


@dataclass(frozen=True, slots=True)
class Scored:
    """A policy and what it makes of the applications."""

    policy: Policy
    scores: Scores


def reasons_moved(
    today: Scored, then: Scored, before: np.ndarray, after: np.ndarray, quoter: Quoter
) -> tuple[np.ndarray, list[str]]:
    """Rows whose strategy differs, and what moved each: the constraints, else the arguments that count otherwise.

    `before` and `after` hold positions in Strategy order under the policies of `today` and `then`.
    """
    rows = np.flatnonzero(before != after)
    told: dict[int, list[str]] = {row: [] for row in rows.tolist()}
    for row, text in _constraints(today, then, before, after, quoter):
        if row in told:
            told[row].append(text)
    gains = pd.concat(_gains(today, then, before, after, quoter), ignore_index=True)
    by_gain = gains[gains["gain"] >= LEAST_LEAD].sort_values(["row", "gain"], ascending=[True, False], kind="stable")
    strongest = by_gain.groupby("row").head(TOLD)
    for row, text in zip(strongest["row"].tolist(), strongest["text"].tolist(), strict=True):
        told[row].append(text)
    return rows, ["; ".join(told[row]) for row in rows.tolist()]


def _constraints(
    today: Scored, then: Scored, before: np.ndarray, after: np.ndarray, quoter: Quoter
) -> Iterator[tuple[int, str]]:
    """(row, text) where a constraint of one policy alone forbids the strategy before, or forbade the one after."""
    kept = {constraint.id for constraint in today.policy.constraints}
    for constraint, rows in _hit(then.scores, before):
        if constraint.id not in kept:
            for row, text in zip(rows.tolist(), quoter.text(constraint.reason, rows), strict=True):
                yield row, f"{constraint.id} forbids {STRATEGIES[before[row]]}: {text}"
    kept = {constraint.id for constraint in then.policy.constraints}
    for constraint, rows in _hit(today.scores, after):
        if constraint.id not in kept:
            for row in rows.tolist():
                yield row, f"{constraint.id} no longer forbids {STRATEGIES[after[row]]}"


def _hit(scores: Scores, chosen: np.ndarray) -> Iterator[tuple[Constraint, np.ndarray]]:
    for constraint, rows in scores.broken:
        removed = [STRATEGIES.index(strategy) for strategy in constraint.removed]
        hit = rows[np.isin(chosen[rows], removed)]
        if len(hit):
            yield constraint, hit


def _gains(
    today: Scored, then: Scored, before: np.ndarray, after: np.ndarray, quoter: Quoter
) -> Iterator[pd.DataFrame]:
    """(row, gain, text): points that the strategy after gains on the one before, by what they come from."""
    shift = then.policy.starts() - today.policy.starts()
    rows = np.flatnonzero(before != after)
    gain = shift[after[rows]] - shift[before[rows]]
    names = np.array([strategy.value for strategy in STRATEGIES], dtype=object)
    yield pd.DataFrame(
        {"row": rows, "gain": gain, "text": names[after[rows]] + _points(gain) + " against " + names[before[rows]]}
    )
    worth_today = {criterion.id: worth for criterion, worth, _ in today.scores.argued}
    worth_then = {criterion.id: worth for criterion, worth, _ in then.scores.argued}
    argued = {
        criterion.id: (criterion, held) for scored in (today, then) for criterion, _, held in scored.scores.argued
    }
    for key, (criterion, held) in argued.items():
        change = worth_then.get(key, 0.0) - worth_today.get(key, 0.0)
        side = after if change > 0 else before
        hit = held[(before[held] != after[held]) & (side[held] == STRATEGIES.index(criterion.strategy))]
        if change and len(hit):
            verb = "gains" if change > 0 else "loses"
            texts = pd.Series(quoter.text(criterion.text, hit), dtype=object)
            yield pd.DataFrame(
                {"row": hit, "gain": abs(change), "text": f"{criterion.strategy} {verb} {abs(change):.1f}: " + texts}
            )


def _points(gains: np.ndarray) -> np.ndarray:
    return np.array([f" starts {gain:.1f} points better" for gain in gains.tolist()], dtype=object)
