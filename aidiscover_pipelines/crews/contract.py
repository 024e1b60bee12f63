"""What every crew answer has in common: no unknown keys, visible text of limited length, evidence ids."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from aidiscover_pipelines.crews.text import visible

# A phrase fits a table cell, a paragraph fits the report's card of one application.
PHRASE = 240
PARAGRAPH = 1200
EVIDENCE = 40

Phrase = Annotated[str, Field(max_length=PHRASE), AfterValidator(visible)]
Paragraph = Annotated[str, Field(max_length=PARAGRAPH), AfterValidator(visible)]
EvidenceId = Annotated[str, Field(max_length=200)]
EvidenceIds = Annotated[
    list[EvidenceId],
    Field(max_length=EVIDENCE, description="Ids taken from the evidence lists of tool results, and no others"),
]


def _without_titles(schema: dict[str, Any]) -> None:
    """A title repeats the name of its field and would be paid for in every prompt."""
    for part in (schema, *schema.get("properties", {}).values()):
        part.pop("title", None)


class Contract(BaseModel):
    """Base of all answers. Its JSON schema is what an agent is told to fill."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra=_without_titles)
