"""Which recommendations wait for a person, the most critical first."""

import pandas as pd

from aidiscover_pipelines.domain.vocabulary import DecidedBy, Strategy

UNSURE = 0.6  # where facts are thin, two experts agree on hardly more than half of the published cases
_CRITICALITY = {"critical": 0, "high": 1, "medium": 2, "low": 3}
# Strategies that a business cannot take back with the next release.
_FAR_REACHING = frozenset({Strategy.RETIRE, Strategy.REPURCHASE, Strategy.REFACTOR})


def waiting(applications: pd.DataFrame) -> pd.DataFrame:
    """Rows where a person should look, where the answer is unsure, and grave ones; `view.application_rows`.

    Grave: a critical application would be switched off, replaced or redesigned. What a person has decided waits for
    nobody.
    """
    rows = applications[applications["strategy"].notna()]
    rows = rows[rows["decided_by"] != DecidedBy.PERSON.value]
    unsure = rows["confidence"].astype(float) < UNSURE
    asked = rows["review"].fillna("") != ""
    grave = (rows["criticality"] == "critical") & rows["strategy"].isin(_FAR_REACHING)
    found = rows[asked | unsure | grave]
    order = pd.DataFrame({
        "weight": found["criticality"].map(_CRITICALITY).fillna(len(_CRITICALITY)),
        "asked": ~asked[found.index],
        "confidence": found["confidence"].astype(float),
    })  # fmt: skip
    return found.loc[order.sort_values(list(order.columns), kind="stable").index]
