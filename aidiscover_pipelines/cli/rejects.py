"""The command that shows what was not used of the uploads, and hands out the rows to correct."""

from pathlib import Path

import click

from aidiscover_pipelines.cli.output import DONE, console, emit, json_option, table
from aidiscover_pipelines.cli.portfolio import tenant_option
from aidiscover_pipelines.cli.runs import open_files, open_portfolio
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import tenant_id

_ROWS_SHOWN = 50


@click.command()
@tenant_option
@click.option("--file", default="", help="Only rows of the file with this name.")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for one CSV per sheet with rows to correct and to ingest again.",
)
@json_option
def rejects(tenant: str, file: str, output: Path | None, as_json: bool) -> int:
    """List files in quarantine and rows left out, with reasons; write the rows that can be corrected."""
    from aidiscover_pipelines.ingest.rejects import skipped_rows, write_corrections

    settings, name = Settings.from_environment(), tenant_id(tenant)
    store = open_portfolio(settings)
    store.tenant(name, "list what was rejected")
    aside = open_files(settings).quarantined(name)
    rows = skipped_rows(store, name, file)
    written = [] if output is None else write_corrections(store, name, output, file)
    if as_json:
        emit(
            {
                "tenant": name,
                "files": [{"name": each.name, "reason": each.reason, "path": str(each.path)} for each in aside],
                "rows": rows.to_dict("records"),
                "written": [
                    {"path": str(each.path), "file": each.file, "sheet": each.sheet, "rows": each.rows}
                    for each in written
                ],
            }
        )
        return DONE
    if aside:
        listed = [[each.reason, str(each.path)] for each in aside]
        console.print(table(f"{len(aside)} files in quarantine", ["reason", "bytes lie in"], listed))
    if len(rows):
        shown = rows.head(_ROWS_SHOWN).to_numpy().tolist()
        console.print(table(f"{len(rows)} rows left out", list(rows.columns), shown))
        if len(rows) > _ROWS_SHOWN:
            console.print(f"... and {len(rows) - _ROWS_SHOWN} more; --json lists all", markup=False)
    for each in written:
        console.print(f"{each.rows} rows to correct: {each.path}", markup=False, soft_wrap=True)
    if written:
        console.print(
            f"next: correct them, then aidiscover ingest --tenant {name} {output}", markup=False, soft_wrap=True
        )
    elif output is not None or not (aside or len(rows)):
        console.print("nothing to correct", markup=False)
    return DONE
