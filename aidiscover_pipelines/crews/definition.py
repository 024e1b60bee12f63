"""A crew as a tenant writes it: a YAML or JSON document with texts, names and choices, and nothing that can be run.

The shape and its caps are here, what the parts may say about each other in `definition_rules`, reading in
`definition_text`. Models, tool classes, URLs and code have no place in it: the tenant's policy chooses models, and
tools are named as the registry names them.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict

from aidiscover_pipelines.crews.spec import Effort, Process
from aidiscover_pipelines.crews.text import visible

# A crew is a handful of people with a handful of tasks: each task is at least one paid call, mostly two or three, and
# a manager with more than seven to choose from chooses badly.
MOST_AGENTS = 8
MOST_TASKS = 12
MOST_TOOLS = 6
ROLE, GOAL, BACKSTORY = 80, 400, 1000
DESCRIPTION, EXPECTED = 2000, 600
# All texts together: a prompt holds one agent's and one task's, and a person must be able to read and approve them all.
ALL_TEXTS = 20_000

Key = Annotated[str, Strict(), Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
Subject = Literal["tenant", "application"]


def shown_lines(text: str) -> str:
    """The text line by line without hidden characters."""
    return "\n".join(line for line in map(visible, text.splitlines()) if line)


def plain(text: str) -> str:
    """The text as it stands in a prompt. Raises: ValueError where it is empty or holds braces."""
    shown = shown_lines(text)
    if not shown:
        raise ValueError("holds no visible text")
    if "{" in shown or "}" in shown:
        raise ValueError("holds braces, which CrewAI would fill in; values reach agents through tools only")
    return shown


def one_line(text: str) -> str:
    """`plain`, on one line."""
    return plain(text.replace("\n", " "))


Role = Annotated[str, Strict(), Field(max_length=ROLE), AfterValidator(one_line)]
Line = Annotated[str, Strict(), Field(max_length=GOAL), AfterValidator(one_line)]


class Part(BaseModel):
    """Base: no unknown keys, nothing changes after it was read."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DefinedAgent(Part):
    """One agent."""

    role: Role = Field(description="Who it is, in a few words; agents are told apart by it")
    goal: Line = Field(description="What it is after")
    backstory: Annotated[str, Strict(), Field(max_length=BACKSTORY), AfterValidator(plain)] = Field(
        description="What it knows and how it works"
    )
    tools: list[Key] = Field([], max_length=MOST_TOOLS, description="Names in the tool registry")


class DefinedTask(Part):
    """One task."""

    name: Key = Field(description="Key of the task")
    description: Annotated[str, Strict(), Field(max_length=DESCRIPTION), AfterValidator(plain)] = Field(
        description="What to do"
    )
    expected_output: Annotated[str, Strict(), Field(max_length=EXPECTED), AfterValidator(plain)] = Field(
        description="What the findings should say; the shape is always summary, findings, evidence"
    )
    agent: Key | None = Field(None, description="Key of the agent; a hierarchical crew's manager may choose instead")
    context: list[Key] = Field([], max_length=MOST_TASKS - 1, description="Earlier tasks whose answers it needs")
    effort: Effort = Field("low", description="high where something is decided: the tenant's policy picks the model")


class Definition(Part):
    """The whole crew. Checked by `definition_rules.read_definition`, never made directly from what a person wrote."""

    name: Key = Field(description="Name of the crew, unique within the tenant")
    description: Line = Field(description="What it is for, in one sentence")
    process: Process = Field("sequential", description="How the tasks are worked on")
    subject: Subject = Field("application", description="What one case is about: the tenant or one application")
    agents: dict[Key, DefinedAgent] = Field(min_length=1, max_length=MOST_AGENTS, description="Agents by key")
    tasks: list[DefinedTask] = Field(min_length=1, max_length=MOST_TASKS, description="Tasks in order")
    manager: Key | None = Field(None, description="Key of the agent that leads a hierarchical crew; it has no tools")
    memory: Annotated[bool, Strict()] = Field(False, description="Whether every agent has the recall tool too")
    enabled: Annotated[bool, Strict()] = Field(True, description="Whether bulk discovery runs it")
