"""Tables of the plan in time: who moves when, each wave, and what stands in the way of a plan."""

from typing import ClassVar

from pydantic import Field

from aidiscover_pipelines.domain.tables.row import JsonList, JsonMap, Row


class WaveAssignment(Row):
    """When an application moves."""

    table: ClassVar[str] = "wave_assignments"
    key: ClassVar[tuple[str, ...]] = ("application_id",)

    application_id: str = Field(description="The application")
    wave: int = Field(description="Wave number from 1; 0 for applications that do not move")
    reason: str = Field(description="What put it there")
    moves_with: JsonList = Field(description="Applications that must move in the same wave (dependency cycles)")


class Wave(Row):
    """A wave of the plan: its dates, its size against its capacity, and the risk that it carries."""

    table: ClassVar[str] = "waves"
    key: ClassVar[tuple[str, ...]] = ("wave",)

    wave: int = Field(description="Wave number from 1")
    is_pilot: bool = Field(description="Whether it proves the way for the others")
    starts: str | None = Field(description="First day, ISO 8601; empty where no dates are planned")
    ends: str | None = Field(description="Last day, ISO 8601; empty where no dates are planned")
    applications: int = Field(description="Applications that move in it")
    servers: int = Field(description="Servers that they run on")
    effort_days: float = Field(description="Their work, middle of the bands, person days; 0 where unknown")
    capacity: int = Field(description="Most applications that it may hold")
    risks: JsonMap = Field(description="Risk band -> applications")
    units: JsonMap = Field(description="Business unit -> applications")


class PlanProblem(Row):
    """A constraint of the plan that could not hold, or held only because another was dropped."""

    table: ClassVar[str] = "plan_problems"
    key: ClassVar[tuple[str, ...]] = ("problem_id",)

    problem_id: str = Field(description="Hash of the constraints and applications that it is about")
    rule: str = Field(
        description="Kind of constraint: lock, together, before, apart, window, blackout, capacity, risk, unit; name "
        "where the document names nobody known, started where a wave that has started breaks a dependency, frozen "
        "where nobody is in one, document where the stored document cannot be used and the last plan stays"
    )
    what: str = Field(description="What collides, in the user's terms, in one sentence")
    applications: JsonList = Field(description="application_ids that it is about")
    relax: str = Field(description="What to change so that it fits")
    dropped: bool = Field(description="Whether the plan went on without that constraint")
