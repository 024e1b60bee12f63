"""How often the mapper was upheld where people answered, for each source and each field, and what follows from it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

# Answers that weigh as much as the mapper's own confidence. A source has some fifty columns and a person answers few of
# them, mostly wrong ones, so one source needs more answers than one field does before its confidence moves far.
PRIOR_ANSWERS: Mapping[str, float] = {"source": 50.0, "field": 20.0}
# Together they move log-odds by at most one: 0.95 becomes 0.87 at the least, and 0.80 becomes 0.92 at the most.
MOST_SHIFT = 1.0
_LEAST = 0.01


@dataclass(frozen=True, slots=True)
class Trust:
    """Answers about one source or field: `upheld` of `answers`, where the mapper's confidence foretold `expected`.

    `posterior` is the mean of a Beta distribution whose prior is what the mapper foretold.
    """

    kind: str
    name: str
    answers: int
    upheld: int
    expected: float

    @property
    def posterior(self) -> float:
        """Probability that the mapper's next answer there is right, 0 to 1."""
        prior = PRIOR_ANSWERS[self.kind]
        return (prior * self.expected + self.upheld) / (prior + self.answers)

    @property
    def shift(self) -> float:
        """Log-odds to add to a confidence there: 0 where the mapper was upheld as often as it foretold."""
        return _log_odds(self.posterior) - _log_odds(self.expected)


def trust_of(corrections: pd.DataFrame) -> list[Trust]:
    """Trust by source and by proposed field, over the MappingCorrection rows that say what the mapper had chosen."""
    told = corrections[corrections["proposed"].notna() & corrections["confidence"].notna()]
    upheld = told["proposed"] == told["field"]
    found = []
    for kind, column in (("source", "source"), ("field", "proposed")):
        for name, rows in told.assign(upheld=upheld).groupby(column, sort=True):
            if name:
                found.append(
                    Trust(kind, str(name), len(rows), int(rows["upheld"].sum()), float(rows["confidence"].mean()))
                )
    return found


def shifted(confidence: float, shift: float) -> float:
    """A confidence moved by so many log-odds, within what trust may move it."""
    bounded = max(-MOST_SHIFT, min(MOST_SHIFT, shift))
    return 1 / (1 + math.exp(-(_log_odds(confidence) + bounded)))


def _log_odds(probability: float) -> float:
    held = min(max(probability, _LEAST), 1 - _LEAST)
    return math.log(held / (1 - held))
