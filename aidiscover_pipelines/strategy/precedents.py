"""What people decided about similar applications of the same tenant, for the crew that weighs an application."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.tables import Application, RecommendationOverride
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import PortfolioStore
from aidiscover_pipelines.strategy.decided import EVIDENCE, in_force
from aidiscover_pipelines.strategy.signals import FactTable, read_signals
from aidiscover_pipelines.strategy.stage import with_names
from aidiscover_pipelines.strategy.traits import embed_traits, shared_traits, traits_of

# Cosine from which traits are alike. All 10 pairs of development cases above it have the same disposition; of those
# from 0.70 to 0.75 only 2 of 7 do, and of all 2,346 pairs 16 % (gold/sixr_cases.csv).
LEAST_ALIKE = 0.75
# A crew weighs a few cases, not a list.
MOST_SHOWN = 3
MOST_SHARED = 6

Precedents = Mapping[str, list[dict[str, Any]]]


def precedents(
    store: PortfolioStore, tenant: TenantId, facts: pd.DataFrame, today: date
) -> Callable[[Sequence[str]], Precedents]:
    """A function that gives the precedents of applications by their ids, the most alike first; none: no entry.

    Each is {"override", "application", "strategy", "reason", "similarity", "shared", "evidence"}. `facts` are
    ApplicationFact rows of at least those applications. Compared are the overrides in force, so the store's own nearest
    search, which knows nothing of superseded ones, does not serve. Without overrides nothing is computed.
    """
    decisions = in_force(store.read(tenant, RecommendationOverride))
    if decisions.empty:
        return lambda applications: {}
    vectors = np.stack(decisions["embedding"].tolist())
    said = decisions.drop(columns="embedding").to_dict("records")

    def of(applications: Sequence[str]) -> Precedents:
        if not applications:
            return {}
        wanted = store.read(tenant, Application, application_id=list(applications))
        table = FactTable(with_names(facts[facts["application_id"].isin(applications)], wanted))
        traits = traits_of(table, read_signals(table, today))
        alike = np.round(embed_traits(traits) @ vectors.T, 3)
        found = {}
        for key, own, row in zip(table.index, traits, alike, strict=True):
            best = [place for place in np.argsort(-row, kind="stable")[:MOST_SHOWN] if row[place] >= LEAST_ALIKE]
            if best:
                found[str(key)] = [_shown(said[place], own, float(row[place])) for place in best]
        return found

    return of


def _shown(said: Mapping[Any, Any], own: Mapping[str, str], similarity: float) -> dict[str, Any]:
    return {
        "override": str(said["override_id"]),
        "application": str(said["application_id"]),
        "strategy": str(said["strategy"]),
        "reason": str(said["reason"]),
        "similarity": similarity,
        "shared": shared_traits(own, said["traits"], MOST_SHARED),
        "evidence": [EVIDENCE + str(said["override_id"])],
    }
