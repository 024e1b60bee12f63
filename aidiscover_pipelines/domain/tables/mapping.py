"""What people taught the mapper."""

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from aidiscover_pipelines.domain.tables.row import JsonList, JsonMap, Row, Vector


class MappingCorrection(Row):
    """A person's answer to what a column means, with all that is needed to know the same or a similar column again.

    Later answers about the same header, source and sheet supersede earlier ones, which stay as history.
    """

    table: ClassVar[str] = "mapping_corrections"
    key: ClassVar[tuple[str, ...]] = ("correction_id",)

    correction_id: str = Field(
        description="First 12 hex digits of a hash over what was said, of which column, and when"
    )
    header: str = Field(description="Header text that was corrected")
    words: str = Field(description="Its normalised words and numbers; equal words are the same header")
    field: str = Field(description="Canonical field, or ignore")
    unit: str | None = Field(description="Unit of the column's numbers where the person named one")
    statistic: str | None = Field(description="avg, max, p95 ... where the person named one")
    source: str = Field(
        description="Pattern of the file names it is about, such as rvtools_*.xlsx; empty for every source; "
        "'library: ' and a file name where it was imported"
    )
    sheet: str = Field(description="Pattern of the sheet names it is about; empty for every sheet")
    fingerprint: str = Field(description="Hash of the set of headers in the source's file; empty where not known")
    neighbours: JsonList = Field(description="Headers beside the column, at most three on each side")
    profile: JsonMap = Field(
        description="Number of values looked at and the shares of their shapes, such as {'values': 50, 'ip': 0.9}; "
        "no cell values; empty where no value was seen"
    )
    proposed: str | None = Field(description="What the mapper had chosen: a field or ignore; empty where not known")
    confidence: float | None = Field(description="Confidence of that choice before corrections, 0 to 1")
    by: str = Field(description="Who said so, or 'import' and the file")
    at: datetime = Field(description="When, UTC")
    embedding: Vector = Field(description="Header, sheet and neighbours as a unit vector of hashed n-grams")
