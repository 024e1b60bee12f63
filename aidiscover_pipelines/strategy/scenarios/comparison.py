"""Scenarios side by side: today's plan, what each of them would make of it, and which applications move."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.tables import Application, ApplicationFact, AttributeValue, Recommendation
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import PortfolioStore
from aidiscover_pipelines.strategy.policy.policy import STRATEGIES, Policy
from aidiscover_pipelines.strategy.scenarios.scenarios import PLANNED, Portfolio
from aidiscover_pipelines.strategy.signals import FactTable, read_signals
from aidiscover_pipelines.strategy.stage import with_names


def compare(
    store: PortfolioStore, tenant: TenantId, today: date, current: Policy, scenarios: Mapping[str, Policy]
) -> dict[str, Any]:
    """Today's plan and each scenario side by side, with the applications that any of them moves.

    {"policy", "applications", "held_by_people", "today", "scenarios": [figures of each], "moved": [{"application",
    "name", "today", "becomes": {scenario: strategy}, "why": {scenario: words}}]}. Raises: UnknownTenant.
    """
    store.tenant(tenant, "compare scenarios")
    applications = store.read(tenant, Application, columns=["application_id", "name"])
    facts = with_names(store.read(tenant, ApplicationFact), applications)
    attributes = store.read(tenant, AttributeValue, columns=["application_id", "state"])
    plan = store.read(tenant, Recommendation, columns=PLANNED)
    if facts.empty:
        return {
            "policy": current.label,
            "applications": 0,
            "held_by_people": 0,
            "today": {},
            "scenarios": [],
            "moved": [],
        }
    table = FactTable(facts)
    portfolio = Portfolio(table, read_signals(table, today), attributes, plan, current)
    outcomes = {name: portfolio.under(policy) for name, policy in scenarios.items()}
    moved = pd.concat([portfolio.outcome_rows(name, outcome) for name, outcome in outcomes.items()], ignore_index=True)
    return {
        "policy": current.label,
        "applications": len(portfolio.planned),
        "held_by_people": int(portfolio.is_held.sum()),
        "today": {
            **_figures(portfolio.planned, portfolio.confidence),
            **portfolio.totals(current, portfolio.planned),
        },
        "scenarios": [
            {
                "name": name,
                "policy": outcome.policy.label,
                "moved": len(outcome.moved),
                **_figures(outcome.chosen, outcome.confidence),
                **portfolio.totals(outcome.policy, outcome.chosen),
            }
            for name, outcome in outcomes.items()
        ],
        "moved": _moved(moved, applications),
    }


def _moved(outcomes: pd.DataFrame, applications: pd.DataFrame) -> list[dict[str, Any]]:
    """One entry for each application, by id, with what every scenario that moves it makes of it."""
    names = dict(zip(applications["application_id"], applications["name"], strict=True))
    found: dict[str, dict[str, Any]] = {}
    for row in outcomes.sort_values("application_id", kind="stable").to_dict("records"):
        key = row["application_id"]
        entry = found.setdefault(
            key,
            {
                "application": key,
                "name": names.get(key, key),
                "today": row["instead_of"],
                "becomes": {},
                "why": {},
            },
        )
        entry["becomes"][row["scenario"]] = row["strategy"]
        entry["why"][row["scenario"]] = row["why"]
    return list(found.values())


def _figures(chosen: np.ndarray, confidences: np.ndarray) -> dict[str, Any]:
    counts = np.bincount(chosen, minlength=len(STRATEGIES)).tolist()
    return {
        "counts": {strategy.value: count for strategy, count in zip(STRATEGIES, counts, strict=True)},
        "mean_confidence": round(float(confidences.mean()), 3),
    }
