"""The command that shows what new uploads changed and what is gone; and keeps two files of one source apart."""

import click

from aidiscover_pipelines.cli.corrections import by_option
from aidiscover_pipelines.cli.output import DONE, console, emit, json_option, table
from aidiscover_pipelines.cli.portfolio import tenant_option
from aidiscover_pipelines.cli.runs import open_portfolio
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import tenant_id

_SHOWN = 50


@click.command()
@tenant_option
@click.option("--source", default="", help="Only changes of the file with this name.")
@click.option(
    "--keep", default="", help="This replaced file is a source of its own: the next discovery reads it again."
)
@click.option("--release", default="", help="Take --keep back.")
@by_option
@json_option
def changes(tenant: str, source: str, keep: str, release: str, by: str, as_json: bool) -> int:
    """List what changed since the upload before of each source, and what no source lists any more."""
    from aidiscover_pipelines.ingest.supersede import keep_file, release_file
    from aidiscover_pipelines.reporting.changes import source_changes

    name = tenant_id(tenant)
    store = open_portfolio(Settings.from_environment())
    store.tenant(name, "list what changed")
    if keep:
        keep_file(store, name, keep, by)
    if release:
        release_file(store, name, release)
    told = source_changes(store, name, source)
    if as_json:
        frames = {part: getattr(told, part).astype(object) for part in told.__slots__}
        emit(
            {"tenant": name}
            | {part: rows.where(rows.notna(), None).to_dict("records") for part, rows in frames.items()}
        )
        return DONE
    for title, rows, columns in (
        ("Since the upload before", told.uploads, list(told.uploads.columns)),
        ("Cells", told.rows, ["sheet", "row", "change", "column", "before", "now"]),
        ("Gone", told.gone, ["entity", "name", "last_seen", "gone_since", "sources"]),
        ("Replaced uploads", told.replaced, ["file", "reason"]),
    ):
        if len(rows):
            shown = rows[columns].head(_SHOWN).astype(str).to_numpy().tolist()
            console.print(table(f"{title}: {len(rows)}", columns, shown))
            if len(rows) > _SHOWN:
                console.print(f"... and {len(rows) - _SHOWN} more; --source narrows, --json lists all", markup=False)
    if not any(len(rows) for rows in (told.uploads, told.gone, told.replaced)):
        console.print("no source has been uploaded a second time", markup=False)
    if keep or release:
        console.print(f"next: aidiscover discover --tenant {name}", markup=False)
    return DONE
