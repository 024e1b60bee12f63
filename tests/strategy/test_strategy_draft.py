import pandas as pd
import pytest

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.tables import ClusterMember, Recommendation
from aidiscover_pipelines.domain.vocabulary import Strategy
from aidiscover_pipelines.strategy.draft import draft_recommendations
from aidiscover_pipelines.strategy.policy.policy import shipped_policy
from aidiscover_pipelines.strategy.policy.score import score
from aidiscover_pipelines.strategy.signals import signals

EXPECTED = {
    "crm-cloud": "retain",
    "old-reports": "retire",
    "hr": "repurchase",
    "shop": "replatform",
    "billing": "refactor",
    "wms": "rehost",
}

RULE_CASES = [
    ("already-saas", {"technology_stack": "Workday"}),
    ("recorded-as-retired", {"lifecycle_status": "Decommissioned"}),
    ("tied-to-the-site", {"description": "SCADA for the plant"}),
    ("tied-to-the-site", {"description": "depends on a mainframe that is retained"}),
    ("non-x86-hardware", {"os_names": "HP-UX 11.31"}),
    ("operating-system-too-old", {"os_names": "Windows 2000 Server"}),
    ("code-belongs-to-vendor", {"technology_stack": "SAP ECC"}),
    ("oracle-rac", {"database_engine": "Oracle RAC 19c"}),
    ("oracle-rac-with-data-guard", {"database_engine": "Oracle RAC with Data Guard"}),
    ("database-appliance", {"database_engine": "Teradata"}),
    ("oracle-erp-or-warehouse", {"application_name": "Data Warehouse", "database_engine": "Oracle 19c"}),
    ("changes-frozen", {"change_tolerance": "change freeze until 2027"}),
    ("in-critical-use", {"business_criticality": "critical"}),
    ("not-worth-a-redesign", {"power_off_share": 1.0}),
    ("nothing-to-buy", {"technology_stack": "custom", "description": "core business"}),
    ("small-and-unimportant", {"business_criticality": "low", "user_count": 12}),
]


def drafted(facts, no_attributes, no_members, **options):
    return draft_recommendations(facts, no_attributes, no_members, **options).set_index("application_id", drop=False)


def test_each_strategy_is_found_where_a_consultant_would_find_it(portfolio, no_attributes, no_members):
    assert drafted(portfolio, no_attributes, no_members)["strategy"].to_dict() == EXPECTED


def test_rows_satisfy_the_stored_model(portfolio, no_attributes, no_members):
    for row in draft_recommendations(portfolio, no_attributes, no_members).to_dict("records"):
        Recommendation(**{column: row[column] for column in Recommendation.columns()})


def test_an_application_alone_gets_what_it_gets_in_bulk(portfolio, no_attributes, no_members):
    bulk = drafted(portfolio, no_attributes, no_members)
    for key in EXPECTED:
        alone = draft_recommendations(portfolio[portfolio["application_id"] == key], no_attributes, no_members).iloc[0]
        assert alone.to_dict() == bulk.loc[key].to_dict()


def test_order_of_facts_changes_nothing(portfolio, no_attributes, no_members):
    shuffled = portfolio.sample(frac=1.0, random_state=3).reset_index(drop=True)
    first, second = (draft_recommendations(frame, no_attributes, no_members) for frame in (portfolio, shuffled))
    pd.testing.assert_frame_equal(first, second)


def test_all_six_are_ranked_with_reasons_for_and_against(portfolio, no_attributes, no_members):
    for row in draft_recommendations(portfolio, no_attributes, no_members).itertuples():
        assert {entry["strategy"] for entry in row.ranking} == {strategy.value for strategy in Strategy}
        assert all(entry["reasons"] for entry in row.ranking)
        assert row.ranking[0]["strategy"] == row.strategy and row.ranking[0]["allowed"]
        assert "retain" in row.allowed


def test_each_of_the_others_says_why_it_is_not_the_answer_and_with_which_cells(portfolio, no_attributes, no_members):
    for row in draft_recommendations(portfolio, no_attributes, no_members).itertuples():
        for entry in row.ranking[1:]:
            side = "behind: " if entry["allowed"] else "excluded: "
            assert entry["reasons"][0]["text"].startswith(side)
            assert entry["reasons"][0]["evidence"]


def test_the_score_is_the_sum_of_its_named_contributions(portfolio, no_attributes, no_members):
    start = shipped_policy().start
    for row in draft_recommendations(portfolio, no_attributes, no_members).itertuples():
        for entry in row.ranking:
            named = sum(reason.get("points", 0.0) for reason in entry["reasons"])
            assert entry["score"] == pytest.approx(start[Strategy(entry["strategy"])] + named)


def test_reasons_name_values_and_cite_cells(portfolio, no_attributes, no_members):
    row = drafted(portfolio, no_attributes, no_members).loc["shop"]
    assert "PostgreSQL 11" in row["rationale"]
    assert "f1.1.shop.database_engine" in row["evidence"]


@pytest.mark.parametrize(("rule", "given"), RULE_CASES)
def test_a_rule_takes_its_strategies_out_and_says_why(facts, no_attributes, no_members, rule, given):
    row = draft_recommendations(facts(app=given), no_attributes, no_members).iloc[0]
    (declared,) = (item for item in shipped_policy().constraints if item.id == rule)
    for entry in row["ranking"]:
        if entry["strategy"] in declared.excludes:
            assert not entry["allowed"]
            assert any(
                reason.get("rule") == rule and declared.citation in reason["text"] for reason in entry["reasons"]
            )
    assert not set(row["allowed"]).intersection(declared.excludes)


def test_every_rule_has_a_case_and_never_excludes_retain():
    constraints = shipped_policy().constraints
    assert {rule.id for rule in constraints} == {rule for rule, _ in RULE_CASES}
    assert all(Strategy.RETAIN not in rule.removed and rule.citation for rule in constraints)


def test_a_goal_turns_what_hangs_in_the_balance(facts, no_attributes, no_members):
    app = facts(app={"technology_stack": "custom Java monolith", "business_criticality": "high",
                     "description": "data center exit; technical debt: high"})  # fmt: skip
    chosen = {
        goal: draft_recommendations(app, no_attributes, no_members, policy=shipped_policy().towards(goal)).iloc[0]
        for goal in ("speed", "modernisation")
    }
    assert chosen["speed"]["strategy"] == "rehost"
    assert chosen["modernisation"]["strategy"] == "refactor"
    assert chosen["speed"]["policy"] == f"{shipped_policy().version}, goal speed"


def test_an_unknown_goal_is_refused_with_the_known_ones():
    with pytest.raises(ConfigError, match="balanced, speed"):
        shipped_policy().towards("fame")


def test_knowing_nothing_is_admitted(facts, no_attributes, no_members):
    row = draft_recommendations(facts(app={"application_name": "Zeta"}), no_attributes, no_members).iloc[0]
    assert (row["strategy"], row["exception"]) == ("retain", "")
    assert row["confidence"] <= 0.56
    assert any("little is known" in risk["risk"] for risk in row["risks"])


def test_exceptions_are_named(facts, no_attributes):
    known = {"technology_stack": "Java", "database_engine": "MySQL 8"}
    frame = facts(
        tie={"os_names": "Linux"}, odd=known, vital={**known, "business_criticality": "critical"}, plain=known
    )
    members = pd.DataFrame(
        [("odd", "c01", 9.0, True, [], [], 0.0, 0.0), ("plain", "c01", 1.0, False, [], [], 0.0, 0.0)],
        columns=ClusterMember.columns(),
    )
    drafts = draft_recommendations(frame, no_attributes, members).set_index("application_id")
    assert drafts["exception"].to_dict() == {
        "odd": "anomaly", "plain": "", "tie": drafts.loc["tie", "exception"], "vital": "mission critical",
    }  # fmt: skip
    assert drafts.loc["plain", "cluster_id"] == "c01"
    assert drafts.loc["vital", "cluster_id"] == ""


def test_a_tie_has_no_margin(facts):
    result = score(signals(facts(app={"database_engine": "x", "asset_count": 3})), shipped_policy())
    assert result.margin[0] == pytest.approx(0.0)
    assert result.support[0] == 0.0


def test_a_digest_follows_the_facts(facts, no_attributes, no_members):
    first = draft_recommendations(facts(app={"user_count": 10}), no_attributes, no_members)
    again = draft_recommendations(facts(app={"user_count": 10}), no_attributes, no_members)
    other = draft_recommendations(facts(app={"user_count": 11}), no_attributes, no_members)
    assert first["digest"].iloc[0] == again["digest"].iloc[0] != other["digest"].iloc[0]


def test_a_long_value_is_shortened_where_it_is_shown(facts, no_attributes, no_members):
    row = draft_recommendations(facts(app={"technology_stack": "Java " + "x" * 300}), no_attributes, no_members).iloc[0]
    assert "…" in row["rationale"] and len(row["rationale"]) < 400


def test_no_facts_give_an_empty_frame_with_all_columns(portfolio, no_attributes, no_members):
    empty = draft_recommendations(portfolio.iloc[:0], no_attributes, no_members)
    assert empty.empty
    assert list(empty.columns) == [*Recommendation.columns(), "margin", "allowed", "exception"]


def test_easy_applications_get_a_higher_priority_than_hard_ones(facts, no_attributes, no_members):
    frame = facts(
        easy={"environment": "test", "business_criticality": "low", "dependency_count": 0, "asset_count": 1},
        hard={"environment": "prod", "business_criticality": "critical", "dependency_count": 20,
              "compliance_requirements": "SOX; PCI; GDPR", "asset_count": 30},
    )  # fmt: skip
    priority = draft_recommendations(frame, no_attributes, no_members).set_index("application_id")["priority"]
    assert priority["easy"] < priority["hard"] <= 5


def test_nulls_as_a_database_returns_them_are_unknown(facts, no_attributes, no_members):
    frame = facts(a={"technology_stack": "x"}, b={"asset_count": 3})
    frame["value"] = frame["value"].astype(object).where(frame["application_id"] != "a", None)
    frame.loc[frame["application_id"] == "b", "evidence"] = None
    rows = draft_recommendations(frame, no_attributes, no_members)
    assert rows["confidence"].between(0, 0.56).all()
