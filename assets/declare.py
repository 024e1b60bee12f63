"""What all assets declare alike: group, owner, partitions, kinds, column schema and the lineage of shared columns."""

import inspect
from collections.abc import Callable, Iterable
from typing import Any, get_args

import dagster as dg

from aidiscover_pipelines.domain import tables
from aidiscover_pipelines.domain.tables import Row
from aidiscover_pipelines.ops.partitions import DRAWN_EDGE, TENANTS

# What composing a graph asset returns: a handle on the last op's output.
Produced = Any

OWNERS = ["team:discovery"]

# The table that an asset's materialisation stands for; column schemas and lineage are drawn from it.
ASSET_TABLES: dict[str, type[Row]] = {
    "source_files": tables.SourceFile,
    "source_records": tables.SourceRecord,
    "field_mappings": tables.FieldMapping,
    "cleansed_records": tables.CleansedCell,
    "cloud_resources": tables.CloudCell,
    "repository_facts": tables.RepositoryCell,
    "inventory": tables.Asset,
    "applications": tables.Application,
    "dependencies": tables.Dependency,
    "validated_attributes": tables.AttributeValue,
    "platform_assessment": tables.PlatformAssessment,
    "pattern_clusters": tables.PatternCluster,
    "recommendations": tables.Recommendation,
    "crew_results": tables.CrewResult,
    "migration_waves": tables.WaveAssignment,
    "portfolio_report": tables.PortfolioReport,
    "llm_usage": tables.LlmCall,
    "discovery_kpis": tables.DiscoveryKpi,
    "application_attributes": tables.AttributeValue,
    "application_recommendation": tables.Recommendation,
}


def stage(
    group: str,
    *,
    kinds: Iterable[str] = ("postgres",),
    partitions: dg.PartitionsDefinition[str] = TENANTS,
    drawn: Iterable[str] = (),
) -> Callable[[Callable[..., Produced]], dg.AssetsDefinition]:
    """Make a graph asset of a function that composes ops; asset and upstream assets are named by the function.

    Parameters are the upstream assets: they order the ops and hand over no values. Those in `drawn` have partitions of
    the other kind, so only the edge is drawn.
    """

    def declare(compose: Callable[..., Produced]) -> dg.AssetsDefinition:
        table = ASSET_TABLES[compose.__name__]
        upstream = list(inspect.signature(compose).parameters)
        return dg.graph_asset(
            group_name=group,
            owners=OWNERS,
            kinds={"python", *kinds},
            partitions_def=partitions,
            description=compose.__doc__,
            ins={
                name: dg.AssetIn(name, dagster_type=dg.Nothing, partition_mapping=DRAWN_EDGE if name in drawn else None)
                for name in upstream
            },
            metadata={
                "dagster/column_schema": column_schema(table),
                "dagster/column_lineage": column_lineage(table, upstream),
                "dagster/table_name": table.table,
            },
        )(compose)

    return declare


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
