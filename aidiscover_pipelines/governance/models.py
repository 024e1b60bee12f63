"""Which model a task asks: the tenant's own choice where there is one, else a tier by what the policy favours."""

from collections.abc import Mapping
from typing import Literal

from aidiscover_pipelines.governance.policy import LlmPolicy

Tier = Literal["small", "large"]

# What the policy favours, by what the task takes: low for reading and sorting, high for weighing and deciding.
TIERS: Mapping[str, Mapping[str, Tier]] = {
    "cost": {"low": "small", "high": "small"},
    "balanced": {"low": "small", "high": "large"},
    "accuracy": {"low": "large", "high": "large"},
}


def tier_for(favours: str, effort: str) -> Tier:
    """The tier of models for a task."""
    return TIERS[favours][effort]


def chosen_model(policy: LlmPolicy, crew: str, task: str, effort: str) -> str:
    """A model as litellm spells it where `model_for` names one for crew.task or for crew, else small or large."""
    named = policy.model_for.get(f"{crew}.{task}") or policy.model_for.get(crew)
    return named or tier_for(policy.models, effort)
