"""The offline analyst: calls the task's own tools once, then composes the contract from what they returned.

Deterministic, free, and never on the network; its records say `offline/...`. What it says is in crews/*/offline.py.
"""

from typing import Any

from pydantic import PrivateAttr

from aidiscover_pipelines.crews.spec import CrewSpec
from aidiscover_pipelines.domain.errors import Permanent
from resources.llm.local import LocalLLM, Message, ToolCall, tool_call, tool_results


class OfflineAnalyst(LocalLLM):
    """Speaks for every agent of one crew."""

    llm_type: str = "offline"
    _crew: CrewSpec = PrivateAttr()

    def decide(self, messages: list[Message], offered: list[str], task: Any) -> str | list[ToolCall]:
        """Tool calls until every tool of the agent has answered, then the composed contract."""
        results = tool_results(messages)
        agent = next(spec.agent for spec in self._crew.tasks if spec.key == task.name)
        own = [name for name in self._crew.tools[agent] if name in offered]
        if not any(message.get("role") == "tool" for message in messages) and own:
            return [tool_call(number, name, {}) for number, name in enumerate(own)]
        if failed := [name for name in own if name not in results]:
            raise Permanent(f"cannot compose {task.name}: tool {failed[0]!r} gave no result; see the tool's error")
        earlier = {one.name: one.output.pydantic for one in task.context or [] if one.output is not None}
        return self._crew.composers[task.name](results, earlier).model_dump_json()


def build_offline_analyst(model: str, crew: CrewSpec) -> OfflineAnalyst:
    """An analyst for one kickoff of that crew."""
    analyst = OfflineAnalyst(model=model)
    analyst._crew = crew
    return analyst
