"""The policy of the six Rs as data: hard constraints, arguments with points, goals. `policy.yaml` is what ships.

Score of a strategy = start + shift of the goal + points of each criterion that holds, each times the factor of its
theme. Every contribution is kept. The version is part of every recommendation's digest, so a change of the policy marks
recommendations as changed.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.vocabulary import Strategy
from aidiscover_pipelines.strategy.policy.conditions import KNOWN_SIGNALS, Condition
from aidiscover_pipelines.strategy.policy.file import checked, read_document

SHIPPED = Path(__file__).with_name("policy.yaml")
STRATEGIES: tuple[Strategy, ...] = tuple(Strategy)


def _names_signals(text: str) -> str:
    for _, name, form, conversion in Formatter().parse(text):
        if name is not None and (form or conversion or not set(name.split("|")) <= set(KNOWN_SIGNALS)):
            raise ValueError(f"{{{name}}} names no signal")
    return text


Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
# The strongest shipped argument has 4 points; more than 10 can only be a slip.
Points = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-10, le=10)]
Factor = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=10)]
Text = Annotated[str, Field(min_length=1), AfterValidator(_names_signals)]
Theme = Literal["stated", "fit", "speed", "cost", "modern", "risk"]


class Declared(BaseModel):
    """Something that a policy file declares: nothing unknown in it, and nothing changes it later."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Criterion(Declared):
    """One argument for (points > 0) or against a strategy. `text` may show the value behind a signal as {signal}."""

    id: Id
    strategy: Strategy
    points: Points
    theme: Theme
    when: Condition
    text: Text


class Constraint(Declared):
    """Where `when` holds, the strategies in `excludes` are out, or all but the one that it `mandates`."""

    id: Id
    when: Condition
    excludes: tuple[Strategy, ...] = ()
    mandates: Strategy | None = None
    reason: Text
    citation: str = Field(min_length=1)

    @model_validator(mode="after")
    def _does_one_thing(self) -> Self:
        if bool(self.excludes) == bool(self.mandates):
            raise ValueError("it must have either 'excludes' or 'mandates'")
        if len(set(self.excludes)) == len(STRATEGIES):
            raise ValueError("it excludes all six strategies; leave at least one")
        return self

    @property
    def removed(self) -> tuple[Strategy, ...]:
        """The strategies that are out where it holds."""
        if self.mandates is None:
            return self.excludes
        return tuple(strategy for strategy in STRATEGIES if strategy is not self.mandates)


class Profile(Declared):
    """A goal: how far it moves where strategies start, and factors on themes (1 where not named)."""

    shift: Mapping[Strategy, Points] = {}
    factors: Mapping[Theme, Factor] = {}


class Bands(Declared):
    """Which rough bands are estimated."""

    effort: bool = True
    cost: bool = True


class Policy(Declared):
    """Everything that scoring needs to know, for the goal that is in force."""

    version: str
    goal: str
    bands: Bands
    start: Mapping[Strategy, Points]
    goals: Mapping[str, Profile]
    factors: Mapping[Theme, Factor] = {}
    constraints: tuple[Constraint, ...]
    criteria: tuple[Criterion, ...]

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if missing := [strategy.value for strategy in STRATEGIES if strategy not in self.start]:
            raise ValueError(f"'start' lacks {', '.join(missing)}")
        if self.goal not in self.goals:
            raise ValueError(f"'goals' lacks {self.goal!r}, which 'goal' names")
        return self

    @property
    def label(self) -> str:
        """What a recommendation says of the policy behind it: 2026.11.3, goal cost."""
        return f"{self.version}, goal {self.goal}"

    def towards(self, goal: str) -> "Policy":
        """The same policy for another goal. Raises: ConfigError naming the goals there are."""
        if goal not in self.goals:
            known = ", ".join(self.goals)
            raise ConfigError(f"cannot score strategies for goal {goal!r}: no such goal; use one of {known}")
        return self.model_copy(update={"goal": goal})

    def starts(self) -> np.ndarray:
        """Where each strategy starts under the goal, in Strategy order."""
        shift = self.goals[self.goal].shift
        return np.array([self.start[strategy] + shift.get(strategy, 0.0) for strategy in STRATEGIES])

    def factor(self, theme: Theme) -> float:
        """How much an argument of that theme counts under the goal."""
        return self.goals[self.goal].factors.get(theme, 1.0) * self.factors.get(theme, 1.0)


@cache
def shipped_policy() -> Policy:
    """The policy that the product ships. Raises: InvalidPolicy naming every fault."""
    return checked(Policy, read_document(SHIPPED), SHIPPED.name)
