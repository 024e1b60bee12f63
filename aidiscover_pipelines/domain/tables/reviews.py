"""The table of what people said about recommendations. Rows are added and never changed."""

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from aidiscover_pipelines.domain.tables.row import JsonMap, Row, Vector
from aidiscover_pipelines.domain.vocabulary import DecidedBy, ReviewAction, Strategy


class ReviewEntry(Row):
    """What a person said about one recommendation, with what was known then; what holds follows from all entries."""

    table: ClassVar[str] = "review_entries"
    key: ClassVar[tuple[str, ...]] = ("application_id", "number")

    application_id: str = Field(description="The application")
    number: int = Field(description="1, 2, 3 ... for each application; of two writers at once one comes second")
    entry_id: str = Field(description="First 12 hex digits of a hash over what was said and when")
    action: ReviewAction = Field(description="approve, override, comment, lock, unlock or withdraw")
    strategy: Strategy | None = Field(description="What holds by it; empty for comment, unlock and withdraw")
    reason: str = Field(description="Why, in the person's words")
    about: str = Field(description="Entry that is withdrawn or unlocked; empty for other actions")
    proposed: Strategy | None = Field(description="What was recommended then; empty where nothing was")
    proposed_by: DecidedBy | None = Field(description="Who recommended it: policy, crew or person")
    crew: str = Field(description="Crew whose answer it was; empty where the policy decided")
    confidence: float | None = Field(description="Confidence of the recommendation then")
    foretold: float | None = Field(description="The same before people's answers about others had moved it")
    agents: JsonMap = Field(description="Strategy that each agent of the crew had named, by agent; empty where unasked")
    facts: JsonMap = Field(description="Facts of the application then: field -> [value, number or null]")
    traits: JsonMap = Field(description="What its disposition depends on, as bands, for likeness with others")
    embedding: Vector = Field(description="Those traits as a unit vector; zeros where nothing is decided")
    by: str = Field(description="Who said it")
    at: datetime = Field(description="When, UTC")
