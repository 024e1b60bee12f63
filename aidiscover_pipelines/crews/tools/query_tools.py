"""Declared questions to the tenant's history: past mappings, asset patterns, columns that look alike, memories."""

import textwrap
from typing import Any, Literal

import pandas as pd
from pydantic import Field

from aidiscover_pipelines.crews.text import VALUE_CHARS, visible
from aidiscover_pipelines.crews.tools.desk import Desk, TenantView
from aidiscover_pipelines.crews.tools.spec import (
    ANY,
    ASSET_INTELLIGENCE,
    DATA_QUALITY,
    MIGRATION_STRATEGY,
    PATTERN_RECOGNITION,
    ROW_EVIDENCE,
    Arguments,
    Found,
    Text,
    ToolSpec,
    has_portfolio,
    rooms_of,
    view_of,
)
from aidiscover_pipelines.domain.errors import ForbiddenTool
from aidiscover_pipelines.domain.tables import (
    Asset,
    CleansedCell,
    CloudCell,
    EntityValue,
    FieldMapping,
    MappingCorrection,
)

_SCOPES = {"all": "", "short_term": "/short_term", "long_term": "/long_term", "entity": "/entity"}
_USED = ["header", "field", "decision"]


class QueryArguments(Arguments):
    """Arguments of database_query: one of the declared queries."""

    query: Literal["historical_mappings", "asset_patterns"] = Field(description="Which declared query")
    contains: Text = Field("", description="historical_mappings: only headers or fields that contain this")
    by: Literal[
        "kind",
        "os_name",
        "environment",
        "location",
        "virtualization_platform",
        "hardware_model",
        "power_state",
        "lifecycle_status",
    ] = Field("kind", description="asset_patterns: what assets are counted by")


class MatcherArguments(Arguments):
    """Arguments of pattern_matcher."""

    kind: Literal["field_names", "value_formats", "relationships"] = Field(description="What to compare")
    header: Text = Field("", description="A header: names like it, or only columns that contain it")
    file: Text = Field("", description="Only files whose name contains this")
    sheet: Text = Field("", description="Only sheets whose name contains this")


class RecallArguments(Arguments):
    """Arguments of recall."""

    query: Text = Field(min_length=1, description="What to remember, in words")
    scope: Literal["all", "short_term", "long_term", "entity"] = Field("all", description="Where to look")
    limit: int = Field(5, ge=1, le=20, description="How many")


def query_database(desk: Desk, arguments: QueryArguments) -> Found:
    """The rows of one declared query. There is no other: nothing of an argument becomes part of a statement."""
    view = view_of(desk)
    if arguments.query == "historical_mappings":
        return Found(_historical_mappings(view, arguments.contains), {"query": arguments.query})
    return Found(_asset_patterns(view, arguments.by), {"query": arguments.query, "by": arguments.by})


def match_patterns(desk: Desk, arguments: MatcherArguments) -> Found:
    """Columns whose header, values or shared values say which canonical field they look like."""
    rows = rooms_of(desk).match_columns(
        view_of(desk).read, arguments.kind, arguments.header, arguments.file, arguments.sheet
    )
    return Found(rows, {"kind": arguments.kind})


def recall_memories(desk: Desk, arguments: RecallArguments) -> Found:
    """Memories nearest to the query. Evidence that a memory names is passed on where its cells still exist."""
    if desk.recall is None:
        raise ForbiddenTool("cannot use tool 'recall': this crew keeps no memory; go on without it")
    scope = _SCOPES[arguments.scope]
    if arguments.scope == "entity" and desk.application:
        scope = f"{scope}/{desk.application}"
    rows = []
    for memory in desk.recall(arguments.query, scope, arguments.limit):
        details = memory.get("details") or {}
        rows.append(
            {
                "content": textwrap.wrap(visible(str(memory["content"])), VALUE_CHARS),
                **{name: memory.get(name) for name in ("scope", "similarity", "created_at")},
                "evidence": _existing(desk, details.get("evidence") or []),
            }
        )
    return Found(rows)


def _historical_mappings(view: TenantView, contains: str) -> list[dict[str, Any]]:
    """What people said of headers and whether the mapper had it right, then how headers are mapped now."""
    corrections, mappings = view.read(MappingCorrection), view.read(FieldMapping)
    rows: list[dict[str, Any]] = [
        {
            "header": row["header"],
            "field": row["field"],
            "told_by": "a person",
            "mapper_had": row["proposed"],
            "outcome": _outcome(row),
            "source": row["source"],
            "evidence": [],
        }
        for row in corrections.sort_values("at", ascending=False, kind="stable").to_dict("records")
    ]
    used = mappings.assign(field=mappings["field"].fillna("ignore"))
    for (header, field, decision), each in used.groupby(_USED, sort=True):
        rows.append(
            {
                "header": header,
                "field": field,
                "told_by": "the mapper",
                "decision": str(decision),
                "columns": len(each),
                "confidence": round(float(each["confidence"].mean()), 3),
                "evidence": [],
            }
        )
    needle = contains.casefold()
    rows = [row for row in rows if needle in row["header"].casefold() or needle in str(row["field"])]
    return sorted(rows, key=lambda row: (row["told_by"] != "a person", -row.get("columns", 0)))


def _outcome(row: Any) -> str:
    if not isinstance(row["proposed"], str):
        return "not compared"
    return "confirmed" if row["proposed"] == row["field"] else "corrected"


def _asset_patterns(view: TenantView, by: str) -> list[dict[str, Any]]:
    """Assets counted by one declared dimension, most frequent first."""
    if by == "kind":
        assets = view.read(Asset, columns=["asset_id", "kind"])
        frame = pd.DataFrame({"entity_id": assets["asset_id"], "value": assets["kind"]}).assign(evidence_id="")
    else:
        columns = ["entity_id", "value", "evidence_id"]
        frame = view.read(EntityValue, columns=columns, entity="asset", field=by, chosen=True)
    rows = []
    for value, each in frame.groupby("value", sort=True):
        rows.append(
            {
                "field": by,
                "value": value,
                "assets": int(each["entity_id"].nunique()),
                "share": round(each["entity_id"].nunique() / frame["entity_id"].nunique(), 3),
                "evidence": [cell for cell in each["evidence_id"].head(ROW_EVIDENCE) if cell],
            }
        )
    return sorted(rows, key=lambda row: -row["assets"])


def _existing(desk: Desk, ids: Any) -> list[str]:
    """Those of the ids that name a cell of the tenant."""
    asked = [str(each) for each in ids[:ROW_EVIDENCE]] if isinstance(ids, list) else []
    if not asked or desk.portfolio is None:
        return []
    held: set[str] = set()
    for table in (CleansedCell, CloudCell):
        held |= set(desk.portfolio.read(table, columns=["evidence_id"], evidence_id=asked)["evidence_id"])
    return [each for each in asked if each in held]


QUERY_TOOLS: tuple[ToolSpec, ...] = (
    ToolSpec(
        "database_query",
        "Declared queries: how headers were mapped and corrected before, or assets counted by a trait.",
        frozenset({ASSET_INTELLIGENCE, PATTERN_RECOGNITION, DATA_QUALITY, MIGRATION_STRATEGY}),
        QueryArguments,
        query_database,
        has_portfolio,
    ),
    ToolSpec(
        "pattern_matcher",
        "Columns of the sources by header names, value formats or shared values, and the fields they look like.",
        frozenset({ASSET_INTELLIGENCE, PATTERN_RECOGNITION, DATA_QUALITY}),
        MatcherArguments,
        match_patterns,
        has_portfolio,
    ),
    ToolSpec(
        "recall",
        "What crews remember that is most like a question: earlier answers, entities, people's decisions.",
        frozenset({ANY}),
        RecallArguments,
        recall_memories,
        lambda desk: desk.recall is not None,
    ),
)
