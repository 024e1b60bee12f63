"""Tables of crews that a tenant defines, of their answers, and of what people decided against a crew or the policy."""

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from aidiscover_pipelines.domain.tables.row import JsonList, JsonMap, Row, Vector
from aidiscover_pipelines.domain.vocabulary import DecidedBy, Strategy


class CrewDefinition(Row):
    """One version of a crew that a tenant defined; the newest active version is the one that runs."""

    table: ClassVar[str] = "crew_definitions"
    key: ClassVar[tuple[str, ...]] = ("crew", "version")

    crew: str = Field(description="Name of the crew: lower-case letters, digits and underscores")
    version: int = Field(description="From 1; a change makes a new version")
    status: str = Field(description="active, draft (generated, not yet approved) or retired")
    definition: JsonMap = Field(description="The definition as it was validated")
    drafted_by: str = Field(description="person, or the model that drafted it")
    by: str = Field(description="Who stored it")
    at: datetime = Field(description="When, UTC")


class CrewResult(Row):
    """What a tenant's own crew found out about one subject."""

    table: ClassVar[str] = "crew_results"
    key: ClassVar[tuple[str, ...]] = ("crew", "subject")

    crew: str = Field(description="Name of the crew")
    version: int = Field(description="Version of its definition")
    subject: str = Field(description="tenant or application:ID")
    digest: str = Field(description="Hash of the definition and of the case; the same case is not asked twice")
    status: str = Field(description="answered, or fallback with the reason")
    reason: str = Field(description="Why the fallback, else empty")
    summary: str = Field(description="The answer in a few sentences")
    findings: JsonList = Field(description='[{"statement", "evidence"}]')
    model: str = Field(description="Model asked")
    run_id: str = Field(description="Run that asked")
    at: datetime = Field(description="When, UTC")


class RecommendationOverride(Row):
    """A person's disposition of an application, with the traits by which a similar application is known again."""

    table: ClassVar[str] = "recommendation_overrides"
    key: ClassVar[tuple[str, ...]] = ("override_id",)

    override_id: str = Field(description="First 12 hex digits of a hash over what was said and when")
    application_id: str = Field(description="The application")
    strategy: Strategy = Field(description="What the person decided")
    reason: str = Field(description="Why, in the person's words")
    proposed: Strategy | None = Field(description="What was recommended then; empty where nothing was")
    proposed_by: DecidedBy | None = Field(description="Who recommended it: policy, crew or person")
    crew: str = Field(description="Crew whose answer it was; empty where the policy decided")
    confidence: float | None = Field(description="Confidence of the recommendation then")
    agents: JsonMap = Field(description="Strategy that each agent of the crew had named, by agent; empty where unasked")
    traits: JsonMap = Field(description="Facts of the application that its disposition depends on")
    embedding: Vector = Field(description="Those facts as a unit vector")
    by: str = Field(description="Who decided")
    at: datetime = Field(description="When, UTC")
