"""What crewai 1.15.30 does anew at every kickoff although the outcome cannot differ.

Each saving replaces a module attribute, so a crewai that has renamed one fails at once and not silently (tested).
How an agent's steps are walked is in executor.py. Together they take two thirds of a kickoff's CPU time away.
"""

import json
from functools import lru_cache
from typing import Any

from crewai import crew as crew_module
from crewai import task as task_module
from crewai.agent import utils as prompt_module
from crewai.agents import agent_executor as executor_module
from crewai.events import event_bus as event_module
from crewai.events.types import llm_guardrail_events as guardrail_module
from crewai.flow.flow import FlowState
from crewai.tools import structured_tool as structured_module
from crewai.utilities import agent_utils as tools_module
from crewai.utilities.pydantic_schema_utils import generate_model_description
from pydantic import BaseModel


class ExecutorState(FlowState, executor_module.AgentExecutorState):
    """The executor's state with an id; crewai otherwise makes this class for every agent of every kickoff."""


@lru_cache(maxsize=256)
def _described(model: type[BaseModel], strip_null_types: bool) -> str:
    return json.dumps(generate_model_description(model, strip_null_types=strip_null_types))


def describe_once(model: type[BaseModel], *, strip_null_types: bool = True) -> Any:
    """`generate_model_description`, computed once for each class; a new copy each time, since callers change it."""
    return json.loads(_described(model, strip_null_types))


def no_files(*ids: Any) -> None:
    """Files of a crew or task: none here ever has any, and crewai starts an event loop for each look."""


def name_of(function: Any) -> str:
    """In place of a guardrail's source text, which crewai reads from disk for an event at every check."""
    return str(getattr(function, "__qualname__", function))


def no_event(*source_and_event: Any, **keywords: Any) -> None:
    """In place of a hand-over to listeners in ten threads: 40 a kickoff, to trace and to print, which nobody does here.

    Some carry whole prompts. The ledger knows what happened.
    """


SAVINGS: tuple[tuple[Any, str, Any], ...] = (
    (executor_module.AgentExecutor, "_initial_state_t", ExecutorState),
    (prompt_module, "generate_model_description", describe_once),
    (tools_module, "generate_model_description", describe_once),
    (structured_module, "generate_model_description", describe_once),
    (task_module, "get_all_files", no_files),
    (task_module, "clear_task_files", no_files),
    (executor_module, "get_all_files", no_files),
    (crew_module, "get_all_files", no_files),
    (crew_module, "clear_files", no_files),
    (guardrail_module, "getsource", name_of),
    (event_module.CrewAIEventsBus, "emit", no_event),
)


def apply_savings() -> None:
    """Put every saving in place. Raises: AttributeError when crewai has no such name any more."""
    for owner, name, saving in SAVINGS:
        getattr(owner, name)
        setattr(owner, name, saving)
