import copy
from typing import Any

import pytest

from aidiscover_pipelines.crews import CREWS
from aidiscover_pipelines.crews.definition import ALL_TEXTS, MOST_AGENTS, MOST_TASKS, MOST_TOOLS
from aidiscover_pipelines.crews.definition_rules import FORBIDDEN, check_document, read_definition
from aidiscover_pipelines.domain.errors import InvalidCrew

PLAIN: dict[str, Any] = {
    "name": "licence_review",
    "description": "Which licences an application needs.",
    "agents": {
        "analyst": {"role": "Licence Analyst", "goal": "Find licences.", "backstory": "You read contracts.",
                    "tools": ["application_facts"]},
        "writer": {"role": "Writer", "goal": "Be clear.", "backstory": "You write for managers."},
    },
    "tasks": [
        {"name": "look", "description": "Look for licences.", "expected_output": "Licences.", "agent": "analyst"},
        {"name": "tell", "description": "Tell it.", "expected_output": "A summary.", "agent": "writer",
         "context": ["look"], "effort": "high"},
    ],
}  # fmt: skip


def changed(**parts: Any) -> dict[str, Any]:
    """PLAIN with parts replaced; `a__b` is a path, and a number in it a place in a list."""
    document = copy.deepcopy(PLAIN)
    for path, value in parts.items():
        *above, last = path.split("__")
        inner: Any = document
        for name in above:
            inner = inner[int(name) if name.isdigit() else name]
        inner[last] = value
    return document


def led(**parts: Any) -> dict[str, Any]:
    boss = {"role": "Lead", "goal": "Lead.", "backstory": "You lead."}
    return changed(process="hierarchical", manager="boss", agents__boss=boss, **parts)


def problems(document: Any) -> list[tuple[str, str]]:
    definition, found = check_document(document)
    assert (definition is None) == bool(found)
    return [(one.path, one.problem) for one in found]


def test_a_plain_definition_is_read_with_its_defaults():
    crew = read_definition(PLAIN)
    assert (crew.process, crew.subject, crew.manager, crew.memory, crew.enabled) == (
        "sequential", "application", None, False, True,
    )  # fmt: skip
    assert [task.effort for task in crew.tasks] == ["low", "high"]
    assert read_definition(crew.model_dump(mode="json")) == crew


def test_a_hierarchical_crew_needs_no_agent_on_its_tasks():
    crew = read_definition(led(tasks__0__agent=None, tasks__1__agent=None))
    assert crew.manager == "boss"


def test_hidden_characters_are_taken_out_of_texts_and_lines_stay():
    crew = read_definition(
        changed(
            tasks__0__description="Look\u202e here.\n\n\x07Then\u200b there.", agents__analyst__role="Licence\n Analyst"
        )
    )
    assert crew.tasks[0].description == "Look here.\nThen there."
    assert crew.agents["analyst"].role == "Licence Analyst"


AGENT = PLAIN["agents"]["analyst"]
TASK = PLAIN["tasks"][0]
REFUSED = {
    "no mapping": ([], "the document", "must map keys to values"),
    "nothing": (None, "the document", "must map keys to values"),
    "no name": ({k: v for k, v in PLAIN.items() if k != "name"}, "name", "is missing"),
    "bad name": (changed(name="Licence Review"), "name", "lower-case letters"),
    "built-in name": (changed(name="assessment"), "name", "is the name of a built-in crew"),
    "long name": (changed(name="a" * 41), "name", "lower-case letters"),
    "number": (changed(description=5), "description", "must be a text"),
    "empty text": (changed(description=" \u200b "), "description", "holds no visible text"),
    "long text": (changed(agents__analyst__goal="x" * 401), "agents.analyst.goal", "more than 400 characters"),
    "braces": (changed(tasks__0__description="Look at {secret}"), "tasks.0.description", "holds braces"),
    "process": (changed(process="random"), "process", "must be 'sequential', 'parallel' or 'hierarchical'"),
    "effort": (changed(tasks__0__effort="max"), "tasks.0.effort", "must be 'low' or 'high'"),
    "flag": (changed(memory="yes"), "memory", "must be true or false"),
    "subject": (changed(subject="planet"), "subject", "must be 'tenant' or 'application'"),
    "no agents": (changed(agents={}), "agents", "is empty"),
    "no tasks": (changed(tasks=[]), "tasks", "is empty"),
    "agents as list": (changed(agents=[AGENT]), "agents", "must map keys to entries"),
    "tasks as map": (changed(tasks={"a": TASK}), "tasks", "must be a list"),
    "agent key": (changed(agents={"An Analyst": AGENT}), "agents.An Analyst", "lower-case letters"),
    "many agents": (changed(agents={f"a{n}": AGENT for n in range(MOST_AGENTS + 1)}), "agents", "more than 8 entries"),
    "many tasks": (changed(tasks=[TASK] * (MOST_TASKS + 1)), "tasks", "more than 12 entries"),
    "many tools": (changed(agents__analyst__tools=["a1"] * (MOST_TOOLS + 1)), "agents.analyst.tools", "more than"),
    "unknown tool": (changed(agents__analyst__tools=["shell"]), "agents.analyst.tools.0", "is no registered tool"),
    "class": (changed(agents__analyst__tools=["subprocess:Popen"]), "agents.analyst.tools.0", "is no registered tool"),
    "custom": (changed(agents__analyst__tools=["custom:x"]), "agents.analyst.tools.0", "is no registered tool"),
    "tool object": (changed(agents__analyst__tools=[{"python": "os"}]), "agents.analyst.tools.0", "must be a text"),
    "tool twice": (changed(agents__analyst__tools=["application_facts"] * 2), "agents.analyst.tools.1", "stands twice"),
    "role's tool": (changed(agents__analyst__tools=["tier_draft"]), "agents.analyst.tools.0", "not for the role"),
    "same role": (changed(agents__writer__role="licence analyst"), "agents.writer.role", "role of 'analyst' as well"),
    "idle agent": (changed(tasks__1__agent="analyst"), "agents.writer", "has no task"),
    "no agent": (changed(tasks__0__agent=None), "tasks.0.agent", "is missing"),
    "unknown agent": (changed(tasks__1__agent="nobody"), "tasks.1.agent", "is no agent of the crew"),
    "task twice": (changed(tasks__1__name="look", tasks__1__context=[]), "tasks.1.name", "name of an earlier task"),
    "cycle": (changed(tasks__0__context=["tell"]), "tasks.0.context.0", "comes later or itself"),
    "itself": (changed(tasks__1__context=["tell"]), "tasks.1.context.0", "comes later or itself"),
    "unknown context": (changed(tasks__1__context=["lock"]), "tasks.1.context.0", "is no task of the crew"),
    "context twice": (changed(tasks__1__context=["look", "look"]), "tasks.1.context.1", "stands twice"),
    "needless manager": (changed(manager="writer"), "manager", "a sequential crew has none"),
    "no manager": (changed(process="hierarchical"), "manager", "is missing"),
    "unknown manager": (changed(process="hierarchical", manager="boss"), "manager", "is no agent of the crew"),
    "manager with tools": (led(agents__boss__tools=["risk_factors"]), "agents.boss.tools", "a manager has no tools"),
    "manager's task": (led(tasks__0__agent="boss", tasks__1__agent=None), "tasks.0.agent", "hands tasks on"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_what_breaks_a_rule_is_refused_with_path_and_reason(case):
    document, path, problem = REFUSED[case]
    found = problems(document)
    assert [one for one in found if one[0] == path and problem in one[1]], found
    with pytest.raises(InvalidCrew) as caught:
        read_definition(document)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("key", FORBIDDEN)
@pytest.mark.parametrize("place", ["", "agents__analyst__", "tasks__0__"], ids=["crew", "agent", "task"])
def test_nothing_that_runs_calls_out_or_chooses_a_model_is_allowed(key, place):
    found = check_document(changed(**{f"{place}{key}": {"python": "os.system"}}))[1]
    (problem,) = found
    assert problem.path == f"{place}{key}".replace("__", ".") and problem.problem == "is not allowed"
    assert FORBIDDEN[key] in str(problem) and "os.system" not in str(problem)


def test_all_problems_are_listed_and_the_first_is_raised():
    document = changed(
        tasks__0__agent="nobody", tasks__1__context=["gone"], agents__analyst__tools=["shell", "risk_factor"]
    )
    found = check_document(document, "x")[1]
    assert [one.path for one in found] == [
        "agents.analyst", "agents.analyst.tools.0", "agents.analyst.tools.1", "tasks.0.agent", "tasks.1.context.0",
    ]  # fmt: skip
    assert "did you mean risk_factors" in str(found[2])
    with pytest.raises(InvalidCrew) as caught:
        read_definition(document)
    assert str(caught.value) == str(found[0])


def test_all_texts_together_have_a_limit():
    agents = {f"a{n}": {**AGENT, "role": f"Role {n}", "backstory": "x" * 1000} for n in range(8)}
    tasks = [{**TASK, "name": f"t{n}", "agent": f"a{n % 8}", "description": "y" * 1100} for n in range(12)]
    ((path, problem),) = problems(changed(agents=agents, tasks=tasks))
    assert path == "agents and tasks" and "have 21," in problem and ALL_TEXTS == 20_000


def test_a_refusal_quotes_no_text_of_the_definition():
    secret = "sk-live-1234567890"
    for part in ("agents__analyst__goal", "tasks__0__description", "description"):
        for text in (secret + "x" * 5000, "{" + secret):
            assert secret not in " ".join(str(one) for one in check_document(changed(**{part: text}))[1])


def test_no_built_in_crew_can_be_replaced():
    assert all(problems(changed(name=name)) for name in CREWS)
