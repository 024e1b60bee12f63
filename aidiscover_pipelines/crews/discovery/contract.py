"""Answers of the discovery crew."""

from typing import Annotated

from pydantic import AfterValidator, Field

from aidiscover_pipelines.crews.contract import Contract, EvidenceIds, Phrase
from aidiscover_pipelines.crews.text import visible

Name = Annotated[str, Field(max_length=200)]
Label = Annotated[str, Field(max_length=80), AfterValidator(visible)]
Description = Annotated[str, Field(max_length=600), AfterValidator(visible)]
Phrases = Annotated[list[Phrase], Field(max_length=70)]


class ColumnMeaning(Contract):
    """The canonical field that a doubtful column holds, one of those offered for it, or none."""

    file_id: Name
    sheet_index: Annotated[int, Field(ge=1)]
    column_index: Annotated[int, Field(ge=1)]
    field: Name | None = Field(description="The field taken, an alternative, or null to leave the column out")
    why: Phrase


class Question(Contract):
    """What to ask a person about one attribute of one application."""

    application_id: Name
    attribute: Name
    question: Phrase


ColumnMeanings = Annotated[list[ColumnMeaning], Field(max_length=70)]
Questions = Annotated[list[Question], Field(max_length=22)]


class SourceReview(Contract):
    """What the sources say, and the doubtful columns that can be decided."""

    mappings: ColumnMeanings = Field(description="Only columns that the tool results settle; the rest stays in review")
    findings: Phrases = Field(description="What a person should know about these sources")
    evidence: EvidenceIds


class GapReview(Contract):
    """The gaps that matter and the cheapest questions."""

    questions: Questions = Field(description="One for each gap worth closing, the most useful first")
    findings: Phrases
    evidence: EvidenceIds


class DiscoveryAnswer(Contract):
    """Name of the pattern, decided columns and questions, ready to be shown."""

    label: Label | None = Field(description="Short archetype name; null without a pattern")
    description: Description | None = Field(description="What the members share; null without a pattern")
    mappings: ColumnMeanings
    questions: Questions
    findings: Phrases
    evidence: EvidenceIds
