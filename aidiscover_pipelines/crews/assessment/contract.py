"""Answers of the assessment crew."""

from typing import Annotated, Literal

from pydantic import Field

from aidiscover_pipelines.crews.contract import Contract, EvidenceIds, Paragraph, Phrase
from aidiscover_pipelines.domain.vocabulary import RiskLevel, Strategy

Phrases = Annotated[list[Phrase], Field(max_length=12)]


class Considered(Contract):
    """A strategy that was not chosen."""

    strategy: Strategy
    why_not: Phrase


class Risk(Contract):
    """A risk of the chosen strategy and what to do about it."""

    kind: Literal["technical", "operational", "business"]
    level: RiskLevel
    risk: Phrase
    mitigation: Phrase
    evidence: EvidenceIds


AllConsidered = Annotated[list[Considered], Field(max_length=5, description="Each strategy that was not chosen")]
Risks = Annotated[list[Risk], Field(max_length=10)]


class OptionsWeighed(Contract):
    """The strategy chosen within the allowed set, and the others."""

    strategy: Strategy
    rationale: Paragraph = Field(description="Why this one, from policy reasons and recorded facts")
    considered: AllConsidered
    next_steps: Phrases = Field(description="What the strategy needs, first things first")
    evidence: EvidenceIds


class RiskRegister(Contract):
    """Risks of moving this application, highest first."""

    risks: Risks
    evidence: EvidenceIds


class AssessmentAnswer(Contract):
    """The disposition as a consultant would present it."""

    strategy: Strategy
    rationale: Paragraph
    considered: AllConsidered
    risks: Risks
    next_steps: Phrases
    evidence: EvidenceIds
