"""Commands that look at one file and store nothing: map and assess."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from aidiscover_pipelines.cli.output import DONE, NEEDS_REVIEW, console, emit, json_option, table
from aidiscover_pipelines.cli.scratch import SCRATCH, mapped_file, validated_file
from aidiscover_pipelines.domain.errors import EmptyFile
from aidiscover_pipelines.domain.tables import Application, ApplicationFact, FieldMapping

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

file_argument = click.argument("file", type=click.Path(path_type=Path))


@click.command(name="map")
@file_argument
@json_option
def map_file(file: Path, as_json: bool) -> int:
    """Show what each column of a file is taken to mean; stores nothing."""
    from aidiscover_pipelines.mapping.document import mapping_document
    from aidiscover_pipelines.mapping.fields import SAMPLE_ROWS

    mappings = mapped_file(file, first=SAMPLE_ROWS).read(SCRATCH.id, FieldMapping)
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
    from aidiscover_pipelines.strategy.advice.reasons import why_not
    from aidiscover_pipelines.strategy.stage import assess_portfolio

    today = datetime.now(UTC).date()
    store = validated_file(file, today)
    names = store.read(SCRATCH.id, Application).set_index("application_id")["name"]
    if names.empty:
        raise EmptyFile(
            str(file), "no column was found that names an application", "see 'aidiscover map' for the columns"
        )
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
