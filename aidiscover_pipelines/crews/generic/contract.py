"""Answers of a tenant's own crews: the shape is one for all, so that any of them can be stored, checked and shown."""

from typing import Annotated

from pydantic import Field

from aidiscover_pipelines.crews.contract import Contract, EvidenceIds, Paragraph, Phrase

MOST_FINDINGS = 20


class Finding(Contract):
    """One thing that was found out, and the evidence that carries it."""

    statement: Phrase
    evidence: EvidenceIds


class CrewFindings(Contract):
    """What a crew found out about its subject."""

    summary: Paragraph = Field(description="The answer in a few sentences, for somebody who has not seen the facts")
    findings: Annotated[list[Finding], Field(max_length=MOST_FINDINGS)]
    evidence: EvidenceIds
