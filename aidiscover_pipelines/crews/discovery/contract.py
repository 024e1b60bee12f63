"""Answers of the discovery crew."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from aidiscover_pipelines.crews.contract import Contract, EvidenceIds, Phrase
from aidiscover_pipelines.crews.text import visible

Name = Annotated[str, Field(max_length=200)]
Label = Annotated[str, Field(max_length=80), AfterValidator(visible)]
Description = Annotated[str, Field(max_length=600), AfterValidator(visible)]
Phrases = Annotated[list[Phrase], Field(max_length=70)]
# A value fits a table cell, a gap report a person's first look at a pattern.
VALUE, GAP_REPORT = 120, 800
MOST_REVIEWED, MOST_METHODS = 24, 8
GapText = Annotated[str, Field(max_length=GAP_REPORT), AfterValidator(visible)]


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


class Inference(Contract):
    """Whether a value that a rule concluded is borne out by what the tools show."""

    application_id: Name
    attribute: Name
    verdict: Literal["confirmed", "doubted"]
    why: Phrase
    evidence: Annotated[EvidenceIds, Field(min_length=1)]


class Proposal(Contract):
    """A value for an attribute that is open, carried by cells of the same application."""

    application_id: Name
    attribute: Name
    value: Annotated[str, Field(min_length=1, max_length=VALUE), AfterValidator(visible)]
    why: Phrase
    evidence: Annotated[EvidenceIds, Field(min_length=1)]


class Method(Contract):
    """How to collect an attribute: one of the methods offered for it."""

    attribute: Name
    method: Name
    why: Phrase


Inferences = Annotated[list[Inference], Field(max_length=MOST_REVIEWED)]
Proposals = Annotated[list[Proposal], Field(max_length=MOST_REVIEWED)]
Methods = Annotated[list[Method], Field(max_length=MOST_METHODS)]
ColumnMeanings = Annotated[list[ColumnMeaning], Field(max_length=70)]
Questions = Annotated[list[Question], Field(max_length=22)]


class SourceReview(Contract):
    """What the sources say: doubtful columns that can be decided, conclusions that stand or fall, values for gaps."""

    mappings: ColumnMeanings = Field(description="Only columns that the tool results settle; the rest stays in review")
    inferences: Inferences = Field(description="Only conclusions that the cells shown bear out or contradict")
    proposals: Proposals = Field(description="Only values that a cell of the same application states")
    findings: Phrases = Field(description="What a person should know about these sources")
    evidence: EvidenceIds


class GapReview(Contract):
    """The gaps that matter, the cheapest questions, and how to collect what many lack."""

    questions: Questions = Field(description="One for each gap worth closing, the most useful first")
    methods: Methods = Field(description="One for each attribute that a method is offered for")
    gap_report: GapText = Field(description="What is not known, why it matters, what to do first; empty if no pattern")
    findings: Phrases
    evidence: EvidenceIds


class PatternName(Contract):
    """Name of the pattern, and what stands out in it."""

    label: Label | None = Field(description="Short archetype name; null without a pattern")
    description: Description | None = Field(description="What the members share; null without a pattern")
    findings: Phrases
    evidence: EvidenceIds


class DiscoveryAnswer(Contract):
    """What the three agents say together, ready to be shown."""

    label: Label | None
    description: Description | None
    mappings: ColumnMeanings
    inferences: Inferences
    proposals: Proposals
    questions: Questions
    methods: Methods
    gap_report: GapText
    findings: Phrases
    evidence: EvidenceIds
