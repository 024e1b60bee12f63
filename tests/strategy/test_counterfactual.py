"""Counterfactuals: each is what the policy really answers with one fact changed, and no smaller change does it."""

import pytest

from aidiscover_pipelines.strategy.advice.changes import CHANGES
from aidiscover_pipelines.strategy.advice.counterfactual import MOST, UNKNOWN
from aidiscover_pipelines.strategy.draft import draft_recommendations
from aidiscover_pipelines.strategy.policy.conditions import KNOWN_SIGNALS
from aidiscover_pipelines.strategy.policy.policy import STRATEGIES, shipped_policy
from aidiscover_pipelines.strategy.policy.score import score
from aidiscover_pipelines.strategy.signals import signals

# What an application is, and what is long past: no decision and no corrected judgement makes it otherwise.
FIXED = {"saas", "erp", "commodity", "warehouse", "core_directory", "infrastructure_service", "called_legacy",
         "recent_refresh", "successor_service"}  # fmt: skip
APPLICATIONS = {
    "ledger": {"technology_stack": "custom C++", "database_engine": "Oracle RAC 19c", "business_criticality": "high"},
    "shop": {"technology_stack": "Java; Spring", "database_engine": "PostgreSQL 11", "business_criticality": "high"},
    "wms": {"technology_stack": "SAP WMS", "business_criticality": "high", "business_logic_complexity": "high"},
    "plant": {"description": "SCADA, must stay on site", "business_criticality": "critical"},
    "old": {"lifecycle_status": "Retired", "business_criticality": "low"},
    "crm": {"technology_stack": "Salesforce"},
    "zeta": {"application_name": "Zeta"},
}


@pytest.fixture
def told(facts):
    return facts(**APPLICATIONS)


@pytest.fixture
def drafts(told, no_attributes, no_members):
    return draft_recommendations(told, no_attributes, no_members).set_index("application_id", drop=False)


def outcomes(frame):
    """(application, place in CHANGES) -> (size, strategy) of every change that can happen, each scored by itself."""
    found = {}
    for place, change in enumerate(CHANGES):
        changed = frame[list(KNOWN_SIGNALS)].assign(**change.sets)
        best = score(changed, shipped_policy()).order[:, 0]
        rows = change.possible(frame)
        for row, size in zip(rows.tolist(), change.sizes(frame, rows).tolist(), strict=True):
            found[frame.index[row], place] = (size, STRATEGIES[best[row]].value)
    return found


def test_a_redesign_becomes_a_replatforming_if_the_database_is_postgresql(drafts):
    assert drafts.loc["ledger", "strategy"] == "refactor"
    turns = {turn["becomes"]: turn for turn in drafts.loc["ledger", "counterfactuals"]}
    assert turns["replatform"] == {
        "text": "becomes replatform if the database is PostgreSQL (recorded: Oracle RAC 19c)",
        "fact": "database_engine",
        "from": "Oracle RAC 19c",
        "to": "PostgreSQL",
        "becomes": "replatform",
    }


def test_each_is_the_smallest_single_change_that_leads_there(told, drafts):
    frame = signals(told)
    scored = outcomes(frame)
    for application, row in drafts.iterrows():
        best: dict[str, int] = {}
        for (name, _), (size, becomes) in scored.items():
            if name == application and becomes != row["strategy"]:
                best[becomes] = min(size, best.get(becomes, size))
        shown = row["counterfactuals"]
        assert len(shown) == min(len(best), MOST)
        assert len({turn["becomes"] for turn in shown}) == len(shown)
        sizes = sorted(best.values())[:MOST]
        assert [best[turn["becomes"]] for turn in shown] == sizes
        for turn in shown:
            causes = [place for (name, place), (size, becomes) in scored.items()
                      if name == application and becomes == turn["becomes"] and size == best[becomes]]  # fmt: skip
            assert any(CHANGES[place].text in turn["text"] for place in causes)


def test_nothing_is_changed_that_cannot_change():
    assert not FIXED & {signal for change in CHANGES for signal in change.sets}
    assert {signal for change in CHANGES for signal in change.sets} <= set(KNOWN_SIGNALS)
    assert len({(change.fact, change.text) for change in CHANGES}) == len(CHANGES)


def test_a_scale_is_told_by_its_words_from_the_level_that_is_recorded(drafts):
    graded = [turn for turns in drafts["counterfactuals"] for turn in turns if turn["fact"] == "business_criticality"]
    assert graded
    assert {turn["from"] for turn in graded} <= {"low", "medium", "high", "critical", UNKNOWN}
    assert all(turn["from"] != turn["to"] for turn in graded)


def test_what_is_recorded_and_denies_is_quoted_and_only_silence_is_not_recorded(facts, no_attributes, no_members):
    plain = {"technology_stack": "Java", "business_criticality": "low", "description": "prints the labels"}
    told = facts(live={**plain, "environment": "production"}, silent=plain)
    drafts = draft_recommendations(told, no_attributes, no_members).set_index("application_id")
    texts = {key: [turn["text"] for turn in turns] for key, turns in drafts["counterfactuals"].items()}
    assert "becomes rehost if it is a non-production environment (recorded: production)" in texts["live"]
    assert "becomes rehost if it is a non-production environment (not recorded)" in texts["silent"]


def test_a_description_that_is_silent_on_the_matter_is_not_quoted(told, drafts):
    turns = [turn for turn in drafts.loc["wms", "counterfactuals"] if turn["fact"] == "description"]
    assert not turns or {turn["from"] for turn in turns} == {UNKNOWN}


def test_of_a_long_list_the_items_in_question_come_first_and_the_rest_is_counted(facts, no_attributes, no_members):
    systems = [f"Ubuntu 2{number}.04" for number in range(5)]
    joined = "; ".join([*systems, "Windows NT 4.0", "+3 more"])
    drafts = draft_recommendations(facts(old={"os_names": joined}), no_attributes, no_members)
    reasons = [reason["text"] for entry in drafts.loc[0, "ranking"] for reason in entry["reasons"]]
    shown = "excluded: replication tools no longer take Windows NT 4.0; Ubuntu 20.04; Ubuntu 21.04; +6 more ["
    assert [text for text in reasons if text.startswith(shown)]


def test_no_bought_product_comes_to_set_the_company_apart(facts, no_attributes, no_members):
    told = facts(
        erp={"technology_stack": "SAP ERP", "business_criticality": "high"},
        own={"technology_stack": "custom Java", "business_criticality": "high"},
    )
    apart = next(change for change in CHANGES if change.text == "it sets the company apart")
    assert signals(told).index[apart.possible(signals(told))].tolist() == ["own"]
    drafts = draft_recommendations(told, no_attributes, no_members).set_index("application_id")
    assert not [turn for turn in drafts.loc["erp", "counterfactuals"] if "apart" in turn["text"]]


def test_where_a_person_decided_otherwise_it_says_when_the_policy_would_agree(told, no_attributes, no_members):
    chosen = {"shop": "retain"}
    row = (
        draft_recommendations(told, no_attributes, no_members, chosen_for=chosen)
        .set_index("application_id")
        .loc["shop"]
    )
    assert row["strategy"] == "retain"
    texts = [turn["text"] for turn in row["counterfactuals"]]
    assert any(text.startswith("the policy would agree with retain if ") for text in texts)
    assert all(text.startswith(("the policy would agree", "the policy would choose")) for text in texts)


def test_a_policy_that_mandates_one_strategy_leaves_nothing_to_turn(told, no_attributes, no_members):
    policy = shipped_policy()
    start = {**policy.start, STRATEGIES[0]: 10.0}
    stubborn = policy.model_copy(update={"start": start, "criteria": (), "constraints": ()})
    drafts = draft_recommendations(told, no_attributes, no_members, policy=stubborn)
    assert set(drafts["strategy"]) == {STRATEGIES[0].value}
    assert drafts["counterfactuals"].map(len).sum() == 0
