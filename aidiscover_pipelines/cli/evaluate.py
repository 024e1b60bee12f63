"""Published accuracy: how often mapping, patterns and strategy agree with labelled cases."""

from pathlib import Path
from typing import Any

import click

from aidiscover_pipelines.cli.evaluate_patterns import patterns
from aidiscover_pipelines.cli.evaluate_resolution import resolution
from aidiscover_pipelines.cli.evaluate_technology import technology
from aidiscover_pipelines.cli.output import DONE, console, emit, item_progress, json_option, table
from aidiscover_pipelines.domain.errors import InputError, MissingFile

gold_option = click.option(
    "--gold", required=True, type=click.Path(path_type=Path), help="Labelled cases, CSV; its labels are never features."
)


@click.group()
def evaluate() -> None:
    """Measure against labelled cases."""


@evaluate.command()
@gold_option
@click.option(
    "--leave-one-source-out", is_flag=True, help="Read each source by a model that never saw its product (minutes)."
)
@click.option("--teach", "rounds", type=click.IntRange(0, 5), default=0, help="Simulate so many rounds of correction.")
@json_option
def mapping(gold: Path, leave_one_source_out: bool, rounds: int, as_json: bool) -> int:
    """Field mapping on labelled headers; without labels, the predictions alone."""
    from aidiscover_pipelines.mapping.evaluate import evaluate_mapping

    frame = _labelled(gold, "header")
    with item_progress(frame["source"].nunique() if "source" in frame else 1) as named:
        document = evaluate_mapping(frame, leave_one_source_out=leave_one_source_out, rounds=rounds, progress=named)
    return _show("Field mapping", document, as_json)


@evaluate.command()
@gold_option
@click.option(
    "--leave-one-source-out", is_flag=True, help="State confidences by a calibration that never saw the source."
)
@json_option
def strategy(gold: Path, leave_one_source_out: bool, as_json: bool) -> int:
    """6R agreement on labelled applications."""
    from aidiscover_pipelines.strategy.evaluate import evaluate_strategy

    cases = _labelled(gold, "case_id")
    _tell_apart(cases["case_id"], gold)
    document = evaluate_strategy(cases, leave_one_source_out=leave_one_source_out)
    shown = _show("6R strategy", document, as_json)
    if not as_json:
        names = ["cases", "agreement", "mean_confidence"]
        groups = [*document["by_facts"].items(), *document["by_strategy"].items()]
        shares = [[key, *(row[each] for each in names)] for key, row in groups]
        console.print(table("by facts, by R", ["", *names], shares))
        bins = [list(row.values()) for row in document["reliability"]]
        console.print(table("reliability", ["from", "to", "cases", "confidence", "right"], bins))
        said = ["case_id", "strategy", "confidence", "question"]
        rows = [[row[each] for each in said] for row in document["predictions"]]
        console.print(table("predictions", said, rows))
    return shown


evaluate.add_command(patterns)
evaluate.add_command(resolution)
evaluate.add_command(technology)


def _labelled(gold: Path, column: str) -> Any:
    import pandas as pd

    if not gold.is_file():
        raise MissingFile(
            str(gold),
            "it is a folder" if gold.is_dir() else "no such file",
            "give the path of a CSV with labelled cases",
        )
    try:
        frame = pd.read_csv(gold, dtype=str, keep_default_na=False)
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        problem = f"it is no CSV in UTF-8 ({type(error).__name__})"
        raise InputError(str(gold), problem, "see docs/operations.md for the expected columns") from None
    if column not in frame.columns:
        raise InputError(str(gold), f"it has no column {column!r}", "see docs/operations.md for the expected columns")
    return frame


def _tell_apart(ids: Any, gold: Path) -> None:
    """Raises: InputError where a case has no id, or that of another."""
    wrong = [row for row, key in enumerate(ids, start=2) if not key.strip()]
    wrong += [row for row, again in enumerate(ids.duplicated(), start=2) if again]
    if wrong:
        problem = f"row {wrong[0]} has no case_id, or that of a row before ({len(wrong)} such rows)"
        raise InputError(str(gold), problem, "give each case an id of its own")


def _show(title: str, document: dict[str, Any], as_json: bool) -> int:
    if as_json:
        emit(document)
    else:
        figures = [[name, value] for name, value in document.items() if isinstance(value, int | float)]
        console.print(table(title, ["figure", "value"], figures))
    return DONE
