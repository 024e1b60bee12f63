"""Tables of the intake: files, their sheets and rows as received, mapped columns, cleansed values, rows left out."""

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from aidiscover_pipelines.domain.tables.row import JsonList, JsonMap, Row
from aidiscover_pipelines.domain.vocabulary import EntityKind, FileStatus, MappingDecision


class SourceFile(Row):
    """An uploaded file; the original bytes are kept under its hash."""

    table: ClassVar[str] = "source_files"
    key: ClassVar[tuple[str, ...]] = ("file_id",)

    file_id: str = Field(
        description="12 hex digits of the source: of the SHA-256 of its first upload. The upload that takes another's "
        "place takes its id as well, and gives it its own"
    )
    name: str = Field(description="File name as uploaded; data, never used as a path")
    sha256: str = Field(description="SHA-256 of the bytes")
    bytes: int = Field(description="Size in bytes")
    format: str = Field(description="Key of the reader in ingest.FORMATS; empty where none fits")
    status: FileStatus = Field(description="accepted, quarantined or superseded")
    reason: str = Field(description="Why it is quarantined or superseded, else empty")
    received_at: datetime = Field(description="When the intake saw it, UTC")
    warnings: JsonList = Field(description="What reading it noticed and a person may want to check, as texts")


class SourceSheet(Row):
    """One table inside a file: a worksheet, or the single table of a CSV or JSON file."""

    table: ClassVar[str] = "source_sheets"
    key: ClassVar[tuple[str, ...]] = ("file_id", "sheet_index")

    file_id: str = Field(description="The file it is part of")
    sheet_index: int = Field(description="Position in the file, from 1")
    sheet: str = Field(description="Sheet name, or the file name for single-table formats")
    header_row: int = Field(
        description="Row that holds the headers, 1-based as a spreadsheet shows it; 0 where none was found"
    )
    headers: JsonList = Field(description="Header texts by column")
    rows: int = Field(description="Data rows under the header")
    hidden: bool = Field(description="Whether a spreadsheet program hides it; it is read all the same")


class SheetReading(Row):
    """How a sheet was read, so that it is read again only where that would come out otherwise."""

    table: ClassVar[str] = "sheet_readings"
    key: ClassVar[tuple[str, ...]] = ("file_id", "sheet_index")

    file_id: str = Field(description="The file")
    sheet_index: int = Field(description="The sheet")
    digest: str = Field(description="Of the file's bytes and of the code that read them")
    last_number: int = Field(description="Highest number that a row of the sheet ever had in its address")


class SourceRecord(Row):
    """One data row exactly as read."""

    table: ClassVar[str] = "source_records"
    key: ClassVar[tuple[str, ...]] = ("record_id",)

    record_id: str = Field(
        description="file_id.sheet_index.number, such as 1f0c9a77b2de.2.17: its row in the first upload, in which it "
        "keeps its number as long as nothing in it changes; what comes later has numbers of its own"
    )
    file_id: str = Field(description="The file it came from")
    sheet_index: int = Field(description="The sheet it came from")
    row: int = Field(description="Row number as a spreadsheet shows it")
    cells: JsonList = Field(description="Cell texts by column; empty cells are empty strings")


class SkippedRow(Row):
    """A row that feeds no entity, with the reason: rows in = rows used + rows skipped."""

    table: ClassVar[str] = "skipped_rows"
    key: ClassVar[tuple[str, ...]] = ("record_id", "stage")

    record_id: str = Field(description="The row")
    file_id: str = Field(description="The file it came from")
    sheet: str = Field(description="Name of its sheet")
    row: int = Field(description="Row number as a spreadsheet shows it")
    stage: str = Field(
        description="Stage that left it out: reading, mapping, cleansing, inventory, applications or dependencies"
    )
    reason: str = Field(description="Why, in words a person can act on")
    cells: JsonList = Field(
        description="Its cell texts, for correction, where it is no source record; a NUL is shown as U+2400"
    )


class FieldMapping(Row):
    """What one source column was taken to mean."""

    table: ClassVar[str] = "field_mappings"
    key: ClassVar[tuple[str, ...]] = ("file_id", "sheet_index", "column_index")

    file_id: str = Field(description="The file")
    sheet_index: int = Field(description="The sheet")
    sheet: str = Field(description="Name of the sheet")
    entity: EntityKind | None = Field(description="What the sheet's rows describe; empty where the sheet is left out")
    column_index: int = Field(description="Column, from 1")
    header: str = Field(description="Header text as read")
    field: str | None = Field(description="Canonical field; empty where the column is ignored")
    unit: str | None = Field(description="Unit the source's numbers are in, such as MiB")
    statistic: str | None = Field(description="avg, max, p95 ... where the column is a measurement")
    confidence: float = Field(description="Probability that field is right, 0 to 1")
    decision: MappingDecision = Field(description="accept, review or ignore")
    alternatives: JsonList = Field(description='Next best: [{"field", "confidence"}]')
    reason: str = Field(description="What the decision rests on")


class CleansedCell(Row):
    """One value of one row under its canonical field, normalised, with the original beside it."""

    table: ClassVar[str] = "cleansed_cells"
    key: ClassVar[tuple[str, ...]] = ("evidence_id",)

    evidence_id: str = Field(description="record_id.column, the address of the source cell: file.sheet.row.column")
    record_id: str = Field(description="The row it stands in")
    file_id: str = Field(description="The file it came from")
    entity: EntityKind = Field(description="What the row describes")
    field: str = Field(description="Canonical field")
    value: str = Field(description="Normalised value as text, in the field's canonical unit")
    number: float | None = Field(description="The value as a number where the field is numeric")
    statistic: str | None = Field(description="avg, max, p95 ... as mapped")
    original: str = Field(description="Cell text as read")
    transform: str = Field(description="What was done to it, such as 'MiB to MB'; empty where nothing was")
    rule: str = Field(description="Cleansing rules that did it, or could not, joined by '; '; empty where none did")


class CloudCell(CleansedCell):
    """One value that a cloud account gave; file_id is cloud:account:region of the resource, record_id adds its service.

    Account to operation say which call told it, as in CloudCoverage: metrics come from another service than servers.
    """

    table: ClassVar[str] = "cloud_cells"

    cloud: str = Field(description="Key of resources.clouds.CLOUDS")
    account: str = Field(description="Account, subscription or project that was asked")
    region: str = Field(description="Region that was asked, or global")
    service: str = Field(description="Service that was asked, such as ec2 or cloudwatch")
    operation: str = Field(description="Call that told it, such as DescribeInstances")


class CloudCoverage(Row):
    """What a cloud scan reached and what it did not: a row for each kind of call to a service of a region."""

    table: ClassVar[str] = "cloud_coverage"
    key: ClassVar[tuple[str, ...]] = ("cloud", "account", "region", "service", "operation")

    cloud: str = Field(description="Key of resources.clouds.CLOUDS")
    account: str = Field(description="Account, subscription or project; empty where none could be reached")
    region: str = Field(description="Region scanned, or global")
    service: str = Field(description="Service called, such as ec2")
    operation: str = Field(description="Call, such as DescribeInstances; empty where it did not come to one")
    outcome: str = Field(description="called, empty, denied, throttled, failed or skipped")
    resources: int = Field(description="Resources listed; what tells more of listed ones counts 0")
    calls: int = Field(description="Requests made, repeated ones included")
    permission: str = Field(description="What would have to be allowed, in the cloud's words; empty where nothing")
    reason: str = Field(description="Why nothing more was found, and what would change that")
    scanned_at: datetime = Field(description="When, UTC")
    read_at: datetime | None = Field(
        description="When all that is stored of it was read: before scanned_at where this scan could not; else empty"
    )
    digest: str = Field(description="Of the cells that it gave, to leave them alone where they are the same again")


class CloudConnection(Row):
    """How a tenant's accounts in one cloud are reached. Holds no secret: `provider_secrets` has those, sealed."""

    table: ClassVar[str] = "cloud_connections"
    key: ClassVar[tuple[str, ...]] = ("cloud", "name")

    cloud: str = Field(description="Key of resources.clouds.CLOUDS")
    name: str = Field(description="What people call it, such as production")
    method: str = Field(description="ambient, profile, role, workload_identity or secret")
    options: JsonMap = Field(description="The cloud's own: regions, role_arn, subscriptions, projects ...")
    sealed: JsonList = Field(description="What is sealed under cloud/<cloud>/<name>/: secret, external_id")
    endpoint: str = Field(description="Replaces the cloud's own endpoints, such as a test server; else empty")
    by: str = Field(description="Who gave it")
    at: datetime = Field(description="When, UTC")
