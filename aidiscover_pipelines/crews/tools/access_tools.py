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
    scope_of,
    scope_words,
    view_of,
)
from aidiscover_pipelines.domain.tables import (
    ApplicationAsset,
    CloudCell,
    CloudConnection,
    CloudCoverage,
    Dependency,
    EntityValue,
    PlatformAssessment,
)
from aidiscover_pipelines.domain.vocabulary import ANSWERED_CALLS

_CALL = list(CloudCoverage.key)
FAULTY = ("throttled", "failed")
CONNECTION_COLUMNS = ("cloud", "name", "method", "sealed")  # not the options: they name accounts and roles
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
    """What clouds hold: resources, cells and fields by account, region, service and call, and what was not reached."""
    view, application = view_of(desk), scope_of(desk, arguments)
    wanted = {name: getattr(arguments, name) for name in ("cloud", "region", "service") if getattr(arguments, name)}
    coverage = view.read(CloudCoverage, **wanted)
    cells = _cloud_cells(view, application, wanted)
    told = dict(list(cells.groupby(_CALL)))
    rows = []
    for reached in coverage.itertuples(index=False):
        own = told.get(tuple(getattr(reached, name) for name in _CALL), cells[:0])
        if application and own.empty:
            continue
        rows.append(
            {
                **{name: getattr(reached, name) for name in (*_CALL, "outcome", "reason")},
                "resources": int(own["record_id"].nunique()) if application else reached.resources,
                "cells": len(own),
                "fields": sorted(own["field"].unique()),
                "evidence": own.drop_duplicates("record_id")["evidence_id"].head(ROW_EVIDENCE).tolist(),
            }
        )
    about = {**scope_words(desk, application), "calls_by_outcome": counts(coverage["outcome"])}
    return Found(sorted(rows, key=lambda row: -row["cells"]), about)


def validate_credentials(desk: Desk, arguments: CredentialArguments) -> Found:
    """Clouds with their connections, and whether their credentials answered, were refused or are not there.

    Of a connection it says its name and method, and whether it refers to credentials or has some sealed; never what.
    """
    view = view_of(desk)
    coverage, connections = view.read(CloudCoverage), view.read(CloudConnection, columns=CONNECTION_COLUMNS)
    clouds = sorted({*coverage["cloud"], *connections["cloud"]})
    rows = []
    for cloud in [name for name in clouds if arguments.cloud in ("", name)]:
        each = coverage[coverage["cloud"] == cloud]
        refused = each[each["outcome"] == "denied"]
        rows.append(
            {
                "cloud": cloud,
                "credentials": _verdict(each),
                "connections": [
                    {
                        "name": row.name,
                        "method": row.method,
                        "credentials_are": "sealed" if row.sealed else "referred to",
                    }
                    for row in connections[connections["cloud"] == cloud].itertuples(index=False)
                ],
                "accounts": sorted(each["account"].unique()),
                "services_answered": sorted(each.loc[each["outcome"].isin(ANSWERED_CALLS), "service"].unique()),
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
        answered = row["outcome"] in ANSWERED_CALLS
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
    """The facts behind the automation tier, the groups of assets, and how each attribute is collected in them."""
    stored = view_of(desk).read(PlatformAssessment).to_dict("records")
    if not stored:
        return Found([], {"note": "the tier has not been assessed yet"})
    row = stored[0]
    known = sorted(row["capabilities"].items())
    facts = [{"capability": name, "value": value, "evidence": []} for name, value in known]
    shown = ("tier", "automation_percent", "methods", "justification", "strategy")
    groups = [
        {"group": group["group"], "assets": group["assets"], **{name: group[name] for name in shown}, "evidence": []}
        for group in row["groups"]
    ]
    ways: dict[str, dict[str, list[str]]] = {}
    for group in row["groups"]:
        for attribute, way in group["ways"].items():
            ways.setdefault(attribute, {}).setdefault(way, []).append(group["group"])
    # The database keeps no order of keys.
    attributes = [
        {"critical_attribute": name, "collected_by": dict(sorted(by.items())), "evidence": []}
        for name, by in sorted(ways.items())
    ]
    return Found([*facts, *groups, *attributes], {name: row[name] for name in (*shown, "decided_by")})


def _verdict(coverage: pd.DataFrame) -> str:
    outcomes = set(coverage["outcome"])
    if not outcomes:
        return "not tried yet: no scan since they were connected"
    if outcomes & set(ANSWERED_CALLS):
        return "answered; some calls were refused" if "denied" in outcomes else "answered"
    if "denied" in outcomes:
        return "refused"
    return "there, but no call got an answer" if outcomes & set(FAULTY) else "none found"


def _cloud_cells(view: TenantView, application: str, wanted: dict[str, Any]) -> pd.DataFrame:
    """Cells of those clouds, regions and services; of one application those that its servers rest on."""
    where = dict(wanted)
    if application:
        links = view.read(ApplicationAsset, columns=["asset_id"], application_id=application)
        values = view.read(
            EntityValue, columns=["evidence_id"], entity="asset", entity_id=links["asset_id"].unique().tolist()
        )
        where["evidence_id"] = values["evidence_id"].tolist()
    return view.read(CloudCell, columns=["evidence_id", "record_id", "field", *_CALL], **where)


ACCESS_TOOLS: tuple[ToolSpec, ...] = (
    ToolSpec(
        "cloud_scanner",
        "What the cloud accounts hold by region and service as last scanned, and what a scan did not reach.",
        ACCESS_ROLES,
        CloudArguments,
        scan_clouds,
        has_portfolio,
        tiers=(1, 2),
    ),
    ToolSpec(
        "credential_validator",
        "How each cloud is connected, and whether its credentials answered at the last scan or were refused.",
        ACCESS_ROLES,
        CredentialArguments,
        validate_credentials,
        has_portfolio,
        tiers=(1, 2, 3),
    ),
    ToolSpec(
        "api_endpoint_validator",
        "Interfaces that the last scan called and how they answered, and the endpoints that flows record.",
        ACCESS_ROLES,
        EndpointArguments,
        validate_endpoints,
        has_portfolio,
        tiers=(1, 2, 3),
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
