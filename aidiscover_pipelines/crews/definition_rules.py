"""What a crew definition must keep to: its shape, and what its parts say about each other. All problems or none."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from aidiscover_pipelines.crews import CREWS
from aidiscover_pipelines.crews.definition import ALL_TEXTS, Definition
from aidiscover_pipelines.crews.text import clipped, listed
from aidiscover_pipelines.crews.tools import TOOLS, allowed
from aidiscover_pipelines.domain.errors import InvalidCrew

# Names of built-in crews: a tenant's crew of that name would answer cases that are not its own.
RESERVED = tuple(CREWS)
KEY_RULE = "must be 2 to 40 lower-case letters, digits and underscores, a letter first"
_MODELS = "models are chosen by the tenant's policy; see 'aidiscover llm policy'"
_CODE = "a definition names no code, no classes and no files"
_OUTSIDE = "agents read a case through registered tools and nothing else"
_SHAPE = "the answer's shape is always summary, findings, evidence"
_LIMITS = "calls and time are bounded for every crew alike"

# Keys that CrewAI knows and a definition may not have -> why.
FORBIDDEN: Mapping[str, str] = {
    **dict.fromkeys(("llm", "model", "manager_llm", "function_calling_llm", "chat_llm", "planning_llm"), _MODELS),
    **dict.fromkeys(("type", "python", "settings", "config", "from_repository", "converter_cls", "files"), _CODE),
    **dict.fromkeys(("callback", "callbacks", "step_callback", "task_callback", "guardrail", "guardrails"), _CODE),
    **dict.fromkeys(("before_kickoff_callbacks", "after_kickoff_callbacks", "executor_class"), _CODE),
    **dict.fromkeys(("allow_code_execution", "code_execution_mode", "output_file", "output_log_file"), _CODE),
    **dict.fromkeys(("apps", "mcps", "knowledge", "knowledge_sources", "embedder", "input_files", "skills"), _OUTSIDE),
    **dict.fromkeys(("inputs", "input", "multimodal", "human_input", "security_config", "a2a"), _OUTSIDE),
    **dict.fromkeys(("output_pydantic", "output_json", "response_model", "response_format", "markdown"), _SHAPE),
    **dict.fromkeys(("max_iter", "max_rpm", "max_execution_time", "max_retry_limit", "planning", "cache"), _LIMITS),
    "planning_config": _LIMITS,
    "verbose": _LIMITS,
    "allow_delegation": "a hierarchical crew's manager delegates, and nobody else",
    "async_execution": "write process: parallel",
    "manager_agent": "write manager",
}


def read_definition(document: Any, crew: str = "") -> Definition:
    """The definition that the document holds. Raises: InvalidCrew, the first of `problems_of`."""
    definition, problems = check_document(document, crew)
    if definition is None:
        raise problems[0]
    return definition


def check_document(document: Any, crew: str = "") -> tuple[Definition | None, list[InvalidCrew]]:
    """The definition, or None and every problem found. `crew` is the name that messages use where it has none.

    The shape is judged first; what parts say about each other only where the shape is right.
    """
    named = document.get("name") if isinstance(document, Mapping) else None
    name = clipped(named, 40) if isinstance(named, str) and named.strip() else crew or "without a name"
    try:
        definition = Definition.model_validate(document)
    except ValidationError as error:
        return None, [_shape_problem(name, one) for one in error.errors(include_url=False, include_input=False)]
    problems = [
        InvalidCrew(name, path, problem, remedy)
        for rule in (_names, _managers, _agents, _tools, _tasks, _length)
        for path, problem, remedy in rule(definition)
    ]
    return (None, problems) if problems else (definition, [])


Problem = tuple[str, str, str]  # path, problem, remedy


def _names(crew: Definition) -> Iterator[Problem]:
    if crew.name in RESERVED:
        yield "name", f"{crew.name!r} is the name of a built-in crew", "choose another name"


def _managers(crew: Definition) -> Iterator[Problem]:
    if crew.process != "hierarchical":
        if crew.manager is not None:
            yield "manager", f"a {crew.process} crew has none", "remove it, or write process: hierarchical"
        return
    if crew.manager is None:
        yield "manager", "is missing", "name the agent that leads the crew; it needs no tools"
    elif crew.manager not in crew.agents:
        yield "manager", f"{crew.manager!r} is no agent of the crew", f"use one of {listed(list(crew.agents), 8)}"
    else:
        if crew.agents[crew.manager].tools:
            yield f"agents.{crew.manager}.tools", "a manager has no tools", "give them to the agent that does the work"
        if len(crew.agents) == 1:
            yield "agents", "a manager needs somebody to lead", "add an agent, or write process: sequential"


def _agents(crew: Definition) -> Iterator[Problem]:
    roles: dict[str, str] = {}
    for key, agent in crew.agents.items():
        if first := roles.get(agent.role.casefold()):
            yield f"agents.{key}.role", f"is the role of {first!r} as well", "give each agent a role of its own"
        roles.setdefault(agent.role.casefold(), key)
    chosen = any(task.agent is None for task in crew.tasks)  # by the manager, among all
    busy = {task.agent for task in crew.tasks} | {crew.manager}
    for key in () if chosen else crew.agents:
        if key not in busy:
            yield f"agents.{key}", "has no task", "give it one or remove it"


def _tools(crew: Definition) -> Iterator[Problem]:
    for key, agent in crew.agents.items():
        for number, name in enumerate(agent.tools):
            path = f"agents.{key}.tools.{number}"
            if name in agent.tools[:number]:
                yield path, f"{name!r} stands twice", "remove one"
            elif name not in TOOLS:
                yield path, f"{name!r} is no registered tool", _which(name, TOOLS)
            elif not allowed(agent.role, name):
                roles = listed(sorted(TOOLS[name].roles), most=len(TOOLS[name].roles)).replace(" and ", " or ")
                yield (
                    path,
                    f"{name!r} is not for the role {agent.role!r}",
                    f"only an agent with role {roles} may use it",
                )


def _tasks(crew: Definition) -> Iterator[Problem]:
    names = [task.name for task in crew.tasks]
    workers = [key for key in crew.agents if key != crew.manager]
    for number, task in enumerate(crew.tasks):
        path = f"tasks.{number}"
        if task.name in names[:number]:
            yield f"{path}.name", f"{task.name!r} is the name of an earlier task", "give each task a name of its own"
        if task.agent is None and crew.process != "hierarchical":
            yield f"{path}.agent", "is missing", f"use one of {listed(workers, 8)}"
        elif task.agent is not None and task.agent not in workers:
            role = "the manager, which hands tasks on" if task.agent == crew.manager else "no agent of the crew"
            yield f"{path}.agent", f"{task.agent!r} is {role}", f"use one of {listed(workers, 8)}"
        for place, needed in enumerate(task.context):
            if needed not in names[:number]:
                known = "a task that comes later or itself" if needed in names else "no task of the crew"
                yield f"{path}.context.{place}", f"{needed!r} is {known}", "name earlier tasks only"
            elif needed in task.context[:place]:
                yield f"{path}.context.{place}", f"{needed!r} stands twice", "remove one"


def _length(crew: Definition) -> Iterator[Problem]:
    agents = sum(len(agent.role) + len(agent.goal) + len(agent.backstory) for agent in crew.agents.values())
    tasks = sum(len(task.description) + len(task.expected_output) for task in crew.tasks)
    if agents + tasks > ALL_TEXTS:
        yield "agents and tasks", f"their texts have {agents + tasks:,} characters", f"keep to {ALL_TEXTS:,} in all"


def _which(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, list(known), n=3, cutoff=0.5)
    return f"did you mean {listed(near)}?" if near else f"use one of {listed(sorted(known), most=50)}"


def _shape_problem(crew: str, error: ErrorDetails) -> InvalidCrew:
    """A pydantic error in the words of somebody who writes a definition; quotes names, never texts."""
    kind, given = error["type"], error.get("ctx", {})
    path = ".".join(clipped(str(part), 60) for part in error["loc"] if part != "[key]") or "the document"
    last = str(error["loc"][-1]) if error["loc"] else ""
    if kind == "extra_forbidden":
        return InvalidCrew(crew, path, "is not allowed", FORBIDDEN.get(last, "remove it; it is no key of a definition"))
    if kind == "string_pattern_mismatch" and "tools" in error["loc"]:
        return InvalidCrew(crew, path, "is no registered tool", f"use one of {listed(sorted(TOOLS), most=50)}")
    problem, remedy = {
        "missing": ("is missing", "add it"),
        "string_type": ("must be a text", "put it into quotes"),
        "bool_type": ("must be true or false", "write true or false without quotes"),
        "string_too_long": (f"has more than {given.get('max_length')} characters", "shorten it"),
        "string_pattern_mismatch": (KEY_RULE, "rename it"),
        "too_long": (f"has more than {given.get('max_length')} entries", "split the crew, or leave some out"),
        "too_short": ("is empty", "add at least one entry"),
        "literal_error": (f"must be {given.get('expected')}", "choose one of them"),
        "value_error": (str(given.get("error")), "rewrite it"),
        "dict_type": ("must map keys to entries", "see docs/crews.md for an example"),
        "list_type": ("must be a list", "see docs/crews.md for an example"),
        "model_type": ("must map keys to values", "see docs/crews.md for an example"),
    }.get(kind, (f"does not fit ({kind})", "see docs/crews.md for an example"))
    return InvalidCrew(crew, path, problem, remedy)
