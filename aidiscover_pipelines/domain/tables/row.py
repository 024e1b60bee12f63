"""What every stored table declares: its name, its key, and each column with a description.

Row models are the one description of a table. SQL tables, Dagster column schemas and docs/data-model.md are made from
them; stages exchange the same columns as pandas frames. The tenant is not a column here: the store adds it, and the
database refuses rows without it.
"""

from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

JsonList = Annotated[list[Any], Field(json_schema_extra={"sql": "jsonb"})]
JsonMap = Annotated[dict[str, Any], Field(json_schema_extra={"sql": "jsonb"})]

EMBEDDING_DIMENSIONS = 256
Vector = Annotated[list[float], Field(json_schema_extra={"sql": f"vector({EMBEDDING_DIMENSIONS})"})]


class Row(BaseModel):
    """Base of all row models. `key` is unique within a tenant."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    table: ClassVar[str]
    key: ClassVar[tuple[str, ...]]

    @classmethod
    def columns(cls) -> list[str]:
        """Column names in stored order."""
        return list(cls.model_fields)
