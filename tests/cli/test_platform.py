"""The automation tier as a person and a script see it, and air gaps as a person declares them; on PostgreSQL."""

import uuid

import click
import pandas as pd
import pytest

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.tables import Asset
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from aidiscover_pipelines.tiers.access import why_not_scanned
from aidiscover_pipelines.tiers.stage import draft_platform, settle_platform


@pytest.fixture
def tenant(store) -> TenantId:
    """A tenant with one server that no readable source lists."""
    fresh = TenantId(f"t-{uuid.uuid4().hex[:12]}")
    store.add_tenant(Tenant(fresh, "Acme"))
    server = pd.DataFrame([("a1", "srv", "virtual", ["gone"], 1, "single", 1.0)], columns=Asset.columns())
    store.replace(fresh, RunRef("r1"), {Asset: server})
    return fresh


def test_the_tier_and_its_groups_are_shown_after_they_were_assessed(run, store, tenant):
    with pytest.raises(ConfigError, match="it has not been assessed; run 'aidiscover discover"):
        run("platform", "show", "--tenant", tenant)
    settle_platform(store, tenant, RunRef("r1"), draft_platform(store, tenant), None)
    document = run("platform", "show", "--tenant", tenant, "--json")
    assert (document["tier"], document["methods"], document["declared_air_gapped"]) == (4, ["manual"], [])
    assert [(each["group"], each["assets"]) for each in document["groups"]] == [("in no readable source", 1)]
    assert "Tier 4: neither an interface" in " ".join(run("platform", "show", "--tenant", tenant).split())


def test_an_air_gap_is_declared_and_taken_back_and_keeps_accounts_from_being_called(run, store, tenant):
    told = run("platform", "declare", "--air-gapped", "*", "--tenant", tenant, "--note", "plant", "--json")
    assert told == {"tenant": tenant, "version": 1, "air_gapped": ["*"]}
    assert "declared air-gapped" in why_not_scanned(store, tenant)
    assert "nothing" in run("platform", "declare", "--connected", "--tenant", tenant)
    assert why_not_scanned(store, tenant) == ""
    for wrong in ((), ("--connected", "--air-gapped", "*")):
        with pytest.raises(click.UsageError, match="or '--connected'"):
            run("platform", "declare", "--tenant", tenant, *wrong)
