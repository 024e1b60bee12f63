"""Published accuracy of technology names: how often mentions get the label that they were given by hand."""

import json
from pathlib import Path
from typing import Any

import click

from aidiscover_pipelines.cli.output import DONE, console, emit, item_progress, json_option, table
from aidiscover_pipelines.domain.errors import InputError, MissingFile

_SPLITS = ("by_text", "by_mention")


@click.command()
@click.option("--train", required=True, type=click.Path(path_type=Path), help="Labelled mentions, JSON.")
@click.option("--test", type=click.Path(path_type=Path), help="Mentions to name, JSON; its labels are never features.")
@click.option("--folds", type=click.IntRange(2, 20), help="Cross-validate over the training mentions instead.")
@json_option
def technology(train: Path, test: Path | None, folds: int | None, as_json: bool) -> int:
    """Technology names on labelled mentions; without labels, the predictions alone."""
    from aidiscover_pipelines.technology.evaluate import cross_validate, evaluate_technology

    if (test is None) == (folds is None):
        raise click.UsageError("give either --test, a file of mentions to name, or --folds, such as 5")
    taught = _mentions(train)
    if len({label for _, label in taught if label is not None}) < 2:
        raise InputError(str(train), "it teaches fewer than two labels", "give mentions of at least two entity_id")
    if test is not None:
        document = evaluate_technology(taught, _mentions(test))
    else:
        with item_progress(4 * (folds or 0)) as named:
            document = cross_validate(taught, folds or 0, named)
    if as_json:
        emit(document)
    else:
        console.print(table("Technology names", ["figure", "value"], _figures(document)))
    return DONE


def _figures(document: dict[str, Any]) -> list[list[Any]]:
    rows = [[name, value] for name, value in document.items() if isinstance(value, int | float)]
    for split in (*_SPLITS, "labels_held_back", "labels_and_products_held_back", "everyday_false_names_by_kind"):
        rows += [[f"{split}: {name}", value] for name, value in document.get(split, {}).items()]
    return rows


def _mentions(path: Path) -> list[tuple[str, Any]]:
    from aidiscover_pipelines.technology.evaluate import read_mentions

    if not path.is_file():
        raise MissingFile(str(path), "no such file", "give the path of a JSON file with mentions")
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        problem = f"it is no JSON in UTF-8 ({type(error).__name__})"
        raise InputError(str(path), problem, "see docs/technology.md for the expected shape") from None
    return read_mentions(document, str(path))
