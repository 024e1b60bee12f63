"""What can be reached and how: clouds, credentials, interfaces, the automation tier, and what each way delivers.

Everything is read from what the last scan stored. No tool calls an account or an address: an agent that could would be
steered by the data it reads.
"""

from typing import Any, Literal

import pandas as pd
from pydantic import Field

from aidiscover_pipelines.crews.tools.counting import counts
from aidiscover_pipelines.crews.tools.desk import Desk, TenantView
from aidiscover_pipelines.crews.tools.spec import (
    ASSET_INTELLIGENCE,
    PLATFORM_DETECTION,
    ROW_EVIDENCE,
    Arguments,
    Found,
    Scoped,
    Text,
    ToolSpec,
    has_portfolio,
    only,
    rooms_of,
    scope_of,
    scope_words,
    view_of,
)
from aidiscover_pipelines.domain.tables import (
    ApplicationAsset,
    CloudCell,
    CloudCoverage,
    Dependency,
    EntityValue,
    FieldMapping,
    PlatformAssessment,
)

ANSWERED = ("called", "empty")
FAULTY = ("throttled", "failed")
ACCESS_ROLES = frozenset({ASSET_INTELLIGENCE, PLATFORM_DETECTION})


class CloudArguments(Scoped):
    """Arguments of cloud_scanner."""

    cloud: Text = Field("", description="Only this cloud, such as aws")
    region: Text = Field("", description="Only this region")
    service: Text = Field("", description="Only this service, such as ec2")


class CredentialArguments(Arguments):
    """Arguments of credential_validator."""

    cloud: Text = Field("", description="Only this cloud, such as aws")


class EndpointArguments(Scoped):
    """Arguments of api_endpoint_validator."""

    answered: Literal["any", "yes", "no"] = Field("any", description="Only interfaces that answered, or that did not")


class CapabilityArguments(Arguments):
    """capability_assessor takes none."""


def scan_clouds(desk: Desk, arguments: CloudArguments) -> Found:
    """What clouds hold: resources, cells and fields by cloud, region and service, and what was not reached."""
    view, application = view_of(desk), scope_of(desk, arguments)
    coverage = view.read(CloudCoverage)
    cells = _cloud_cells(view, application)
    for name in ("cloud", "region", "service"):
        if wanted := getattr(arguments, name):
            coverage, cells = (frame[frame[name] == wanted] for frame in (coverage, cells))
    rows = []
    for reached in coverage.itertuples(index=False):
        own = cells
        for name in ("cloud", "region", "service"):
            own = own[own[name] == getattr(reached, name)]
        if application and own.empty:
            continue
        rows.append(
            {
                **{name: getattr(reached, name) for name in ("cloud", "region", "service", "outcome", "reason")},
                "resources": int(own["record_id"].nunique()) if application else reached.resources,
                "cells": len(own),
                "fields": sorted(own["field"].unique()),
                "evidence": own.drop_duplicates("record_id")["evidence_id"].head(ROW_EVIDENCE).tolist(),
            }
        )
    about = {**scope_words(desk, application), "calls_by_outcome": counts(coverage["outcome"])}
    return Found(sorted(rows, key=lambda row: -row["cells"]), about)


def validate_credentials(desk: Desk, arguments: CredentialArguments) -> Found:
    """Clouds whose credentials answered, were refused or are not there; what they are is stored nowhere."""
    coverage = view_of(desk).read(CloudCoverage)
    if arguments.cloud:
        coverage = coverage[coverage["cloud"] == arguments.cloud]
    rows = []
    for cloud, each in coverage.groupby("cloud", sort=True):
        refused = each[each["outcome"] == "denied"]
        rows.append(
            {
                "cloud": cloud,
                "credentials": _verdict(each),
                "services_answered": sorted(each.loc[each["outcome"].isin(ANSWERED), "service"].unique()),
                "services_refused": sorted(refused["service"].unique()),
                "regions": sorted(each["region"].unique()),
                "reasons": each.loc[each["reason"] != "", "reason"].drop_duplicates().head(5).tolist(),
                "evidence": [],
            }
        )
    return Found(rows)


def validate_endpoints(desk: Desk, arguments: EndpointArguments) -> Found:
    """Interfaces that scans called and how they answered; endpoints that flows record, which nobody calls from here."""
    view, application = view_of(desk), scope_of(desk, arguments)
    rows: list[dict[str, Any]] = []
    for row in view.read(CloudCoverage).to_dict("records"):
        answered = row["outcome"] in ANSWERED
        if arguments.answered == "any" or (arguments.answered == "yes") == answered:
            told = {name: row[name] for name in CloudCoverage.columns()}
            rows.append({"endpoint": "cloud interface", **told, "answered": answered, "evidence": []})
    if arguments.answered == "any":
        edges = view.read(Dependency, **only("target_application", application))
        flows = edges[edges["port"].notna()]
        ends: dict[Any, pd.DataFrame] = dict(iter(flows.groupby(["target_text", "port"], sort=True)))
        for (target, port), each in ends.items():
            rows.append(
                {
                    "endpoint": "recorded flow",
                    "target": target,
                    "port": int(port),
                    "callers": each["source_text"].nunique(),
                    "answered": None,
                    "evidence": each["evidence_id"].head(ROW_EVIDENCE).tolist(),
                }
            )
    about = {"note": "answered is null for endpoints that flows record: they are never called from here"}
    return Found(rows, about)


def assess_capabilities(desk: Desk, arguments: CapabilityArguments) -> Found:
    """The facts that the automation tier rests on, and how each of the 22 attributes can be collected."""
    view, rooms = view_of(desk), rooms_of(desk)
    stored = view.read(PlatformAssessment).to_dict("records")
    if not stored:
        return Found([], {"note": "the tier has not been assessed yet"})
    row = stored[0]
    known = sorted(row["capabilities"].items())
    facts = [{"capability": name, "value": value, "evidence": []} for name, value in known]
    mappings, cells = view.read(FieldMapping), view.read(CloudCell, columns=["field", "evidence_id"])
    ways = rooms.collected_by(mappings, cells)
    attributes = [{"critical_attribute": name, "collected_by": how, "evidence": []} for name, how in ways.items()]
    shown = ("tier", "automation_percent", "methods", "justification", "strategy", "decided_by")
    return Found([*facts, *attributes], {name: row[name] for name in shown})


def _verdict(coverage: pd.DataFrame) -> str:
    outcomes = set(coverage["outcome"])
    if outcomes & set(ANSWERED):
        return "answered; some calls were refused" if "denied" in outcomes else "answered"
    if "denied" in outcomes:
        return "refused"
    return "there, but no call got an answer" if outcomes & set(FAULTY) else "none found"


def _cloud_cells(view: TenantView, application: str) -> pd.DataFrame:
    """Cells with cloud, region and service of their address; of one application those that its servers rest on."""
    where: dict[str, Any] = {}
    if application:
        links = view.read(ApplicationAsset, columns=["asset_id"], application_id=application)
        values = view.read(
            EntityValue, columns=["evidence_id"], entity="asset", entity_id=links["asset_id"].unique().tolist()
        )
        where = {"evidence_id": values["evidence_id"].tolist()}
    cells = view.read(CloudCell, columns=["evidence_id", "record_id", "file_id", "field"], **where)
    place = cells["file_id"].str.partition(":") if len(cells) else pd.DataFrame({0: [], 2: []}, dtype="str")
    # Addresses are cloud:region.service.resource.field.
    service = [record.removeprefix(f"{file}.").partition(".")[0] for record, file in zip(
        cells["record_id"], cells["file_id"], strict=True
    )]  # fmt: skip
    return cells.assign(cloud=place[0], region=place[2], service=pd.Series(service, index=cells.index, dtype="str"))


ACCESS_TOOLS: tuple[ToolSpec, ...] = (
    ToolSpec(
        "cloud_scanner",
        "What the cloud accounts hold by region and service as last scanned, and what a scan did not reach.",
        ACCESS_ROLES,
        CloudArguments,
        scan_clouds,
        has_portfolio,
    ),
    ToolSpec(
        "credential_validator",
        "Which clouds' credentials answered at the last scan, were refused, or are not there.",
        ACCESS_ROLES,
        CredentialArguments,
        validate_credentials,
        has_portfolio,
    ),
    ToolSpec(
        "api_endpoint_validator",
        "Interfaces that the last scan called and how they answered, and the endpoints that flows record.",
        ACCESS_ROLES,
        EndpointArguments,
        validate_endpoints,
        has_portfolio,
    ),
    ToolSpec(
        "capability_assessor",
        "The facts behind the automation tier, and how each critical attribute can be collected.",
        ACCESS_ROLES,
        CapabilityArguments,
        assess_capabilities,
        has_portfolio,
    ),
)
