import json

import pytest

from aidiscover_pipelines.crews.definition_rules import check_document, read_definition
from aidiscover_pipelines.crews.drafting import MANAGER_KEY, draft_crew, instructions, name_for
from aidiscover_pipelines.crews.drafting_offline import ANALYSTS, draft_offline
from aidiscover_pipelines.crews.tools import TOOLS
from aidiscover_pipelines.domain.errors import ConfigError, InvalidCrew

DRAFT = {
    "description": "Which licences an application needs.",
    "agents": {
        "analyst": {"role": "Licence Analyst", "goal": "Find.", "backstory": "Reads.", "tools": ["application_facts"]}
    },
    "tasks": [{"name": "look", "description": "Look.", "expected_output": "Licences.", "agent": "analyst"}],
}


class Model:
    """Answers with the given texts one after the other, and keeps what it was asked."""

    def __init__(self, *answers: str) -> None:
        self.answers, self.asked = list(answers), []

    def __call__(self, messages: list[dict[str, str]]) -> str:
        self.asked.append(list(messages))
        return self.answers.pop(0)


def test_a_draft_without_a_manager_gets_one():
    definition, repaired = draft_crew(Model(json.dumps(DRAFT)), "Find the licences", "licences")
    assert (definition.name, definition.process, definition.manager) == ("licences", "hierarchical", MANAGER_KEY)
    assert repaired == []


def test_a_draft_keeps_the_manager_it_names_and_is_hierarchical_whatever_it_says():
    agents = {**DRAFT["agents"], "boss": {"role": "Boss", "goal": "Lead.", "backstory": "Leads."}}
    text = json.dumps({**DRAFT, "agents": agents, "manager": "boss", "process": "sequential", "name": "mine"})
    definition, _ = draft_crew(Model(f"Here it is:\n```json\n{text}\n```"), "Find the licences", "licences")
    assert (definition.manager, definition.process, definition.name) == ("boss", "hierarchical", "licences")
    assert set(definition.agents) == {"analyst", "boss"}


def test_one_repair_is_asked_for_with_every_problem():
    wrong = json.dumps({**DRAFT, "agents": {"analyst": {**DRAFT["agents"]["analyst"], "llm": "gpt-9", "goal": "{x}"}}})
    model = Model(wrong, json.dumps(DRAFT))
    definition, repaired = draft_crew(model, "Find the licences", "licences")
    assert [one.partition(":")[0] for one in repaired] == ["agents.analyst.goal", "agents.analyst.llm"]
    assert len(model.asked) == 2 and definition.manager == MANAGER_KEY
    complaint = model.asked[1][-1]["content"]
    assert "models are chosen by the tenant's policy" in complaint and "holds braces" in complaint


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("I cannot do that.", "the answer: holds no JSON object"),
        ("{'a': !!python/name:os.system }", "uses a tag"),
        ('{"agents": {"a": {"tools": ["subprocess:Popen"]}}}', "is missing"),
        ("{" * 100 + "}" * 100, "its text"),
    ],
)
def test_a_second_answer_that_may_not_stand_is_refused(answer, problem):
    with pytest.raises(InvalidCrew, match=problem):
        draft_crew(Model(answer, answer), "Find the licences", "licences")


def test_the_instructions_name_every_tool_and_every_cap():
    text = instructions()
    assert all(f"- {name}" in text for name in TOOLS)
    assert "at most 8 agents and 12 tasks, 6 tools for each agent" in text


@pytest.mark.parametrize("assignment", ["", "\u200b \n", "x" * 2001])
def test_an_assignment_that_says_nothing_or_too_much_is_refused(assignment):
    for draft in (lambda: draft_crew(Model(), assignment, "licences"), lambda: draft_offline(assignment, "licences")):
        with pytest.raises(ConfigError, match="describe what the crew should find out"):
            draft()


def test_drafting_offline_chooses_analysts_by_keywords_and_is_deterministic():
    wanted = "Which databases are out of support, and what are the risks of moving them?"
    definition = draft_offline(wanted, "support")
    assert list(definition.agents) == ["technology_analyst", "risk_analyst", "report_writer", MANAGER_KEY]
    assert definition == draft_offline(wanted, "support") == read_definition(definition.model_dump(mode="json"))
    assert definition.tasks[-1].context == ["look_as_technology_analyst", "look_as_risk_analyst"]
    assert all(wanted in task.description for task in definition.tasks)


def test_drafting_offline_looks_at_the_tenant_where_the_assignment_is_about_nothing_else():
    assert draft_offline("How far can we automate this?", "tiers").subject == "tenant"
    assert draft_offline("Which automation do the licences allow?", "tiers").subject == "application"
    assert "technology_analyst" in draft_offline("Hm.", "anything").agents


@pytest.mark.parametrize("wanted", ["{braces} and \u202ehidden", "x " * 990, *(one.words for one in ANALYSTS)])
def test_whatever_is_drafted_offline_may_stand(wanted):
    definition = draft_offline(wanted, "drafted")
    assert check_document(definition.model_dump(mode="json"))[1] == [] and definition.manager == MANAGER_KEY


def test_all_analysts_together_may_stand():
    everything = " ".join(one.words.replace("|", " ").replace("[cs]", "c") for one in ANALYSTS)
    assert len(draft_offline(everything, "everything").agents) == 8


@pytest.mark.parametrize(
    ("assignment", "name"),
    [
        ("Find out which licences are at risk", "crew_find_out_which_licences"),
        ("Überprüfe die Lizenzen!", "crew_berpr_fe_die_lizenzen"),
        ("???", "crew"),
        ("a" * 100, "crew_" + "a" * 34),
    ],
)
def test_a_draft_that_nobody_named_is_named_by_its_first_words(assignment, name):
    assert name_for(assignment) == name
