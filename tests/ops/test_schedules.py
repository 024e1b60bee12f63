"""Each tenant is discovered when its own cron falls due, once."""

from datetime import UTC, datetime

import dagster as dg
import pytest

from aidiscover_pipelines.domain.tenancy import Tenant, tenant_id
from aidiscover_pipelines.ops.schedules import is_due, tenant_discovery
from aidiscover_pipelines.ops.turns import rotated
from resources.scratch_store import ScratchStore


@pytest.mark.parametrize(
    ("cron", "due"),
    [("0 2 * * *", True), ("5 2 * * *", False), ("*/5 * * * *", True), ("0 3 * * *", False)],
)
def test_a_cron_is_due_when_it_fires_since_the_last_tick(cron, due):
    assert is_due(cron, datetime(2026, 11, 21, 1, 45, tzinfo=UTC), datetime(2026, 11, 21, 2, 0, tzinfo=UTC)) is due


def tick(hour: int, *tenants: Tenant):
    with dg.instance_for_test() as instance:
        context = dg.build_schedule_context(
            instance=instance,
            scheduled_execution_time=datetime(2026, 11, 21, hour, 0, tzinfo=UTC),
            resources={"store": ScratchStore(*tenants)},
        )
        with context:
            return list(tenant_discovery(context)), instance.get_dynamic_partitions("tenant")


def test_due_tenants_get_one_run_each_on_their_partition():
    requests, keys = tick(2, Tenant(tenant_id("acme"), "Acme"), Tenant(tenant_id("late"), "Late", "0 5 * * *"))
    assert [request.partition_key for request in requests] == ["acme"]
    assert requests[0].run_key == "acme:2026-11-21T02:00:00+00:00"
    assert keys == ["acme"]


def test_a_tick_without_due_tenants_says_why_nothing_runs():
    (skip,), _ = tick(12, Tenant(tenant_id("acme"), "Acme"))
    assert isinstance(skip, dg.SkipReason)
    assert "12:00" in str(skip.skip_message)


def test_each_day_another_tenant_comes_first():
    assert [rotated(["a", "b", "c"], day) for day in (3, 4, 5)] == [["a", "b", "c"], ["b", "c", "a"], ["c", "a", "b"]]
    assert rotated([], 3) == []
