"""The command that hands the plan and the inventory to other tools."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from aidiscover_pipelines.cli.output import DONE, NEEDS_REVIEW, console, counted, emit, json_option
from aidiscover_pipelines.cli.portfolio import tenant_option
from aidiscover_pipelines.cli.runs import open_files, open_portfolio
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import RunRef, tenant_id

FORMATS = (
    "csv", "xlsx", "json", "markdown", "aws-ads", "azure-migrate", "stratozone", "mgn", "cmf", "konveyor", "jira",
)  # fmt: skip


@click.command()
@tenant_option
@click.option("--format", "name", required=True, type=click.Choice(FORMATS), help="What to write, see docs/exports.md.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write; else beside the tenant's report."
)
@click.option("--account", default="", help="AWS account that the servers go to (cmf requires it, mgn takes it).")
@click.option("--region", default="", help="AWS region that the servers go to (cmf requires it, mgn takes it).")
@json_option
def export(tenant: str, name: str, out: Path | None, account: str, region: str, as_json: bool) -> int:
    """Write the plan, or the inventory exact to another tool's import template; what does not fit is listed."""
    from aidiscover_pipelines.reporting.exports.export import FORMATS as MAKERS
    from aidiscover_pipelines.reporting.exports.export import Request, write_export
    from aidiscover_pipelines.reporting.exports.made import Target

    settings, tenant_name, now = Settings.from_environment(), tenant_id(tenant), datetime.now(UTC)
    store = open_portfolio(settings)
    store.tenant(tenant_name, "export a plan")
    path = out or open_files(settings).report_path(tenant_name, f"{name}{MAKERS[name][0]}")
    request = Request(store, tenant_name, RunRef("export", now), now, Target(account, region))
    written = write_export(request, name, path)
    document: dict[str, Any] = {
        "tenant": tenant_name,
        "format": name,
        "files": [str(file) for file in written.files],
        "rows": written.made.rows,
        "rejects": written.made.rejects.to_dict("records"),
        "rejects_file": str(written.rejects) if written.rejects else None,
        "excluded": dict(written.made.excluded),
        "notes": list(written.made.notes),
    }
    if as_json:
        emit(document)
    else:
        _print(document)
    return NEEDS_REVIEW if written.rejects else DONE


def _print(document: dict[str, Any]) -> None:
    for file in document["files"]:
        console.print(f"written: {file}", markup=False, soft_wrap=True)
    console.print(counted(document["rows"], "row"), markup=False)
    for reason, count in document["excluded"].items():
        console.print(f"not in it: {count:,} ({reason})", markup=False, soft_wrap=True)
    for note in document["notes"]:
        console.print(f"note: {note}", markup=False, soft_wrap=True)
    if document["rejects_file"]:
        rejects = document["rejects"]
        rows = sum(reject["outcome"] == "row left out" for reject in rejects)
        console.print(
            f"{rows:,} times a row was left out and {len(rejects) - rows:,} times a cell was left empty, each with its "
            f"reason: {document['rejects_file']}",
            markup=False,
            soft_wrap=True,
        )
