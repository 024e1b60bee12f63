"""What the strategy tells about itself is what its data says, with intervals."""

import json

import pytest

from aidiscover_pipelines.domain.tenancy import Tenant, tenant_id
from aidiscover_pipelines.strategy.calibration.confidence import CALIBRATION
from aidiscover_pipelines.strategy.method import strategy_method, wilson
from aidiscover_pipelines.strategy.policy.policy import shipped_policy
from resources.scratch_store import ScratchStore


def test_the_method_is_the_policy_in_force_and_the_measured_calibration():
    tenant = tenant_id("acme")
    told = strategy_method(ScratchStore(Tenant(tenant, "Acme")), tenant)
    policy, measured = shipped_policy(), json.loads(CALIBRATION.read_text(encoding="utf-8"))
    assert told.policy == policy.label
    assert (told.constraints, told.criteria) == (len(policy.constraints), len(policy.criteria))
    assert (told.cases, told.sources) == (measured["cases"], measured["sources"])
    assert sum(row.cases for row in told.reliability) == told.cases
    assert all(row.right_95[0] < row.right < row.right_95[1] or row.right in (0, 1) for row in told.reliability)


@pytest.mark.parametrize(
    ("share", "cases", "interval"),
    # Newcombe 1998, table I: Wilson's interval without continuity correction.
    [(81 / 263, 263, (0.2553, 0.3662)), (15 / 148, 148, (0.0624, 0.1605)), (0.0, 20, (0.0, 0.1611))],
)
def test_wilsons_interval_is_the_published_one(share, cases, interval):
    assert wilson(share, cases) == pytest.approx(interval, abs=5e-5)
