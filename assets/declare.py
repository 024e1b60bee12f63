"""What all assets declare alike: group, owner, partitions, kinds, column schema and the lineage of shared columns."""

from collections.abc import Iterable
from typing import Any, get_args

import dagster as dg

from aidiscover_pipelines.domain import tables
from aidiscover_pipelines.domain.tables import Row
from aidiscover_pipelines.ops.partitions import DRAWN_EDGE, TENANTS

# What composing a graph asset returns: a handle on the last op's output.
Produced = Any

OWNERS = ("team:discovery",)

# The table that an asset's materialisation stands for; column schemas and lineage are drawn from it.
ASSET_TABLES: dict[str, type[Row]] = {
    "source_files": tables.SourceFile,
    "source_records": tables.SourceRecord,
    "field_mappings": tables.FieldMapping,
    "cleansed_records": tables.CleansedCell,
    "cloud_resources": tables.CloudCell,
    "inventory": tables.Asset,
    "applications": tables.Application,
    "dependencies": tables.Dependency,
    "validated_attributes": tables.AttributeValue,
    "platform_assessment": tables.PlatformAssessment,
    "pattern_clusters": tables.PatternCluster,
    "recommendations": tables.Recommendation,
    "migration_waves": tables.WaveAssignment,
    "portfolio_report": tables.PortfolioReport,
    "llm_usage": tables.CrewAnswer,
    "discovery_kpis": tables.DiscoveryKpi,
    "application_attributes": tables.AttributeValue,
    "application_recommendation": tables.Recommendation,
}


def stage(
    name: str,
    group: str,
    *,
    after: Iterable[str] = (),
    drawn_after: Iterable[str] = (),
    kinds: Iterable[str] = ("postgres",),
    partitions: dg.PartitionsDefinition[str] = TENANTS,
) -> dict[str, Any]:
    """Arguments of `graph_asset` for one stage.

    `after` are upstream assets of the same partitions; `drawn_after` those of the other kind, for which only the edge
    is drawn. The graph's parameters carry the same names; they order the ops and hand over no values.
    """
    upstream = [*after, *drawn_after]
    ins = {asset: dg.AssetIn(asset, dagster_type=dg.Nothing) for asset in after}
    ins |= {asset: dg.AssetIn(asset, dagster_type=dg.Nothing, partition_mapping=DRAWN_EDGE) for asset in drawn_after}
    table = ASSET_TABLES[name]
    return {
        "name": name,
        "group_name": group,
        "owners": OWNERS,
        "kinds": {"python", *kinds},
        "partitions_def": partitions,
        "ins": ins,
        "metadata": {
            "dagster/column_schema": column_schema(table),
            "dagster/column_lineage": column_lineage(table, upstream),
            "dagster/table_name": table.table,
        },
    }


def column_schema(table: type[Row]) -> dg.TableSchema:
    """Columns of a row model with their descriptions."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(name, type=_type_name(field.annotation), description=field.description)
            for name, field in table.model_fields.items()
        ]
    )


def column_lineage(table: type[Row], upstream: Iterable[str]) -> dg.TableColumnLineage:
    """Columns keep their name on the way through the stages, so an upstream column of that name is the source."""
    deps = {
        column: [
            dg.TableColumnDep(asset_key=dg.AssetKey(asset), column_name=column)
            for asset in upstream
            if column in ASSET_TABLES[asset].model_fields
        ]
        for column in table.columns()
    }
    return dg.TableColumnLineage(deps_by_column={column: sources for column, sources in deps.items() if sources})


def _type_name(annotation: Any) -> str:
    kinds = [kind for kind in get_args(annotation) if kind is not type(None)]
    kind = kinds[0] if kinds and type(None) in get_args(annotation) else annotation
    return getattr(kind, "__name__", None) or str(kind)
