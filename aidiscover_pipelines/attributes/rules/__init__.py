"""What may be concluded about an attribute that nobody recorded: one row per rule, tried in order."""

from aidiscover_pipelines.attributes.rules.application import APPLICATION_RULES
from aidiscover_pipelines.attributes.rules.business import BUSINESS_RULES, DEBT_RULES
from aidiscover_pipelines.attributes.rules.infrastructure import INFRASTRUCTURE_RULES
from aidiscover_pipelines.attributes.rules.rule import FIRM, FOLLOWS, WEAK, Inference

INFERENCES: tuple[Inference, ...] = (*INFRASTRUCTURE_RULES, *APPLICATION_RULES, *BUSINESS_RULES, *DEBT_RULES)

__all__ = ["FIRM", "FOLLOWS", "INFERENCES", "WEAK", "Inference"]
