"""Drafting a crew from a task in words: a model proposes, the rules check, one repair is asked for, a person approves.

A drafted crew is always led by a manager: whoever wrote it has not seen the case, so somebody must who decides what to
do next. What is drafted is data in the tenant's hands, and nothing of it runs before it is approved.
"""

from collections.abc import Callable, Mapping
from typing import Any

from aidiscover_pipelines.crews import definition as caps
from aidiscover_pipelines.crews.definition import Definition
from aidiscover_pipelines.crews.definition_rules import check_document
from aidiscover_pipelines.crews.definition_text import read_text
from aidiscover_pipelines.crews.text import clipped, listed
from aidiscover_pipelines.crews.tools import TOOLS
from aidiscover_pipelines.domain.errors import ConfigError, InvalidCrew

MOST_ASSIGNMENT = 2000
MANAGER_KEY = "crew_manager"
MANAGER: Mapping[str, Any] = {
    "role": "Crew Manager",
    "goal": "Have each task done by the agent that suits it, and answer for what comes back.",
    "backstory": (
        "You lead small teams of analysts. You hand each piece of work to one of them with everything they need to "
        "know, read what comes back critically, and take nothing into your answer that no evidence carries."
    ),
}

# Left out of names.
_SMALL_WORDS = frozenset(
    ("a", "an", "and", "are", "as", "at", "by", "for", "from", "in", "is", "of", "on", "the", "to")
)

# One message of a conversation: {"role", "content"}; the model's answer as text.
Ask = Callable[[list[dict[str, str]]], str]


def draft_crew(ask: Ask, assignment: str, name: str) -> tuple[Definition, list[str]]:
    """A checked definition, and what the first answer broke where it had to be repaired.

    Raises: ConfigError for an empty or overlong assignment, InvalidCrew where the second answer may not stand either.
    """
    messages = [
        {"role": "system", "content": instructions()},
        {"role": "user", "content": f"The assignment:\n{checked_assignment(assignment)}"},
    ]
    text = ask(messages)
    definition, problems = _read(text, name)
    if definition is not None:
        return definition, []
    told = [f"{one.path}: {one.problem}" for one in problems]
    messages += [
        {"role": "assistant", "content": text},
        {"role": "user", "content": "The rules refuse this:\n" + "\n".join(map(str, problems)) + "\nAnswer again."},
    ]
    definition, problems = _read(ask(messages), name)
    if definition is None:
        raise problems[0]
    return definition, told


def checked_assignment(assignment: str) -> str:
    """The assignment without hidden characters. Raises: ConfigError where it is empty or too long."""
    shown = caps.shown_lines(assignment)
    if not shown or len(shown) > MOST_ASSIGNMENT:
        raise ConfigError(
            f"cannot draft a crew: its assignment has {len(shown):,} visible characters; describe what the crew "
            f"should find out in 1 to {MOST_ASSIGNMENT:,} characters"
        )
    return shown


def with_manager(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document as a hierarchical crew; a manager is added where it names none."""
    agents = document.get("agents")
    led = {**document, "process": "hierarchical"}
    if led.get("manager") is None and isinstance(agents, Mapping):
        led |= {"manager": MANAGER_KEY, "agents": {**agents, MANAGER_KEY: dict(MANAGER)}}
    return led


def instructions() -> str:
    """What a model is told about definitions: the shape, the caps and the tools."""
    tools = "\n".join(f"- {name}{_roles(tool.roles)}: {tool.description}" for name, tool in TOOLS.items())
    return f"""You design small crews of agents that examine an inventory of applications before a cloud migration.
Answer with one JSON object and nothing else:
{{"description": "what the crew is for, one sentence", "subject": "application" or "tenant",
 "manager": "key of the leading agent, which has no tools",
 "agents": {{"key": {{"role": "", "goal": "", "backstory": "", "tools": ["names from the list"]}}}},
 "tasks": [{{"name": "key", "description": "", "expected_output": "", "agent": "key of the agent that works on it",
   "context": ["names of earlier tasks whose answers are needed"], "effort": "low" or "high"}}]}}
Rules: at most {caps.MOST_AGENTS} agents and {caps.MOST_TASKS} tasks, {caps.MOST_TOOLS} tools for each agent; prefer
two to four agents. Keys are lower-case letters, digits and underscores. Each role differs. Every agent but the manager
has a task. Texts: role {caps.ROLE}, goal {caps.GOAL}, backstory {caps.BACKSTORY}, task description {caps.DESCRIPTION},
expected_output {caps.EXPECTED} characters, no braces in them. No other keys: models, code, files, URLs and callbacks
are not yours to choose. The crew's answer is always a summary with findings that cite evidence from tool results.
The tools, which only read:
{tools}"""


def _roles(roles: frozenset[str]) -> str:
    named = sorted(roles - {"any"})
    return "" if "any" in roles else f" (only for the role {listed(named, most=7).replace(' and ', ' or ')})"


def _read(text: str, name: str) -> tuple[Definition | None, list[InvalidCrew]]:
    """The definition in an answer, which may stand between prose or code fences."""
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        return None, [InvalidCrew(name, "the answer", "holds no JSON object", "answer with the JSON object only")]
    try:
        document = read_text(text[start : end + 1].encode("utf-8", "replace"), name)
    except InvalidCrew as problem:
        return None, [problem]
    if not isinstance(document, Mapping):
        return None, [InvalidCrew(name, "the answer", "is no JSON object", "answer with the JSON object only")]
    return check_document(with_manager({**document, "name": name}), name)


def name_for(assignment: str) -> str:
    """A name made of the first words of the assignment, for a draft that nobody has named."""
    letters = "".join(each if each.isascii() and each.isalnum() else " " for each in assignment.lower())
    words = [word for word in letters.split() if word not in _SMALL_WORDS][:4]
    return clipped("_".join(["crew", *words]), 40).rstrip("_…")
