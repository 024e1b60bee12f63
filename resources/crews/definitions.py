"""Definitions of a tenant's crews where models and CrewAI come in: drafting one, and a second opinion on its shape.

CrewAI's loader itself is not used: it imports what a definition names, and builds models that need keys. A checked
definition becomes a `CrewSpec`, and `kickoff` builds agents and tasks from that.
"""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aidiscover_pipelines.crews.definition import Definition
from aidiscover_pipelines.crews.drafting import draft_crew
from aidiscover_pipelines.crews.drafting_offline import DRAFTED_BY, draft_offline
from aidiscover_pipelines.domain.errors import InvalidCrew
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.governance.budget import open_book
from aidiscover_pipelines.governance.kept import KeptAnswers
from aidiscover_pipelines.governance.ledger import Asker, CallScope, Ledger
from aidiscover_pipelines.governance.models import chosen_model
from aidiscover_pipelines.governance.policy import read_policy
from aidiscover_pipelines.governance.redaction.redactor import Redactor
from aidiscover_pipelines.ports import PortfolioStore
from resources.crews.open import provider_backend
from resources.llm.completion import Backend
from resources.llm.environment import import_crewai
from resources.llm.governor import Governor, Rules
from resources.llm.providers import is_offline

# Under this name calls for drafting stand in the ledger and in model_for.
DRAFTING = "crew_drafting"


def draft_definition(
    settings: Settings, store: PortfolioStore, tenant: TenantId, assignment: str, name: str
) -> tuple[Definition, str, list[str]]:
    """A checked definition, who drafted it, and what had to be repaired. Stores nothing but the ledger's rows.

    Raises: ConfigError, InvalidCrew, and what a provider raises.
    """
    if is_offline(settings.model):
        return draft_offline(assignment, name), DRAFTED_BY, []
    backend = provider_backend(settings, store, tenant)
    definition, repaired = draft_with(backend, settings.model, store, tenant, assignment, name)
    return definition, settings.model, repaired


def draft_with(
    backend: Backend, chain: str, store: PortfolioStore, tenant: TenantId, assignment: str, name: str
) -> tuple[Definition, list[str]]:
    """`draft_crew` with a model that is governed like every other: budget, redaction, kept answers and ledger."""
    policy = read_policy(store, tenant)
    run_id = str(uuid.uuid4())
    book = open_book(store, tenant, run_id, policy.budget, datetime.now(UTC))
    ledger = Ledger(store, CallScope(tenant, run_id, "", DRAFTING, name))
    rules = Rules(backend, chain, book, KeptAnswers(store, tenant, policy.keep_days.answers))
    governor = Governor(rules, ledger, Redactor(is_personal=policy.redact_personal))
    model = chosen_model(policy, DRAFTING, "draft", "high")

    def ask(messages: list[dict[str, str]]) -> str:
        return str(governor.ask(messages, (), Asker(task="draft"), model))

    try:
        return draft_crew(ask, assignment, name)
    except InvalidCrew:
        governor.forget_answers()
        raise
    finally:
        ledger.write()


def check_with_crewai(definition: Definition, home: Path) -> None:
    """Raises: InvalidCrew where crewai.project.CrewDefinition refuses it. Imports crewai, 4 s the first time."""
    import_crewai(home)
    from crewai.process import Process
    from crewai.project import CrewDefinition
    from pydantic import ValidationError

    document = as_crewai_spells_it(definition)
    try:
        CrewDefinition.model_validate(document)
        Process(document["process"])
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        path = ".".join(map(str, first["loc"])) or "the document"
        raise InvalidCrew(definition.name, path, f"CrewAI says: {first['msg']}", "correct it") from None


def as_crewai_spells_it(definition: Definition) -> dict[str, Any]:
    """The definition with CrewAI's keys: parallel is a sequential crew whose tasks may run at the same time."""
    is_led = definition.process == "hierarchical"
    return {
        "name": definition.name,
        "process": "hierarchical" if is_led else "sequential",
        "manager_agent": definition.manager,
        "memory": definition.memory,
        "agents": {key: agent.model_dump(mode="json") for key, agent in definition.agents.items()},
        "tasks": [_task(task.model_dump(mode="json")) for task in definition.tasks],
    }


def _task(task: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in task.items() if name != "effort"}
