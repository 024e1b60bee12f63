"""What the strategy tells about itself: the policy that is in force, and how well its confidence is calibrated."""

import json
import math

from aidiscover_pipelines.domain.method import Reliability, StrategyMethod
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import PortfolioStore
from aidiscover_pipelines.strategy.calibration.confidence import CALIBRATION
from aidiscover_pipelines.strategy.policy.tenant import policy_in_force

_Z_95 = 1.959964  # two-sided 95 % of the normal distribution


def strategy_method(store: PortfolioStore, tenant: TenantId) -> StrategyMethod:
    """The tenant's policy, and the figures that `make calibration` measured. Raises: UnknownTenant."""
    policy = policy_in_force(store, tenant).policy
    measured = json.loads(CALIBRATION.read_text(encoding="utf-8"))
    told = measured["out_of_source"]
    low, high = told["calibration_error_95"]
    return StrategyMethod(
        policy=policy.label,
        constraints=len(policy.constraints),
        criteria=len(policy.criteria),
        cases=measured["cases"],
        sources=measured["sources"],
        agreement=told["agreement"],
        calibration_error=told["calibration_error"],
        calibration_error_95=(low, high),
        reliability=[
            Reliability(
                row["from"],
                row["to"],
                row["cases"],
                row["confidence"],
                row["right"],
                wilson(row["right"], row["cases"]),
            )
            for row in told["reliability"]
        ],
    )


def wilson(share: float, cases: int) -> tuple[float, float]:
    """95 % interval of a share of so many cases (Wilson 1927), which small numbers do not mislead."""
    squared = _Z_95**2 / cases
    middle = (share + squared / 2) / (1 + squared)
    half = _Z_95 * math.sqrt(share * (1 - share) / cases + squared / (4 * cases)) / (1 + squared)
    return middle - half, middle + half
