from datetime import date

import pandas as pd
import pytest

from aidiscover_pipelines.domain.tables import Application, ApplicationFact
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from aidiscover_pipelines.domain.vocabulary import ReviewAction
from aidiscover_pipelines.strategy.review.entries import Word, say
from aidiscover_pipelines.strategy.review.precedents import LEAST_ALIKE, precedents
from aidiscover_pipelines.strategy.review.said import removed
from aidiscover_pipelines.strategy.review.traits import embed_traits, shared_traits, traits_of
from aidiscover_pipelines.strategy.signals import FactTable, read_signals
from resources.scratch_store import ScratchStore

TODAY = date(2026, 11, 21)
ACME, GLOBEX = TenantId("acme"), TenantId("globex")
SHOP = {
    "technology_stack": "Java; Spring", "database_engine": "Oracle 11g", "business_criticality": "high",
    "user_count": 3000, "business_logic_complexity": "medium",
}  # fmt: skip


@pytest.fixture
def estate(facts):
    return facts(
        shop_de=SHOP,
        shop_fr={**SHOP, "user_count": 4000},
        shop_it={**SHOP, "user_count": 9000},
        crm_cloud={"technology_stack": "Salesforce", "business_criticality": "high"},
        wms={"technology_stack": "SAP WMS", "database_engine": "SAP HANA"},
    )


@pytest.fixture
def store(estate):
    store = ScratchStore(Tenant(ACME, "Acme"), Tenant(GLOBEX, "Globex"))
    ids = estate["application_id"].unique()
    applications = pd.DataFrame(
        [(key, key, [], 1, "recorded", 1.0, "single") for key in ids], columns=Application.columns()
    )
    for tenant in (ACME, GLOBEX):
        store.replace(tenant, RunRef("r0"), {ApplicationFact: estate, Application: applications})
    return store


def decide(store, application, strategy, reason="because", tenant=ACME):
    word = Word(ReviewAction.OVERRIDE, reason, "eve", strategy)
    return say(store, tenant, application, word, TODAY)["entry"]


def found(store, *applications, tenant=ACME):
    return precedents(store, tenant, TODAY)(list(applications))


def test_without_overrides_there_are_none(store):
    assert found(store, "shop-de", "wms") == {}
    decide(store, "shop-de", "retain")
    assert found(store) == {}


def test_a_similar_application_has_the_decision_as_a_precedent_with_its_evidence(store):
    key = decide(store, "shop-de", "retain", "the shops are sold")
    (row,) = found(store, "shop-fr", "wms", "crm-cloud")["shop-fr"]
    assert (row["application"], row["strategy"], row["reason"]) == ("shop-de", "retain", "the shops are sold")
    assert row["evidence"] == [f"override:{key}"] and LEAST_ALIKE <= row["similarity"] <= 1.0
    assert {"java", "oracle"} <= set(row["shared"])
    assert set(found(store, "shop-fr", "wms", "crm-cloud")) == {"shop-fr"}


def test_another_tenants_decision_is_never_a_precedent(store):
    decide(store, "shop-de", "retain", tenant=GLOBEX)
    assert found(store, "shop-fr") == {}
    assert set(found(store, "shop-fr", tenant=GLOBEX)) == {"shop-fr"}


def test_only_what_holds_is_shown_and_the_most_alike_first(store):
    decide(store, "shop-de", "retire")
    decide(store, "shop-de", "retain")
    decide(store, "shop-it", "rehost")
    rows = found(store, "shop-fr")["shop-fr"]
    assert [(row["application"], row["strategy"]) for row in rows] == [("shop-de", "retain"), ("shop-it", "rehost")]
    assert rows[0]["similarity"] > rows[1]["similarity"]


def test_a_removed_override_is_no_precedent(store):
    removed(store, ACME, [decide(store, "shop-de", "retain")], "eve", TODAY)
    assert found(store, "shop-fr") == {}


def test_the_store_finds_the_same_neighbour(store, estate):
    from aidiscover_pipelines.domain.tables import ReviewEntry

    decide(store, "shop-de", "retain")
    decide(store, "wms", "rehost")
    table = FactTable(estate[estate["application_id"] == "shop-fr"])
    vector = embed_traits(traits_of(table, read_signals(table, TODAY)))[0].tolist()
    ((nearest, similarity),) = store.nearest(ACME, ReviewEntry, vector, [], 1)
    (row,) = found(store, "shop-fr")["shop-fr"]
    assert nearest.application_id == "shop-de"
    assert similarity == pytest.approx(row["similarity"], abs=0.001)


def test_traits_say_what_the_policy_weighs_and_nothing_of_what_is_unknown(facts):
    table = FactTable(
        facts(a={"business_criticality": "critical", "eol_status": "eol", "user_count": 60}, b={"x": "y"})
    )
    rich, poor = traits_of(table, read_signals(table, TODAY))
    assert rich == {"criticality": "mission critical", "eol": "ended", "users": "50 to 500"}
    assert poor == {}
    vectors = embed_traits([rich, poor])
    assert vectors.shape == (2, 256) and not vectors[1].any()


def test_shared_traits_name_products_first_and_are_cut():
    one = {"oracle": "yes", "criticality": "high", "users": "below 50", "products": "java; oracle"}
    other = {"oracle": "yes", "criticality": "high", "users": "50 to 500", "products": "java; spring"}
    assert shared_traits(one, other, 6) == ["java", "criticality high", "oracle"]
    assert shared_traits(one, other, 1) == ["java"]
    assert shared_traits(one, {}, 6) == []
