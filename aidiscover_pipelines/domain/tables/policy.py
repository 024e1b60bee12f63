"""Tables of what a tenant declares about its plan, and of what other declarations would make of it."""

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from aidiscover_pipelines.domain.tables.row import JsonMap, Row
from aidiscover_pipelines.domain.vocabulary import Strategy


class TenantPolicy(Row):
    """A declaration that a person gave for the tenant. The newest of a kind is in force; earlier ones are history."""

    table: ClassVar[str] = "tenant_policies"
    key: ClassVar[tuple[str, ...]] = ("kind", "version")

    kind: str = Field(description="strategy (goal, points, constraints, bands), planning (waves) or access (air gaps)")
    version: int = Field(description="1, 2, 3 ... for each kind")
    document: JsonMap = Field(description="The declaration as checked; empty goes back to what the product ships")
    note: str = Field(description="Why, in the person's words")
    by: str = Field(description="Who gave it")
    at: datetime = Field(description="When, UTC")


class ScenarioOutcome(Row):
    """An application that another goal would move; one that stays where the plan has it has no row."""

    table: ClassVar[str] = "scenario_outcomes"
    key: ClassVar[tuple[str, ...]] = ("scenario", "application_id")

    scenario: str = Field(description="What would be other, such as goal cost")
    application_id: str = Field(description="The application")
    strategy: Strategy = Field(description="What it would become")
    instead_of: Strategy = Field(description="What the plan says")
    confidence: float = Field(description="Probability that an expert would agree with what it would become, 0 to 1")
    why: str = Field(description="What moves it, in words")
