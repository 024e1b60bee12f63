"""The demo: a sample portfolio from three files to a plan and a report."""

import tempfile
from pathlib import Path

import click

from aidiscover_pipelines.cli.output import DONE, FAILED, console, emit, json_option, messages
from aidiscover_pipelines.cli.portfolio import discovery_document, print_summary
from aidiscover_pipelines.cli.runs import open_files, open_for_a_run
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tenancy import Tenant, tenant_id

DEMO = Tenant(tenant_id("demo"), "Nordwerk Antriebstechnik (sample portfolio)")


@click.command()
@json_option
def demo(as_json: bool) -> int:
    """Run the sample portfolio end to end and say where its report lies."""
    from aidiscover_pipelines.demo.write import write_demo_files
    from aidiscover_pipelines.ingest.stage import ingest_paths

    settings = Settings.from_environment()
    messages.print("starting the embedded database; reading three sample files", highlight=False)
    store, files = open_for_a_run(settings), open_files(settings)
    store.add_tenant(DEMO)
    with tempfile.TemporaryDirectory() as folder:
        ingest_paths(store, files, DEMO.id, write_demo_files(Path(folder)))
    document = discovery_document(settings, DEMO.id)
    if as_json:
        emit(document)
    elif document["status"] == "succeeded":
        print_summary(settings, DEMO.id, document)
        console.print("the Dagster UI with this run's lineage: make dev (or: aidiscover up)", markup=False)
    return DONE if document["status"] == "succeeded" else FAILED
