"""What the plan would be under another goal or policy: stored facts scored again, side by side, nothing stored.

No crew is asked. Where a scenario's policy says what the tenant's policy says, the plan stays as it is, so that what a
crew decided holds too; what a person decided holds in every scenario.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.tables import ScenarioOutcome
from aidiscover_pipelines.domain.vocabulary import DecidedBy
from aidiscover_pipelines.strategy.advice.bands import cost_of, effort_of
from aidiscover_pipelines.strategy.advice.wording import Quoter
from aidiscover_pipelines.strategy.calibration.confidence import completeness, confidence, coverage
from aidiscover_pipelines.strategy.policy.contradictions import doubted
from aidiscover_pipelines.strategy.policy.policy import STRATEGIES, Policy
from aidiscover_pipelines.strategy.policy.score import score
from aidiscover_pipelines.strategy.scenarios.moved import Scored, reasons_moved
from aidiscover_pipelines.strategy.signals import FactTable

PLANNED = ["application_id", "strategy", "confidence", "decided_by"]
_PLACES = {strategy.value: place for place, strategy in enumerate(STRATEGIES)}


def other_goals(policy: Policy) -> dict[str, Policy]:
    """The same policy for each goal but the one in force: {"goal cost": ...}."""
    return {f"goal {goal}": policy.towards(goal) for goal in policy.goals if goal != policy.goal}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a scenario makes of each application: position in Strategy order, confidence, and why those that move do.

    `moved` are row numbers, `why` one text for each of them.
    """

    policy: Policy
    chosen: np.ndarray
    confidence: np.ndarray
    moved: np.ndarray
    why: list[str]


class Portfolio:
    """Applications as scenarios see them: signals, today's plan and what the policy in force says, read once.

    `frame` holds the table's signals; `attributes` have application_id and state; `plan` has the PLANNED columns.
    """

    def __init__(
        self, table: FactTable, frame: pd.DataFrame, attributes: pd.DataFrame, plan: pd.DataFrame, policy: Policy
    ) -> None:
        self.table = table
        self.frame = frame
        self._quoter = Quoter(self.table, self.frame)
        self._known = coverage(self.table), completeness(attributes, self.table.index)
        self._today = Scored(policy, score(self.frame, policy))
        self._sure = self._confidence(self._today)
        first = self._today.scores.order[:, 0]
        row = plan.drop_duplicates("application_id").set_index("application_id").reindex(self.table.index)
        places = row["strategy"].astype("str").map(_PLACES)
        self.planned = np.where(places.notna(), places, first).astype(int)
        self.confidence = np.where(places.notna(), row["confidence"].astype("float64"), self._sure)
        self.is_held = (row["decided_by"].astype("str") == DecidedBy.PERSON.value).to_numpy()
        self._is_policys = (row["decided_by"].astype("str") == DecidedBy.POLICY.value).to_numpy()
        self._first = first

    def under(self, policy: Policy) -> Outcome:
        """The plan under another policy."""
        then = Scored(policy, score(self.frame, policy))
        best = then.scores.order[:, 0]
        stays = self.is_held | (best == self._first)
        chosen = np.where(stays, self.planned, best)
        sure = self._confidence(then)
        # Recalibration by people's answers stays on the confidences of today; what the policy changes comes on top.
        shifted = np.clip(self.confidence + sure - self._sure, 0.0, 1.0)
        confidences = np.where(stays, np.where(self._is_policys, shifted, self.confidence), sure)
        moved, why = reasons_moved(self._today, then, self.planned, chosen, self._quoter)
        return Outcome(policy, chosen, confidences, moved, why)

    def outcome_rows(self, name: str, outcome: Outcome) -> pd.DataFrame:
        """ScenarioOutcome rows of the applications that move."""
        rows = outcome.moved
        names = np.array([strategy.value for strategy in STRATEGIES], dtype=object)
        return pd.DataFrame(
            {
                "scenario": name,
                "application_id": self.table.index.to_numpy()[rows],
                "strategy": names[outcome.chosen[rows]],
                "instead_of": names[self.planned[rows]],
                "confidence": outcome.confidence[rows].round(3),
                "why": outcome.why,
            },
            columns=ScenarioOutcome.columns(),
        )

    def totals(self, policy: Policy, chosen: np.ndarray) -> dict[str, Any]:
        """{"effort_days", "cost_month"}: sums of the bands, None where switched off; `unknown` have no band."""
        effort = effort_of(self.frame, chosen, policy.bands)
        cost = cost_of(self.frame, self.table, chosen, policy.bands)
        return {
            "effort_days": _summed(effort, "days_low", "days_high") if policy.bands.effort else None,
            "cost_month": _summed(cost, "low", "high") if policy.bands.cost else None,
        }

    def _confidence(self, scored: Scored) -> np.ndarray:
        return doubted(confidence(scored.scores, *self._known), scored.scores)


def _summed(bands: list[dict[str, Any]], low: str, high: str) -> dict[str, int]:
    known = [band for band in bands if band[low] is not None]
    return {
        "low": round(sum(band[low] for band in known)),
        "high": round(sum(band[high] for band in known)),
        "unknown": len(bands) - len(known),
    }


def goal_outcomes(
    table: FactTable, frame: pd.DataFrame, attributes: pd.DataFrame, plan: pd.DataFrame, policy: Policy
) -> pd.DataFrame:
    """ScenarioOutcome rows of every goal but the one in force; see Portfolio for the frames. No facts: no rows."""
    if frame.empty:
        return pd.DataFrame(columns=ScenarioOutcome.columns())
    portfolio = Portfolio(table, frame, attributes, plan, policy)
    outcomes = [portfolio.outcome_rows(name, portfolio.under(other)) for name, other in other_goals(policy).items()]
    return pd.concat(outcomes, ignore_index=True)
