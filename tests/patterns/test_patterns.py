"""The stage: what it stores, how crews word it, and portfolios that have little to tell."""

import pandas as pd
import pytest

from aidiscover_pipelines.domain.tables import ClusterMember, PatternCluster, SimilarityGroup
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.patterns.cluster import FEWEST
from aidiscover_pipelines.patterns.features import read_features
from aidiscover_pipelines.patterns.naming import LABEL_LENGTH
from aidiscover_pipelines.patterns.stage import GAP_REPORT_LENGTH, find_patterns, settle_patterns

ACME = TenantId("acme")


def test_three_kinds_of_applications_are_three_groups_with_telling_names(store_with, three_kinds):
    store = store_with(three_kinds(20))
    result = find_patterns(store, ACME, RunRef("r"))
    members = store.read(ACME, ClusterMember)
    assert members.groupby(members["application_id"].str[:5])["cluster_id"].nunique().tolist() == [1, 1, 1]
    assert result.figures["clusters"] == 3
    clusters = store.read(ACME, PatternCluster).set_index("cluster_id")
    java = members.set_index("application_id").loc["app-0-000", "cluster_id"]
    assert clusters.loc[java, "label"] == "Java pattern 0 on Linux"
    assert "20 of 60 applications" in clusters.loc[java, "description"]
    assert clusters.loc[java, "traits"]["technologies: Java"] == {"share": 1.0, "portfolio": 0.333}
    assert clusters.loc[java, "representative"].startswith("app-0")
    assert clusters.loc[java, "traits"]["asset_count"] == {"median": 6.0, "portfolio": 2.0}
    assert sum(result.charts["Applications by pattern"].values()) == 60
    assert len(result.preview) == 3


def test_the_same_portfolio_gives_the_same_rows_in_whatever_order_it_is_told(store_with, three_kinds):
    rows = three_kinds(10)
    stores = [store_with(rows), store_with(dict(reversed(rows.items())))]
    for store in stores:
        find_patterns(store, ACME, RunRef("r"))
    for table in (PatternCluster, ClusterMember, SimilarityGroup):
        pd.testing.assert_frame_equal(stores[0].read(ACME, table), stores[1].read(ACME, table))


@pytest.mark.parametrize("count", [1, 2, FEWEST - 1])
def test_few_applications_are_one_group(count, store_with, three_kinds):
    kinds = list(three_kinds(1).values())
    store = store_with({f"a{n}": kinds[n % 3] for n in range(count)})
    find_patterns(store, ACME, RunRef("r"))
    assert store.read(ACME, ClusterMember)["cluster_id"].tolist() == ["c01"] * count


def test_equal_applications_are_one_group_without_anomalies(store_with, three_kinds):
    kind = three_kinds(1)["app-0-000"]
    store = store_with({f"a{n:02d}": kind for n in range(30)})
    result = find_patterns(store, ACME, RunRef("r"))
    assert (result.figures["clusters"], result.figures["anomalies"]) == (1, 0)
    assert store.read(ACME, ClusterMember)["distance"].tolist() == [0.0] * 30
    [group] = store.read(ACME, SimilarityGroup).to_dict("records")
    assert (group["size"], group["similarity"]) == (30, 1.0)


def test_applications_of_which_nothing_is_known_are_one_group_like_nobody(store_with):
    store = store_with({f"a{n}": {} for n in range(6)})
    find_patterns(store, ACME, RunRef("r"))
    cluster = store.read(ACME, PatternCluster).iloc[0]
    assert (cluster["label"], cluster["size"], cluster["traits"]) == ("No common traits", 6, {})
    assert store.read(ACME, ClusterMember)["similar"].tolist() == [[]] * 6
    assert store.read(ACME, SimilarityGroup).empty


def test_no_applications_give_no_groups(store_with):
    result = find_patterns(store_with({}), ACME, RunRef("r"))
    assert (result.rows_in, result.rows_out, result.figures["largest_cluster"]) == (0, 0, 0)


def test_rare_values_share_one_column_and_neither_reasons_nor_case_split_a_value(store_with):
    rows = {f"a{n:02d}": {"technologies": f"Tool {n:02d}" if n > 2 else "Java"} for n in range(30)}
    rows["a00"] |= {"@business_criticality": "High: because", "application_type": "COTS"}
    rows["a01"] |= {"@business_criticality": "high", "application_type": "Cots"}
    rows["a02"] |= {"@business_criticality": "high", "application_type": "COTS", "kinds": "unknown"}
    store = store_with(rows)
    table = read_features(lambda *told, **where: store.read(ACME, *told, **where))
    names = [(feature.key, value) for feature, value in table.names]
    rare = [("technologies", f"Tool {n:02d}") for n in range(3, 14)]
    one_value = [("application_type", "COTS"), ("business_criticality", "high")]
    assert names == [("technologies", "Java"), *rare, ("technologies", "other"), *one_value]
    assert table.flags.sum(axis=0).tolist() == [3, *[1] * 11, 16, 3, 3]


def test_databases_are_told_apart_from_the_other_technologies(store_with, three_kinds):
    store = store_with(three_kinds(3))
    table = read_features(lambda *told, **where: store.read(ACME, *told, **where))
    assert {value for feature, value in table.names if feature.key == "database_engine"} == {"SQL Server", "Db2"}
    assert "COBOL" in {value for feature, value in table.names if feature.key == "technologies"}


def test_a_crew_words_a_group_within_limits(store_with, three_kinds):
    store = store_with(three_kinds(5))
    find_patterns(store, ACME, RunRef("r"))
    before = store.read(ACME, PatternCluster).set_index("cluster_id")
    result = settle_patterns(
        store,
        ACME,
        RunRef("s"),
        [
            {"cluster_id": "c01", "label": "Java  web\n" + "x" * 200, "description": ""},
            {"cluster_id": "c99", "label": "No such", "description": "group"},
        ],
    )
    after = store.read(ACME, PatternCluster).set_index("cluster_id")
    assert after.loc["c01", "label"] == ("Java web " + "x" * 200)[: LABEL_LENGTH - 1] + "…"
    assert after.loc["c01", "description"] == before.loc["c01", "description"]
    assert after.loc["c02"].equals(before.loc["c02"])
    assert (result.rows_in, result.rows_out) == (2, 1)
    assert result.skipped == {"no such pattern, or answered twice": 1}


def test_no_answers_change_nothing(store_with, three_kinds):
    store = store_with(three_kinds(2))
    find_patterns(store, ACME, RunRef("r"))
    result = settle_patterns(store, ACME, RunRef("s"), [])
    assert (result.rows_out, result.skipped) == (0, {})


def test_gap_reports_are_stored_with_their_methods_and_shown_the_largest_pattern_first(store_with, three_kinds):
    store = store_with(three_kinds(5))
    find_patterns(store, ACME, RunRef("r"))
    held = store.read(ACME, PatternCluster)
    method = {"attribute": "user_load", "method": "questionnaire", "why": "cheapest"}
    unnamed = {"label": None, "description": None, "methods": [method]}
    answers = [
        {"cluster_id": name, "gap_report": f"Not known:\nthis of {name}. " + "x" * 900, **unnamed}
        for name in held["cluster_id"]
    ]
    result = settle_patterns(store, ACME, RunRef("s"), answers)
    after = store.read(ACME, PatternCluster)
    assert after["gap_report"].str.startswith("Not known: this of c0").all()
    assert after["gap_report"].str.len().eq(GAP_REPORT_LENGTH).all()
    assert after["methods"].tolist() == [[method]] * len(held)
    assert after["label"].tolist() == held["label"].tolist()
    shown = result.tables["Gap reports"]
    assert [row["members"] for row in shown] == sorted(held["size"], reverse=True)
    assert shown[0]["how to close"] == "user load: questionnaire"
    assert (result.figures["patterns named"], result.figures["gap reports"]) == (0, len(held))
