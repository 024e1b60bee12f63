"""The scored policy: how much each goal profile trusts each kind of argument, and where every strategy starts.

Score of a strategy = start + sum of criteria that hold, each times the factor of its theme. Every contribution is kept.
Missing evidence contributes nothing; it lowers the confidence instead. The version is part of every recommendation's
digest, so a change of the table marks every recommendation as changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.vocabulary import Strategy
from aidiscover_pipelines.strategy.criteria import CRITERIA, Criterion

VERSION = "2026.11"


class Goal(StrEnum):
    """What the programme wants most. Published cases show one application with several right answers by goal."""

    BALANCED = "balanced"
    SPEED = "speed"
    COST = "cost"
    MODERNISATION = "modernisation"
    RISK = "risk"


@dataclass(frozen=True, slots=True)
class Profile:
    """A goal: where the strategies start, and factors on themes (1 where not named)."""

    start: Mapping[Strategy, float]
    factors: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Policy:
    """The whole scored policy."""

    version: str
    criteria: tuple[Criterion, ...]
    profiles: Mapping[Goal, Profile]

    def profile(self, goal: str) -> Profile:
        """Profile of a goal by name. Raises: ConfigError naming the goals there are."""
        if goal not in self.profiles:
            known = ", ".join(self.profiles)
            raise ConfigError(f"cannot score strategies for goal {goal!r}: no such goal; use one of {known}")
        return self.profiles[Goal(goal)]


# AWS advises to rehost or replatform in a large migration and to refactor afterwards; hence the lead of the two.
_START = {
    Strategy.REHOST: 0.5,
    Strategy.REPLATFORM: 0.5,
    Strategy.REFACTOR: 0.0,
    Strategy.REPURCHASE: 0.0,
    Strategy.RETIRE: 0.0,
    Strategy.RETAIN: 0.2,
}

POLICY = Policy(
    VERSION,
    CRITERIA,
    {
        Goal.BALANCED: Profile(_START, {}),
        Goal.SPEED: Profile(
            {**_START, Strategy.REHOST: 1.1, Strategy.REFACTOR: -0.6}, {"speed": 1.5, "modern": 0.5, "risk": 0.8}
        ),
        Goal.COST: Profile({**_START, Strategy.REPURCHASE: 0.2, Strategy.RETIRE: 0.4}, {"cost": 1.5}),
        Goal.MODERNISATION: Profile(
            {**_START, Strategy.REHOST: 0.0, Strategy.REFACTOR: 0.6}, {"modern": 1.5, "speed": 0.6}
        ),
        Goal.RISK: Profile({**_START, Strategy.RETAIN: 0.6, Strategy.REFACTOR: -0.4}, {"risk": 1.5, "modern": 0.6}),
    },
)
