"""Constraints that together leave no strategy: where they do, and where a set of them could."""

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, product

import numpy as np
import pandas as pd

from aidiscover_pipelines.strategy.policy.conditions import KNOWN_SIGNALS, Condition
from aidiscover_pipelines.strategy.policy.policy import STRATEGIES, Constraint, Policy
from aidiscover_pipelines.strategy.policy.score import Scores

CONTRADICTION = "contradictory constraints"
# What is least bad by points is a stopgap until a person resolves the contradiction.
WHEN_CONTRADICTED = 0.3
# A contradiction of more constraints at once is found when it happens, not in advance.
MOST_TOGETHER = 3
_Facts = dict[str, float]


def contradictions(scores: Scores) -> np.ndarray:
    """For each application why nothing is allowed, naming the constraints; empty where something is."""
    told = np.full(len(scores.points), "", dtype=object)
    rows = np.flatnonzero(scores.contradicted)
    if not len(rows):
        return told
    holding = np.column_stack([np.isin(rows, held) for _, held in scores.broken])
    # Few combinations of constraints hold, however many applications they hold for.
    patterns, pattern_of = np.unique(holding, axis=0, return_inverse=True)
    words = np.array(
        [
            _told(_needed([constraint for (constraint, _), holds in zip(scores.broken, pattern, strict=True) if holds]))
            for pattern in patterns
        ],
        dtype=object,
    )
    told[rows] = words[pattern_of.ravel()]
    return told


def doubted(confidences: np.ndarray, scores: Scores) -> np.ndarray:
    """The confidences, low where nothing is allowed."""
    return np.where(scores.contradicted, np.minimum(confidences, WHEN_CONTRADICTED), confidences)


def possible_contradictions(policy: Policy) -> list[str]:
    """A warning for each smallest set of up to three constraints that could leave an application without a strategy.

    Each was found to hold together for one imagined application.
    """
    found: list[frozenset[str]] = []
    warnings = []
    for size in range(1, MOST_TOGETHER + 1):
        for chosen in combinations(policy.constraints, size):
            names = frozenset(constraint.id for constraint in chosen)
            if not _leaves_nothing(chosen) or any(known <= names for known in found):
                continue
            if _can_hold_together([constraint.when for constraint in chosen]):
                found.append(names)
                warnings.append(_told(chosen))
    return warnings


def _leaves_nothing(constraints: Sequence[Constraint]) -> bool:
    return len({strategy for constraint in constraints for strategy in constraint.removed}) == len(STRATEGIES)


def _needed(constraints: list[Constraint]) -> list[Constraint]:
    """Those without which something would be allowed."""
    needed = constraints
    for constraint in constraints:
        without = [other for other in needed if other is not constraint]
        if _leaves_nothing(without):
            needed = without
    return needed


def _told(constraints: Sequence[Constraint]) -> str:
    parts = [
        f"{constraint.id} (mandates {constraint.mandates})"
        if constraint.mandates
        else f"{constraint.id} (excludes {', '.join(constraint.excludes)})"
        for constraint in constraints
    ]
    return f"{CONTRADICTION}: {' and '.join(parts)} leave no strategy"


def _can_hold_together(conditions: Sequence[Condition]) -> bool:
    """Whether an application is imaginable for which all hold: each way to meet them one by one is tried for all."""
    together = list(product(*(list(_ways(condition)) for condition in conditions)))
    # Of two bounds on one signal, either may be the value that meets both.
    imagined = [_merged(ways, choose) for ways in together for choose in (max, min)]
    frame = pd.DataFrame(imagined, columns=list(KNOWN_SIGNALS), dtype="float64")
    return bool(np.logical_and.reduce([condition.holds(frame) for condition in conditions]).any())


def _ways(condition: Condition) -> Iterator[_Facts]:
    """Signals with which the condition can hold, one set for each alternative; what must not be is left unknown."""
    own: _Facts = {**condition.at_most, **condition.at_least}
    if condition.yes:
        own[condition.yes] = 1.0
    alternatives = [way for part in condition.any for way in _ways(part)] or [{}]
    for ways in product(alternatives, *(list(_ways(part)) for part in condition.all)):
        yield _merged([own, *ways])


def _merged(ways: Sequence[_Facts], choose: Callable[[float, float], float] = max) -> _Facts:
    merged: _Facts = {}
    for way in ways:
        for signal, value in way.items():
            merged[signal] = choose(value, merged.get(signal, value))
    return merged
