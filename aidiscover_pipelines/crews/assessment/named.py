"""Which strategy each agent of the assessment crew named for an application: whom a person's decision upholds.

The conversation says it, as long as it is kept: the last answer of each task that names a strategy. Without one, the
agent that decides within the crew, whose choice the later ones take over, is held to have named the crew's answer.
"""

import json
from collections.abc import Mapping

import pandas as pd

from aidiscover_pipelines.crews.assessment.crew import crew
from aidiscover_pipelines.domain.crew import ANSWERED, APPLICATION
from aidiscover_pipelines.domain.tables import CrewAnswer, CrewMessage
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.domain.vocabulary import Strategy
from aidiscover_pipelines.ports import Condition, PortfolioStore

NAMED = "strategy"
# Messages of the latest kickoffs: one kickoff has some ten answers of agents, repairs included.
_MESSAGES = 40


def strategies_named(store: PortfolioStore, tenant: TenantId, application: str) -> dict[str, str]:
    """Agent -> the strategy that it named when this application was asked about last; empty where nobody was asked."""
    subject = f"{APPLICATION}{application}"
    answers = store.read(tenant, CrewAnswer, crew=crew().name, subject=subject, status=ANSWERED)
    if answers.empty:
        return {}
    conditions = [Condition("crew", "=", crew().name), Condition("subject", "=", subject)]
    messages, _ = store.page(
        tenant,
        CrewMessage,
        [*conditions, Condition("role", "=", "assistant")],
        order=("-at", "-number"),
        limit=_MESSAGES,
    )
    told = _told(messages)
    if told:
        return told
    named = {str(answer.get(NAMED)) for answer in answers["answer"]}
    decides = next(task.agent for task in crew().tasks if NAMED in task.contract.model_fields)
    return {decides: named.pop()} if len(named) == 1 else {}


def _told(messages: pd.DataFrame) -> dict[str, str]:
    """From the latest kickoff's messages, the latest first."""
    if messages.empty:
        return {}
    latest = messages[messages["kickoff_id"] == messages["kickoff_id"].iat[0]]
    agents = {task.key: task.agent for task in crew().tasks if NAMED in task.contract.model_fields}
    found: dict[str, str] = {}
    for task, content in zip(latest["task"], latest["content"], strict=True):
        strategy = _strategy(str(content))
        if task in agents and strategy:
            found.setdefault(agents[str(task)], strategy)
    return found


def _strategy(content: str) -> str:
    """The strategy of an answer's JSON object; empty where there is none."""
    start, end = content.find("{"), content.rfind("}")
    try:
        answer = json.loads(content[start : end + 1])
    except ValueError:
        return ""
    named = str(answer.get(NAMED)) if isinstance(answer, Mapping) else ""
    return named if named in set(Strategy) else ""
