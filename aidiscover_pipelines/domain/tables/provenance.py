"""Tables of provenance: worth of sources, changes between uploads, what people said about identity, flags."""

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from aidiscover_pipelines.domain.tables.row import JsonList, JsonMap, Row
from aidiscover_pipelines.domain.vocabulary import EntityKind


class SourceStanding(Row):
    """How far one sheet is to be trusted against others, and of which day it speaks."""

    table: ClassVar[str] = "source_standings"
    key: ClassVar[tuple[str, ...]] = ("sheet_key",)

    sheet_key: str = Field(description="file_id.sheet_index, or the cloud's name: evidence ids begin with it")
    source: str = Field(description="File name and sheet, or the cloud")
    kind: str = Field(description="person, cloud, platform, registry or list: a row of inventory.SOURCE_KINDS")
    trust: float = Field(description="How far its statements are to be trusted, 0 to 1")
    as_of: str | None = Field(description="Day its newest row speaks of, ISO 8601; empty where nothing is dated")
    reason: str = Field(description="What shows that it is of that kind")


class IdentityDecision(Row):
    """What a person said about two records: one thing, or two. Runs respect it until it is withdrawn."""

    table: ClassVar[str] = "identity_decisions"
    key: ClassVar[tuple[str, ...]] = ("decision_id",)

    decision_id: str = Field(description="Short id to withdraw it by")
    entity: EntityKind = Field(description="asset or application")
    verdict: str = Field(description="same or different")
    left_keys: JsonList = Field(description="Keys of the first, such as uuid:..., that outlive new uploads")
    right_keys: JsonList = Field(description="Keys of the second")
    left_name: str = Field(description="The first as it was called then")
    right_name: str = Field(description="The second as it was called then")
    reason: str = Field(description="Why, in the person's words")
    by: str = Field(description="Who said so")
    at: datetime = Field(description="When, UTC")


class SourceChange(Row):
    """How one row differs from the upload before of the same source. Rows that stayed the same have none."""

    table: ClassVar[str] = "source_changes"
    key: ClassVar[tuple[str, ...]] = ("file_id", "sheet", "row_key")

    file_id: str = Field(description="The newer upload")
    previous_file_id: str = Field(description="The upload that it is compared with")
    sheet: str = Field(description="Name of the sheet")
    row_key: str = Field(
        description="What tells the row from the others of its sheet: an id, a name; empty where it is about columns"
    )
    change: str = Field(description="added, changed, gone or reappeared; columns where the sheet's columns changed")
    record_id: str = Field(description="The row in the newer upload; empty where gone")
    previous_record_id: str = Field(description="The row in the upload before; empty where added")
    cells: JsonMap = Field(
        description="Header -> [text before, text now] of each changed cell, of each cell of a row that is gone, and "
        "[header before, header now] of each column that came, went or was renamed"
    )


class EntityPresence(Row):
    """Since when an asset or application is known, and until when. What is gone stays, with what was last known."""

    table: ClassVar[str] = "entity_presences"
    key: ClassVar[tuple[str, ...]] = ("entity", "entity_id")

    entity: EntityKind = Field(description="asset or application")
    entity_id: str = Field(description="asset_id or application_id")
    name: str = Field(description="Name when it was last seen")
    state: str = Field(description="present, gone or reappeared (present again after having been gone)")
    first_seen: datetime = Field(description="Start of the first run that knew it, UTC")
    last_seen: datetime = Field(description="Start of the last run that knew it, UTC")
    gone_since: datetime | None = Field(description="Start of the first run that no longer knew it, UTC")
    sources: JsonList = Field(description="file_ids that last knew it")
    digest: str = Field(description="Hash of its chosen values when last seen; tells changed from unchanged")
    last_known: JsonMap = Field(description="Canonical field -> value when last seen; empty while present")


class DataFlag(Row):
    """A value or record that cannot be right as it stands: kept, used with care or set aside, and shown to a person."""

    table: ClassVar[str] = "data_flags"
    key: ClassVar[tuple[str, ...]] = ("stage", "flag_id")

    stage: str = Field(
        description="Stage that noticed: inventory, applications, dependencies, attributes, strategy or policy"
    )
    flag_id: str = Field(description="Hash of what is wrong and where; the same fault keeps its id")
    problem: str = Field(description="Key in words: contradictory keys, matches two assets, out of range, cycle ...")
    entity: EntityKind = Field(description="What it is about")
    entity_id: str = Field(description="asset_id, application_id or dependency_id; empty where it is about a row only")
    field: str = Field(description="Canonical field; empty where it is about the whole record")
    value: str = Field(description="The value as it stands")
    what: str = Field(description="What is wrong and what was done about it, in one sentence")
    evidence: JsonList = Field(description="Addresses of the cells")


class StageDigest(Row):
    """What a stage read about an application when it last judged it: it is not judged again until that differs.

    Who else changes what the stage wrote empties the digest.
    """

    table: ClassVar[str] = "stage_digests"
    key: ClassVar[tuple[str, ...]] = ("stage", "application_id")

    stage: str = Field(description="The stage")
    application_id: str = Field(description="The application; empty for what is made of the whole portfolio")
    digest: str = Field(
        description="Digest of what all applications share, a dash, digest of what was read about it; empty: anew"
    )
