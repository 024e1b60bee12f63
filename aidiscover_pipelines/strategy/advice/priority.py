"""In which order applications are worth attention: AWS Migration Ops prioritisation over what is known.

Published weights: environment, regulation and criticality 1, number of dependencies, servers and the strategy 0.8. What
is easy and low in risk goes first. Unknown criteria are left out, so they neither help nor harm.
"""

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.vocabulary import Strategy
from aidiscover_pipelines.strategy.policy.policy import STRATEGIES

# Ease of a strategy, 1 easiest; the order of AWS' table. Retain is no work now, so it comes last.
EASE = {Strategy.RETIRE: 1.0, Strategy.REHOST: 0.9, Strategy.REPLATFORM: 0.6, Strategy.REPURCHASE: 0.5,
        Strategy.REFACTOR: 0.1, Strategy.RETAIN: 0.0}  # fmt: skip
# Counts from which a criterion counts as hard: AWS' pilot rule speaks of 2 to 5 servers and loose coupling.
MANY_NEIGHBOURS, MANY_SERVERS, MANY_RULES = 10.0, 10.0, 3.0


def priorities(frame: pd.DataFrame, chosen: np.ndarray) -> np.ndarray:
    """1 (first) to 5 (last) for each application; depends on its own signals only."""
    neighbours = frame[["dependency_count", "depended_on_count"]].sum(axis=1, min_count=1)
    ease = {
        "environment": (frame["nonproduction"], 1.0),
        "compliance": (1.0 - (frame["compliance"] / MANY_RULES).clip(upper=1.0), 1.0),
        "criticality": (1.0 - frame["criticality"] / 3.0, 1.0),
        "neighbours": (1.0 - (neighbours / MANY_NEIGHBOURS).clip(upper=1.0), 0.8),
        "servers": (1.0 - (frame["asset_count"] / MANY_SERVERS).clip(upper=1.0), 0.8),
        "strategy": (pd.Series([EASE[STRATEGIES[position]] for position in chosen], index=frame.index), 0.8),
    }
    values = np.column_stack([series.to_numpy(dtype="float64") for series, _ in ease.values()])
    weights = np.where(np.isnan(values), 0.0, np.array([weight for _, weight in ease.values()]))
    mean = (np.nan_to_num(values) * weights).sum(axis=1) / weights.sum(axis=1)
    return np.asarray(5 - np.floor(np.clip(mean, 0.0, 0.999) * 5), dtype=int)
