"""A stage's result as the metadata of its materialisation: what a person opens the UI for."""

import base64
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ParamSpec

import dagster as dg

from aidiscover_pipelines.domain.errors import Skippable
from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.ops.failures import translated
from aidiscover_pipelines.reporting.charts import bar_chart, picture
from aidiscover_pipelines.reporting.heatmap import heat_map_svg

P = ParamSpec("P")

# A reason says what is wrong and what to do, a gap report what is not known: all of it must be seen.
_CELL_CHARS = 800

# What an op hands on when its stage is done: its metadata, and nothing that would have to be stored as a file.
DONE = dg.Out(dg.Nothing)

# The command line listens here to draw its progress bar: one record when an op starts, one when its stage is finished,
# or a part of it that other ops go on with.
progress = logging.getLogger("aidiscover.progress")


def stage_output(
    context: dg.OpExecutionContext, stage: Callable[P, StageResult], *args: P.args, **kwargs: P.kwargs
) -> dg.Output[None]:
    """Run one stage and wrap its result with metadata. A Skippable fault becomes an empty result that says so."""
    progress.info("started", extra={"step": context.op.name})
    try:
        with translated():
            result = stage(*args, **kwargs)
    except Skippable as gap:
        context.log.warning("%s", gap)
        result = StageResult(rows_in=0, rows_out=0, skipped={str(gap): 1})
    progress.info("finished", extra={"step": context.op.name})
    return dg.Output(None, metadata=stage_metadata(result))


@contextmanager
def stage_part(context: dg.OpExecutionContext) -> Iterator[None]:
    """Around the work of an op whose stage ends in a later op: names it to who listens, and translates its faults."""
    progress.info("started", extra={"step": context.op.name})
    with translated():
        yield
    progress.info("part", extra={"step": context.op.name})


def stage_metadata(result: StageResult) -> dict[str, Any]:
    """Rows, reasons, figures, a preview table, charts and links, in the order a reader wants them."""
    metadata: dict[str, Any] = {"rows in": result.rows_in, "dagster/row_count": result.rows_out}
    if result.skipped:
        metadata["skipped"] = dg.MetadataValue.md(
            markdown_table(
                [
                    {"reason": reason, "rows": count}
                    for reason, count in sorted(result.skipped.items(), key=lambda i: -i[1])
                ]
            )
        )
    metadata.update({name: _scalar(value) for name, value in result.figures.items()})
    if result.preview:
        metadata["preview"] = dg.MetadataValue.md(markdown_table(result.preview))
    for title, rows in result.tables.items():
        if rows:
            metadata[title] = dg.MetadataValue.md(markdown_table(rows))
    charts = {title: bar_chart(title, bars) for title, bars in result.charts.items() if bars}
    charts |= {title: heat_map_svg(grid, title) for title, grid in result.heat_maps.items() if grid.rows}
    for title, chart in charts.items():
        image = base64.b64encode(picture(chart)).decode()
        metadata[title] = dg.MetadataValue.md(f"![{title}](data:image/svg+xml;base64,{image})")
    metadata.update({label: dg.MetadataValue.path(path) for label, path in result.links.items()})
    return metadata


def _scalar(value: float | int | str) -> Any:
    return value if isinstance(value, str) else float(value) if isinstance(value, float) else int(value)


def markdown_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Values are a client's data: pipes, line breaks and markup are made harmless, long texts cut."""
    columns = list(rows[0])
    lines = ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    lines += ["| " + " | ".join(_cell(row.get(column)) for column in columns) + " |" for row in rows]
    return "\n".join(lines)


# Backslash escapes keep a client's text from becoming links, images or HTML on the Dagster page.
_ESCAPES = str.maketrans({character: f"\\{character}" for character in "\\`*_{}[]<>|!#"})


def _cell(value: Any) -> str:
    text = "" if value is None else f"{value:.2f}" if isinstance(value, float) else str(value)
    return " ".join(text.split())[:_CELL_CHARS].translate(_ESCAPES)
