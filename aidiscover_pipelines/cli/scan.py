"""The command that reads a tenant's cloud accounts and says what was reached, what was not, and what would help."""

from typing import TYPE_CHECKING, Any

import click

from aidiscover_pipelines.cli.output import DONE, FAILED, NEEDS_REVIEW, console, counted, emit, json_option, table
from aidiscover_pipelines.cli.portfolio import tenant_option
from aidiscover_pipelines.cli.runs import open_portfolio, run_job
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import tenant_id
from aidiscover_pipelines.domain.vocabulary import ANSWERED_CALLS

if TYPE_CHECKING:
    import pandas as pd

_GAP = ["cloud", "account", "region", "service", "operation", "outcome", "reason"]
_PLACE = ["cloud", "account", "region"]


@click.command()
@tenant_option
@click.option("--cloud", "clouds", multiple=True, help="Only this cloud, such as aws; may be given again.")
@json_option
def scan(tenant: str, clouds: tuple[str, ...], as_json: bool) -> int:
    """Read the tenant's cloud accounts; exit code 3 where anything was denied, throttled, failed or skipped."""
    from aidiscover_pipelines.domain.tables import CloudCell, CloudCoverage
    from resources.clouds import CLOUDS, module_of

    settings, name = Settings.from_environment(), tenant_id(tenant)
    for unknown in (cloud for cloud in (*clouds, *settings.clouds) if cloud not in CLOUDS):
        raise click.BadParameter(f"cloud {unknown!r} is unknown; use one of {', '.join(CLOUDS)}", param_hint="--cloud")
    store = open_portfolio(settings)
    store.tenant(name, "scan clouds")
    run = run_job(settings, "cloud_scan", name, {"cloud_resources": {"scan_clouds": {"clouds": list(clouds)}}})
    coverage = store.read(name, CloudCoverage)
    coverage = coverage[coverage["cloud"].isin([*(clouds or CLOUDS), "none"])]
    gaps = coverage[~coverage["outcome"].isin(ANSWERED_CALLS)]
    denied = gaps[gaps["permission"] != ""]
    document: dict[str, Any] = {
        "tenant": name,
        "run_id": run.run_id,
        "status": "succeeded" if run.succeeded else run.failure,
        "outcomes": coverage["outcome"].value_counts().to_dict(),
        "resources": int(coverage["resources"].sum()),
        "calls": int(coverage["calls"].sum()),
        "cells": store.page(name, CloudCell, limit=1)[1],
        "coverage": coverage.drop(columns=["digest"]).astype(object).where(coverage.notna(), None).to_dict("records"),
        "policies": {
            cloud: module_of(cloud).policy_document(_listed(denied[denied["cloud"] == cloud]))
            for cloud in sorted(denied["cloud"].unique())
        },
        "seconds": run.seconds,
    }
    if as_json:
        emit(document)
    else:
        _show(document, coverage, len(gaps))
    if not run.succeeded:
        return FAILED
    return NEEDS_REVIEW if len(gaps) else DONE


def _listed(denied: "pd.DataFrame") -> list[str]:
    """The permissions of rows, each once."""
    return sorted({permission for each in denied["permission"] for permission in str(each).split(", ")})


def _show(document: dict[str, Any], coverage: "pd.DataFrame", gaps: int) -> None:
    answered = coverage["outcome"].isin(ANSWERED_CALLS)
    places = coverage.assign(services=coverage["service"].where(answered), gaps=~answered).groupby(_PLACE, sort=True)
    told = places.agg({"services": "nunique", "resources": "sum", "calls": "sum", "gaps": "sum"}).reset_index()
    console.print(table("What answered (--json lists every call)", list(told.columns), told.to_numpy().tolist()))
    if gaps:
        console.print(table("What did not", _GAP, coverage.loc[~answered, _GAP].to_numpy().tolist()))
    if (left_out := answered & (coverage["reason"] != "")).any():
        console.print(table("What was left out", _GAP, coverage.loc[left_out, _GAP].to_numpy().tolist()))
    for cloud, policy in document["policies"].items():
        console.print(f"this allows what is missing in {cloud}:\n{policy}", markup=False, highlight=False)
    read = f"{counted(document['resources'], 'resource')} in {counted(document['calls'], 'call')}"
    console.print(f"{read}, {counted(gaps, 'gap')} in the coverage; {document['status']}", markup=False)
    if document["cells"]:
        console.print(f"next: aidiscover discover --tenant {document['tenant']}", markup=False)
