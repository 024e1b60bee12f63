"""How recommendations were made and how far they can be trusted: what the strategy tells and the report shows."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reliability:
    """Published cases whose confidence lay between two shares: how sure the policy was, how often an expert agreed.

    All are shares, 0 to 1, but `cases`; `right_95` is the 95 % interval of `right`.
    """

    low: float
    high: float
    cases: int
    confidence: float
    right: float
    right_95: tuple[float, float]


@dataclass(frozen=True, slots=True)
class StrategyMethod:
    """The policy in force and how its confidence did on published cases of sources that it had not seen.

    policy: version and goal. calibration_error: distance of confidence and share right, 0 to 1, with its 95 % interval.
    """

    policy: str
    constraints: int
    criteria: int
    cases: int
    sources: int
    agreement: float
    calibration_error: float
    calibration_error_95: tuple[float, float]
    reliability: Sequence[Reliability]
