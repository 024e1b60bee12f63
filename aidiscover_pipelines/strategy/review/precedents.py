"""What people decided about similar applications of the same tenant, for the crew that weighs an application."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from aidiscover_pipelines.domain.tables import Application, ApplicationFact, ReviewEntry
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import PortfolioStore
from aidiscover_pipelines.strategy.review.decided import EVIDENCE, in_force
from aidiscover_pipelines.strategy.review.traits import embed_traits, shared_traits, traits_of
from aidiscover_pipelines.strategy.signals import FactTable, read_signals
from aidiscover_pipelines.strategy.stage import with_names

# Cosine from which traits are alike. Of the 70 pairs of published cases above it 83 % have the same disposition, of the
# 40 of different sources 88 %; of those from 0.65 to 0.75 60 %, of all 17 % (tests/strategy/published_cases.csv).
LEAST_ALIKE = 0.75
# A crew weighs a few cases, not a list.
MOST_SHOWN = 3
MOST_SHARED = 6

Precedents = Mapping[str, list[dict[str, Any]]]


def precedents(store: PortfolioStore, tenant: TenantId, today: date) -> Callable[[Sequence[str]], Precedents]:
    """A function that gives the precedents of applications by their ids, the most alike first; none: no entry.

    Each is {"override", "application", "strategy", "reason", "similarity", "shared", "evidence"}. Compared are the
    entries in force, so the store's own nearest search, which knows nothing of superseded ones, does not serve. Without
    decisions nothing is computed.
    """
    decisions = in_force(store.read(tenant, ReviewEntry))
    if decisions.empty:
        return lambda applications: {}
    vectors = np.stack(decisions["embedding"].tolist())
    said = decisions.drop(columns="embedding").to_dict("records")

    def of(applications: Sequence[str]) -> Precedents:
        if not applications:
            return {}
        wanted = store.read(tenant, Application, application_id=list(applications))
        facts = store.read(tenant, ApplicationFact, application_id=list(applications))
        table = FactTable(with_names(facts, wanted))
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
        "override": str(said["entry_id"]),
        "application": str(said["application_id"]),
        "strategy": str(said["strategy"]),
        "reason": str(said["reason"]),
        "similarity": similarity,
        "shared": shared_traits(own, said["traits"], MOST_SHARED),
        "evidence": [EVIDENCE + str(said["entry_id"])],
    }
