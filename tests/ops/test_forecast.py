"""Kickoffs of the next discovery are counted without asking anybody."""

from datetime import date

import pytest

from aidiscover_pipelines.crews import CREWS
from aidiscover_pipelines.crews.sizes import declared_sizes
from aidiscover_pipelines.domain.tenancy import Tenant, TenantId
from aidiscover_pipelines.ops.forecast import assumed_kickoffs, declared_amounts, planned_kickoffs
from resources.scratch_store import ScratchStore

ACME = TenantId("acme")
TODAY = date(2026, 11, 21)


def test_a_large_portfolio_is_asked_about_at_most_as_often_as_the_plan_allows():
    plan = assumed_kickoffs(10_000, 3, 200)
    asked = {(one.crew, one.kind): one.high for one in plan.counts}
    assert sum(asked.values()) == 200 + 1 + 3
    assert asked["assessment", "cluster"] + asked["assessment", "application"] == 150
    assert "10000 applications and 3 files" in plan.rests_on


def test_a_tenant_that_was_never_discovered_is_planned_as_a_small_one():
    plan = planned_kickoffs(ScratchStore(Tenant(ACME, "Acme")), ACME, "offline/analyst-v1", 200, TODAY, new_files=2)
    assert sum(one.high for one in plan.counts) == 40 + 1 + 2
    assert "was not discovered yet" in plan.rests_on
    assert all(one.low == one.likely == one.high for one in plan.counts)


def test_a_setting_lowers_the_count():
    plan = assumed_kickoffs(10_000, 0, 8)
    assert sum(one.high for one in plan.counts) == 8 + 1


@pytest.mark.parametrize("name", CREWS)
def test_every_task_of_a_crew_has_a_declared_size(name):
    sizes = declared_sizes(CREWS[name])
    assert list(sizes) == [task.key for task in CREWS[name].tasks]
    for size in sizes.values():
        assert size.calls in (1, 2)
        assert size.prompt_tokens > 500 * size.calls > size.completion_tokens > 0
    assert {crew for crew, _ in declared_amounts(CREWS)} == set(CREWS)
