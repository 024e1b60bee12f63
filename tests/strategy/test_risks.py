"""Risks: complete by topic, each with level, mitigation and cells, of the chosen strategy alone."""

import pytest

from aidiscover_pipelines.domain.vocabulary import RiskLevel, Strategy
from aidiscover_pipelines.strategy.advice.risks import MOVES, RISKS
from aidiscover_pipelines.strategy.draft import draft_recommendations

BIG = {"data_volume_gb": 4096, "depended_on_count": 3, "dependency_count": 2, "business_criticality": "high"}
TOPICS = {
    "data gravity": ("replatform", BIG, "data gravity: 4096 GB move away from those that work on them (3)"),
    "cut-over": ("replatform", BIG, "a short window for the cut-over"),
    "latency": ("rehost", {"dependency_count": 2}, "on the other side of the network"),
    "neighbours": ("rehost", {"dependency_count": 9}, "many neighbours are affected"),
    "unknown neighbours": ("rehost", {"technology_stack": "Java"}, "its neighbours are not known"),
    "licence": ("rehost", {"database_engine": "Oracle 19c"}, "Oracle licences are counted"),
    "licence of a product": ("rehost", {"technology_stack": "SAP ECC"}, "the licence of SAP ECC"),
    "skills": ("retain", {"technology_stack": "COBOL"}, "skills for COBOL are rare"),
    "vendor": ("replatform", {"description": "vendor ends support"}, "its vendor stops supporting it"),
    "vendor of a service": ("repurchase", {"application_name": "CRM"}, "another vendor"),
    "compliance": ("rehost", {"compliance_requirements": "GDPR"}, "obligations travel along: GDPR"),
    "compliance of what goes": ("retire", {"compliance_requirements": "GDPR"}, "records may have to be kept"),
    "end of life": ("rehost", {"eol_status": "eol"}, "no longer supports the platform"),
    "unknown data": ("rehost", {"technology_stack": "Java"}, "how much data moves is not known"),
    "unknown platform": ("rehost", {"technology_stack": "Java"}, "the platform that it runs on is not known"),
}


@pytest.mark.parametrize("topic", TOPICS)
def test_a_risk_is_seen_with_its_mitigation(facts, no_attributes, no_members, topic):
    strategy, given, text = TOPICS[topic]
    row = draft_recommendations(facts(app=given), no_attributes, no_members, chosen_for={"app": strategy}).iloc[0]
    (risk,) = (each for each in row["risks"] if text in each["risk"])
    assert risk["mitigation"] and risk["kind"] in {"technical", "operational", "business"}
    bands = [level.value for level in (RiskLevel.LOW, RiskLevel.MEDIUM, RiskLevel.HIGH)]
    assert row["risk"] == max((each["level"] for each in row["risks"]), key=bands.index)
    fields = {cell.rsplit(".", 1)[1] for cell in risk["evidence"]}
    assert fields <= set(given)


def test_a_risk_of_another_strategy_is_not_told(facts, no_attributes, no_members):
    frame = facts(app={"compliance_requirements": "GDPR", "database_engine": "Oracle 19c"})
    row = draft_recommendations(frame, no_attributes, no_members, chosen_for={"app": "retain"}).iloc[0]
    assert not any("licences" in each["risk"] or "travel" in each["risk"] for each in row["risks"])


def test_every_kind_and_every_strategy_has_risks_and_no_two_are_the_same():
    assert {risk.kind for risk in RISKS} == {"technical", "operational", "business"}
    assert {strategy for risk in RISKS for strategy in risk.strategies} == set(Strategy) >= set(MOVES)
    assert len({(risk.text, risk.strategies) for risk in RISKS}) == len(RISKS)
