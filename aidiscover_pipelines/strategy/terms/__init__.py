"""The words that carry a signal: products, platforms, capabilities and stated intentions, as one table."""

from aidiscover_pipelines.strategy.terms.identity import IDENTITY_TERMS
from aidiscover_pipelines.strategy.terms.intent import INTENT_TERMS
from aidiscover_pipelines.strategy.terms.languages import LANGUAGE_TERMS
from aidiscover_pipelines.strategy.terms.platform import PLATFORM_TERMS
from aidiscover_pipelines.strategy.terms.standing import STANDING_TERMS
from aidiscover_pipelines.strategy.terms.term import Term

TERMS: tuple[Term, ...] = (*IDENTITY_TERMS, *PLATFORM_TERMS, *STANDING_TERMS, *INTENT_TERMS, *LANGUAGE_TERMS)

__all__ = ["TERMS", "Term"]
