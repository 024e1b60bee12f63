"""Tables of attributes: facts of each application, technologies by name, the 22 attributes, questions to people."""

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from aidiscover_pipelines.domain.tables.row import JsonList, JsonMap, Row
from aidiscover_pipelines.domain.vocabulary import AttributeState, EntityKind


class TechnologyUse(Row):
    """A product that a cell names, by its name in the catalogue, with what is published of its life."""

    table: ClassVar[str] = "technology_uses"
    key: ClassVar[tuple[str, ...]] = ("entity", "entity_id", "evidence_id", "product", "cycle")

    entity: EntityKind = Field(description="asset or application")
    entity_id: str = Field(description="asset_id or application_id")
    evidence_id: str = Field(description="Address of the cell that names it")
    field: str = Field(description="Canonical field of that cell")
    mention: str = Field(description="The part of the cell's value that names it")
    product: str = Field(description="Key in the catalogue; empty where the mention names nothing in it")
    name: str = Field(description="Product as its vendor writes it")
    vendor: str = Field(description="Vendor; empty where it has none")
    category: str = Field(description="operating system, database, application server, language ...")
    kind: str = Field(description="Finer kind, such as windows or linux")
    version: str = Field(description="Version as told; empty where none is")
    cycle: str = Field(description="Published release cycle that the version falls into; empty where unknown")
    confidence: float = Field(description="Probability that the name is right, 0 to 1")
    released: str | None = Field(description="Release date of the cycle, ISO 8601, where published")
    support_ends: str | None = Field(description="Last day of active support, ISO 8601, where published")
    end_of_life: str | None = Field(description="Last day of fixes without a paid extension, ISO 8601, where published")
    status: str = Field(
        description="At the run's date: eol, eol_12 or eol_24 (ends within so many months), supported or unknown"
    )
    source: str = Field(description="Where the dates are published; empty where they are not")


class ApplicationFact(Row):
    """What is known of an application, its own values and those rolled up from its assets and edges, with evidence."""

    table: ClassVar[str] = "application_facts"
    key: ClassVar[tuple[str, ...]] = ("application_id", "field")

    application_id: str = Field(description="The application")
    field: str = Field(description="Canonical field, or a rolled-up fact such as asset_count")
    value: str = Field(description="Value as text; several values joined by '; '")
    number: float | None = Field(description="The value as a number where there is one")
    evidence: JsonList = Field(description="Addresses of the source cells, at most 5")
    basis: str = Field(description="application, assets or dependencies: where the value comes from")


class AttributeValue(Row):
    """One of the 22 critical attributes of one application."""

    table: ClassVar[str] = "attribute_values"
    key: ClassVar[tuple[str, ...]] = ("application_id", "attribute")

    application_id: str = Field(description="The application")
    attribute: str = Field(description="Key in attributes.ATTRIBUTES")
    state: AttributeState = Field(description="present, inferred, asked, not applicable or missing")
    value: str = Field(description="What is known, in words; empty where missing")
    quality: float = Field(description="0 (nothing usable) to 1 (recorded, consistent, complete)")
    evidence: JsonList = Field(description="Addresses of the source cells")
    question: str = Field(description="Cheapest question that would fill or firm it up; empty where none is needed")
    rule: str = Field(description="Why this value: where it was recorded, or the rule or crew that concluded it")
    presence: float = Field(description="Share of its parts that is known, 0 to 1")
    validity: float = Field(description="Share of its values that can be right, 0 to 1")
    freshness: float = Field(description="How recent its sources are, 0 to 1")
    agreement: float = Field(description="How far its sources agree, 0 to 1")
    trust: float = Field(description="How far its sources are to be trusted, 0 to 1")
    problem: str = Field(description="What is wrong with its values, each with its cell; empty where nothing is")


class AttributeQuestion(Row):
    """A question that went out to a person, until its answer comes back."""

    table: ClassVar[str] = "attribute_questions"
    key: ClassVar[tuple[str, ...]] = ("application_id", "attribute")

    application_id: str = Field(description="The application")
    attribute: str = Field(description="Key in attributes.ATTRIBUTES")
    ask: str = Field(description="Who was asked, such as business owner")
    questionnaire: str = Field(description="Name of the questionnaire file")
    asked_at: datetime = Field(description="When it was written, UTC")


class OpenQuestion(Row):
    """What an answer would be worth: how likely it changes the recommendation, against what it costs to get."""

    table: ClassVar[str] = "open_questions"
    key: ClassVar[tuple[str, ...]] = ("application_id", "attribute")

    application_id: str = Field(description="The application")
    attribute: str = Field(description="Key in attributes.ATTRIBUTES")
    ask: str = Field(description="Who can answer, such as business owner")
    question: str = Field(description="What to ask")
    method: str = Field(description="Cheapest way to collect the answer")
    minutes: float = Field(description="What one answer costs by that method, minutes of work")
    change: float = Field(description="Probability that the answer changes the recommendation, 0 to 1")
    would_become: JsonMap = Field(description="Answer -> strategy it would lead to, where that differs from today's")
    worth: float = Field(description="Expected changes of recommendation for each hour of asking")
