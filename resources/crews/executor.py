"""How an agent works on a task: crewai's own steps in crewai's own order, walked in place.

crewai runs them as a flow: an event loop, a search among 25 listeners for each step and a thread for each method, which
together take more than half of a kickoff. Where nobody plans the flow is a chain, and a chain needs none of that.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from crewai.agents.agent_executor import AgentExecutor

BEGIN = "initialize_reasoning"  # what crewai begins with where an agent does not plan


class ChainExecutor(AgentExecutor):
    """crewai's executor for agents that do not plan; everything but the walking is crewai's."""

    def kickoff(self, *_: Any, **__: Any) -> None:
        """Steps until one leads nowhere; the answer is then in `state`. As many rounds as `max_iter` allows."""
        steps, listening = _chain()
        name: str | None = BEGIN
        while name is not None:
            said = steps[name](self)
            name = listening.get(name) or listening.get(str(said))

    def _class_bound_methods(self) -> dict[Any, Callable[..., Any]]:
        """None are bound for each executor: `kickoff` calls those of the class."""
        return {}


@cache
def _chain() -> tuple[dict[str, Callable[..., Any]], dict[str, str]]:
    """Crewai's steps by name, and which of them listens to the end of a step or to what a step said."""
    declared = AgentExecutor.flow_definition().methods
    steps = {name: getattr(AgentExecutor, name).unwrap() for name in declared}
    listening = {
        event: name
        for name, step in declared.items()
        for event in (step.listen["or"] if isinstance(step.listen, dict) else [step.listen])
        if event is not None
    }
    return steps, listening
