"""Tables of what a tenant declares about its plan."""

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from aidiscover_pipelines.domain.tables.row import JsonMap, Row


class TenantPolicy(Row):
    """A declaration that a person gave for the tenant. The newest of a kind is in force; earlier ones are history."""

    table: ClassVar[str] = "tenant_policies"
    key: ClassVar[tuple[str, ...]] = ("kind", "version")

    kind: str = Field(description="strategy (goal, points, constraints, bands) or planning (waves)")
    version: int = Field(description="1, 2, 3 ... for each kind")
    document: JsonMap = Field(description="The declaration as checked; empty goes back to what the product ships")
    note: str = Field(description="Why, in the person's words")
    by: str = Field(description="Who gave it")
    at: datetime = Field(description="When, UTC")
