"""How often people upheld what the policy and the crew recommended, and how far that moves later confidences.

An override of another strategy overturns what was recommended, one of the same strategy (a confirmation) upholds it.
Agents are judged by the strategy that each had named, whatever the crew made of it; an agent that names none (risks)
has no answers. Answers about an agent are shown and move nothing: who recommends is the policy or the crew.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from aidiscover_pipelines.domain.odds import beta_mean, shift_between, shifted
from aidiscover_pipelines.domain.vocabulary import DecidedBy
from aidiscover_pipelines.strategy.calibration.confidence import MOST

DECIDER, STRATEGY, AGENT = "decider", "strategy", "agent"
# The crew whose answers decide dispositions.
ASSESSMENT = "assessment"
# Below ten answers the share upheld is uncertain by 0.16 and more (one standard error): nothing moves.
LEAST_ANSWERS = 10
# Answers that weigh as much as the confidences themselves. The cases of first_sight.csv bound it from
# below: as draws of a beta-binomial by source, 20 is 2 times less likely than no spread between sources at all, 10 is
# 4 times, 5 is 9 times. The least that they do not contradict lets a tenant's people speak soonest.
PRIOR_ANSWERS = 20.0
# The posterior is bounded by its prior; this only bounds its answer: 0.85 becomes 0.43 at the least.
MOST_SHIFT = 2.0


@dataclass(frozen=True, slots=True)
class Agreement:
    """Answers about one decider, one of its strategies, or one agent: `upheld` of `answers`.

    `expected` is the mean confidence that was foretold of them, before earlier answers moved it: the mean of the Beta
    distribution before them. What an answer was moved by already must not count again.
    """

    kind: str
    decider: str
    name: str
    answers: int
    upheld: int
    expected: float

    @property
    def posterior(self) -> float:
        """Probability that people uphold the next one, 0 to 1."""
        return beta_mean(self.expected, PRIOR_ANSWERS, self.upheld, self.answers)

    @property
    def shift(self) -> float:
        """Log-odds to add to a confidence: 0 with fewer than ten answers, or where people upheld what was foretold."""
        return shift_between(self.expected, self.posterior) if self.answers >= LEAST_ANSWERS else 0.0


def agreements(overrides: pd.DataFrame) -> list[Agreement]:
    """Agreement by decider (policy, or the crew's name), by its strategies, and by agent, in that order.

    All answers count, superseded ones too, but those about what a person had decided before.
    """
    machine = [DecidedBy.POLICY.value, DecidedBy.CREW.value]
    asked = overrides[overrides["proposed_by"].astype("str").isin(machine) & overrides["proposed"].notna()]
    told = pd.DataFrame(
        {
            "decider": asked["crew"].where(asked["proposed_by"].astype("str") == DecidedBy.CREW.value, "policy"),
            "proposed": asked["proposed"].astype("str"),
            "upheld": asked["proposed"].astype("str") == asked["strategy"].astype("str"),
            "foretold": asked["foretold"].astype("float64"),
        }
    )
    found = [_over(DECIDER, str(name), str(name), rows) for name, rows in told.groupby("decider", sort=True)]
    for (decider, name), rows in told.groupby(["decider", "proposed"], sort=True):
        found.append(_over(STRATEGY, str(decider), str(name), rows))
    return [*found, *_agents(overrides)]


def _over(kind: str, decider: str, name: str, rows: pd.DataFrame) -> Agreement:
    expected = float(rows["foretold"].astype("float64").mean())
    return Agreement(kind, decider, name, len(rows), int(rows["upheld"].sum()), expected)


def _agents(overrides: pd.DataFrame) -> Iterator[Agreement]:
    named = [
        (agent, strategy == row["strategy"], row["foretold"])
        for row in overrides.loc[overrides["agents"].map(bool), ["strategy", "foretold", "agents"]].to_dict("records")
        for agent, strategy in dict(row["agents"]).items()
    ]
    frame = pd.DataFrame(named, columns=["agent", "upheld", "foretold"])
    for agent, rows in frame.groupby("agent", sort=True):
        yield _over(AGENT, ASSESSMENT, str(agent), rows)


def shifts(found: list[Agreement]) -> Mapping[tuple[str, str], float]:
    """(decider, strategy) -> log-odds. Answers about one strategy say nothing about another."""
    return {
        (each.decider, each.name): each.shift
        for each in found
        if each.kind == STRATEGY and each.answers >= LEAST_ANSWERS
    }


def calibrated(confidence: float, decided_by: str, strategy: str, moves: Mapping[tuple[str, str], float]) -> float:
    """A recommendation's confidence after people's answers about that strategy of who made it."""
    decider = ASSESSMENT if decided_by == DecidedBy.CREW.value else decided_by
    shift = moves.get((decider, strategy), 0.0)
    return round(min(shifted(confidence, shift, MOST_SHIFT), MOST), 3) if shift else confidence
