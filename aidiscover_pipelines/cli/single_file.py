"""Commands that look at one file and store nothing: map and assess."""

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aidiscover_pipelines.cli.output import DONE, NEEDS_REVIEW, console, emit, json_option, table
from aidiscover_pipelines.domain.errors import EmptyFile
from aidiscover_pipelines.domain.tables import Application, ApplicationFact, FieldMapping
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, tenant_id

if TYPE_CHECKING:
    from resources.scratch_store import ScratchStore

# What a recommendation tells as it is stored; `ranking` holds the alternatives.
TOLD = (
    "strategy",
    "confidence",
    "decided_by",
    "ranking",
    "risk",
    "risks",
    "rationale",
    "target",
    "target_why",
    "counterfactuals",
    "effort",
    "cost",
    "question",
    "next_steps",
    "priority",
    "policy",
)
SCRATCH = Tenant(tenant_id("scratch"), "one file, nothing stored")

file_argument = click.argument("file", type=click.Path(path_type=Path))


@click.command(name="map")
@file_argument
@json_option
def map_file(file: Path, as_json: bool) -> int:
    """Show what each column of a file is taken to mean; stores nothing."""
    from aidiscover_pipelines.mapping.document import mapping_document
    from aidiscover_pipelines.mapping.fields import SAMPLE_ROWS

    mappings = _mapped(file, first=SAMPLE_ROWS).read(SCRATCH.id, FieldMapping)
    document = mapping_document(mappings)
    if as_json:
        emit(document)
    else:
        for sheet in document["sheets"]:
            rows = [
                [c["header"], c["field"], c["unit"], c["statistic"], c["confidence"], c["decision"], c["reason"]]
                for c in sheet["columns"]
            ]
            columns = ["header", "field", "unit", "statistic", "confidence", "decision", "reason"]
            console.print(table(sheet["sheet"], columns, rows))
    in_review = (mappings["entity"].notna() & (mappings["decision"] == "review")).any()
    return NEEDS_REVIEW if in_review else DONE


@click.command()
@file_argument
@json_option
def assess(file: Path, as_json: bool) -> int:
    """Recommend one of six Rs for each application in a file, one row each; stores nothing."""
    document = assessment_document(file)
    if as_json:
        emit(document)
    else:
        rows = [
            [a["application"], a["strategy"], a["confidence"], a["risk"], a["ranking"][1]["strategy"], a["target"]]
            for a in document["applications"]
        ]
        console.print(table(file.name, ["application", "strategy", "confidence", "risk", "next best", "target"], rows))
    return DONE


def assessment_document(file: Path) -> dict[str, Any]:
    """The policy's answer for each application in a file, in the shape that DESIGN section 8 promises.

    Raises: InputError; EmptyFile where no column names an application.
    """
    from aidiscover_pipelines.attributes.stage import validate_attributes
    from aidiscover_pipelines.inventory import stage as inventory
    from aidiscover_pipelines.strategy.advice.reasons import why_not
    from aidiscover_pipelines.strategy.stage import assess_portfolio

    store, run, today = _mapped(file), RunRef("scratch"), datetime.now(UTC).date()
    for step in (
        inventory.cleanse_records,
        inventory.build_inventory,
        inventory.build_applications,
        inventory.build_dependencies,
    ):
        step(store, SCRATCH.id, run)
    names = store.read(SCRATCH.id, Application).set_index("application_id")["name"]
    if names.empty:
        raise EmptyFile(
            str(file), "no column was found that names an application", "see 'aidiscover map' for the columns"
        )
    validate_attributes(store, SCRATCH.id, run, today)
    drafts = assess_portfolio(store, SCRATCH.id, today)
    facts = store.read(SCRATCH.id, ApplicationFact)
    values = {
        cell: (f, v) for f, v, cells in facts[["field", "value", "evidence"]].itertuples(index=False) for cell in cells
    }
    return {
        "applications": [
            {
                "application": names[draft["application_id"]],
                **{key: draft[key] for key in TOLD},
                "why_not": why_not(draft["ranking"]),
                "evidence": [
                    {"id": cell, "row": int(cell.split(".")[2]), "field": values[cell][0], "value": values[cell][1]}
                    for cell in draft["evidence"]
                    if cell in values
                ],
            }
            for draft in drafts.to_dict("records")
        ]
    }


def _mapped(file: Path, first: int | None = None) -> "ScratchStore":
    """A scratch store that holds the file's rows (of each sheet the `first`) and their mapping. Raises: InputError."""
    from aidiscover_pipelines.ingest.stage import load_file
    from aidiscover_pipelines.mapping.fields import warm_up
    from aidiscover_pipelines.mapping.stage import map_fields
    from resources.scratch_store import ScratchStore

    # A child process reads the file meanwhile; the mapper's index takes as long to build.
    ready = threading.Thread(target=warm_up, daemon=True)
    ready.start()
    store, run = ScratchStore(SCRATCH), RunRef("scratch")
    load_file(store, SCRATCH.id, run, file, first)
    ready.join()
    map_fields(store, SCRATCH.id, run)
    return store
