from datetime import date

import pandas as pd
import pytest

from aidiscover_pipelines.domain.tables import (
    Application,
    ApplicationFact,
    Dependency,
    Recommendation,
    WaveAssignment,
)
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from aidiscover_pipelines.strategy.stage import draft_portfolio, settle_portfolio
from aidiscover_pipelines.strategy.waves.stage import plan_migration_waves
from resources.scratch_store import ScratchStore

TODAY = date(2026, 11, 21)
TENANT = TenantId("acme")
RUN = RunRef("r1")


@pytest.fixture
def store(portfolio):
    store = ScratchStore(Tenant(TENANT, "Acme"))
    ids = [*portfolio["application_id"].unique(), "bare"]
    applications = pd.DataFrame(
        [(key, key, [], 1, "recorded", 1.0, "single") for key in ids], columns=Application.columns()
    )
    dependencies = pd.DataFrame(
        [("d1", "shop", "billing", None, None, "shop", "billing", "relation", None, "e", True, 0.9, 1, ["e"])],
        columns=Dependency.columns(),
    )
    store.replace(TENANT, RUN, {ApplicationFact: portfolio, Application: applications, Dependency: dependencies})
    return store


def settled(store, run=RUN, **options):
    drafts = draft_portfolio(store, TENANT, TODAY, **options)
    return settle_portfolio(store, TENANT, run, drafts, [], TODAY, **options)


def test_every_application_gets_a_draft_even_with_nothing_but_a_name(store):
    drafts = draft_portfolio(store, TENANT, TODAY).set_index("application_id")
    assert set(drafts.index) == {"crm-cloud", "old-reports", "hr", "shop", "billing", "wms", "bare"}
    assert drafts.loc["bare", "strategy"] == "retain"


def test_a_bulk_run_stores_all_and_tells_its_mix(store):
    result = settled(store)
    assert (result.rows_in, result.rows_out, len(result.preview)) == (7, 7, 7)
    assert result.figures["retain"] == 2 and result.figures["decided_by_policy_percent"] == 100.0
    assert sum(result.charts["6R mix"].values()) == 7
    assert set(result.preview[0]) == {"application", "strategy", "confidence", "risk"}
    assert set(store.read(TENANT, Recommendation)["run_id"]) == {"r1"}


def test_one_application_is_renewed_without_touching_the_others(store):
    settled(store)
    result = settled(store, RunRef("r2"), application="shop")
    stored = store.read(TENANT, Recommendation).set_index("application_id")
    assert result.rows_out == 1 and len(stored) == 7
    assert stored["run_id"].value_counts().to_dict() == {"r1": 6, "r2": 1}
    assert (
        stored.loc["shop", "digest"]
        == draft_portfolio(store, TENANT, TODAY).set_index("application_id").loc["shop", "digest"]
    )


def test_waves_are_planned_from_what_is_stored(store):
    settled(store)
    result = plan_migration_waves(store, TENANT, RUN)
    waves = store.read(TENANT, WaveAssignment).set_index("application_id")["wave"]
    assert result.rows_out == 7 and result.figures["staying"] == 3
    assert waves["billing"] <= waves["shop"]
    assert sum(result.charts["Applications by wave"].values()) == result.figures["moving"] == 4


def test_recommendations_of_lost_applications_are_counted_as_skipped(store):
    settled(store)
    kept = store.read(TENANT, Application).query("application_id != 'bare'")
    store.replace(TENANT, RUN, {Application: kept})
    assert plan_migration_waves(store, TENANT, RUN).skipped == {"application no longer in the inventory": 1}


def test_an_empty_tenant_is_a_result():
    store = ScratchStore(Tenant(TENANT, "Acme"))
    assert settled(store).rows_out == 0
    assert plan_migration_waves(store, TENANT, RUN).rows_out == 0
