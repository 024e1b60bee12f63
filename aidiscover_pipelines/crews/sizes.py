"""What a kickoff takes by its declared texts: the estimate for a crew that nobody has run yet."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from aidiscover_pipelines.crews.spec import CrewSpec, TaskSpec

CHARS_PER_TOKEN = 4
# From offline kickoffs of the sample portfolio (43 kickoffs, 198 calls): a tool's schema in the prompt, what a tool
# returns, a request for tools, and an answer. An answer is also in the prompt of each task that builds on it.
TOOL_SCHEMA, TOOL_RESULT, TOOL_REQUEST, ANSWER = 60, 450, 40, 330


@dataclass(frozen=True, slots=True)
class Estimate:
    """Calls of one task, and their tokens in all."""

    calls: int
    prompt_tokens: int
    completion_tokens: int


def declared_sizes(crew: CrewSpec) -> Mapping[str, Estimate]:
    """By task key. An agent with tools asks them all in one call and answers in the next; one without answers."""
    return {task.key: _estimate(crew, task) for task in crew.tasks}


def _estimate(crew: CrewSpec, task: TaskSpec) -> Estimate:
    agent = crew.agents.get(task.agent or crew.manager)
    texts = [task.description, task.expected_output, json.dumps(task.contract.model_json_schema())]
    texts += [agent.role, agent.goal, agent.backstory] if agent else []
    tools = len(crew.tools.get(agent.key, ())) if agent else 0
    asked = sum(map(len, texts)) // CHARS_PER_TOKEN + TOOL_SCHEMA * tools + ANSWER * len(task.context)
    if not tools:
        return Estimate(1, asked, ANSWER)
    return Estimate(2, 2 * asked + TOOL_REQUEST + TOOL_RESULT * tools, TOOL_REQUEST + ANSWER)
