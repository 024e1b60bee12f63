"""The data collector: what each way of collecting delivers for an application or the portfolio, and from where."""

from typing import Any, Literal

import pandas as pd
from pydantic import Field

from aidiscover_pipelines.crews.tools.counting import first_cells
from aidiscover_pipelines.crews.tools.desk import Desk, TenantView
from aidiscover_pipelines.crews.tools.spec import (
    ASSET_INTELLIGENCE,
    DATA_QUALITY,
    PLATFORM_DETECTION,
    ROW_EVIDENCE,
    Found,
    Scoped,
    ToolSpec,
    has_portfolio,
    only,
    rooms_of,
    scope_of,
    scope_words,
    view_of,
)
from aidiscover_pipelines.domain.collection import COLLECTOR_MODES
from aidiscover_pipelines.domain.errors import ForbiddenTool
from aidiscover_pipelines.domain.tables import (
    ApplicationAsset,
    ApplicationFact,
    CleansedCell,
    CloudCell,
    CloudCoverage,
    EntityValue,
    SourceFile,
)
from aidiscover_pipelines.domain.vocabulary import ANSWERED_CALLS

MEASURED = (
    *("cpu_util_pct", "cpu_util_pct_max", "memory_util_pct", "memory_util_pct_max"),
    *("disk_iops", "disk_throughput_mbps", "network_throughput_mbps", "power_off_share", "last_seen"),
)
_EXAMPLES = 5


class CollectorArguments(Scoped):
    """Arguments of data_collector."""

    mode: Literal["api", "realtime", "file", "limited"] = Field(
        description="api: cloud cells; realtime: measured load; file: source records; limited: questions for people"
    )


def collect(desk: Desk, arguments: CollectorArguments) -> Found:
    """What one mode delivers: a row for each field (limited: each question), its source, its cells.

    Raises: ForbiddenTool for a mode that the tenant's automation tier does not permit.
    """
    permitted = COLLECTOR_MODES[desk.tier]
    if arguments.mode not in permitted:
        raise ForbiddenTool(
            f"cannot collect by {arguments.mode}: automation tier {desk.tier} permits {', '.join(permitted)} only; "
            "use one of these"
        )
    view, application = view_of(desk), scope_of(desk, arguments)
    about: dict[str, Any] = {**scope_words(desk, application), "mode": arguments.mode}
    if arguments.mode == "limited":
        asked = rooms_of(desk).gaps(view.read, application)
        return Found([{"from": row["ask"], **row} for row in asked], about)
    if arguments.mode == "realtime":
        return Found(_measured(view, application), about)
    if arguments.mode == "api":
        outcomes = view.read(CloudCoverage, columns=["outcome"])["outcome"]
        about = {**about, "calls": len(outcomes), "calls_answered": int(outcomes.isin(ANSWERED_CALLS).sum())}
        return Found(_delivered(_cells(view, CloudCell, application), {}), about)
    files = view.read(SourceFile, columns=["file_id", "name"])
    names = dict(zip(files["file_id"], files["name"], strict=True))
    return Found(_delivered(_cells(view, CleansedCell, application), names), about)


def _measured(view: TenantView, application: str) -> list[dict[str, Any]]:
    facts = view.read(ApplicationFact, field=list(MEASURED), **only("application_id", application))
    rows = []
    for field, each in facts.groupby("field", sort=True):
        numbers = each["number"].dropna()
        told = {"value": each["value"].iloc[0]} if application else {"median": _median(numbers)}
        rows.append(
            {
                "field": field,
                **told,
                "applications": len(each),
                "from": ", ".join(sorted(each["basis"].unique())),
                "evidence": first_cells(each["evidence"].tolist()),
            }
        )
    return rows


def _median(numbers: "pd.Series[float]") -> float | None:
    return round(float(numbers.median()), 2) if len(numbers) else None


def _cells(view: TenantView, table: type[CleansedCell], application: str) -> pd.DataFrame:
    """field, value, file_id and evidence_id of cells; of one application the chosen ones it and its servers rest on."""
    columns = ["field", "value", "file_id", "evidence_id"]
    if not application:
        return view.read(table, columns=columns)
    links = view.read(ApplicationAsset, columns=["asset_id"], application_id=application)
    ids = [application, *links["asset_id"].unique().tolist()]
    values = view.read(EntityValue, columns=["evidence_id"], entity_id=ids, chosen=True)
    return view.read(table, columns=columns, evidence_id=values["evidence_id"].tolist())


def _delivered(cells: pd.DataFrame, names: dict[str, str]) -> list[dict[str, Any]]:
    """One row for each field and source, what delivers most first."""
    rows = [
        {
            "field": field,
            "from": names.get(str(file_id), str(file_id)),
            "cells": len(each),
            "examples": each["value"].drop_duplicates().head(_EXAMPLES).tolist(),
            "evidence": each["evidence_id"].head(ROW_EVIDENCE).tolist(),
        }
        for (field, file_id), each in cells.groupby(["field", "file_id"], sort=True)
    ]
    return sorted(rows, key=lambda row: -row["cells"])


COLLECTOR_TOOLS: tuple[ToolSpec, ...] = (
    ToolSpec(
        "data_collector",
        "What one way of collecting (api, realtime, file, limited) delivers for the application, and from where.",
        frozenset({ASSET_INTELLIGENCE, PLATFORM_DETECTION, DATA_QUALITY}),
        CollectorArguments,
        collect,
        has_portfolio,
    ),
)
