"""A policy over signals: the allowed strategies, the scores, and every contribution to them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from aidiscover_pipelines.strategy.policy.conditions import KNOWN_SIGNALS
from aidiscover_pipelines.strategy.policy.policy import STRATEGIES, Constraint, Criterion, Policy


@dataclass(frozen=True, slots=True)
class Scores:
    """Shape of the arrays: (applications, 6) in Strategy order. Rows of what holds somewhere stand beside it.

    Where constraints contradict each other nothing is allowed; the points still say what is least bad.
    """

    points: np.ndarray
    allowed: np.ndarray
    broken: tuple[tuple[Constraint, np.ndarray], ...]
    argued: tuple[tuple[Criterion, float, np.ndarray], ...]

    @property
    def order(self) -> np.ndarray:
        """Strategy positions best first: allowed before excluded, then by points; ties in Strategy order."""
        return np.lexsort((-np.round(self.points, 6), ~self.allowed), axis=1)

    @property
    def margin(self) -> np.ndarray:
        """1 - exp(-lead) of the best allowed strategy over the next; 1 where it is the only one, 0 where none is."""
        ranked = np.sort(np.where(self.allowed, self.points, -np.inf), axis=1)[:, ::-1]
        lead = np.subtract(ranked[:, 0], ranked[:, 1], out=np.zeros(len(ranked)), where=~self.contradicted)
        return np.asarray(1.0 - np.exp(-lead))

    @property
    def contradicted(self) -> np.ndarray:
        """For each application whether its constraints leave nothing."""
        return np.asarray(~self.allowed.any(axis=1))

    @property
    def support(self) -> np.ndarray:
        """Points of the strongest single argument for the best strategy, 0 where there is none."""
        best = self.order[:, 0]
        strongest = np.zeros(len(best))
        for criterion, points, rows in self.argued:
            concerned = rows[best[rows] == STRATEGIES.index(criterion.strategy)]
            strongest[concerned] = np.maximum(strongest[concerned], points)
        return strongest


def score(frame: pd.DataFrame, policy: Policy) -> Scores:
    """Score all applications of a signal frame under the policy's goal."""
    points = np.tile(policy.starts(), (len(frame), 1))
    argued = []
    for criterion in policy.criteria:
        rows = np.flatnonzero(criterion.when.holds(frame))
        if len(rows):
            worth = criterion.points * policy.factor(criterion.theme)
            points[rows, STRATEGIES.index(criterion.strategy)] += worth
            argued.append((criterion, worth, rows))
    allowed = np.ones(points.shape, dtype=bool)
    broken = []
    for constraint in policy.constraints:
        rows = np.flatnonzero(constraint.when.holds(frame))
        if len(rows):
            for strategy in constraint.removed:
                allowed[rows, STRATEGIES.index(strategy)] = False
            broken.append((constraint, rows))
    return Scores(points, allowed, tuple(broken), tuple(argued))


class Rescored:
    """A policy's choices for a signal frame with some signals changed: only what looks at these is asked again."""

    def __init__(self, frame: pd.DataFrame, policy: Policy) -> None:
        self._policy = policy
        self._signals = {signal: frame[signal].to_numpy(dtype="float64") for signal in KNOWN_SIGNALS}
        rules: tuple[Criterion | Constraint, ...] = (*policy.criteria, *policy.constraints)
        self._rules = [(rule, rule.when.asked, rule.when.holds(self._signals)) for rule in rules]
        self._points = np.repeat(policy.starts()[:, None], len(frame), axis=1)
        self._removed = np.zeros_like(self._points)
        for rule, _, held in self._rules:
            self._count(rule, held.astype("float64"), self._points, self._removed)

    def best(self, rows: np.ndarray, changed: Mapping[str, np.ndarray]) -> np.ndarray:
        """Position of the best strategy of these rows where the named signals have these values instead."""
        again = [(rule, asked, held[rows]) for rule, asked, held in self._rules if not asked.isdisjoint(changed)]
        needed = frozenset().union(*(asked for _, asked, _ in again))
        signals = {name: changed[name] if name in changed else self._signals[name][rows] for name in needed}
        points, removed = self._points[:, rows], self._removed[:, rows]
        for rule, _, held in again:
            self._count(rule, rule.when.holds(signals) - held.astype("float64"), points, removed)
        return np.asarray(Scores(points.T, removed.T == 0, (), ()).order[:, 0])

    def _count(self, rule: Criterion | Constraint, times: np.ndarray, points: np.ndarray, removed: np.ndarray) -> None:
        """Add what a rule says to points and exclusions, shape (6, applications); -1 times takes it back."""
        if isinstance(rule, Criterion):
            points[STRATEGIES.index(rule.strategy)] += times * (rule.points * self._policy.factor(rule.theme))
        else:
            removed[[STRATEGIES.index(strategy) for strategy in rule.removed]] += times


def strongest_first(scores: Scores) -> Iterator[tuple[Criterion, float, np.ndarray]]:
    """Criteria that hold somewhere, by the weight of what they say."""
    yield from sorted(scores.argued, key=lambda item: -abs(item[1]))
