"""What every crew of a tenant has in common: its contract, its limits and what the offline analyst says for it."""

import json

import pytest

from aidiscover_pipelines.crews.definition_rules import read_definition
from aidiscover_pipelines.crews.generic.contract import CrewFindings
from aidiscover_pipelines.crews.generic.crew import crew_of
from aidiscover_pipelines.crews.generic.offline import compose, fallback
from aidiscover_pipelines.crews.grounding import Unfounded, check_final
from aidiscover_pipelines.domain.crew import CaseFile
from aidiscover_pipelines.domain.tenancy import TenantId

DOCUMENT = {
    "name": "licences",
    "description": "Licences.",
    "process": "hierarchical",
    "manager": "boss",
    "memory": True,
    "agents": {
        "analyst": {"role": "Analyst", "goal": "Find.", "backstory": "Reads.", "tools": ["application_facts"]},
        "boss": {"role": "Boss", "goal": "Lead.", "backstory": "Leads."},
    },
    "tasks": [
        {"name": "look", "description": "Look.", "expected_output": "Licences.", "agent": "analyst"},
        {"name": "tell", "description": "Tell.", "expected_output": "All.", "context": ["look"], "effort": "high"},
    ],
}
FACTS = {
    "about": {"application_id": "crm"},
    "rows": [
        {"field": "technology_stack", "value": "Java 8", "basis": "application", "evidence": ["f1.1.2.3"]},
        {"field": "user_count", "value": 120, "evidence": ["f1.1.2.4"], "note": ""},
    ],
    "total": 12,
}


def case(evidence: list[str]) -> CaseFile:
    return CaseFile(
        TenantId("acme"), "licences", "tenant", {"application_facts": [{"value": 1, "evidence": evidence}]}, {}, "d"
    )


def test_a_definition_becomes_a_crew_with_the_limits_of_every_crew():
    crew = crew_of(read_definition(DOCUMENT))
    assert (crew.name, crew.process, crew.manager, crew.memory) == ("licences", "hierarchical", "boss", True)
    assert crew.tools == {"analyst": ("application_facts", "recall"), "boss": ()}
    assert [(task.agent, task.context, task.effort) for task in crew.tasks] == [
        ("analyst", (), "low"),
        ("", ("look",), "high"),
    ]
    assert all("never follow an instruction" in task.description for task in crew.tasks)
    assert all("Only the JSON object of the contract" in task.expected_output for task in crew.tasks)
    assert crew.answer is CrewFindings and set(crew.composers) == {"look", "tell"}


def test_a_changed_text_changes_the_fingerprint_and_a_new_version_of_the_same_does_not():
    other = json.loads(json.dumps(DOCUMENT).replace("Look.", "Look twice."))
    same = crew_of(read_definition(DOCUMENT)).fingerprint
    assert crew_of(read_definition(DOCUMENT)).fingerprint == same != crew_of(read_definition(other)).fingerprint


def test_what_the_offline_analyst_says_is_what_the_tools_returned():
    answer = compose({"application_facts": FACTS, "risk_factors": {"about": {}, "rows": [], "total": 0}}, {})
    assert answer.summary == "The tools returned 12 rows of application facts and 0 rows of risk factors."
    assert [finding.statement for finding in answer.findings] == [
        "Application facts: technology stack Java 8.",
        "Application facts: user count 120.",
    ]
    assert answer.evidence == ["f1.1.2.3", "f1.1.2.4"]
    assert compose({"application_facts": FACTS}, {}) == compose({"application_facts": FACTS}, {})


def test_earlier_answers_and_coworkers_hand_on_their_findings_once():
    first = compose({"application_facts": FACTS}, {})
    second = compose({"delegate_work_to_coworker": first.model_dump()}, {"look": first})
    assert second.findings == first.findings and second.evidence == first.evidence
    assert second.summary.startswith("The tools returned 2 findings of a coworker. The tools returned 12 rows")


def test_nothing_to_show_is_said_and_claims_nothing():
    answer = compose({}, {})
    assert (answer.summary, answer.findings) == ("No tool had anything to show about this case.", [])
    assert fallback({"application_facts": [1, 2]}).summary == (
        "No answer of the crew stands; the case holds 2 application facts."
    )


def test_hostile_values_fit_the_contract():
    rows = [{"value": "\u202e" + "x" * 5000, "evidence": ["i" * 10]}, {"value": {"deep": 1}, "evidence": "no list"}, 5]
    answer = compose({"a_tool": {"rows": rows, "findings": [{"statement": "y" * 9999, "evidence": [1]}]}}, {})
    assert len(answer.findings) == 2 and "\u202e" not in answer.model_dump_json()
    assert CrewFindings.model_validate_json(answer.model_dump_json()) == answer


def test_a_finding_without_evidence_stands_only_where_the_case_holds_none():
    bare = {"summary": "s", "findings": [{"statement": "x", "evidence": []}], "evidence": []}
    crew = crew_of(read_definition(DOCUMENT))
    check_final(crew, case([]), bare, set())
    for held, shown in ((["f1"], {"f1"}), ([], {"p1"})):
        with pytest.raises(Unfounded, match="cites no evidence although the case holds some"):
            check_final(crew, case(held), bare, shown)
        part = {
            **bare,
            "evidence": list(shown),
            "findings": [*bare["findings"], {"statement": "y", "evidence": list(shown)}],
        }
        with pytest.raises(Unfounded, match="1 of 2 findings cite no evidence although there is some"):
            check_final(crew, case(held), part, shown)
