"""Tables of crews that a tenant defines and of their answers."""

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from aidiscover_pipelines.domain.tables.row import JsonList, JsonMap, Row


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
