"""How often the mapper was upheld where people answered, for each source and each field, and what follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from aidiscover_pipelines.domain.odds import beta_mean, shift_between

# Answers that weigh as much as the mapper's own confidence. A source has some fifty columns and a person answers few of
# them, mostly wrong ones, so one source needs more answers than one field does before its confidence moves far.
PRIOR_ANSWERS: Mapping[str, float] = {"source": 50.0, "field": 20.0}


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
        return beta_mean(self.expected, PRIOR_ANSWERS[self.kind], self.upheld, self.answers)

    @property
    def shift(self) -> float:
        """Log-odds to add to a confidence there: 0 where the mapper was upheld as often as it foretold."""
        return shift_between(self.expected, self.posterior)


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
