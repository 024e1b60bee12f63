"""What crewai 1.15.30 does anew at every kickoff although the outcome cannot differ: together 40 % of its time.

Each saving replaces a module attribute, so a crewai that has renamed one fails at once and not silently (tested).
Median kickoff of three agents, three tasks and five calls on an idle core: 61 ms without, 34 ms with all of them.
"""

import asyncio
import json
from collections.abc import Callable
from contextvars import ContextVar
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from crewai import task as task_module
from crewai.agent import utils as prompt_module
from crewai.agents import agent_executor as executor_module
from crewai.events.types import llm_guardrail_events as guardrail_module
from crewai.flow import runtime as flow_module
from crewai.flow.flow import FlowState
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


# Whether this kickoff's model computes in this process, so that nothing is waited for.
computes_here: ContextVar[bool] = ContextVar("computes_here", default=False)


async def step(function: Callable[..., Any], /, *arguments: Any, **keywords: Any) -> Any:
    """`asyncio.to_thread`, but in place where the model computes here: 90 hand-overs cost a quarter of a kickoff."""
    if computes_here.get():
        return function(*arguments, **keywords)
    return await asyncio.to_thread(function, *arguments, **keywords)


SAVINGS: tuple[tuple[Any, str, Any], ...] = (
    (executor_module.AgentExecutor, "_initial_state_t", ExecutorState),
    (prompt_module, "generate_model_description", describe_once),
    (tools_module, "generate_model_description", describe_once),
    (task_module, "get_all_files", no_files),
    (task_module, "clear_task_files", no_files),
    (executor_module, "get_all_files", no_files),
    (guardrail_module, "getsource", name_of),
    (flow_module, "asyncio", SimpleNamespace(**{**vars(asyncio), "to_thread": step})),
)


def apply_savings() -> None:
    """Put every saving in place. Raises: AttributeError when crewai has no such name any more."""
    for owner, name, saving in SAVINGS:
        getattr(owner, name)
        setattr(owner, name, saving)
