"""Tables of the inventory and of discovery: entities, their values with evidence, edges, patterns, tier."""

from typing import ClassVar

from pydantic import Field

from aidiscover_pipelines.domain.tables.row import JsonList, JsonMap, Row
from aidiscover_pipelines.domain.vocabulary import EntityKind


class Asset(Row):
    """One real server, database host or appliance, merged from every source that knows it."""

    table: ClassVar[str] = "assets"
    key: ClassVar[tuple[str, ...]] = ("asset_id",)

    asset_id: str = Field(description="Stable id within the tenant, made from the strongest key")
    name: str = Field(description="Name to show")
    kind: str = Field(description="virtual, physical, cloud, database or unknown")
    sources: JsonList = Field(description="file_ids that know it")
    records: int = Field(description="Rows merged into it")
    matched_by: str = Field(description="Key that merged them: uuid, serial, fqdn, name ... or single")
    confidence: float = Field(description="How sure the merge is, 0 to 1")


class Application(Row):
    """One business application."""

    table: ClassVar[str] = "applications"
    key: ClassVar[tuple[str, ...]] = ("application_id",)

    application_id: str = Field(description="Slug, stable within the tenant; second half of the partition key")
    name: str = Field(description="Name to show")
    sources: JsonList = Field(description="file_ids that know it")
    records: int = Field(description="Rows merged into it")
    origin: str = Field(
        description="recorded (a business record names it), mentioned (only asset rows name it) or suggested (nobody "
        "names it; its servers look alike)"
    )
    confidence: float = Field(description="How sure it is one real application, 0 to 1")
    matched_by: str = Field(description="Weakest key that merged its names: id, name, core name ... or single")


class EntityValue(Row):
    """A value that one source gives for a field of an asset or application. Losers stay, with chosen = false."""

    table: ClassVar[str] = "entity_values"
    key: ClassVar[tuple[str, ...]] = ("entity", "entity_id", "evidence_id")

    entity: EntityKind = Field(description="asset or application")
    entity_id: str = Field(description="asset_id or application_id")
    field: str = Field(description="Canonical field")
    value: str = Field(description="Normalised value")
    number: float | None = Field(description="The value as a number where the field is numeric")
    statistic: str | None = Field(description="avg, max, p95 ... where it is a measurement")
    evidence_id: str = Field(description="Address of the source cell")
    chosen: bool = Field(description="Whether survivorship chose it")
    conflict: bool = Field(description="Whether sources disagree on this field of this entity")
    rule: str = Field(description="Why it was chosen or lost")


class ApplicationAsset(Row):
    """An asset that an application runs on."""

    table: ClassVar[str] = "application_assets"
    key: ClassVar[tuple[str, ...]] = ("application_id", "asset_id")

    application_id: str = Field(description="The application")
    asset_id: str = Field(description="The asset")
    evidence_id: str = Field(description="Address of the cell that says so")
    how: str = Field(description="asset row, link row, name, or what suggested it: name pattern, tag, cluster, folder")


class Dependency(Row):
    """An edge: source needs target where directed, else both go together. Ends that match nothing keep their text."""

    table: ClassVar[str] = "dependencies"
    key: ClassVar[tuple[str, ...]] = ("dependency_id",)

    dependency_id: str = Field(description="Stable id of the edge")
    source_application: str | None = Field(description="application_id that needs the target, where known")
    target_application: str | None = Field(description="application_id that is needed, where known")
    source_asset: str | None = Field(description="asset_id of the source end, where the edge is between assets")
    target_asset: str | None = Field(description="asset_id of the target end, where the edge is between assets")
    source_text: str = Field(description="Source end as recorded")
    target_text: str = Field(description="Target end as recorded")
    kind: str = Field(description="relation, flow, mention, text, shared database or shared host")
    port: int | None = Field(description="TCP or UDP port of a flow")
    evidence_id: str = Field(description="Address of the cell that says so, the first of `evidence`")
    directed: bool = Field(description="Whether the source is known to need the target; else they only go together")
    strength: float = Field(description="How much the edge binds its ends together, 0 to 1")
    observations: int = Field(description="Rows and cells that say so")
    evidence: JsonList = Field(description="Addresses of cells that say so, at most 5")


class PatternCluster(Row):
    """A group of applications that look alike."""

    table: ClassVar[str] = "pattern_clusters"
    key: ClassVar[tuple[str, ...]] = ("cluster_id",)

    cluster_id: str = Field(description="Id within the tenant, such as c03")
    label: str = Field(description="Short name of the archetype")
    description: str = Field(description="What its members share, in words")
    size: int = Field(description="Members")
    representative: str = Field(description="application_id nearest its centre")
    traits: JsonMap = Field(description="Attribute -> share or typical value among members")
    gap_report: str = Field(description="What is not known of its members and why it matters; empty without gaps")
    methods: JsonList = Field(description='How to close its gaps, cheapest first: [{"attribute", "method", "why"}]')


class ClusterMember(Row):
    """An application's place among the patterns."""

    table: ClassVar[str] = "cluster_members"
    key: ClassVar[tuple[str, ...]] = ("application_id",)

    application_id: str = Field(description="The application")
    cluster_id: str = Field(description="Its cluster")
    distance: float = Field(description="Distance from the centre, in units of the cluster's median distance")
    anomaly: bool = Field(description="Whether it stands out from its cluster")
    reasons: JsonList = Field(description="Attributes that make it stand out")
    similar: JsonList = Field(
        description='Applications most like it, at most 5: [{"application", "similarity", "shared"}], most alike first'
    )
    x: float = Field(description="Place on a map of the portfolio, -1 to 1: its first principal axis")
    y: float = Field(description="Place on a map of the portfolio, -1 to 1: its second principal axis")


class SimilarityGroup(Row):
    """Applications that are all but equal in what decides how they move."""

    table: ClassVar[str] = "similarity_groups"
    key: ClassVar[tuple[str, ...]] = ("group_id",)

    group_id: str = Field(description="Id within the tenant, made from its members")
    members: JsonList = Field(description="application_ids, sorted")
    size: int = Field(description="Members")
    similarity: float = Field(description="Least similarity of a member to the middle of the group, 0 to 1")
    common: JsonMap = Field(description="Attribute -> value that all members share")


class PlatformAssessment(Row):
    """How far discovery can be automated for the tenant."""

    table: ClassVar[str] = "platform_assessments"
    key: ClassVar[tuple[str, ...]] = ("scope",)

    scope: str = Field(description="tenant")
    tier: int = Field(description="1 full API access to 4 manual only")
    automation_percent: float = Field(
        description="Mean over assets and attributes: 100 by an interface, 60 by a file, 0 where people are asked"
    )
    methods: JsonList = Field(description="Collection methods, cheapest first")
    justification: str = Field(description="Which capability facts led to the tier")
    strategy: str = Field(description="What to do next, and the fallback")
    capabilities: JsonMap = Field(description="The facts the tier rests on")
    decided_by: str = Field(description="policy or crew")
    groups: JsonList = Field(
        description='The same for each group of assets: [{"group", "kind", "tier", "assets", "automation_percent", '
        '"methods", "justification", "strategy", "ways" (attribute -> api, file or manual), "facts", "applications"}]'
    )
