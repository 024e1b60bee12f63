"""What cleansing did, when it does it again, and which of its rules people have undone."""

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from aidiscover_pipelines.domain.tables.row import JsonMap, Row
from aidiscover_pipelines.domain.vocabulary import CleansingOutcome


class CleansedText(Row):
    """What became of one distinct text of one field that did not stay as it was, and in how many cells."""

    table: ClassVar[str] = "cleansed_texts"
    key: ClassVar[tuple[str, ...]] = ("evidence_id",)

    evidence_id: str = Field(description="The first cell that holds it: file.sheet.row.column")
    field: str = Field(description="Canonical field")
    original: str = Field(description="Cell text as read")
    value: str | None = Field(description="Normalised value as text; empty where the cell was dropped")
    rule: str = Field(description="Cleansing rules that did it, or could not, or were undone, joined by '; '")
    transform: str = Field(description="What was done, or why it could not be")
    outcome: CleansingOutcome = Field(description="changed, unread, dropped or undone")
    cells: int = Field(description="Cells with this text and this outcome")


class CleansedFile(Row):
    """What cleansing came to in one file, which is not cleansed again until something differs in what that reads."""

    table: ClassVar[str] = "cleansed_files"
    key: ClassVar[tuple[str, ...]] = ("file_id",)

    file_id: str = Field(description="The file")
    digest: str = Field(description="Of all that cleansing reads of it, and of the code; empty: anew")
    rows: int = Field(description="Rows that no earlier stage left out")
    cells: JsonMap = Field(description="Entity -> cleansed cells")


class CleansingExemption(Row):
    """A cleansing rule that a person has undone: for one text of a field, for a field, or altogether."""

    table: ClassVar[str] = "cleansing_exemptions"
    key: ClassVar[tuple[str, ...]] = ("rule", "field", "original")

    rule: str = Field(description="Name of the rule")
    field: str = Field(description="Canonical field it is undone for; empty for every field")
    original: str = Field(description="Cell text it is undone for, without spaces around it; empty for every text")
    since: datetime = Field(description="When, UTC")
    by: str = Field(description="Who said so")
