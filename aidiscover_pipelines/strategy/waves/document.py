"""The planning document: what a tenant declares of its waves. Everything has a default but dates: none is invented."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from aidiscover_pipelines.strategy.policy.file import checked, read_document

Name = Annotated[str, Field(min_length=1, max_length=200)]
Names = tuple[Name, ...]
Positive = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
# Ten years of weekly waves; a plan beyond that is none.
MOST_WAVES = 520
WaveNumber = Annotated[int, Field(strict=True, ge=1, le=MOST_WAVES)]
Weight = Annotated[int, Field(strict=True, ge=0, le=10)]
Share = Annotated[float, Field(strict=True, gt=0, le=1)]

# AWS: a pilot of 3 to 5 applications, low in risk and criticality, loosely coupled.
PILOT_LEAST, PILOT_MOST = 3, 5
_EARLIEST, _LATEST = date(2000, 1, 1), date(2100, 1, 1)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Period(_Part):
    """Days from the first to the last, both included."""

    first: date = Field(alias="from", description="First day", ge=_EARLIEST, le=_LATEST)
    last: date = Field(alias="to", description="Last day", ge=_EARLIEST, le=_LATEST)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first > self.last:
            raise ValueError(f"it ends on {self.last} before it starts on {self.first}; exchange the two")
        return self


class Scope(_Part):
    """Whom it is about: applications by name or id, business units, or who is told to have that change tolerance."""

    applications: Names = Field(default=(), description="Applications, by name or id")
    units: Names = Field(default=(), description="Business units")
    told: Names = Field(default=(), description="Texts found in the change tolerance of applications")

    @property
    def is_everybody(self) -> bool:
        """Whether nobody is named."""
        return not (self.applications or self.units or self.told)


class Blackout(Scope, Period):
    """Days on which nothing moves; without a scope no wave runs through them."""

    why: str = Field(default="", max_length=200, description="Why, such as closing of the year")


class Window(Scope):
    """When those in scope may move: in waves with at least one day in an open period."""

    open: tuple[Period, ...] = Field(min_length=1, description="Periods in which they may move")

    @model_validator(mode="after")
    def _scoped(self) -> Self:
        if self.is_everybody:
            raise ValueError("it names nobody; name applications, units or told")
        return self


class Capacity(_Part):
    """Most that a wave holds. Applications have a default, see `capacity_of`; the others are no limit without one."""

    applications: Positive | None = Field(default=None, description="Applications")
    servers: Positive | None = Field(default=None, description="Servers that they run on")
    effort_days: Positive | None = Field(default=None, description="Their work, middle of the bands, person days")


class Pilots(_Part):
    """How many easy applications go first; most: 0 plans no pilot."""

    least: int = Field(default=PILOT_LEAST, strict=True, ge=0, le=100)
    most: int = Field(default=PILOT_MOST, strict=True, ge=0, le=100)


class Units(_Part):
    """Business units as a limit."""

    at_once: Positive | None = Field(default=None, description="Most business units in one wave")


class Before(_Part):
    """`first` moves in an earlier wave than `then`."""

    first: Name
    then: Name


class Lock(_Part):
    """An application that has its wave already."""

    application: Name
    wave: WaveNumber


class Goals(_Part):
    """What a good plan is, each 0 (no matter) to 10; docs/waves.md says in what each is counted."""

    few_waves: Weight = Field(default=5, description="Few waves")
    early: Weight = Field(default=3, description="High priority early")
    risk_balance: Weight = Field(default=2, description="High risks spread over the waves")
    close: Weight = Field(default=2, description="What talks to each other moves at about the same time")
    units: Weight = Field(default=1, description="A business unit's applications close together")
    steady: Weight = Field(default=3, description="Like the plan before")


class Planning(_Part):
    """The whole document."""

    start: date | None = Field(default=None, ge=_EARLIEST, le=_LATEST, description="First day of wave 1")
    wave_days: int | None = Field(
        default=None, strict=True, ge=1, le=366, description="Length of a wave, calendar days"
    )
    gap_days: int = Field(default=0, strict=True, ge=0, le=366, description="Days between two waves")
    capacity: Capacity = Capacity()
    pilots: Pilots = Pilots()
    high_risk_share: Share | None = Field(default=None, description="Share of places for high risk")
    units: Units = Units()
    together: tuple[Annotated[Names, Field(min_length=2)], ...] = Field(default=(), description="Move in one wave")
    together_from: Share | None = Field(default=None, description="Edges so strong bind as well")
    before: tuple[Before, ...] = ()
    apart: tuple[Annotated[Names, Field(min_length=2)], ...] = Field(default=(), description="No two in one wave")
    locked: tuple[Lock, ...] = ()
    frozen: tuple[WaveNumber, ...] = Field(default=(), description="Waves that have started: 1, or 1 and 2 ...")
    blackouts: tuple[Blackout, ...] = ()
    windows: tuple[Window, ...] = ()
    goals: Goals = Goals()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.start is None) != (self.wave_days is None):
            raise ValueError("start and wave_days belong together; give both, or neither for a plan without dates")
        if self.start is None and (self.blackouts or self.windows):
            raise ValueError("blackouts and windows are dates, and the waves have none; give start and wave_days")
        if self.start and self.wave_days and (ends := self.scoped_ends()):
            waves = (max(ends) - self.start).days // (self.wave_days + self.gap_days)
            if waves > MOST_WAVES:
                raise ValueError(
                    f"blackouts and windows of some end on {max(ends)}, {waves:,} waves after the start, and "
                    f"{MOST_WAVES} are allowed; name nearer days, or longer waves"
                )
        if sorted(self.frozen) != list(range(1, len(self.frozen) + 1)):
            raise ValueError(f"frozen: waves start one after the other; write [1] to [1, 2, ...], not {[*self.frozen]}")
        if self.pilots.least > self.pilots.most:
            raise ValueError(f"pilots: least {self.pilots.least} is above most {self.pilots.most}; exchange the two")
        return self

    def scoped_ends(self) -> list[date]:
        """Last days of windows, and of the blackouts that are not everybody's."""
        windows = [period.last for window in self.windows for period in window.open]
        return windows + [each.last for each in self.blackouts if not each.is_everybody]


def read_planning(path: Path) -> Planning:
    """The document in a YAML (or JSON) file; an empty file is one without declarations.

    Raises: InvalidPolicy with every fault: path in the document, reason, what to do.
    """
    document = read_document(path)
    return as_planning({} if document is None else document, path.name)


def as_planning(document: Any, name: str) -> Planning:
    """The document as checked; `name` is what messages call it. Raises: InvalidPolicy."""
    return checked(Planning, document, name)


def as_document(planning: Planning) -> dict[str, Any]:
    """What is stored: only what was declared, JSON-ready."""
    document: dict[str, Any] = planning.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return document
