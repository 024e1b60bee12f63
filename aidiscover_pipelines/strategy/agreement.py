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
from aidiscover_pipelines.strategy.confidence import MOST

DECIDER, STRATEGY, AGENT = "decider", "strategy", "agent"
# The crew whose answers decide dispositions.
ASSESSMENT = "assessment"
# Below ten answers the share upheld is uncertain by 0.16 and more (one standard error): nothing moves.
LEAST_ANSWERS = 10
# Answers that weigh as much as the confidences themselves. People answer about what looks wrong to them, so a share of
# their answers says less than one of all recommendations would; the same weight as a field's in mapping/trust.py.
PRIOR_ANSWERS = 20.0


@dataclass(frozen=True, slots=True)
class Agreement:
    """Answers about one decider, one of its strategies, or one agent: `upheld` of `answers`.

    `expected` is the mean confidence with which they were recommended, `prior` the mean of the Beta distribution before
    the answers: for a decider what was expected, for its strategy what answers about its other strategies make of that.
    """

    kind: str
    decider: str
    name: str
    answers: int
    upheld: int
    expected: float
    prior: float

    @property
    def posterior(self) -> float:
        """Probability that people uphold the next one, 0 to 1."""
        return beta_mean(self.prior, PRIOR_ANSWERS, self.upheld, self.answers)

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
            "confidence": asked["confidence"].astype("float64"),
        }
    )
    found = [_over(DECIDER, str(name), str(name), rows) for name, rows in told.groupby("decider", sort=True)]
    for (decider, name), rows in told.groupby(["decider", "proposed"], sort=True):
        # Without the strategy's own answers, which would count twice.
        others = told[(told["decider"] == decider) & (told["proposed"] != name)]
        moved = _over(DECIDER, str(decider), str(decider), others).shift if len(others) else 0.0
        found.append(_over(STRATEGY, str(decider), str(name), rows, moved))
    return [*found, *_agents(overrides)]


def _over(kind: str, decider: str, name: str, rows: pd.DataFrame, moved: float = 0.0) -> Agreement:
    """Agreement over some answers, whose prior is moved by so many log-odds from what was expected."""
    expected = float(rows["confidence"].astype("float64").mean())
    prior = shifted(expected, moved) if moved else expected
    return Agreement(kind, decider, name, len(rows), int(rows["upheld"].sum()), expected, prior)


def _agents(overrides: pd.DataFrame) -> Iterator[Agreement]:
    named = [
        (agent, strategy == row["strategy"], row["confidence"])
        for row in overrides.to_dict("records")
        for agent, strategy in dict(row["agents"]).items()
    ]
    frame = pd.DataFrame(named, columns=["agent", "upheld", "confidence"])
    for agent, rows in frame.groupby("agent", sort=True):
        yield _over(AGENT, ASSESSMENT, str(agent), rows)


def shifts(found: list[Agreement]) -> Mapping[tuple[str, str], float]:
    """(decider, strategy or empty) -> log-odds; a strategy's own answers say more than its decider's."""
    return {
        (each.decider, each.name if each.kind == STRATEGY else ""): each.shift
        for each in found
        if each.kind != AGENT and each.answers >= LEAST_ANSWERS
    }


def calibrated(confidence: float, decided_by: str, strategy: str, moves: Mapping[tuple[str, str], float]) -> float:
    """A recommendation's confidence after people's answers about who made it; at most one log-odd from where it was."""
    decider = ASSESSMENT if decided_by == DecidedBy.CREW.value else decided_by
    shift = moves.get((decider, strategy), moves.get((decider, ""), 0.0))
    return round(min(shifted(confidence, shift), MOST), 3) if shift else confidence
