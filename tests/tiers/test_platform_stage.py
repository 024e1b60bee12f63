"""What a crew may change of the draft, what is stored and shown, and when accounts are called."""

import pytest

from aidiscover_pipelines.crews.platform_detection.case import platform_case
from aidiscover_pipelines.domain.collection import application_tiers
from aidiscover_pipelines.domain.tables import PlatformAssessment
from aidiscover_pipelines.tiers.access import assessed_tier, why_not_scanned
from aidiscover_pipelines.tiers.stage import draft_platform, settle_platform


def answer(status="answered", **said):
    words = {
        "tier": 3,
        "justification": "crew",
        "methods": [],
        "strategy": "plan",
        "groups": [],
        "evidence": ["c:files"],
    }
    return {"subject": "tenant", "status": status, "model": "offline/x", "answer": {**words, **said}}


def of_group(tier, evidence=("group:1",), name="source cmdb.csv"):
    said = {"tier": tier, "justification": "crew says", "strategy": "crew plans", "evidence": list(evidence)}
    return {"group": name, **said}


def settled(made, given):
    """The result, the stored row, and the draft that it came from, over one store."""
    store = made.store
    draft = draft_platform(store, made.tenant)
    result = settle_platform(store, made.tenant, made.run, draft, given)
    (stored,) = store.read(made.tenant, PlatformAssessment).to_dict("records")
    PlatformAssessment(**stored)
    return result, stored, draft


@pytest.mark.parametrize(
    ("given", "tier", "decided_by", "justification"),
    [
        (None, 3, "policy", None),
        (answer(status="fallback", tier=4), 3, "policy", None),
        (answer(), 3, "crew", "crew"),
        (answer(tier=4), 4, "crew", "crew"),
        (answer(tier=4, evidence=[]), 3, "policy", None),
        (answer(tier=1), 3, "policy", None),
    ],
    ids=["no answer", "fallback", "agrees", "doubts with evidence", "doubts without evidence", "finds access better"],
)
def test_a_crew_may_reword_and_doubt_but_never_find_access_better(estate, given, tier, decided_by, justification):
    result, stored, draft = settled(estate().file(), given)
    assert (stored["tier"], stored["decided_by"]) == (tier, decided_by)
    assert stored["justification"] == (justification or draft["justification"])
    assert result.figures["tier"] == tier and "manual" in stored["methods"]
    assert sum(result.charts["Attributes by way of collecting"].values()) == 22


def test_doubt_about_full_access_raises_by_one_only_and_adds_people(estate):
    _, stored, draft = settled(estate().read("called").assets(4).measured(4), answer(tier=4))
    assert (draft["tier"], stored["tier"], stored["methods"]) == (1, 2, ["api", "manual"])
    assert stored["justification"] == draft["justification"]


@pytest.mark.parametrize(
    ("said", "tier", "words"),
    [
        (of_group(3), 3, "crew says"),
        (of_group(4), 4, "crew says"),
        (of_group(4, ()), 3, None),
        (of_group(2), 3, None),
        (of_group(4, name="site Nowhere"), 3, None),
    ],
    ids=["agrees", "doubts with evidence", "doubts without evidence", "finds access better", "is of no group"],
)
def test_the_same_holds_for_each_group(estate, said, tier, words):
    result, stored, draft = settled(estate().file().assets(2, "f1"), answer(groups=[said]))
    (group,), (drafted,) = stored["groups"], draft["groups"]
    assert (group["tier"], group["justification"]) == (tier, words or drafted["justification"])
    assert result.charts["Assets by tier of their group"][f"tier {tier}"] == 2
    assert result.tables["Groups of assets"][0]["tier"] == tier


def test_the_crew_sees_the_groups_that_are_hardest_to_reach_and_falls_back_on_the_rules(estate):
    made = estate().file().read("called").assets(4).measured(4).assets(1, "f1", "o").value("o0", "tags", "airgap")
    draft = draft_platform(made.store, made.tenant)
    case = platform_case(made.tenant, draft)
    assert [(row["group"], row["tier"]) for row in case.sections["asset_groups"]] == [
        ("source cmdb.csv, air-gapped", 4),
        ("aws account 123 eu-central-1", 1),
    ]
    assert [(each["tier"], each["evidence"]) for each in case.fallback["groups"]] == [
        (4, ["group:1"]),
        (1, ["group:2"]),
    ]


def test_an_application_has_the_hardest_tier_of_where_its_servers_stand(estate):
    made = estate().file().read("called").assets(4).measured(4).assets(1, "f1", "o").value("o0", "tags", "airgap")
    made.application("crm", "a0", "o0").application("shop", "a1").application("hr")
    groups = draft_platform(made.store, made.tenant)["groups"]
    assert application_tiers(groups) == {"crm": 4, "shop": 1, "hr": 3}


def test_before_it_was_assessed_a_tenant_counts_as_one_of_files(estate):
    assert assessed_tier(estate().store, estate.tenant) == 3


@pytest.mark.parametrize("outcomes", [(), ("denied", "called"), ("denied",), ("failed",)])
def test_whatever_the_last_scan_met_the_next_one_asks_again(estate, outcomes):
    made = estate().read(*outcomes)
    assert why_not_scanned(made.store, made.tenant) == ""


def test_a_tenant_declared_air_gapped_is_never_scanned(estate):
    made = estate().read("called").declared("site Nord")
    assert why_not_scanned(made.store, made.tenant) == ""
    closed = made.declared("*", version=2)
    assert "declared air-gapped" in why_not_scanned(closed.store, closed.tenant)
    reopened = closed.declared(version=3)
    assert why_not_scanned(reopened.store, reopened.tenant) == ""
