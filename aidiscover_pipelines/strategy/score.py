"""Rules and criteria over signals: the allowed strategies, the scores, and every contribution to them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.vocabulary import Strategy
from aidiscover_pipelines.strategy.criteria import Criterion
from aidiscover_pipelines.strategy.policy import POLICY
from aidiscover_pipelines.strategy.rules import RULES, Rule

STRATEGIES: tuple[Strategy, ...] = tuple(Strategy)


@dataclass(frozen=True, slots=True)
class Scores:
    """Shape of the arrays: (applications, 6) in Strategy order. `fired` maps each rule or criterion to its rows."""

    points: np.ndarray
    allowed: np.ndarray
    broken: tuple[tuple[Rule, np.ndarray], ...]
    argued: tuple[tuple[Criterion, float, np.ndarray], ...]

    @property
    def order(self) -> np.ndarray:
        """Strategy positions best first: allowed before excluded, then by points; ties in Strategy order."""
        return np.lexsort((-np.round(self.points, 6), ~self.allowed), axis=1)

    @property
    def margin(self) -> np.ndarray:
        """Lead of the best allowed strategy over the next, as 1 - exp(-lead); 1 where it is the only one."""
        ranked = np.sort(np.where(self.allowed, self.points, -np.inf), axis=1)[:, ::-1]
        return np.asarray(1.0 - np.exp(-(ranked[:, 0] - ranked[:, 1])))

    @property
    def support(self) -> np.ndarray:
        """Points of the strongest single argument for the best strategy, 0 where there is none."""
        best = self.order[:, 0]
        strongest = np.zeros(len(best))
        for criterion, points, rows in self.argued:
            concerned = rows[best[rows] == STRATEGIES.index(criterion.strategy)]
            strongest[concerned] = np.maximum(strongest[concerned], points)
        return strongest


def score(frame: pd.DataFrame, goal: str) -> Scores:
    """Score all applications of a signal frame under one goal profile. Raises: ConfigError for an unknown goal."""
    profile = POLICY.profile(goal)
    points = np.tile([profile.start[strategy] for strategy in STRATEGIES], (len(frame), 1))
    argued = []
    for criterion in POLICY.criteria:
        rows = np.flatnonzero(criterion.when.holds(frame).to_numpy(dtype=bool))
        if len(rows):
            worth = criterion.points * profile.factors.get(criterion.theme, 1.0)
            points[rows, STRATEGIES.index(criterion.strategy)] += worth
            argued.append((criterion, worth, rows))
    allowed = np.ones(points.shape, dtype=bool)
    broken = []
    for rule in RULES:
        rows = np.flatnonzero(rule.when.holds(frame).to_numpy(dtype=bool))
        if len(rows):
            for strategy in rule.excludes:
                allowed[rows, STRATEGIES.index(strategy)] = False
            broken.append((rule, rows))
    return Scores(points, allowed, tuple(broken), tuple(argued))


def strongest_first(scores: Scores) -> Iterator[tuple[Criterion, float, np.ndarray]]:
    """Criteria that hold somewhere, by the weight of what they say."""
    yield from sorted(scores.argued, key=lambda item: -abs(item[1]))
