from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from aidiscover_pipelines.domain.tables import (
    Application,
    ApplicationFact,
    AttributeValue,
    ClusterMember,
    PatternCluster,
)
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from aidiscover_pipelines.patterns.cluster import FEWEST, MANY, group_alike, keep_ids
from aidiscover_pipelines.patterns.describe import LABEL_LENGTH
from aidiscover_pipelines.patterns.features import encode_features
from aidiscover_pipelines.patterns.stage import GAP_REPORT_LENGTH, find_patterns, settle_patterns
from resources.scratch_store import ScratchStore

ACME = TenantId("acme")
JUDGED = dict.fromkeys(("presence", "validity", "freshness", "agreement", "trust"), 1.0) | {"rule": "", "problem": ""}
KINDS = (
    {"technologies": "Java; Tomcat", "os_family": "linux", "environment": "prod", "asset_count": 6},
    {"technologies": ".NET Framework; SQL Server", "os_family": "windows", "environment": "prod", "asset_count": 2},
    {"technologies": "COBOL; Db2", "os_family": "mainframe", "environment": "prod", "asset_count": 1},
)


def store_with(rows: dict[str, dict[str, Any]]) -> ScratchStore:
    """A store whose applications have these facts; keys that start with '@' are attributes."""
    store = ScratchStore(Tenant(ACME, "Acme"))
    applications = [
        {
            "application_id": key,
            "name": key,
            "sources": [],
            "records": 1,
            "origin": "recorded",
            "confidence": 1.0,
            "matched_by": "single",
        }
        for key in rows
    ]
    facts, attributes = [], []
    for key, told in rows.items():
        for field, value in told.items():
            if field.startswith("@"):
                attributes.append(
                    {"application_id": key, "attribute": field[1:], "state": "present", "value": value, "quality": 1.0,
                     "evidence": [], "question": "", **JUDGED}
                )  # fmt: skip
            else:
                number = float(value) if isinstance(value, int | float) else None
                facts.append(
                    {"application_id": key, "field": field, "value": str(value), "number": number, "evidence": ["e"],
                     "basis": "assets"}
                )  # fmt: skip
    frames = {Application: applications, ApplicationFact: facts, AttributeValue: attributes}
    store.replace(
        ACME,
        RunRef("setup"),
        {table: pd.DataFrame(told, columns=table.columns()) for table, told in frames.items()},
    )
    return store


def three_kinds(each: int) -> dict[str, dict[str, Any]]:
    return {
        f"app-{kind}-{n:03d}": {
            **KINDS[kind],
            "@architecture_pattern": f"pattern {kind}: as told",
            "cpu_cores": 4 + n % 5,
        }
        for kind in range(3)
        for n in range(each)
    }


def test_three_kinds_of_applications_are_three_groups_with_telling_names() -> None:
    store = store_with(three_kinds(20))
    result = find_patterns(store, ACME, RunRef("r"))
    members = store.read(ACME, ClusterMember)
    assert members.groupby(members["application_id"].str[:5])["cluster_id"].nunique().tolist() == [1, 1, 1]
    assert result.figures["clusters"] == 3
    clusters = store.read(ACME, PatternCluster).set_index("cluster_id")
    java = members.set_index("application_id").loc["app-0-000", "cluster_id"]
    assert "Java" in clusters.loc[java, "label"]
    assert "20 of 60 applications" in clusters.loc[java, "description"]
    assert clusters.loc[java, "traits"]["technologies: Java"] == {"share": 1.0, "portfolio": 0.333}
    assert clusters.loc[java, "representative"].startswith("app-0")
    assert clusters.loc[java, "traits"]["asset_count"] == {"median": 6.0, "portfolio": 2.0}
    assert sum(result.charts["Applications by pattern"].values()) == 60
    assert len(result.preview) == 3


def test_the_same_portfolio_gives_the_same_groups() -> None:
    stores = [store_with(three_kinds(10)) for _ in range(2)]
    for store in stores:
        find_patterns(store, ACME, RunRef("r"))
    for table in (PatternCluster, ClusterMember):
        pd.testing.assert_frame_equal(stores[0].read(ACME, table), stores[1].read(ACME, table))


def test_ids_stay_with_their_members_when_the_portfolio_grows() -> None:
    store = store_with(three_kinds(10))
    find_patterns(store, ACME, RunRef("r"))
    before = store.read(ACME, ClusterMember).set_index("application_id")["cluster_id"]
    grown = store_with(three_kinds(25))
    grown.replace(ACME, RunRef("r"), {ClusterMember: store.read(ACME, ClusterMember)})
    find_patterns(grown, ACME, RunRef("s"))
    after = grown.read(ACME, ClusterMember).set_index("application_id")["cluster_id"]
    assert after.loc[before.index].equals(before)


def test_a_group_without_known_members_gets_a_number_that_was_not_used() -> None:
    previous = pd.DataFrame({"application_id": ["a", "b", "x"], "cluster_id": ["c02", "c02", "c07"]})
    ids = np.array(["a", "b", "c", "d"], dtype=object)
    assert keep_ids(ids, np.array([0, 0, 1, 2]), previous).tolist() == ["c02", "c02", "c08", "c09"]


def test_when_a_group_splits_the_larger_part_keeps_the_id() -> None:
    previous = pd.DataFrame({"application_id": list("abc"), "cluster_id": ["c01"] * 3})
    assert keep_ids(np.array(list("abc"), dtype=object), np.array([1, 0, 0]), previous).tolist() == [
        "c02",
        "c01",
        "c01",
    ]


@pytest.mark.parametrize("count", [1, 2, FEWEST - 1])
def test_few_applications_are_one_group(count: int) -> None:
    store = store_with({f"a{n}": KINDS[n % 3] for n in range(count)})
    find_patterns(store, ACME, RunRef("r"))
    assert store.read(ACME, ClusterMember)["cluster_id"].tolist() == ["c01"] * count


def test_equal_applications_are_one_group_without_anomalies() -> None:
    store = store_with({f"a{n:02d}": KINDS[0] for n in range(30)})
    result = find_patterns(store, ACME, RunRef("r"))
    assert (result.figures["clusters"], result.figures["anomalies"]) == (1, 0)
    assert store.read(ACME, ClusterMember)["distance"].tolist() == [0.0] * 30


def test_applications_of_which_nothing_is_known_are_one_group() -> None:
    store = store_with({f"a{n}": {} for n in range(6)})
    find_patterns(store, ACME, RunRef("r"))
    cluster = store.read(ACME, PatternCluster).iloc[0]
    assert (cluster["label"], cluster["size"], cluster["traits"]) == ("No common traits", 6, {})


def test_no_applications_give_no_groups() -> None:
    result = find_patterns(store_with({}), ACME, RunRef("r"))
    assert (result.rows_in, result.rows_out, result.figures["largest_cluster"]) == (0, 0, 0)


def test_noise_without_structure_is_one_group() -> None:
    noise = np.random.default_rng(3).normal(size=(200, 40))  # seeded: the same noise in every run
    assert set(group_alike(noise)) == {0}


def test_groups_of_a_large_portfolio_are_found_through_micro_clusters() -> None:
    dice = np.random.default_rng(5)  # seeded: the same points in every run
    kinds = dice.integers(0, 4, MANY + 100)
    points = dice.normal(scale=0.3, size=(len(kinds), 6)) + np.eye(6)[kinds] * 4
    assert adjusted_rand_score(kinds, group_alike(points)) > 0.99


def test_a_sample_decides_the_number_of_groups_and_all_are_placed() -> None:
    dice = np.random.default_rng(5)
    kinds = dice.integers(0, 3, 2_000)
    points = dice.normal(scale=0.3, size=(len(kinds), 4)) + np.eye(4)[kinds] * 4
    assert adjusted_rand_score(kinds, group_alike(points)) > 0.99


def test_an_application_unlike_its_group_stands_out_with_reasons() -> None:
    rows = three_kinds(40)
    for number, row in enumerate(rows.values()):
        row["storage_total_gb"] = 90 + number % 20
    rows["app-0-007"].update({"storage_total_gb": 90_000, "cpu_cores": 900, "environment": "test"})
    store = store_with(rows)
    find_patterns(store, ACME, RunRef("r"))
    members = store.read(ACME, ClusterMember).set_index("application_id")
    assert members.index[members["anomaly"]].tolist() == ["app-0-007"]
    reasons = members.loc["app-0-007", "reasons"]
    assert "cores 900, its group's median 6" in reasons
    assert "environment test, as 2.5% of its group" in reasons
    assert members.loc["app-0-007", "distance"] > 1
    assert members.loc["app-0-008", "reasons"] == []


def test_rare_values_share_one_column_and_reasons_given_with_a_value_do_not_split_it() -> None:
    rows: dict[str, dict[str, Any]] = {f"a{n:02d}": {"technologies": f"Tool {n:02d}"} for n in range(20)}
    rows["a00"]["@business_criticality"] = "High: because"
    rows["a01"]["@business_criticality"] = "high"
    store = store_with(rows)
    table = encode_features(
        store.read(ACME, Application), store.read(ACME, ApplicationFact), store.read(ACME, AttributeValue)
    )
    names = [(feature.key, value) for feature, value in table.names]
    assert sum(key == "technologies" for key, _ in names) == 13
    assert ("technologies", "other") in names
    assert [name for name in names if name[0] == "business_criticality"] == [("business_criticality", "high")]


def test_groups_of_the_same_name_are_told_apart() -> None:
    rows = {
        f"a{n:02d}": {"cpu_util_pct": 10.0 * (n % 2) + 40, "eol_years": 3.0 * (n % 2), "os_family": "linux"}
        for n in range(20)
    }
    store = store_with(rows)
    find_patterns(store, ACME, RunRef("r"))
    labels = store.read(ACME, PatternCluster)["label"]
    assert labels.is_unique


def test_a_crew_words_a_group_within_limits() -> None:
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
    assert after.loc["c01", "label"] == ("Java web " + "x" * 200)[:LABEL_LENGTH]
    assert after.loc["c01", "description"] == before.loc["c01", "description"]
    assert after.loc["c02"].equals(before.loc["c02"])
    assert (result.rows_in, result.rows_out) == (2, 1)
    assert result.skipped == {"no such pattern, or answered twice": 1}


def test_no_answers_change_nothing() -> None:
    store = store_with(three_kinds(2))
    find_patterns(store, ACME, RunRef("r"))
    result = settle_patterns(store, ACME, RunRef("s"), [])
    assert (result.rows_out, result.skipped) == (0, {})


def test_unknown_values_name_no_group_and_large_numbers_are_written_out() -> None:
    rows = {f"a{n:02d}": {"eol_status": "unknown", "memory_mb": 1_310_720.0, "os_family": "linux"} for n in range(6)}
    store = store_with(rows)
    find_patterns(store, ACME, RunRef("r"))
    told = store.read(ACME, PatternCluster).iloc[0]
    assert "unknown" not in told["label"].lower()
    assert "e+06" not in told["description"]


def test_gap_reports_are_stored_with_their_methods_and_shown_the_largest_pattern_first() -> None:
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
